"""Which account a new contact belongs to, from its Company field.

Responsible for the rule alone: exact name, then the only name that contains the company, else
none. The result depends on nothing but the arguments; whatever the search returned is checked here.
"""

from __future__ import annotations

import re
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


def search_terms(company: str) -> tuple[str, ...]:
    """Return the words to search account names for; their hits include every account that counts.

    A company may span several name fields, and a server may or may not heed case. So the search is
    for one word only, the longest, in its usual spellings, to be looked for with "contains" in each
    of `names.NAME_PROPERTIES`; `link_account` sorts the hits out. Empty: nothing to search for.

    Unconfirmed: whether C4C's `eq '*word*'` heeds case. If it does, names in a mixed case that
    Company does not share ("McDONALD") are found only by the exact spelling.
    """
    words = [word[:PART_LENGTH] for word in _BREAKS.split(collapse(company)) if word]
    if not words:
        return ()
    word = max(words, key=len)
    usual = (word, word.lower(), word.upper(), word.title())
    return tuple(dict.fromkeys(form for spelling in usual for form in forms(spelling)))


def _exact_rules(spelling: str, wanted: str) -> Sequence[Callable[[AccountCandidate], bool]]:
    return (
        lambda account: collapse(account.name) == spelling,
        lambda account: comparable(account.name) == wanted,
    )


def _age(account: AccountCandidate) -> tuple[bool, str, str]:
    # An account without a creation date is no older than the others.
    return (not account.created_on, account.created_on, account.object_id)
