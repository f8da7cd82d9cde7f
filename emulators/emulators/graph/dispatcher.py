"""Takes a request through faults, limits and handlers, and gives an answer for every outcome.

Order: path -> mailbox slot -> faults before -> token, permissions, handler (under the service's
lock) -> faults after. Parts of a batch take the same way (`batch.py`).
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from emulators.faults import Call
from emulators.graph import exceptions, paging, urls
from emulators.graph.messages import JSON, Reply

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

    from werkzeug.datastructures import Headers

    from emulators.clock import Clock
    from emulators.faults import Fault, FaultScript, Interception
    from emulators.graph.access import Access, Tenant
    from emulators.graph.contact_responses import ContactResponses
    from emulators.graph.folder_responses import CategoryResponses, FolderResponses
    from emulators.graph.ids import IdFactory
    from emulators.graph.mailbox import MailboxEditor
    from emulators.graph.messages import GraphRequest
    from emulators.graph.models import Mailbox
    from emulators.graph.traffic import Counters, MailboxSlots, Recorder
    from emulators.graph.urls import Route

    Handler = Callable[[GraphRequest, Route, Mailbox], Reply]
    # Runs an `Admin` method by name; for faults that let a user act in Outlook.
    Act = Callable[[str, list[Any]], object]

OUTLOOK_BEFORE = "outlook_before"
OUTLOOK_AFTER = "outlook_after"
TRUNCATE = "truncate"
REPEAT_LINK = "repeat_link"
FAULT_KINDS = frozenset({OUTLOOK_BEFORE, OUTLOOK_AFTER, TRUNCATE, REPEAT_LINK})
_USUAL_CODES = {
    401: "InvalidAuthenticationToken",
    403: "ErrorAccessDenied",
    404: "ErrorItemNotFound",
    409: "ErrorFolderExists",
    410: "SyncStateNotFound",
    412: "ErrorIrresolvableConflict",
    429: "ApplicationThrottled",
    500: "InternalServerError",
    503: "serviceNotAvailable",
    504: "UnknownError",
}


class Dispatcher:
    """Answers single requests; one per service."""

    def __init__(  # noqa: PLR0913 - the service's parts, named at the only call
        self,
        *,
        lock: threading.RLock,
        tenant: Tenant,
        access: Access,
        editor: MailboxEditor,
        contacts: ContactResponses,
        folders: FolderResponses,
        categories: CategoryResponses,
        faults: FaultScript,
        counters: Counters,
        recorder: Recorder,
        slots: MailboxSlots,
        clock: Clock,
        ids: IdFactory,
    ) -> None:
        self._lock = lock
        self._tenant = tenant
        self._access = access
        self._editor = editor
        self._faults = faults
        self._counters = counters
        self._recorder = recorder
        self._slots = slots
        self._clock = clock
        self._ids = ids
        self._handlers = _handlers(contacts, folders, categories)
        self.act: Act = _no_act

    def answer(self, request: GraphRequest) -> Reply:
        """Answer one top-level request other than a batch.

        Raises:
            ConnectionCut: The fault script wants no answer.
        """
        with ExitStack() as held:
            try:
                held.enter_context(self.occupy(request))
            except exceptions.GraphError as error:
                return self.refusal(request.headers, error)
            reply, interception = self.run(request)
        interception.finish()
        return reply

    def occupy(self, request: GraphRequest) -> ExitStack:
        """Take a slot of the mailbox that a request is for.

        Raises:
            GraphError: 429.
        """
        parts = request.path.split("/")
        user = parts[2] if len(parts) > 2 else ""  # noqa: PLR2004 - /users/<user>
        mailbox = self._tenant.find(user)
        stack = ExitStack()
        try:
            stack.enter_context(self._slots.occupy(mailbox.user_id if mailbox else user))
        except exceptions.GraphError:
            self._counters.count("throttled")
            raise
        return stack

    def run(self, request: GraphRequest) -> tuple[Reply, Interception]:
        """Handle a request that holds its slot.

        Raises:
            ConnectionCut: The fault script wants the connection cut before anything happens.
        """
        path = request.path
        route: Route | None = None
        refused: exceptions.GraphError | None = None
        try:
            route = urls.match(request.method, path)
        except exceptions.GraphError as error:
            refused = error
        template = path if route is None else route.template
        self._counters.count_request(request.method, template, is_inner=request.is_inner)
        options = "&".join(f"{name}={value}" for name, value in request.query.items())
        operation = "" if route is None else route.operation
        target = path.lstrip("/") + ("?" + options if options else "")
        content = request.body.decode("utf-8", errors="replace")
        interception = self._faults.begin(Call(request.method, target, operation, content))
        if interception.answer is not None:
            reply = self.fault_reply(request.headers, interception.answer)
        elif route is None:
            reply = self.refusal(request.headers, refused or exceptions.item_not_found())
        else:
            reply = self._handle(request, route, interception.named)
        if interception.after is not None:
            reply = self.fault_reply(request.headers, interception.after)
        self.record(request, path, template, operation, reply)
        return reply, interception

    def refusal(self, headers: Headers, error: exceptions.GraphError) -> Reply:
        """Return an error in Graph's form."""
        body = {"error": self._error(headers, error.code, error.message)}
        return Reply(error.status, body, dict(error.headers))

    def record(
        self, request: GraphRequest, path: str, template: str, operation: str, reply: Reply
    ) -> None:
        """Keep the exchange if the recorder is on; tokens are left out."""
        if not self._recorder.is_on:
            return
        is_text = not isinstance(reply.body, bytes)
        self._recorder.add(
            {
                "method": request.method,
                "path": path,
                "template": template,
                "operation": operation,
                "query": dict(request.query),
                "headers": {
                    name: value
                    for name, value in request.headers.items()
                    if name.lower() != "authorization"
                },
                "body": _readable(request.body),
                "status": reply.status,
                "response": reply.body if is_text else None,
                "content_type": reply.content_type,
                "is_inner": request.is_inner,
            }
        )

    def _handle(
        self, request: GraphRequest, route: Route, named: Mapping[str, Mapping[str, Any]]
    ) -> Reply:
        with self._lock:
            self._let_user_act(named.get(OUTLOOK_BEFORE))
            try:
                mailbox = self._access.mailbox(route, request.grant, request.method)
                reply = self._handlers[route.operation](request, route, mailbox)
            except exceptions.GraphError as error:
                return self.refusal(request.headers, error)
            self._editor.settle()
            if request.method != "GET":
                self._counters.count("writes")
            self._let_user_act(named.get(OUTLOOK_AFTER))
        _distort(request, reply, named)
        return reply

    def _let_user_act(self, options: Mapping[str, Any] | None) -> None:
        if options is not None:
            self.act(options["call"], list(options.get("args", ())))

    def fault_reply(self, headers: Headers, fault: Fault) -> Reply:
        """Return the answer of a scripted `status` fault."""
        code = fault.code or _USUAL_CODES.get(fault.status, "UnknownError")
        body = {"error": self._error(headers, code, fault.message)}
        response = fault.response(json.dumps(body))
        extra = {
            name: value
            for name, value in response.headers.items()
            if name.lower() not in {"content-type", "content-length"}
        }
        kind = response.mimetype or JSON
        is_json = kind == JSON
        return Reply(fault.status, body if is_json else response.get_data(), extra, kind)

    def _error(self, headers: Headers, code: str, message: str) -> dict[str, Any]:
        inner = {
            "date": self._clock.now().strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": self._ids.trace(),
            "client-request-id": headers.get("client-request-id", self._ids.trace()),
        }
        return {"code": code, "message": message, "innerError": inner}


