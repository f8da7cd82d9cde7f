"""Answers to GET: collections, single rows, navigations, counts, code lists, metadata."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from emulators.c4c import codes
from emulators.c4c.exceptions import ODataError, not_found
from emulators.c4c.facts import EntityFact, PropertyFact
from emulators.c4c.metadata import CODE_LIST, CONTEXTUAL_CODE_LIST, render_metadata
from emulators.c4c.models import Node, Stamp, User, table_of
from emulators.c4c.query import Picker, Query, parse_query
from emulators.c4c.responses import JSON_TYPE, Presenter, follow_navigation, render
from emulators.c4c.urls import METADATA, ODataRequest, Resource, parse_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from emulators.c4c.derived import Reader
    from emulators.c4c.query import Page
    from emulators.c4c.tenant import Tenant

_NOBODY = Stamp(0, User("", ""))


def answer_get(
    tenant: Tenant, request: ODataRequest, named: Mapping[str, Mapping[str, Any]]
) -> Response:
    """Answer a GET.

    Args:
        tenant: State, locked by the caller.
        request: The request.
        named: Service-specific faults that hit it.

    Raises:
        ODataError: The request is refused.
    """
    if not request.path:
        sets = [*tenant.facts.by_set, *tenant.facts.code_properties()]
        return Response(json.dumps({"d": {"EntitySets": sets}}), content_type=JSON_TYPE)
    if request.path == METADATA:
        return _metadata(tenant, request)
    resource = parse_path(request.path)
    codes_of = tenant.facts.code_properties().get(resource.set_name)
    if codes_of is not None and resource.key is None:
        reader = tenant.reader(is_collection=True)
        if codes_of.is_contextual and tenant.switches.state_lists == "refused":
            raise ODataError("You are not authorized to read this value help", status=403)
        rows = _code_rows(codes_of)
        return _Read(tenant, request, reader, named).rows(_code_entity(codes_of), rows, resource)
    entity = entity_of(tenant, resource)
    is_collection = resource.key is None or resource.navigation is not None
    read = _Read(tenant, request, tenant.reader(is_collection=is_collection), named)
    if resource.key is None:
        return read.collection(entity, resource)
    if resource.navigation is None:
        return read.single(entity, find_node(tenant, read.reader, entity, resource.key))
    return read.navigation(entity, resource)


def entity_of(tenant: Tenant, resource: Resource) -> EntityFact:
    """Return the type behind an entity set.

    Raises:
        ODataError: 404.
    """
    entity = tenant.facts.by_set.get(resource.set_name)
    if entity is None:
        raise not_found(f"Resource not found for segment '{resource.set_name}'")
    return entity


def find_node(tenant: Tenant, reader: Reader, entity: EntityFact, key: str) -> Node:
    """Return a row by key; hidden rows look like missing ones.

    Raises:
        ODataError: 404.
    """
    node = reader.world.get(table_of(entity.name), key)
    if node is None or key in tenant.hidden:
        raise not_found()
    return node


class _Read:
    """One GET of rows."""

    def __init__(
        self,
        tenant: Tenant,
        request: ODataRequest,
        reader: Reader,
        named: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.reader = reader
        self._tenant = tenant
        self._request = request
        self._named = named
        self._presenter = Presenter(request, tenant.facts, tenant.switches, reader)

    def single(self, entity: EntityFact, node: Node) -> Response:
        query = self._query(entity)
        self._break([node], query)
        content = self._presenter.single(entity, node, query.select, query.expand)
        response = render(self._request, content)
        response.headers["etag"] = self._presenter.etag(entity, node)
        return response

    def navigation(self, entity: EntityFact, resource: Resource) -> Response:
        node = find_node(self._tenant, self.reader, entity, resource.key or "")
        way = entity.navigations.get(resource.navigation or "")
        if way is None:
            raise not_found(f"Resource not found for segment '{resource.navigation}'")
        target = self._tenant.facts.entities[way.target]
        nodes = self._visible(follow_navigation(self.reader, way, node))
        if way.is_many:
            return self.rows(target, nodes, resource)
        if not nodes:
            raise not_found()
        return self.single(target, nodes[0])

    def collection(self, entity: EntityFact, resource: Resource) -> Response:
        is_child = entity.parent is not None
        if is_child and "$filter" not in self._request.options and self._refuses_unfiltered:
            raise ODataError("Unfiltered read is not supported by the processor")
        picker = self._picker()
        nodes = self._visible(picker.candidates(self._query(entity), entity))
        return self.rows(entity, nodes, resource)

    def rows(self, entity: EntityFact, nodes: list[Node], resource: Resource) -> Response:
        """Answer with the rows that the query leaves of these, or with their number."""
        query = self._query(entity)
        picker = self._picker()
        if resource.is_count:
            return Response(
                str(len(picker.filter(query.condition, entity, nodes))), content_type="text/plain"
            )
        overlap = int("duplicate_row" in self._named and query.start > 0)
        page = picker.page(query, entity, nodes, overlap)
        chosen, has_more = self._disturb(page)
        self._break(chosen, query)
        show = self._presenter.shape(entity, query.select, query.expand)
        content: dict[str, Any] = {"results": [show(node) for node in chosen]}
        if query.wants_count:
            content["__count"] = str(page.total)
        if has_more:
            content["__next"] = self._next_link(query, len(page.nodes) - overlap)
        return render(self._request, {"d": content})

    @property
    def _refuses_unfiltered(self) -> bool:
        return self._tenant.switches.refuse_unfiltered_children

    def _query(self, entity: EntityFact) -> Query:
        tenant = self._tenant
        return parse_query(self._request.options, entity, tenant.facts, tenant.switches)

    def _picker(self) -> Picker:
        return Picker(self.reader, self._tenant.switches, self._tenant.chance)

    def _visible(self, nodes: Sequence[Node]) -> list[Node]:
        hidden = self._tenant.hidden
        return [node for node in nodes if node.object_id not in hidden]

    def _disturb(self, page: Page) -> tuple[list[Node], bool]:
        """Apply the scripted faults of pages; each answers 200 like a good page."""
        nodes = page.nodes
        if "empty_page" in self._named:
            return [], False
        if "short_page" in self._named:
            keep = int(self._named["short_page"].get("rows", len(nodes) // 2))
            return nodes[:keep], False
        return nodes, page.has_more

    def _break(self, nodes: Sequence[Node], query: Query) -> None:
        """Fail over one row that is to be shown with more than its key, as damaged data does.

        Raises:
            ODataError: The row is among these.
        """
        fault = self._named.get("broken_row")
        if fault is None or query.select == ("ObjectID",):
            return
        if any(node.object_id == fault["object_id"] for node in nodes):
            raise ODataError("Scripted fault", status=HTTPStatus(fault.get("status", 500)))

    def _next_link(self, query: Query, row_count: int) -> str:
        if "repeat_next" in self._named:
            row_count = 0
        host = self._tenant.switches.next_link_host
        root = self._request.root_url
        if host:
            root = root.replace(self._request.host, host, 1)
        return f"{root}{self._request.path}?{query.next_options(row_count)}"


def _metadata(tenant: Tenant, request: ODataRequest) -> Response:
    chosen = [name.strip() for name in request.options.get("$filter", "").split(",")]
    has_labels = request.options.get("sap-label") == "true"
    text = render_metadata(tenant.facts, [name for name in chosen if name], has_labels=has_labels)
    return Response(text, content_type="application/xml")


def _code_entity(fact: PropertyFact) -> EntityFact:
    name = CONTEXTUAL_CODE_LIST if fact.is_contextual else CODE_LIST
    names = ("Context", "Code", "Description") if fact.is_contextual else ("Code", "Description")
    properties = {item: PropertyFact(item, is_filterable=True) for item in names}
    return EntityFact(name, None, properties, {})


def _code_rows(fact: PropertyFact) -> list[Node]:
    name = CONTEXTUAL_CODE_LIST if fact.is_contextual else CODE_LIST
    return [
        Node(
            name,
            f"{context}{code}",
            {"Context": context, "Code": code, "Description": description},
            _NOBODY,
            _NOBODY,
            0,
        )
        for context, code, description in codes.list_codes(fact)
    ]
