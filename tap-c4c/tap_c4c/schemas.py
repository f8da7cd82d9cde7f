"""JSON schemas of the streams, those of the records made from the tenant's metadata.

A record holds every property that `$metadata` declares, custom fields included, but for `ETag`.
Only the key is always there: a tombstone has nothing else but its view and `_sdc_deleted_at`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk import typing as th

if TYPE_CHECKING:
    from c4c_client import EntityType

# Decimals and 64-bit integers are JSON strings in OData V2 (OData.org: "JSON Format", 2.0), and
# stay strings: a float would lose digits.
_JSON_TYPES: dict[str, dict[str, Any]] = {
    "Edm.Boolean": {"type": ["boolean", "null"]},
    "Edm.Byte": {"type": ["integer", "null"]},
    "Edm.SByte": {"type": ["integer", "null"]},
    "Edm.Int16": {"type": ["integer", "null"]},
    "Edm.Int32": {"type": ["integer", "null"]},
    "Edm.DateTime": {"type": ["string", "null"], "format": "date-time"},
    "Edm.DateTimeOffset": {"type": ["string", "null"], "format": "date-time"},
}
# No maximum length: what the tenant holds is a fact, even if it is longer than declared.
_TEXT: dict[str, Any] = {"type": ["string", "null"]}

KEY = "ObjectID"
CURSOR = "ChangedOn"

_OWN = th.PropertiesList(
    th.Property(KEY, th.StringType, required=True),
    th.Property(CURSOR, th.DateTimeType),
    th.Property("etag", th.StringType, description="Version of the record, verbatim."),
    th.Property("view_name", th.StringType, description="View that the record was read for."),
    th.Property(
        "in_view", th.BooleanType, description="Whether the view's filter matches the record."
    ),
    th.Property(
        "_sdc_deleted_at",
        th.DateTimeType,
        description="Set on tombstones: when the record was proven to be gone.",
    ),
).to_dict()

#: Warehouses fold case. C4C's `ETag` has no place beside our `etag`, and says less: it is cut to
#: milliseconds, where `If-Match` wants all digits.
_TAKEN = frozenset(name.casefold() for name in _OWN["properties"])

VIEW_READS: dict[str, Any] = th.PropertiesList(
    th.Property("record_type", th.StringType, required=True),
    th.Property("view_name", th.StringType, required=True),
    th.Property("read_at", th.DateTimeType),
    th.Property("is_complete", th.BooleanType),
    th.Property("filter_hash", th.StringType, description="Changes with the view's filter."),
    th.Property("was_full", th.BooleanType, description="Whether the whole view was read."),
    th.Property(
        "read_from", th.DateTimeType, description="From when on changes were read; null: all."
    ),
    th.Property("read_to", th.DateTimeType, description="From when on the next read starts."),
    th.Property("records_emitted", th.IntegerType),
    th.Property("tombstones", th.IntegerType),
    th.Property(
        "ids_listed", th.IntegerType, description="Records in the view; null if not listed."
    ),
).to_dict()

VIEW_PROBLEMS: dict[str, Any] = th.PropertiesList(
    th.Property("record_type", th.StringType, required=True),
    th.Property("view_name", th.StringType, required=True),
    th.Property(
        KEY,
        th.StringType,
        required=True,
        description="Record that cannot be read; empty: the view as a whole.",
    ),
    th.Property("problem", th.StringType, description="`unreadable` or `refused`."),
    th.Property("detail", th.StringType, description="What C4C answered: status and code."),
).to_dict()

CODE_LISTS: dict[str, Any] = th.PropertiesList(
    th.Property("collection", th.StringType, required=True),
    th.Property(
        "context",
        th.StringType,
        required=True,
        description="Value that the code depends on (a state's country); empty if independent.",
    ),
    th.Property("code", th.StringType, required=True),
    th.Property("description", th.StringType),
).to_dict()


def record_schema(entity_type: EntityType | None) -> dict[str, Any]:
    """Return the schema of a record stream; without a type, of what every record has.

    No two names differ by case alone: of two such custom fields the first one is read.
    """
    declared = entity_type.properties if entity_type else ()
    properties: dict[str, Any] = {}
    folded: set[str] = set()
    for prop in declared:
        if is_free(prop.name) and prop.name.casefold() not in folded:
            folded.add(prop.name.casefold())
            described = {"description": prop.label} if prop.label else {}
            properties[prop.name] = {**_JSON_TYPES.get(prop.edm_type, _TEXT), **described}
    return {**_OWN, "properties": {**properties, **_OWN["properties"]}}


def is_free(name: str) -> bool:
    """Whether a property of C4C keeps its name beside those of our own."""
    return name in {KEY, CURSOR} or name.casefold() not in _TAKEN
