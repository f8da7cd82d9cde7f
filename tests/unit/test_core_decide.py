"""The decision tables of `core/decide.py`, against a second table written by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from contact_sync.core.decide import (
    Verdict,
    decide_absence,
    decide_dragged,
    decide_edited_in_c4c,
    decide_item,
    decide_private,
    decide_record,
    decide_record_gone,
)
from contact_sync.core.model import Direction, Link, Owes, Phase, RecordType, TypePolicy

CONTACT = RecordType.CONTACT
ACCOUNT = RecordType.ACCOUNT


def policy(
    kind: RecordType = CONTACT,
    *,
    direction: Direction = Direction.BOTH,
    read_only: bool = False,
    exchange_delete: str = "delete",
) -> TypePolicy:
    return TypePolicy(
        record_type=kind,
        folder=f"folder of {kind.value}",
        folder_aliases=(),
        category=f"category of {kind.value}",
        category_aliases=(),
        direction=direction,
        read_only=read_only,
        exchange_delete=exchange_delete,
    )


def policies(**changes: TypePolicy) -> dict[RecordType, TypePolicy]:
    return {kind: changes.get(kind.value, policy(kind)) for kind in RecordType}


def link(
    phase: Phase,
    *,
    owes: Owes = Owes.NOTHING,
    c4c_id: str | None = "record",
    exchange_id: str | None = "item",
    in_view: bool = True,
    is_hidden: bool = False,
) -> Link:
    return Link(
        link_id="link",
        mailbox="m",
        record_type=CONTACT,
        phase=phase,
        owes=owes,
        c4c_id=c4c_id,
        exchange_id=exchange_id,
        in_view=in_view,
        is_hidden=is_hidden,
    )


# Columns: in its own folder, in another managed folder, elsewhere with its own category,
# elsewhere with another type's category, elsewhere without category.
PLACES = {
    "home": (CONTACT, CONTACT),
    "other folder": (ACCOUNT, ACCOUNT),
    "own category": (None, CONTACT),
    "other category": (None, ACCOUNT),
    "personal": (None, None),
}
V = Verdict
TABLE = {
    "none": (None, [V.NEW, V.NEW, V.NEW, V.NEW, V.IGNORE]),
    "pending": (link(Phase.PENDING, c4c_id=None), [V.RESUME, V.NEW, V.RESUME, V.NEW, V.FORGET]),
    "to be trashed": (
        link(Phase.PENDING, owes=Owes.TRASH),
        [V.IGNORE, V.NEW, V.IGNORE, V.NEW, V.FORGET],
    ),
    "active": (link(Phase.ACTIVE), [V.COMPARE, V.CONVERT, V.LEFT, V.LEFT, V.LEFT]),
    "pinned": (link(Phase.PINNED), [V.COMPARE, V.CONVERT, V.LEFT, V.LEFT, V.LEFT]),
    "to be moved": (
        link(Phase.ACTIVE, owes=Owes.MOVE),
        [V.COMPARE, V.CONVERT, V.COMPARE, V.COMPARE, V.COMPARE],
    ),
    "asleep": (link(Phase.ASLEEP), [V.WAKE, V.CONVERT, V.IGNORE, V.IGNORE, V.IGNORE]),
    "retired": (link(Phase.RETIRED), [V.REVIVE, V.NEW, V.REVIVE, V.NEW, V.IGNORE]),
    "to be stripped": (link(Phase.RETIRED, owes=Owes.STRIP), [V.IGNORE] * 5),
    "stray to be stripped": (
        link(Phase.RETIRED, owes=Owes.STRIP, c4c_id=None),
        [V.IGNORE] * 5,
    ),
    "stray to be trashed": (
        link(Phase.RETIRED, owes=Owes.TRASH, c4c_id=None),
        [V.IGNORE] * 5,
    ),
    "stray": (link(Phase.RETIRED, c4c_id=None), [V.NEW, V.NEW, V.NEW, V.NEW, V.IGNORE]),
}


@pytest.mark.parametrize(("row", "place"), list(itertools.product(TABLE, PLACES)), ids=str)
def test_item_seen_live(row: str, place: str) -> None:
    known, verdicts = TABLE[row]
    located, routed = PLACES[place]
    expected = verdicts[list(PLACES).index(place)]
    assert decide_item(known, located, routed, policies()) is expected


PRIVATE = {
    V.COMPARE: V.KEEP,
    V.CONVERT: V.MOVE_BACK,
    **dict.fromkeys((V.NEW, V.RESUME, V.WAKE, V.REVIVE), V.IGNORE),
}


@pytest.mark.parametrize("verdict", V)
def test_i18_of_a_private_item_nothing_is_sent(verdict: Verdict) -> None:
    for known in (None, link(Phase.ACTIVE), link(Phase.ASLEEP), link(Phase.RETIRED)):
        assert decide_private(verdict, known) is PRIVATE.get(verdict, verdict)


def test_i18_what_was_made_private_before_its_upload_is_forgotten() -> None:
    waiting = link(Phase.PENDING, c4c_id=None)
    for verdict in (V.NEW, V.RESUME, V.WAKE, V.REVIVE):
        assert decide_private(verdict, waiting) is V.FORGET
    assert decide_private(V.COMPARE, waiting) is V.KEEP


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (policy(), policy(ACCOUNT), V.CONVERT),
        (policy(read_only=True), policy(ACCOUNT), V.MOVE_BACK),
        (policy(), policy(ACCOUNT, read_only=True), V.MOVE_BACK),
        (policy(direction=Direction.TO_EXCHANGE), policy(ACCOUNT), V.MOVE_BACK),
        (policy(), policy(ACCOUNT, direction=Direction.TO_EXCHANGE), V.MOVE_BACK),
        (policy(), policy(ACCOUNT, direction=Direction.OFF), V.IGNORE),
        (
            policy(direction=Direction.TO_C4C),
            policy(ACCOUNT, direction=Direction.TO_C4C),
            V.CONVERT,
        ),
    ],
)
def test_e4_dragged_between_managed_folders(
    old: TypePolicy, new: TypePolicy, expected: Verdict
) -> None:
    settings = policies(contact=old, account=new)
    assert decide_item(link(Phase.ACTIVE), ACCOUNT, ACCOUNT, settings) is expected


@pytest.mark.parametrize(
    ("description", "settings", "expected"),
    [
        ("the record goes too", policy(), V.REMOVE),
        ("hidden for this mailbox", policy(exchange_delete="hide"), V.HIDE),
        ("ignored", policy(exchange_delete="ignore"), V.SLEEP),
        ("read-only", policy(read_only=True), V.RECREATE),
        ("read-only beats hide", policy(read_only=True, exchange_delete="hide"), V.RECREATE),
        ("downloads only", policy(direction=Direction.TO_EXCHANGE), V.RECREATE),
        ("uploads only", policy(direction=Direction.TO_C4C), V.REMOVE),
        (
            "read-only, and nothing may be written to Exchange either",
            policy(read_only=True, direction=Direction.TO_C4C),
            V.SLEEP,
        ),
    ],
)
def test_e3_absence_of_a_live_item(
    description: str, settings: TypePolicy, expected: Verdict
) -> None:
    for phase in (Phase.ACTIVE, Phase.PINNED):
        assert decide_absence(link(phase), settings) is expected, description


def test_i07_absence_that_is_our_own_doing_changes_no_record() -> None:
    """A removal that was cut off is no user's wish, whatever the settings make of those."""
    for settings in (policy(), policy(read_only=True), policy(exchange_delete="hide")):
        for phase in (Phase.ACTIVE, Phase.PINNED):
            assert decide_absence(link(phase), settings, is_ours=True) is V.SLEEP
    assert decide_absence(link(Phase.RETIRED), policy(), is_ours=True) is V.IGNORE