def _distort(request: GraphRequest, reply: Reply, named: Mapping[str, Mapping[str, Any]]) -> None:
    if not isinstance(reply.body, dict) or "value" not in reply.body:
        return
    if TRUNCATE in named:
        # A short page that looks like the last one.
        reply.body["value"] = reply.body["value"][: int(named[TRUNCATE].get("keep", 0))]
        reply.body.pop("@odata.nextLink", None)
    if REPEAT_LINK in named and "@odata.nextLink" in reply.body:
        reply.body["@odata.nextLink"] = paging.link(request, dict(request.query))


def _handlers(
    contacts: ContactResponses, folders: FolderResponses, categories: CategoryResponses
) -> dict[str, Handler]:
    return {
        "contacts.list": contacts.list_contacts,
        "contacts.count": contacts.count,
        "contacts.get": contacts.get,
        "contacts.create": contacts.create,
        "contacts.update": contacts.update,
        "contacts.delete": contacts.delete,
        "contacts.permanent_delete": contacts.permanent_delete,
        "contacts.delta": contacts.delta,
        "photo.get": contacts.get_photo,
        "photo.put": contacts.put_photo,
        "folders.list": folders.list_folders,
        "folders.count": folders.count,
        "folders.get": folders.get,
        "folders.create": folders.create,
        "folders.update": folders.update,
        "folders.delete": folders.delete,
        "folders.permanent_delete": folders.permanent_delete,
        "categories.list": categories.list_categories,
        "categories.count": categories.count,
        "categories.create": categories.create,
        "categories.get": categories.get,
        "categories.update": categories.update,
        "categories.delete": categories.delete,
    }


def _readable(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


def _no_act(name: str, _: list[Any]) -> object:
    raise LookupError(name)
