"""The examples of docs/loading.md, run with the installed programs against the emulators."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import scenes
from harness.world import ALICE, World
from target_c4c.target import TargetC4C
from target_exchange_contacts.plain_columns import CONTACTS
from target_exchange_contacts.target import TargetExchangeContacts

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "loading.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\S+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world")) as world:
        world.c4c.add_custom_field("Contact", "CustomerNumber_KUT")
        scenes.create_record(world, "contact", "Lovelace")
        yield world


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    """A folder with the settings that the page speaks of."""
    for name in ("tap-c4c", "tap-exchange-contacts", "target-c4c", "target-exchange-contacts"):
        settings = {k: v for k, v in world.settings(name).items() if k != "sync_store"}
        (tmp_path / f"{name}.json").write_text(json.dumps(settings))
    return tmp_path


def shell(folder: Path, command: str) -> str:
    """Run a command of the page; return all that it said."""
    programs = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert "Unexpected" not in done.stderr
    return done.stdout + done.stderr + f"\nexit code {done.returncode}\n"


def sessions() -> list[tuple[str, str]]:
    """Return the commands of the page and what is shown below each, in their order."""
    found = []
    for kind, _, text in BLOCK.findall(PAGE):
        if kind == "console":
            for part in text.split("$ ")[1:]:
                command, _, shown = part.partition("\n")
                found.append((command, shown.strip()))
    return found


def test_i10_the_page_s_examples_do_what_it_says(world: World, folder: Path) -> None:
    for _, name, text in BLOCK.findall(PAGE):
        if name:
            (folder / name).write_text(text)
    assert len(sessions()) > 6
    for command, shown in sessions():
        said = shell(folder, command)
        for line in shown.splitlines():
            assert line in said, command
        is_good = not shown or shown.startswith("{")
        assert ("exit code 0" in said) == is_good, command
        # And once more: nothing is written twice.
        world.c4c.reset_counters()
        world.graph.reset_counters()
        shell(folder, command)
        assert world.writes() == {"exchange": 0, "c4c": 0}, command
    live = [
        (row["FirstName"], row["LastName"])
        for row in world.c4c.dump()["ContactCollection"].values()
        if row["StatusCode"] == "2" and row["CustomerNumber_KUT"]
    ]
    assert sorted(live) == [("Nora", "Quist"), ("Otto", "Quist")]
    (nora,) = [item["properties"] for item in world.graph.dump()["mailboxes"][ALICE]["contacts"]]
    assert nora["categories"] == ["Customers"]
    records = [json.loads(line) for line in (folder / "c4c.jsonl").read_text().splitlines()]
    assert "Lovelace" in [line.get("record", {}).get("LastName") for line in records]


def test_the_page_names_every_stream() -> None:
    for target in (TargetC4C, TargetExchangeContacts):
        assert all(f"`{stream}`" in PAGE for stream in target.plain_streams)


def test_the_page_names_what_exchange_refuses_as_a_key() -> None:
    single = [
        column.name
        for column in CONTACTS.columns.values()
        if column.no_key_because not in {"", "a list", "an object", "set by Exchange itself"}
    ]
    assert single
    assert all(f"`{name}`" in PAGE for name in single)


def test_the_readme_leads_to_the_page() -> None:
    assert "(docs/loading.md)" in (ROOT / "README.md").read_text("utf-8")
