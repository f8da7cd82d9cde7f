"""The target: settings and the two kinds of records in, writes to C4C out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from c4c_client import C4CClient, C4CError
from c4c_client import settings as connection
from contact_sync.contract import C4C_STREAMS, Op
from contact_sync.core.model import RecordType, Side
from contact_sync.singer_target import OrderedTarget
from typing_extensions import override

from target_c4c import errors, settings
from target_c4c.executor import Executor
from target_c4c.plain import PlainC4C
from target_c4c.plain_columns import TenantTables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contact_sync.core.loading import Table
    from contact_sync.plain import PlainBook
    from contact_sync.store import Store
    from singer_sdk.exceptions import FatalAPIError, RetriableAPIError


class _Operations:
    """The executor as the shared shell calls it; its records say themselves what they are."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    @property
    def counts(self) -> Mapping[str, int]:
        return self._executor.book.counts

    def run(self, stream: str, records: Sequence[Mapping[str, Any]]) -> None:
        del stream
        self._executor.run(records)


class TargetC4C(OrderedTarget[C4CClient]):
    """Singer target for contacts, accounts and individual customers of SAP Cloud for Customer."""

    name = "target-c4c"
    config_jsonschema = settings.SETTINGS
    side = Side.C4C
    operation_streams = C4C_STREAMS
    operation_key = ("ObjectID",)
    operations = frozenset({Op.CREATE, Op.ADOPT, Op.UPDATE, Op.REVIVE, Op.RETIRE})
    #: Our taps' names, then those of the entity sets.
    plain_streams = {  # noqa: RUF012 - a ClassVar of the base
        "accounts": RecordType.ACCOUNT,
        "contacts": RecordType.CONTACT,
        "individual_customers": RecordType.INDIVIDUAL_CUSTOMER,
        "CorporateAccountCollection": RecordType.ACCOUNT,
        "ContactCollection": RecordType.CONTACT,
        "IndividualCustomerCollection": RecordType.INDIVIDUAL_CUSTOMER,
    }
    client_errors = C4CError
    _tables: TenantTables | None = None

    @override
    @classmethod
    def problems(cls, config: Mapping[str, Any]) -> list[str]:
        return connection.problems(config)

    @override
    def connect(self) -> C4CClient:
        return connection.connect(self.config)

    @override
    def operations_with(self, client: C4CClient, store: Store) -> _Operations:
        return _Operations(Executor(client, store))

    @override
    def table_of(self, client: C4CClient, kind: RecordType) -> Table:
        return self._tenant_tables(client).table(kind)

    @override
    def plain_records_with(self, client: C4CClient, book: PlainBook) -> PlainC4C:
        return PlainC4C(client, book, self._tenant_tables(client))

    def _tenant_tables(self, client: C4CClient) -> TenantTables:
        if self._tables is None:
            self._tables = TenantTables(client)
        return self._tables

    @override
    def explain(self, error: Exception) -> FatalAPIError | RetriableAPIError:
        return errors.explain(error)
