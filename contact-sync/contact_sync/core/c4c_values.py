"""Canonical values from and to a C4C record.

Responsible for the shapes of the three C4C entities. Must never write half of a value: the parts of
a name, and a street with its house number, are written together or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contact_sync.core import birthdays, countries, names, phones, states, streets
from contact_sync.core.field_table import Field, Kind
from contact_sync.core.text import collapse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contact_sync.core.model import RecordType

#: What clears a date. Unconfirmed: null; strings are cleared with "".
BLANK_DATE = None


def read(field: Field, record_type: RecordType, record: Mapping[str, object]) -> str | None:
    """Return a field's value, '' if blank, None if the record does not carry the property."""
    properties = field.c4c[record_type]
    if properties[0] not in record:
        return None
    parts = [_text(record.get(name)) for name in properties]
    if field.kind is Kind.ACCOUNT_NAME:
        return names.join_name(parts)
    if field.kind is Kind.STREET:
        return streets.join(parts[0], parts[1])
    if field.kind is Kind.BIRTHDAY:
        return birthdays.from_timestamp(parts[0])
    if field.kind is Kind.STATE:
        return states.canonical(_text(record.get(_country_of(properties[0]))), parts[0])
    return parts[0]


def write(
    field: Field, record_type: RecordType, values: Mapping[str, str], region: str | None
) -> dict[str, object] | None:
    """Return the properties of one field; None if C4C cannot hold the value.

    Args:
        field: A field that `values` has.
        record_type: Type of the record.
        values: Canonical values; a state in its canonical form (see `states`).
        region: ISO country of phone numbers without a country code.
    """
    properties = field.c4c[record_type]
    parts = _parts(field, values, region)
    if parts is None:
        return None
    if field.kind is Kind.BIRTHDAY:
        return {properties[0]: parts[0] or BLANK_DATE}
    if any(len(part) > limit for part, limit in zip(parts, field.max_lengths, strict=False)):
        return None
    return dict(zip(properties, parts, strict=True))


def _parts(field: Field, values: Mapping[str, str], region: str | None) -> tuple[str, ...] | None:
    """Return the value as its C4C properties hold it; None if it cannot be expressed."""
    text = collapse(values[field.name])
    single: str | None = text
    match field.kind:
        case Kind.ACCOUNT_NAME:
            return names.split_name(text)
        case Kind.STREET:
            return streets.split(text)
        case Kind.PHONE:
            single = phones.to_international(text, region)
        case Kind.BIRTHDAY if text:
            single = birthdays.to_c4c(text)
        case Kind.COUNTRY if text:
            single = countries.country_code(text)
        case Kind.STATE if text:
            # What was typed and found no code is no code, whatever it looks like.
            single = states.code_of(text)
        case _:
            pass
    return None if single is None else (single,)


def _country_of(state: str) -> str:
    """Return the property that a state depends on (`c4c:context-property` in `$metadata`)."""
    return state.replace("StateCode", "CountryCode")


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
