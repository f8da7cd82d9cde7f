"""First match: which existing record a new one already is (I38, I47).

Responsible for deciding between "this one", "one of these" and "none", everywhere: for an item
that is new (`target_c4c.joining`), for a record that is new (`target_exchange_contacts.creating`),
and for plain records (`match_all` with one newcomer, or `compare_names` for a single pair). Never
decides on doubt: a match by accident would merge two people, so doubt is held for a person to look
at.

With one e-mail address on both sides the names decide (`compare_names`):

===========  ===========  ============================================
first name   last name    then
===========  ===========  ============================================
agrees       agrees       SAME: matched
agrees       contradicts  DOUBTFUL: held
contradicts  agrees       DOUBTFUL: held
contradicts  contradicts  OTHER: two people, no candidate at all
===========  ===========  ============================================
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from contact_sync.core.text import collapse, comparable, without_accents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Likeness(str, Enum):
    """Whether two entries with one e-mail address are one person, by their names."""

    SAME = "same"
    DOUBTFUL = "doubtful"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """A record that is new on its side.

    Attributes:
        key: The caller's name for it.
        values: Canonical field -> normalised value (`FieldMap.normalised`).
        emails: Its other e-mail addresses, as written; that of `values` need not be among them.
    """

    key: str
    values: Mapping[str, str]
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A record of the other side that no link of this mailbox holds yet; as `Newcomer`."""

    remote_id: str
    values: Mapping[str, str]
    emails: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matched:
    """The newcomer is this record."""

    remote_id: str


@dataclass(frozen=True)
class Ambiguous:
    """The newcomer may be any of these records, sorted; nothing is created or linked."""

    remote_ids: tuple[str, ...]


@dataclass(frozen=True)
class NoMatch:
    """The newcomer is new on the other side too."""


Match: TypeAlias = Matched | Ambiguous | NoMatch


@dataclass(frozen=True)
class _Claim:
    """A match before it is known whether another newcomer claims the same record.

    is_certain: Nothing speaks for another newcomer: e-mail and name agree, or the exact spelling.
    """

    match: Match
    is_certain: bool = False


#: Fields that tell whether a record is the one that was about to be created.
IDENTITY = ("first_name", "middle_name", "last_name", "email", "name")

_NAMES = ("first_name", "last_name")


def is_same_identity(announced: Mapping[str, str], found: Mapping[str, str]) -> bool:
    """Whether a record may be the one that a create announced, by the digests of both."""
    names = [name for name in IDENTITY if name in found and name in announced]
    return bool(names) and all(found[name] == announced[name] for name in names)


def compare_names(one: Mapping[str, str], other: Mapping[str, str]) -> Likeness:
    """Say whether two people with one e-mail address are the same one: the table above.

    An address alone proves nobody (info@, a couple's, a successor's): where one side has no name
    at all, nothing speaks for it but the address, and that is doubt.

    Args:
        one: Canonical values, as written or normalised; a field that is not carried is blank.
        other: The same of the other entry.
    """
    if not all(any(map(_bare(side).get, _NAMES)) for side in (one, other)):
        return Likeness.DOUBTFUL
    agreed = [agrees(one.get(name, ""), other.get(name, "")) for name in _NAMES]
    if all(agreed):
        return Likeness.SAME
    return Likeness.DOUBTFUL if any(agreed) else Likeness.OTHER


def agrees(one: str, other: str) -> bool:
    """Whether a name does not contradict another.

    It is equal (case, accents and white space aside), blank on one side, or an initial of the
    other.
    """
    first, second = without_accents(one), without_accents(other)
    if not first or not second or first == second:
        return True
    return _is_initial(first, second) or _is_initial(second, first)


