"""A world for the planners: both services, the store, and sessions without any text between.

Responsible for running what `meltano run sync` runs (the taps' passes, both planners, the targets'
steps) on objects in memory. Nothing here decides what the sync does; all of that is the product.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from contact_sync.contract import C4C_STREAMS, EXCHANGE_STREAMS, PROPERTY
from contact_sync.core.model import Direction, RecordType, Side
from contact_sync.planning.download import Download
from contact_sync.planning.first_sessions import rule_name
from contact_sync.planning.sights import sight_name, sight_of
from contact_sync.planning.upload import Upload
from contact_sync.requests import TapRequests
from property.planner_mailbox import MAILBOX, Mailbox
from property.planner_store import START, MemoryStore
from property.planner_tenant import TENANT, Tenant, territories
from tap_c4c import connect as c4c_tap
from tap_c4c.record_types import RECORD_TYPES
from tap_c4c.type_pass import TypePass
from tap_exchange_contacts import connect as exchange_tap
from tap_exchange_contacts import reading as exchange_reading
from tap_exchange_contacts.mailbox import MailboxPass
from target_c4c.executor import Executor as C4CExecutor
from target_exchange_contacts.executor import Executor as ExchangeExecutor

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from c4c_client import C4CClient
    from contact_sync.contract import Operation
    from contact_sync.store import Store
    from exchange_client import ExchangeClient
    from property.planner_config import Config

#: Between two sessions; longer than an issue waits for its next try.
PAUSE = timedelta(days=2)

#: Where a user may act inside a session: between a tap's last read and its target's first write.
MOMENTS = ("upload", "download")


_TYPES = tuple((entry, RecordType(entry.name)) for entry in RECORD_TYPES)
_KIND_OF = {entry.name: kind for entry, kind in _TYPES}


@dataclass
class _TapState:
    """What the taps' Singer state holds."""

    folders: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    views: dict[RecordType, dict[str, Any]] = field(default_factory=dict)


class Standing(NamedTuple):
    """How a record stood when it was read."""

    is_live: bool = False
    is_in_view: bool = False
    left_by_user: bool = False


