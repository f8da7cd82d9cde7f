"""Searches in C4C: candidates of a first match.

Responsible for asking the server widely; every hit is checked in `core.matching`, for the server's
wildcard and case rules are not trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from c4c_client import filters
from contact_sync.core.model import RecordType
from contact_sync.core.status import is_obsolete
from contact_sync.core.text import forms

from target_c4c.accounts import is_whole
from target_c4c.apart import apart, records_for
from target_c4c.failures import of_one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from c4c_client import C4CClient, C4CError, C4CRecord
    from contact_sync.book import Book

    from target_c4c.accounts import AccountBook
    from target_c4c.task import Task


def find_candidates(
    client: C4CClient, accounts: AccountBook, tasks: Sequence[Task], book: Book
) -> dict[str, list[C4CRecord]]:
    """Return link id -> live records that may be the task's, from one batch of searches.

    A task whose search has no answer becomes an issue, and is not among them: what is not known to
    be new must not be created.
    """
    kind = tasks[0].kind
    if kind is RecordType.ACCOUNT:
        found = _find_accounts(client, accounts, tasks, book)
    else:
        found = _find_persons(client, tasks, book)
    return {
        link_id: [record for record in records if not is_obsolete(kind, record.properties)]
        for link_id, records in found.items()
    }


def _find_accounts(
    client: C4CClient, accounts: AccountBook, tasks: Sequence[Task], book: Book
) -> dict[str, list[C4CRecord]]:
    """Search by name; what was found is read whole, for it may be joined."""
    accounts.look_up(task.values.get("name", "") for task in tasks)
    named: dict[str, list[C4CRecord]] = {}
    for task in tasks:
        name = task.values.get("name", "")
        if error := accounts.failure_of(name):
            book.failed(task, of_one(error))
        else:
            named[task.link.link_id] = accounts.records_named(name)
    wanted = [
        (task, record.object_id, None)
        for task in tasks
        for record in named.get(task.link.link_id, ())
        if not is_whole(record)
    ]
    read = records_for(client, book, wanted)
    unread = {task.link.link_id for task, object_id, _ in wanted if object_id not in read}
    return {
        link_id: [
            whole
            for record in records
            if (whole := record if is_whole(record) else read[record.object_id]) is not None
        ]
        for link_id, records in named.items()
        if link_id not in unread
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
