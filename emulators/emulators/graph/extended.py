"""Single-value extended properties: their ids in requests, their values on an item.

An id is `<type> {<guid>} Name <name>`, `<type> {<guid>} Id 0x<hex>` or `<type> 0x<tag>`. The
name is case-sensitive, type, GUID and numbers are not; the service answers with a canonical
spelling that may differ from the one sent ("Outlook extended properties overview").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emulators.graph import exceptions
from emulators.graph.annotations import without_type

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPES = (
    "ApplicationTime",
    "Binary",
    "Boolean",
    "CLSID",
    "Currency",
    "Double",
    "Float",
    "Integer",
    "Long",
    "Short",
    "String",
    "SystemTime",
)
# Properties every contact has in the store, with their initial value.
INITIAL = {"Integer 0x36": "0"}

_GUID = r"\{(?P<guid>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}"
_ID = re.compile(
    rf"(?P<type>[A-Za-z]+) (?:{_GUID} (?:Name (?P<name>.+)|Id (?P<id>0x[0-9A-Fa-f]+))"
    r"|(?P<tag>0x[0-9A-Fa-f]+))"
)
_TYPE_BY_LOWER = {name.lower(): name for name in TYPES}


_KIND = "singleValueLegacyExtendedProperty"


def canonical_id(text: str) -> str:
    """Return the service's spelling of an extended property id.

    Raises:
        GraphError: 400, the id is not of a known form.
    """
    match = _ID.fullmatch(text)
    kind = None if match is None else _TYPE_BY_LOWER.get(match["type"].lower())
    if match is None or kind is None:
        raise exceptions.bad_request(
            "The extended property id is not valid.", "ErrorInvalidPropertyId"
        )
    if match["tag"]:
        return f"{kind} {int(match['tag'], 16):#x}"
    guid = match["guid"].lower()
    if match["id"]:
        return f"{kind} {{{guid}}} Id {int(match['id'], 16):#x}"
    return f"{kind} {{{guid}}} Name {match['name']}"


def parse_values(value: object) -> dict[str, str]:
    """Return canonical id -> value of `singleValueExtendedProperties` in a request body.

    Raises:
        GraphError: 400, not a list of `{"id": text, "value": text}`.
    """
    if not isinstance(value, list):
        raise exceptions.bad_request("singleValueExtendedProperties is not a list.")
    values: dict[str, str] = {}
    for given in value:
        entry = without_type(given, _KIND) if isinstance(given, dict) else given
        if not isinstance(entry, dict) or set(entry) != {"id", "value"}:
            raise exceptions.bad_request("An extended property has an id and a value.")
        if not isinstance(entry["id"], str) or not isinstance(entry["value"], str):
            # Unconfirmed: whether null removes a property; a client must not rely on it.
            raise exceptions.bad_request("Id and value of an extended property are strings.")
        values[canonical_id(entry["id"])] = entry["value"]
    return values


def stored_value(values: Mapping[str, str], property_id: str) -> str | None:
    """Return the value of a canonical id, or None."""
    return values.get(property_id, INITIAL.get(property_id))
