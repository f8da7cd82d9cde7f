"""The settings of tap-c4c and the rules between them.

Answers "is this configuration sound" without a request and without repeating a value: messages
name settings only, since values may be secrets or names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from c4c_client import settings as connection
from singer_sdk import typing as th

from tap_c4c.record_types import RECORD_TYPES, views_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema import ValidationError

_VIEW = th.ObjectType(
    th.Property("name", th.StringType, required=True, description="Name of the view."),
    th.Property(
        "record_type",
        th.StringType,
        required=True,
        allowed_values=[record_type.name for record_type in RECORD_TYPES],
        description="Record type that it is a part of.",
    ),
    th.Property(
        "filter",
        th.StringType,
        description="OData `$filter`, best without `or`; empty: all records.",
    ),
)

_OWN: dict[str, Any] = th.PropertiesList(
    th.Property(
        "views",
        th.ArrayType(_VIEW),
        default=[],
        title="Views",
        description="Parts of the collections to read. A record type without a view is read "
        "whole, as view `all`.",
    ),
    th.Property(
        "overlap_minutes",
        th.NumberType(minimum=0),
        default=10,
        title="Overlap",
        description="How far behind the bookmark an incremental read starts, so that records "
        "that were committed late are not missed.",
    ),
    th.Property(
        "include_code_texts",
        th.BooleanType,
        default=False,
        title="Code texts",
        description="Also read the description beside each code (doubles the traffic).",
    ),
    th.Property(
        "sync_store",
        th.StringType,
        secret=True,  # a URL may hold a password
        title="Sync store",
        description="Database of the two-way sync (path or URL); leave out to use the tap alone.",
    ),
    th.Property(
        "digest_key",
        th.StringType,
        secret=True,
        title="Digest key",
        description="Key of the sync store's digests; default: the key file beside the store.",
    ),
).to_dict()

#: JSON schema of all settings: of the connection, then of this tap.
SETTINGS: dict[str, Any] = {
    **_OWN,
    "properties": {**connection.SCHEMA, **_OWN["properties"]},
    "required": [*connection.REQUIRED],
}


def describe(error: ValidationError) -> str:
    """Say which setting breaks which rule; never what its value is."""
    path = ".".join(str(part) for part in error.absolute_path)
    rule: Any = error.validator_value
    checked: Any = error.instance
    if error.validator == "required":
        missing = [name for name in rule if name not in checked]
        return "; ".join(f"{path}.{name}".lstrip(".") + ": is missing" for name in missing)
    if error.validator == "enum":
        return f"{path}: must be one of {', '.join(map(str, rule))}"
    return f"{path or 'config'}: breaks the rule {error.validator}: {rule}"


def problems(config: Mapping[str, Any]) -> list[str]:
    """Check what a schema cannot say; every message begins with the setting's name."""
    return [*connection.problems(config), *_view_problems(config)]


def told(config: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the sync compares with its own settings; nothing without a sync store."""
    if not config.get("sync_store"):
        return {}
    return {
        "views": [
            {"record_type": record_type.name, "name": view.name}
            for record_type in RECORD_TYPES
            for view in views_of(record_type, config)
        ]
    }


def _view_problems(config: Mapping[str, Any]) -> Iterator[str]:
    seen = set()
    for position, entry in enumerate(config["views"]):
        key = (entry["record_type"], entry["name"].strip())
        if not key[1]:
            yield f"views[{position}].name: is blank"
        if key in seen:
            yield f"views[{position}].name: repeats a view of this record type"
        seen.add(key)
