"""The declaration of the mapper's settings: names, defaults, allowed values, descriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from singer_sdk import typing as th

from contact_sync.core.model import Direction, RecordType, Winner

MAPPINGS = ("exchange-to-c4c", "c4c-to-exchange")

#: Folder, aliases, category, aliases: the vendor page's names where it gives them.
NAMES: dict[RecordType, tuple[str, list[str], str, list[str]]] = {
    RecordType.ACCOUNT: ("SAP C4C Accounts", ["SAP Accounts"], "Account", []),
    RecordType.CONTACT: (
        "SAP C4C Contacts",
        ["SAP Contacts"],
        "SAP Cloud for Customer SSI",
        ["SAP Cloud for Customer"],
    ),
    RecordType.INDIVIDUAL_CUSTOMER: (
        "SAP C4C Individual Customers",
        ["SAP Individual Customers"],
        "Individual Customer",
        [],
    ),
}


@dataclass(frozen=True)
class Choice:
    """One setting of a record type with a fixed list of values."""

    name: str
    values: tuple[str, ...]
    default: str
    description: str
    types: tuple[RecordType, ...] = tuple(RecordType)


CHOICES = (
    Choice(
        "direction",
        ("both", "to_exchange", "to_c4c", "off"),
        "both",
        "Which way records of this type travel; off freezes the type.",
    ),
    Choice(
        "read_only_new_item",
        ("trash", "leave"),
        "trash",
        "What happens to a new Outlook item of a read-only type that matches no C4C record.",
    ),
    Choice(
        "first_session_removals",
        ("hold", "act"),
        "hold",
        "What lies in a mailbox in its first session with a read-only type, and matches no C4C "
        "record: held for your approval, or removed as read_only_new_item says.",
    ),
    Choice(
        "exchange_delete",
        ("delete", "hide", "ignore"),
        "delete",
        "Item deleted or moved out in Outlook: retire the C4C record, hide it for this mailbox "
        "only, or do nothing until the record changes again.",
    ),
    Choice(
        "c4c_delete",
        ("obsolete", "delete", "unlink"),
        "obsolete",
        "How a C4C record is deleted: status Obsolete, DELETE with Obsolete as fallback, or "
        "only the link is ended.",
    ),
    Choice(
        "delete_vs_edit",
        ("edit", "delete"),
        "edit",
        "Deleted in Outlook and edited in C4C since the last session: what wins.",
    ),
    Choice(
        "on_leave_view",
        ("trash", "keep"),
        "trash",
        "A linked record leaves the mailbox's view: item to Deleted Items, or kept.",
    ),
    Choice(
        "on_conflict",
        ("c4c", "exchange", "newest"),
        "c4c",
        "Who wins when both sides gave one field different values.",
    ),
    Choice(
        "account_no_match",
        ("none", "create", "issue"),
        "none",
        "New contact whose company matches no account: create it without account, create the "
        "account too, or raise an issue.",
        (RecordType.CONTACT,),
    ),
    Choice(
        "company_change",
        ("restore", "relink"),
        "restore",
        "Company of a linked contact edited in Outlook: write the account name back, or look "
        "for the new account.",
        (RecordType.CONTACT,),
    ),
)


_FIELD = th.ObjectType(
    th.Property("direction", th.StringType(allowed_values=[entry.value for entry in Direction])),
    th.Property("on_conflict", th.StringType(allowed_values=[entry.value for entry in Winner])),
)

_CUSTOM_FIELD = th.ObjectType(
    th.Property("exchange", th.StringType, required=True),
    th.Property("c4c", th.StringType, required=True),
)


def _type_settings(record_type: RecordType) -> th.ObjectType:
    folder, folder_aliases, category, category_aliases = NAMES[record_type]
    texts = th.ArrayType(th.StringType)
    properties: list[th.Property[Any]] = [
        th.Property(
            choice.name,
            th.StringType(allowed_values=list(choice.values)),
            default=choice.default,
            description=choice.description,
        )
        for choice in CHOICES
        if record_type in choice.types
    ]
    properties += [
        th.Property(
            "read_only",
            th.BooleanType,
            default=False,
            description="Keep read-only: nothing of this type is ever written to C4C. With "
            "direction to_c4c nothing could travel at all: the type is frozen.",
        ),
        th.Property(
            "folder", th.StringType, default=folder, description="Name of the managed folder."
        ),
        th.Property(
            "folder_aliases",
            texts,
            default=folder_aliases,
            description="Folder names that are recognised, never created.",
        ),
        th.Property("category", th.StringType, default=category, description="Routing category."),
        th.Property(
            "category_aliases",
            texts,
            default=category_aliases,
            description="Category names that are recognised, never written.",
        ),
        th.Property(
            "mark_with_category",
            th.BooleanType,
            default=True,
            description="Linked items bear the routing category.",
        ),
        th.Property(
            "match_existing",
            th.BooleanType,
            default=True,
            description="Look for an existing record before one is created.",
        ),
        th.Property(
            "fields",
            th.ObjectType(additional_properties=_FIELD),
            default={},
            description="Per field: {direction: both|to_exchange|to_c4c|off, on_conflict: …}.",
        ),
        th.Property(
            "custom_fields",
            th.ObjectType(additional_properties=_CUSTOM_FIELD),
            default={},
            description="Own fields: {name: {exchange: Graph property, c4c: …_KUT property}}.",
        ),
    ]
    if record_type is not RecordType.CONTACT:
        properties.append(
            th.Property(
                "role_code",
                th.StringType,
                default="CRM000",
                description="RoleCode of records created in C4C.",
            )
        )
    return th.ObjectType(*properties)


def jsonschema() -> dict[str, Any]:
    """Return the JSON schema of the mapper's settings."""
    return th.PropertiesList(
        th.Property(
            "mapping",
            th.StringType(allowed_values=list(MAPPINGS)),
            required=True,
            title="Mapping",
            description="Which stage this is; set by the two Meltano mappings.",
        ),
        th.Property(
            "sync_store",
            th.StringType,
            required=True,
            secret=True,  # a URL may hold a password
            title="Sync store",
            description="Path of the SQLite file, or a PostgreSQL URL.",
        ),
        th.Property(
            "digest_key",
            th.StringType,
            secret=True,
            title="Digest key",
            description="Key of the stored digests; default: a 0600 file beside the store.",
        ),
        th.Property(
            "mailboxes",
            th.ArrayType(th.StringType),
            required=True,
            title="Mailboxes",
            description="Addresses of the mailboxes to sync.",
        ),
        th.Property(
            "region",
            th.StringType,
            title="Region",
            description="ISO country code used to read phone numbers without a country code.",
        ),
        th.Property(
            "guard_min_removals",
            th.IntegerType,
            default=5,
            title="Guard: minimum",
            description="So many removals per mailbox, type and side never need approval.",
        ),
        th.Property(
            "guard_percent",
            th.NumberType,
            default=20,
            title="Guard: per cent",
            description="Share of the links above which removals are held for approval.",
        ),
        th.Property(
            "info_issue_days",
            th.IntegerType(minimum=1),
            default=14,
            title="Days of information",
            description="How long an issue stays open that only tells what happened; it is counted "
            "from the last time that it happened.",
        ),
        th.Property(
            "owners",
            th.ArrayType(
                th.ObjectType(
                    th.Property("mailbox", th.StringType, required=True),
                    th.Property("owner_id", th.StringType, required=True),
                )
            ),
            default=[],
            title="Owners",
            description="Entries {mailbox, owner_id}: C4C OwnerID of records created from it.",
        ),
        th.Property(
            "views",
            th.ArrayType(
                th.ObjectType(
                    th.Property("mailbox", th.StringType, required=True),
                    th.Property(
                        "record_type",
                        th.StringType(allowed_values=[kind.value for kind in RecordType]),
                        required=True,
                    ),
                    th.Property("view", th.StringType, required=True),
                )
            ),
            default=[],
            title="Views",
            description="Entries {mailbox, record_type, view}: the view of tap-c4c that a mailbox "
            "gets; without an entry it gets every view.",
        ),
        *(
            th.Property(
                record_type.value,
                _type_settings(record_type),
                default={},
                title=record_type.value.replace("_", " ").capitalize(),
                description=f"Settings of the record type {record_type.value}.",
            )
            for record_type in RecordType
        ),
    ).to_dict()
