"""First matches: which record of C4C a new item already is, and whether its claim on one holds.

Responsible for asking C4C for candidates and for reporting what is in doubt; `core.matching`
decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contact_sync.core import matching
from contact_sync.core.model import RecordType
from contact_sync.core.text import without_accents

from target_c4c.lookups import find_candidates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from c4c_client import C4CClient, C4CRecord
    from contact_sync.book import Book

    from target_c4c.accounts import AccountBook
    from target_c4c.task import Task

    Pair = tuple[Task, C4CRecord]


class FirstMatch:
    """The first matches of one record type."""

    def __init__(self, client: C4CClient, book: Book, accounts: AccountBook) -> None:
        self._client = client
        self._book = book
        self._accounts = accounts
        #: Links that could not be searched for: they are neither matched nor new (I10).
        self.unanswered: set[str] = set()

    def match(self, tasks: Sequence[Task]) -> tuple[list[Pair], list[Task]]:
        """Return the tasks of one mailbox with their records, and those that are new.

        What is in doubt is in neither: an issue tells of it.
        """
        if not tasks:
            return [], []
        tasks, found = self._candidates(tasks)
        if not tasks:
            return [], []
        verdicts = self._verdicts(tasks, found)
        pairs: list[Pair] = []
        new: list[Task] = []
        for task in tasks:
            verdict = verdicts[task.link.link_id]
            if isinstance(verdict, matching.Matched):
                pairs.append((task, _named(found[task.link.link_id], verdict)))
            elif isinstance(verdict, matching.Ambiguous):
                self._book.issue(task, "ambiguous_match", detail=" ".join(verdict.remote_ids))
            else:
                new.append(task)
        return pairs, self._one_per_name(new, found)

    def reloaded(self, tasks: Sequence[Task]) -> list[Pair]:
        """Return the pairs whose record was ended and whose person C4C has under another id (C9).

        What is in doubt is left to its own record, which comes back.
        """
        if not tasks:
            return []
        tasks, found = self._candidates(tasks)
        if not tasks:
            return []
        verdicts = self._verdicts(tasks, found)
        return [
            (task, _named(found[task.link.link_id], verdict))
            for task in tasks
            if isinstance(verdict := verdicts[task.link.link_id], matching.Matched)
        ]

    def _candidates(self, tasks: Sequence[Task]) -> tuple[list[Task], dict[str, list[C4CRecord]]]:
        found = find_candidates(self._client, self._accounts, tasks, self._book)
        self.unanswered |= {task.link.link_id for task in tasks} - found.keys()
        return [task for task in tasks if task.link.link_id in found], found

    def _verdicts(
        self, tasks: Sequence[Task], found: Mapping[str, Sequence[C4CRecord]]
    ) -> dict[str, matching.Match]:
        ids = {record.object_id for records in found.values() for record in records}
        taken = self._book.store.links.is_linked(tasks[0].contract.mailbox, ids)
        return matching.match_all(
            [
                matching.Newcomer(key=t.link.link_id, values=t.seen, emails=t.other_emails)
                for t in tasks
            ],
            {
                task.link.link_id: [
                    matching.Candidate(remote_id=record.object_id, values=_values(task, record))
                    for record in found[task.link.link_id]
                    if record.object_id not in taken
                ]
                for task in tasks
            },
        )

    def _one_per_name(
        self, tasks: list[Task], found: Mapping[str, Sequence[C4CRecord]]
    ) -> list[Task]:
        """Return what is to be created: of accounts with one name one, whatever the order (I25).

        An account beside one of its name that is linked here is in doubt too: it would be the
        second of the two, a session later.
        """
        names = {task.link.link_id: without_accents(task.seen.get("name", "")) for task in tasks}
        first: dict[str, str] = {}
        for task in sorted(tasks, key=lambda task: (task.item_id, task.link.link_id)):
            first.setdefault(names[task.link.link_id], task.link.link_id)
        created: list[Task] = []
        for task in tasks:
            link_id = task.link.link_id
            alike = {
                record.object_id
                for record in found[link_id]
                if without_accents(_values(task, record).get("name", "")) == names[link_id]
            }
            if task.kind is not RecordType.ACCOUNT or not names[link_id]:
                other = None
            elif first[names[link_id]] != link_id:
                # On record: a search need not find the other one by this spelling.
                other = first[names[link_id]]
                self._book.save(task, task.link.but(successor=other))
            else:
                other = self._still_there(task.link.successor)
            if other or (alike and task.kind is RecordType.ACCOUNT):
                self._book.issue(task, "ambiguous_match", detail=" ".join(sorted(alike)))
            else:
                self._book.store.issues.close(code="ambiguous_match", link_id=link_id)
                created.append(task)
        return created

    def _still_there(self, link_id: str | None) -> str | None:
        """Return the link of the account that was created for this one's name, while it lives."""
        found = self._book.store.links.get(link_id) if link_id else None
        return link_id if found is not None and found.phase.is_live else None

    def prove(self, claimed: Iterable[Pair]) -> list[Pair]:
        """Return the claims that hold: the item names a record that its mailbox does not see.

        A claim is the word of whoever may write to the mailbox. It is honoured where both names
        agree, as those of a store that was lost do; else nothing of the record is shown, and
        nothing is written to it.
        """
        claimed = list(claimed)
        proven: list[Pair] = []
        if not claimed:
            return proven
        mailbox = claimed[0][0].contract.mailbox
        ids = {record.object_id for _, record in claimed}
        taken = self._book.store.links.is_linked(mailbox, ids)
        for task, record in claimed:
            agrees = matching.have_agreeing_names(task.seen, _values(task, record))
            if agrees and record.object_id not in taken:
                taken.add(record.object_id)
                proven.append((task, record))
                continue
            # By its item alone: the link would make a pair of the two.
            code = "duplicate_of_linked" if agrees else "ambiguous_match"
            self._book.issue(task, code, is_linked=False)
            self._book.store.links.delete(task.link.link_id)
        return proven


def is_unproven(task: Task) -> bool:
    """Whether an item names a record that no link of its mailbox does."""
    return task.contract.claim is not None and task.link.c4c_id is None


def _named(records: Sequence[C4CRecord], verdict: matching.Matched) -> C4CRecord:
    return next(record for record in records if record.object_id == verdict.remote_id)


def _values(task: Task, record: C4CRecord) -> dict[str, str]:
    return task.fields.normalised(task.fields.from_c4c(record.properties))
