"""The product as it is delivered: `meltano run` with the installed plugins of `meltano.yml`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from harness.meltano_project import MeltanoProject
from harness.world import ALICE, FOLDERS, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Part of every name of a person; must stay inside the records.
PERSON = "Zebedaeus"
STATE_IDS = {
    "emulators:tap-exchange-contacts-to-target-c4c",
    "emulators:tap-c4c-to-target-exchange-contacts",
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A record in C4C; in Outlook a contact to be synced and a personal one."""
    with World(tmp_path) as world:
        world.c4c.create_contact({"LastName": f"{PERSON} Record", "StatusCode": "2"})
        for name, categories in (("Customer", ["Individual Customer"]), ("Friend", [])):
            item = {"surname": f"{PERSON} {name}", "categories": categories}
            world.graph.create_contact(ALICE, None, item)
        yield world


@pytest.fixture
def project(world: World, tmp_path: Path) -> MeltanoProject:
    return MeltanoProject(tmp_path / "project", world)


def status(project: MeltanoProject) -> tuple[int, dict[str, Any]]:
    """Return exit code and answer of `status --check`."""
    done = project.meltano("invoke", "contact-sync", "status", "--check", "--json")
    return done.returncode, json.loads(done.stdout)


def test_the_job_syncs_both_ways_and_then_writes_nothing(
    world: World, project: MeltanoProject
) -> None:
    first = project.meltano("run", "sync")
    assert first.returncode == 0, first.stderr
    assert [record["LastName"] for record in world.records("individual_customer").values()] == [
        f"{PERSON} Customer"
    ]
    folders = {item["properties"]["surname"]: item["folder"] for item in world.items()}
    assert folders[f"{PERSON} Record"] == FOLDERS["contact"]
    assert folders[f"{PERSON} Customer"] == FOLDERS["individual_customer"]
    assert folders[f"{PERSON} Friend"] not in FOLDERS.values()

    assert status(project)[0] == 0
    states = project.meltano("state", "list")
    assert set(states.stdout.split()) >= STATE_IDS

    # Nobody is helped by a contact without a name, and a person has to know.
    world.graph.create_contact(ALICE, world.folder_id("contact"), {"companyName": PERSON})
    world.graph.reset_counters()
    world.c4c.reset_counters()
    second = project.meltano("run", "sync")
    assert second.returncode == 0, second.stderr
    assert world.writes() == {"exchange": 0, "c4c": 0}
    code, found = status(project)
    assert (code, found["issues"]) == (1, {"missing_last_name": 1})

    for done in (first, second):
        for private in (PERSON, ALICE, "client_secret"):
            assert private not in done.stdout + done.stderr
    assert project.files_with(PERSON) == []


def test_a_failing_first_block_stops_the_session(world: World, project: MeltanoProject) -> None:
    done = project.meltano("run", "sync", GRAPH_CLIENT_SECRET="hush-hush-4711")
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if "Cannot sign in" in line]
    assert "Cannot sign in: the client secret is wrong" in line
    assert "[error" in line  # a plugin's level is kept by `structured-logging` only
    assert "hush-hush-4711" not in done.stdout + done.stderr
    assert world.c4c.counters()["requests"] == {}
    assert "target-exchange-contacts" not in done.stderr


def test_both_taps_fill_files_without_the_sync(world: World, tmp_path: Path) -> None:
    project = MeltanoProject(tmp_path / "plain", world, has_store=False)
    done = project.meltano("run", "tap-c4c", "target-jsonl")
    assert done.returncode == 0, done.stderr
    assert [record["LastName"] for record in project.lines("contacts")] == [f"{PERSON} Record"]
    (project.folder / "output" / "contacts.jsonl").unlink()
    done = project.meltano("run", "tap-exchange-contacts", "target-jsonl")
    assert done.returncode == 0, done.stderr
    assert [record["surname"] for record in project.lines("contacts")] == [f"{PERSON} Customer"]
    assert not list(project.folder.glob("*sync*"))


def test_the_job_is_scheduled(project: MeltanoProject) -> None:
    listed = json.loads(project.meltano("schedule", "list", "--format=json").stdout)
    jobs = {entry["name"]: entry for entry in listed["schedules"]["job"]}
    assert jobs["sync-half-hourly"]["cron_interval"] == "*/30 * * * *"
    assert jobs["sync-half-hourly"]["job"]["name"] == "sync"
