"""The Graph emulator as one WSGI service, together with the Entra endpoints of its tenant."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from emulators.clock import Clock
from emulators.faults import Call, FaultScript
from emulators.graph import entra, exceptions, urls
from emulators.graph.access import Access, Tenant
from emulators.graph.admin import GraphAdmin
from emulators.graph.batch import BatchService
from emulators.graph.contact_responses import ContactResponses
from emulators.graph.delta import DeltaService
from emulators.graph.directory import Directory, TokenIssuer
from emulators.graph.dispatcher import FAULT_KINDS, Dispatcher
from emulators.graph.folder_responses import CategoryResponses, FolderResponses
from emulators.graph.ids import IdFactory
from emulators.graph.mailbox import MailboxEditor
from emulators.graph.messages import GraphRequest, Reply
from emulators.graph.switches import Switches
from emulators.graph.traffic import Counters, MailboxSlots, Recorder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROOT = "/v1.0"
DOMAIN = "contoso.example"


class GraphService:
    """Microsoft Graph v1.0 contacts of one tenant; fulfils `emulators.server.Service`."""

    name = "graph"

    def __init__(self, clock: Clock | None = None, seed: int = 0) -> None:
        """Create an empty tenant with one app.

        Args:
            clock: Time as the service sees it.
            seed: For ids, tokens and the order of batch answers.
        """
        clock = clock or Clock()
        ids = IdFactory(seed)
        lock = threading.RLock()
        switches, counters, recorder, tenant = Switches(), Counters(), Recorder(), Tenant()
        faults = FaultScript(
            clock,
            FAULT_KINDS,
            urls.OPERATIONS | entra.OPERATIONS | {"batch"},
        )
        directory = Directory(ids.guid(), DOMAIN, ids.guid(), f"secret~{ids.token()[:24]}")
        access = Access(tenant, directory, switches)
        editor = MailboxEditor(clock, ids, switches)
        self._ids, self._clock, self._lock, self._switches = ids, clock, lock, switches
        self._directory, self._faults, self._counters = directory, faults, counters
        issuer = TokenIssuer(directory, clock, ids, switches)
        self._entra = entra.Entra(directory, issuer, clock, ids, switches)
        self._dispatcher = Dispatcher(
            lock=lock,
            tenant=tenant,
            access=access,
            editor=editor,
            contacts=ContactResponses(
                access, editor, DeltaService(clock, ids, switches), clock, switches
            ),
            folders=FolderResponses(access, editor, switches),
            categories=CategoryResponses(editor, switches),
            faults=faults,
            counters=counters,
            recorder=recorder,
            slots=MailboxSlots(switches),
            clock=clock,
            ids=ids,
        )
        self._batches = BatchService(self._dispatcher, faults, counters, switches, seed)
        self.admin = GraphAdmin(
            clock=clock,
            faults=faults,
            lock=lock,
            tenant=tenant,
            directory=directory,
            editor=editor,
            switches=switches,
            counters=counters,
            recorder=recorder,
        )
        self._dispatcher.act = self._act

    def _act(self, call: str, args: Sequence[Any]) -> None:
        getattr(self.admin, call)(*args)

    def credentials(self, base_url: str) -> dict[str, str]:
        """Return what a client needs to reach this tenant.

        Args:
            base_url: `https://host:port` without a trailing slash.
        """
        return {
            "graph_base_url": base_url + ROOT,
            "graph_root": base_url,
            "graph_authority": f"{base_url}/{self._directory.tenant_id}",
            "graph_tenant_id": self._directory.tenant_id,
            "graph_client_id": self._directory.client_id,
            "graph_client_secret": self._directory.client_secret,
        }

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request.

        Raises:
            ConnectionCut: The fault script wants no answer.
        """
        request = Request(environ)
        is_graph = request.path.startswith(ROOT + "/")
        reply = self._answer_graph(request) if is_graph else self._answer_entra(request)
        return self._response(request, reply)(environ, start_response)

    def _answer_entra(self, request: Request) -> Reply:
        self._counters.count("token_requests")
        base_url = request.host_url.rstrip("/")
        operation = "entra." + request.path.rpartition("/")[2]
        interception = self._faults.begin(Call(request.method, request.path.lstrip("/"), operation))
        fault = interception.answer
        if fault is not None:
            error = entra.EntraError(
                fault.status, fault.code or "server_error", 90033, fault.message
            )
            reply = Reply(fault.status, self._entra.error_body(error), dict(fault.headers))
        else:
            with self._lock:
                reply = self._entra.answer(request.path, request.form.to_dict(), base_url)
        interception.finish()
        return reply

    def _answer_graph(self, request: Request) -> Reply:
        path = urls.normal_path(request.path[len(ROOT) :])
        try:
            grant = self._directory.grant(_bearer(request), self._clock.now())
        except exceptions.GraphError as error:
            return self._dispatcher.refusal(request.headers, error)
        graph_request = GraphRequest(
            method=request.method,
            path=path,
            query=request.args.to_dict(),
            headers=request.headers,
            body=request.get_data(),
            base_url=request.host_url.rstrip("/"),
            grant=grant,
        )
        if path == "/$batch" and request.method == "POST":
            return self._batches.answer(graph_request)
        return self._dispatcher.answer(graph_request)

    def _response(self, request: Request, reply: Reply) -> Response:
        content = reply.content(raw_control_characters=self._switches.raw_control_characters)
        response = Response(content, reply.status, reply.headers)
        if reply.body is None:
            del response.headers["Content-Type"]
        else:
            response.headers["Content-Type"] = reply.content_type
        request_id = self._ids.trace()
        response.headers["request-id"] = request_id
        response.headers["client-request-id"] = request.headers.get("client-request-id", request_id)
        response.headers["x-ms-ags-diagnostic"] = '{"ServerInfo":{"DataCenter":"Emulator"}}'
        return response


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise exceptions.unauthorized("Access token is empty.")
    return token
