"""I45 over every operation of C4C, every answer, of one record, one view or one type for good.

Here a share that has each verb, scope and answer; `make matrix` plays all.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from emulators.faults import ANSWERS
from harness import nobody_c4c

if TYPE_CHECKING:
    from pathlib import Path

ALL = nobody_c4c.cells()
SHARE = nobody_c4c.share(ALL, 24)
PLAYED = ALL if os.environ.get("MATRIX_FULL") else SHARE


@pytest.mark.parametrize("of", [lambda c: c.answer, lambda c: c.scope, lambda c: c.verb])
def test_i45_the_share_has_each_answer_scope_and_verb(of: object) -> None:
    assert callable(of)
    assert {of(cell) for cell in SHARE} == {of(cell) for cell in ALL}
    assert {cell.answer for cell in ALL} == set(ANSWERS)


@pytest.mark.parametrize("cell", PLAYED, ids=str)
def test_i45_nobody_stops_anybody(tmp_path: Path, cell: nobody_c4c.Cell) -> None:
    nobody_c4c.play(tmp_path, cell)
