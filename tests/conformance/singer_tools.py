"""`singer-check-tap` in an environment of its own: it pins libraries from 2016.

The environment lies in `.venv-singer-tools` and is made when it is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REQUIREMENT = "singer-tools==0.4.1"
HOME = Path(__file__).parents[2] / ".venv-singer-tools"
_MAIN = "from singertools.check_tap import main; main()"


def check(output: str, folder: Path) -> str:
    """Check what a tap wrote and return the report; fails the test if it is not valid Singer.

    The output is piped in, because the program does not wait for all of it when it runs the tap
    itself.

    Args:
        output: All messages, one a line.
        folder: Working folder; the program leaves data there.
    """
    done = subprocess.run(
        [str(_python()), "-c", _MAIN],
        input=output,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"singer-check-tap: {done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def _python() -> Path:
    python = HOME / "bin" / "python"
    if not python.exists():
        _create()
    return python


def _create() -> None:
    # Made under another name and renamed when complete, so that a cut leaves nothing behind and
    # several workers do not meet.
    draft = HOME.with_name(f"{HOME.name}.{os.getpid()}")
    try:
        _run(sys.executable, "-m", "venv", str(draft))
        _run(str(draft / "bin" / "python"), "-m", "pip", "install", "--quiet", REQUIREMENT)
        if not HOME.exists():
            draft.rename(HOME)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        pytest.fail(f"{HOME.name} cannot be made: {done.stderr[-2000:]}")
