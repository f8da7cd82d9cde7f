from __future__ import annotations

import pytest
from exchange_client.retry import (
    MAX_WAIT_SECONDS,
    Decision,
    Safety,
    Verdict,
    parse_retry_after,
    retry_decision,
)
from hypothesis import given
from hypothesis import strategies as st

READ, UPDATE, CREATE = Safety.REPEATABLE, Safety.UPDATE, Safety.CREATE
ANSWER, REPEAT, UNKNOWN = Verdict.ANSWER, Verdict.REPEAT, Verdict.UNKNOWN
WAIT = {"Retry-After": "2.5"}


@pytest.mark.parametrize(
    ("description", "status", "headers", "code", "verdicts"),
    [
        # verdicts for a read, an update, a create
        ("success", 200, {}, "", (ANSWER, ANSWER, ANSWER)),
        ("our fault", 400, {}, "", (ANSWER, ANSWER, ANSWER)),
        ("a new token is not patience", 401, {}, "", (ANSWER, ANSWER, ANSWER)),
        ("gone", 404, WAIT, "", (ANSWER, ANSWER, ANSWER)),
        ("another version", 412, {}, "", (ANSWER, ANSWER, ANSWER)),
        ("throttled", 429, WAIT, "", (REPEAT, REPEAT, REPEAT)),
        ("throttled without a wait", 429, {}, "", (REPEAT, REPEAT, REPEAT)),
        ("refused by its predecessor", 424, {}, "", (REPEAT, REPEAT, REPEAT)),
        ("busy, with a wait", 503, WAIT, "", (REPEAT, REPEAT, REPEAT)),
        ("busy, perhaps a gateway", 503, {}, "", (REPEAT, REPEAT, UNKNOWN)),
        ("broke on the way", 500, {}, "", (REPEAT, UNKNOWN, UNKNOWN)),
        ("gateway lost it", 502, {}, "", (REPEAT, UNKNOWN, UNKNOWN)),
        ("gateway tired of it", 504, {}, "", (REPEAT, UNKNOWN, UNKNOWN)),
        ("no answer", None, {}, "", (REPEAT, UNKNOWN, UNKNOWN)),
        ("too many objects", 500, {}, "errorTooManyObjectsOpened", (REPEAT, REPEAT, REPEAT)),
        ("wait beyond patience", 429, {"Retry-After": "900"}, "", (ANSWER, ANSWER, ANSWER)),
    ],
)
def test_retry_decision(
    description: str,
    status: int | None,
    headers: dict[str, str],
    code: str,
    verdicts: tuple[Verdict, ...],
) -> None:
    found = tuple(
        retry_decision(status, headers, 0, safety=safety, max_retries=5, code=code).verdict
        for safety in (READ, UPDATE, CREATE)
    )

    assert found == verdicts, description


@pytest.mark.parametrize(
    ("status", "safety", "verdict"),
    [
        (429, CREATE, ANSWER),
        (503, READ, ANSWER),
        (None, READ, ANSWER),
        # The earlier ones may have been carried out: the last refusal proves nothing.
        (503, UPDATE, UNKNOWN),
    ],
)
def test_patience_ends(status: int | None, safety: Safety, verdict: Verdict) -> None:
    decision = retry_decision(status, {}, 3, safety=safety, max_retries=3)

    assert decision.verdict is verdict


def test_delays_double_until_the_service_names_one() -> None:
    delays = [
        retry_decision(429, {}, attempt, safety=READ, max_retries=9).delay_seconds
        for attempt in range(8)
    ]

    assert delays == [1, 2, 4, 8, 16, 32, 60, 60]
    assert retry_decision(429, WAIT, 7, safety=READ, max_retries=9).delay_seconds == 3


def test_unavailable_means_a_new_connection() -> None:
    assert retry_decision(503, WAIT, 0, safety=READ, max_retries=1) == Decision(REPEAT, 3, True)  # noqa: FBT003 - position as declared


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(("7", 7.0), ("0.5", 1.0), ("1.5", 2.0), ("9.", 9.0)),
        *(("-3", None), ("nan", None), ("inf", None), ("1e3", None), ("soon", None)),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    assert parse_retry_after({"retry-AFTER": text}) == seconds


def test_a_date_is_counted_from_the_answers_own() -> None:
    headers = {
        "Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT",
        "Date": "Sun, 22 Nov 2026 10:00:00 GMT",
    }
    assert parse_retry_after(headers) == 30


@given(
    status=st.none() | st.integers(100, 599),
    header=st.none() | st.text() | st.floats().map(str),
    attempt=st.integers(0, 50),
    safety=st.sampled_from(Safety),
)
def test_repeats_are_bounded(
    status: int | None, header: str | None, attempt: int, safety: Safety
) -> None:
    headers = {} if header is None else {"Retry-After": header}

    decision = retry_decision(status, headers, attempt, safety=safety, max_retries=5)

    assert 0 <= decision.delay_seconds <= MAX_WAIT_SECONDS
    assert decision.verdict is not REPEAT or attempt < 5
