"""Answers to POST, PATCH, PUT and DELETE."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from emulators.c4c.derived import Reader
from emulators.c4c.exceptions import ODataError, locked, not_found, unknown_property
from emulators.c4c.models import table_of
from emulators.c4c.reads import entity_of, find_node
from emulators.c4c.responses import JSON_TYPE, Presenter, render
from emulators.c4c.rules import Mode
from emulators.c4c.urls import ODataRequest, Resource, parse_path
from emulators.c4c.values import Value, blank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulators.c4c.facts import EntityFact, PropertyFact
    from emulators.c4c.models import Node
    from emulators.c4c.tenant import Tenant

_PARENT = "ParentObjectID"
_LOCKING_USER = "Another User"


def answer_write(
    tenant: Tenant, request: ODataRequest, named: Mapping[str, Mapping[str, Any]]
) -> Response:
    """Carry out a write inside the caller's unit of work.

    Raises:
        ODataError: The write is refused; the caller takes everything back.
    """
    if "locked" in named:
        raise locked(str(named["locked"].get("user", _LOCKING_USER)))
    resource = parse_path(request.path)
    entity = entity_of(tenant, resource)
    write = _Write(tenant, request)
    if request.method == "POST":
        return write.create(entity, resource)
    if resource.key is None or resource.navigation is not None or resource.is_count:
        raise ODataError("Method not allowed", HTTPStatus.METHOD_NOT_ALLOWED)
    if request.method == "DELETE":
        return write.delete(entity, resource.key)
    mode = Mode.UPDATE if request.method == "PATCH" else Mode.REPLACE
    return write.update(entity, resource.key, mode)


class _Write:
    """One write."""

    def __init__(self, tenant: Tenant, request: ODataRequest) -> None:
        self._tenant = tenant
        self._request = request
        # Writes see the present even while reads are stale.
        self._reader = Reader(tenant.facts, tenant.switches, tenant.world)
        self._presenter = Presenter(request, tenant.facts, tenant.switches, self._reader)

    def create(self, entity: EntityFact, resource: Resource) -> Response:
        body = self._body()
        if resource.key is not None:
            entity, body = self._below(entity, resource, body)
        children = {name: body.pop(name) for name in list(body) if name in entity.navigations}
        node = self._insert(entity, body)
        for name, rows in children.items():
            self._insert_children(entity, node, name, rows)
        self._tenant.record_write(f"create {entity.set_name}")
        node = self._reader.world.get(node.table, node.object_id) or node
        if self._request.headers.get("odata-no-response-payload") == "true":
            response = Response(status=HTTPStatus.CREATED)
        else:
            content = self._presenter.single(entity, node)
            response = render(self._request, content, HTTPStatus.CREATED)
        response.headers["location"] = self._presenter.uri(entity, node)
        response.headers["etag"] = self._presenter.etag(entity, node)
        return response

    def update(self, entity: EntityFact, key: str, mode: Mode) -> Response:
        node = find_node(self._tenant, self._reader, entity, key)
        self._guard(entity, node)
        body = self._body()
        for name in body.keys() & entity.navigations.keys():
            raise ODataError(f"Navigation '{name}' cannot be updated with its parent")
        values = self._tenant.rules.clean(
            entity, body, mode, lambda fact: self._reader.value(entity, node, fact)
        )
        self._tenant.editor.update(entity.name, node, values, self._request.user)
        self._tenant.record_write(f"update {entity.set_name}")
        return Response(status=HTTPStatus.NO_CONTENT)

    def delete(self, entity: EntityFact, key: str) -> Response:
        node = self._reader.world.get(table_of(entity.name), key)
        if node is None or key in self._tenant.hidden:
            raise not_found("Delete not possible; object does not exist")
        if not entity.is_deletable:
            status = self._tenant.switches.delete_status
            raise ODataError("No delete authorization", status, "ERROR")
        self._guard(entity, node)
        self._tenant.editor.remove(entity.name, node, self._request.user)
        self._tenant.record_write(f"delete {entity.set_name}")
        return Response(status=HTTPStatus.NO_CONTENT)

    def _insert(self, entity: EntityFact, body: dict[str, Any]) -> Node:
        values = self._tenant.rules.clean(entity, body, Mode.CREATE, _unset)
        return self._tenant.editor.create(entity.name, values, self._request.user)

    def _insert_children(self, entity: EntityFact, node: Node, name: str, rows: Any) -> None:  # noqa: ANN401 - JSON as sent
        way = entity.navigations[name]
        if not way.is_creatable:
            raise ODataError(f"Navigation '{name}' is not creatable")
        rows = rows.get("results") if isinstance(rows, dict) else rows
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ODataError(f"Navigation '{name}' wants a list of objects")
        for row in rows:
            target = self._tenant.facts.entities[way.target]
            self._insert(target, {**row, _PARENT: node.object_id})

    def _below(
        self, entity: EntityFact, resource: Resource, body: dict[str, Any]
    ) -> tuple[EntityFact, dict[str, Any]]:
        node = find_node(self._tenant, self._reader, entity, resource.key or "")
        way = entity.navigations.get(resource.navigation or "")
        if way is None:
            raise unknown_property(resource.navigation or "")
        if not way.is_many:
            raise ODataError("Method not allowed", HTTPStatus.METHOD_NOT_ALLOWED)
        self._tenant.check_lock(entity.name, node)
        return self._tenant.facts.entities[way.target], {**body, _PARENT: node.object_id}

    def _guard(self, entity: EntityFact, node: Node) -> None:
        """Check lock and version."""
        self._tenant.check_lock(entity.name, node)
        wanted = self._request.headers.get("If-Match")
        if wanted is None and self._tenant.switches.require_if_match:
            raise ODataError("If-Match required", HTTPStatus.PRECONDITION_REQUIRED)
        if wanted not in (None, "*", self._presenter.etag(entity, node)):
            raise ODataError("Precondition failed", HTTPStatus.PRECONDITION_FAILED)

    def _body(self) -> dict[str, Any]:
        content_type = self._request.headers.get("Content-Type", "")
        if not content_type.startswith(JSON_TYPE):
            raise ODataError("Unsupported media type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        try:
            body = json.loads(self._request.body)
        except ValueError:
            raise ODataError("Malformed JSON") from None
        if not isinstance(body, dict):
            raise ODataError("Malformed JSON")
        body.pop("__metadata", None)
        return body


def _unset(fact: PropertyFact) -> Value:
    return blank(fact.kind)
