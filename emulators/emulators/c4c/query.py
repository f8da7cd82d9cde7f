"""Query options of a read: parsing, and picking the rows of one page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_plus

from emulators.c4c.exceptions import ODataError, unknown_property
from emulators.c4c.filters import (
    Condition,
    count_alternatives,
    matches,
    needed_equalities,
    parse_filter,
    used_facts,
)
from emulators.c4c.models import table_of

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from emulators.c4c.derived import Reader
    from emulators.c4c.facts import EntityFact, Facts, PropertyFact
    from emulators.c4c.models import Node
    from emulators.c4c.switches import Switches
    from emulators.c4c.values import Value

_KNOWN_OPTIONS = frozenset(
    {
        "$filter",
        "$select",
        "$orderby",
        "$expand",
        "$top",
        "$skip",
        "$skiptoken",
        "$format",
        "$inlinecount",
    }
)
_UNLUCKY = 0.5


@dataclass(frozen=True)
class Query:
    """The parsed options of one read.

    Attributes:
        select: Names, possibly `Navigation/Property`; empty = everything.
        orderby: (property, descending) in order of importance.
        expand: Navigation names, nested ones as `A/B`.
        skip: Rows that the caller passes over.
        start: Rows to pass over, those of earlier pages included.
        options: The raw options, decoded, for building the next link.
    """

    condition: Condition | None = None
    select: tuple[str, ...] = ()
    orderby: tuple[tuple[PropertyFact, bool], ...] = ()
    expand: tuple[str, ...] = ()
    top: int | None = None
    skip: int = 0
    start: int = 0
    wants_count: bool = False
    options: Mapping[str, str] = field(default_factory=dict)

    def next_options(self, row_count: int) -> str:
        """Return the query string that continues after this many rows."""
        token = str(int(self.options.get("$skiptoken", "1")) + row_count)
        options = {**self.options, "$skiptoken": token}
        return "&".join(f"{name}={quote(value)}" for name, value in options.items())


@dataclass(frozen=True)
class Page:
    """Rows of one answer, in order."""

    nodes: list[Node]
    total: int
    has_more: bool


def split_options(query_string: str) -> dict[str, str]:
    """Decode a query string; the last of several equal names counts."""
    pairs = (pair.partition("=") for pair in query_string.split("&") if pair)
    return {unquote_plus(name): unquote_plus(value) for name, _, value in pairs}


def parse_query(
    options: Mapping[str, str], entity: EntityFact, facts: Facts, switches: Switches
) -> Query:
    """Parse query options for an entity type.

    Raises:
        ODataError: An option is unknown, malformed or not supported.
    """
    for name in options:
        if name.startswith("$") and name not in _KNOWN_OPTIONS:
            raise ODataError(f"Query option '{name}' is not supported")
    if "$inlinecount" in options and not switches.inlinecount:
        raise ODataError("Query option '$inlinecount' is not supported")
    if "$orderby" in options and switches.orderby == "refused":
        raise ODataError("Query option '$orderby' is not supported", status=501)
    text = options.get("$filter")
    top = _number(options, "$top")
    token = _number(options, "$skiptoken")
    expand = _names(options, "$expand")
    select = _names(options, "$select")
    _check_paths(expand, entity, facts, is_select=False)
    _check_paths(select, entity, facts, is_select=True)
    return Query(
        condition=None if text is None else parse_filter(text, entity, switches),
        select=select,
        orderby=_parse_orderby(options.get("$orderby", ""), entity),
        expand=expand,
        top=top,
        skip=_number(options, "$skip") or 0,
        start=(_number(options, "$skip") or 0) + max((token or 1) - 1, 0),
        wants_count=options.get("$inlinecount") == "allpages",
        options=options,
    )


class Picker:
    """Chooses the rows of an answer as one world has them."""

    def __init__(self, reader: Reader, switches: Switches, chance: random.Random) -> None:
        self._reader = reader
        self._switches = switches
        self._chance = chance

    def page(self, query: Query, entity: EntityFact, nodes: list[Node], overlap: int = 0) -> Page:
        """Filter, order and cut the rows; `overlap` rows of the page before come again."""
        switches = self._switches
        rows = self.filter(query.condition, entity, nodes)
        # Without $orderby the order is arbitrary on the real service, and ties always are.
        is_ordered = switches.orderby == "honoured"
        if switches.order == "shuffled":
            self._chance.shuffle(rows)
        elif is_ordered:
            rows.sort(key=lambda node: node.object_id)
        else:
            rows.sort(key=lambda node: (node.created.ticks, node.object_id))
        for fact, is_descending in reversed(query.orderby if is_ordered else ()):
            read = self._reader.getter(entity, fact)
            rows.sort(key=lambda node, read=read: _sort_key(read(node)), reverse=is_descending)  # type: ignore[misc]  # the default binds the loop variable
        start = max(query.start - overlap, 0)
        end, size = len(rows), switches.expand_page_size if query.expand else switches.page_size
        if query.top is not None:
            end = min(end, query.skip + query.top)
            size = min(query.top, switches.max_top)
        if switches.short_pages:
            # The first page only: a link behind it is another one.
            is_empty = "$skiptoken" not in query.options and self._chance.random() < _UNLUCKY
            size = 0 if is_empty else max(1, size // 2)
        stop = min(end, query.start + size)
        has_more = stop < end and (query.top is None or switches.short_pages)
        return Page(rows[start:stop], len(rows), has_more)

    def filter(
        self, condition: Condition | None, entity: EntityFact, nodes: list[Node]
    ) -> list[Node]:
        """Return the rows that meet the condition, in no particular order."""
        if condition is None:
            return nodes
        is_unlucky = count_alternatives(condition) > 1 and self._chance.random() < _UNLUCKY
        if self._switches.unstable_or and is_unlucky:
            return []
        fold = not self._switches.case_sensitive
        getters = {
            fact.name: self._reader.getter(entity, fact) for fact in set(used_facts(condition))
        }
        return [
            node
            for node in nodes
            if matches(condition, lambda fact, node=node: getters[fact.name](node), fold=fold)  # type: ignore[misc]  # the default binds the loop variable
        ]

    def candidates(self, query: Query, entity: EntityFact) -> list[Node]:
        """Return the rows that can meet the query: those of an index if one helps, else all."""
        table, world = table_of(entity.name), self._reader.world
        if query.condition is not None and self._switches.case_sensitive:
            for equality in needed_equalities(query.condition):
                if equality.value and self._reader.is_stored(entity.name, equality.fact.name):
                    return world.find(table, equality.fact.name, equality.value)
        return world.all(table)


def _number(options: Mapping[str, str], name: str) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not text.isdecimal():
        raise ODataError(f"Invalid value for query option '{name}'")
    return int(text)


def _names(options: Mapping[str, str], name: str) -> tuple[str, ...]:
    text = options.get(name, "")
    return tuple(part.strip() for part in text.split(",")) if text.strip() else ()


def _check_paths(
    paths: Sequence[str], entity: EntityFact, facts: Facts, *, is_select: bool
) -> None:
    for path in paths:
        place = entity
        *steps, last = path.split("/")
        for step in steps:
            place = _follow(place, step, facts)
        if is_select and (last == "*" or last in place.properties):
            continue
        _follow(place, last, facts)


def _follow(entity: EntityFact, name: str, facts: Facts) -> EntityFact:
    navigation = entity.navigations.get(name)
    if navigation is None:
        raise unknown_property(name)
    return facts.entities[navigation.target]


def _parse_orderby(text: str, entity: EntityFact) -> tuple[tuple[PropertyFact, bool], ...]:
    keys = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, direction = part.partition(" ")
        if direction.strip() not in ("", "asc", "desc"):
            raise ODataError("Invalid value for query option '$orderby'")
        fact = entity.properties.get(name)
        if fact is None:
            raise unknown_property(name)
        keys.append((fact, direction.strip() == "desc"))
    return tuple(keys)


def _sort_key(value: Value) -> Any:  # noqa: ANN401 - one comparable type per property
    return (value is not None, value)
