"""Seeded defects about reads: what is read again, what is asked, what counts as complete."""

from __future__ import annotations

from mutants import Mutant

_UNIT = "tests/unit"
_TAP = "tap-c4c/tap_c4c"

READS = (
    Mutant(
        "what an import changed is read again in every session",
        ("I50",),
        f"{_TAP}/reading.py",
        "        seen += overlap + _TICK\n",
        "        seen += timedelta(0)\n",
        (f"{_UNIT}/tap_c4c/test_tap_c4c_reading.py", f"{_UNIT}/tap_c4c/test_tap_c4c_clocks.py"),
    ),
    Mutant(
        "what is committed late is not read",
        ("I43", "I50"),
        f"{_TAP}/reading.py",
        "        seen += overlap + _TICK\n",
        "        seen = began_there + overlap\n",
        (f"{_UNIT}/tap_c4c/test_tap_c4c_reading.py",),
    ),
    Mutant(
        "a mailbox that takes part in each session misses what was read",
        ("I1", "I50"),
        f"{_TAP}/type_pass.py",
        "None if bookmark is None else bookmark - self._overlap",
        "None if bookmark is None else bookmark - 2 * self._overlap",
        (f"{_UNIT}/tap_c4c/test_tap_c4c_clocks.py",),
    ),
)
