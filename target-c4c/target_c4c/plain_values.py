"""Values of plain records: what C4C takes for them, and whether it holds them already. Pure."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from contact_sync.core import birthdays
from contact_sync.plain import UnfitRecordError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from c4c_client import Property

_WRONG_KIND = "wrong kind of value"
_NUMBERS = frozenset({"Edm.Byte", "Edm.Decimal", "Edm.Double", "Edm.Int16", "Edm.Int32"})


def to_body(properties: Iterable[Property], record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a write of these properties sends; others of the record are left out.

    Instants (`Edm.DateTimeOffset`) are never written: the standard objects have no writable ones,
    and what form C4C takes for custom ones is not known.

    Raises:
        UnfitRecordError: A value has the wrong kind, or is too long.
    """
    return {
        prop.name: _sendable(prop, record[prop.name])
        for prop in properties
        if prop.name in record and prop.edm_type != "Edm.DateTimeOffset"
    }


def filled(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a create sends: everything that is not blank.

    Raises:
        UnfitRecordError: There is nothing.
    """
    given = {name: value for name, value in body.items() if not _is_blank(value)}
    if not given:
        raise UnfitRecordError("no writable property")
    return given


def is_mandatory(prop: Property) -> bool:
    """Whether a create must name the property."""
    return prop.creatable and not prop.nullable


def is_held(prop: Property, sent: object, held: object) -> bool:
    """Whether C4C shows `held` for what would be written as `sent`."""
    if prop.edm_type == "Edm.DateTime":
        return _day(sent) == _day(held)
    blank = (None, "")
    if sent in blank or held in blank:
        return sent in blank and held in blank
    if prop.edm_type == "Edm.Guid":
        return str(sent).lower() == str(held).lower()
    if prop.edm_type in _NUMBERS:
        return Decimal(str(sent)) == Decimal(str(held))
    if isinstance(sent, str):
        return sent.rstrip() == held
    return sent == held


def _sendable(prop: Property, value: object) -> object:
    if value is None:
        return "" if prop.edm_type == "Edm.String" else None
    if prop.edm_type == "Edm.Boolean":
        return _checked(prop, value, is_fit=isinstance(value, bool))
    if prop.edm_type in _NUMBERS:
        return _checked(prop, value, is_fit=_is_number(value))
    # A source with numeric codes is common, and its digits are what C4C wants as text.
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if prop.edm_type != "Edm.DateTime":
        _checked(prop, value, is_fit=isinstance(value, str))
        if prop.max_length is not None and len(str(value).strip()) > prop.max_length:
            # What C4C would do is not known; a cut key would not be found again.
            raise UnfitRecordError("too long", prop.name, code="value_too_long")
        return value
    day = _day(value)
    _checked(prop, value, is_fit=day is not None)
    return birthdays.to_c4c(day) if day else None


def _checked(prop: Property, value: object, *, is_fit: bool) -> object:
    if not is_fit:
        raise UnfitRecordError(_WRONG_KIND, prop.name)
    return value


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _day(value: object) -> str | None:
    return birthdays.from_timestamp(str(value or ""))


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return False
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False
