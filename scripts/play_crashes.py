"""Plays every scene with a death at every write and between any two effects; sums up what differed.

Responsible for the full matrix of `tests/system/test_crash_at_every_write.py`, two scenes at a
time. Arguments choose scenes by their names. Ends with 1 if the world after a cut ever differed
from that of the uncut session.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter

import pytest

_MATRIX = "tests/system/test_crash_at_every_write.py"


class Summary:
    """A plugin of pytest that adds up what the tests noted about their cuts."""

    def __init__(self) -> None:
        self.cuts = Counter[str]()
        self.differences = Counter[str]()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what a test noted; it arrives from other processes as well."""
        for name, noted in report.user_properties if report.when == "call" else ():
            if name == "crash" and isinstance(noted, dict):
                self.cuts[noted["scene"]] += noted["cuts"]
                self.differences[noted["scene"]] += noted["differences"]

    def print(self, seconds: float) -> None:
        """Print a line per scene and the totals."""
        print(f"\n{'scene':<26}{'cuts':>6}{'differences':>13}")
        for scene, cuts in sorted(self.cuts.items()):
            print(f"{scene:<26}{cuts:>6}{self.differences[scene]:>13}")
        print(
            f"{len(self.cuts)} scenes, {self.cuts.total()} cuts, "
            f"{self.differences.total()} differences in {seconds:.0f} s"
        )


def main(scenes: list[str]) -> int:
    """Play the chosen scenes, or all; return the exit code."""
    os.environ["CRASH_FULL"] = "1"
    # Brackets and dash: `conflict` is not to choose `conflict_won_by_exchange` too.
    chosen = ["-k", " or ".join(f"[{scene}-" for scene in scenes)] if scenes else []
    summary, begun = Summary(), time.monotonic()
    options = ["-q", "-n", "2", "--dist", "loadgroup", "--show-capture=no", "--tb=short"]
    code = pytest.main([*options, *chosen, _MATRIX], plugins=[summary])
    summary.print(time.monotonic() - begun)
    return int(code)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
