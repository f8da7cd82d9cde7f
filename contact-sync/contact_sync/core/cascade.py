"""Which account a new contact belongs to, from its Company field.

Responsible for the rule alone: exact name, then the only name that contains the company, else
none. The result depends on nothing but the arguments; whatever the search returned is checked here.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contact_sync.core.names import NAME_PROPERTIES, PART_LENGTH, join_name
from contact_sync.core.text import collapse, comparable, forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

#: `LifeCycleStatusCode` of an obsolete account.
OBSOLETE = "4"

# What a C4C filter or ours might read as a wildcard or a delimiter.
_BREAKS = re.compile(r"[\s*%?'\"]+")

#: How many words of a company are searched for.
_WORDS = 2
#: Words shorter than this are in too many names.
_SHORT = 3


@dataclass(frozen=True, kw_only=True)
class AccountCandidate:
    """One account that might be the company's.

    Attributes:
        object_id: `ObjectID`.
        account_id: `AccountID`, verbatim.
        name: Whole name, `Name` and the additional names joined.
        created_on: `CreationOn`, ISO 8601 UTC of fixed width, so that text order is time order.
        is_obsolete: Whether the account is out of use.
    """

    object_id: str
    account_id: str
    name: str
    created_on: str
    is_obsolete: bool = False

    @classmethod
    def from_c4c(cls, record: Mapping[str, object]) -> AccountCandidate:
        """Read a candidate from the properties of a CorporateAccount."""
        return cls(
            object_id=str(record.get("ObjectID") or ""),
            account_id=str(record.get("AccountID") or ""),
            name=join_name(str(record.get(part) or "") for part in NAME_PROPERTIES),
            created_on=str(record.get("CreationOn") or ""),
            is_obsolete=str(record.get("LifeCycleStatusCode") or "").strip() == OBSOLETE,
        )


def link_account(company: str, accounts: Iterable[AccountCandidate]) -> AccountCandidate | None:
    """Choose the account of a new contact; None if the contact is created without one.

    1. Accounts whose name equals the company: the oldest one, lowest ObjectID on a tie. The same
       spelling beats the same letters in another case.
    2. Otherwise the account whose name contains the company, if it is the only one.

    Obsolete accounts are no candidates, and an empty company has none.
    """
    spelling, wanted = collapse(company), comparable(company)
    if not wanted:
        return None
    live = {account.object_id: account for account in accounts if not account.is_obsolete}
    for is_match in _exact_rules(spelling, wanted):
        found = [account for account in live.values() if is_match(account)]
        if found:
            return min(found, key=_age)
    containing = [account for account in live.values() if wanted in comparable(account.name)]
    return containing[0] if len(containing) == 1 else None


def is_decided(company: str, accounts: Iterable[AccountCandidate]) -> bool:
    """Whether accounts that are not all there are decide all the same.

    One of that very name is the one, and two that contain it are several, whatever was not shown.
    That a single one is the only one, and that there is none, takes all of them.
    """
    wanted = comparable(company)
    live = {account.object_id: account for account in accounts if not account.is_obsolete}
    names = [account.name for account in live.values()]
    if any(comparable(name) == wanted for name in names):
        return True
    return sum(wanted in comparable(name) for name in names) > 1


def is_spelt(company: str, accounts: Iterable[AccountCandidate]) -> bool:
    """Whether a live account bears the company's name in its very spelling: none can beat it."""
    same, _ = _exact_rules(collapse(company), comparable(company))
    return any(same(account) and not account.is_obsolete for account in accounts)


def search_terms(company: str) -> tuple[str, ...]:
    """Return the usual spellings of the longest word of a company, for searches with "contains".

    A company may span several name fields, and a server may or may not heed case; so accounts are
    searched for by words, and `link_account` sorts the hits out. Empty: nothing to search for.

    Unconfirmed: whether C4C's `eq '*word*'` heeds case. If it does, names in a mixed case that
    Company does not share ("McDONALD") are found only by the exact spelling.
    """
    words = _words(company)
    return spellings(max(words, key=len)) if words else ()


def spellings(text: str) -> tuple[str, ...]:
    """Return a text as it is, in lower and upper case and as a title, composed and decomposed."""
    usual = (text, text.lower(), text.upper(), text.title())
    return tuple(dict.fromkeys(form for spelling in usual for form in forms(spelling)))


def search_words(companies: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return for each company the words to search for: at most two, those that say most.

    An account that counts holds all words, so one question that is answered in full will do. Words
    that few of the companies have come first, then long ones; short ones are in too many names.
    """
    words = {company: tuple(dict.fromkeys(_words(company))) for company in companies}
    shared = Counter(comparable(word) for found in words.values() for word in found)

    def rank(word: str) -> tuple[bool, int, int]:
        return len(word) < _SHORT, shared[comparable(word)], -len(word)

    return {company: tuple(sorted(found, key=rank)[:_WORDS]) for company, found in words.items()}


def _words(company: str) -> list[str]:
    return [word[:PART_LENGTH] for word in _BREAKS.split(collapse(company)) if word]


def _exact_rules(spelling: str, wanted: str) -> Sequence[Callable[[AccountCandidate], bool]]:
    return (
        lambda account: collapse(account.name) == spelling,
        lambda account: comparable(account.name) == wanted,
    )


def _age(account: AccountCandidate) -> tuple[bool, str, str]:
    # An account without a creation date is no older than the others.
    return (not account.created_on, account.created_on, account.object_id)
