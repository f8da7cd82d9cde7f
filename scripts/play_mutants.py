"""Seeds defects into a scratch copy of the product, one at a time, and demands that a test fails.

`tests/mutants` holds the list. A mutant that no test kills ends the run with 1. Arguments
choose mutants by a part of their name; MUTANTS_JOBS says how many run at a time (default 2).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING

from mutants.table import MUTANTS

if TYPE_CHECKING:
    from mutants import Mutant

ROOT = Path(__file__).resolve().parent.parent
_SURVIVED, _KILLED = 0, 1


def main(patterns: list[str]) -> int:
    """Play the chosen mutants; return the exit code."""
    chosen = [m for m in MUTANTS if not patterns or any(part in m.name for part in patterns)]
    jobs = int(os.environ.get("MUTANTS_JOBS", "2"))
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: Queue[Path] = Queue()
        for number in range(jobs):
            copies.put(copy_of_the_project(Path(folder) / f"copy{number}"))
        tests = sorted({test for mutant in chosen for test in mutant.tests})
        copy = copies.get()
        if _run(copy, tests) != _SURVIVED:
            print("The tests fail without any mutant.")
            return 2
        copies.put(copy)
        lock = threading.Lock()

        def play(mutant: Mutant) -> str:
            copy = copies.get()
            try:
                verdict = _play(copy, mutant)
            finally:
                copies.put(copy)
            with lock:
                print(f"{verdict:<9} {' '.join(mutant.breaks):<12} {mutant.name}", flush=True)
            return verdict

        with ThreadPoolExecutor(jobs) as pool:
            verdicts = list(pool.map(play, chosen))
    killed = verdicts.count("killed")
    print(f"{killed} of {len(verdicts)} mutants killed")
    return 0 if killed == len(verdicts) else 1


def _play(copy: Path, mutant: Mutant) -> str:
    path = copy / mutant.file
    text = path.read_text("utf-8")
    path.write_text(mutant.applied(text), "utf-8")
    try:
        code = _run(copy, mutant.tests)
    finally:
        path.write_text(text, "utf-8")
    return {_KILLED: "killed", _SURVIVED: "SURVIVED"}.get(code, f"ERROR {code}")


def copy_of_the_project(folder: Path) -> Path:
    """Copy what git knows of, uncommitted changes included."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def environment_of(copy: Path, *folders: str) -> dict[str, str]:
    """Return the variables by which Python takes the copy's packages, not the installed ones."""
    packages = [path.parent for path in copy.glob("**/pyproject.toml") if path.parent != copy]
    paths = [*packages, *(copy / folder for folder in folders)]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _run(copy: Path, tests: list[str] | tuple[str, ...]) -> int:
    """Run tests against the copy's packages, not against the installed ones."""
    return subprocess.run(  # noqa: S603 - names from our own list
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
        cwd=copy,
        env=environment_of(copy),
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
