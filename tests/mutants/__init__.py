"""Seeded defects: what the tests must find. `make mutants` plays them, `docs/proof.md` lists them.

A mutant is a text that stands exactly once in a file of the product, what it becomes, and the tests of
which at least one must then fail.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One seeded defect.

    Attributes:
        name: Short and unique: what the product does wrong then.
        breaks: Invariants, such as `I7`.
        file: Path from the root of the project.
        old: Text that stands exactly once in the file.
        new: What it becomes.
        tests: pytest ids of which at least one must fail.
    """

    name: str
    breaks: tuple[str, ...]
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def applied(self, text: str) -> str:
        """Return the file's text with the defect.

        Raises:
            ValueError: The text to be replaced is not there, or not just once.
        """
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: its text stands {text.count(self.old)} times")
        return text.replace(self.old, self.new)
