"""The list of seeded defects fits the product as it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import proof_table
import pytest
from mutants.invariants import INVARIANTS
from mutants.table import MUTANTS

if TYPE_CHECKING:
    from mutants import Mutant

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_mutant_can_be_planted_and_names_tests_that_exist(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text("utf-8")
    assert mutant.applied(text) != text
    for test in mutant.tests:
        path, _, name = test.partition("::")
        found = (ROOT / path).read_text("utf-8")
        function = re.escape(re.sub(r"\[.*", "", name.rpartition("::")[2]))
        assert not name or re.search(rf"def {function}\(", found), test


def test_names_are_unique() -> None:
    names = [mutant.name for mutant in MUTANTS]
    assert len(set(names)) == len(names)


def test_every_invariant_is_held_with_a_mutant_or_pending_with_a_reason() -> None:
    assert [entry.name for entry in INVARIANTS] == [f"I{number}" for number in range(1, 53)]
    broken = {name for mutant in MUTANTS for name in mutant.breaks}
    for entry in INVARIANTS:
        assert bool(entry.tests) != bool(entry.pending), entry.name
        assert entry.pending or entry.name in broken, f"{entry.name} has no mutant"
        for test in entry.tests:
            assert (ROOT / test).exists(), test


def test_the_page_shows_the_present_table() -> None:
    assert proof_table.main(["--check"]) == 0, "run make proof"
