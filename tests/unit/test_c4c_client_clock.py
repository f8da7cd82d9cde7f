"""How the C4C client compares C4C's clock with ours."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from fakes.c4c_calls import client_on
from fakes.wire import Wire

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Sun, 22 Nov 2026 10:00:30 GMT", timedelta(seconds=30)),
        ("Sun, 22 Nov 2026 08:00:00 GMT", timedelta(hours=-2)),
        ("Sunday, 22-Nov-26 10:00:00 GMT", timedelta(0)),
        ("Sun, 22 Nov 2026 10:00:00 -0000", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("Sun, 22 Nov 99999 10:00:00 GMT", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_i32_clock_offset(date: str | None, expected: timedelta | None) -> None:
    headers = {} if date is None else {"Date": date}
    client = client_on(Wire(lambda *_: (200, headers, b'{"d": {}}')), now=lambda: NOW)
    assert client.clock_offset is None
    client.check_connection()
    assert client.clock_offset == expected
