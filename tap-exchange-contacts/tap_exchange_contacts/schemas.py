"""JSON schemas of the streams; names and shapes of contacts are those of Graph v1.0.

Source: Graph docs, "contact resource type" (v1.0); the slot properties (`primaryEmailAddress`
and its siblings) repeat `emailAddresses` and are left out. Everything but the key may be missing:
a tombstone has only its key and `_sdc_deleted_at`.
"""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

_TEXTS = (
    "displayName",
    "givenName",
    "middleName",
    "surname",
    "initials",
    "generation",
    "title",
    "nickName",
    "fileAs",
    "companyName",
    "department",
    "jobTitle",
    "officeLocation",
    "profession",
    "manager",
    "assistantName",
    "mobilePhone",
    "businessHomePage",
    "personalNotes",
    "spouseName",
    "yomiGivenName",
    "yomiSurname",
    "yomiCompanyName",
)
_LISTS = ("categories", "businessPhones", "homePhones", "imAddresses", "children")
_ADDRESSES = ("businessAddress", "homeAddress", "otherAddress")

_EMAIL = th.ObjectType(th.Property("name", th.StringType), th.Property("address", th.StringType))
_ADDRESS = th.ObjectType(
    *(
        th.Property(name, th.StringType)
        for name in ("street", "city", "state", "postalCode", "countryOrRegion")
    )
)

_MAILBOX = th.Property(
    "mailbox", th.StringType, required=True, description="Address as configured, lower case."
)

CONTACT_FOLDERS: dict[str, Any] = th.PropertiesList(
    _MAILBOX,
    th.Property("id", th.StringType, required=True),
    th.Property("displayName", th.StringType),
    th.Property("parentFolderId", th.StringType),
    th.Property(
        "isDefault", th.BooleanType, description="Whether it is the mailbox's own Contacts folder."
    ),
).to_dict()

CONTACTS: dict[str, Any] = th.PropertiesList(
    _MAILBOX,
    th.Property("id", th.StringType, required=True, description="Immutable id, case-sensitive."),
    th.Property("changeKey", th.StringType),
    th.Property("parentFolderId", th.StringType),
    th.Property("createdDateTime", th.DateTimeType),
    th.Property("lastModifiedDateTime", th.DateTimeType),
    th.Property("birthday", th.DateTimeType),
    *(th.Property(name, th.StringType) for name in _TEXTS),
    *(th.Property(name, th.ArrayType(th.StringType)) for name in _LISTS),
    th.Property("emailAddresses", th.ArrayType(_EMAIL)),
    *(th.Property(name, _ADDRESS) for name in _ADDRESSES),
    th.Property(
        "syncLink", th.StringType, description="Link property of the two-way sync, if it was read."
    ),
    th.Property("syncLinkRead", th.BooleanType, description="Whether `syncLink` was read."),
    th.Property(
        "isPrivate",
        th.BooleanType,
        description="Marked private or confidential by its owner; null if that was not read.",
    ),
    th.Property(
        "_sdc_deleted_at",
        th.DateTimeType,
        description="Set on tombstones: when the contact was proven to be gone.",
    ),
).to_dict()

MAILBOX_READS: dict[str, Any] = th.PropertiesList(
    _MAILBOX,
    th.Property("read_at", th.DateTimeType),
    th.Property("folders", th.IntegerType, description="Number of contact folders read."),
    th.Property("contacts_emitted", th.IntegerType),
    th.Property("tombstones", th.IntegerType),
    th.Property("is_complete", th.BooleanType),
    th.Property(
        "full_folders",
        th.ArrayType(th.StringType),
        description="Ids of the folders that were read from the start, not by delta.",
    ),
).to_dict()

MAILBOX_PROBLEMS: dict[str, Any] = th.PropertiesList(
    _MAILBOX,
    th.Property(
        "id",
        th.StringType,
        required=True,
        description="Item that cannot be read; empty: the mailbox itself.",
    ),
    th.Property("problem", th.StringType, description="`unreadable`, or why the mailbox is not."),
    th.Property("detail", th.StringType, description="Status and code of the service."),
).to_dict()