class World:
    """Both services and the store of one case.

    Attributes:
        sessions: How many sessions have begun.
        stage: What runs now: "", "upload" or "download".
        planned: Operations of the last session.
        places: Item id -> folder, as stage 1 of the last session could have seen them.
        standing: ObjectID -> how the record stood when its stage 2 read it.
        folder_ids: Contact folders that stage 1 of the last session could have seen.
        changes: How often the settings were changed.
        on_read: Told that the tap of a side has read.
        on_written: Told that what was read on a side has been written to the other.
    """

    def __init__(self, config: Config, rng: random.Random) -> None:
        self.config = config
        self.now: datetime = START
        self._time: str | None = None
        self.sessions = 0
        self.stage = ""
        self.planned: list[Operation] = []
        self.places: dict[str, str] = {}
        self.folder_ids: set[str] = set()
        self.standing: dict[str, Standing] = {}
        self.changes = 0
        self.on_read: Callable[[Side], None] = lambda _: None
        self.on_written: Callable[[Side], None] = lambda _: None
        self._rng = rng
        self.mailbox = Mailbox(self.clock, self.shuffle)
        self.tenant = Tenant(self.clock, self.shuffle)
        self.memory = MemoryStore()
        self.memory.bind(Side.C4C, TENANT)
        self.store = cast("Store", self.memory)
        self._graph = cast("ExchangeClient", self.mailbox)
        self._c4c = cast("C4CClient", self.tenant)
        self._state = _TapState()
        self.tick()

    def clock(self) -> str:
        """Return the time as the services write it."""
        if self._time is None:
            self._time = f"{self.now.isoformat()[:19]}.000Z"
        return self._time

    def tick(self, pause: timedelta = timedelta(seconds=1)) -> None:
        """Let time pass; users never act in the same second."""
        self.now += pause
        self.memory.now = self.now
        self._time = None

    def shuffle(self, entries: list[Any]) -> None:
        """Put a listing into some order, as servers do."""
        if len(entries) > 1:
            self._rng.shuffle(entries)

    def is_frozen(self, kind: RecordType) -> bool:
        """Whether nothing of a type can travel."""
        policy = self.config.policies[kind]
        if policy.read_only:
            return not policy.direction.reaches(Side.EXCHANGE)
        return policy.direction is Direction.OFF

    def in_view(self, territory: str, kind: RecordType) -> bool:
        """Whether the view of a type shows a territory."""
        text = self.config.filters.get(kind)
        return text is None or territory in territories(text)

    def kind_of_folder(self, folder_id: str) -> RecordType | None:
        """Return the type that a folder, or one above it, is managed for."""
        names = {policy.folder: kind for kind, policy in self.config.policies.items()}
        folder = self.mailbox.folders.get(folder_id)
        while folder is not None:
            if folder.display_name in names:
                return names[folder.display_name]
            folder = self.mailbox.folders.get(folder.parent_id or "")
        return None

    def start_settled(self) -> None:
        """Let the taps and the store look back on sessions that saw all there is."""
        settings = self.config.settings
        self.tick()
        self._state.folders = self.mailbox.cursors()
        for kind in self.config.kinds:
            view = self.config.view(kind)
            self._state.views[kind] = {
                "filter_hash": view.filter_hash,
                "replication_key_value": self.clock(),
            }
            self.memory.settings.set_(
                sight_name(MAILBOX, kind), sight_of({view.name: view.filter_hash})
            )
        era = self.memory.requests.mark(Side.C4C).rpartition(".")[0]
        self._state.marks = dict.fromkeys((MAILBOX, *self.config.kinds), f"{era}.1")
        for side in Side:
            self.memory.settings.set_(f"read.{side.value}", "1")
            for kind in RecordType:
                name = f"fingerprint:{side.value}:{kind.value}"
                self.memory.settings.set_(name, settings.fingerprint(kind))
        for kind, policy in self.config.policies.items():
            if policy.removes_new_items:
                self.memory.settings.set_(rule_name(MAILBOX, kind), "1")
        self.memory.settings.set_(f"prepared:{MAILBOX}", settings.managed_folders_hash)

    def change_config(self, config: Config) -> None:
        """Let the operator change the settings."""
        self.config = config
        self.changes += 1

    # -- sessions --------------------------------------------------------------------------------

    def session(self, meanwhile: Mapping[str, Callable[[], None]] | None = None) -> None:
        """Run both stages; `meanwhile` acts between a tap's reads and its target's writes."""
        self.sessions += 1
        self.tick(PAUSE)
        self.planned = []
        acts = meanwhile or {}
        self.stage = "upload"
        self._stage(
            Upload(self.store, self.config.settings, self.memory.new_id),
            self._exchange_facts(),
            C4C_STREAMS,
            self._run_c4c,
            acts.get("upload"),
        )
        self.memory.requests.clear_served(Side.EXCHANGE)
        self.stage = "download"
        self._stage(
            Download(self.store, self.config.settings, self.memory.new_id),
            self._c4c_facts(),
            EXCHANGE_STREAMS,
            self._run_exchange,
            acts.get("download"),
        )
        self.memory.requests.clear_served(Side.C4C)
        self.stage = ""

    def _stage(
        self,
        planner: Upload | Download,
        facts: Iterator[tuple[str, dict[str, Any]]],
        streams: tuple[str, ...],
        run: Callable[[dict[str, list[dict[str, Any]]]], None],
        meanwhile: Callable[[], None] | None,
    ) -> None:
        operations = list(planner.start())
        for stream, record in facts:
            operations += planner.record(stream, record)
        operations += planner.finish()
        side = Side.EXCHANGE if streams is C4C_STREAMS else Side.C4C
        self.on_read(side)
        if meanwhile is not None:
            meanwhile()
        self.planned += operations
        self.shuffle(operations)
        by_stream: dict[str, list[dict[str, Any]]] = {stream: [] for stream in streams}
        for operation in operations:
            by_stream[operation.stream].append(self._message(operation))
        run(by_stream)
        self.on_written(side)

    def _message(self, operation: Operation) -> dict[str, Any]:
        if self.config.is_text:
            return cast("dict[str, Any]", json.loads(json.dumps(operation.to_record())))
        return {**operation.record, PROPERTY: operation.contract}

    def _run_c4c(self, records: Mapping[str, list[dict[str, Any]]]) -> None:
        executor = C4CExecutor(self._c4c, self.store)
        for entries in records.values():
            if entries:
                executor.run(entries)
        executor.run([])

    def _run_exchange(self, records: Mapping[str, list[dict[str, Any]]]) -> None:
        executor = ExchangeExecutor(self._graph, self.store)
        for stream, entries in records.items():
            if entries:
                executor.run(stream, entries)
        executor.run("removals", [])

    # -- taps ------------------------------------------------------------------------------------

    def _exchange_facts(self) -> Iterator[tuple[str, dict[str, Any]]]:
        self.places = {item.id: item.folder for item in self.mailbox.items.values()}
        self.folder_ids = set(self.mailbox.folders)
        requests = TapRequests(self.store, Side.EXCHANGE, lambda: self.now)
        asked = exchange_tap.asked_of(requests, MAILBOX, self._state.marks.get(MAILBOX))
        folders = self.mailbox.list_folders(MAILBOX)
        findings = MailboxPass(
            self._graph,
            MAILBOX,
            folders=folders,
            scope=self.config.scope(asked.folder_ids),
            asked=asked,
            cursors=self._state.folders,
        ).read()
        for folder in folders:
            yield "contact_folders", exchange_reading.folder_record(MAILBOX, folder)
        facts = [exchange_reading.contact_record(MAILBOX, contact) for contact in findings.live]
        facts += [exchange_reading.tombstone(MAILBOX, one, self.now) for one in findings.gone]
        self.shuffle(facts)
        for fact in facts:
            yield "contacts", fact
        yield "mailbox_reads", {"mailbox": MAILBOX, "is_complete": True}
        self._state.folders = dict(findings.cursors)
        self._state.marks[MAILBOX] = requests.mark()
        requests.read_done(MAILBOX)

    def _c4c_facts(self) -> Iterator[tuple[str, dict[str, Any]]]:
        self.standing = {
            record.id: Standing(
                record.is_live,
                self.in_view(record.properties["Territory"], record.kind),
                record.left_by_user,
            )
            for record in self.tenant.records.values()
        }
        requests = TapRequests(self.store, Side.C4C, lambda: self.now)
        reads = []
        for entry, kind in _TYPES:
            if kind not in self.config.kinds:
                continue
            view = self.config.view(kind)
            one_pass = TypePass(
                self._c4c,
                entry,
                views=(view,),
                states={"all": self._state.views.get(kind, {})},
                asked=c4c_tap.asked_of(requests, entry.name, [self._state.marks.get(kind)]),
                overlap=timedelta(0),
                now=lambda: self.now,
                monotonic=lambda: 0.0,
            )
            facts = list(one_pass.records())
            self.shuffle(facts)
            for fact in facts:
                yield entry.stream, fact
            reads += one_pass.reads
        for read in reads:
            yield "view_reads", _view_read(read)
            kind = _KIND_OF[read.record_type.name]
            self._state.views[kind] = {
                "filter_hash": read.view.filter_hash,
                "replication_key_value": read.bookmark,
            }
            self._state.marks[kind] = requests.mark()
            requests.read_done(kind)


def _view_read(read: Any) -> dict[str, Any]:
    return {
        "record_type": read.record_type.name,
        "view_name": read.view.name,
        "is_complete": True,
        "filter_hash": read.view.filter_hash,
        "was_full": read.was_full,
    }
