"""The properties of a contact: which exist, what may be written, what the service makes of it.

Names and shapes are those of Graph v1.0 (metadata of 2026-08, "contact resource type"). Pure
functions over plain dictionaries; storing and change tracking are `mailbox.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from emulators.graph import exceptions, extended
from emulators.graph.annotations import without_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emulators.graph.switches import Switches

    Parser = Callable[[str, Any, Mapping[str, Any], Switches], Any]

NAME_PARTS = ("title", "givenName", "middleName", "surname", "generation")
TEXTS = (
    "assistantName",
    "businessHomePage",
    "companyName",
    "department",
    "displayName",
    "fileAs",
    "generation",
    "givenName",
    "initials",
    "jobTitle",
    "manager",
    "middleName",
    "mobilePhone",
    "nickName",
    "officeLocation",
    "personalNotes",
    "profession",
    "spouseName",
    "surname",
    "title",
    "yomiCompanyName",
    "yomiGivenName",
    "yomiSurname",
)
ADDRESSES = ("businessAddress", "homeAddress", "otherAddress")
ADDRESS_PARTS = ("street", "city", "state", "postalCode", "countryOrRegion")
EMAIL_SLOTS = ("primaryEmailAddress", "secondaryEmailAddress", "tertiaryEmailAddress")
READ_ONLY = ("id", "changeKey", "createdDateTime", "lastModifiedDateTime")
# A longer list is refused (docs-contrib issue 560), or cut where Exchange only has slots.
REFUSED_ABOVE = {"businessPhones": 2, "emailAddresses": 3}
SLOTS = {"homePhones": 2, "imAddresses": 3}
LISTS = ("businessPhones", "categories", "children", "homePhones", "imAddresses")
SELECTABLE = frozenset(
    {*TEXTS, *LISTS, *ADDRESSES, *EMAIL_SLOTS, *READ_ONLY}
    | {"birthday", "emailAddresses", "parentFolderId"}
)

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"]+@[^@\s<>()\[\],;:\"]+\.[^@\s<>()\[\],;:\".]+")
_TIMESTAMP = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,12})?(Z|[+-]\d{2}:\d{2})")


@dataclass(frozen=True)
class Write:
    """A request body that was accepted.

    Attributes:
        properties: Stored form; e-mail addresses by slot only.
        extended: Canonical extended property id -> value.
        parent_folder_id: Value of `parentFolderId`, whatever becomes of it.
    """

    properties: dict[str, Any]
    extended: dict[str, str]
    parent_folder_id: str | None


def empty_properties() -> dict[str, Any]:
    """Return the stored properties of a contact without any value."""
    values: dict[str, Any] = dict.fromkeys((*TEXTS, *EMAIL_SLOTS, "birthday"))
    values |= {name: [] for name in LISTS}
    return values | {name: {} for name in ADDRESSES}


def parse_write(body: object, before: Mapping[str, Any], switches: Switches) -> Write:
    """Check a create or update and bring its values into stored form.

    Args:
        body: Decoded JSON of the request.
        before: Stored properties of the item; those of an empty one for a create.
        switches: What the service does with odd values.

    Raises:
        GraphError: 400 for a property that is read-only or unknown, or a wrong value.
    """
    if not isinstance(body, dict):
        raise exceptions.bad_request("The request body is not a JSON object.")
    body = without_type(body, "contact")
    slots = [name for name in EMAIL_SLOTS if name in body]
    if slots and "emailAddresses" in body:
        # Unconfirmed: what the service makes of both forms in one write is not documented.
        raise exceptions.bad_request("emailAddresses cannot be combined with slot properties.")
    properties: dict[str, Any] = {}
    extended_values: dict[str, str] = {}
    parent: str | None = None
    for name, value in body.items():
        if name == "parentFolderId":
            parent = _text(name, value)
        elif name == "emailAddresses":
            properties |= _email_list(value, before, switches)
        elif name == "singleValueExtendedProperties":
            extended_values = extended.parse_values(value)
        elif name in PARSERS:
            properties[name] = PARSERS[name](name, value, before, switches)
        else:
            # Read-only properties and other `@odata` annotations echoed back fail as well.
            raise exceptions.invalid_property(name)
    return Write(properties, extended_values, parent)


def complete_names(
    values: dict[str, Any], sent: Mapping[str, Any], *, is_new: bool, is_filed: bool
) -> None:
    """Recalculate `displayName`, and `fileAs` if `is_filed`, unless sent ("Update contact")."""
    if not is_new and not any(name in sent for name in NAME_PARTS):
        return
    given = (values[name] for name in ("givenName", "middleName", "surname", "generation"))
    full = " ".join(part for part in given if part) or values["companyName"]
    first = " ".join(part for part in (values["givenName"], values["middleName"]) if part)
    ordered = ", ".join(part for part in (values["surname"], first) if part)
    if "displayName" not in sent:
        values["displayName"] = full
    if "fileAs" not in sent and is_filed:
        values["fileAs"] = ordered or values["companyName"]


def visible_properties(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties as they are read: stored form plus `emailAddresses`."""
    emails = [values[name] for name in EMAIL_SLOTS if values[name] is not None]
    return {**values, "emailAddresses": emails}


