"""Plays histories whose sessions are real `meltano run sync` until the time is up.

`scripts/soak.py` runs it beside itself: `meltano_soak.py SEED SECONDS`. What it says ends with one
line of JSON: histories, user steps, sessions, faults that fired, violations.
"""

from __future__ import annotations

import json
import sys
import time

from histories.scripted import MeltanoMachine, play
from histories.tally import TALLY


def main(first: int, seconds: float) -> int:
    """Play seed after seed, one at least; return the exit code."""
    begun = time.monotonic()
    violations = 0
    number = first * 1000
    while number == first * 1000 or time.monotonic() - begun < seconds:
        played = play(number, MeltanoMachine)
        if played.violation:
            violations += 1
            print(f"violation with seed {number} under Meltano: {played.violation}")
            print(*played.steps, sep="\n", flush=True)
        number += 1
    counts = {
        "histories": TALLY.histories,
        "steps": TALLY.steps,
        "sessions": TALLY.sessions,
        "fired": TALLY.fired,
        "chosen": TALLY.chosen,
        "violations": violations,
    }
    print(json.dumps(counts))
    return 1 if violations else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), float(sys.argv[2])))
