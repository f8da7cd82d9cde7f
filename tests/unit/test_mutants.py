"""The list of seeded defects fits the product as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mutants.table import MUTANTS, Mutant

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
