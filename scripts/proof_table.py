"""Writes the table invariant x test x mutant into `docs/proof.md`; `--check` only compares."""

from __future__ import annotations

import sys
from pathlib import Path

from mutants.invariants import INVARIANTS
from mutants.table import MUTANTS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "proof.md"
_BEGIN, _END = "<!-- table -->", "<!-- end of table -->"


def table() -> str:
    """Return the table as Markdown."""
    lines = ["| invariant | says | held by | mutants that its tests kill |", "|---|---|---|---|"]
    for invariant in INVARIANTS:
        tests = ", ".join(f"`{test.removeprefix('tests/')}`" for test in invariant.tests)
        names = [mutant.name for mutant in MUTANTS if invariant.name in mutant.breaks]
        held = f"pending: {invariant.pending}" if invariant.pending else tests
        lines.append(f"| {invariant.name} | {invariant.says} | {held} | {'; '.join(names)} |")
    return "\n".join(lines)


def with_table(page: str) -> str:
    """Return the page with the present table."""
    head, _, rest = page.partition(_BEGIN)
    tail = rest.partition(_END)[2]
    return f"{head}{_BEGIN}\n{table()}\n{_END}{tail}"


def main(arguments: list[str]) -> int:
    """Write or check the page; return the exit code."""
    before = PAGE.read_text("utf-8")
    after = with_table(before)
    if "--check" in arguments:
        return int(before != after)
    PAGE.write_text(after, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
