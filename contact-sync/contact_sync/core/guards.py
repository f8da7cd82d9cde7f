"""When planned removals must wait for a person (I8, I9, I36). Tiny predicates, no I/O."""

from __future__ import annotations

from dataclasses import dataclass

#: Reason of a hold of all pairs of a mailbox: another one answers under its address.
MAILBOX_REPLACED = "mailbox_replaced"


@dataclass(frozen=True)
class Limits:
    """How many removals one mailbox, type and side may see in one session."""

    min_removals: int = 5
    percent: float = 20.0


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What is known about one set of planned removals.

    Attributes:
        planned: Number of removals in the set.
        live: Number of live links of the mailbox and type, the planned ones included.
        is_folder_lost: The managed folder that was remembered is not in the tree any more.
        is_view_changed: The view's filter is not the one of the last session.
    """

    planned: int
    live: int
    is_folder_lost: bool = False
    is_view_changed: bool = False


def hold_reason(situation: Situation, limits: Limits) -> str | None:
    """Return why the whole set is held, or None when it may be executed."""
    if situation.planned == 0:
        return None
    if situation.is_folder_lost:
        return "folder_missing"
    if situation.is_view_changed:
        return "view_changed"
    if situation.planned >= situation.live:
        return "folder_empty"
    if situation.planned > max(limits.min_removals, limits.percent / 100 * situation.live):
        return "too_many_removals"
    return None
