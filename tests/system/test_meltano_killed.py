"""What a killed session leaves behind: out of reach of others, and not for long."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from harness.meltano_project import MeltanoProject
from harness.processes import program
from harness.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE_SECONDS = 90
_PLUGINS = 6  # two taps, two targets, the mapper twice
_TWO_DAYS_SECONDS = 2 * 24 * 3600


@pytest.fixture
def project(tmp_path: Path) -> Iterator[MeltanoProject]:
    with World(tmp_path) as world:
        yield MeltanoProject(tmp_path / "project", world)


def left(project: MeltanoProject) -> list[Path]:
    """Return the files in which Meltano hands the plugins their settings."""
    return sorted((project.folder / ".meltano" / "run").glob("*/*.config.json"))


def kill_a_session(project: MeltanoProject) -> None:
    """Start a session under the usual umask; kill all of it once a plugin has its secret."""
    process = subprocess.Popen(
        [program("meltano"), "run", "sync"],
        cwd=project.folder,
        env=project._environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        umask=0o022,
    )
    try:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        # Of several plugins the mapper has no secret, and a file is there before its text.
        while not any("secret" in file.read_text("utf-8") for file in left(project)):
            assert time.monotonic() < deadline, "the session wrote no settings"
            assert process.poll() is None, "the session ended"
            time.sleep(0.02)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_i37_settings_that_a_killed_session_left_are_out_of_reach_and_go(
    project: MeltanoProject,
) -> None:
    kill_a_session(project)
    files = left(project)
    # What the folder's mode is for.
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o644}
    assert any("secret" in file.read_text("utf-8") for file in files)
    for folder in (project.folder, project.folder / ".meltano"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    for file in files:
        moment = file.stat().st_mtime - _TWO_DAYS_SECONDS
        os.utime(file, (moment, moment))
    # For five minutes Meltano takes the killed session to be still at work.
    (project.folder / ".env").chmod(0o644)
    done = project.meltano("run", "--force", "sync")
    assert done.returncode == 0, done.stderr
    assert left(project) == []
    told = [line for line in done.stderr.splitlines() if "Others on this machine" in line]
    assert len(told) == _PLUGINS
    assert all(" .env. " in line and str(project.folder) not in line for line in told)
