"""Plays generated histories for a set time and says what happened; ends with 1 on a violation.

SOAK_SECONDS (default 600) and SOAK_SEED (default: today's date) choose how long and which ones.
A failing history is shrunk and printed as a script of steps; its seed plays it again.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections import Counter
from datetime import datetime, timezone

from histories.faults import NAMES
from histories.machine import TALLY, SyncMachine
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

_HISTORIES_PER_SEED = 20
_STEPS = 30


def main() -> int:
    """Play seed after seed until the time is up; return the exit code."""
    seconds = float(os.environ.get("SOAK_SECONDS", "600"))
    today = datetime.now(timezone.utc).strftime("%Y%m%d")
    first = int(os.environ.get("SOAK_SEED", today))
    begun = time.monotonic()
    violations = 0
    number = first * 1000
    print(f"SOAK_SEED={first} SOAK_SECONDS={seconds:g}", flush=True)
    while time.monotonic() - begun < seconds:
        violations += not _play(number)
        number += 1
    _report(time.monotonic() - begun, number - first * 1000, violations)
    never = sorted(set(NAMES) - set(+TALLY.fired))
    if never and seconds >= 600:  # noqa: PLR2004 - the default; a shorter soak cannot see them all
        print("Faults that never fired:", ", ".join(never))
        return 1
    return 1 if violations else 0


def _play(number: int) -> bool:
    """Play the histories of one seed; tell whether all went well."""
    phases = (Phase.generate, Phase.shrink)
    rules = settings(
        max_examples=int(os.environ.get("SOAK_HISTORIES", _HISTORIES_PER_SEED)),
        stateful_step_count=_STEPS,
        database=None,
        deadline=None,
        phases=phases if os.environ.get("SOAK_SHRINK", "1") == "1" else phases[:1],
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(number)(SyncMachine), settings=rules)
    except Exception:  # noqa: BLE001 - whatever ended the history is the finding
        print(f"\nviolation with seed {number}:")
        traceback.print_exc(file=sys.stdout)
        return False
    return True


def _report(seconds: float, seeds: int, violations: int) -> None:
    by_kind = Counter[str]()
    for name, times in TALLY.fired.items():
        by_kind[" ".join(name.split()[:2])] += times
    print(f"\n{seeds} seeds in {seconds:.0f} s")
    print(f"histories            {TALLY.histories}")
    print(f"user steps           {TALLY.steps}")
    print(f"sessions             {TALLY.sessions}")
    print(f"faults that fired    {sum(TALLY.fired.values())} of {sum(TALLY.chosen.values())} set")
    for name, times in sorted(by_kind.items()):
        print(f"  {name:<28} {times}")
    rests = ", ".join(f"{writes}: {times}" for writes, times in sorted(TALLY.to_rest.items()))
    print(f"writing sessions until rest   {rests}")
    print(f"violations           {violations}")


if __name__ == "__main__":
    raise SystemExit(main())
