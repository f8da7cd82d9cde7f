"""Plays generated histories for a set time and says what happened; ends with 1 on a violation.

SOAK_SECONDS (default 600) and SOAK_SEED (default: today's date) choose how long and which ones.
Beside the histories in this process, a share is played as real `meltano run sync`, and worlds for
the pure core are played (see `planner_soak.py`). Faults that nothing has met when the time is up
are played one by one: a kind that never fired is a failure. So are switches that nothing turned.
Between seeds one thing is in trouble for good, and all others must come to rest
(`histories/liveness.py`). A full-length soak must have reached every state of
`histories/sometimes.py`, and goes on as long again until it has; a short one says what it missed.
A failing history is shrunk and printed as a script of steps; its seed plays it again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from histories.faults import NAMES
from histories.liveness import SCOPES, play_liveness
from histories.machine import SyncMachine
from histories.scripted import play
from histories.sometimes import FULL_LENGTH_SECONDS, demanded, missed
from histories.switches import SWITCHES
from histories.tally import SEEN, TALLY
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from planner_soak import SEEN_BY_WORLDS

_HISTORIES_PER_SEED = 20
_STEPS = 30
#: Histories that are played for a fault that nothing has met.
_TRIES_PER_FAULT = 12
#: More than a page of any listing, and than a batch of any write.
_LARGE_POPULATION = 1_050
_SCRIPTS = Path(__file__).parent


@dataclass
class _Meltano:
    """What the runs under Meltano counted."""

    histories: int = 0
    steps: int = 0
    sessions: int = 0
    violations: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    chosen: Counter[str] = field(default_factory=Counter)


def main() -> int:
    """Play seed after seed until the time is up; return the exit code."""
    seconds = float(os.environ.get("SOAK_SECONDS", "600"))
    today = datetime.now(timezone.utc).strftime("%Y%m%d")
    first = int(os.environ.get("SOAK_SEED", today))
    begun = time.monotonic()
    violations = 0
    number = first * 1000
    print(f"SOAK_SEED={first} SOAK_SECONDS={seconds:g}", flush=True)
    planner = _beside("planner_soak.py", SOAK_SEED=str(first))
    runs = _beside("meltano_soak.py", str(first), str(seconds))
    while time.monotonic() - begun < seconds:
        violations += not _play(number)
        violations += not _play_liveness(number)
        number += 1
    violations += _play_rare(first)
    violations += _play_switches(first)
    while seconds >= FULL_LENGTH_SECONDS and missed() and time.monotonic() - begun < 2 * seconds:
        violations += not _play(number)
        violations += not _play_liveness(number)
        number += 1
    violations += seconds >= FULL_LENGTH_SECONDS and not _play_large(first)
    meltano = _said(runs)
    worlds, _, rows = planner.communicate()[0].rpartition(SEEN_BY_WORLDS)
    print(worlds)
    SEEN.update(json.loads(rows) if worlds else {})
    _report(time.monotonic() - begun, number - first * 1000, meltano)
    violations += meltano.violations + (planner.returncode != 0)
    print(f"violations           {violations}")
    never = sorted(set(NAMES) - set(+TALLY.fired))
    if never:
        print("Faults that never fired:", ", ".join(never))
    unreached = missed()
    print(
        f"states reached       {len(list(demanded())) - len(unreached)} of {len(list(demanded()))}"
    )
    if unreached:
        print("States never reached:", "; ".join(unreached))
    is_too_little = bool(unreached) and seconds >= FULL_LENGTH_SECONDS
    return 1 if violations or never or is_too_little else 0


def _beside(script: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Start a script that plays its share meanwhile; what it says is shown at the end."""
    return subprocess.Popen(  # noqa: S603 - our own scripts
        [sys.executable, str(_SCRIPTS / script), *arguments],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        text=True,
    )


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


def _play_liveness(number: int) -> bool:
    """Play a history with something in trouble for good; tell whether all went well (I45)."""
    scope = SCOPES[number % len(SCOPES)]
    played = play_liveness(number, scope)
    if played.violation:
        print(f"\nviolation with seed {number} and {scope!r} in trouble: {played.violation}")
        print(*played.steps, sep="\n", flush=True)
    return not played.violation


def _play_switches(number: int) -> int:
    """Play a history around each switch that no history has turned; return the violations."""
    violations = 0
    for service, name, value in SWITCHES:
        if SEEN[f"switch {service} {name} {value}"]:
            continue
        played = play(number, SyncMachine, switch=(service, name, value))
        if played.violation:
            violations += 1
            print(f"\nviolation with seed {number} and switch {name!r}: {played.violation}")
            print(*played.steps, sep="\n", flush=True)
    return violations


def _play_large(number: int) -> bool:
    """Play a history of many people; tell whether all went well."""
    played = play(number, SyncMachine, population=_LARGE_POPULATION)
    if played.violation:
        print(f"\nviolation with seed {number} and many people: {played.violation}")
        print(*played.steps, sep="\n", flush=True)
    return not played.violation


def _play_rare(first: int) -> int:
    """Play histories around the faults that nothing has met; return the violations."""
    violations = 0
    for name in NAMES:
        for number in range(first, first + _TRIES_PER_FAULT):
            if TALLY.fired[name]:
                break
            played = play(number, SyncMachine, name)
            if played.violation:
                violations += 1
                print(f"\nviolation with seed {number} and fault {name!r}: {played.violation}")
                print(*played.steps, sep="\n", flush=True)
    return violations


def _said(runs: subprocess.Popen[str]) -> _Meltano:
    """Wait for the runs under Meltano; pass on what they say, and return what they counted."""
    text, _ = runs.communicate()
    *findings, counts = text.splitlines() or [""]
    print("\n".join(findings))
    if runs.returncode not in (0, 1):
        print("The histories under Meltano broke off.")
        return _Meltano(violations=1)
    return _Meltano(**json.loads(counts))


def _report(seconds: float, seeds: int, meltano: _Meltano) -> None:
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
    print(
        f"under Meltano        {meltano.histories} histories, {meltano.steps} user steps, "
        f"{meltano.sessions} sessions, {sum(Counter(meltano.fired).values())} faults that fired"
    )


if __name__ == "__main__":
    raise SystemExit(main())
