"""What both targets do on the Singer side: read everything, then act in order, STATE last.

Responsible for the promises to the pipeline: nothing is written before the whole input was read
and understood, sinks are drained in the order of the streams, STATE goes out after everything it
stands for, and a failure is one line without content. Talks to no service.
"""

from __future__ import annotations

import json
import sys
from abc import abstractmethod
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn

from singer_sdk.exceptions import (
    ConfigurationError,
    ConfigValidationError,
    FatalAPIError,
    RecordsWithoutSchemaException,
    RetriableAPIError,
)
from singer_sdk.helpers.capabilities import PluginCapabilities
from singer_sdk.target_base import Target
from typing_extensions import override

from contact_sync.contract import PROPERTY, Contract, ContractError, Op
from contact_sync.core.model import Side
from contact_sync.core.shapes import misfits_of_values
from contact_sync.plain import PlainBook, PlainFailuresError
from contact_sync.plain_streams import PlainStreams
from contact_sync.singer_io import MessageError, QuietPlugin, QuietReader
from contact_sync.store import Store, session_owner
from contact_sync.target_seams import ClientT, CollectingSink, Operations, PlainRecords

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

    from contact_sync.core.loading import Table
    from contact_sync.core.model import RecordType

#: Settings that both targets share beside those of their connection.
STORE_SETTINGS: dict[str, dict[str, Any]] = {
    "sync_store": {
        "type": ["string", "null"],
        "secret": True,  # a URL may hold a password
        "writeOnly": True,
        "title": "Sync store",
        "description": "Database of the two-way sync (path or URL); leave out to load plain "
        "records of any other tap.",
    },
    "digest_key": {
        "type": ["string", "null"],
        "secret": True,
        "writeOnly": True,
        "title": "Digest key",
        "description": "Key of the sync store's digests; default: the key file beside the store.",
    },
}