def test_absence_of_an_item_that_is_not_live_changes_no_record() -> None:
    assert decide_absence(link(Phase.PENDING, c4c_id=None), policy()) is V.FORGET
    for phase in (Phase.ASLEEP, Phase.CONVERTING, Phase.RETIRED):
        assert decide_absence(link(phase), policy()) is V.IGNORE


RECORD_TABLE = [
    # link, in view and news, in view and no news, out of view
    (None, V.NEW, V.NEW, V.IGNORE),
    (link(Phase.PENDING), V.RESUME, V.RESUME, V.FORGET),
    (link(Phase.ACTIVE), V.COMPARE, V.COMPARE, V.LEAVE_VIEW),
    (link(Phase.ACTIVE, in_view=False), V.COMPARE, V.COMPARE, V.COMPARE),
    (link(Phase.PINNED, in_view=False), V.COMPARE, V.COMPARE, V.COMPARE),
    (link(Phase.ASLEEP, in_view=False), V.WAKE, V.WAKE, V.IGNORE),
    # Taken out by its user and still shown: it waits for a change of the record.
    (link(Phase.ASLEEP), V.WAKE, V.IGNORE, V.IGNORE),
    (link(Phase.ASLEEP, is_hidden=True), V.IGNORE, V.IGNORE, V.IGNORE),
    (link(Phase.RETIRED), V.REVIVE, V.IGNORE, V.IGNORE),
    (link(Phase.CONVERTING), V.IGNORE, V.IGNORE, V.IGNORE),
]


