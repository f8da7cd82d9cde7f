"""The contact resource of Graph v1.0 as tables, and how one becomes a `Contact`.

Sources: Graph docs, "contact resource type"; MS-OXPROPS for property tags. The slot properties
`primaryEmailAddress`, `secondaryEmailAddress` and `tertiaryEmailAddress` repeat
`emailAddresses` and are left out: how both behave in one write is not documented.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeGuard

from exchange_client.carried import CARRIED
from exchange_client.errors import ProtocolError
from exchange_client.model import Contact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

READ_ONLY = ("id", "changeKey", "createdDateTime", "lastModifiedDateTime", "parentFolderId")
WRITABLE = (
    "assistantName",
    "birthday",
    "businessAddress",
    "businessHomePage",
    "businessPhones",
    "categories",
    "children",
    "companyName",
    "department",
    "displayName",
    "emailAddresses",
    "fileAs",
    "generation",
    "givenName",
    "homeAddress",
    "homePhones",
    "imAddresses",
    "initials",
    "jobTitle",
    "manager",
    "middleName",
    "mobilePhone",
    "nickName",
    "officeLocation",
    "otherAddress",
    "personalNotes",
    "profession",
    "spouseName",
    "surname",
    "title",
    "yomiCompanyName",
    "yomiGivenName",
    "yomiSurname",
)
PROPERTIES = READ_ONLY + WRITABLE
_TEXT_LISTS = frozenset({"businessPhones", "categories", "children", "homePhones", "imAddresses"})
_ADDRESSES = frozenset({"businessAddress", "homeAddress", "otherAddress"})

# One fixed name for good: each new name uses up a named property of the mailbox for ever.
LINK_PROPERTY = "String {6c1d4a52-0b7e-4f0e-9c38-5d1f7a2be940} Name ContactSyncLink"
SENSITIVITY_PROPERTY = "Integer 0x36"
_PRIVATE_SENSITIVITIES = frozenset({"2", "3"})  # private, confidential

COPIED_EXTRAS = (*CARRIED, SENSITIVITY_PROPERTY)


def quoted(value: str) -> str:
    """Give an OData string literal."""
    return "'" + value.replace("'", "''") + "'"


def expand_of(extended_ids: Iterable[str]) -> str:
    """Give the `$expand` option that reads these extended properties."""
    conditions = " or ".join(f"id eq {quoted(extended_id)}" for extended_id in extended_ids)
    return f"singleValueExtendedProperties($filter={conditions})"


EXPAND = expand_of((LINK_PROPERTY, SENSITIVITY_PROPERTY))


def canonical(extended_id: str) -> str:
    """Give one spelling of an extended property's id.

    The service answers with its own: `String 0x3a24` for 0x3A24, guids and numbers in either
    case. Only the name of a named property is case-sensitive.
    """
    kind, _, rest = extended_id.partition(" ")
    if rest.lower().startswith("0x"):
        try:
            return f"{kind.lower()} {int(rest, 16):#x}"
        except ValueError:
            return extended_id
    guid, _, named = rest.partition(" ")
    keyword, _, name = named.partition(" ")
    if keyword.lower() == "id":
        name = name.lower()
    return f"{kind} {guid} {keyword}".lower() + f" {name}"


def extended_of(entity: Mapping[str, Any]) -> dict[str, str]:
    """Give the extended properties of an entity by canonical id; absent list: none set.

    Raises:
        ProtocolError: It is no list of ids and values.
    """
    entries = entity.get("singleValueExtendedProperties") or []
    if not (isinstance(entries, list) and all(map(_is_texts, entries))):
        # Not "none": a link or a privacy mark may be among them.
        raise ProtocolError("extended properties of an unknown form", code="bad_contact")
    return {
        canonical(entry["id"]): entry["value"]
        for entry in entries
        if entry.get("id") and entry.get("value") is not None
    }


def extended_value(extended_id: str, value: str) -> dict[str, str]:
    """Give the wire form of one extended property."""
    return {"id": extended_id, "value": value}


def contact_of(entity: Mapping[str, Any], *, is_expanded: bool) -> Contact:
    """Read an entity of the service.

    Raises:
        ProtocolError: It has no id, folder or change key, or a property of an unknown form.
    """
    contact_id, folder_id, version = (
        entity.get(name) for name in ("id", "parentFolderId", "changeKey")
    )
    if not (_is_id(contact_id) and _is_id(folder_id) and _is_id(version)):
        raise ProtocolError("a contact without id, folder or change key", code="bad_contact")
    # Graph docs, "contact resource type": the etag is the weak form of the change key.
    etag = entity.get("@odata.etag") or f'W/"{version}"'
    if not _is_id(etag) or not all(_is_fit(name, entity.get(name)) for name in PROPERTIES):
        raise ProtocolError("a contact with a value of an unknown form", code="bad_contact")
    extended = extended_of(entity) if is_expanded else {}
    return Contact(
        id=contact_id,
        folder_id=folder_id,
        version=version,
        etag=etag,
        properties={name: entity[name] for name in PROPERTIES if name in entity},
        link=extended.get(canonical(LINK_PROPERTY)),
        is_private=is_private_value(extended.get(canonical(SENSITIVITY_PROPERTY))),
        is_expanded=is_expanded,
    )


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isprintable() and value != ""


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


def _is_fit(name: str, value: object) -> bool:
    """Whether a value has the shape of its property (Graph docs, "contact resource type")."""
    if value is None:
        return True
    if name == "categories":
        return isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    if name in _TEXT_LISTS:
        return isinstance(value, list) and all(map(_is_text, value))
    if name == "emailAddresses":
        return isinstance(value, list) and all(map(_is_texts, value))
    if name in _ADDRESSES:
        return _is_texts(value)
    return isinstance(value, str)


def birthday_of(moment: str) -> str:
    """Give the timestamp that keeps the day nearest to a birthday's moment.

    Old Outlook stores the local midnight, which in UTC may be the evening before. Written back at
    midnight it may shift by a day; 11:59 is what Outlook, Evolution and exchangelib write.
    """
    try:
        day = datetime.fromisoformat(moment[:16]) + timedelta(hours=12)
    except (ValueError, OverflowError):
        return moment
    return f"{day.date().isoformat()}T11:59:00Z"


def is_private_value(sensitivity: str | None) -> bool:
    """Whether a value of the sensitivity property means private or confidential."""
    return sensitivity in _PRIVATE_SENSITIVITIES


def writable(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Drop what the service answers with 400 when it is echoed: read-only names and `@odata`."""
    return {
        name: value
        for name, value in properties.items()
        if name not in READ_ONLY and "@" not in name
    }