class OrderedTarget(QuietPlugin, Target, Generic[ClientT]):
    """Base of the two targets.

    Attributes:
        side: The service it writes to.
        operation_streams: Streams of operations, in the order in which they are run.
        operation_key: Key properties of these streams.
        operations: Operations that it understands.
        plain_streams: Streams of plain records, in their order, with the record type for issues.
        client_errors: Root of the client's errors.

    Args:
        client: Instead of the client that the settings describe.
        kwargs: What the SDK takes: config and so on.
    """

    side: ClassVar[Side]
    operation_streams: ClassVar[tuple[str, ...]]
    operation_key: ClassVar[tuple[str, ...]]
    operations: ClassVar[frozenset[Op]]
    plain_streams: ClassVar[Mapping[str, RecordType]]
    client_errors: ClassVar[type[Exception]]

    capabilities: ClassVar[list[Any]] = [
        PluginCapabilities.ABOUT,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]
    default_sink_class = CollectingSink
    message_reader_class = QuietReader
    plain_errors = (
        *QuietPlugin.plain_errors,
        FatalAPIError,
        RecordsWithoutSchemaException,
        RetriableAPIError,
    )

    def __init__(self, *, client: ClientT | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - the SDK's own
        super().__init__(setup_mapper=False, **kwargs)
        self.max_parallelism = 1
        self._client = client or self._connected()
        self._state: str | None = None
        self._contracted: set[str] = set()
        self._mailboxes: set[str] = set()
        self._operations: Operations | None = None
        self._plain: PlainRecords
        self._streams = PlainStreams(
            self._table_of,
            allows_unknown=self.config.get("unknown_columns") == "ignore",
            logger=self.logger,
        )

    # -- what a target says of itself ------------------------------------------------------------

    @classmethod
    @abstractmethod
    def problems(cls, config: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with settings that are sound by the schema, one line each."""

    @abstractmethod
    def connect(self) -> ClientT:
        """Build the client that the settings describe.

        Raises:
            ValueError: A setting cannot work; the text names it.
        """

    @abstractmethod
    def operations_with(self, client: ClientT, store: Store) -> Operations:
        """Return what runs contracts."""

    @abstractmethod
    def table_of(self, client: ClientT, kind: RecordType) -> Table:
        """Return what the service knows of a record type."""

    @abstractmethod
    def plain_records_with(self, client: ClientT, book: PlainBook) -> PlainRecords:
        """Return what loads plain records."""

    @abstractmethod
    def explain(self, error: Exception) -> FatalAPIError | RetriableAPIError:
        """Turn an error of the client into one line with cause, setting and remedy."""

    # -- settings --------------------------------------------------------------------------------

    @override
    @classmethod
    def append_builtin_config(cls, config_jsonschema: dict[str, Any]) -> None:
        """Add nothing: batch sizes, load methods and metadata columns belong to tables."""

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        errors = super()._validate_config(raise_errors=raise_errors)
        errors = errors or self.problems(self._config)
        if errors and raise_errors:
            raise ConfigValidationError(errors[0], errors=errors)
        return errors

    def _connected(self) -> ClientT:
        try:
            return self.connect()
        except ValueError as error:  # the client names settings, not values
            raise ConfigurationError(str(error)) from None

    # -- messages --------------------------------------------------------------------------------

    @override
    def get_sink(self, stream_name: str, **kwargs: Any) -> CollectingSink:
        """Return the one sink of a stream: a later SCHEMA must not split or reorder its records."""
        sink = self._sinks_active.get(stream_name) or self.add_sink(
            stream_name, kwargs["schema"], kwargs.get("key_properties")
        )
        if not isinstance(sink, CollectingSink):
            raise TypeError(type(sink).__name__)
        return sink

    @override
    def _process_schema_message(self, message_dict: dict[str, Any]) -> None:
        self._assert_line_requires(message_dict, requires={"stream", "schema"})
        stream, schema = message_dict["stream"], message_dict["schema"]
        if not isinstance(stream, str) or not isinstance(schema, dict):
            raise MessageError("A SCHEMA message has no stream name or no schema object.")
        self._assert_line_requires(schema, requires={"properties"})
        if not isinstance(schema["properties"], dict):
            raise MessageError("A SCHEMA message has no schema object.")
        keys = message_dict.get("key_properties")
        if keys is not None and not (isinstance(keys, list) and all(map(_is_text, keys))):
            raise MessageError("A SCHEMA message has key_properties that are no list of names.")
        if PROPERTY in schema["properties"] and keys != list(self.operation_key):
            raise MessageError(
                f"The operations on the input are not made for {self.name}. Is the right mapping "
                "between the right tap and target?"
            )
        if PROPERTY in schema["properties"]:
            self._contracted.add(stream)
        elif stream in self.plain_streams:
            kind = self.plain_streams[stream]
            self._streams.declare(stream, kind, schema, keys or ())
            if not self.config.get("sync_store"):
                # With a store, only once it is known to belong to this tenant.
                self._streams.review()
        self.get_sink(stream, schema=schema, key_properties=keys)

    @override
    def _process_record_message(self, message_dict: dict[str, Any]) -> None:
        self._assert_line_requires(message_dict, requires={"stream", "record"})
        stream, record = message_dict["stream"], message_dict["record"]
        if not isinstance(stream, str) or not isinstance(record, dict):
            raise MessageError("A RECORD message has no stream name or no record object.")
        is_operation = record.get(PROPERTY) is not None
        known = self.operation_streams if is_operation else tuple(self.plain_streams)
        shown = stream if stream in known else "(unknown)"
        if not self.sink_exists(stream):
            raise RecordsWithoutSchemaException(
                f"A record of stream {shown} came before its SCHEMA message. Does a Singer tap "
                "write the input?"
            )
        if stream not in known:
            raise MessageError(
                f"The input has records of a stream that {self.name} does not know. It loads: "
                f"{', '.join(known)}. Deselect the others in the tap, or rename the stream."
            )
        if is_operation:
            self._check_operation(record)
        elif stream in self._contracted:
            # Without its contract it would be loaded past If-Match, guards and read-only types.
            raise MessageError(
                f"An operation on the input has lost its {PROPERTY}. Was it changed on its way "
                "from contact-sync?"
            )
        sink = self.get_sink(stream)
        sink.tally_record_read()
        sink.process_record(record, sink._get_context(record))  # noqa: SLF001 - as the SDK does
        sink.record_counter_metric.increment()

    def _check_operation(self, record: Mapping[str, Any]) -> None:
        """Read the contract before anything is written; remember its mailbox."""
        contract = Contract.from_message(record[PROPERTY])
        if contract.op not in self.operations:
            raise ContractError(f"`{contract.op.value}` is no operation of {self.name}")
        values = {name: value for name, value in record.items() if name != PROPERTY}
        misfits = misfits_of_values(self.side, values)
        if misfits:
            raise MessageError(
                f"An operation holds a value of the wrong kind: {', '.join(misfits)}."
            )
        if not self.config.get("sync_store"):
            raise ConfigurationError(
                "Setting `sync_store` is missing: the input holds operations of the two-way sync. "
                "Set it to the store that contact-sync uses."
            )
        if contract.mailbox:
            self._mailboxes.add(contract.mailbox)

    @override
    def _process_state_message(self, message_dict: dict[str, Any]) -> None:
        self._assert_line_requires(message_dict, requires={"value"})
        if not isinstance(message_dict["value"], dict):
            raise MessageError("A STATE message has no state object.")
        # As text at once: a state that cannot be written must fail before the first write.
        try:
            self._state = json.dumps(message_dict["value"])
        except RecursionError:
            raise MessageError("A STATE message is nested too deeply.") from None

    @override
    def _process_activate_version_message(self, message_dict: dict[str, Any]) -> None:
        """Drop versions: nothing is deleted because a newer one lacks it."""
        self._streams.say_once(
            "ACTIVATE_VERSION is not acted upon: only tombstones (_sdc_deleted_at) delete."
        )

    def _table_of(self, kind: RecordType) -> Table:
        try:
            return self.table_of(self._client, kind)
        except self.client_errors as error:
            raise self.explain(error) from None

    @override
    def _process_batch_message(self, message_dict: dict[str, Any]) -> None:
        raise MessageError("BATCH messages are not read. Switch the tap's `batch_config` off.")

    # -- the end of the input --------------------------------------------------------------------

    @override
    def process_endofpipe(self) -> None:
        """Do all the work, then let the last STATE out."""
        order = [*dict.fromkeys((*self.operation_streams, *self.plain_streams))]
        sinks = self._sinks_active
        self._sinks_active = {name: sinks[name] for name in order if name in sinks}
        try:
            with self._session() as store:
                self.drain_all(is_endofpipe=True)
                if store is not None and self._operations is not None:
                    self._operations.run(order[-1], [])
                    self._clear_requests(store)
        except self.client_errors as error:
            # The cause stays out of reach of loggers that print chains.
            raise self.explain(error) from None
        if self._state is not None:
            sys.stdout.write(f"{self._state}\n")
            sys.stdout.flush()

    def work(self, stream: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Run the operations of a stream, then load its plain records."""
        operations = [record for record in records if record.get(PROPERTY) is not None]
        plain = [record for record in records if record.get(PROPERTY) is None]
        if operations and self._operations is not None:
            self._operations.run(stream, operations)
        if plain:
            self._plain.run(stream, self.plain_streams[stream], plain)

    def _clear_requests(self, store: Store) -> None:
        """Forget what the tap was asked to read again and has read, now that it is acted upon."""
        # A mapper that broke off looks like the end of the input, but sends no STATE.
        if self._state is not None:
            store.requests.clear_served(Side.EXCHANGE if self.side is Side.C4C else Side.C4C)

    @contextmanager
    def _session(self) -> Iterator[Store | None]:
        """Hold store and locks while the sinks are drained, and book the run.

        Raises:
            PlainFailuresError: At the end, if plain records were not written.
        """
        with ExitStack() as stack:
            store = self._open_store(stack)
            book = PlainBook(self.side, store, self.logger, self._streams.plans)
            self._plain = self.plain_records_with(self._client, book)
            if store is not None:
                self._operations = self.operations_with(self._client, store)
                stack.enter_context(self._booked(store, book))
            self._streams.review()
            yield store
            book.close()
            if book.failures:
                raise PlainFailuresError(book.failures)

    def _open_store(self, stack: ExitStack) -> Store | None:
        url = self.config.get("sync_store")
        if not url:
            return None
        store = stack.enter_context(
            Store.open(url, digest_key=self.config.get("digest_key") or None)
        )
        store.bind(self.side, self._client.identity)
        owner = session_owner()
        for mailbox in sorted(self._mailboxes):
            store.locks.acquire(mailbox, owner)
        # The mapper's locks too: it ends before the work is done and leaves them to us.
        stack.callback(store.locks.release_all, owner)
        return store

    @contextmanager
    def _booked(self, store: Store, book: PlainBook) -> Iterator[None]:
        run_id = store.runs.start(self.name)
        outcome = "failed"
        try:
            yield
            outcome = "ok"
        finally:
            counts = dict(self._operations.counts) if self._operations else {}
            for name, number in book.counts.items():
                counts[name] = counts.get(name, 0) + number
            store.runs.finish(run_id, counts, outcome)

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> NoReturn:
        """Stop where we are: the input is not complete, so nothing more may be written."""
        self.logger.error("Stopped by signal %d; no STATE was emitted. Run again.", signum)
        sys.exit(1)


def _is_text(value: object) -> bool:
    return isinstance(value, str)
