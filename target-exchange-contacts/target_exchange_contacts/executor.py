"""Runs the contracts of one run in their order, mailbox by mailbox.

Responsible for grouping operations: all that concerns one item becomes one write.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from contact_sync.book import Book
from contact_sync.contract import PROPERTY, Contract, ContractError, Op
from contact_sync.core.model import Side
from exchange_client import AuthError, ExchangeError, MailboxError, mailbox_error

from target_exchange_contacts import intents
from target_exchange_contacts.creating import Creating
from target_exchange_contacts.failures import classify
from target_exchange_contacts.moving import Moving
from target_exchange_contacts.preparing import prepare
from target_exchange_contacts.removing import Removing
from target_exchange_contacts.task import Task, informed
from target_exchange_contacts.writing import Write, Writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from contact_sync.core.model import Link, RecordType
    from contact_sync.core.states import StateList
    from contact_sync.store import Intent, Store
    from exchange_client import ExchangeClient

_KNOWN = frozenset((Op.PREPARE, Op.CREATE, Op.UPDATE, Op.MOVE, Op.STAMP, Op.STRIP, Op.TRASH))


class Executor:
    """All operations of one run against one tenant."""

    def __init__(self, client: ExchangeClient, store: Store) -> None:
        self._client = client
        self._store = store
        self.book = Book(store, Side.EXCHANGE, classify)
        self._creating = Creating(client, self.book)
        self._moving = Moving(client, self.book)
        self._writing = Writing(client, self.book)
        self._removing = Removing(client, self.book)
        self._states: dict[RecordType, StateList | None] = {}
        self._is_resolved = False
        self._errors: dict[str, ExchangeError] = {}
        self._served: set[str] = set()

    def run(self, stream: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Run the operations of one stream.

        Args:
            stream: `mailboxes`, `contacts` or `removals`.
            records: Bodies of RECORD messages that carry a contract.

        Raises:
            ContractError: A contract cannot be read; nothing of the stream was written.
        """
        contracts = [(self._contract(record[PROPERTY]), record) for record in records]
        for contract, _ in contracts:
            if contract.op not in _KNOWN:
                raise ContractError(f"`{contract.op.value}` is no operation of this target")
        if stream == "mailboxes":
            for contract, _ in contracts:
                self._isolated(contract.mailbox, (), partial(self._prepare, contract))
        else:
            self._resolve([contract for contract, _ in contracts])
            for mailbox, tasks in sorted(self._tasks(contracts).items()):
                self._isolated(mailbox, tasks, partial(self._run, stream, mailbox, tasks))
        self._report()

    def _contract(self, message: object) -> Contract:
        """Read a contract, and give it the tenant's states: items are read as the mapper read."""
        contract = Contract.from_message(message)
        kind = contract.record_type
        if kind not in self._states:
            self._states[kind] = self._store.states.get(kind)
        states = self._states[kind]
        return contract if states is None else informed(contract, states)

    def _prepare(self, contract: Contract) -> None:
        prepare(self._client, self._store, contract)
        self.book.count(contract.op.value)

    def _tasks(
        self, contracts: Iterable[tuple[Contract, Mapping[str, Any]]]
    ) -> dict[str, list[Task]]:
        by_mailbox: dict[str, list[Task]] = defaultdict(list)
        for contract, record in contracts:
            link = self._store.links.get(contract.link)
            if link is not None:
                properties = {name: value for name, value in record.items() if name != PROPERTY}
                by_mailbox[contract.mailbox].append(Task(contract, properties, link))
        return by_mailbox

    def _run(self, stream: str, mailbox: str, tasks: list[Task]) -> None:
        if stream == "removals":
            outside = self._removing.run(mailbox, tasks)
            self._writing.run(mailbox, [Write(task, strips=True) for task in outside])
        else:
            self._contacts(mailbox, tasks)

    def _isolated(self, mailbox: str, tasks: Sequence[Task], work: Callable[[], None]) -> None:
        """Let trouble of one mailbox stop nobody else; what is asked of it is asked again (I45).

        Raises:
            AuthError: Nothing works for any mailbox.
        """
        if mailbox in self.book.troubled:
            self._leave(tasks)
            return
        try:
            work()
        except ExchangeError as error:
            self._errors[mailbox] = error
            self.book.troubled[mailbox] = classify(mailbox_error(error))
        else:
            if mailbox not in self.book.troubled:
                self._served.add(mailbox)
        if mailbox in self.book.troubled:
            self._leave(tasks)

    def _leave(self, tasks: Iterable[Task]) -> None:
        """Leave operations to the next session: their records are read again for it."""
        for task in tasks:
            self.book.ask_again(task.link, Side.C4C)

    def _report(self) -> None:
        """Raise the issues about mailboxes in trouble.

        Raises:
            ExchangeError: No mailbox could be served, none says why, and none can be opened: it
                is the service.
        """
        if self._errors and not self._served and not self._does_anyone_answer():
            raise next(iter(self._errors.values()))
        self.book.tell_troubled()

    def _does_anyone_answer(self) -> bool:
        """Whether the trouble is of the mailboxes: one says so, or opens its default folder.

        A mailbox in trouble may be the only one that has work in this run (I45).
        """
        if any(isinstance(error, MailboxError) for error in self._errors.values()):
            return True
        for mailbox in self._errors:
            try:
                self._client.check_mailbox(mailbox)
            except AuthError:
                raise
            except ExchangeError:
                continue
            return True
        return False

    def _resolve(self, contracts: Sequence[Contract]) -> None:
        """Explain open intents once, when the folders are known in which copies are looked for."""
        if self._is_resolved:
            return
        self._is_resolved = True
        for mailbox, cut_off in intents.by_mailbox(self._store).items():
            self._isolated(mailbox, (), partial(self._resolve_one, mailbox, cut_off, contracts))

    def _resolve_one(
        self,
        mailbox: str,
        cut_off: Sequence[tuple[Intent, Link]],
        contracts: Sequence[Contract],
    ) -> None:
        for left_over in intents.resolve(self._client, self._store, cut_off):
            self._removing.run(mailbox, [_trash(left_over, contracts)])

    def _contacts(self, mailbox: str, tasks: list[Task]) -> None:
        creates = [task for task in tasks if task.contract.op is Op.CREATE]
        moves = [task for task in tasks if task.contract.op is Op.MOVE]
        # First: by a create the link of such an item may get another one.
        strips = [Write(task, strips=True) for task in tasks if task.contract.op is Op.STRIP]
        self._writing.run(mailbox, strips)
        writes = self._creating.run(mailbox, creates)
        if mailbox in self.book.troubled:
            return
        writes += self._moving.run(mailbox, moves)
        for task in tasks:
            if task.contract.op is Op.UPDATE:
                writes.append(Write(task))
            elif task.contract.op is Op.STAMP:
                writes.append(Write(task, stamps=True))
        self._writing.run(mailbox, list(self._joined(writes)))

    def _joined(self, writes: Iterable[Write]) -> Iterable[Write]:
        """Merge all writes of one link into one: at most one update per item and run (I14)."""
        by_link: dict[str, Write] = {}
        for write in writes:
            task = write.task
            task.link = self.book.fresh(task.link)
            seen = by_link.get(task.link.link_id)
            if seen is None:
                by_link[task.link.link_id] = write
                continue
            one, two = seen.task.contract, task.contract
            contract = replace(
                two if two.fields else one,
                fields=tuple(sorted({*one.fields, *two.fields})),
                source={**one.source, **two.source},
                base={**one.base, **two.base},
                on_conflict={**one.on_conflict, **two.on_conflict},
            )
            by_link[task.link.link_id] = Write(
                Task(contract, {**seen.task.properties, **task.properties}, task.link),
                stamps=seen.stamps or write.stamps,
            )
        return by_link.values()


def _trash(link: Link, contracts: Iterable[Contract]) -> Task:
    """Return the operation for a left-over item; its link is forgotten afterwards.

    Args:
        link: Link of the left-over.
        contracts: Those of this run; one of the same type tells how the item's fields are read.
    """
    like = next((entry for entry in contracts if entry.record_type is link.record_type), None)
    contract = Contract(
        op=Op.TRASH,
        link=link.link_id,
        mailbox=link.mailbox,
        record_type=link.record_type,
        region=like.region if like else None,
        custom=like.custom if like else {},
        off=like.off if like else (),
        policy={"after": "forgotten"},
    )
    return Task(contract, {}, link)
