"""The commands of docs/hardening.md do what the page says."""

from __future__ import annotations

import re
import shutil
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "hardening.md").read_text("utf-8")
BLOCKS = re.findall(r"(?ms)^```sh *(\w*)\n(.*?)^```$", PAGE)
OPEN = 0o077


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("text", [text for _, text in BLOCKS])
def test_every_block_is_shell(text: str) -> None:
    ran = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_i51_after_the_page_nobody_else_reads_a_secret(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir(mode=0o755)
    shutil.copy(ROOT / ".env.example", project)
    left = project / ".meltano" / "run" / "tap-c4c" / "tap.123.config.json"
    left.parent.mkdir(parents=True)
    left.write_text('{"password": "hush"}', "utf-8")
    left.chmod(0o644)
    with sqlite3.connect(project / "contact-sync.db") as store:
        store.execute("create table link (link_id)")
    store.close()
    program = "\n".join(text for mark, text in BLOCKS if not mark)
    ran = subprocess.run(
        ["bash", "-eu"],
        input=f"umask 022\n{program}",
        text=True,
        capture_output=True,
        cwd=project,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert not left.exists()
    secret = [
        ".",
        ".env",
        ".meltano",
        ".meltano/run",
        "output",
        "backup.db",
        ".meltano/run/tap-c4c",
    ]
    assert [name for name in secret if mode(project / name) & OPEN] == []
    with sqlite3.connect(project / "backup.db") as copy:
        assert copy.execute("select name from sqlite_master").fetchall() == [("link",)]
    copy.close()
    assert not list(project.glob("*.hex"))


def test_the_page_marks_what_a_test_cannot_do() -> None:
    assert {mark for mark, _ in BLOCKS} == {"", "root", "tenant"}
    assert "flock -n -E 0" in PAGE


def test_what_is_installed_is_for_nobody_else() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "chmod 700 .meltano .meltano/run output" in makefile
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "install -m 600 .env.example .env" in readme
    assert not [line for line in readme.splitlines() if line.startswith("cp .env.example")]
    assert "flock -n -E 0" in readme
