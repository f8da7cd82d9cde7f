"""Searches in C4C: candidates of a first match, and accounts by company.

Responsible for asking the server widely; every hit is checked in `core.matching` and
`core.cascade`, for the server's wildcard and case rules are not trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from c4c_client import filters
from contact_sync.core.cascade import AccountCandidate, link_account, search_terms
from contact_sync.core.model import RecordType
from contact_sync.core.names import NAME_PROPERTIES
from contact_sync.core.status import is_obsolete
from contact_sync.core.text import forms, without_accents

from target_c4c.apart import apart
from target_c4c.failures import of_one
from target_c4c.task import COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from c4c_client import C4CClient, C4CError, C4CRecord
    from contact_sync.book import Book

    from target_c4c.task import Task

_ACCOUNTS = COLLECTIONS[RecordType.ACCOUNT]


class AccountBook:
    """Accounts by company, each distinct company looked up once per run."""

    def __init__(self, client: C4CClient) -> None:
        self._client = client
        self._known: dict[str, list[C4CRecord]] = {}
        self._failed: dict[str, C4CError] = {}

    def look_up(self, companies: Iterable[str]) -> None:
        """Search for all companies that were not searched for yet, in one batch."""
        wanted = sorted({company for company in companies if company} - set(self._known))
        asked = [
            (company, filters.contains(name, term))
            for company in wanted
            for term in search_terms(company)
            for name in NAME_PROPERTIES
        ]
        self._known.update({company: [] for company in wanted})
        if asked:
            texts = list(dict.fromkeys(text for _, text in asked))
            failed: dict[str, C4CError] = {}
            answers = apart(
                self._client,
                texts,
                failed,
                lambda told: self._client.search(_ACCOUNTS, texts, (), told),
            )
            found = dict(zip(texts, answers or [[] for _ in texts], strict=True))
            for company, text in asked:
                self._known[company] += found[text]
                if text in failed:
                    self._failed[company] = failed[text]

    def account_of(self, company: str) -> AccountCandidate | None:
        """Return the account for a company by the rules of the cascade."""
        self.look_up([company])
        records = {record.object_id: record for record in self._known.get(company, [])}
        return link_account(
            company, [AccountCandidate.from_c4c(record.properties) for record in records.values()]
        )

    def records_named(self, name: str) -> list[C4CRecord]:
        """Return the accounts that the search for a name found."""
        self.look_up([name])
        return self._known.get(name, [])

    def failure_of(self, company: str) -> C4CError | None:
        """Return why the search for a company has no answer; None if it has one."""
        return self._failed.get(company)

    def forget(self) -> None:
        """Forget all answers: accounts may have been created or renamed since."""
        self._known.clear()
        self._failed.clear()

    def created(self, name: str, record: C4CRecord) -> None:
        """Add an account that was just created to what is known: a search may lag (I31)."""
        for company, records in self._known.items():
            if without_accents(company) == without_accents(name):
                records.append(record)

    def add(self, company: str, record: C4CRecord) -> None:
        """Remember an account that was created for a company."""
        self._known.setdefault(company, []).append(record)


def find_candidates(
    client: C4CClient, accounts: AccountBook, tasks: Sequence[Task], book: Book
) -> dict[str, list[C4CRecord]]:
    """Return link id -> live records that may be the task's, from one batch of searches.

    A task whose search has no answer becomes an issue, and is not among them: what is not known to
    be new must not be created.
    """
    kind = tasks[0].kind
    if kind is RecordType.ACCOUNT:
        accounts.look_up(task.values.get("name", "") for task in tasks)
        found = {}
        for task in tasks:
            name = task.values.get("name", "")
            if error := accounts.failure_of(name):
                book.failed(task, of_one(error))
            else:
                found[task.link.link_id] = accounts.records_named(name)
    else:
        found = _find_persons(client, tasks, book)
    return {
        link_id: [record for record in records if not is_obsolete(kind, record.properties)]
        for link_id, records in found.items()
    }


def _find_persons(
    client: C4CClient, tasks: Sequence[Task], book: Book
) -> dict[str, list[C4CRecord]]:
    asked = {task.link.link_id: _person_filters(task) for task in tasks}
    distinct = list(dict.fromkeys(text for texts in asked.values() for text in texts))
    failed: dict[str, C4CError] = {}
    by_filter: dict[str, list[C4CRecord]] = {}
    if distinct:
        collection = tasks[0].collection
        answers = apart(
            client, distinct, failed, lambda told: client.search(collection, distinct, (), told)
        )
        by_filter = dict(zip(distinct, answers or [[] for _ in distinct], strict=True))
    found: dict[str, list[C4CRecord]] = {}
    for task in tasks:
        texts = asked[task.link.link_id]
        errors = [failed[text] for text in texts if text in failed]
        if errors:
            book.failed(task, of_one(errors[0]))
        else:
            found[task.link.link_id] = [record for text in texts for record in by_filter[text]]
    return found


def _person_filters(task: Task) -> list[str]:
    """Return searches by e-mail (as typed and in lower case) and by name (composed or not).

    The server's equality is exact.
    """
    typed = (task.typed.get("email", ""), *task.other_emails)
    emails = [text for email in typed for text in (email.strip(), email.strip().lower())]
    texts = [filters.eq("Email", text) for text in dict.fromkeys(emails) if text]
    last, first = (task.typed.get(name, "").strip() for name in ("last_name", "first_name"))
    # Both names in one form: they come from one program.
    names = dict.fromkeys(zip(forms(last), forms(first), strict=True)) if last else {}
    for last, first in names:
        by_name = filters.all_of(filters.eq("LastName", last), filters.eq("FirstName", first))
        texts.append(by_name or "")
    return [text for text in texts if text]
