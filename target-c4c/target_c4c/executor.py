"""Runs the contracts of one run in their order: resolve, create and match, update, remove.

Responsible for grouping operations into tasks; each step is a module of its own.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from contact_sync.book import Book
from contact_sync.contract import PROPERTY, Contract, ContractError, Op
from contact_sync.core.model import Side

from target_c4c import intents
from target_c4c.accounts import AccountBook
from target_c4c.failures import classify
from target_c4c.joining import Joining
from target_c4c.retiring import Retiring
from target_c4c.task import Task
from target_c4c.updating import Updating

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from c4c_client import C4CClient
    from contact_sync.core.model import RecordType
    from contact_sync.store import Store


class Executor:
    """All operations of one run against one tenant."""

    def __init__(self, client: C4CClient, store: Store) -> None:
        self._client = client
        self._store = store
        self.book = Book(store, Side.C4C, classify)
        self._accounts = AccountBook(client)
        self._updating = Updating(client, self.book, self._accounts)
        self._joining = Joining(client, self.book, self._accounts, self._updating)
        self._retiring = Retiring(client, self.book)
        self._is_resolved = False
        self._sent: dict[str, list[Mapping[str, str]]] = defaultdict(list)

    def run(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Run the operations of one stream.

        Args:
            records: Bodies of RECORD messages that carry a contract.

        Raises:
            ContractError: A contract cannot be read; nothing of the stream was written.
        """
        contracts = [(Contract.from_message(record[PROPERTY]), record) for record in records]
        if not self._is_resolved:
            region = next((contract.region for contract, _ in contracts), None)
            self._joining.suspects = intents.resolve(self._client, self._store, region)
            for intent in self._store.intents.list_updates(Side.C4C):
                self._sent[intent.link_id].append(intent.written)
            self._is_resolved = True
        tasks = [task for task in (self._task(*pair) for pair in contracts) if task is not None]
        by_step: dict[tuple[str, RecordType], list[Task]] = defaultdict(list)
        for task in tasks:
            by_step[_step(task.contract.op), task.kind].append(task)
        for step, run in (
            ("join", self._joining.run),
            ("update", self._updating.run),
            ("retire", self._retiring.run),
        ):
            for (name, _), group in by_step.items():
                if name == step:
                    for task in group:
                        task.link = self.book.fresh(task.link)
                    run(group)
        # The next stream may look for accounts that this one has just created or renamed.
        self._accounts.forget()

    def _task(self, contract: Contract, record: Mapping[str, Any]) -> Task | None:
        link = self._store.links.get(contract.link)
        # A link that is gone was forgotten meanwhile: the operation has lost its reason.
        properties = {name: value for name, value in record.items() if name != PROPERTY}
        if link is None:
            return None
        return Task(contract, properties, link, self._sent.get(link.link_id, ()))


def _step(op: Op) -> str:
    if op is Op.UPDATE:
        return "update"
    if op is Op.RETIRE:
        return "retire"
    if op in (Op.CREATE, Op.ADOPT, Op.REVIVE):
        return "join"
    raise ContractError(f"`{op.value}` is no operation of this target")
