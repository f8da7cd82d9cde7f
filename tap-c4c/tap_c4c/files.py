"""The files that the command line names: read and checked before anything is sent.

Responsible for one clear line where the SDK would fail in the middle of a run, with a traceback
that might show what is in a file.
"""

from __future__ import annotations

import copy
import io
import json
from typing import IO, TYPE_CHECKING, Any

from singer_sdk.exceptions import ConfigurationError
from singer_sdk.plugin_base import JSONSchemaValidator
from singer_sdk.singerlib import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from singer_sdk.singerlib import CatalogEntry

_DEEPEST = 50
_CENTURY_SECONDS = 36500 * 86400
_METHODS = ("FULL_TABLE", "INCREMENTAL", "LOG_BASED")
#: Tells whether a schema is one.
_META = JSONSchemaValidator(JSONSchemaValidator.META_SCHEMA)


def checked(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the command with state and catalog read and found sound.

    Raises:
        ConfigurationError: One of them is not what it should be.
    """
    return {
        **arguments,
        "state": _read(
            arguments.get("state"),
            is_state,
            "--state: the file holds no state of this tap. Give it the file of the last run, or "
            "leave it out: everything is read again, nothing is deleted by that.",
        ),
        "catalog": _read(
            arguments.get("catalog"),
            is_catalog,
            "--catalog: the file holds no catalog of this tap. Write it anew with --discover.",
        ),
    }


def _read(file: IO[str] | None, is_sound: Callable[[object], bool], text: str) -> IO[str] | None:
    if file is None:
        return None
    try:
        content = json.loads(file.read(), parse_constant=_refuse)
    except (OSError, RecursionError, ValueError):
        raise ConfigurationError(text) from None
    if not is_sound(content):
        raise ConfigurationError(text)
    return io.StringIO(json.dumps(content))


def _refuse(name: str) -> float:
    raise ValueError(name)


def is_state(content: object) -> bool:
    """Whether the tap can go on from here; members that it does not know are kept as they are."""
    if not isinstance(content, dict) or not _is_shallow(content):
        return False
    bookmarks = content.get("bookmarks", {})
    return isinstance(bookmarks, dict) and all(map(_is_bookmark, bookmarks.values()))


def _is_bookmark(bookmark: object) -> bool:
    if not isinstance(bookmark, dict):
        return False
    partitions = bookmark.get("partitions", [])
    if not isinstance(partitions, list):
        return False
    return all(map(_is_entry, [bookmark, *partitions]))


def _is_entry(entry: object) -> bool:
    """Whether it may be the state of a stream, or of one view of it."""
    if not isinstance(entry, dict):
        return False
    context, markers = entry.get("context", {}), entry.get("progress_markers", {})
    return (
        isinstance(context, dict)
        and all(isinstance(value, str) for value in context.values())
        and isinstance(markers, dict)
        and _is_text(entry.get("replication_key_value"))
        and _is_text(entry.get("filter_hash"))
        and _is_offset(entry.get("clock_offset", 0))
    )


def _is_offset(value: object) -> bool:
    """Whether it can be the difference of two clocks, in seconds."""
    return isinstance(value, (int, float)) and abs(value) < _CENTURY_SECONDS


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def is_catalog(content: object) -> bool:
    """Whether the SDK can read it as a catalog, and records by its schemas."""
    if not isinstance(content, dict) or not _is_shallow(content):
        return False
    try:
        catalog = Catalog.from_dict(copy.deepcopy(content))
        return all(
            _is_sound(entry, given["schema"])
            for entry, given in zip(catalog.streams, content["streams"], strict=True)
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def _is_sound(entry: CatalogEntry, schema: object) -> bool:
    return (
        isinstance(entry.tap_stream_id, str)
        and _is_text(entry.stream)
        and _is_text(entry.replication_key)
        and (entry.replication_method is None or entry.replication_method in _METHODS)
        and all(isinstance(name, str) for name in entry.key_properties or ())
        and isinstance(schema, dict)
        and isinstance(schema.get("properties"), dict)
        and _META.is_valid(schema)
    )


def _is_shallow(content: object) -> bool:
    """Whether nothing is nested so deeply that copying it could fail."""
    level = [content]
    for _ in range(_DEEPEST):
        level = [child for value in level for child in _children(value)]
        if not level:
            return True
    return False


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
