"""One account name in four C4C fields of 40 characters.

Responsible for joining and splitting, such that `join_name(split_name(x))` is `x` again.

The join rule: blank parts are skipped; a part shorter than 40 characters is followed by a space, a
part of exactly 40 characters by nothing. So parts that a person typed separately read as separate
words, and a long word that had to be cut reads as one word. C4C trims what it stores, therefore no
part ever starts or ends with a space.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contact_sync.core.text import collapse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Properties of CorporateAccount that hold the parts, in order (SAP: `$metadata`, 40 each).
NAME_PROPERTIES = ("Name", "AdditionalName", "AdditionalName2", "AdditionalName3")
PART_LENGTH = 40


def join_name(parts: Iterable[str]) -> str:
    """Return the whole name of an account, collapsed."""
    joined = ""
    for part in filter(None, map(collapse, parts)):
        joined += part if len(part) >= PART_LENGTH else f"{part} "
    return joined.rstrip()


def split_name(name: str) -> tuple[str, ...] | None:
    """Return the name in four parts that join to the collapsed name again.

    None if there is no such split: the name is too long, or a word of exactly 40 characters is
    followed by another (the join rule would glue them together).
    """
    parts = _split(collapse(name), len(NAME_PROPERTIES))
    return None if parts is None else parts + ("",) * (len(NAME_PROPERTIES) - len(parts))


def _split(rest: str, parts_left: int) -> tuple[str, ...] | None:
    if len(rest) <= PART_LENGTH:
        return (rest,)
    # A part takes at most its length and one space after it.
    if len(rest) >= parts_left * (PART_LENGTH + 1):
        return None
    for cut in _cuts(rest):
        tail = _split(rest[cut:].lstrip(), parts_left - 1)
        if tail is not None:
            return (rest[:cut], *tail)
    return None


def _cuts(rest: str) -> Iterator[int]:
    """Yield the places to cut: the last full word first, then inside a word, then the others."""
    spaces = [at for at in range(PART_LENGTH - 1, 0, -1) if rest[at] == " "]
    yield from spaces[:1]
    if " " not in rest[PART_LENGTH - 1 : PART_LENGTH + 1]:
        yield PART_LENGTH
    yield from spaces[1:]
