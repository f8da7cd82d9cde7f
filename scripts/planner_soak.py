"""Plays generated worlds against the pure core and says what happened; ends with 1 on a violation.

PLANNER_CASES (default 100000) and SOAK_SEED (default: today's date) choose how many and which
ones. `planner_soak.py SEED` plays one case again: what users did and what was written, in words,
without every step that the violation does not need.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import datetime, timezone

from histories.decisions import noted
from histories.tally import SEEN
from property.planner_cases import PlannerReport, run_cases
from property.planner_tale import shrink

_TOLD = 20
#: Begins the last line: which rows of the decision tables were asked for, and how often.
SEEN_BY_WORLDS = "rows of the tables: "


def main(arguments: list[str]) -> int:
    """Play the cases, or tell one; return the exit code."""
    if arguments:
        return _tell(int(arguments[0]))
    today = datetime.now(timezone.utc).strftime("%Y%m%d")
    seed = int(os.environ.get("SOAK_SEED", today))
    begun = time.process_time()
    with noted():
        report = run_cases(seed, count=int(os.environ.get("PLANNER_CASES", "100000")))
    _report(report, seed, time.process_time() - begun)
    print(f"{SEEN_BY_WORLDS}{json.dumps(SEEN)}")
    return 1 if report.violations else 0


def _tell(seed: int) -> int:
    script = shrink(seed)
    print(script)
    return 1 if script.violations else 0


def _report(report: PlannerReport, seed: int, seconds: float) -> None:
    rests = ", ".join(f"{rest}: {times}" for rest, times in sorted(report.to_rest.items()))
    print(f"\nplanner worlds, SOAK_SEED={seed}")
    print(f"cases                {report.cases} ({report.cases - report.light} of several rounds)")
    print(f"user steps           {report.steps}")
    print(f"sessions             {report.sessions}")
    print(f"writes               {report.writes}")
    print(f"working sessions until rest   {rests}")
    print(f"violations           {len(report.violations)}")
    print(f"processor time       {seconds:.0f} s")
    for case_seed, text in report.violations[:_TOLD]:
        print(f"  {text}; PYTHONPATH=tests .venv/bin/python scripts/planner_soak.py {case_seed}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
