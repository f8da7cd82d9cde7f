"""A world: two emulated services, one sync store, and sessions between them.

A session is the two pipelines of `meltano run sync`, run by the real plugin classes with real
Singer text between them, in this process for speed. `harness.processes` runs the same sessions
with the installed programs.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, cast

from contact_sync.mapper import ContactSyncMapper
from contact_sync.settings_schema import NAMES
from contact_sync.store import Store
from emulators.c4c.service import C4CService
from emulators.graph.service import GraphService
from emulators.server import EmulatorServer
from emulators.tls import create_tls
from tap_c4c.tap import TapC4C
from tap_exchange_contacts.tap import TapExchangeContacts
from target_c4c.target import TargetC4C
from target_exchange_contacts.target import TargetExchangeContacts
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from emulators.c4c.admin import C4CAdmin
    from emulators.graph.admin import GraphAdmin

ALICE = "alice@contoso.example"
FOLDERS = {
    "account": "SAP C4C Accounts",
    "contact": "SAP C4C Contacts",
    "individual_customer": "SAP C4C Individual Customers",
}
COLLECTIONS = {
    "account": "CorporateAccountCollection",
    "contact": "ContactCollection",
    "individual_customer": "IndividualCustomerCollection",
}
STATUS = {
    "account": "LifeCycleStatusCode",
    "contact": "StatusCode",
    "individual_customer": "LifeCycleStatusCode",
}


STAGES = (
    ("tap-exchange-contacts", "exchange-to-c4c", "target-c4c"),
    ("tap-c4c", "c4c-to-exchange", "target-exchange-contacts"),
)
PLUGINS: dict[str, Any] = {
    "tap-exchange-contacts": TapExchangeContacts,
    "target-c4c": TargetC4C,
    "tap-c4c": TapC4C,
    "target-exchange-contacts": TargetExchangeContacts,
}


@dataclass
class SessionResult:
    """What a session wrote and emitted.

    Attributes:
        writes: Service -> committed writes by the API.
        output: Text of every pipe, in order, for privacy checks and debugging.
    """

    writes: dict[str, int]
    output: dict[str, str] = field(repr=False)

    @property
    def total(self) -> int:
        """Writes on both sides."""
        return sum(self.writes.values())


class World:
    """Both services with one or more mailboxes, and the plugins' settings."""

    def __init__(
        self,
        folder: Path,
        mailboxes: tuple[str, ...] = (ALICE,),
        mapper: dict[str, Any] | None = None,
        views: list[dict[str, str]] | None = None,
    ) -> None:
        self.folder = folder
        self.mailboxes = mailboxes
        self.mapper: dict[str, Any] = mapper or {}
        self.views = views or []
        (folder / "tls").mkdir()
        tls = create_tls(folder / "tls")
        self.ca_file = str(tls.ca_file)
        self.graph_server = EmulatorServer(GraphService(), tls)
        self.c4c_server = EmulatorServer(C4CService(), tls)
        self.look_at_services()
        self.state: dict[str, dict[str, Any]] = {}
        # Discovered once and handed in again, as Meltano does.
        self.catalogs: dict[str, dict[str, Any]] = {}
        for mailbox in mailboxes:
            self.graph.add_mailbox(mailbox)

    def __enter__(self) -> Self:
        self.graph_server.start()
        self.c4c_server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.graph_server.stop()
        self.c4c_server.stop()

    def look_at_services(self) -> None:
        """Take the administration of whatever the servers serve."""
        self.graph = cast("GraphAdmin", self.graph_server.service.admin)
        self.c4c = cast("C4CAdmin", self.c4c_server.service.admin)

    # -- settings ----------------------------------------------------------------------------

    @property
    def store_path(self) -> str:
        return str(self.folder / "sync.db")

    def exchange_settings(self) -> dict[str, Any]:
        found = self.graph_server.service.credentials(self.graph_server.base_url)
        return {
            "mailboxes": list(self.mailboxes),
            "tenant_id": found["graph_tenant_id"],
            "client_id": found["graph_client_id"],
            "client_secret": found["graph_client_secret"],
            "authority_url": found["graph_root"],
            "graph_url": found["graph_root"],
            "ca_file": self.ca_file,
            "sync_store": self.store_path,
        }

    def c4c_settings(self) -> dict[str, Any]:
        found = self.c4c_server.service.credentials(self.c4c_server.base_url)
        return {
            "base_url": found["c4c_base_url"],
            "username": found["c4c_username"],
            "password": found["c4c_password"],
            "ca_file": self.ca_file,
            "sync_store": self.store_path,
        }

    def settings(self, plugin: str) -> dict[str, Any]:
        """Return the settings of a plugin or mapping."""
        match plugin:
            case "tap-exchange-contacts":
                return {**self.exchange_settings(), **self._names()}
            case "target-exchange-contacts":
                found = self.exchange_settings()
                del found["mailboxes"]
                return found
            case "tap-c4c":
                return {**self.c4c_settings(), "views": self.views}
            case "target-c4c":
                return self.c4c_settings()
        return {
            "mapping": plugin,
            "sync_store": self.store_path,
            "mailboxes": list(self.mailboxes),
            **self.mapper,
        }

    def _names(self) -> dict[str, list[str]]:
        """Return the folders and categories of the mapper's settings, as the tap is told them."""
        names: dict[str, list[str]] = {"managed_folders": [], "routing_categories": []}
        for kind, (folder, folder_aliases, category, category_aliases) in NAMES.items():
            given = self.mapper.get(kind.value, {})
            names["managed_folders"] += [
                given.get("folder", folder),
                *given.get("folder_aliases", folder_aliases),
            ]
            names["routing_categories"] += [
                given.get("category", category),
                *given.get("category_aliases", category_aliases),
            ]
        return names

    # -- sessions ----------------------------------------------------------------------------

    def session(self) -> SessionResult:
        """Run stage 1 and stage 2; return what was written."""
        self.graph.reset_counters()
        self.c4c.reset_counters()
        output: dict[str, str] = {}
        for stage in STAGES:
            self._stage(output, *stage)
        return SessionResult(self.writes(), output)

    def _stage(self, output: dict[str, str], tap_name: str, mapping: str, target_name: str) -> None:
        tap, target = PLUGINS[tap_name], PLUGINS[target_name]
        state = self.state.get(tap_name)
        source = tap(
            config=self.settings(tap_name),
            catalog=self.catalogs.get(tap_name),
            state=json.loads(json.dumps(state or {})),
        )
        if tap_name not in self.catalogs:
            self.catalogs[tap_name] = source.catalog_dict
        output[tap_name] = _captured(source.sync_all)
        mapper = ContactSyncMapper(config=self.settings(mapping))
        output[mapping] = _captured(lambda: mapper.listen(io.StringIO(output[tap_name])))
        sink = target(config=self.settings(target_name))
        output[target_name] = _captured(lambda: sink.listen(io.StringIO(output[mapping])))
        states = [line for line in output[target_name].splitlines() if line.strip()]
        if states:
            self.state[tap_name] = json.loads(states[-1])

    def writes(self) -> dict[str, int]:
        """Return committed writes of the API since the counters were reset."""
        graph = self.graph.counters()
        c4c = self.c4c.counters()
        return {
            "exchange": _total(graph.get("writes", {})),
            "c4c": _total(c4c.get("writes", {})),
        }

    # -- looking -----------------------------------------------------------------------------

    @contextlib.contextmanager
    def store(self) -> Iterator[Store]:
        """Open the sync store for a look."""
        with Store.open(self.store_path) as store:
            yield store

    def issues(self) -> list[str]:
        """Return the codes of the open issues."""
        with self.store() as store:
            return sorted(row.issue.code for row in store.issues.list_open())

    def records(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return ObjectID -> properties of all C4C records of a type."""
        return self.c4c.dump()[COLLECTIONS[kind]]

    def record(self, kind: str, **properties: Any) -> dict[str, Any] | None:
        """Return the only C4C record with these properties."""
        hits = [
            {**record, "ObjectID": object_id}
            for object_id, record in self.records(kind).items()
            if all(record.get(name) == value for name, value in properties.items())
        ]
        assert len(hits) <= 1, f"{len(hits)} records"
        return hits[0] if hits else None

    def items(self, folder: str | None = None, mailbox: str = ALICE) -> list[dict[str, Any]]:
        """Return the items of a folder by display name; None: of all contact folders.

        Each is the dump's entry: id, folder, change_key, properties, extended, photo_sha256.
        """
        entries = self.graph.dump()["mailboxes"][mailbox]["contacts"]
        return [
            entry
            for entry in entries
            if not entry["in_deleted_items"] and folder in (None, entry["folder"])
        ]

    def deleted_items(self, mailbox: str = ALICE) -> list[dict[str, Any]]:
        """Return what lies in Deleted Items."""
        entries = self.graph.dump()["mailboxes"][mailbox]["contacts"]
        return [entry for entry in entries if entry["in_deleted_items"]]

    def item(self, mailbox: str = ALICE, **properties: Any) -> dict[str, Any] | None:
        """Return the only item of any contact folder with these properties."""
        hits = [
            entry
            for entry in self.items(mailbox=mailbox)
            if all(entry["properties"].get(name) == value for name, value in properties.items())
        ]
        assert len(hits) <= 1, f"{len(hits)} items"
        return hits[0] if hits else None

    def folder_id(self, kind: str, mailbox: str = ALICE) -> str:
        """Return the id of a managed folder by its default name."""
        folders = self.graph.dump()["mailboxes"][mailbox]["folders"]
        (found,) = [
            entry["id"]
            for entry in folders
            if entry["display_name"] == FOLDERS[kind] and not entry["is_deleted"]
        ]
        return str(found)

    def settle(self, sessions: int = 3) -> None:
        """Run sessions until one writes nothing.

        Raises:
            AssertionError: The world does not come to rest.
        """
        for _ in range(sessions):
            if self.session().total == 0:
                return
        raise AssertionError("the world does not come to rest")


def _total(counter: Any) -> int:
    return counter if isinstance(counter, int) else sum(_total(v) for v in counter.values())


def _captured(run: Callable[[], object]) -> str:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        run()
    sys.stdout.flush()
    return text.getvalue()


class NoOverlap(World):
    """A world whose tap reads nothing twice: what lies behind its bookmark is not seen again."""

    @override
    def settings(self, plugin: str) -> dict[str, Any]:
        found = super().settings(plugin)
        return {**found, "overlap_minutes": 0} if plugin == "tap-c4c" else found


class Hasty(NoOverlap):
    """A world whose programs give up on C4C soon, as waiting is not what is looked at."""

    @override
    def c4c_settings(self) -> dict[str, Any]:
        return {**super().c4c_settings(), "max_retries": 0}
