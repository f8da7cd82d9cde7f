"""JSON batching: many small requests in few round trips. Source: Graph docs, "JSON batching".

Every part gets its own answer or its own error, whatever happens to the others: outcomes of
writes that went through must never be lost to a failure that came after them. A batch that fails
as a whole is nobody's answer: one part may be the cause, or the mailbox, and that is asked (I45).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from exchange_client.answers import error_for, failure_of, parse_object
from exchange_client.api import DEFAULT_FOLDER, IMMUTABLE_IDS, GraphApi, path_of
from exchange_client.errors import (
    AuthError,
    ExchangeError,
    MailboxError,
    MailboxProblem,
    NotFoundError,
    ProtocolError,
    RejectedError,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
)
from exchange_client.gate import MAX_PARALLEL
from exchange_client.retry import Decision, Safety, Verdict, retry_decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import requests

MAX_PARTS = 20
_UNAUTHORIZED = HTTPStatus.UNAUTHORIZED
# The decoded body of a success, or why there is none.
PartAnswer = dict[str, Any] | ExchangeError


@dataclass(frozen=True, kw_only=True)
class Part:
    """One request of a batch; `path` is relative to the version, as from `path_of`.

    `is_alone`: sent by itself, because the batch that it was in got no answer.
    """

    method: str
    path: str = field(repr=False)
    safety: Safety
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    if_match: str | None = None
    is_alone: bool = False

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
    batches = _Batches(api, mailbox)
    answers: dict[int, PartAnswer] = {}
    for numbers in _groups(parts):
        found = batches.run([parts[number] for number in numbers])
        answers.update(zip(numbers, found, strict=True))
    return [answers[number] for number in range(len(parts))]


def read_batches(api: GraphApi, mailbox: str, paths: Iterable[str]) -> list[PartAnswer]:
    """Run GETs."""
    parts = [Part(method="GET", path=path, safety=Safety.REPEATABLE) for path in paths]
    return run_batches(api, mailbox, parts)


def body_of(answer: PartAnswer) -> dict[str, Any]:
    """Give the body of a success; raise the error otherwise."""
    if isinstance(answer, ExchangeError):
        raise answer
    return answer


def _groups(parts: Sequence[Part]) -> list[list[int]]:
    """Give the numbers of the parts of each batch."""
    together = [number for number, part in enumerate(parts) if not part.is_alone]
    alone = [[number] for number, part in enumerate(parts) if part.is_alone]
    starts = range(0, len(together), MAX_PARTS)
    return [*(together[start : start + MAX_PARTS] for start in starts), *alone]


class _Batches:
    """Batches of one mailbox, one after another."""

    def __init__(self, api: GraphApi, mailbox: str) -> None:
        self._api = api
        self._mailbox = mailbox
        #: Why no batch of this mailbox gets an answer; the rest is not asked then.
        self._unusable: ExchangeError | None = None

    def run(self, parts: Sequence[Part], *, is_patient: bool = True) -> list[PartAnswer]:
        """Run one batch; without patience its request is not repeated."""
        if self._unusable is not None:
            return [self._unusable] * len(parts)
        answers: dict[int, PartAnswer] = {}
        attempt = 0
        is_renewed = False
        while pending := [number for number in range(len(parts)) if number not in answers]:
            try:
                replies = self._post({n: parts[n] for n in pending}, is_patient=is_patient)
            except ExchangeError as error:
                answers.update(self._apart({n: parts[n] for n in pending}, error))
                break
            delay = 0.0
            if not is_renewed and any(reply.status == _UNAUTHORIZED for reply in replies.values()):
                # Refused before anything was done, so a write may be sent again as well.
                self._api.renew_token()
                is_renewed = True
                pending = [n for n in pending if replies.get(n, _Reply()).status != _UNAUTHORIZED]
            for number in pending:
                reply = replies.get(number, _Reply())
                decision = _decide(self._api, parts[number], reply, attempt)
                if decision.verdict is Verdict.REPEAT:
                    delay = max(delay, decision.delay_seconds)
                else:
                    answers[number] = _answer(reply, decision)
            self._api.transport.gate.pause(self._mailbox.lower(), delay)
            attempt += 1
        return [answers[number] for number in range(len(parts))]

    def _apart(self, parts: Mapping[int, Part], error: ExchangeError) -> dict[int, PartAnswer]:
        """Find whose trouble it is that a batch as a whole got no answer, or a refusal.

        A service may fail with the whole batch over one part. Whether it is the mailbox is asked
        by a batch that has nothing in it that could fail; if not, the parts are sent one by one.
        Writes whose outcome is not known are their caller's to look at before they are repeated.
        """
        if isinstance(error, _CLEAR) and not _may_be_of_a_part(error):
            return dict.fromkeys(parts, error)
        if len(parts) == 1 and all(part.safety is not Safety.REPEATABLE for part in parts.values()):
            # Nothing was written, and its caller looks whether it is the mailbox.
            return dict.fromkeys(parts, _of_the_part(error))
        self._unusable = self._trouble(error)
        if self._unusable is not None:
            return dict.fromkeys(parts, self._unusable)
        if len(parts) == 1:
            return dict.fromkeys(parts, _of_the_part(error))
        return {n: self.run([part], is_patient=False)[0] for n, part in parts.items()}

    def _trouble(self, failure: ExchangeError) -> ExchangeError | None:
        """Say why this mailbox gets no answer to any batch; None if it does get one."""
        path = path_of(self._mailbox, "contactFolders", DEFAULT_FOLDER)
        part = Part(method="GET", path=path, safety=Safety.REPEATABLE)
        try:
            replies = self._post({0: part}, is_patient=False)
            if replies.get(0, _Reply()).status is not None:
                return None
        except (AuthError, ThrottledError) as error:
            return error
        except ExchangeError:
            pass  # what else is refused is asked next
        try:
            self._api.request(self._mailbox, "GET", path, max_retries=0)
        except AuthError as error:
            return error
        except ExchangeError:
            # It is not only batches: whose trouble that is, the callers find out as of any answer.
            return _of_the_part(failure)
        return MailboxError(
            MailboxProblem.UNAVAILABLE, code=failure.code or "no_answer", status=failure.status
        )

    def _post(self, parts: Mapping[int, Part], *, is_patient: bool) -> dict[int, _Reply]:
        try:
            return self._send(parts, max_retries=None if is_patient else 0)
        except ThrottledError:
            if is_patient:
                raise
        # To be asked to wait is no failure, of no part: that takes the usual patience.
        return self._send(parts, max_retries=None)

    def _send(self, parts: Mapping[int, Part], *, max_retries: int | None) -> dict[int, _Reply]:
        return _replies(
            self._api.post(
                self._mailbox,
                "/$batch",
                {"requests": [part.to_json(number) for number, part in parts.items()]},
                safety=max(part.safety for part in parts.values()),
                # The service works on up to four parts of a batch at once.
                weight=min(MAX_PARALLEL, len(parts)),
                max_retries=max_retries,
            )
        )


#: Errors of a whole batch that say by themselves what they are about.
_CLEAR = (AuthError, ThrottledError, UnknownOutcomeError, MailboxError)


def _may_be_of_a_part(error: ExchangeError) -> bool:
    return isinstance(error, MailboxError) and error.reason is MailboxProblem.DENIED


def _of_the_part(error: ExchangeError) -> ExchangeError:
    """Restate the error of a batch with one part: what was not found is not that item."""
    if isinstance(error, NotFoundError):
        return TransientError("no answer to this part", code=error.code, status=error.status)
    return error


def _replies(response: requests.Response) -> dict[int, _Reply]:
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
