"""What an observed fact means for a link: the decision tables of the sync.

Responsible for events E1 to E9 (Exchange) and C1 to C8 (C4C). Must never look at field values,
the clock or the store. Fields are compared afterwards, in `core/merge.py`; removals pass
`core/guards.py` before they become operations.

Exchange, an item seen live (columns: where it is now):

=============  ==================  ======================  =======================
link           its managed folder  another managed folder  elsewhere
=============  ==================  ======================  =======================
none           NEW, by R1 to R4    NEW                     NEW when routed
pending        RESUME              NEW of the other type   RESUME when still routed
active/pinned  COMPARE             CONVERT or MOVE_BACK    LEFT (E3), or COMPARE while a
                                                           move is still owed
asleep         WAKE                CONVERT or MOVE_BACK    IGNORE
retired        REVIVE (E9)         NEW of the other type   IGNORE
=============  ==================  ======================  =======================

An item marked private is told apart afterwards (`decide_private`).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from contact_sync.core.model import Link, Owes, Phase, RecordType, Side, TypePolicy

if TYPE_CHECKING:
    from collections.abc import Mapping


class Verdict(str, Enum):
    """What a fact means; the planners turn each into operations and link changes."""

    IGNORE = "ignore"
    NEW = "new"
    RESUME = "resume"
    COMPARE = "compare"
    KEEP = "keep"
    CONVERT = "convert"
    MOVE_BACK = "move_back"
    WAKE = "wake"
    REVIVE = "revive"
    FORGET = "forget"
    REMOVE = "remove"
    HIDE = "hide"
    SLEEP = "sleep"
    RECREATE = "recreate"
    LEAVE_VIEW = "leave_view"
    RETIRE_QUIETLY = "retire_quietly"
    LEFT = "left"


def decide_item(  # noqa: PLR0911 - one return per row of the table
    link: Link | None,
    located: RecordType | None,
    routed: RecordType | None,
    policies: Mapping[RecordType, TypePolicy],
) -> Verdict:
    """Decide on an item that exists.

    Args:
        link: Link of this very item, if any.
        located: Record type of the managed folder (or alias) that the item sits in.
        routed: Record type by R1 to R4; equals `located` when that is set.
        policies: Settings per record type.
    """
    if link is None or (link.phase is Phase.RETIRED and link.c4c_id is None):
        # A stray copy (retired, no record) waits for its strip or its trip to Deleted Items;
        # afterwards it is as unknown as any item.
        waits = link is not None and link.owes is not Owes.NOTHING
        return Verdict.IGNORE if waits or routed is None else Verdict.NEW
    if link.phase is Phase.PENDING:
        return _decide_pending(link, routed)
    if link.phase is Phase.RETIRED:
        if routed is None or link.owes is Owes.STRIP:
            return Verdict.IGNORE
        return Verdict.REVIVE if routed is link.record_type else Verdict.NEW
    if link.phase is Phase.ASLEEP and located is None:
        return Verdict.IGNORE
    if located is link.record_type:
        return Verdict.WAKE if link.phase is Phase.ASLEEP else Verdict.COMPARE
    if located is not None:
        return decide_dragged(policies[link.record_type], policies[located])
    # Still where the upload found it: the move into the managed folder is ours to make.
    return Verdict.COMPARE if link.owes is Owes.MOVE else Verdict.LEFT


def decide_private(verdict: Verdict, link: Link | None) -> Verdict:
    """Narrow a verdict on an item that is marked private: no value of it may reach C4C.

    A linked item stays linked: it keeps its place and its category, what C4C changes still comes
    in, and what was edited meanwhile goes out when the mark is taken off.
    """
    match verdict:
        case Verdict.COMPARE:
            return Verdict.KEEP
        case Verdict.CONVERT:
            return Verdict.MOVE_BACK
        case Verdict.NEW | Verdict.RESUME | Verdict.WAKE | Verdict.REVIVE:
            is_pending = link is not None and link.phase is Phase.PENDING
            return Verdict.FORGET if is_pending else Verdict.IGNORE
        case _:
            return verdict


def _decide_pending(link: Link, routed: RecordType | None) -> Verdict:
    if routed is None:
        return Verdict.FORGET
    if routed is not link.record_type:
        return Verdict.NEW
    # One that a person decides on may have found its record meanwhile.
    is_leaving = link.owes is Owes.TRASH and not link.is_hidden
    return Verdict.IGNORE if is_leaving else Verdict.RESUME


def decide_dragged(old: TypePolicy, new: TypePolicy) -> Verdict:
    """E4: convert only if both types may be written; with a frozen type it waits."""
    if old.is_frozen or new.is_frozen:
        return Verdict.IGNORE
    may_convert = all(
        policy.direction.reaches(Side.C4C) and not policy.read_only for policy in (old, new)
    )
    return Verdict.CONVERT if may_convert else Verdict.MOVE_BACK


def decide_absence(link: Link, policy: TypePolicy, *, is_ours: bool = False) -> Verdict:
    """Decide on an item that is proven gone, or that left its managed folder (E3).

    Args:
        link: Link of the item.
        policy: Settings of its type.
        is_ours: We were removing it ourselves and were cut off: no user wants the record gone.
    """
    if link.phase is Phase.PENDING:
        return Verdict.FORGET
    if not link.phase.is_live:
        return Verdict.IGNORE
    if is_ours:
        return Verdict.SLEEP
    if policy.read_only or not policy.direction.reaches(Side.C4C):
        # The record outlives the item: Exchange gets it back.
        return Verdict.RECREATE if policy.direction.reaches(Side.EXCHANGE) else Verdict.SLEEP
    return {
        "delete": Verdict.REMOVE,
        "hide": Verdict.HIDE,
        "ignore": Verdict.SLEEP,
    }[policy.exchange_delete]


def decide_edited_in_c4c(policy: TypePolicy) -> str:
    """E5: what wins, the edit in C4C or the deletion in Exchange.

    An edit can only win where the item can be made again.
    """
    reaches = policy.direction.reaches(Side.EXCHANGE)
    return policy.delete_vs_edit if reaches else "delete"


def decide_record(  # noqa: PLR0911 - one return per row of the table
    link: Link | None, *, is_in_view: bool, is_unseen: bool, policy: TypePolicy
) -> Verdict:
    """Decide on a C4C record that exists and is not obsolete.

    Args:
        link: Link of the record in this mailbox, if any.
        is_in_view: Whether the mailbox's view contains it now.
        is_unseen: Whether this version of it is news (`outcome.is_unseen`); one that is not
            cannot revive a retired pair (stale reads).
        policy: Settings of the type.
    """
    reaches = policy.direction.reaches(Side.EXCHANGE)
    # No item comes into being where the type does not go.
    is_shown = is_in_view and reaches
    if link is None:
        return Verdict.NEW if is_shown else Verdict.IGNORE
    match link.phase:
        case Phase.PENDING:
            return Verdict.RESUME if is_shown else Verdict.FORGET
        case Phase.ACTIVE | Phase.PINNED if link.exchange_id is None and not reaches:
            return Verdict.IGNORE
        case Phase.ACTIVE | Phase.PINNED:
            left = link.in_view and not is_in_view and reaches
            return Verdict.LEAVE_VIEW if left else Verdict.COMPARE
        case Phase.ASLEEP:
            # One that is still in view was taken out by the user: it waits for a change.
            is_due = not link.is_hidden and (is_unseen or not link.in_view)
            return Verdict.WAKE if is_shown and is_due else Verdict.IGNORE
        case Phase.RETIRED:
            return Verdict.REVIVE if is_shown and is_unseen else Verdict.IGNORE
        case Phase.CONVERTING:
            return Verdict.IGNORE
    raise AssertionError(link.phase)


def decide_record_gone(link: Link, policy: TypePolicy) -> Verdict:
    """Decide on a C4C record that is proven gone (404) or obsolete (C3)."""
    match link.phase:
        case Phase.ACTIVE | Phase.PINNED if link.exchange_id is not None:
            # Where Exchange leads the record follows the item, as a read-only item the record.
            reaches = policy.direction.reaches(Side.EXCHANGE)
            return Verdict.REMOVE if reaches else Verdict.REVIVE
        case Phase.ACTIVE | Phase.PINNED:
            return Verdict.RETIRE_QUIETLY
        case Phase.PENDING | Phase.ASLEEP | Phase.CONVERTING:
            return Verdict.RETIRE_QUIETLY
        case Phase.RETIRED:
            return Verdict.IGNORE
    raise AssertionError(link.phase)