def _text(name: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise exceptions.bad_request(f"The value of '{name}' is not a string.")


def _parse_text(name: str, value: object, _: Mapping[str, Any], __: Switches) -> str | None:
    return _text(name, value)


def _parse_list(name: str, value: object, _: Mapping[str, Any], switches: Switches) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise exceptions.bad_request(f"The value of '{name}' is not a list of strings.")
    if name in REFUSED_ABOVE and len(value) > REFUSED_ABOVE[name]:
        raise exceptions.too_many(name, REFUSED_ABOVE[name])
    if name in SLOTS and len(value) > SLOTS[name]:
        if switches.slot_overflow == "refused":
            raise exceptions.too_many(name, SLOTS[name])
        return value[: SLOTS[name]]
    return list(value)


def _parse_address(name: str, value: object, _: Mapping[str, Any], __: Switches) -> dict[str, str]:
    if not isinstance(value, dict):
        raise exceptions.bad_request(f"The value of '{name}' is not an address; empty is {{}}.")
    value = without_type(value, "physicalAddress")
    for part, text in value.items():
        if part not in ADDRESS_PARTS:
            raise exceptions.invalid_property(f"{name}/{part}")
        _text(f"{name}/{part}", text)
    # The address is replaced as a whole; parts without a value are not shown.
    return {part: text for part, text in value.items() if text is not None}


def _parse_birthday(
    name: str, value: object, _: Mapping[str, Any], switches: Switches
) -> str | None:
    text = _text(name, value)
    if text is None:
        return None
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise exceptions.bad_request("The value of 'birthday' is not a UTC timestamp.")
    try:
        moment = datetime.fromisoformat(match[1] + match[2].replace("Z", "+00:00"))
    except ValueError:
        raise exceptions.bad_request("The value of 'birthday' is not a date.") from None
    moment = moment.astimezone(timezone.utc)
    is_midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    if is_midnight and switches.birthday_midnight_shift:
        moment -= timedelta(hours=12, minutes=1)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _email_list(value: object, before: Mapping[str, Any], switches: Switches) -> dict[str, Any]:
    if not isinstance(value, list):
        raise exceptions.bad_request("The value of 'emailAddresses' is not a list.")
    limit = REFUSED_ABOVE["emailAddresses"]
    if len(value) > limit:
        raise exceptions.too_many("emailAddresses", limit)
    slots: list[dict[str, str] | None] = [
        _email("emailAddresses", entry, before, switches) for entry in value
    ]
    return dict(zip(EMAIL_SLOTS, slots + [None] * (limit - len(slots)), strict=True))


def _parse_email_slot(
    name: str, value: object, before: Mapping[str, Any], switches: Switches
) -> dict[str, str] | None:
    return None if value is None else _email(name, value, before, switches)


def _email(
    field: str, value: object, before: Mapping[str, Any], switches: Switches
) -> dict[str, str]:
    value = without_type(value, "emailAddress") if isinstance(value, dict) else value
    if not isinstance(value, dict) or not set(value) <= {"name", "address"}:
        raise exceptions.bad_request(f"The value of '{field}' is not an e-mail address.")
    address = _text(f"{field}/address", value.get("address"))
    name = _text(f"{field}/name", value.get("name"))
    if address is None or _EMAIL.fullmatch(address) is None:
        # Issue 2186: such a string comes back without `address`.
        return {"name": name or address or ""}
    if switches.email_name_change_ignored:
        # Issue 8248: a new name for an address that is already there is not stored.
        stored = (before[slot] for slot in EMAIL_SLOTS if before[slot] is not None)
        same = (old for old in stored if old.get("address", "").lower() == address.lower())
        name = next((old.get("name") for old in same), name)
    if name is None and switches.email_name_filled:
        name = address
    return {"address": address} if name is None else {"name": name, "address": address}


PARSERS: dict[str, Parser] = {
    **dict.fromkeys(TEXTS, _parse_text),
    **dict.fromkeys(LISTS, _parse_list),
    **dict.fromkeys(ADDRESSES, _parse_address),
    **dict.fromkeys(EMAIL_SLOTS, _parse_email_slot),
    "birthday": _parse_birthday,
}
