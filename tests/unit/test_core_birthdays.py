"""A moment means the nearest day, in the sync and when an item is copied."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from contact_sync.core import birthdays
from exchange_client.contact_fields import birthday_of
from hypothesis import example, given
from hypothesis import strategies as st

# What no clock may be: the days that services write for "no date".
days = st.dates(date(2, 1, 1), date(4500, 12, 30))
# Minutes east of Greenwich; those of UTC-12 would be 12:00Z of the day, of which see below.
midnights = st.integers(-12 * 60 + 1, 12 * 60)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds") + "Z"


@given(days, midnights)
@example(date(1980, 7, 18), 2 * 60)  # Berlin in summer
@example(date(1980, 7, 18), 9 * 60)  # Tokyo
@example(date(1980, 7, 18), -5 * 60)  # New York
@example(date(1980, 7, 18), 12 * 60)  # New Zealand
@example(date(1980, 7, 18), 5 * 60 + 45)  # Nepal
def test_i13_local_midnight_means_its_day(day: date, offset: int) -> None:
    moment = datetime(day.year, day.month, day.day) - timedelta(minutes=offset)  # noqa: DTZ001
    assert birthdays.from_timestamp(_stamp(moment)) == day.isoformat()
    assert birthday_of(_stamp(moment)) == birthdays.to_graph(day.isoformat())


@given(days, st.integers(-24 * 60 + 1, 24 * 60 - 1))
def test_a_midnight_with_its_offset_means_its_day(day: date, offset: int) -> None:
    zone = timezone(timedelta(minutes=offset))
    moment = datetime(day.year, day.month, day.day, tzinfo=zone)
    assert birthdays.from_timestamp(moment.isoformat()) == day.isoformat()


@given(days, st.integers(0, 12 * 60 - 1))
def test_i13_what_either_side_writes_means_its_day(day: date, minute: int) -> None:
    moment = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001
    text = day.isoformat()
    assert birthdays.from_timestamp(_stamp(moment)) == text
    assert birthdays.from_timestamp(birthdays.to_graph(text)) == text
    assert birthdays.from_timestamp(birthdays.to_c4c(text)) == text
    assert birthday_of(birthdays.to_graph(text)) == birthdays.to_graph(text), "copied twice"


@given(days)
def test_i13_what_was_copied_means_the_same_day(day: date) -> None:
    for hour in range(24):
        moment = f"{day.isoformat()}T{hour:02}:00:00Z"
        copied = birthday_of(moment)
        assert birthdays.from_timestamp(copied) == birthdays.from_timestamp(moment)


def test_what_is_no_moment_is_copied_as_it_is() -> None:
    assert birthday_of("soon") == "soon"
