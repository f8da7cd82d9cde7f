"""Answers: the JSON envelopes with their oddities, a minimal Atom, errors in either format."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from werkzeug.wrappers import Response

from emulators.c4c.exceptions import ODataError
from emulators.c4c.facts import NAMESPACE
from emulators.c4c.models import table_of
from emulators.c4c.values import to_etag

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emulators.c4c.derived import Reader
    from emulators.c4c.facts import EntityFact, Facts, Navigation
    from emulators.c4c.models import Node
    from emulators.c4c.switches import Switches
    from emulators.c4c.urls import ODataRequest
    from emulators.faults import Fault

JSON_TYPE = "application/json"
_ATOM_TYPE = "application/atom+xml"
_PROPERTY = re.compile(r"[Pp]roperty '(\w+)'")
_DATA = "http://schemas.microsoft.com/ado/2007/08/dataservices"


class Presenter:
    """Turns rows into answers to one request."""

    def __init__(
        self, request: ODataRequest, facts: Facts, switches: Switches, reader: Reader
    ) -> None:
        self._request = request
        self._facts = facts
        self._switches = switches
        self._reader = reader
        self._has_descriptions = request.headers.get("odata-no-codedescs") != "true"

    def single(
        self,
        entity: EntityFact,
        node: Node,
        select: Sequence[str] = (),
        expand: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Return one row as `{"d": {"results": {…}}}`, C4C's own form of a single entity."""
        return {"d": {"results": self.shape(entity, select, expand)(node)}}

    def etag(self, entity: EntityFact, node: Node) -> str:
        """Return the etag of a row, which is that of its business object."""
        return to_etag(self._reader.etag_ticks(entity.name, node))

    def uri(self, entity: EntityFact, node: Node) -> str:
        """Return the address of a row."""
        return f"{self._request.root_url}{entity.set_name}('{node.object_id}')"

    def shape(
        self, entity: EntityFact, select: Sequence[str] = (), expand: Sequence[str] = ()
    ) -> Callable[[Node], dict[str, Any]]:
        """Return a function that shows rows of one type, restricted to `select`."""
        is_all = not select or "*" in select
        chosen = [
            (name, fact, self._reader.getter(entity, fact))
            for name, fact in entity.properties.items()
            if (is_all or name in select) and (self._has_descriptions or not fact.text_of)
        ]
        expanded = {
            name: self._expansion(entity.navigations[name], select, expand)
            for name in dict.fromkeys(path.partition("/")[0] for path in expand)
        }
        deferred = [
            name
            for name in entity.navigations
            if name not in expanded and (is_all or name in select)
        ]

        def show(node: Node) -> dict[str, Any]:
            uri = self.uri(entity, node)
            annotations = {"uri": uri, "type": f"{NAMESPACE}.{entity.name}"}
            if "ETag" in entity.properties:
                annotations["etag"] = self.etag(entity, node)
            row: dict[str, Any] = {"__metadata": annotations}
            row.update((name, self._reader.shown(fact, read(node))) for name, fact, read in chosen)
            row.update((name, {"__deferred": {"uri": f"{uri}/{name}"}}) for name in deferred)
            row.update((name, follow(node)) for name, follow in expanded.items())
            return row

        return show

    def _expansion(
        self, navigation: Navigation, select: Sequence[str], expand: Sequence[str]
    ) -> Callable[[Node], Any]:
        prefix = f"{navigation.name}/"
        show = self.shape(
            self._facts.entities[navigation.target],
            [path.removeprefix(prefix) for path in select if path.startswith(prefix)],
            [path.removeprefix(prefix) for path in expand if path.startswith(prefix)],
        )

        def follow(node: Node) -> Any:  # noqa: ANN401 - array, object or null, as JSON
            rows = [show(target) for target in follow_navigation(self._reader, navigation, node)]
            if not navigation.is_many:
                return rows[0] if rows else None
            return rows if self._switches.expand_shape == "array" else {"results": rows}

        return follow


def follow_navigation(reader: Reader, navigation: Navigation, node: Node) -> list[Node]:
    """Return the rows a navigation leads to."""
    is_key = navigation.source_key == "ObjectID"
    key = node.object_id if is_key else node.text(navigation.source_key)
    table = table_of(navigation.target)
    return reader.world.find(table, navigation.target_key, key) if key else []


def render(request: ODataRequest, content: dict[str, Any], status: int = HTTPStatus.OK) -> Response:
    """Write an envelope as JSON, or as Atom when JSON was not asked for."""
    if request.wants_json:
        return Response(json.dumps(content), status, content_type=JSON_TYPE)
    results = content["d"]["results"]
    if isinstance(results, list):
        entries = "".join(_atom_entry(row) for row in results)
        text = f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'
    else:
        text = _atom_entry(results)
    return Response(f"<?xml version='1.0'?>{text}", status, content_type=_ATOM_TYPE)


def render_error(request: ODataRequest, error: ODataError, form: str = "json") -> Response:
    """Write a refusal as JSON, or as XML when JSON was not asked for; see `error_body`."""
    content_type, text = _error_text(error, form if request.wants_json else "xml")
    return Response(text, error.status, error.headers, content_type=content_type)


def scripted(fault: Fault, form: str) -> Response:
    """Write the refusal of a scripted fault; what is said of its body holds in any form."""
    content_type, text = _error_text(ODataError(fault.message, code=fault.code or ""), form)
    response = fault.response(text)
    if fault.body == "json":
        response.content_type = content_type
    return response


def _error_text(error: ODataError, form: str) -> tuple[str, str]:
    """Return content type and body of a refusal."""
    code, message = error.code, error.message
    match form:
        case "text":
            return JSON_TYPE, json.dumps({"error": {"code": code, "message": message}})
        case "details":
            named = _PROPERTY.search(message)
            detail = {"code": code, "message": message, "propertyref": named[1] if named else ""}
            body = json.loads(error_json(code, "The request was refused"))
            body["error"]["innererror"] = {"errordetails": [detail]}
            return JSON_TYPE, json.dumps(body)
        case "html":
            return "text/html", f"<html><body><h1>{error.status}</h1></body></html>"
        case "empty":
            return "text/plain", ""
        case "xml":
            return "application/xml", (
                f"<?xml version='1.0'?><error xmlns='{_DATA}/metadata'>"
                f"<code>{escape(code)}</code>"
                f"<message xml:lang='en'>{escape(message)}</message></error>"
            )
    return JSON_TYPE, error_json(code, message)


def error_json(code: str, message: str) -> str:
    """Write the service's JSON error."""
    return json.dumps({"error": {"code": code, "message": {"lang": "en", "value": message}}})


def _atom_entry(row: dict[str, Any]) -> str:
    annotations = row["__metadata"]
    cells = "".join(
        f"<d:{name}>{escape(str(value))}</d:{name}>"
        for name, value in row.items()
        if isinstance(value, (str, bool))
    )
    etag = quoteattr(annotations.get("etag", ""))
    return (
        f'<entry xmlns="http://www.w3.org/2005/Atom" xmlns:d="{_DATA}"'
        f' xmlns:m="{_DATA}/metadata" m:etag={etag}><id>{escape(annotations["uri"])}</id>'
        f'<content type="application/xml"><m:properties>{cells}</m:properties></content></entry>'
    )
