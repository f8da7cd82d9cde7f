"""What a link looks like after a write, a match or a failure: `core/outcome.py`."""

from __future__ import annotations

import pytest
from contact_sync.core import outcome
from contact_sync.core.model import Link, Owes, Phase, RecordType, Side

PAIR = Link(
    link_id="l",
    mailbox="m",
    record_type=RecordType.ACCOUNT,
    phase=Phase.ACTIVE,
    owes=Owes.STRIP,
    exchange_id="i",
    exchange_version="v",
    exchange_folder_id="f",
    c4c_id="r",
    c4c_etag="e",
    c4c_changed_at="2026-01-01",
    account_id="7",
    in_view=True,
    is_hidden=True,
    base_exchange={"a": "0", "b": "0"},
    base_c4c={"a": "0", "b": "0"},
)


@pytest.mark.parametrize(("account_id", "expected"), [("8", "8"), ("", None), (None, None)])
def test_a_record_just_read_is_noted(account_id: str | None, expected: str | None) -> None:
    seen = outcome.RecordFacts(
        c4c_id="r2", etag="e2", changed_at="2027", account_id=account_id, digests={"a": "0"}
    )
    assert outcome.see_record(PAIR, seen) == PAIR.but(
        c4c_id="r2",
        c4c_etag="e2",
        c4c_changed_at="2027",
        c4c_superseded=("2026-01-01",),
        account_id=expected,
    )


def test_i31_a_reply_that_shows_the_version_before_the_last_one_is_stale() -> None:
    first = outcome.see_record(PAIR.but(c4c_changed_at=None), _seen("2026-03"))
    assert not outcome.is_stale(first, "2026-03")
    assert not outcome.is_stale(first, None)
    again = outcome.see_record(first, _seen("2026-03"))
    assert again == first
    second = outcome.see_record(again, _seen("2026-04"))
    assert outcome.is_stale(second, "2026-03")
    # Where C4C's clock was set back, a new version is older than the last one.
    assert not outcome.is_stale(second, "2026-02")
    assert not outcome.is_stale(second, "2026-04")
    # What was taken for news although it lagged has replaced nothing.
    assert not outcome.is_stale(outcome.see_record(second, _seen("2026-01")), "2026-04")


def test_i31_a_reply_that_lags_by_several_versions_is_stale() -> None:
    link = PAIR.but(c4c_changed_at=None)
    versions = [f"2026-{month:02}" for month in range(1, 13)]
    for changed_at in versions:
        link = outcome.see_record(link, _seen(changed_at))
    stale = [changed_at for changed_at in versions if outcome.is_stale(link, changed_at)]
    assert stale == versions[-5:-1]
    assert len(link.c4c_superseded) == len(stale)


def _seen(changed_at: str) -> outcome.RecordFacts:
    return outcome.RecordFacts(
        c4c_id="r", etag="e", changed_at=changed_at, account_id=None, digests={}
    )


def test_an_item_just_read_is_noted() -> None:
    seen = outcome.ItemFacts(exchange_id="i2", version="v2", folder_id="f2", digests={"a": "9"})
    assert outcome.see_item(PAIR, seen) == PAIR.but(
        exchange_id="i2", exchange_version="v2", exchange_folder_id="f2"
    )


def test_a_field_that_one_side_does_not_carry_is_not_settled() -> None:
    settled = outcome.settle(PAIR, ["a", "b"], exchange={"a": "1"}, c4c={"a": "2", "b": "2"})
    assert settled == PAIR.but(base_exchange={"a": "1", "b": "0"}, base_c4c={"a": "2", "b": "0"})
    assert outcome.settle(PAIR, ["b"], exchange={"b": "1"}, c4c={}) == PAIR


def test_i15_an_etag_is_forgotten_only_when_exchange_is_owed_a_value() -> None:
    assert outcome.owe(PAIR, ["a"], Side.EXCHANGE, {}) == PAIR.but(
        base_c4c={"b": "0"}, c4c_etag=None
    )
    assert outcome.owe(PAIR, ["a"], Side.C4C, {"b": "9"}) == PAIR.but(base_exchange={"b": "0"})


def test_joining_two_records_leaves_bases_out_that_the_other_side_still_has_to_get() -> None:
    digests = {"a": "1", "b": "2", "c": "3"}
    paired = outcome.pair(
        PAIR.but(phase=Phase.PENDING),
        exchange=digests,
        c4c=dict.fromkeys("abc", "x"),
        owed_to_exchange={"a"},
        owed_to_c4c={"b"},
        owes=Owes.STAMP,
    )
    assert paired == PAIR.but(
        owes=Owes.STAMP,
        is_hidden=False,
        base_exchange={"a": "1", "c": "3"},
        base_c4c={"b": "x", "c": "x"},
    )
    assert outcome.pair(PAIR, exchange=digests, c4c=digests) == PAIR.but(
        owes=Owes.NOTHING, is_hidden=False, base_exchange=digests, base_c4c=digests
    )


@pytest.mark.parametrize("owes", Owes)
def test_a_retired_pair_owes_nothing_but_the_strip_of_what_is_left(owes: Owes) -> None:
    left = Owes.STRIP if owes is Owes.STRIP else Owes.NOTHING
    assert outcome.retire(PAIR.but(owes=owes)) == PAIR.but(phase=Phase.RETIRED, owes=left)


