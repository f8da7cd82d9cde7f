"""Says which seeded defects histories alone find, and after how many: it measures the harness.

Plays scripted histories and some with lasting trouble on a scratch copy with one defect at a time,
until one fails or the time is up. Arguments choose mutants by a part of their name;
HISTORIES_SECONDS is the time for each (default 60), HISTORIES_SEED the first history (default 1).
A defect that is not found is no failure: other tests kill it, as `make mutants` shows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from play_mutants import copy_of_the_project, environment_of

if TYPE_CHECKING:
    from mutants import Mutant

#: One history in so many has something in trouble for good.
_TROUBLED = 4


def main(patterns: list[str]) -> int:
    """Play the chosen mutants; return the exit code."""
    from mutants.table import MUTANTS  # noqa: PLC0415 - the copies know histories, not the list

    chosen = [m for m in MUTANTS if not patterns or any(part in m.name for part in patterns)]
    seconds = os.environ.get("HISTORIES_SECONDS", "60")
    found = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = copy_of_the_project(Path(folder) / "copy")
        for mutant in chosen:
            result = _play_with(copy, mutant, seconds)
            found += bool(result["found"])
            verdict = "found" if result["found"] else "not found"
            print(
                f"{verdict:<10} {result['histories']:>4} histories {result['sessions']:>5} sessions"
                f"  {mutant.name}",
                flush=True,
            )
    print(f"{found} of {len(chosen)} defects found by histories alone")
    return 0


def _play_with(copy: Path, mutant: Mutant, seconds: str) -> dict[str, int]:
    path = copy / mutant.file
    text = path.read_text("utf-8")
    path.write_text(mutant.applied(text), "utf-8")
    try:
        said = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, str(copy / "scripts" / Path(__file__).name), "--play", seconds],
            cwd=copy,
            env=environment_of(copy, "tests", "scripts"),
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ).stdout
    finally:
        path.write_text(text, "utf-8")
    result: dict[str, int] = json.loads(said.splitlines()[-1])
    return result


def play_until_found(seconds: float) -> dict[str, int]:
    """Play histories on whatever product is installed until one fails or the time is up."""
    from histories.liveness import SCOPES, play_liveness  # noqa: PLC0415 - of the copy
    from histories.machine import SyncMachine  # noqa: PLC0415 - as above
    from histories.scripted import play  # noqa: PLC0415 - as above
    from histories.tally import TALLY  # noqa: PLC0415 - as above

    warnings.simplefilter("ignore")
    begun, number = time.monotonic(), int(os.environ.get("HISTORIES_SEED", "1"))
    is_found = False
    while not is_found and time.monotonic() - begun < seconds:
        try:
            if number % _TROUBLED:
                played = play(number, SyncMachine)
            else:
                played = play_liveness(number, SCOPES[number // _TROUBLED % len(SCOPES)])
            is_found = bool(played.violation)
        except Exception:  # noqa: BLE001 - a product that breaks is found as well
            is_found = True
        number += 1
    return {"found": is_found, "histories": TALLY.histories, "sessions": TALLY.sessions}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--play"]:
        print(json.dumps(play_until_found(float(sys.argv[2]))))
        raise SystemExit(0)
    raise SystemExit(main(sys.argv[1:]))
