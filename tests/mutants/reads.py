"""Seeded defects about reads: what is read again, what is asked, what counts as complete."""

from __future__ import annotations

from mutants import Mutant

_UNIT = "tests/unit"
_TAP = "tap-c4c/tap_c4c"
_ACCOUNTS = "target-c4c/target_c4c/accounts.py"
_SEARCH = f"{_UNIT}/test_account_search.py"

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
    Mutant(
        "accounts are searched for without bound",
        ("I50",),
        _ACCOUNTS,
        "        self._read([*controls, *new], ROWS)\n",
        "        self._read([*controls, *new], None)\n",
        (_SEARCH,),
    ),
    Mutant(
        "each company is searched for by itself",
        ("I50",),
        _ACCOUNTS,
        "            self._search(wanted)\n",
        "            for company in wanted:\n                self._search([company])\n",
        (_SEARCH,),
    ),
    Mutant(
        "an account search that was cut off counts as all there is",
        ("I24",),
        _ACCOUNTS,
        "            all(len(self._answers[text]) < rows for text in group) for group in groups\n",
        "            all(len(self._answers[text]) <= rows for text in group) for group in groups\n",
        (_SEARCH,),
    ),
    Mutant(
        "a single hit among many that were not shown is the account",
        ("I24",),
        "contact-sync/contact_sync/core/cascade.py",
        "    return sum(wanted in comparable(name) for name in names) > 1\n",
        "    return sum(wanted in comparable(name) for name in names) > 0\n",
        (f"{_UNIT}/test_core_cascade.py", _SEARCH),
    ),
    Mutant(
        "a whole name that shows something else is relied on",
        ("I24",),
        _ACCOUNTS,
        "            self._has_whole_names = _are_whole(named, whole)\n",
        "            self._has_whole_names = named is not whole\n",
        (_SEARCH,),
    ),
    Mutant(
        "what an account search shows is joined, columns that it lacks as blanks",
        ("I3",),
        _ACCOUNTS,
        '    return "ChangedOn" in record.properties\n',
        "    return bool(record.properties)\n",
        (f"{_UNIT}/test_account_matches.py",),
    ),
)
