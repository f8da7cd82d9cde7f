"""All chapters in the order of the play."""

from __future__ import annotations

from demo.scenes import edits, first_sync, new_in_outlook, read_only, removals, safety

CHAPTERS = (
    first_sync.CHAPTER,
    new_in_outlook.CHAPTER,
    edits.CHAPTER,
    removals.CHAPTER,
    read_only.CHAPTER,
    *safety.CHAPTERS,
)
