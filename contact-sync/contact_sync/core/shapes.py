"""What the facts of the taps look like, so that nothing else is taken for a value or a proof.

Responsible for naming the properties of a record that hold something of another kind than the
vendor's: `{"a": 1}` is no last name, and "false" does not prove that a view was read to its end.
Must never look at what a value says.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from contact_sync.core.field_table import FIELDS
from contact_sync.core.fields import CUSTOM_GRAPH_PROPERTIES
from contact_sync.core.model import RecordType, Side

_LONGEST_ID = 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?", re.DOTALL)
_PROPERTY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")

_Kind = Callable[[object], bool]


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and not _CONTROL.search(value)


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_version(value: object) -> bool:
    # It travels in a header of its own.
    return value is None or (isinstance(value, str) and value.isascii() and value.isprintable())


def _is_flag(value: object) -> bool:
    return value is None or isinstance(value, bool)


def _is_moment(value: object) -> bool:
    return value is None or (isinstance(value, str) and _DATE.fullmatch(value) is not None)


def _is_scalar(value: object) -> bool:
    # Numbers and booleans too: custom properties of C4C may have them, and are text in Outlook.
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, (str, int))


def _is_flat(value: object) -> bool:
    return value is None or (isinstance(value, Mapping) and all(map(_is_scalar, value.values())))


def _is_list(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(map(_is_scalar, value)))


def _is_names(value: object) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    )


def _is_flat_list(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(map(_is_flat, value)))


def _is_record_type(value: object) -> bool:
    return isinstance(value, str) and value in {kind.value for kind in RecordType}


def _graph_kinds() -> dict[str, _Kind]:
    kinds: dict[str, _Kind] = dict.fromkeys(CUSTOM_GRAPH_PROPERTIES, _is_scalar)
    for field in FIELDS:
        root, _, member = field.graph.partition("/")
        if root.endswith("[0]"):
            kinds[root.removesuffix("[0]")] = _is_flat_list if member else _is_list
        else:
            kinds[root] = _is_flat if member else _is_scalar
    return {**kinds, "categories": _is_names}


_TOMBSTONE = "_sdc_deleted_at"

_GRAPH = _graph_kinds()

_ITEM: dict[str, _Kind] = {
    **_GRAPH,
    "mailbox": _is_id,
    "id": _is_id,
    "parentFolderId": _is_text,
    "changeKey": _is_version,
    "createdDateTime": _is_text,
    "lastModifiedDateTime": _is_text,
    "syncLink": _is_text,
    "isPrivate": _is_flag,
    _TOMBSTONE: _is_moment,
}
_RECORD: dict[str, _Kind] = {
    "ObjectID": _is_id,
    "etag": _is_version,
    "view_name": _is_text,
    # Null would read as "not in view", and take the item out of the mailbox.
    "in_view": lambda value: isinstance(value, bool),
    "ChangedOn": _is_text,
    _TOMBSTONE: _is_moment,
}
_OTHERS: dict[str, dict[str, _Kind]] = {
    "contact_folders": {
        "mailbox": _is_id,
        "id": _is_id,
        "displayName": _is_text,
        "parentFolderId": _is_text,
        "isDefault": _is_flag,
    },
    "mailbox_problems": {
        "mailbox": _is_id,
        "id": lambda value: value == "" or _is_id(value),
        "problem": _is_text,
        "detail": _is_text,
    },
    "mailbox_reads": {"mailbox": _is_id, "is_complete": _is_flag},
    "view_problems": {
        "record_type": _is_record_type,
        "view_name": _is_id,
        "ObjectID": lambda value: value == "" or _is_id(value),
        "problem": _is_text,
        "detail": _is_text,
    },
    "view_reads": {
        "record_type": _is_record_type,
        "view_name": _is_id,
        "is_complete": _is_flag,
        "filter_hash": _is_text,
        "read_from": _is_text,
        "read_to": _is_text,
    },
}
_RECORD_STREAMS = ("accounts", "contacts", "individual_customers")


def misfits_of_fact(side: Side, stream: str, record: Mapping[str, object]) -> list[str]:
    """Return the properties of a tap's record that cannot be what they are called.

    Args:
        side: The service that the tap reads.
        stream: The tap's stream.
        record: The record; it has its key.
    """
    if side is Side.C4C and stream in _RECORD_STREAMS:
        return _misfits(record, _RECORD, others=_is_scalar)
    if side is Side.EXCHANGE and stream == "contacts":
        is_placed = record.get(_TOMBSTONE) or record.get("parentFolderId")
        return [*_misfits(record, _ITEM), *([] if is_placed else ["parentFolderId"])]
    return _misfits(record, _OTHERS.get(stream, {}))


def misfits_of_values(side: Side, properties: Mapping[str, object]) -> list[str]:
    """Return the properties of an operation that hold nothing that `side` could take."""
    if side is Side.C4C:
        return _misfits(properties, {}, others=_is_scalar)
    return _misfits(properties, _GRAPH)


def _misfits(
    record: Mapping[str, object], kinds: Mapping[str, _Kind], others: _Kind | None = None
) -> list[str]:
    """Return the names in the record's order; one that might be personal is not repeated."""
    return [
        name if name in kinds or _PROPERTY.fullmatch(name) else "another property"
        for name, value in record.items()
        if (is_fit := kinds.get(name, others)) is not None and not is_fit(value)
    ]
