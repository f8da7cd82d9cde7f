"""tap-exchange-contacts with the real client and sync store, against the Graph emulator."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Link, Phase, RecordType, Side
from contact_sync.store import Store
from fakes.singer import Output, run
from fakes.tenants import Tenant, start_graph
from tap_exchange_contacts.tap import TapExchangeContacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulators.graph.admin import GraphAdmin

ANNA, BEN = "anna@contoso.example", "ben@contoso.example"
PROGRAM = Path(sys.executable).with_name("tap-exchange-contacts")


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Tenant[GraphAdmin]]:
    tenant = start_graph(tmp_path / "tls", ANNA, BEN)
    yield tenant
    tenant.server.stop()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "sync.db")) as store:
        for side in Side:
            store.requests.clear_served(side)  # as after a first session
        yield store


class Anna:
    """Anna's mailbox, read by the tap with her sync store; the state is kept between runs."""

    def __init__(self, graph: Tenant[GraphAdmin], store: Store, path: Path) -> None:
        self.admin = graph.admin
        self.store = store
        self.config = {**graph.config, "mailboxes": [ANNA], "sync_store": str(path / "sync.db")}
        self.state: dict[str, Any] = {}
        folders = self.sync().records("contact_folders")
        self.folders: dict[str, str] = {f["displayName"]: f["id"] for f in folders}
        self.managed = self.folders["SAP C4C Contacts"]
        self.family = self.folders["Family"]

    def sync(self, *, is_acted_on: bool = True) -> Output:
        """Run the tap; a target that has acted on it lets the state out."""
        output = run(TapExchangeContacts(config=dict(self.config), state=self.state))
        if is_acted_on:
            self.store.requests.clear_served(Side.EXCHANGE)
            self.state = output.state
        return output

    def add(self, folder: str, **properties: Any) -> str:
        return self.admin.create_contact(ANNA, folder, {"surname": "Muster", **properties})

    def link(self, contact: str, folder: str) -> None:
        link = Link(
            link_id=f"link-of-{contact}",
            mailbox=ANNA,
            record_type=RecordType.CONTACT,
            phase=Phase.ACTIVE,
            exchange_id=contact,
            exchange_folder_id=folder,
            c4c_id=f"c4c-of-{contact}",
        )
        self.store.links.save(link)

    def synced(self) -> str:
        """Add a contact that the sync knows already."""
        contact = self.add(self.managed)
        self.link(contact, self.managed)
        self.sync()
        return contact


@pytest.fixture
def anna(graph: Tenant[GraphAdmin], store: Store, tmp_path: Path) -> Anna:
    return Anna(graph, store, tmp_path)


def facts(output: Output) -> dict[str, str]:
    """Contact id -> the folder it sits in, or `gone`."""
    records = output.records("contacts")
    found = {r["id"]: r.get("parentFolderId", "gone") for r in records}
    assert len(found) == len(records), "each contact at most once"
    return found


def test_a_new_contact_is_seen_once(anna: Anna) -> None:
    contact = anna.add(anna.managed)
    anna.add(anna.family)
    assert facts(anna.sync()) == {contact: anna.managed}
    assert facts(anna.sync()) == {}


def test_an_edit_brings_the_whole_contact(anna: Anna) -> None:
    contact = anna.synced()
    anna.admin.edit_contact(ANNA, contact, {"jobTitle": "Head"})
    [record] = anna.sync().records("contacts")
    assert (record["surname"], record["jobTitle"]) == ("Muster", "Head")


@pytest.mark.parametrize("is_readable", [True, False])
def test_a_deleted_contact_is_gone(anna: Anna, is_readable: bool) -> None:  # noqa: FBT001 - a switch
    anna.admin.set_switch("deleted_items_readable", is_readable)
    contact = anna.synced()
    anna.admin.delete_contact(ANNA, contact)
    assert facts(anna.sync()) == {contact: "gone"}
    assert facts(anna.sync()) == {}


def test_a_contact_that_came_back_is_live(anna: Anna) -> None:
    contact = anna.synced()
    anna.admin.move_contact(ANNA, contact, anna.family)
    anna.admin.move_contact(ANNA, contact, anna.managed)
    assert facts(anna.sync()) == {contact: anna.managed}


@pytest.mark.parametrize("is_hidden", [True, False])
def test_a_drag_into_and_out_of_a_managed_folder_is_seen(
    anna: Anna,
    is_hidden: bool,  # noqa: FBT001 - a switch
) -> None:
    anna.admin.set_switch("delta_immutable_add_hidden", is_hidden)
    contact = anna.add(anna.family)
    assert facts(anna.sync()) == {}
    anna.admin.move_contact(ANNA, contact, anna.managed)
    assert facts(anna.sync()) == {contact: anna.managed}
    anna.link(contact, anna.managed)
    anna.admin.move_contact(ANNA, contact, anna.family)
    assert facts(anna.sync()) == {contact: anna.family}


@pytest.mark.parametrize(
    "answer",
    ["SyncStateNotFound", "ResyncRequired", "SyncStateInvalid", "ErrorInvalidIdMalformed"],
)
def test_expired_deltas_delete_only_what_is_proven_gone(anna: Anna, answer: str) -> None:
    stays, gone = anna.synced(), anna.synced()
    anna.admin.set_switch("delta_expiry", answer)
    anna.admin.delete_contact(ANNA, gone)
    anna.admin.expire_delta_tokens(ANNA)
    output = anna.sync()
    assert facts(output) == {stays: anna.managed, gone: "gone"}
    [read] = output.records("mailbox_reads")
    assert sorted(read["full_folders"]) == sorted(anna.folders.values())
    assert facts(anna.sync()) == {}


