"""First match: which existing record a new one already is.

Responsible for deciding between "this one", "one of these" and "none". Never decides on doubt: a
match by accident would merge two people, so doubt is held for a person to look at.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from contact_sync.core.text import collapse, comparable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """A record that is new on its side.

    Attributes:
        key: The caller's name for it.
        values: Canonical field -> normalised value (`FieldMap.normalised`).
    """

    key: str
    values: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A record of the other side that no link of this mailbox holds yet."""

    remote_id: str
    values: Mapping[str, str]


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


def is_same_identity(announced: Mapping[str, str], found: Mapping[str, str]) -> bool:
    """Whether a record may be the one that a create announced, by the digests of both."""
    names = [name for name in IDENTITY if name in found and name in announced]
    return bool(names) and all(found[name] == announced[name] for name in names)


def match_all(
    new: Sequence[Newcomer], candidates: Mapping[str, Sequence[Candidate]]
) -> dict[str, Match]:
    """Match newcomers of one record type with the candidates found for each.

    Persons: by e-mail address, several with the same narrowed by first and last name; without such
    a candidate by (first name, last name, company), if that says more than a last name. Accounts
    (values with a `name`): by name, the same spelling before another case.

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
    if _value(newcomer, "email"):
        same_email = [one for one in candidates if _agree(newcomer, one, ("email",))]
        named = [one for one in same_email if _agree(newcomer, one, ("first_name", "last_name"))]
        if same_email:
            found = same_email if len(same_email) == 1 else named or same_email
            return _Claim(_decide(found), is_certain=bool(named))
    # A last name alone says too little about who it is.
    if not _value(newcomer, "last_name") or not (
        _value(newcomer, "first_name") or _value(newcomer, "company")
    ):
        return _Claim(NoMatch())
    identity = ("first_name", "last_name", "company")
    return _Claim(_decide([one for one in candidates if _agree(newcomer, one, identity)]))


def _decide(found: Sequence[Candidate]) -> Match:
    if not found:
        return NoMatch()
    if len(found) == 1:
        return Matched(found[0].remote_id)
    return Ambiguous(tuple(sorted(one.remote_id for one in found)))


def _agree(newcomer: Newcomer, candidate: Candidate, names: Sequence[str]) -> bool:
    return all(_value(newcomer, name) == _value(candidate, name) for name in names)


def _value(record: Newcomer | Candidate, name: str) -> str:
    return comparable(record.values.get(name, ""))
