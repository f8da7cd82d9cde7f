"""The settings of tap-exchange-contacts and the rules between them.

Answers "is this configuration sound" without a request and without repeating a value: messages
name settings only, since values may be secrets or addresses.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

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

SETTINGS: dict[str, Any] = th.PropertiesList(
    th.Property(
        "mailboxes",
        th.ArrayType(th.StringType),
        required=True,
        title="Mailboxes",
        description="Addresses of the mailboxes to read.",
    ),
    th.Property(
        "cloud",
        th.StringType,
        default="global",
        allowed_values=["global", "us_gov", "us_gov_dod", "china"],
        title="Cloud",
        description="Microsoft cloud of the tenant; GCC belongs to `global`.",
    ),
    th.Property(
        "tenant_id",
        th.StringType,
        required=True,
        title="Tenant",
        description="Directory (tenant) id or one of the tenant's domains.",
    ),
    th.Property(
        "client_id",
        th.StringType,
        required=True,
        title="Application id",
        description="Application (client) id of the app registration.",
    ),
    th.Property(
        "client_secret",
        th.StringType,
        secret=True,
        title="Client secret",
        description="Secret of the app. One of three ways to sign in, beside "
        "`certificate_file` and `device_code`.",
    ),
    th.Property(
        "certificate_file",
        th.StringType,
        title="Certificate file",
        description="Certificate of the app: a PEM file (with `certificate_key_file`), or a "
        ".pfx / .p12 file that holds the key as well.",
    ),
    th.Property(
        "certificate_key_file",
        th.StringType,
        title="Certificate key file",
        description="PEM file of the private key that belongs to `certificate_file`.",
    ),
    th.Property(
        "certificate_password",
        th.StringType,
        secret=True,
        title="Certificate password",
        description="Password of the private key, if it has one.",
    ),
    th.Property(
        "device_code",
        th.BooleanType,
        default=False,
        title="Sign in as a user",
        description="Sign in one user by device code; needs `token_cache_file`.",
    ),
    th.Property(
        "token_cache_file",
        th.StringType,
        title="Token cache file",
        description="Where the tokens of `device_code` rest (mode 0600). Treat it as a secret.",
    ),
    th.Property(
        "authority_url",
        th.StringType,
        title="Token service",
        description="Root of another token service (https) than the cloud's own.",
    ),
    th.Property(
        "graph_url",
        th.StringType,
        title="Graph root",
        description="Root of another Graph service (https) than the cloud's own.",
    ),
    th.Property(
        "ca_file",
        th.StringType,
        title="CA file",
        description="Certificate authorities to trust (PEM) instead of the system's.",
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
    th.Property(
        "timeout_seconds",
        th.NumberType(exclusive_minimum=0),
        default=120,
        title="Timeout",
        description="Seconds to wait for an answer.",
    ),
    th.Property(
        "max_retries",
        th.IntegerType(minimum=0),
        default=5,
        title="Retries",
        description="Repeats of one request when the service is busy or failing.",
    ),
).to_dict()


def describe(error: ValidationError) -> str:
    """Say which setting breaks which rule; never what its value is."""
    if error.validator == "required":
        return error.message  # names the missing setting only
    path = ".".join(str(part) for part in error.absolute_path)
    return f"{path or 'config'}: breaks the rule {error.validator}: {error.validator_value}"


def problems(config: Mapping[str, Any]) -> list[str]:
    """Check what a schema cannot say; every message begins with the setting's name."""
    return [*_mailbox_problems(config), *_credential_problems(config), *_other_problems(config)]


def mailboxes(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the mailboxes in lower case, in the order of the setting."""
    return tuple(address.strip().lower() for address in config["mailboxes"])


def is_pfx(certificate_file: str) -> bool:
    """Whether the file is a container of certificate and key, going by its name."""
    return certificate_file.lower().endswith((".pfx", ".p12"))


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


def _credential_problems(config: Mapping[str, Any]) -> Iterator[str]:
    ways = ("client_secret", "certificate_file", "device_code")
    given = [name for name in ways if config.get(name)]
    if len(given) != 1:
        found = " and ".join(given) if given else "none"
        yield f"client_secret, certificate_file, device_code: set exactly one of them, not {found}"
    certificate = config.get("certificate_file")
    key = config.get("certificate_key_file")
    if certificate and not key and not is_pfx(str(certificate)):
        yield "certificate_key_file: required, since certificate_file is no .pfx or .p12 file"
    if key and not certificate:
        yield "certificate_key_file: needs certificate_file"
    if config.get("certificate_password") and not certificate:
        yield "certificate_password: needs certificate_file"
    if config.get("device_code") and not config.get("token_cache_file"):
        yield "token_cache_file: required by device_code"


def _other_problems(config: Mapping[str, Any]) -> Iterator[str]:
    if not str(config.get("tenant_id") or "x").replace("-", "").replace(".", "").isalnum():
        yield "tenant_id: must be a tenant id or a domain"
    if not str(config.get("client_id") or "x").strip():
        yield "client_id: is blank"
    for name in ("authority_url", "graph_url"):
        url = config.get(name)
        if url and not (urlsplit(str(url)).scheme == "https" and urlsplit(str(url)).hostname):
            yield f"{name}: must be an https:// URL"
    for name in ("certificate_file", "certificate_key_file", "ca_file"):
        path = config.get(name)
        if path and not Path(str(path)).is_file():
            yield f"{name}: there is no such file"
