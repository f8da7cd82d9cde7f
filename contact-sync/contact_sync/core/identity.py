"""Identity of a pair: is what is new here the pair's own item or record again (E10, C9, I48)?

Responsible for what makes two entries one by their digests alone, without any value: e-mail
address and both names, filled and equal; without an address first name, last name and company;
accounts by their name. Stricter than a first match, for what has it takes a pair's place unasked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from contact_sync.core.model import Link, Phase, RecordType, Side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Identity: TypeAlias = tuple[str, ...]

#: What a new item is beside a pair of its identity.
Fate: TypeAlias = Literal["new", "relink", "copy", "wait"]

_PERSON = ("first_name", "last_name")
_ACCOUNT = ("name",)

#: All that an identity may be made of.
FIELDS = ("email", *_PERSON, "company", *_ACCOUNT)


@dataclass(frozen=True, kw_only=True)
class Twin:
    """A pair that has the identity of a new item.

    Attributes:
        link: The pair.
        is_gone: Its item is gone in this session, is about to be made again, or the removal that
            followed from its absence is held.
        is_unsettled: A write of ours was cut off: which item is the pair's is not known yet.
        is_copied: The item was known to be a copy and it was us who removed the pair's own, or the
            pair's own came back in this session.
    """

    link: Link
    is_gone: bool
    is_unsettled: bool = False
    is_copied: bool = False


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


def choose_twin(kind: RecordType, twins: Sequence[Twin]) -> tuple[Fate, Link | None]:
    """E10: say what a new item with the identity of these pairs is, and for which of them.

    It takes the place of an item that is gone (one that its user hides or whose deletion is ignored
    too); beside an item that is there it is a copy; else it is new. In the folder of another type
    of person it is the pair's only where the pair's own is gone: it was dragged there, so to speak.

    Args:
        kind: Type of the new item.
        twins: The pairs, in any order.
    """
    fates = [(_fate(kind, twin), twin) for twin in twins]
    known = [(*fate, twin.link.link_id, twin.link) for fate, twin in fates if fate is not None]
    if not known:
        return "new", None
    _, fate, _, link = min(known, key=lambda entry: (entry[0], entry[2]))
    return fate, link


def _fate(kind: RecordType, twin: Twin) -> tuple[int, Fate] | None:  # noqa: PLR0911 - a table
    """Return what a new item is beside one pair, and how far that goes before the others'."""
    phase = twin.link.phase
    if twin.link.record_type is not kind:
        is_dragged = phase.is_live and twin.is_gone and not (twin.is_unsettled or twin.is_copied)
        return (5, "relink") if is_dragged else None
    if twin.is_unsettled:
        return 0, "wait"
    if twin.is_copied:
        return 1, "copy"
    if phase.is_live and twin.is_gone:
        return 2, "relink"
    if phase is Phase.ASLEEP:
        return 3, "relink"
    if phase.is_live or phase is Phase.CONVERTING:
        return 4, "copy"
    return None
