"""How many requests a session costs, counted by the emulators."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from unittest import mock

from c4c_client import C4CClient
from harness.scenes import edit_item
from harness.world import ALICE, World
from tap_c4c.tap import TapC4C

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.world import SessionResult

#: contact folders of the mailbox after the first session: the default one and three managed ones.
FOLDERS = 4
TYPES = 3


def _requests(world: World, side: str) -> dict[str, Any]:
    counters = getattr(world, side).counters()
    found: dict[str, Any] = counters["requests"]
    return found


def _count(requests: dict[str, Any], start: str) -> int:
    """Count requests of one kind, parts of batches included."""
    return sum(
        number if isinstance(number, int) else sum(number.values())
        for name, number in requests.items()
        if name.startswith(start)
    )


def _fill(world: World, contacts: int) -> None:
    for number in range(contacts):
        world.c4c.create_contact({"FirstName": "Person", "LastName": f"Number{number}"})
    world.c4c.create_account({"Name": "Acme", "RoleCode": "CRM000"})
    world.c4c.create_individual_customer({"LastName": "Customer", "RoleCode": "CRM000"})


def test_idle_session_costs_one_delta_per_folder_and_one_read_plus_sweep_per_type(
    tmp_path: Path,
) -> None:
    with World(tmp_path) as world:
        _fill(world, 30)
        world.settle()
        # Later than the overlap of the incremental reads, so that nothing is read again.
        world.c4c.advance_clock(3600)
        world.graph.advance_clock(3600)
        later = {"now": lambda: datetime.now(timezone.utc) + timedelta(hours=1)}
        with mock.patch.dict(C4CClient.__init__.__kwdefaults__ or {}, later):
            assert world.session().total == 0
        graph, c4c = world.graph.counters(), _requests(world, "c4c")
        assert graph["delta_calls"] == FOLDERS
        # One batch for the first level of the folder tree, one for the level below.
        assert graph["batches"] == 2
        top = sum(entry["top"] for entry in graph["requests"].values())
        assert top == FOLDERS + 2, graph["requests"]
        # Per type one incremental read and a sweep; a listing that found rows ends with a page
        # that brings nothing new, for a short page may be the tenant's cap.
        assert all(name.startswith("GET ") and number <= 4 for name, number in c4c.items()), c4c
        assert len(c4c) == TYPES, c4c


def test_i50_what_an_import_changed_is_read_once(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.settle()
        _fill(world, 12)  # what nothing newer follows
        read = [_records_read(world)]
        for hours in (1, 2, 3):
            with _clocks(world, hours=hours):
                read.append(_records_read(world))
        # The first of the later passes may not take for granted that all was committed in time.
        assert read[0] == 14
        assert read[2:] == [0, 0]


@contextlib.contextmanager
def _clocks(world: World, *, hours: int) -> Iterator[None]:
    """Let all clocks show what they will in some hours."""
    later = {"now": lambda: datetime.now(timezone.utc) + timedelta(hours=hours)}
    defaults = [C4CClient.__init__.__kwdefaults__, TapC4C.__init__.__kwdefaults__]
    with mock.patch.dict(defaults[0] or {}, later), mock.patch.dict(defaults[1] or {}, later):
        world.c4c.advance_clock(hours * 3600)
        world.graph.advance_clock(hours * 3600)
        yield
        world.c4c.advance_clock(-hours * 3600)
        world.graph.advance_clock(-hours * 3600)


def _records_read(world: World) -> int:
    """Run a session and count the records of C4C in it."""
    lines = [json.loads(line) for line in world.session().output["tap-c4c"].splitlines()]
    streams = {"accounts", "contacts", "individual_customers"}
    return sum(line["type"] == "RECORD" and line["stream"] in streams for line in lines)


def test_100_contacts_for_exchange_cost_five_batches(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        _fill(world, 4)
        world.settle()
        for number in range(100):
            world.c4c.create_contact({"FirstName": "Late", "LastName": f"Comer{number}"})
        result = world.session()
        assert result.writes == {"exchange": 100, "c4c": 0}
        graph = world.graph.counters()
        # Two more batches belong to the tap's walk of the folder tree.
        assert graph["batches"] - 2 == 5


def test_100_contacts_for_c4c_cost_four_batches_plus_account_look_ups(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        _fill(world, 4)
        world.settle()
        folder = world.folder_id("contact")
        for number in range(100):
            _create(world, folder, number, company="Acme" if number % 2 else "Nobody Ltd")
        result = world.session()
        assert _c4c_creates(result) == 100
        requests = _requests(world, "c4c")
        batches = _count(requests, "POST $batch")
        look_ups = 1  # both companies in one batch
        assert batches - look_ups <= 4, requests
        # Each distinct company once: its name, its words and its text in four spellings at most.
        assert _count(requests, "GET CorporateAccountCollection") <= 2 * 16 + 2, requests


def _create(world: World, folder: str, number: int, company: str) -> None:
    world.graph.create_contact(
        ALICE,
        folder,
        {
            "givenName": "New",
            "surname": f"Person{number}",
            "companyName": company,
            "emailAddresses": [{"address": f"person{number}@new.example"}],
        },
    )


def _c4c_creates(result: SessionResult) -> int:
    return result.writes["c4c"]


def test_i50_companies_edited_in_one_session_are_asked_for_together(tmp_path: Path) -> None:
    with World(tmp_path, mapper={"contact": {"company_change": "relink"}}) as world:
        world.c4c.set_switch("account_change", "replace")
        numbers = range(12)
        for number in numbers:
            world.c4c.create_account({"Name": f"Firma{number} GmbH", "RoleCode": "CRM000"})
        world.settle()
        folder = world.folder_id("contact")
        for number in numbers:
            _create(world, folder, number, company=f"Firma{number} GmbH")
        world.settle()
        for number, item in enumerate(e for e in world.items() if e["properties"]["surname"]):
            edit_item(world, item["id"], companyName=f"Firma{(number + 5) % 12} GmbH")
        world.session()
        requests = _requests(world, "c4c")
        # The names in one batch, and the updates in another.
        assert _count(requests, "POST $batch") <= 3, requests
        assert _count(requests, "GET CorporateAccountCollection") <= 2 * 12 + 4 + 2, requests
