"""Updates of linked records: If-Match, three-way merge on mismatch, read-back.

Responsible for never overwriting what was not seen, and for the intent before every update. One
whose reply was lost is looked at again before it is repeated: with If-Match it cannot have been
applied twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from c4c_client import NotFoundError, PreconditionFailedError, UnknownOutcomeError, Update
from contact_sync.core import merge, outcome
from contact_sync.core.model import Side
from contact_sync.core.newest import is_exchange_newer
from contact_sync.core.status import is_obsolete

from target_c4c.apart import execute, is_unheard, records_for
from target_c4c.failures import of_seen
from target_c4c.refusals import fields_behind, refused_property, report_left_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from c4c_client import C4CClient, C4CRecord
    from contact_sync.book import Book

    from target_c4c.accounts import AccountBook
    from target_c4c.task import Task

#: How often a record that moves on meanwhile is written before it becomes an issue. A round in
#: which C4C refuses a field counts for nothing: it leaves one field less.
ROUNDS = 4


@dataclass
class _Update:
    """One update between rounds: the fields still to be written and the version to match.

    Its intent is opened once: later rounds write fewer fields, never others.
    """

    task: Task
    fields: tuple[str, ...]
    etag: str | None
    needs_read: bool
    intent: str | None = None
    is_suspect: bool = False
    is_missed: bool = False
    rounds: int = 0
    left_out: frozenset[str] = frozenset()


class Updating:
    """Runs update operations, all records at once, round by round."""

    def __init__(self, client: C4CClient, book: Book, accounts: AccountBook) -> None:
        self._client = client
        self._book = book
        self._accounts = accounts

    def run(self, tasks: Sequence[Task]) -> None:
        """Bring every task to an end: written, agreed, or an issue."""
        open_ = [
            _Update(task, task.contract.fields, task.contract.if_match, not task.contract.if_match)
            for task in tasks
            if task.link.c4c_id is not None
        ]
        while open_:
            now, later = _one_per_record(open_)
            open_ = []
            for update in self._round(now):
                if update.rounds < ROUNDS:
                    open_.append(update)
                else:
                    fields = {*update.fields, *update.left_out}
                    self._book.one_issue(update.task, "unavailable", fields)
            open_ += later

    def _round(self, updates: list[_Update]) -> list[_Update]:
        """Read what must be read, write, and return what has to be tried again."""
        ready = [update for update in updates if not update.needs_read]
        ready += self._merged([update for update in updates if update.needs_read])
        self._accounts.look_up(
            update.task.values.get("company", "") for update in ready if "company" in update.fields
        )
        writes = [(update, self._body(update)) for update in ready]
        writes = [(update, body) for update, body in writes if body]
        self._announce([update for update, _ in writes])
        results = execute(
            self._client,
            [
                (
                    Update(
                        update.task.collection, update.task.link.c4c_id or "", body, update.etag
                    ),
                    update.is_suspect,
                )
                for update, body in writes
            ],
        )
        again = []
        for (update, body), result in zip(writes, results, strict=True):
            refused = refused_property(result.error, body)
            if refused is not None:
                again += self._without(update, refused)
            elif result.record is not None:
                self._written(update, result.record)
            elif isinstance(result.error, (PreconditionFailedError, UnknownOutcomeError)):
                update.needs_read = True
                update.rounds += 1
                update.is_suspect = is_unheard(result.error)
                again.append(update)
            elif isinstance(result.error, NotFoundError) and not update.is_missed:
                # Asked, not guessed: only a look by key proves that it is gone (I7).
                update.needs_read = update.is_missed = True
                again.append(update)
            elif result.error is not None:
                error = of_seen(result.error) if update.is_missed else result.error
                self._book.failed(update.task, error, update.intent, update.left_out)
        return again

    def _without(self, update: _Update, refused: str) -> list[_Update]:
        """Leave out the fields behind a refused property; nothing may be left to write."""
        names = set(fields_behind(update.task, [refused]))
        update.left_out |= {refused}
        update.fields = tuple(name for name in update.fields if name not in names)
        if update.fields and names:
            return [update]
        self._end(update, "failed")
        self._book.one_issue(update.task, "rejected", update.left_out)
        return []

    def _announce(self, updates: list[_Update]) -> None:
        """Put on record what is about to be written, by which the next session knows it as ours."""
        new = [update for update in updates if update.intent is None]
        opened = self._book.store.intents.open_updates(
            Side.C4C,
            {
                update.task.link.link_id: {
                    name: update.task.contract.source[name] for name in update.fields
                }
                for update in new
            },
        )
        for update in new:
            update.intent = opened[update.task.link.link_id]

    def _merged(self, updates: list[_Update]) -> Iterator[_Update]:
        """Yield the updates that are left to write after a look at the live records."""
        if not updates:
            return
        wanted = [
            # Values that may have arrived stay on record, to be known as ours.
            (entry.task, entry.task.link.c4c_id or "", None if entry.is_suspect else entry.intent)
            for entry in updates
        ]
        records = records_for(self._client, self._book, wanted)
        for update in updates:
            if (update.task.link.c4c_id or "") not in records:
                continue  # an issue by now
            record = records.get(update.task.link.c4c_id or "")
            if record is None or is_obsolete(update.task.kind, record.properties):
                # C3/C4: the deletion wins; stage 2 carries it out and names the dropped fields.
                self._book.ask_again(update.task.link, Side.C4C)
                self._end(update)
            elif self._merge(update, record):
                yield update
            else:
                self._end(update)

    def _end(self, update: _Update, how: str = "agreed") -> None:
        """Close the intent of an update that has nothing left to write."""
        if update.intent is not None:
            self._book.store.intents.close(update.intent, how)

    def _merge(self, update: _Update, record: C4CRecord) -> bool:
        """Merge one update into the live record; tell whether something is left to write."""
        task = update.task
        source = task.contract.source
        live = task.digests_of(record, self._book.key)
        # The account look-up decides about the company; there is nothing to merge on its text.
        plain = [name for name in update.fields if name != "company"]
        merged = merge.merge_update(
            plain,
            source=source,
            base=task.base_of(live),
            live=live,
            source_side=Side.EXCHANGE,
            on_conflict=task.contract.on_conflict,
            exchange_is_newer=is_exchange_newer(
                task.contract.source_modified_at, record.properties.get("ChangedOn")
            ),
        )
        dropped = {name: source[name] for name in merged.lost}
        dropped.update({n: live[n] for n in merged.conflicts if n not in merged.lost})
        self._book.conflict(task, merged.conflicts, merged.write, dropped)
        link = outcome.settle(task.link, merged.agreed, exchange=source, c4c=live)
        # Dropped edits are no edits any more: stage 2 brings the winner without a new conflict.
        link = outcome.owe(link, merged.lost, Side.EXCHANGE, source)
        self._book.save(task, outcome.see_record(link, task.facts(record, self._book.key)))
        company = ("company",) if "company" in update.fields else ()
        update.fields, update.etag, update.needs_read = (
            (*merged.write, *company),
            record.etag,
            False,
        )
        return bool(update.fields)

    def _body(self, update: _Update) -> dict[str, object]:
        body: dict[str, object] = update.task.body(update.fields)
        if "company" not in update.fields:
            return body
        task, company = update.task, update.task.values.get("company", "")
        account = self._accounts.account_of(company)
        if self._accounts.is_unanswered(task, company, self._book):
            # Not known is not "no such account": the edit waits, and its item is read again.
            self._book.ask_again(task.link, Side.EXCHANGE)
            update.fields = tuple(name for name in update.fields if name != "company")
            return body
        if account is not None:
            return {**body, "AccountID": account.account_id}
        # company_change: relink, and no such account: the known one, if any, is shown again.
        source = task.contract.source
        if task.link.account_id is None:
            link = outcome.settle(task.link, ["company"], exchange=source, c4c=task.link.base_c4c)
            self._book.save(task, link)
        else:
            with self._book.store.transaction():
                self._book.save(task, outcome.owe(task.link, ["company"], Side.EXCHANGE, source))
                self._book.issue(task, "company_restored", ["company"])
        update.fields = tuple(name for name in update.fields if name != "company")
        return body

    def _written(self, update: _Update, record: C4CRecord) -> None:
        task = update.task
        source = task.contract.source
        read_back = task.digests_of(record, self._book.key)
        link = outcome.settle(task.link, update.fields, exchange=source, c4c=read_back)
        if "company" in update.fields and read_back.get("company") != source.get("company"):
            link = outcome.owe(link, ["company"], Side.EXCHANGE, source)
        link = outcome.see_record(link, task.facts(record, self._book.key))
        with self._book.store.transaction():
            self._book.done(task, link, update.intent)
            # With it: after a crash nobody would know of the value.
            report_left_out(self._book, task, update.left_out)


def _one_per_record(updates: list[_Update]) -> tuple[list[_Update], list[_Update]]:
    """Split off second updates of one record: C4C refuses parallel ones (KBA 3577788)."""
    seen: set[str | None] = set()
    now: list[_Update] = []
    later: list[_Update] = []
    for update in updates:
        (later if update.task.link.c4c_id in seen else now).append(update)
        seen.add(update.task.link.c4c_id)
    for update in later:
        update.needs_read = True
    return now, later
