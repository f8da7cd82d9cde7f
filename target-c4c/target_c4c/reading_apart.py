"""Reads many at once, and finds the one that spoils it for the others (I45).

Whether one of them is in trouble or the whole service is asked, not guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ItemT = TypeVar("ItemT")
KeyT = TypeVar("KeyT")
FoundT = TypeVar("FoundT")


def read_apart(
    items: Sequence[ItemT],
    read: Callable[[Sequence[ItemT]], dict[KeyT, FoundT]],
    *,
    errors: tuple[type[Exception], ...],
    check: Callable[[], object],
    failed: Callable[[ItemT, Exception], None],
) -> dict[KeyT, FoundT]:
    """Read items together; those that cannot be read are left out and reported.

    Args:
        items: What is wanted; nothing is read if there is nothing.
        read: Reads some of them in as few requests as it can.
        errors: What may be one item's own trouble; anything else is raised.
        check: Raises if nothing can be read at all.
        failed: Told of each item that cannot be read, and why.
    """
    if not items:
        return {}
    try:
        return read(items)
    except errors as error:
        check()
        return _halved(items, read, errors, failed, error)


def _halved(
    items: Sequence[ItemT],
    read: Callable[[Sequence[ItemT]], dict[KeyT, FoundT]],
    errors: tuple[type[Exception], ...],
    failed: Callable[[ItemT, Exception], None],
    error: Exception,
) -> dict[KeyT, FoundT]:
    """Read the halves of what could not be read as a whole."""
    if len(items) == 1:
        failed(items[0], error)
        return {}
    found: dict[KeyT, FoundT] = {}
    half = len(items) // 2
    for part in (items[:half], items[half:]):
        try:
            found |= read(part)
        except errors as cause:
            found |= _halved(part, read, errors, failed, cause)
    return found
