"""tap-c4c where C4C's clock was set anew, runs ahead, or is not told."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, cast

import pytest
from fakes.c4c import FakeC4C
from fakes.singer import Output, run
from tap_c4c import files
from tap_c4c.tap import TapC4C

if TYPE_CHECKING:
    from c4c_client import C4CClient

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=timezone.utc)


@pytest.fixture
def c4c() -> FakeC4C:
    """A tenant whose clock agrees with ours, with one contact that changed weeks ago."""
    tenant = FakeC4C(clock_offset=timedelta(0))
    tenant.put("A", "10:00")
    return tenant


def read(c4c: FakeC4C, state: dict[str, Any] | None = None) -> Output:
    config = {"base_url": "https://my000000.example", "username": "user", "password": "none"}
    client = cast("C4CClient", c4c)
    return run(TapC4C(config=config, client=client, now=lambda: NOW, state=state))


def partition(output: Output) -> dict[str, Any]:
    (found,) = output.state["bookmarks"]["contacts"]["partitions"]
    return dict(found)


def was_full(output: Output) -> bool:
    (found,) = [r for r in output.records("view_reads") if r["record_type"] == "contact"]
    return bool(found["was_full"])


@pytest.mark.parametrize("seconds", [-7200, 7200])
def test_i32_a_clock_that_was_set_anew_has_everything_read_again(
    c4c: FakeC4C, seconds: int
) -> None:
    state = read(c4c).state
    c4c.put("B", "08:00")
    c4c.clock_offset = timedelta(seconds=seconds)
    output = read(c4c, state)
    assert [record["ObjectID"] for record in output.records("contacts")] == ["A", "B"]
    assert was_full(output)
    assert not was_full(read(c4c, output.state))


def test_i32_a_bookmark_does_not_run_ahead_of_the_tenant(c4c: FakeC4C) -> None:
    c4c.put("B", "10:00", ChangedOn="2026-11-22T10:00:00.000Z")
    bookmark = partition(read(c4c))["replication_key_value"]
    # The present when the pass began.
    assert "2026-11-22T07:59:50.000Z" < bookmark <= "2026-11-22T08:00:00.000Z"


@pytest.mark.parametrize("seconds", [-7200, 0, 7200])
def test_i50_what_a_mass_import_changed_is_read_once(c4c: FakeC4C, seconds: int) -> None:
    c4c.clock_offset = timedelta(seconds=seconds)
    for number in range(9):
        c4c.put(f"B{number}", f"10:0{number}")
    first = read(c4c)
    assert len(first.records("contacts")) == 10
    c4c.put("C", "10:09")
    second = read(c4c, first.state)
    assert [record["ObjectID"] for record in second.records("contacts")] == ["C"]
    third = read(c4c, second.state)
    assert third.records("contacts") == []
    assert third.state == second.state
    ends = [
        next(r for r in found.records("view_reads") if r["record_type"] == "contact")
        for found in (first, second, third)
    ]
    # No mailbox that took part in each has a gap (C1).
    assert [one["read_to"] for one in ends[:2]] == [one["read_from"] for one in ends[1:]]


def test_i50_without_the_time_in_c4c_what_is_young_then_is_read_again(c4c: FakeC4C) -> None:
    c4c.clock_offset = None
    state = read(c4c).state
    assert len(read(c4c, state).records("contacts")) == 1


def test_a_tenant_that_stops_telling_the_time_is_no_failure(c4c: FakeC4C) -> None:
    state = read(c4c).state
    c4c.clock_offset = None
    output = read(c4c, state)
    assert not was_full(output)
    assert "clock_offset" not in partition(output)


@pytest.mark.parametrize(
    ("offset", "expected"),
    [(0, True), (-7200.5, True), (10**400, False), (float("inf"), False), ("0", False)],
)
def test_a_state_holds_an_offset_that_can_be_one(
    offset: object,
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    state = {"bookmarks": {"contacts": {"partitions": [{"clock_offset": offset}]}}}
    assert files.is_state(state) is expected