def test_a_full_mailbox_is_read_without_deltas(anna: Anna) -> None:
    contact = anna.synced()
    anna.admin.set_mailbox(ANNA, full=True)
    anna.admin.delete_contact(ANNA, contact)
    assert facts(anna.sync()) == {contact: "gone"}
    anna.admin.set_mailbox(ANNA, full=False)
    assert set(facts(anna.sync())) <= {contact}


def test_the_contacts_of_a_deleted_folder_are_gone(anna: Anna) -> None:
    contact = anna.synced()
    anna.admin.delete_folder(ANNA, anna.managed)
    output = anna.sync()
    assert facts(output) == {contact: "gone"}
    assert anna.managed not in anna.state["bookmarks"]["contacts"]["partitions"][0]["folders"]


def test_a_renamed_folder_that_the_store_remembers_stays_managed(anna: Anna) -> None:
    anna.store.folders.set_(ANNA, RecordType.CONTACT, anna.managed)
    anna.admin.rename_folder(ANNA, anna.managed, "Customers")
    contact = anna.add(anna.managed)
    assert facts(anna.sync()) == {contact: anna.managed}


def test_the_link_property_of_an_unknown_item_is_read(anna: Anna) -> None:
    link_property = "String {6c1d4a52-0b7e-4f0e-9c38-5d1f7a2be940} Name ContactSyncLink"
    extended = {link_property: "claim", "Integer 0x36": "2"}
    anna.admin.create_contact(ANNA, anna.managed, {"surname": "Muster"}, extended)
    [record] = anna.sync().records("contacts")
    assert (record["syncLink"], record["syncLinkRead"], record["isPrivate"]) == (
        "claim",
        True,
        True,
    )


def test_a_request_is_served_until_it_was_acted_on(anna: Anna) -> None:
    contact = anna.synced()
    anna.store.requests.add(Side.EXCHANGE, mailbox=ANNA, record_type=None, remote_id=contact)
    assert facts(anna.sync(is_acted_on=False)) == {contact: anna.managed}
    assert facts(anna.sync()) == {contact: anna.managed}
    assert facts(anna.sync()) == {}


def test_a_request_for_everything_is_served_until_it_was_acted_on(anna: Anna) -> None:
    contact = anna.synced()
    anna.store.requests.add(Side.EXCHANGE, mailbox=ANNA, record_type=None, remote_id="*")
    assert facts(anna.sync(is_acted_on=False)) == {contact: anna.managed}
    assert facts(anna.sync()) == {contact: anna.managed}
    assert facts(anna.sync()) == {}


class TestCommandLine:
    @staticmethod
    def invoke(config: dict[str, Any], folder: Path, **environment: str) -> tuple[int, str, str]:
        path = folder / "config.json"
        path.write_text(json.dumps(config))
        done = subprocess.run(
            [PROGRAM, "--config", path],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"PATH": "/usr/bin", **environment},
        )
        return done.returncode, done.stdout, done.stderr

    @pytest.mark.parametrize(
        ("broken", "named"),
        [
            ({"client_secret": "wrong"}, "client_secret"),
            ({"mailboxes": ["nobody@contoso.example"]}, "mailboxes[0]"),
            ({"authority_url": "https://localhost:1", "timeout_seconds": 2}, "run again later"),
        ],
        ids=["secret", "mailbox", "network"],
    )
    def test_a_failure_is_one_line_at_error_level(
        self,
        graph: Tenant[GraphAdmin],
        tmp_path: Path,
        broken: dict[str, Any],
        named: str,
    ) -> None:
        code, out, err = self.invoke({**graph.config, **broken}, tmp_path)
        assert code == 1
        [line] = [text for text in err.splitlines() if "| ERROR " in text]
        assert named in line
        assert "Traceback" not in err
        assert "@" not in err
        assert '"type":"RECORD"' not in out.replace(" ", "")

    def test_debug_logs_hold_no_personal_data(
        self, graph: Tenant[GraphAdmin], tmp_path: Path
    ) -> None:
        graph.admin.create_contact(
            ANNA, None, {"surname": "CanaryName", "categories": ["Account"], "nickName": "CanaryN"}
        )
        graph.admin.create_contact(ANNA, None, {"surname": "CanaryFriend"})
        code, out, err = self.invoke(graph.config, tmp_path, LOGLEVEL="DEBUG")
        assert code == 0
        assert "CanaryName" in out
        assert "CanaryFriend" not in out
        for private in ("Canary", ANNA, "anna", graph.config["client_secret"], "access_token"):
            assert private not in err

    def test_alone_the_tap_does_not_load_the_sync(
        self, graph: Tenant[GraphAdmin], tmp_path: Path
    ) -> None:
        (tmp_path / "config.json").write_text(json.dumps(graph.config))
        code = (
            "import sys\n"
            "from tap_exchange_contacts.tap import TapExchangeContacts as Tap\n"
            "try:\n"
            "    Tap.get_singer_command().main(sys.argv[1:])\n"
            "finally:\n"
            "    assert not [name for name in sys.modules if name.startswith('contact_sync')]\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, "--config", str(tmp_path / "config.json")],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
