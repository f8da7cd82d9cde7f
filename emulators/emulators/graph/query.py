"""Query options and the `Prefer` header of a request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulators.graph import exceptions, extended, fields
from emulators.graph.filters import parse_filter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import Headers

    from emulators.graph.filters import Predicate

DEFAULT_TOP = 10
LARGEST_TOP = 999

_EXPAND = re.compile(r"singleValueExtendedProperties\(\$filter=(?P<filter>.+)\)")
_ID_EQUALS = re.compile(r"\s*id\s+eq\s+'(?P<id>(?:[^']|'')*)'\s*")
_IMMUTABLE = re.compile(r"(?:^|[,;\s])IdType\s*=\s*\"ImmutableId\"", re.IGNORECASE)
_PAGE_SIZE = re.compile(r"(?:^|[,;\s])odata\.maxpagesize\s*=\s*(\d+)", re.IGNORECASE)
_SORTABLE = {"displayName", "givenName", "surname", "companyName"}


@dataclass(frozen=True)
class Preferences:
    """What the `Prefer` headers ask for."""

    is_immutable: bool
    page_size: int | None


@dataclass(frozen=True)
class Options:
    """Query options of a read.

    Attributes:
        select: Property names; None = all.
        expand: Canonical ids of the extended properties to show.
    """

    top: int
    skip: int
    is_counted: bool
    select: frozenset[str] | None
    expand: tuple[str, ...]
    order_by: tuple[str, bool] | None
    matches: Predicate | None


def parse_preferences(headers: Headers) -> Preferences:
    """Read the `Prefer` headers, comma-separated or repeated."""
    text = ", ".join(headers.getlist("Prefer"))
    size = _PAGE_SIZE.search(text)
    return Preferences(
        is_immutable=_IMMUTABLE.search(text) is not None,
        page_size=int(size[1]) if size and int(size[1]) > 0 else None,
    )


def parse_options(query: Mapping[str, str], allowed: frozenset[str]) -> Options:
    """Parse the options of a read.

    Raises:
        GraphError: 400 for an option that the operation does not have, or a wrong value.
    """
    refuse_others(query, allowed)
    return Options(
        top=_number(query, "$top", DEFAULT_TOP, 1, LARGEST_TOP),
        skip=_number(query, "$skip", 0, 0, None),
        is_counted=query.get("$count") == "true",
        select=parse_select(query.get("$select")),
        expand=_parse_expand(query.get("$expand")),
        order_by=_parse_order(query.get("$orderby")),
        matches=parse_filter(query["$filter"]) if "$filter" in query else None,
    )


def refuse_others(query: Mapping[str, str], allowed: frozenset[str]) -> None:
    """Refuse query options that the operation does not have.

    Raises:
        GraphError: 400.
    """
    for name in query:
        if name not in allowed:
            text = f"The query option '{name}' is not supported here."
            raise exceptions.bad_request(text)


def parse_select(text: str | None) -> frozenset[str] | None:
    """Parse `$select`.

    Raises:
        GraphError: 400 for an unknown property.
    """
    if text is None:
        return None
    names = frozenset(name.strip() for name in text.split(","))
    for name in sorted(names - fields.SELECTABLE):
        message = f"Could not find a property named '{name}' on type 'microsoft.graph.contact'."
        raise exceptions.bad_request(message, "RequestBroker--ParseUri")
    return names


def _parse_expand(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    match = _EXPAND.fullmatch(text.strip())
    if match is None:
        # Extended properties are shown only with a filter on their ids.
        raise exceptions.bad_request("The $expand option is not valid.", "RequestBroker--ParseUri")
    ids = []
    for part in re.split(r"\sor\s", match["filter"]):
        wanted = _ID_EQUALS.fullmatch(part)
        if wanted is None:
            raise exceptions.bad_request("The filter inside $expand names ids only.")
        ids.append(extended.canonical_id(wanted["id"].replace("''", "'")))
    return tuple(ids)


def _parse_order(text: str | None) -> tuple[str, bool] | None:
    if text is None:
        return None
    name, _, direction = text.partition(" ")
    if name not in _SORTABLE or direction not in {"", "asc", "desc"}:
        raise exceptions.bad_request("The $orderby option is not supported for this property.")
    return name, direction == "desc"


def _number(query: Mapping[str, str], name: str, default: int, least: int, most: int | None) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
        raise exceptions.bad_request(f"The value of {name} is out of range.")
    return int(text)