@pytest.mark.parametrize("row", RECORD_TABLE, ids=lambda row: str(row[0] and row[0].phase.value))
def test_record_seen_live(row: tuple[Link | None, Verdict, Verdict, Verdict]) -> None:
    known, news, stale, out = row
    assert decide_record(known, is_in_view=True, is_unseen=True, policy=policy()) is news
    assert decide_record(known, is_in_view=True, is_unseen=False, policy=policy()) is stale
    assert decide_record(known, is_in_view=False, is_unseen=True, policy=policy()) is out


def test_record_of_a_type_that_is_not_sent_to_exchange_creates_nothing() -> None:
    uploads = policy(direction=Direction.TO_C4C)
    for known, expected in (
        (None, V.IGNORE),
        (link(Phase.RETIRED), V.IGNORE),
        (link(Phase.ASLEEP), V.IGNORE),
        (link(Phase.PENDING, exchange_id=None), V.FORGET),
        (link(Phase.ACTIVE, owes=Owes.CREATE, exchange_id=None), V.IGNORE),
        (link(Phase.ACTIVE), V.COMPARE),
    ):
        verdict = decide_record(known, is_in_view=True, is_unseen=True, policy=uploads)
        assert verdict is expected


def test_e5_an_edit_wins_only_where_the_item_can_be_made_again() -> None:
    assert decide_edited_in_c4c(policy()) == "edit"
    assert decide_edited_in_c4c(replace(policy(), delete_vs_edit="delete")) == "delete"
    assert decide_edited_in_c4c(policy(direction=Direction.TO_C4C)) == "delete"


def test_read_only_that_goes_to_c4c_alone_is_frozen() -> None:
    stuck = policy(read_only=True, direction=Direction.TO_C4C)
    assert stuck.is_frozen
    assert policy(direction=Direction.OFF).is_frozen
    for free in (
        policy(read_only=True),
        policy(direction=Direction.TO_C4C),
        policy(read_only=True, direction=Direction.TO_EXCHANGE),
    ):
        assert not free.is_frozen
    assert decide_dragged(policy(ACCOUNT), stuck) is V.IGNORE
    assert decide_dragged(stuck, policy(ACCOUNT)) is V.IGNORE


@pytest.mark.parametrize(
    ("known", "settings", "expected"),
    [
        (link(Phase.ACTIVE), policy(), V.REMOVE),
        (link(Phase.PINNED), policy(), V.REMOVE),
        (link(Phase.ACTIVE), policy(read_only=True), V.REMOVE),
        (link(Phase.ACTIVE, exchange_id=None), policy(), V.RETIRE_QUIETLY),
        # Where Exchange leads the record follows the item.
        (link(Phase.ACTIVE), policy(direction=Direction.TO_C4C), V.REVIVE),
        (link(Phase.PINNED), policy(direction=Direction.TO_C4C), V.REVIVE),
        (
            link(Phase.ACTIVE, exchange_id=None),
            policy(direction=Direction.TO_C4C),
            V.RETIRE_QUIETLY,
        ),
        (link(Phase.ASLEEP), policy(), V.RETIRE_QUIETLY),
        (link(Phase.CONVERTING), policy(), V.RETIRE_QUIETLY),
        (link(Phase.PENDING), policy(), V.RETIRE_QUIETLY),
        (link(Phase.RETIRED), policy(), V.IGNORE),
    ],
)
def test_c3_record_gone(known: Link, settings: TypePolicy, expected: Verdict) -> None:
    assert decide_record_gone(known, settings) is expected
