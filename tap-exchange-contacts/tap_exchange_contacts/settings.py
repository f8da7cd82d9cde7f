"""The settings of tap-exchange-contacts and the rules between them.

Answers "is this configuration sound" without a request and without repeating a value: messages
name settings only, since values may be secrets or addresses.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from exchange_client import settings as connection
from singer_sdk import typing as th

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema import ValidationError

#: Names and aliases of the folders whose contacts belong to the sync.
MANAGED_FOLDERS = (
    "SAP C4C Accounts",
    "SAP Accounts",
    "SAP C4C Contacts",
    "SAP Contacts",
    "SAP C4C Individual Customers",
    "SAP Individual Customers",
)

#: Names and aliases of the categories that bring a contact into the sync from any folder.
ROUTING_CATEGORIES = (
    "Account",
    "SAP Cloud for Customer SSI",
    "SAP Cloud for Customer",
    "Individual Customer",
)

_OWN: dict[str, Any] = th.PropertiesList(
    th.Property(
        "mailboxes",
        th.ArrayType(th.StringType),
        required=True,
        title="Mailboxes",
        description="Addresses of the mailboxes to read.",
    ),
    th.Property(
        "managed_folders",
        th.ArrayType(th.StringType),
        default=list(MANAGED_FOLDERS),
        title="Managed folders",
        description="Names of the contact folders to read with `scope: managed` (any case).",
    ),
    th.Property(
        "routing_categories",
        th.ArrayType(th.StringType),
        default=list(ROUTING_CATEGORIES),
        title="Routing categories",
        description="Categories that bring a contact of any folder into `scope: managed` "
        "(any case).",
    ),
    th.Property(
        "scope",
        th.StringType,
        default="managed",
        allowed_values=["managed", "all"],
        title="Scope",
        description="`managed`: contacts in managed folders, with a routing category, or known "
        "to the sync store; personal contacts stay in the mailbox. `all`: every contact.",
    ),
    th.Property(
        "sync_store",
        th.StringType,
        secret=True,  # a URL may hold a password
        title="Sync store",
        description="Database of the two-way sync (path or URL); leave out to use the tap alone.",
    ),
    th.Property(
        "digest_key",
        th.StringType,
        secret=True,
        title="Digest key",
        description="Key of the sync store's digests; default: the key file beside the store.",
    ),
).to_dict()

#: JSON schema of all settings: of this tap and of the connection.
SETTINGS: dict[str, Any] = {
    **_OWN,
    "properties": {**_OWN["properties"], **connection.SCHEMA},
    "required": [*_OWN["required"], *connection.REQUIRED],
}


def describe(error: ValidationError) -> str:
    """Say which setting breaks which rule; never what its value is."""
    path = ".".join(str(part) for part in error.absolute_path)
    rule: Any = error.validator_value
    checked: Any = error.instance
    if error.validator == "required":
        missing = [name for name in rule if name not in checked]
        return "; ".join(f"{path}.{name}".lstrip(".") + ": is missing" for name in missing)
    if error.validator == "enum":
        return f"{path}: must be one of {', '.join(map(str, rule))}"
    return f"{path or 'config'}: breaks the rule {error.validator}: {rule}"


def problems(config: Mapping[str, Any]) -> list[str]:
    """Check what a schema cannot say; every message begins with the setting's name."""
    return [*_mailbox_problems(config), *connection.problems(config)]


def mailboxes(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the mailboxes in lower case, in the order of the setting."""
    return tuple(address.strip().lower() for address in config["mailboxes"])


def told(config: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the sync compares with its own settings; nothing without a sync store.

    Addresses are told as hashes: schemas are kept and logged where records are not.
    """
    if not config.get("sync_store"):
        return {}
    return {
        "mailboxes": [
            hashlib.sha256(address.encode()).hexdigest()[:16] for address in mailboxes(config)
        ],
        "managed_folders": list(config["managed_folders"]),
        "routing_categories": list(config["routing_categories"]),
        "scope": config["scope"],
    }


def _mailbox_problems(config: Mapping[str, Any]) -> Iterator[str]:
    addresses = config.get("mailboxes")
    if not isinstance(addresses, list):
        return
    if not addresses:
        yield "mailboxes: must name at least one mailbox"
    seen: set[str] = set()
    for position, address in enumerate(str(entry).strip().lower() for entry in addresses):
        if not address:
            yield f"mailboxes[{position}]: is blank"
        elif address in seen:
            yield f"mailboxes[{position}]: repeats an earlier entry"
        seen.add(address)
