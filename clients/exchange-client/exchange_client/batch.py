"""JSON batching: many small requests in few round trips. Source: Graph docs, "JSON batching".

Every part gets its own answer or its own error, whatever happens to the others: outcomes of
writes that went through must never be lost to a failure that came after them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from exchange_client.answers import error_for, failure_of, parse_object
from exchange_client.api import IMMUTABLE_IDS, GraphApi
from exchange_client.errors import (
    ExchangeError,
    ProtocolError,
    RejectedError,
    TransientError,
    UnknownOutcomeError,
)
from exchange_client.gate import MAX_PARALLEL
from exchange_client.retry import Decision, Safety, Verdict, retry_decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MAX_PARTS = 20
_UNAUTHORIZED = HTTPStatus.UNAUTHORIZED
# The decoded body of a success, or why there is none.
PartAnswer = dict[str, Any] | ExchangeError


@dataclass(frozen=True, kw_only=True)
class Part:
    """One request of a batch; `path` is relative to the version, as from `path_of`."""

    method: str
    path: str = field(repr=False)
    safety: Safety
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    if_match: str | None = None

    def to_json(self, number: int) -> dict[str, Any]:
        """Give the wire form; immutable ids must be asked for in every part."""
        headers = {"Prefer": IMMUTABLE_IDS}
        if self.if_match is not None:
            headers["If-Match"] = self.if_match
        wire: dict[str, Any] = {"id": str(number), "method": self.method, "url": self.path}
        if self.body is not None:
            headers["Content-Type"] = "application/json"
            wire["body"] = self.body
        return {**wire, "headers": headers}


@dataclass(frozen=True)
class _Reply:
    """What one part got; status None: nothing."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None


def run_batches(api: GraphApi, mailbox: str, parts: Sequence[Part]) -> list[PartAnswer]:
    """Run any number of parts, twenty at a time; answers come in the order of `parts`.

    Never raises `ExchangeError`: an error that hits a whole batch is the answer of each part.
    """
    answers: list[PartAnswer] = []
    for start in range(0, len(parts), MAX_PARTS):
        answers += _run_batch(api, mailbox, parts[start : start + MAX_PARTS])
    return answers


def read_batches(api: GraphApi, mailbox: str, paths: Iterable[str]) -> list[PartAnswer]:
    """Run GETs."""
    parts = [Part(method="GET", path=path, safety=Safety.REPEATABLE) for path in paths]
    return run_batches(api, mailbox, parts)


def body_of(answer: PartAnswer) -> dict[str, Any]:
    """Give the body of a success; raise the error otherwise."""
    if isinstance(answer, ExchangeError):
        raise answer
    return answer


def _run_batch(api: GraphApi, mailbox: str, parts: Sequence[Part]) -> list[PartAnswer]:
    answers: dict[int, PartAnswer] = {}
    attempt = 0
    is_renewed = False
    while pending := [number for number in range(len(parts)) if number not in answers]:
        try:
            replies = _post(api, mailbox, {number: parts[number] for number in pending})
        except ExchangeError as error:
            answers.update(dict.fromkeys(pending, error))
            break
        delay = 0.0
        if not is_renewed and any(reply.status == _UNAUTHORIZED for reply in replies.values()):
            # Refused before anything was done, so a write may be sent again as well.
            api.renew_token()
            is_renewed = True
            pending = [n for n in pending if replies.get(n, _Reply()).status != _UNAUTHORIZED]
        for number in pending:
            reply = replies.get(number, _Reply())
            decision = _decide(api, parts[number], reply, attempt)
            if decision.verdict is Verdict.REPEAT:
                delay = max(delay, decision.delay_seconds)
            else:
                answers[number] = _answer(reply, decision)
        api.transport.gate.pause(mailbox.lower(), delay)
        attempt += 1
    return [answers[number] for number in range(len(parts))]


def _post(api: GraphApi, mailbox: str, parts: Mapping[int, Part]) -> dict[int, _Reply]:
    response = api.post(
        mailbox,
        "/$batch",
        {"requests": [part.to_json(number) for number, part in parts.items()]},
        safety=max(part.safety for part in parts.values()),
        # The service works on up to four parts of a batch at once.
        weight=min(MAX_PARALLEL, len(parts)),
    )
    try:
        responses = parse_object(response.content).get("responses")
    except ProtocolError:
        # Carried out, but unreadable: as good as no answer to any part.
        return {}
    replies: dict[int, _Reply] = {}
    for entry in responses if isinstance(responses, list) else ():
        number = _number(entry.get("id")) if isinstance(entry, dict) else None
        if number is not None:
            status, headers = _number(entry.get("status")), _texts(entry.get("headers"))
            replies[number] = _Reply(status, headers, entry.get("body"))
    return replies


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _texts(headers: object) -> dict[str, str]:
    given = headers if isinstance(headers, dict) else {}
    return {name: str(value) for name, value in given.items() if isinstance(value, (str, int))}


def _decide(api: GraphApi, part: Part, reply: _Reply, attempt: int) -> Decision:
    code = ""
    if reply.status is not None:
        code = failure_of(reply.status, reply.headers, reply.body).code
    return retry_decision(
        reply.status,
        reply.headers,
        attempt,
        safety=part.safety,
        max_retries=api.transport.max_retries,
        code=code,
    )


def _answer(reply: _Reply, decision: Decision) -> PartAnswer:
    if decision.verdict is Verdict.UNKNOWN:
        return UnknownOutcomeError("the answer to a write is missing", status=reply.status)
    if reply.status is None:
        return TransientError("a part of a batch was not answered", code="no_answer")
    if reply.status == _UNAUTHORIZED:
        # The batch itself was let in with this token: it is this item that is refused.
        failure = failure_of(reply.status, reply.headers, reply.body)
        return RejectedError("the service refused the request", code=failure.code, status=401)
    if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return error_for(failure_of(reply.status, reply.headers, reply.body))
    return reply.body if isinstance(reply.body, dict) else {}
