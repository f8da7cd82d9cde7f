"""I45 over every operation of Graph and every answer that one item or one mailbox gives for good.

Here a share that has each operation of each scope and each answer once; `make matrix` plays all.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from emulators.faults import ANSWERS
from harness import nobody

if TYPE_CHECKING:
    from pathlib import Path

ALL = nobody.cells()
PLAYED = ALL if os.environ.get("MATRIX_FULL") else nobody.cover(ALL)


def test_i45_the_share_has_each_operation_and_each_answer() -> None:
    assert {cell.answer for cell in nobody.cover(ALL)} == set(ANSWERS)
    assert {c.operation for c in nobody.cover(ALL)} == {c.operation for c in ALL}


@pytest.mark.parametrize("cell", PLAYED, ids=str)
def test_i45_nobody_stops_anybody(tmp_path: Path, cell: nobody.Cell) -> None:
    nobody.play(tmp_path, cell)


def test_i45_no_other_operation_is_used(tmp_path: Path) -> None:
    for is_new in (True, False):
        folder = tmp_path / str(is_new)
        folder.mkdir()
        world = nobody.world_of(folder, is_new=is_new)
        for operation in nobody.UNUSED:
            world.graph.trouble_for_good("400", operation=operation)
        world.settle(6)
        used = {f["operation"] for f in world.graph.fault_report() if f["fired"]}
        world.graph.clear_faults()
        assert used == set()
