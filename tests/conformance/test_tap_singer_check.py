"""`singer-check-tap` accepts what both taps write, without and with state."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conformance.singer_tools import check
from fakes.tenants import start_c4c, start_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

ANNA = "anna@contoso.example"
BIN = Path(sys.executable).parent


@pytest.fixture
def graph_config(tmp_path: Path) -> Iterator[dict[str, Any]]:
    tenant = start_graph(tmp_path, ANNA)
    for number in range(3):
        properties = {
            "surname": f"Muster {number}",
            "birthday": "1980-02-29T11:59:00Z",
            "categories": ["Account"],
            "emailAddresses": [{"name": "M", "address": f"m{number}@contoso.example"}],
        }
        tenant.admin.create_contact(ANNA, None, properties)
    yield tenant.config
    tenant.server.stop()


@pytest.fixture
def c4c_config(tmp_path: Path) -> Iterator[dict[str, Any]]:
    tenant = start_c4c(tmp_path)
    tenant.admin.create_account({"Name": "Beispiel GmbH"})
    tenant.admin.create_contact({"LastName": "Muster", "BirthDate": "1980-02-29T00:00:00"})
    tenant.admin.create_individual_customer({"LastName": "Muster"})
    yield tenant.config
    tenant.server.stop()


def sync(program: str, folder: Path, config: dict[str, Any], state: str | None = None) -> str:
    """Run a tap as Meltano does and return its output."""
    command = [str(BIN / program), "--config", str(folder / "config.json")]
    (folder / "config.json").write_text(json.dumps(config))
    if state:
        (folder / "state.json").write_text(state)
        command += ["--state", str(folder / "state.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def last_state(output: str) -> str:
    return json.dumps([m["value"] for m in messages(output) if m["type"] == "STATE"][-1])


def messages(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_tap_exchange_contacts(graph_config: dict[str, Any], tmp_path: Path) -> None:
    first = sync("tap-exchange-contacts", tmp_path, graph_config)
    assert "| contacts         | 3       |" in check(first, tmp_path)
    second = sync("tap-exchange-contacts", tmp_path, graph_config, last_state(first))
    assert "| mailbox_reads    | 1       |" in check(second, tmp_path)
    streams = {message["stream"] for message in messages(second) if message["type"] == "RECORD"}
    assert streams == {"contact_folders", "mailbox_reads"}


def test_tap_c4c(c4c_config: dict[str, Any], tmp_path: Path) -> None:
    first = sync("tap-c4c", tmp_path, c4c_config)
    assert "| individual_customers | 1       |" in check(first, tmp_path)
    second = sync("tap-c4c", tmp_path, c4c_config, last_state(first))
    assert "| view_reads           | 3       |" in check(second, tmp_path)
