"""Whether a mailbox has seen all that happened in a view (C1). Pure.

A tap reads what changed since its bookmark, for all mailboxes together. A mailbox that was not
there when earlier changes were read (it is new, was away, or was given another view) has missed
them, and nothing else would ever show them to it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Window:
    """What one read of a view covered.

    Attributes:
        since: From when on changes were read, ISO 8601 UTC; None: the view was read as a whole.
        until: From when on the next read will start; None if no record was ever read.
    """

    since: str | None
    until: str | None


def is_gap(covered_until: str | None, window: Window) -> bool:
    """Whether changes lie between what a mailbox had seen of a view and this read of it.

    Args:
        covered_until: End of the last read that the mailbox took part in, ISO 8601 UTC; "" if the
            view had no record then; None if it never took part.
        window: This read.
    """
    # With no record there is no bookmark: a read since a time follows one that found some.
    return window.since is not None and (not covered_until or covered_until < window.since)
