"""tap-c4c with the real client and the real sync store, against the C4C emulator."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from c4c_client import C4CClient
from contact_sync.core.model import Link, Phase, RecordType, Side
from contact_sync.store import Store
from fakes.singer import Output, run
from fakes.tenants import Tenant, start_c4c
from tap_c4c.tap import TapC4C

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulators.c4c.admin import C4CAdmin

PROGRAM = Path(sys.executable).with_name("tap-c4c")
MORNING = datetime(2026, 11, 22, 8, tzinfo=timezone.utc)
CONTACTS = "ContactCollection"
HEADS = {"name": "heads", "record_type": "contact", "filter": "JobTitle eq 'Head'"}


@pytest.fixture
def c4c(tmp_path: Path) -> Iterator[Tenant[C4CAdmin]]:
    tenant = start_c4c(tmp_path / "tls")
    tenant.admin.set_clock(MORNING.isoformat())
    yield tenant
    tenant.server.stop()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "sync.db")) as store:
        for side in Side:
            store.requests.clear_served(side)  # as after a first session
        yield store


class Sync:
    """The tenant, read by the tap with a sync store; catalog and state are kept between runs."""

    def __init__(self, c4c: Tenant[C4CAdmin], store: Store, path: Path) -> None:
        self.admin = c4c.admin
        self.store = store
        self.config = {**c4c.config, "views": [HEADS], "sync_store": str(path / "sync.db")}
        self.catalog = TapC4C(config=dict(self.config)).catalog_dict
        self.state: dict[str, Any] = {}
        self.now = MORNING

    def run(self, *, is_acted_on: bool = True) -> Output:
        """Run the tap; a target that has acted on it lets the state out."""
        # Our clock goes with that of the tenant.
        with mock.patch.dict(C4CClient.__init__.__kwdefaults__ or {}, now=lambda: self.now):
            tap = TapC4C(
                config=dict(self.config),
                catalog=self.catalog,
                state=self.state,
                now=lambda: self.now,
            )
            output = run(tap)
        if is_acted_on:
            self.store.requests.clear_served(Side.C4C)
            self.state = output.state
        # Later changes are behind the overlap, so that only they show up.
        self.admin.advance_clock(3600)
        self.now += timedelta(hours=1)
        return output

    def add(self, **properties: Any) -> str:
        return self.admin.create_contact({"LastName": "Muster", "JobTitle": "Head", **properties})

    def edit(self, object_id: str, **properties: Any) -> None:
        self.admin.edit(CONTACTS, object_id, properties)

    def link(self, object_id: str, *, in_view: bool = True) -> None:
        link = Link(
            link_id=f"link-of-{object_id}",
            mailbox="anna@contoso.example",
            record_type=RecordType.CONTACT,
            phase=Phase.ACTIVE if in_view else Phase.PINNED,
            exchange_id=f"item-of-{object_id}",
            c4c_id=object_id,
            in_view=in_view,
        )
        self.store.links.save(link)

    def settle(self) -> None:
        """Read until nothing is new, with a later change that is outside all tests."""
        self.run()
        self.add(LastName="Bookmark")
        self.run()
        self.admin.reset_counters()


@pytest.fixture
def sync(c4c: Tenant[C4CAdmin], store: Store, tmp_path: Path) -> Sync:
    return Sync(c4c, store, tmp_path)


def facts(output: Output) -> dict[str, bool | None]:
    """ObjectID -> whether it is in the view; None for tombstones. Our own marker is left out."""
    records = [r for r in output.records("contacts") if r.get("LastName") != "Bookmark"]
    return {r["ObjectID"]: r.get("in_view") for r in records}


def test_an_idle_run_reads_changes_and_ids_and_nothing_else(sync: Sync) -> None:
    sync.link(sync.add())
    sync.settle()
    output = sync.run()
    assert facts(output) == {}
    requests = sync.admin.counters()["requests"]
    assert set(requests) == {
        "GET ContactCollection",
        "GET CorporateAccountCollection",
        "GET IndividualCustomerCollection",
    }
    # A page with rows is followed by one that shows that there are no more.
    assert requests["GET ContactCollection"] <= 4


def test_a_new_and_an_edited_record_are_seen(sync: Sync) -> None:
    old = sync.add()
    sync.settle()
    sync.edit(old, FirstName="Max")
    new = sync.add(Hobby_KUT="Chess")
    output = sync.run()
    assert facts(output) == {old: True, new: True}
    by_id = {r["ObjectID"]: r for r in output.records("contacts")}
    assert by_id[old]["FirstName"] == "Max"
    assert by_id[new]["Hobby_KUT"] == "Chess"
    assert by_id[new]["etag"].startswith('W/"')


def test_a_record_that_leaves_the_view_and_comes_back(sync: Sync) -> None:
    contact = sync.add()
    sync.link(contact)
    sync.settle()
    sync.edit(contact, JobTitle="Hand")
    assert facts(sync.run()) == {contact: False}
    sync.edit(contact, JobTitle="Head")
    assert facts(sync.run())[contact] is True


def test_a_pinned_record_outside_the_view_is_followed(sync: Sync) -> None:
    contact = sync.add(JobTitle="Hand")
    sync.link(contact, in_view=False)
    sync.settle()
    assert facts(sync.run()) == {contact: False}, "nobody else would tell that it still exists"
    sync.edit(contact, FirstName="Max")
    [record] = [r for r in sync.run().records("contacts") if r["ObjectID"] == contact]
    assert (record["FirstName"], record["in_view"]) == ("Max", False)
    sync.admin.remove(CONTACTS, contact)
    assert facts(sync.run()) == {contact: None}


def test_a_removed_record_is_gone(sync: Sync) -> None:
    contact = sync.add()
    sync.link(contact)
    sync.settle()
    sync.admin.remove(CONTACTS, contact)
    assert facts(sync.run()) == {contact: None}


def test_an_obsolete_record_is_an_ordinary_record(sync: Sync) -> None:
    contact = sync.add()
    sync.settle()
    sync.admin.set_status(CONTACTS, contact, "4")
    [record] = [r for r in sync.run().records("contacts") if r["ObjectID"] == contact]
    assert (record["StatusCode"], record["in_view"]) == ("4", True)


def test_a_changed_filter_reads_the_view_again_and_names_what_is_out(sync: Sync) -> None:
    out, stays = sync.add(), sync.add(JobTitle="Hand")
    sync.link(out)
    sync.settle()
    sync.config["views"] = [{**HEADS, "filter": "JobTitle eq 'Hand'"}]
    assert facts(sync.run()) == {out: False, stays: True}


def test_requests_are_served_until_they_were_acted_on(sync: Sync) -> None:
    contact = sync.add()
    sync.settle()
    sync.store.requests.add(Side.C4C, record_type=RecordType.CONTACT, remote_id=contact)
    assert facts(sync.run(is_acted_on=False)) == {contact: True}
    assert facts(sync.run(is_acted_on=False)) == {contact: True}
    sync.store.requests.add(Side.C4C, record_type=None, remote_id="*")
    output = sync.run()
    assert facts(output) == {contact: True}
    assert {r["was_full"] for r in output.records("view_reads")} == {True}
    assert facts(sync.run()) == {}


def test_many_records_are_each_read_once(sync: Sync) -> None:
    sync.admin.set_switch("page_size", 7)
    ids = [sync.add() for _ in range(30)]
    records = sync.run().records("contacts")
    assert sorted(r["ObjectID"] for r in records) == sorted(ids)


def test_code_lists_are_read_when_selected(c4c: Tenant[C4CAdmin]) -> None:
    tap = TapC4C(config=dict(c4c.config))
    for name in ("accounts", "contacts", "individual_customers", "view_reads"):
        tap.streams[name].selected = False
    tap.streams["code_lists"].selected = True
    codes = run(tap).records("code_lists")
    statuses = {r["code"] for r in codes if r["collection"] == "ContactStatusCodeCollection"}
    assert {"1", "2", "3", "4"} <= statuses


class TestCommandLine:
    @staticmethod
    def invoke(
        config: dict[str, Any], folder: Path, *arguments: str, **environment: str
    ) -> tuple[int, str, str]:
        path = folder / "config.json"
        path.write_text(json.dumps(config))
        done = subprocess.run(
            [PROGRAM, "--config", path, *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"PATH": "/usr/bin", **environment},
        )
        return done.returncode, done.stdout, done.stderr

    @pytest.mark.parametrize("arguments", [[], ["--discover"], ["--test"]])
    @pytest.mark.parametrize(
        ("broken", "named"),
        [
            ({"password": "wrong"}, "auth_method"),
            ({"base_url": "https://localhost:1/x", "timeout_seconds": 2}, "run again later"),
        ],
        ids=["password", "network"],
    )
    def test_a_failure_is_one_line_at_error_level(
        self,
        c4c: Tenant[C4CAdmin],
        tmp_path: Path,
        arguments: list[str],
        broken: dict[str, Any],
        named: str,
    ) -> None:
        code, out, err = self.invoke({**c4c.config, **broken}, tmp_path, *arguments)
        assert code == 1
        [line] = [text for text in err.splitlines() if "| ERROR " in text]
        assert named in line
        assert "Traceback" not in err
        assert out == ""

    def test_a_refused_filter_names_the_view(self, c4c: Tenant[C4CAdmin], tmp_path: Path) -> None:
        views = [{**HEADS, "filter": "NoSuchProperty eq 'canary'"}]
        code, _, err = self.invoke({**c4c.config, "views": views}, tmp_path)
        assert code == 1
        [line] = [text for text in err.splitlines() if "| ERROR " in text]
        assert "views: C4C refused the filter of view heads (contact)" in line
        assert "canary" not in err

    def test_debug_logs_hold_no_personal_data(self, c4c: Tenant[C4CAdmin], tmp_path: Path) -> None:
        c4c.admin.create_contact({"LastName": "CanaryName", "Email": "canary@contoso.example"})
        views = [{**HEADS, "filter": "LastName eq 'CanaryName'"}]
        code, out, err = self.invoke({**c4c.config, "views": views}, tmp_path, LOGLEVEL="DEBUG")
        assert code == 0
        assert "CanaryName" in out
        for private in ("canary", c4c.config["password"], c4c.config["username"]):
            assert private not in err.lower()

    def test_alone_the_tap_does_not_load_the_sync(
        self, c4c: Tenant[C4CAdmin], tmp_path: Path
    ) -> None:
        (tmp_path / "config.json").write_text(json.dumps(c4c.config))
        code = (
            "import sys\n"
            "from tap_c4c.tap import TapC4C as Tap\n"
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
