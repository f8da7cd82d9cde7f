"""Values of plain records: which of them Graph takes, and whether an item holds them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contact_sync.core import birthdays
from contact_sync.plain import UnfitRecordError
from exchange_client.contact_fields import WRITABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT_LISTS = frozenset({"businessPhones", "categories", "children", "homePhones", "imAddresses"})
#: Lists of which the service keeps the first few and drops the rest without a word.
_SLOTS = {"homePhones": 2, "imAddresses": 3}
_ADDRESS_PARTS = frozenset({"city", "countryOrRegion", "postalCode", "state", "street"})
_EMAIL_PARTS = frozenset({"address", "name"})
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


def is_held(name: str, sent: Any, held: Any, folder_name: str) -> bool:  # noqa: ANN401 - JSON values
    """Whether an item that shows `held` would show nothing else after a write of `sent`.

    Args:
        name: The property.
        sent: Value that `to_body` returned.
        held: Value that the service shows.
        folder_name: Of the item's folder; the service may add it to the categories.
    """
    if name == "birthday":
        return _day(sent) == _day(held)
    if name == "categories":
        return _own_categories(sent, folder_name) == _own_categories(held, folder_name)
    if name == "emailAddresses":
        # A new display name for an address that stays is accepted and not stored.
        return _addresses(sent) == _addresses(held)
    if name in _SLOTS:
        return (sent or [])[: _SLOTS[name]] == (held or [])
    return _filled(sent) == _filled(held)


def _day(value: object) -> str | None:
    return birthdays.from_timestamp(str(value or ""))


def _own_categories(value: Any, folder_name: str) -> list[str]:  # noqa: ANN401 - a JSON value
    return [entry for entry in value or [] if entry.casefold() != folder_name.casefold()]


def _addresses(value: Any) -> list[str]:  # noqa: ANN401 - a JSON value
    return [str(entry.get("address") or "") for entry in value or []]


def _filled(value: object) -> object:
    """Return a value without what says nothing: empty texts and lists, empty address lines."""
    if isinstance(value, dict):
        value = {name: entry for name, entry in value.items() if entry}
    return value or None


def _is_fit(name: str, value: object) -> bool:
    if name == "birthday":
        return isinstance(value, str) and _day(value) is not None
    if name in _TEXT_LISTS:
        return isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    if name in _ADDRESSES:
        return _is_flat(value, _ADDRESS_PARTS)
    if name == "emailAddresses":
        return isinstance(value, list) and all(_is_flat(entry, _EMAIL_PARTS) for entry in value)
    return isinstance(value, str)


def _is_flat(value: object, parts: frozenset[str]) -> bool:
    """Whether an object has these parts only, and texts in them."""
    return isinstance(value, dict) and all(
        name in parts and (entry is None or isinstance(entry, str)) for name, entry in value.items()
    )
