"""Items for C4C records: found again, matched, or created with their link property.

Responsible for "matched before anything is created" and for the intent before every create. The
managed folder is listed once per run, and only if something is to be created in it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from contact_sync.contract import Op
from contact_sync.core import claims, graph_values, matching, merge, outcome
from contact_sync.core.model import Owes, Phase, RecordType, Side
from contact_sync.core.newest import is_exchange_newer
from contact_sync.core.routing import with_mark
from exchange_client import Contact, ContactCreate

from target_exchange_contacts.writing import Write, link_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contact_sync.book import Book
    from contact_sync.core.model import Link
    from exchange_client import ExchangeClient

    from target_exchange_contacts.task import Task


class Creating:
    """Runs create operations of one mailbox."""

    def __init__(self, client: ExchangeClient, book: Book) -> None:
        self._client = client
        self._book = book

    def run(self, mailbox: str, tasks: Sequence[Task]) -> list[Write]:
        """Bring every task to an end; return the writes that a first match calls for."""
        stuck = {intent.link_id for intent in self._book.store.intents.list_open(Side.EXCHANGE)}
        by_type: dict[RecordType, list[Task]] = defaultdict(list)
        for task in tasks:
            if task.link.link_id not in stuck:
                by_type[task.kind].append(task)
        writes: list[Write] = []
        for kind in RecordType:
            folder_id = self._book.store.folders.get(mailbox).get(kind)
            if by_type[kind] and folder_id is not None:
                writes += self._run(mailbox, folder_id, by_type[kind])
        return writes

    def _run(self, mailbox: str, folder_id: str, tasks: list[Task]) -> list[Write]:
        linked = self._book.store.links.linked_items(mailbox)
        items = {item.id: item for item in self._client.list_contacts(mailbox, folder_id)}
        by_link = {item.link: item for item in items.values() if item.link}
        waiting = self._waiting(mailbox, tasks[0].kind, items)
        free = [
            item
            for item in items.values()
            if item.id not in linked and not item.is_private and not self._claim(item)
        ]
        writes: list[Write] = []
        new: list[Task] = []
        for task in tasks:
            # Our own item again: the reply to its create was lost, or the store was.
            known = items.get(task.item_id) or by_link.get(link_text(self._book, task))
            is_free = known is not None and known.id not in linked and _may_be(task, known)
            if known is not None and (known.id == task.item_id or is_free):
                writes.append(self._join(task, known))
            elif not task.item_id or not task.link.phase.is_live:
                # The item of a pair that slept or had ended lies in Deleted Items.
                new.append(task)
        matched, rest = self._match(new, free, waiting)
        self._create(mailbox, folder_id, rest)
        return [*writes, *matched]

    def _claim(self, item: Contact) -> claims.Claim | None:
        return claims.parse(item.link, self._book.store.binding(Side.C4C))

    def _waiting(
        self, mailbox: str, kind: RecordType, listed: Mapping[str, Contact]
    ) -> list[Contact]:
        """Return the items that stage 1 found no record for, or several: one may be theirs."""
        links = self._book.store.links.waiting_for_record(mailbox, kind)
        ids = [link.exchange_id for link in links if link.exchange_id]
        missing = [item_id for item_id in ids if item_id not in listed]
        found = {**listed, **self._client.get_contacts(mailbox, missing)} if ids else {}
        # One that cannot be read may be any record's: it is asked for again by its own issue.
        return [item for item_id in ids if isinstance(item := found.get(item_id), Contact)]

    def _match(
        self, tasks: list[Task], free: list[Contact], waiting: list[Contact]
    ) -> tuple[list[Write], list[Task]]:
        """Match with unlinked items; return writes and what is still new.

        An item that waits for its own record is stage 1's to decide on: a record that matches it
        is not created beside it.
        """
        seekers = [task for task in tasks if task.contract.match]
        by_id = {item.id: item for item in free}
        free = [*free, *waiting]
        verdicts = matching.match_all(
            [
                matching.Newcomer(key=t.link.link_id, values=t.fields.normalised(t.values))
                for t in seekers
            ],
            {
                task.link.link_id: [
                    matching.Candidate(
                        remote_id=item.id,
                        values=task.fields.normalised(task.fields.from_graph(item.properties)),
                        emails=_other_emails(task, item),
                    )
                    for item in free
                ]
                for task in seekers
            },
        )
        writes: list[Write] = []
        rest: list[Task] = []
        for task in tasks:
            verdict = verdicts.get(task.link.link_id)
            if isinstance(verdict, matching.Matched) and verdict.remote_id in by_id:
                writes.append(self._join(task, by_id[verdict.remote_id]))
            elif isinstance(verdict, matching.Matched):
                self._book.ask_again(task.link.but(exchange_id=verdict.remote_id), Side.EXCHANGE)
            elif isinstance(verdict, matching.Ambiguous):
                self._book.issue(task, "ambiguous_match")
            else:
                self._book.store.issues.close(code="ambiguous_match", link_id=task.link.link_id)
                rest.append(task)
        return writes, rest

    def _join(self, task: Task, item: Contact) -> Write:
        """Pair record and item; return the write of what C4C knows better."""
        contract = task.contract
        live_values = task.fields.from_graph(item.properties)
        live = task.fields.digests(self._book.key, live_values)
        base, other_base = _bases(task.link)
        merged = merge.merge_first(
            [name for name in contract.fields if name in live],
            exchange=live,
            c4c=contract.source,
            blank_exchange=merge.never_filled(live_values, live, base),
            blank_c4c=merge.never_filled(task.values, contract.fields, other_base),
            may_write_c4c=contract.returnable,
            may_write_exchange=contract.writable,
            on_conflict=contract.on_conflict,
            exchange_is_newer=is_exchange_newer(
                item.properties.get("lastModifiedDateTime"), contract.source_modified_at
            ),
            untouched_exchange=_untouched(base, live),
            untouched_c4c=_untouched(other_base, contract.source),
        )
        link = outcome.pair(
            task.link,
            exchange=live,
            c4c=contract.source,
            owed_to_exchange=merged.to_exchange,
            owed_to_c4c=merged.to_c4c,
            owes=Owes.STAMP,
        )
        link = outcome.see_item(link, task.facts(item, self._book.key))
        dropped = {
            name: (live if name in merged.to_exchange else contract.source)[name]
            for name in merged.conflicts
        }
        # At once: when the pair is joined, nobody sees the conflict any more.
        with self._book.store.transaction():
            self._book.joined(task, self._as_seen(task, link))
            self._book.conflict(task, merged.conflicts, merged.to_c4c, dropped)
        self._book.overridden(task, merged.overridden)
        if merged.to_c4c:
            self._book.ask_again(link, Side.EXCHANGE)
        task.contract = replace(contract, op=Op.UPDATE, fields=merged.to_exchange, base=live)
        return Write(task, stamps=True)

    def _create(self, mailbox: str, folder_id: str, tasks: list[Task]) -> None:
        if not tasks:
            return
        intents = self._book.store.intents.open(
            Side.EXCHANGE, "create", [task.link.link_id for task in tasks]
        )
        not_done = self._book.store.intents.not_done(Side.EXCHANGE)
        outcomes = self._client.create_contacts(
            mailbox,
            [
                ContactCreate(
                    folder_id=folder_id,
                    properties=_body(task),
                    link=link_text(self._book, task),
                    is_alone=task.link.link_id in not_done,
                )
                for task in tasks
            ],
        )
        for task, result in zip(tasks, outcomes, strict=True):
            intent = intents[task.link.link_id]
            if result.contact is not None:
                self._created(task, result.contact, intent)
            elif result.error is not None:
                self._book.failed(task, result.error, intent)

    def _created(self, task: Task, item: Contact, intent: str) -> None:
        facts = task.facts(item, self._book.key)
        link = outcome.pair(task.link, exchange=facts.digests, c4c=task.contract.source)
        link = outcome.see_item(link, facts)
        self._book.done(task, self._as_seen(task, link), intent)

    def _as_seen(self, task: Task, link: Link) -> Link:
        """Note the version of the record whose values the item has now."""
        is_pinned = task.link.phase is Phase.PINNED
        return outcome.see_version(link, task.contract.source_modified_at).but(
            phase=Phase.PINNED if is_pinned else Phase.ACTIVE,
            in_view=bool(task.contract.policy.get("in_view")),
            c4c_etag=task.contract.source_version,
        )


def _bases(link: Link) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return what the pair last agreed on: Exchange's digests and C4C's; pending: nothing."""
    if link.phase is Phase.PENDING:
        return {}, {}
    return link.base_exchange, link.base_c4c


def _untouched(base: Mapping[str, str], now: Mapping[str, str]) -> set[str]:
    """Return the fields that a side has not edited since the pair was last in agreement."""
    return {name for name, digest in base.items() if now.get(name) == digest}


def _body(task: Task) -> dict[str, object]:
    """Return the properties of a new item: what C4C knows, and the category."""
    writable = task.contract.writable
    values = {name: value for name, value in task.values.items() if value and name in writable}
    categories = with_mark([], task.category, ())
    marks = {"categories": categories} if categories else {}
    return {**task.fields.to_graph(values), **marks}


def _may_be(task: Task, item: Contact) -> bool:
    """Whether an item that names the record may be it: two people are not joined by a text (I47).

    The mailbox sees the record, so nothing is kept from it; but the text may have been copied.
    """
    values = task.fields.from_graph(item.properties)
    if task.kind is RecordType.ACCOUNT:
        return True
    return matching.compare_names(task.values, values) is not matching.Likeness.OTHER


def _other_emails(task: Task, item: Contact) -> tuple[str, ...]:
    return graph_values.other_emails(item.properties) if "email" in task.fields.names else ()
