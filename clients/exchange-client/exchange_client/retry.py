"""Whether a request may be repeated: one pure decision, the only one in this package.

A write is repeated only when it is certain, or harmless if wrong, that the first one did not
happen. Source: Graph docs, "Throttling" and "Best practices".
"""

from __future__ import annotations

import enum
import math
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Longer waits are handed to the caller: a session should end, not hang.
MAX_WAIT_SECONDS = 300.0
_BACK_OFF_CAP_SECONDS = 60.0

# RFC 9110 has whole seconds; some servers send fractions. Signs and exponents are none.
_SECONDS = re.compile(r"\d{1,9}(\.\d*)?", re.ASCII)

# "Not carried out", whatever the request was. 424: a request it depended on failed.
_REFUSED_STATUSES = frozenset({424, 429})
# Seen with changing statuses (microsoft-graph-explorer issue 4056).
_REFUSED_CODES = frozenset({"applicationthrottled", "errortoomanyobjectsopened"})
_SERVICE_UNAVAILABLE = 503
# One item that cannot be opened, for good (alcionai/corso 5191): patience does not help.
_FINAL_CODES = frozenset({"errorcorruptdata", "errorcontentconversionfailed"})
# None: no answer at all. 401 is not here: it calls for a new token, not for patience.
_TROUBLE_STATUSES = frozenset({None, 408, 500, 502, _SERVICE_UNAVAILABLE, 504})


class Safety(enum.IntEnum):
    """What repeating a request could do, from harmless to harmful."""

    # Reads, and writes that give the same end state each time (a photo, a unique name).
    REPEATABLE = 0
    # Guarded by If-Match or by the id: repeated needlessly, it fails with 412 or 404.
    UPDATE = 1
    # Repeated needlessly, it makes a duplicate.
    CREATE = 2


class Verdict(enum.Enum):
    """What to do with an answer, or with its absence."""

    ANSWER = "answer"
    REPEAT = "repeat"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Decision:
    """A verdict and, for `REPEAT`, how long to wait and whether to reconnect."""

    verdict: Verdict
    delay_seconds: float = 0.0
    is_new_connection: bool = False


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After`: seconds, rounded up, or a date counted from the answer's own `Date`."""
    given = {name.lower(): value.strip() for name, value in headers.items()}
    text = given.get("retry-after", "")
    if _SECONDS.fullmatch(text):
        # Rounded up: a request that comes too early is turned away again.
        return float(math.ceil(float(text)))
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(given.get("date", ""))
    except (OverflowError, TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())


def retry_decision(  # noqa: PLR0913 - the facts of one answer, and the policy
    status: int | None,
    headers: Mapping[str, str],
    attempt: int,
    *,
    safety: Safety,
    max_retries: int,
    code: str = "",
) -> Decision:
    """Decide on one answer.

    Args:
        status: HTTP status; None when the request was sent and no answer came.
        headers: Of the answer.
        attempt: How often the request was repeated already.
        safety: What a repetition could do.
        max_retries: Limit of `attempt`.
        code: Error code in the body.
    """
    retry_after = parse_retry_after(headers)
    is_refused = (
        status in _REFUSED_STATUSES
        or code.lower() in _REFUSED_CODES
        # With a wait attached it is a polite refusal; without, it may come from anywhere.
        or (status == _SERVICE_UNAVAILABLE and retry_after is not None)
    )
    is_final = code.lower() in _FINAL_CODES and safety is Safety.REPEATABLE
    if is_final or (not is_refused and status not in _TROUBLE_STATUSES):
        return Decision(Verdict.ANSWER)
    is_definite = is_refused or safety is Safety.REPEATABLE
    may_repeat = is_definite or (safety is Safety.UPDATE and status == _SERVICE_UNAVAILABLE)
    delay = min(2.0**attempt, _BACK_OFF_CAP_SECONDS) if retry_after is None else retry_after
    if may_repeat and attempt < max_retries and delay <= MAX_WAIT_SECONDS:
        return Decision(Verdict.REPEAT, delay, status == _SERVICE_UNAVAILABLE)
    return Decision(Verdict.ANSWER if is_definite else Verdict.UNKNOWN)
