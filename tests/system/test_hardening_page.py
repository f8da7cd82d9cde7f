"""The commands of docs/hardening.md do what the page says."""

from __future__ import annotations

import re
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from contact_sync.store import Store

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


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project set up without care under the usual umask, after a killed session."""
    project = tmp_path / "project"
    project.mkdir(mode=0o755)
    shutil.copy(ROOT / ".env.example", project)
    left = project / ".meltano" / "run" / "tap-c4c" / "tap.123.config.json"
    left.parent.mkdir(parents=True)
    left.write_text('{"password": "hush"}', "utf-8")
    left.chmod(0o644)
    with Store.open(str(project / "contact-sync.db")) as store:
        store.settings.set_("any", "thing")
    return project


def play(project: Path) -> None:
    """Run what the page says, but for what needs rights or services."""
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


def test_i51_after_the_page_nobody_else_reads_a_secret(project: Path) -> None:
    key = (project / "contact-sync.db.key").read_text("ascii").strip()
    play(project)
    paths = [project, *project.rglob("*")]
    public = {project / ".env.example", project / "crontab.example"}
    assert [path for path in paths if path not in public and mode(path) & OPEN] == []
    names = {path.name for path in paths}
    assert names >= {".env", "output", "contact-sync.db", "backup.db"}
    assert "tap.123.config.json" not in names

    # The same key, in one place only.
    assert "contact-sync.db.key" not in names
    holders = [path for path in paths if path.is_file() and key in path.read_text("latin-1")]
    assert holders == [project / ".env"]
    assert f"CONTACT_SYNC_DIGEST_KEY={key}\n" in (project / ".env").read_text("utf-8")
    for name in ("contact-sync.db", "backup.db"):
        with Store.open(str(project / name), digest_key=key) as store:
            assert store.settings.get("any") == "thing"
            assert store.runs.last(1) == []  # nothing to agree on anew
    # And once more: nothing is asked for twice, and nothing is overwritten that is yours.
    (project / ".env").write_text("MINE=1\n", "utf-8")
    play(project)
    assert (project / ".env").read_text("utf-8") == "MINE=1\n"


def test_the_page_marks_what_a_test_cannot_do() -> None:
    assert {mark for mark, _ in BLOCKS} == {"", "root", "tenant"}
    assert "flock -n -E 0" in PAGE


def test_what_is_installed_is_for_nobody_else(tmp_path: Path) -> None:
    for name in ("Makefile", "meltano.yml"):
        shutil.copy(ROOT / name, tmp_path)
    # Stands in for Meltano: what it writes lies in a folder that is private already.
    command = ["make", "-o", ".venv/.installed", "INDEXED=ls -ld .meltano #", "install"]
    ran = subprocess.run(
        ["bash", "-c", f"umask 022; exec {shlex.join(command)}"],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "drwx------" in ran.stdout
    for name in (".meltano", ".meltano/run", "output"):
        assert mode(tmp_path / name) == 0o700


def test_nobody_is_told_to_copy_secrets_into_a_file_that_others_may_read() -> None:
    pages = [ROOT / "README.md", ROOT / ".env.example", ROOT / "Makefile"]
    pages += [*(ROOT / "docs").rglob("*.md"), *(ROOT / "scripts").rglob("*.py")]
    texts = {page: page.read_text("utf-8") for page in pages}
    assert [page for page, text in texts.items() if "cp .env.example" in text] == []
    readme = texts[ROOT / "README.md"]
    assert "install -m 600 .env.example .env" in readme
    assert "(SECURITY.md)" in readme
    assert "(docs/hardening.md)" in readme
    assert "flock -n -E 0" in readme
