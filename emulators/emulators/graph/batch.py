"""`$batch`: up to 20 requests in one, four at a time, answered in any order."""

from __future__ import annotations

import base64
import json
import random
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from werkzeug.datastructures import Headers

from emulators.faults import Call, ConnectionCut
from emulators.graph import exceptions
from emulators.graph.messages import JSON, GraphRequest, Reply
from emulators.graph.urls import normal_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from emulators.faults import FaultScript, Interception
    from emulators.graph.dispatcher import Dispatcher
    from emulators.graph.switches import Switches
    from emulators.graph.traffic import Counters

LARGEST_BATCH = 20
AT_A_TIME = 4
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
_FAILED = 400


@dataclass
class _Part:
    """One request of a batch, and what becomes of it."""

    id: str
    request: GraphRequest
    depends_on: list[str]
    reply: Reply = field(default_factory=lambda: Reply(424))
    interception: Interception | None = None


class BatchService:
    """Answers batches; one per service."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        faults: FaultScript,
        counters: Counters,
        switches: Switches,
        seed: int,
    ) -> None:
        self._dispatcher = dispatcher
        self._faults = faults
        self._counters = counters
        self._switches = switches
        self._random = random.Random(seed)  # noqa: S311 - repeatable disorder, no secret

    def answer(self, request: GraphRequest) -> Reply:
        """Answer `POST /$batch`.

        Raises:
            ConnectionCut: The fault script wants no answer, for the batch or one of its parts;
                the other parts take effect all the same.
        """
        self._counters.count("batches")
        self._counters.count_request("POST", "/$batch", is_inner=False)
        content = request.body.decode("utf-8", errors="replace")
        interception = self._faults.begin(Call("POST", "$batch", "batch", content))
        if interception.answer is not None:
            return self._dispatcher.fault_reply(request.headers, interception.answer)
        try:
            parts = _parse(request)
        except exceptions.GraphError as error:
            return self._dispatcher.refusal(request.headers, error)
        is_cut = self._run(parts)
        for part in parts:
            if part.interception is not None:
                part.interception.finish()
        interception.finish()
        if is_cut:
            raise ConnectionCut("a part of the batch was cut")
        if interception.after is not None:
            return self._dispatcher.fault_reply(request.headers, interception.after)
        reply = Reply(200, {"responses": [_response(part) for part in parts]})
        self._dispatcher.record(request, "/$batch", "/$batch", "batch", reply)
        return reply

    def _run(self, parts: list[_Part]) -> bool:
        """Run all parts, in an order that `parts` has afterwards."""
        if any(part.depends_on for part in parts):
            waves: Iterable[Sequence[_Part]] = [[part] for part in parts]
        else:
            if self._switches.batch_shuffled:
                self._random.shuffle(parts)
            waves = [parts[at : at + AT_A_TIME] for at in range(0, len(parts), AT_A_TIME)]
        is_cut = False
        done: dict[str, _Part] = {part.id: part for part in parts}
        for wave in waves:
            with ExitStack() as held:
                for part in list(self._admitted(wave, done, held)):
                    is_cut |= self._is_cut(part)
        return is_cut

    def _is_cut(self, part: _Part) -> bool:
        try:
            part.reply, part.interception = self._dispatcher.run(part.request)
        except ConnectionCut:
            return True
        return False

    def _admitted(
        self, wave: Iterable[_Part], all_parts: dict[str, _Part], held: ExitStack
    ) -> Iterator[_Part]:
        for part in wave:
            if any(all_parts[name].reply.status >= _FAILED for name in part.depends_on):
                text = "The request failed because it depends on another one that failed."
                error = exceptions.GraphError(424, "FailedDependency", text)
                part.reply = self._dispatcher.refusal(part.request.headers, error)
                continue
            try:
                held.enter_context(self._dispatcher.occupy(part.request))
            except exceptions.GraphError as error:
                part.reply = self._dispatcher.refusal(part.request.headers, error)
                continue
            yield part


def _parse(request: GraphRequest) -> list[_Part]:
    body = request.json()
    entries = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(entries, list) or not entries:
        raise exceptions.bad_request("Batch request has no requests.", "BadRequest")
    if len(entries) > LARGEST_BATCH:
        text = f"Number of batch request steps exceeds the maximum value of {LARGEST_BATCH}."
        raise exceptions.bad_request(text, "BadRequest")
    parts = [_parse_part(request, entry) for entry in entries]
    ids = [part.id for part in parts]
    if len(set(ids)) != len(ids):
        raise exceptions.bad_request("Request ids of a batch must be unique.", "BadRequest")
    for at, part in enumerate(parts):
        # Either all parallel or all serial; nothing in between ("JSON batching").
        if any(other.depends_on for other in parts) and part.depends_on != ids[max(at - 1, 0) : at]:
            text = "dependsOn must name the request before, in every request or in none."
            raise exceptions.bad_request(text, "BadRequest")
    return parts


def _parse_part(outer: GraphRequest, entry: object) -> _Part:
    if not isinstance(entry, dict):
        raise exceptions.bad_request("A request of the batch is not an object.", "BadRequest")
    part_id, method, url = (entry.get(name) for name in ("id", "method", "url"))
    if not (isinstance(part_id, str) and isinstance(url, str) and method in _METHODS):
        text = "A request of the batch lacks a valid id, method or url."
        raise exceptions.bad_request(text, "BadRequest")
    parts = urlsplit(url)
    if parts.scheme or parts.netloc or parts.path.strip("/").startswith("$batch"):
        raise exceptions.bad_request("The url of a request must be relative.", "BadRequest")
    headers = Headers(list((entry.get("headers") or {}).items()))
    body = entry.get("body")
    if body is not None and "Content-Type" not in headers:
        text = f"Write request id : {part_id} does not contain Content-Type header or body."
        raise exceptions.bad_request(text, "BadRequest")
    request = GraphRequest(
        method=str(method),
        path=normal_path("/" + unquote(parts.path).strip("/")),
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers=headers,
        body=_body_bytes(body, headers),
        base_url=outer.base_url,
        grant=outer.grant,
        is_inner=True,
    )
    return _Part(part_id, request, list(entry.get("dependsOn") or ()))


def _body_bytes(body: object, headers: Headers) -> bytes:
    if body is None:
        return b""
    if headers["Content-Type"].startswith(JSON):
        return json.dumps(body).encode("utf-8")
    try:
        return base64.b64decode(str(body), validate=True)
    except ValueError:
        raise exceptions.bad_request("A binary body is not base64.", "BadRequest") from None


def _response(part: _Part) -> dict[str, Any]:
    reply = part.reply
    response: dict[str, Any] = {"id": part.id, "status": reply.status, "headers": reply.headers}
    if reply.body is not None:
        response["headers"] = {**reply.headers, "Content-Type": reply.content_type}
        body = reply.body
        response["body"] = (
            base64.b64encode(body).decode("ascii") if isinstance(body, bytes) else body
        )
    return response
