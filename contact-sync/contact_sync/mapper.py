"""The Singer mapper: facts of a tap in, operations for a target out.

Responsible for the Singer side alone: which stage it is, what the messages look like, and that
STATE goes out after everything it stands for. Decisions are made in `planning` and `core`.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import singer_sdk.singerlib as singer
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers.capabilities import PluginCapabilities
from singer_sdk.mapper_base import InlineMapper
from typing_extensions import override

from contact_sync import agreement, contract, settings, settings_schema
from contact_sync.core import shapes
from contact_sync.core.field_table import FIELDS
from contact_sync.core.graph_values import root_property
from contact_sync.core.model import Side
from contact_sync.leftovers import remove_old_configs
from contact_sync.planning.download import TYPES, Download
from contact_sync.planning.upload import Upload
from contact_sync.singer_io import MessageError, QuietPlugin, QuietReader
from contact_sync.store import Store, session_owner, utc_now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contact_sync.contract import Operation

_ANY = {"type": ["null", "string", "number", "boolean", "array", "object"]}

#: Streams that each mapping understands; others are refused, for nothing may be lost silently.
_KNOWN = {
    "exchange-to-c4c": ("contact_folders", "contacts", "mailbox_problems", "mailbox_reads"),
    "c4c-to-exchange": (
        "accounts",
        "contacts",
        "individual_customers",
        "view_problems",
        "view_reads",
        "code_lists",
    ),
}

#: Members without which a record of a stream cannot be understood.
_NEEDED = {
    ("exchange-to-c4c", "contact_folders"): ("mailbox", "id"),
    ("exchange-to-c4c", "contacts"): ("mailbox", "id"),
    ("exchange-to-c4c", "mailbox_problems"): ("mailbox",),
    ("exchange-to-c4c", "mailbox_reads"): ("mailbox",),
    ("c4c-to-exchange", "accounts"): ("ObjectID",),
    ("c4c-to-exchange", "contacts"): ("ObjectID",),
    ("c4c-to-exchange", "individual_customers"): ("ObjectID",),
    ("c4c-to-exchange", "view_problems"): ("record_type", "view_name"),
    ("c4c-to-exchange", "view_reads"): ("record_type", "view_name"),
}


@dataclass
class _Session:
    """What one process keeps from the first SCHEMA to the end of the input."""

    store: Store
    planner: Upload | Download
    run_id: str
    counts: Counter[str] = field(default_factory=Counter)


class ContactSyncMapper(QuietPlugin, InlineMapper):
    """Routes, compares and plans; one process per stage."""

    name = "contact-sync"
    config_jsonschema: ClassVar[dict[str, Any]] = settings_schema.jsonschema()
    capabilities: ClassVar[list[Any]] = [
        PluginCapabilities.ABOUT,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]
    message_reader_class = QuietReader

    _settings: settings.SyncSettings
    _session: _Session | None = None
    _state: str | None = None

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Check the settings one by one, then together, before any message is read."""
        errors = super()._validate_config(raise_errors=raise_errors)
        if not errors:
            self._settings = settings.parse(self._config)
        return errors

    @override
    @classmethod
    def append_builtin_config(cls, config_jsonschema: dict[str, Any]) -> None:
        """Add nothing: stream maps and flattening would have no effect on operations."""

    # -- messages --------------------------------------------------------------------------------

    @override
    def map_schema_message(self, message_dict: dict[str, Any]) -> Iterable[singer.Message]:
        """Check the stream; the first one opens the session."""
        self._known(message_dict.get("stream"))
        told = (message_dict.get("schema") or {}).get(agreement.TOLD)
        errors = agreement.disagreements(self._settings, told)
        kind = None if self._is_upload else TYPES.get(str(message_dict.get("stream")))
        if kind is not None and not self._settings.policies[kind].is_frozen:
            errors += agreement.missing_properties(self._settings, kind, message_dict["schema"])
        if errors:
            raise ConfigValidationError(errors[0], errors=errors)
        if self._session is None:
            self._session = self._open()
            if isinstance(self._session.planner, Download) and isinstance(told, dict):
                self._session.planner.tell(told.get("views") or ())
            yield from self._schemas()
            yield from self._records(self._session, self._session.planner.start())

    @override
    def map_record_message(self, message_dict: dict[str, Any]) -> Iterable[singer.Message]:
        """Turn one fact into the operations that can be decided at once."""
        stream = self._known(message_dict.get("stream"))
        if self._session is None:
            raise MessageError(f"A record of stream {stream} came before any SCHEMA message.")
        record = message_dict.get("record")
        needed = _NEEDED.get((self._settings.mapping, stream), ())
        if not isinstance(record, dict) or not all(record.get(name) for name in needed):
            raise MessageError(
                f"A record of stream {stream} lacks one of: {', '.join(needed)}. Was it filtered "
                "or renamed on its way? Select the key properties of the tap's streams."
            )
        side = Side.EXCHANGE if self._is_upload else Side.C4C
        misfits = shapes.misfits_of_fact(side, stream, record)
        if misfits:
            raise MessageError(
                f"A record of stream {stream} holds a value of the wrong kind: "
                f"{', '.join(misfits)}. Was it changed on its way from the tap?"
            )
        yield from self._records(self._session, self._session.planner.record(stream, record))

    @override
    def map_state_message(self, message_dict: dict[str, Any]) -> Iterable[singer.Message]:
        """Hold the STATE back: removals and conversions are only known at the end."""
        state = message_dict.get("value")
        if not isinstance(state, dict):
            raise MessageError("A STATE message has no state object.")
        # As text at once: a state that cannot be written must fail before the last operations.
        try:
            self._state = self.message_writer.format_message(singer.StateMessage(value=state))
        except RecursionError:
            raise MessageError("A STATE message is nested too deeply.") from None
        return ()

    @override
    def map_activate_version_message(
        self, message_dict: dict[str, Any]
    ) -> Iterable[singer.Message]:
        """Drop versions: tables are no notion of the sync."""
        return ()

    @override
    def map_batch_message(self, message_dict: dict[str, Any]) -> Iterable[singer.Message]:
        """Refuse files of records: facts and their order are needed one by one."""
        raise MessageError("BATCH messages are not read. Switch the tap's `batch_config` off.")

    @override
    def process_endofpipe(self) -> None:
        """Send what needed the whole input, then the STATE that stands for it."""
        session = self._session
        if session is not None:
            self._write_messages(self._records(session, session.planner.finish()))
            session.store.runs.finish(session.run_id, session.counts, "ok")
            session.store.close()
        if self._state is not None:
            sys.stdout.write(f"{self._state}\n")
            sys.stdout.flush()
        super().process_endofpipe()

    def _open(self) -> _Session:
        """Open the store, take the mailboxes' locks and book the run."""
        remove_old_configs(os.environ.get("MELTANO_SYS_DIR_ROOT"), now=utc_now())
        store = Store.open(self.config["sync_store"], digest_key=self.config.get("digest_key"))
        for mailbox in self._settings.mailboxes:
            store.locks.acquire(mailbox, session_owner())
        planner = (Upload if self._is_upload else Download)(store, self._settings)
        return _Session(store, planner, store.runs.start(self._settings.mapping))

    # -- helpers ---------------------------------------------------------------------------------

    @property
    def _is_upload(self) -> bool:
        return self._settings.mapping == "exchange-to-c4c"

    def _known(self, stream: object) -> str:
        known = _KNOWN[self._settings.mapping]
        if stream not in known:
            raise MessageError(
                f"Mapping {self._settings.mapping} got a stream it does not know. It reads: "
                f"{', '.join(known)}. Is the right mapping between the right tap and target?"
            )
        return str(stream)

    def _schemas(self) -> Iterator[singer.Message]:
        streams = contract.C4C_STREAMS if self._is_upload else contract.EXCHANGE_STREAMS
        keys = ["ObjectID"] if self._is_upload else ["mailbox", "id"]
        properties = dict.fromkeys([*keys, *self._properties()], _ANY)
        schema = {
            "type": "object",
            "properties": {**properties, contract.PROPERTY: contract.SCHEMA},
        }
        for stream in streams:
            yield singer.SchemaMessage(stream=stream, schema=schema, key_properties=keys)

    def _properties(self) -> list[str]:
        custom = [pair for pairs in self._settings.custom.values() for pair in pairs.values()]
        if self._is_upload:
            names = {name for field in FIELDS for mapped in field.c4c.values() for name in mapped}
            seen = (*contract.SEEN.values(), *contract.SEEN_EMAILS)
            return sorted({*names, *seen, *(c4c for _, c4c in custom)})
        names = {root_property(field) for field in FIELDS}
        return sorted({*names, *(graph for graph, _ in custom), "displayName", "fileAs"})

    def _records(
        self, session: _Session, operations: Iterable[Operation]
    ) -> Iterator[singer.Message]:
        for operation in operations:
            session.counts[operation.contract.op.value] += 1
            yield singer.RecordMessage(stream=operation.stream, record=operation.to_record())
