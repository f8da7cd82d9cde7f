"""Canonical values from and to a Graph contact.

Responsible for the shapes of Graph v1.0 (docs: contact resource, contact update): lists and
addresses are replaced as a whole, so what the sync does not map is carried over. Must never shift
a list: the second e-mail address or phone stays the second.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from contact_sync.core import birthdays, countries
from contact_sync.core.field_table import ADDRESS, Field, Kind
from contact_sync.core.states import StateList, code_of, typed

_PATH = re.compile(r"(?P<root>\w+)(?P<list>\[0\])?(?:/(?P<member>\w+))?")

#: Members of Graph's `physicalAddress`.
_ADDRESS_MEMBERS = ("street", "city", "state", "postalCode", "countryOrRegion")


def root_property(field: Field) -> str:
    """Return the property of a contact that holds the field."""
    return _parse(field.graph)["root"] or ""


def read(
    field: Field, contact: Mapping[str, object], states: StateList | None = None
) -> str | None:
    """Return a field's value, '' if blank, None if the contact does not carry a readable one.

    Args:
        field: The field.
        contact: The contact; a state is read in the light of its country.
        states: The tenant's states; without them a state stays a text.
    """
    path = _parse(field.graph)
    root = path["root"] or ""
    if root not in contact:
        return None
    value = contact[root]
    if path["list"]:
        value = value[0] if isinstance(value, list) and value else None
    if path["member"]:
        value = value.get(path["member"]) if isinstance(value, Mapping) else None
    text = "" if value is None else str(value).strip()
    if field.kind is Kind.BIRTHDAY:
        return birthdays.from_timestamp(text)
    if field.kind is Kind.STATE and text:
        mapped = None if states is None else states.value_of(_country(contact), text)
        return mapped or typed(text)
    return text


def other_emails(contact: Mapping[str, object]) -> tuple[str, ...]:
    """Return the e-mail addresses of a contact behind its first, as written."""
    entries = contact.get("emailAddresses")
    others = entries[1:] if isinstance(entries, list) else []
    found = [entry.get("address") for entry in others if isinstance(entry, Mapping)]
    return tuple(text for text in found if isinstance(text, str) and text.strip())


def shown_state(value: str, states: StateList | None) -> str | None:
    """Return what Outlook shows for a state; None if the tenant has no words for its code."""
    if code_of(value) is None:
        return value
    return None if states is None else states.description(value)


def write(
    field: Field, value: str, live: Mapping[str, object], written: Mapping[str, object]
) -> object:
    """Return the value of a field's root property.

    Args:
        field: The field.
        value: Canonical value, '' for blank.
        live: The contact as it is; empty for one that is to be created.
        written: Properties written so far; an address is filled member by member.
    """
    path = _parse(field.graph)
    root = path["root"] or ""
    if path["list"]:
        entry: object = {path["member"]: value} if path["member"] else value
        return _with_first(live.get(root), entry if value else None)
    if root == ADDRESS:
        text = countries.country_name(value) if field.kind is Kind.COUNTRY else value
        return _with_member(written.get(root, live.get(root)), path["member"] or "", text)
    if field.kind is Kind.BIRTHDAY:
        return birthdays.to_graph(value) if value else None
    return value or None


def _with_first(live: object, entry: object) -> list[object]:
    """Return the list with its first entry replaced, or taken out if nothing follows it.

    With others behind it a removal would move them up: the second address would become the first,
    and be overwritten by the next value from C4C. No way to leave a slot empty is documented, so
    the first entry is kept (Unconfirmed: `primaryEmailAddress: null` may do it; docs/mapping.md).
    """
    entries: list[object] = live if isinstance(live, list) else []
    others = entries[1:]
    if entry is not None:
        return [entry, *others]
    return entries if any(map(_is_filled, others)) else []


def _with_member(live: object, member: str, text: str) -> dict[str, object]:
    """Return the full address with one member replaced; `{}` if nothing is left.

    A blank member is sent as null, which clears it whether Graph replaces or merges.
    """
    before: Mapping[str, object] = live if isinstance(live, Mapping) else {}
    after = {name: before[name] for name in _ADDRESS_MEMBERS if name in before}
    after[member] = text or None
    return after if any(after.values()) else {}


def _country(contact: Mapping[str, object]) -> str:
    address = contact.get(ADDRESS)
    return str(address.get("countryOrRegion") or "") if isinstance(address, Mapping) else ""


def _is_filled(entry: object) -> bool:
    return any(entry.values()) if isinstance(entry, Mapping) else bool(entry)


def _parse(path: str) -> dict[str, str | None]:
    match = _PATH.fullmatch(path)
    if match is None:
        raise ValueError("The Graph path of a field is malformed.")
    return match.groupdict()
