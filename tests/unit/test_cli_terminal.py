"""Whatever stands in the store, the terminal shows it and does nothing else with it (I51)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from contact_sync.cli import app, render, terminal
from contact_sync.core.model import Issue, Link, Phase, RecordType, Side
from contact_sync.store import Store
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path

CONTACT = RecordType.CONTACT
EVIL = "\x1b]0;owned\x07\x1b[31mred\x9b1m\u202egnitirw\u2066\r\x7f\x00\n\u2028next"
#: What a database can hold at all.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)
COMMANDS = (("status",), ("issues",), ("holds",), ("explain",))


def fill(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with Store.open(str(path)) as store:
        store.bind(Side.C4C, text)
        link = Link(
            link_id=f"link {text}",
            mailbox=text,
            record_type=CONTACT,
            phase=Phase.ACTIVE,
            exchange_id=text,
            c4c_id=text,
        )
        store.links.save(link)
        issue = Issue(
            code="rejected",
            mailbox=text,
            record_type=CONTACT,
            link_id=link.link_id,
            exchange_id=text,
            c4c_id=text,
            fields=(text,),
            detail=text,
        )
        store.issues.raise_(issue)
        store.issues.raise_(replace(issue, link_id=None, code=f"code {text}"))
        store.holds.put(text, CONTACT, Side.C4C, "guard", [link.link_id])
        store.runs.finish(store.runs.start(text, text), {}, text)


def output(path: Path, *arguments: str) -> str:
    environment = {"CONTACT_SYNC_SYNC_STORE": str(path), "COLUMNS": "80"}
    result = CliRunner().invoke(app, list(arguments), env=environment)
    assert result.exit_code == 0, result.output
    return result.stdout


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=TEXTS)
@example(text=EVIL.replace("\x00", ""))
def test_i51_nothing_unprintable_reaches_the_terminal(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sync.db"
    fill(path, text)
    for command in COMMANDS:
        words = (*command, text) if command == ("explain",) and text[0] != "-" else command
        if words == ("explain",):
            continue
        for line in output(path, *words).split("\n"):
            assert line.isprintable(), words
        told = output(path, *words, "--json")
        assert told.replace("\n", "").isascii()
        assert told.replace("\n", "").isprintable()
        assert json.loads(told)


def test_i51_an_id_without_end_is_cut_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "sync.db"
    fill(path, "x" * 3000)
    for command in ("status", "issues", "holds"):
        told = output(path, command)
        assert "x" * 500 not in told.replace("\n", "")
    assert f"({3000 - terminal.LONGEST} more characters)" in output(path, "issues")
    assert "x" * 3000 in output(path, "issues", "--json")


def test_i51_an_error_is_one_printable_line(tmp_path: Path) -> None:
    path = tmp_path / "sync.db"
    fill(path, "x")
    environment = {"CONTACT_SYNC_SYNC_STORE": str(path)}
    result = CliRunner().invoke(app, ["approve", EVIL], env=environment)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert result.stderr.removesuffix("\n").isprintable()


@pytest.mark.parametrize("length", [terminal.LONGEST, terminal.LONGEST + 1])
def test_what_is_no_longer_than_an_id_stays_whole(length: int) -> None:
    assert ("more" in terminal.shown("a" * length)) == (length > terminal.LONGEST)


def test_i51_what_became_of_a_command_is_printable(capsys: pytest.CaptureFixture[str]) -> None:
    render.forgotten({"mailbox": EVIL, "forgotten": {EVIL: 1}})
    render.decision({"hold_id": EVIL, "state": "approved"})
    told = capsys.readouterr().out
    assert "owned" in told
    assert all(line.isprintable() for line in told.split("\n"))
