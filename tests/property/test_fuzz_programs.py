"""The installed programs on hostile streams: one line on stderr, and memory that stays bounded."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.store import Store
from fakes.plugins import record, schema, state
from harness.hostile import CANARY
from harness.processes import program
from harness.world import ALICE, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MEGABYTE = 1024 * 1024
#: Far more than any of them needs, far less than what the streams below hold many times over.
MOST_BYTES = 2048 * MEGABYTE


@dataclass(frozen=True)
class Finished:
    exit_code: int
    stdout: bytes
    stderr: str
    peak_bytes: int

    def line(self) -> str:
        """Return the one line of the failure."""
        assert self.exit_code == 1
        for marker in ("Zebedaeus", "Traceback", "Unexpected"):
            assert marker not in self.stderr
        (line,) = [text for text in self.stderr.splitlines() if "| ERROR " in text]
        return line


# A process of its own between us and the program: a fork of this one would count as its memory.
_WRAPPER = f"""
import resource, subprocess, sys
resource.setrlimit(resource.RLIMIT_AS, ({MOST_BYTES}, {MOST_BYTES}))
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as peak:
    peak.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024))
sys.exit(code)
"""


def run(arguments: list[str], lines: Iterable[bytes], folder: Path, **env: str) -> Finished:
    """Run a program on a stream that is never in memory as a whole, under a limit of memory."""
    peak = folder / "peak"
    command = [sys.executable, "-S", "-c", _WRAPPER, str(peak), program(arguments[0])]
    with (folder / "stdout").open("w+b") as out, (folder / "stderr").open("w+b") as err:
        process = subprocess.Popen(
            [*command, *arguments[1:]],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
            env={**os.environ, **env},
        )
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            for line in lines:
                process.stdin.write(line + b"\n")
            process.stdin.close()
        exit_code = process.wait()
        out.seek(0)
        err.seek(0)
        return Finished(exit_code, out.read(), err.read().decode(), int(peak.read_text()))


def encoded(*messages: dict[str, Any]) -> list[bytes]:
    return [json.dumps(message).encode() for message in messages]


@pytest.fixture
def mapper(tmp_path: Path) -> list[str]:
    path = str(tmp_path / "sync.db")
    Store.open(path).close()
    config = {"mapping": "exchange-to-c4c", "sync_store": path, "mailboxes": [ALICE]}
    (tmp_path / "mapper.json").write_text(json.dumps(config))
    return ["exchange-to-c4c", "--config", str(tmp_path / "mapper.json")]


OPENING = encoded(
    schema("contact_folders", "mailbox", "id"),
    schema("contacts", "mailbox", "id"),
    record("contact_folders", mailbox=ALICE, id="f1", displayName="SAP C4C Contacts"),
)


def huge_items(count: int) -> Iterator[bytes]:
    """Yield items with a megabyte in a value that is used, and in one that is not."""
    yield from OPENING
    for number in range(count):
        item = {"mailbox": ALICE, "id": f"i{number}", "parentFolderId": "f1", "changeKey": "1"}
        text = f"{CANARY}{number}" + ("y" * 1023 + " ") * 1024
        yield json.dumps(
            {
                "type": "RECORD",
                "stream": "contacts",
                "record": {**item, "surname": "Roe", "personalNotes": text, "jobTitle": text},
            }
        ).encode()
    yield from encoded(state(seen=1))


def test_the_mapper_forgets_what_it_has_read(mapper: list[str], tmp_path: Path) -> None:
    small = run(mapper, huge_items(2), tmp_path)
    large = run(mapper, huge_items(18), tmp_path)
    assert (small.exit_code, large.exit_code) == (0, 0)
    assert large.stdout.endswith(b'{"type":"STATE","value":{"seen":1}}\n')
    assert large.peak_bytes - small.peak_bytes < 12 * MEGABYTE
    for marker in (CANARY, "Traceback"):
        assert marker not in large.stderr


def test_broken_bytes_in_the_c_locale_end_the_mapper(mapper: list[str], tmp_path: Path) -> None:
    text = f'{{"type":"STATE","value":{{"a":"{CANARY}'.encode("latin-1") + b'\xff\xfe"}}'
    ended = run(mapper, [*OPENING, text], tmp_path, LC_ALL="C", LANG="C", PYTHONUTF8="")
    assert "not UTF-8 text" in ended.line()
    assert b"STATE" not in ended.stdout


def test_a_target_holds_its_input_once(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        config = {**world.settings("target-c4c"), "max_retries": 0}
        del config["sync_store"]
        (tmp_path / "target.json").write_text(json.dumps(config))
        arguments = ["target-c4c", "--config", str(tmp_path / "target.json")]
        size = 24
        lines = [
            *encoded(schema("contacts", "ObjectID")),
            *(
                json.dumps(
                    record("contacts", LastName=f"Z{number}", Any_KUT=CANARY + "y" * MEGABYTE)
                ).encode()
                for number in range(size)
            ),
            # The input turns out to be broken at its very end: nothing may have been written.
            b'{"type":"RECORD","stream":"contacts","record":{"LastName":"' + b"y" * MEGABYTE,
        ]
        ended = run(arguments, lines, tmp_path)
        assert "not a Singer message" in ended.line()
        assert world.writes() == {"exchange": 0, "c4c": 0}
        assert ended.peak_bytes < (100 + 2 * size) * MEGABYTE
