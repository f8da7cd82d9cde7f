"""`docs/emulators.md` names tests, switches and faults that exist, and leaves none out."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

import pytest
from emulators.c4c.service import C4CService
from emulators.c4c.switches import Switches as C4CSwitches
from emulators.faults import GENERAL_KINDS
from emulators.graph.service import GraphService
from emulators.graph.switches import Switches as GraphSwitches

ROOT = Path(__file__).parents[2]
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_SWITCH = re.compile(r"`([a-z][a-z_]+)`")


def rows(service: str) -> list[tuple[str, str, str]]:
    """Return (trap, emulated, test) of one of the two tables."""
    text = (ROOT / "docs" / "emulators.md").read_text(encoding="utf-8")
    section = text.split("## Which test springs which trap\n")[1]
    table = section.split(f"### Of {service}\n")[1].split("\n### ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    assert all(len(entry) == 3 for entry in cells)
    return [(entry[0], entry[1], entry[2]) for entry in cells[1:]]


@pytest.mark.parametrize("service", ["C4C", "Graph"])
def test_every_trap_is_sprung_by_a_test_that_exists(service: str) -> None:
    found = rows(service)
    assert len(found) > 50
    for trap, emulated, test in found:
        named = _TEST.findall(test)
        assert named or test.startswith("not used"), trap
        assert emulated, trap
        for path, name in named:
            assert name in _definitions(ROOT / path), f"{path}::{name}"


@pytest.mark.parametrize(("service", "switches"), [("C4C", C4CSwitches), ("Graph", GraphSwitches)])
def test_every_switch_is_in_the_table(service: str, switches: type[C4CSwitches]) -> None:
    known = {field.name for field in dataclasses.fields(switches)}
    named = {name for _, emulated, _ in rows(service) for name in _SWITCH.findall(emulated)}
    assert known - named == set()


@pytest.mark.parametrize(("service", "emulator"), [("C4C", C4CService), ("Graph", GraphService)])
def test_every_kind_of_fault_is_in_one_of_the_tables(
    service: str, emulator: type[C4CService | GraphService]
) -> None:
    named = {name for _, emulated, _ in rows(service) for name in _SWITCH.findall(emulated)}
    kinds = set(emulator(seed=1).admin._faults._kinds)
    own = kinds - GENERAL_KINDS
    assert own
    assert own - named == set()


def test_the_general_kinds_of_fault_are_in_one_of_the_tables() -> None:
    cells = [emulated for service in ("C4C", "Graph") for _, emulated, _ in rows(service)]
    assert GENERAL_KINDS - {name for cell in cells for name in _SWITCH.findall(cell)} == set()


def _definitions(path: Path) -> set[str]:
    """Return functions and names that a test file defines at its top level, or in a class."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found
