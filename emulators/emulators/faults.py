"""Scripted faults with accounting: a fault that never fired is a failed test.

A service asks the script at two moments of each call: `begin` before it does anything, and
`Interception.finish` after it has committed. Parts of a `$batch` are calls of their own.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping  # noqa: TC003 - dataclasses and tables below
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from emulators.clock import Clock

STATUS = "status"
LATENCY = "latency"
CUT_BEFORE = "cut_before"
CUT_AFTER = "cut_after"
STATUS_AFTER = "status_after"
HANG = "hang"
GENERAL_KINDS = frozenset({STATUS, LATENCY, CUT_BEFORE, CUT_AFTER, STATUS_AFTER, HANG})

#: What something in trouble answers for good (I45), by name: attributes of its fault. A reset may
#: come after the call took effect, which only shows where it was a write.
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "400": {"kind": STATUS, "status": 400, "count": 0},
    "401 once": {"kind": STATUS, "status": 401, "count": 1},
    "403": {"kind": STATUS, "status": 403, "count": 0},
    "404": {"kind": STATUS, "status": 404, "count": 0},
    "409": {"kind": STATUS, "status": 409, "count": 0},
    "410": {"kind": STATUS, "status": 410, "count": 0},
    "413": {"kind": STATUS, "status": 413, "count": 0},
    "500": {"kind": STATUS, "status": 500, "count": 0},
    "503": {"kind": STATUS, "status": 503, "count": 0},
    "reset": {"kind": CUT_BEFORE, "count": 0},
    "hang": {"kind": HANG, "count": 0, "seconds": 30.0},
}

_HTML = "<html><body><h1>Service unavailable</h1></body></html>"


class ConnectionCut(ConnectionError):  # noqa: N818 - an event of the script, not a defect
    """The script wants the connection closed without an answer."""


@dataclass(frozen=True)
class Call:
    """One request, or one part of a batch, as faults see it.

    Attributes:
        method: HTTP verb, upper case.
        path: Path and query below the service's root, decoded, no leading slash.
        operation: The service's own name for it, e.g. `contacts.create`; see each service.
        content: Text of its body; a new item or record has no id in its path yet.
    """

    method: str
    path: str
    operation: str
    content: str = ""


@dataclass
class Fault:
    """One scripted fault. All given conditions must hold.

    Attributes:
        kind: `status`, `latency`, `cut_before` (nothing happens, no answer), `cut_after` (the
            call takes effect, no answer), `status_after` (the call takes effect, the answer is an
            error; not for sign-in), `hang` (nothing happens, no answer until the client gives up),
            or a kind of the service.
        method: HTTP verb.
        path: Regular expression searched in `Call.path`.
        operation: Exact `Call.operation`.
        content: Regular expression searched in `Call.content`.
        nth: First matching call that is hit, counted from 1.
        count: How many matching calls are hit from there on; 0 = all.
        status: Answer of the kinds `status` and `status_after`.
        code: Error code in the body; None = the service's usual one for that status.
        message: Error text in the body.
        headers: Extra headers, such as `Retry-After`.
        body: `json` (the service's own error format), `html`, or `empty`.
        seconds: Duration of `latency`; longest real time of a `hang`.
        options: Extra data for kinds of the service.
        seen: Matching calls so far.
        fired: Calls hit so far.
    """

    kind: str
    method: str | None = None
    path: str | None = None
    operation: str | None = None
    content: str | None = None
    nth: int = 1
    count: int = 1
    status: int = 503
    code: str | None = None
    message: str = "Scripted fault"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = "json"
    seconds: float = 0.0
    options: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    fired: int = 0

    def hits(self, call: Call) -> bool:
        """Count the call if it matches and tell whether it is one to be hit."""
        if self.method is not None and self.method != call.method:
            return False
        if self.operation is not None and self.operation != call.operation:
            return False
        if self.path is not None and re.search(self.path, call.path) is None:
            return False
        if self.content is not None and re.search(self.content, call.content) is None:
            return False
        self.seen += 1
        due = self.seen >= self.nth and (self.count == 0 or self.seen < self.nth + self.count)
        self.fired += due
        return due

    def postpone(self) -> None:
        """Take a hit back: the call ends before this fault can act on it."""
        self.seen -= 1
        self.fired -= 1

    def response(self, error_json: str) -> Response:
        """Build the answer of a `status` fault.

        Args:
            error_json: The service's JSON error for this fault, used if the body is `json`.
        """
        text, content_type = {
            "json": (error_json, "application/json"),
            "html": (_HTML, "text/html"),
            "empty": ("", "text/plain"),
        }[self.body]
        response = Response(text, self.status, content_type=content_type)
        response.headers.extend(self.headers)
        return response


def for_good(answer: str, **conditions: Any) -> Fault:  # noqa: ANN401 - attributes of `Fault`
    """Return a fault that lasts until the script is cleared, for one of `ANSWERS`.

    Args:
        answer: Name in `ANSWERS`.
        conditions: Attributes of `Fault`: which calls it hits, and what differs from the answer,
            such as `code`.

    Raises:
        ValueError: No such answer.
    """
    if answer not in ANSWERS:
        raise ValueError(f"unknown answer {answer!r}; known: {list(ANSWERS)}")
    return Fault(**{**ANSWERS[answer], **conditions})


@dataclass(frozen=True)
class Interception:
    """The faults that hit one call.

    Attributes:
        answer: The `status` fault to answer with instead of handling the call, if any.
        named: Service-specific kinds that hit, with their options.
        after: The `status_after` fault to answer with once the call is handled, if any.
    """

    answer: Fault | None
    named: Mapping[str, Mapping[str, Any]]
    is_cut_after: bool
    after: Fault | None = None

    def finish(self) -> None:
        """Close the connection if the script wants the answer of this committed call lost.

        Raises:
            ConnectionCut: A `cut_after` fault hit the call.
        """
        if self.is_cut_after:
            raise ConnectionCut("answer lost after commit")


class FaultScript:
    """The faults registered for one service; thread-safe."""

    def __init__(
        self,
        clock: Clock,
        named_kinds: frozenset[str] = frozenset(),
        operations: frozenset[str] = frozenset(),
    ) -> None:
        """Prepare an empty script.

        Args:
            clock: Time that latency runs on.
            named_kinds: Kinds that only this service knows.
            operations: Every `Call.operation` of the service; empty: not checked.
        """
        self._clock = clock
        self._kinds = GENERAL_KINDS | named_kinds
        self.operations = operations
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._is_cleared = threading.Event()

    def add(self, fault: Fault) -> int:
        """Register a fault and return its number.

        Raises:
            ValueError: Unknown kind, operation or body, or a pattern that does not compile.
        """
        if fault.kind not in self._kinds:
            raise ValueError(f"unknown fault kind {fault.kind!r}; known: {sorted(self._kinds)}")
        if fault.body not in {"json", "html", "empty"}:
            raise ValueError("body is one of: json, html, empty")
        if self.operations and fault.operation not in {None, *self.operations}:
            raise ValueError(f"unknown operation {fault.operation!r}")
        re.compile(fault.path or "")
        re.compile(fault.content or "")
        with self._lock:
            self._is_cleared.clear()
            self._faults.append(fault)
            return len(self._faults) - 1

    def begin(self, call: Call) -> Interception:
        """Let the script act before the call is handled.

        Raises:
            ConnectionCut: A `cut_before` or `hang` fault hit the call.
        """
        with self._lock:
            hits = _compatible([fault for fault in self._faults if fault.hits(call)])
        kinds = {fault.kind for fault in hits}
        for fault in hits:
            if fault.kind == LATENCY:
                self._clock.sleep(fault.seconds)
        if HANG in kinds:
            # Real time: it is the client's patience that ends it, or the end of the script.
            self._is_cleared.wait(max(fault.seconds for fault in hits if fault.kind == HANG))
            raise ConnectionCut("no answer for a long time")
        if CUT_BEFORE in kinds:
            raise ConnectionCut("connection cut before the call")
        return Interception(
            answer=next((fault for fault in hits if fault.kind == STATUS), None),
            named={fault.kind: fault.options for fault in hits if fault.kind not in GENERAL_KINDS},
            is_cut_after=CUT_AFTER in kinds,
            after=next((fault for fault in hits if fault.kind == STATUS_AFTER), None),
        )

    def report(self) -> list[dict[str, Any]]:
        """Return every fault with its counts, in order of registration."""
        with self._lock:
            return [{"id": number, **asdict(fault)} for number, fault in enumerate(self._faults)]

    def unused(self) -> list[dict[str, Any]]:
        """Return the faults that never fired."""
        return [fault for fault in self.report() if not fault["fired"]]

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()
            self._is_cleared.set()


def _compatible(hits: list[Fault]) -> list[Fault]:
    """Return the faults that can act on one call; those that would come too late wait.

    A call that is cut or refused before it is handled has no effect that others could change, and
    of each kind one acts at a time.
    """
    hits = _one_of_a_kind(hits)
    ending = [fault for kind in (HANG, CUT_BEFORE, STATUS) for fault in hits if fault.kind == kind]
    if not ending:
        return hits
    for fault in hits:
        if fault is not ending[0] and fault.kind != LATENCY:
            fault.postpone()
    return [fault for fault in hits if fault is ending[0] or fault.kind == LATENCY]


def _one_of_a_kind(hits: list[Fault]) -> list[Fault]:
    acting: list[Fault] = []
    for fault in hits:
        if fault.kind != LATENCY and any(fault.kind == other.kind for other in acting):
            fault.postpone()
        else:
            acting.append(fault)
    return acting