def test_a_pair_asleep_owes_nothing_and_is_shown_only_if_that_is_said() -> None:
    asleep = PAIR.but(phase=Phase.ASLEEP, owes=Owes.NOTHING)
    assert outcome.sleep(PAIR) == asleep.but(is_hidden=False, in_view=False)
    assert outcome.sleep(PAIR, is_hidden=True) == asleep.but(is_hidden=True, in_view=False)
    assert outcome.sleep(PAIR, in_view=True) == asleep.but(is_hidden=False, in_view=True)


def test_an_item_asked_for_again_is_not_the_one_that_stays_outside() -> None:
    again, left = outcome.recreate(PAIR, "s")
    assert again == PAIR.but(
        owes=Owes.CREATE, exchange_id=None, exchange_version=None, exchange_folder_id=None
    )
    assert left == outcome.stray(PAIR, "s", Owes.STRIP)


def test_each_side_of_a_pair_has_its_base() -> None:
    link = PAIR.but(base_exchange={"a": "1"}, base_c4c={"a": "2"})
    assert link.base(Side.EXCHANGE) == {"a": "1"}
    assert link.base(Side.C4C) == {"a": "2"}


def test_a_stray_is_known_by_its_item_alone() -> None:
    assert outcome.stray(PAIR, "s", Owes.TRASH) == Link(
        link_id="s",
        mailbox="m",
        record_type=RecordType.ACCOUNT,
        phase=Phase.RETIRED,
        owes=Owes.TRASH,
        exchange_id="i",
        exchange_version="v",
        exchange_folder_id="f",
        successor="l",
    )


def test_i03_the_source_of_a_move_remembers_what_was_copied() -> None:
    base = {"a": "9"}
    assert outcome.left_over(PAIR, "s", base) == outcome.stray(PAIR, "s", Owes.TRASH).but(
        base_exchange=base
    )


def a_link(**changes: object) -> Link:
    return Link(link_id="l", mailbox="m", record_type=RecordType.CONTACT).but(**changes)


def record(**digests: str) -> outcome.RecordFacts:
    return outcome.RecordFacts(
        c4c_id="r", etag="v2", changed_at="2026", account_id="7", digests=digests
    )


def test_i15_etag_is_trusted_only_while_every_field_equals_its_base() -> None:
    link = a_link(base_c4c={"a": "1", "b": "1"})
    assert outcome.see_record(link, record(a="1", b="1")).c4c_etag == "v2"
    assert outcome.see_record(link, record(a="1", b="2")).c4c_etag is None
    assert outcome.see_record(link, record(a="1", new="9")).c4c_etag is None


def test_owed_field_is_unknown_on_the_side_that_must_be_read_again() -> None:
    link = a_link(base_exchange={"a": "0", "b": "0"}, base_c4c={"a": "0", "b": "0"})
    owed = outcome.owe(link, ["a"], Side.EXCHANGE, {"a": "1", "b": "1"})
    assert owed.base_exchange == {"a": "1", "b": "0"}
    assert owed.base_c4c == {"b": "0"}
    back = outcome.owe(link, ["a"], Side.C4C, {"a": "1"})
    assert back.base_c4c == {"a": "1", "b": "0"}
    assert back.base_exchange == {"b": "0"}


def test_i13_only_agreed_fields_get_a_new_base() -> None:
    link = a_link(base_exchange={"a": "0", "b": "0"}, base_c4c={"a": "0", "b": "0"})
    settled = outcome.settle(link, ["a"], exchange={"a": "1", "b": "1"}, c4c={"a": "X", "b": "X"})
    assert settled.base_exchange == {"a": "1", "b": "0"}
    assert settled.base_c4c == {"a": "X", "b": "0"}


@pytest.mark.parametrize("owes", Owes)
def test_i10_recreation_remembers_whose_the_item_was(owes: Owes) -> None:
    gone = a_link(phase=Phase.ACTIVE, exchange_id="i", c4c_id="r", owes=owes)
    again, left = outcome.recreate(gone, "s")
    assert (again.owes, again.exchange_id, again.c4c_id) == (Owes.CREATE, None, "r")
    assert (left.exchange_id, left.c4c_id, left.successor) == ("i", None, "l")
    assert (left.owes is Owes.STRIP) == (owes is Owes.STRIP)
    assert left.owes in (Owes.STRIP, Owes.NOTHING)


def test_a_link_without_item_leaves_none_behind() -> None:
    (again,) = outcome.recreate(a_link(phase=Phase.ACTIVE, c4c_id="r"), "s")
    assert again.owes is Owes.CREATE


def test_i31_i32_news_is_what_was_neither_seen_last_nor_replaced() -> None:
    link = outcome.see_record(outcome.see_record(a_link(), _seen("2026-03")), _seen("2026-05"))
    versions = ("2026-03", "2026-04", "2026-05", "2026-06", None)
    # One that is older may be the work of a clock that was set back.
    assert [outcome.is_unseen(link, at) for at in versions] == [False, True, False, True, False]


def test_i13_an_echo_is_the_base_of_its_fields_on_both_sides() -> None:
    before = a_link(base_exchange={"a": "1", "b": "1"}, base_c4c={"a": "1", "b": "1"})
    after = outcome.hear(before, {"a": "2"})
    assert after.base_exchange == after.base_c4c == {"a": "2", "b": "1"}
