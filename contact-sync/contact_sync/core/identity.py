"""Identity of a pair: is what is new here the pair's own item or record again (E10, C9, I48)?

Responsible for what makes two entries one by their digests alone, without any value: e-mail
address and both names, filled and equal; without an address first name, last name and company;
accounts by their name. Stricter than a first match, for what has it takes a pair's place unasked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from contact_sync.core.model import Link, RecordType, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

Identity: TypeAlias = tuple[str, ...]

_PERSON = ("first_name", "last_name")
_ACCOUNT = ("name",)


def names_key(digests: Mapping[str, str]) -> str | None:
    """Return the digests of an entry's names as one text; None where one is not known.

    The store finds pairs by it; what has the same names need not have the same identity.
    """
    names = _ACCOUNT if "name" in digests else _PERSON
    found = [digests.get(name) for name in names]
    return "".join(filter(None, found)) if all(found) else None


def identity_of(
    kind: RecordType, digests: Mapping[str, str], blanks: Mapping[str, str]
) -> Identity | None:
    """Return what an entry is known by; None if too little of it is filled.

    Args:
        kind: Its record type.
        digests: Canonical field -> digest of the value.
        blanks: Canonical field -> digest of a blank.
    """

    def filled(*names: str) -> Identity | None:
        found = [digests.get(name, "") for name in names]
        are_filled = all(
            value and value != blanks.get(name) for name, value in zip(names, found, strict=True)
        )
        return (*names, *found) if are_filled else None

    if kind is RecordType.ACCOUNT:
        return filled(*_ACCOUNT)
    return filled("email", *_PERSON) if filled("email") else filled(*_PERSON, "company")


def digests_of(link: Link, side: Side) -> dict[str, str]:
    """Return what a pair was last seen to be on one side; where that is not known, on the other."""
    if side is Side.EXCHANGE:
        return {**link.base_c4c, **link.base_exchange}
    return {**link.base_exchange, **link.base_c4c}


def without_blanks(link: Link, digests: Mapping[str, str], blanks: Mapping[str, str]) -> Link:
    """Return the pair as it meets what was made again: no base for what is blank there.

    As in a first match a blank overwrites nothing: who types somebody in again need not know all
    that the other side knows.
    """
    blank = {name for name, value in digests.items() if value == blanks.get(name)}
    return link.but(
        base_exchange={n: d for n, d in link.base_exchange.items() if n not in blank},
        base_c4c={n: d for n, d in link.base_c4c.items() if n not in blank},
    )
