"""Values of plain records: which of them Graph takes, and whether an item holds them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contact_sync.core import birthdays
from contact_sync.plain import UnfitRecordError
from exchange_client.contact_fields import WRITABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT_LISTS = frozenset({"businessPhones", "categories", "children", "homePhones", "imAddresses"})
_ADDRESSES = frozenset({"businessAddress", "homeAddress", "otherAddress"})


def to_body(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the writable properties of a record.

    Raises:
        UnfitRecordError: A value has the wrong shape (Graph docs, "contact resource type").
    """
    body = {name: record[name] for name in WRITABLE if name in record}
    for name, value in body.items():
        if value is not None and not _is_fit(name, value):
            raise UnfitRecordError("wrong shape of value", name)
    if "birthday" in body:
        day = _day(body["birthday"])
        body["birthday"] = birthdays.to_graph(day) if day else None
    return body


def is_held(name: str, sent: object, held: object) -> bool:
    """Whether an item that shows `held` needs no write of `sent`."""
    if name == "birthday":
        return _day(sent) == _day(held)
    return _covers(held, sent)


def _day(value: object) -> str | None:
    return birthdays.from_timestamp(str(value or ""))


def _covers(held: object, sent: object) -> bool:
    """Whether `held` says all that `sent` says; the service adds members (names of addresses)."""
    if not sent:
        return not held or (isinstance(held, dict) and not any(held.values()))
    if isinstance(sent, dict):
        known = held if isinstance(held, dict) else {}
        return all(_covers(known.get(key), value) for key, value in sent.items())
    if isinstance(sent, list):
        known_list = held if isinstance(held, list) else []
        return len(known_list) == len(sent) and all(map(_covers, known_list, sent))
    return held == sent


def _is_fit(name: str, value: object) -> bool:
    if name == "birthday":
        return isinstance(value, str) and _day(value) is not None
    if name in _TEXT_LISTS:
        return isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    if name in _ADDRESSES:
        return _is_flat(value)
    if name == "emailAddresses":
        return isinstance(value, list) and all(map(_is_flat, value))
    return isinstance(value, str)


def _is_flat(value: object) -> bool:
    return isinstance(value, dict) and all(
        entry is None or isinstance(entry, str) for entry in value.values()
    )
