"""Whether the tap was told the same names as the mapper (I46). Pure.

A tap of ours says in its SCHEMA messages what its settings name, as `x-settings`. Where both have a
setting and they differ, an item or record would go unsynced without a word; so the session ends
before anything is planned. A tap that says nothing is believed. Messages name settings, never
values.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contact_sync.core.model import RecordType
    from contact_sync.settings import SyncSettings

#: Member of a stream's schema by which a tap tells its settings.
TOLD = "x-settings"

_EXCHANGE = "tap-exchange-contacts"
_LISTS = {"folder": "managed_folders", "category": "routing_categories"}


def disagreements(settings: SyncSettings, told: object) -> list[str]:
    """Return one line for each setting of the tap that differs from the mapper's.

    Args:
        settings: The mapper's.
        told: What the tap told: `mailboxes` (hashes), `managed_folders`, `routing_categories`,
            `scope`, `views` (entries `record_type`, `name`); what is missing is not compared.
    """
    if not isinstance(told, dict):
        return []
    return [*_mailboxes(settings, told), *_names(settings, told), *_views(settings, told)]


def missing_properties(
    settings: SyncSettings, kind: RecordType, schema: Mapping[str, Any]
) -> list[str]:
    """Return one line for each custom field whose C4C property the tap's stream does not have."""
    known = schema.get("properties") or {}
    return [
        f"Setting `{kind.value}.custom_fields.{name}.c4c` names a property that the stream of "
        f"{kind.value} records does not have. Is it spelt as in C4C's metadata, and selected?"
        for name, (_, prop) in sorted(settings.custom[kind].items())
        if known and prop not in known
    ]


def hash_of(address: str) -> str:
    """Return how a tap tells an address that it must not tell: 16 hex digits."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()[:16]


def _mailboxes(settings: SyncSettings, told: Mapping[str, Any]) -> Iterator[str]:
    own = {hash_of(mailbox) for mailbox in settings.mailboxes}
    if "mailboxes" in told and set(told["mailboxes"]) != own:
        yield (
            f"Settings `mailboxes` of contact-sync and of {_EXCHANGE} differ: what only one of "
            "them names cannot be synced. CONTACT_SYNC_MAILBOXES in .env gives both the same."
        )


def _names(settings: SyncSettings, told: Mapping[str, Any]) -> Iterator[str]:
    if told.get("scope", "managed") != "managed":
        yield (
            f"Setting `scope` of {_EXCHANGE} must be `managed` in the sync: personal contacts "
            "never leave the mailbox."
        )
        return
    for own, theirs in _LISTS.items():
        if theirs not in told:
            continue
        given = {str(name).strip().casefold() for name in told[theirs]}
        known: set[str] = set()
        for kind, policy in settings.policies.items():
            aliases = getattr(policy, f"{own}_aliases")
            for setting, names in ((own, (getattr(policy, own),)), (f"{own}_aliases", aliases)):
                folded = {name.strip().casefold() for name in names}
                known |= folded
                if not policy.is_frozen and not folded <= given:
                    yield (
                        f"Setting `{kind.value}.{setting}` of contact-sync has a name that "
                        f"`{theirs}` of {_EXCHANGE} lacks: what bears it would not be read. Give "
                        f"`{theirs}` the names of all three record types, aliases included."
                    )
        if not given <= known:
            yield (
                f"Setting `{theirs}` of {_EXCHANGE} has a name that no setting `{own}` or "
                f"`{own}_aliases` of contact-sync has: what bears it would leave the mailbox and "
                "not be synced. Take it out, or add it to a record type."
            )


def _views(settings: SyncSettings, told: Mapping[str, Any]) -> Iterator[str]:
    if "views" not in told:
        return
    known = {(entry["record_type"], entry["name"]) for entry in told["views"]}
    asked = {(kind, view) for views in settings.views.values() for kind, view in views.items()}
    for kind in sorted({kind for kind, view in asked if (kind.value, view) not in known}):
        yield (
            f"Setting `views` of contact-sync gives a mailbox a view of `{kind.value}` that "
            "`views` of tap-c4c does not have."
        )
