"""The C4C service: from the HTTP request to reads, writes and batches."""

from __future__ import annotations

import threading
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from emulators.c4c.admin import C4CAdmin
from emulators.c4c.batch import Changeset, Part, PartAnswer, parse_batch, write_batch
from emulators.c4c.exceptions import ODataError, not_found
from emulators.c4c.models import User
from emulators.c4c.reads import answer_get
from emulators.c4c.responses import render_error, scripted
from emulators.c4c.security import SCOPE
from emulators.c4c.tenant import TECHNICAL_LOGIN, Tenant
from emulators.c4c.urls import (
    BATCH,
    ROOT,
    TOKEN_PATH,
    WRITING_METHODS,
    ODataRequest,
    parse_path,
    split_target,
)
from emulators.c4c.writes import answer_write
from emulators.clock import Clock
from emulators.faults import Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from emulators.faults import Fault, Interception

_DEFAULT_PORT = ":443"
_FAILED = HTTPStatus.BAD_REQUEST
_NOBODY = User("", "")


class C4CService:
    """One tenant behind `/sap/c4c/odata/v1/c4codataapi/`."""

    name = "c4c"

    def __init__(self, clock: Clock | None = None, seed: int = 0) -> None:
        """Start an empty tenant; equal seeds make equal ids and orders."""
        self._tenant = Tenant(clock or Clock(), seed)
        self.admin = C4CAdmin(self._tenant)
        self._in_work = 0
        self._in_work_lock = threading.Lock()

    def credentials(self, base_url: str) -> dict[str, str]:
        """Return address and logins by neutral names."""
        security = self._tenant.security
        return {
            "c4c_base_url": base_url + ROOT,
            "c4c_username": TECHNICAL_LOGIN,
            "c4c_password": self._tenant.password,
            "c4c_token_url": base_url + TOKEN_PATH,
            "c4c_client_id": security.client_id,
            "c4c_client_secret": security.client_secret,
            "c4c_scope": SCOPE,
        }

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request.

        Raises:
            ConnectionCut: A scripted fault closes the connection.
        """
        request = Request(environ)
        with self._in_work_lock:
            self._in_work += 1
            is_overrun = self._in_work > self._tenant.switches.max_parallel
        try:
            response = self._overrun() if is_overrun else self._respond(request)
        finally:
            with self._in_work_lock:
                self._in_work -= 1
        # Not the machine's: whoever compares clocks must meet this one.
        response.headers["Date"] = http_date(self._tenant.clock.now())
        return response(environ, start_response)

    def _overrun(self) -> Response:
        with self._tenant.lock:
            self._tenant.requests["refused: too many in parallel"] += 1
        return _html("Service unavailable", HTTPStatus.SERVICE_UNAVAILABLE)

    def _respond(self, request: Request) -> Response:
        if request.path == TOKEN_PATH:
            return self._bearer(request)
        if request.path == ROOT.rstrip("/"):
            return Response(status=HTTPStatus.TEMPORARY_REDIRECT, headers={"Location": ROOT})
        if not request.path.startswith(ROOT):
            return _html("Not found", HTTPStatus.NOT_FOUND)
        return self._respond_odata(request)

    def _respond_odata(self, request: Request) -> Response:
        target = str(request.environ.get("REQUEST_URI") or request.full_path)
        plain = self._to_odata(request, target, _NOBODY)
        hit = self._begin(plain)
        if hit.answer:
            return self._scripted(hit.answer)
        if "maintenance" in hit.named:
            return _html("Scheduled maintenance", HTTPStatus.OK)
        try:
            response = self._guarded(request, plain, target, hit)
        except ODataError as error:
            return self._refusal(plain, error)
        hit.finish()
        return self._scripted(hit.after) if hit.after else response

    def _guarded(
        self, request: Request, plain: ODataRequest, target: str, hit: Interception
    ) -> Response:
        if request.method == "HEAD":
            return Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        if len(target) > self._tenant.switches.max_url_length:
            raise ODataError("URI too long", HTTPStatus.REQUEST_URI_TOO_LONG)
        security = self._tenant.security
        with self._tenant.lock:
            caller = security.authenticate(request)
            if caller.needs_csrf and request.method in WRITING_METHODS:
                refusal = security.check_token(request)
                if refusal is not None:
                    return refusal
            if security.refuses_fetch(request):
                raise ODataError("Internal server error", HTTPStatus.INTERNAL_SERVER_ERROR)
        odata = self._to_odata(request, target, caller.user)
        if odata.path == BATCH:
            return self._batch(odata)
        try:
            response = self._handle(odata, hit)
        except ODataError as error:
            response = self._refusal(plain, error)
        if request.method == "GET":
            with self._tenant.lock:
                security.hand_out_token(request, response)
        return response

    def _to_odata(self, request: Request, target: str, user: User) -> ODataRequest:
        parts = urlsplit(target)
        path, options = split_target(f"{parts.path}?{parts.query}")
        host = request.host if ":" in request.host else request.host + _DEFAULT_PORT
        return ODataRequest(
            method=request.method,
            path=path[len(ROOT) :],
            host=host,
            user=user,
            options=options,
            headers=request.headers,
            body=request.get_data(),
        )

    def _begin(self, odata: ODataRequest) -> Interception:
        call = odata.call()
        with self._tenant.lock:
            self._tenant.requests[f"{call.method} {call.operation.partition('.')[0]}"] += 1
        hit = self._tenant.faults.begin(call)
        if "user_edit" in hit.named:
            self._edit_as_user(odata, hit.named["user_edit"])
        return hit

    def _edit_as_user(self, odata: ODataRequest, edit: Mapping[str, Any]) -> None:
        """Let a user be quicker than this call; by default with an edit of the row it names."""
        resource = parse_path(odata.path)
        collection = str(edit.get("collection", resource.set_name))
        object_id = str(edit.get("object_id", resource.key))
        with suppress(LookupError):  # who finds no record cannot edit it
            self.admin.edit(collection, object_id, dict(edit["props"]))

    def _handle(self, odata: ODataRequest, hit: Interception) -> Response:
        """Carry out one request as a unit of work.

        Raises:
            ODataError: It is refused, and had no effect.
        """
        with self._tenant.unit_of_work():
            return self._dispatch(odata, hit)

    def _dispatch(self, odata: ODataRequest, hit: Interception) -> Response:
        if odata.method == "GET":
            return answer_get(self._tenant, odata, hit.named)
        if odata.method not in WRITING_METHODS:
            raise ODataError("Method not allowed", HTTPStatus.METHOD_NOT_ALLOWED)
        return answer_write(self._tenant, odata, hit.named)

    def _batch(self, outer: ODataRequest) -> Response:
        if outer.method != "POST":
            raise ODataError("Method not allowed", HTTPStatus.METHOD_NOT_ALLOWED)
        items = parse_batch(outer.headers.get("Content-Type", ""), outer.body)
        answers: list[PartAnswer | list[PartAnswer]] = []
        for item in items:
            answer = (
                self._changeset(item, outer)
                if isinstance(item, Changeset)
                else self._lone_part(item, outer)
            )
            answers.append(answer)
            has_failed = isinstance(answer, PartAnswer) and answer.response.status_code >= _FAILED
            if has_failed and self._tenant.switches.batch_errors == "stop":
                break
        content_type, body = write_batch(answers)
        return Response(body, HTTPStatus.ACCEPTED, content_type=content_type)

    def _lone_part(self, part: Part, outer: ODataRequest) -> PartAnswer:
        odata = _inner(part, outer)
        hit = self._begin(odata)
        try:
            response = self._attempt(odata, hit, is_changeset=False)
        except _RefusedError as refusal:
            response = refusal.response
        hit.finish()
        if hit.after:
            response = self._scripted(hit.after)
        return PartAnswer(response, part.content_id)

    def _changeset(
        self, changeset: Changeset, outer: ODataRequest
    ) -> PartAnswer | list[PartAnswer]:
        """Carry out a changeset; one refusal takes all back and is the only answer."""
        requests = [_inner(part, outer) for part in changeset.parts]
        hits = [self._begin(odata) for odata in requests]
        try:
            with self._tenant.unit_of_work():
                answers = [
                    PartAnswer(self._attempt(odata, hit, is_changeset=True), part.content_id)
                    for part, odata, hit in zip(changeset.parts, requests, hits, strict=True)
                ]
        except _RefusedError as refusal:
            return PartAnswer(refusal.response)
        for hit in hits:
            hit.finish()
        after = next((hit.after for hit in hits if hit.after), None)
        return answers if after is None else PartAnswer(self._scripted(after))

    def _attempt(self, odata: ODataRequest, hit: Interception, *, is_changeset: bool) -> Response:
        """Carry out one part of a batch.

        Raises:
            _RefusedError: With the answer; raised, so that a changeset is taken back.
        """
        if hit.answer:
            raise _RefusedError(self._scripted(hit.answer))
        try:
            _check_part(odata, is_changeset=is_changeset)
            return self._handle(odata, hit)
        except ODataError as error:
            raise _RefusedError(self._refusal(odata, error)) from None

    def _scripted(self, fault: Fault) -> Response:
        return scripted(fault, self._tenant.switches.error_body)

    def _refusal(self, odata: ODataRequest, error: ODataError) -> Response:
        return render_error(odata, error, self._tenant.switches.error_body)

    def _bearer(self, request: Request) -> Response:
        hit = self._tenant.faults.begin(Call(request.method, TOKEN_PATH.lstrip("/"), "token"))
        if hit.answer:
            return hit.answer.response('{"error": "server_error"}')
        with self._tenant.lock:
            self._tenant.requests["POST token"] += 1
            response = self._tenant.security.issue_bearer(request)
        hit.finish()
        return response


class _RefusedError(Exception):
    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def _html(text: str, status: HTTPStatus) -> Response:
    return Response(f"<html><body>{text}</body></html>", status, content_type="text/html")


def _check_part(odata: ODataRequest, *, is_changeset: bool) -> None:
    if (odata.method == "GET") == is_changeset:
        raise ODataError("Writes in a batch need a changeset, reads must not be in one")
    if odata.path == BATCH or odata.path.startswith("/") or "://" in odata.path:
        raise not_found("Batch parts are addressed relative to the service root")


def _inner(part: Part, outer: ODataRequest) -> ODataRequest:
    path, options = split_target(part.target)
    return ODataRequest(
        method=part.method,
        path=path,
        host=outer.host,
        user=outer.user,
        options=options,
        headers=part.headers,
        body=part.body,
    )