def have_agreeing_names(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether nothing in the names of two entries speaks against their being one.

    For what an item says about itself (its link property): persons by first and last name,
    accounts by their name.
    """
    if "name" in one or "name" in other:
        names = without_accents(one.get("name", "")), without_accents(other.get("name", ""))
        return names[0] == names[1] and bool(names[0])
    return compare_names(one, other) is Likeness.SAME


def match_all(
    new: Sequence[Newcomer], candidates: Mapping[str, Sequence[Candidate]]
) -> dict[str, Match]:
    """Match newcomers of one record type with the candidates found for each.

    Persons: by e-mail address (any of either side) and name, as the table above says. Of several
    candidates those that agree in both names go before those that leave doubt, and those that
    spell them alike before the rest. Without such a candidate by (first name, last name, company),
    if that says more than a last name. Accounts (values with a `name`): by name, the same spelling
    before another case.

    A record claimed by several newcomers goes to the one whose claim is certain; the others, or all
    if none or several are certain, are ambiguous. The order of the arguments does not matter.

    Args:
        new: The newcomers.
        candidates: Newcomer key -> what the search returned for it; hits are checked here.
    """
    claims = {one.key: _claim(one, candidates.get(one.key, ())) for one in new}
    claimants: defaultdict[str, list[str]] = defaultdict(list)
    for key, claim in claims.items():
        if isinstance(claim.match, Matched):
            claimants[claim.match.remote_id].append(key)
    result = {key: claim.match for key, claim in claims.items()}
    for remote_id, keys in claimants.items():
        certain = [key for key in keys if claims[key].is_certain]
        winner = keys if len(keys) == 1 else certain if len(certain) == 1 else []
        for key in keys:
            if key not in winner:
                result[key] = Ambiguous((remote_id,))
    return result


def _claim(newcomer: Newcomer, candidates: Sequence[Candidate]) -> _Claim:
    distinct = list({candidate.remote_id: candidate for candidate in candidates}.values())
    if "name" in newcomer.values:
        return _claim_account(newcomer, distinct)
    return _claim_person(newcomer, distinct)


def _claim_account(newcomer: Newcomer, candidates: Sequence[Candidate]) -> _Claim:
    name = newcomer.values["name"]
    alike = [one for one in candidates if _agree(newcomer, one, ("name",))]
    if not comparable(name) or not alike:
        return _Claim(NoMatch())
    same = [one for one in alike if collapse(one.values["name"]) == collapse(name)]
    return _Claim(_decide(same or alike), is_certain=bool(same))


def _claim_person(newcomer: Newcomer, candidates: Sequence[Candidate]) -> _Claim:
    own = _addresses(newcomer)
    alike: defaultdict[Likeness, list[Candidate]] = defaultdict(list)
    for one in candidates:
        if own & _addresses(one):
            alike[compare_names(newcomer.values, one.values)].append(one)
    if alike[Likeness.SAME]:
        named = [one for one in alike[Likeness.SAME] if _agree(newcomer, one, _NAMES)]
        return _Claim(_decide(named or alike[Likeness.SAME]), is_certain=bool(named))
    if alike[Likeness.DOUBTFUL]:
        return _Claim(Ambiguous(tuple(sorted(one.remote_id for one in alike[Likeness.DOUBTFUL]))))
    # A last name alone says too little about who it is.
    if not _value(newcomer, "last_name") or not (
        _value(newcomer, "first_name") or _value(newcomer, "company")
    ):
        return _Claim(NoMatch())
    return _Claim(
        _decide([one for one in candidates if _agree(newcomer, one, (*_NAMES, "company"))])
    )


def _decide(found: Sequence[Candidate]) -> Match:
    if not found:
        return NoMatch()
    if len(found) == 1:
        return Matched(found[0].remote_id)
    return Ambiguous(tuple(sorted(one.remote_id for one in found)))


def _addresses(record: Newcomer | Candidate) -> set[str]:
    return {comparable(text) for text in (record.values.get("email", ""), *record.emails)} - {""}


def _bare(values: Mapping[str, str]) -> dict[str, str]:
    return {name: without_accents(values.get(name, "")) for name in _NAMES}


def _is_initial(short: str, name: str) -> bool:
    """Whether a name is the other's first letter, with or without a dot."""
    letter = short.removesuffix(".").rstrip()
    return len(letter) == 1 and letter.isalpha() and name.startswith(letter)


def _agree(newcomer: Newcomer, candidate: Candidate, names: Sequence[str]) -> bool:
    return all(_value(newcomer, name) == _value(candidate, name) for name in names)


def _value(record: Newcomer | Candidate, name: str) -> str:
    text = record.values.get(name, "")
    return without_accents(text) if name in _NAMES else comparable(text)
