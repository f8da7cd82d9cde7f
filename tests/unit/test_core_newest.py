"""`on_conflict: newest`: one comparison of times for both stages."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone

import pytest
from contact_sync.core import merge
from contact_sync.core.model import Side, Winner
from contact_sync.core.newest import is_exchange_newer
from hypothesis import given
from hypothesis import strategies as st

NOON = "2026-05-01T12:00:00"

#: The same second, as the two services and careless servers spell it.
SAME = (
    f"{NOON}Z",
    f"{NOON}.9999999Z",
    f"{NOON}.001Z",
    f"{NOON}+00:00",
    "2026-05-01T14:00:00+02:00",
)
NO_TIME = (None, "", "yesterday", "2026-13-01T00:00:00Z", 1746100800, "9999-12-31T23:59:59-14:00")


@pytest.mark.parametrize(("item", "record"), list(itertools.product(SAME, SAME)))
def test_within_one_second_nobody_is_newer(item: str, record: str) -> None:
    assert not is_exchange_newer(item, record)


@pytest.mark.parametrize("bad", NO_TIME)
@pytest.mark.parametrize("good", [*SAME, *NO_TIME])
def test_without_a_time_c4c_stays(bad: object, good: object) -> None:
    assert not is_exchange_newer(bad, good)
    assert not is_exchange_newer(good, bad)


@given(st.integers(0, 2**31), st.integers(-90_000, 90_000))
def test_the_later_second_is_newer_in_whatever_zone(start: int, seconds: int) -> None:
    record = datetime.fromtimestamp(start, tz=timezone.utc)
    item = (record + timedelta(seconds=seconds)).astimezone(timezone(timedelta(hours=5)))
    assert is_exchange_newer(item.isoformat(), record.isoformat()) is (seconds > 0)


@pytest.mark.parametrize(("item", "record"), [(SAME[0], SAME[1]), (f"{NOON[:-1]}1Z", SAME[0])])
def test_i05_both_stages_and_a_first_match_have_one_winner(item: str, record: str) -> None:
    newer = is_exchange_newer(item, record)
    exchange, c4c = {"f": "1"}, {"f": "2"}
    winners = {"f": Winner.NEWEST}
    up = merge.merge_update(
        ["f"],
        source=exchange,
        base={"f": "0"},
        live=c4c,
        source_side=Side.EXCHANGE,
        on_conflict=winners,
        exchange_is_newer=newer,
    )
    down = merge.merge_update(
        ["f"],
        source=c4c,
        base={"f": "0"},
        live=exchange,
        source_side=Side.C4C,
        on_conflict=winners,
        exchange_is_newer=newer,
    )
    first = merge.merge_first(
        ["f"],
        exchange=exchange,
        c4c=c4c,
        blank_exchange=(),
        blank_c4c=(),
        may_write_c4c=["f"],
        may_write_exchange=["f"],
        on_conflict=winners,
        exchange_is_newer=newer,
    )
    assert bool(up.write) is bool(down.lost) is bool(first.to_c4c) is newer
