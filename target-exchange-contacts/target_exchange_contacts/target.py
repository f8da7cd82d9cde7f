"""The target: settings and the two kinds of records in, writes to Exchange out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contact_sync.contract import EXCHANGE_STREAMS, Op
from contact_sync.core.model import RecordType, Side
from contact_sync.singer_target import OrderedTarget
from exchange_client import ExchangeClient, ExchangeError
from exchange_client import settings as connection
from typing_extensions import override

from target_exchange_contacts import errors, settings
from target_exchange_contacts.executor import Executor
from target_exchange_contacts.plain import PlainExchange
from target_exchange_contacts.plain_columns import CONTACTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contact_sync.core.loading import Table
    from contact_sync.plain import PlainBook
    from contact_sync.store import Store
    from singer_sdk.exceptions import FatalAPIError, RetriableAPIError


class _Operations:
    """The executor as the shared shell calls it."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    @property
    def counts(self) -> Mapping[str, int]:
        return self._executor.book.counts

    def run(self, stream: str, records: Sequence[Mapping[str, Any]]) -> None:
        self._executor.run(stream, records)


class TargetExchangeContacts(OrderedTarget[ExchangeClient]):
    """Singer target for Outlook contacts of Exchange / Microsoft 365."""

    name = "target-exchange-contacts"
    config_jsonschema = settings.SETTINGS
    side = Side.EXCHANGE
    operation_streams = EXCHANGE_STREAMS
    operation_key = ("mailbox", "id")
    operations = frozenset(
        {Op.PREPARE, Op.CREATE, Op.UPDATE, Op.MOVE, Op.STAMP, Op.STRIP, Op.TRASH}
    )
    plain_streams = {"contacts": RecordType.CONTACT}  # noqa: RUF012 - a ClassVar of the base
    client_errors = ExchangeError

    @override
    @classmethod
    def problems(cls, config: Mapping[str, Any]) -> list[str]:
        return connection.problems(config)

    @override
    def connect(self) -> ExchangeClient:
        return connection.connect(self.config)

    @override
    def operations_with(self, client: ExchangeClient, store: Store) -> _Operations:
        return _Operations(Executor(client, store))

    @override
    def table_of(self, client: ExchangeClient, kind: RecordType) -> Table:
        return CONTACTS

    @override
    def plain_records_with(self, client: ExchangeClient, book: PlainBook) -> PlainExchange:
        return PlainExchange(client, book)

    @override
    def explain(self, error: Exception) -> FatalAPIError | RetriableAPIError:
        return errors.explain(error)
