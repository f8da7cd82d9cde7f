"""The settings of tap-c4c and the rules between them.

Answers "is this configuration sound" without a request and without repeating a value: messages
name settings only, since values may be secrets or names.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from singer_sdk import typing as th

from tap_c4c.record_types import RECORD_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema import ValidationError

#: Settings that each way to sign in needs.
_REQUIRED = {
    "basic": ("username", "password"),
    "certificate": ("certificate_file", "key_file"),
    "saml_bearer": (
        "oauth_client_id",
        "oauth_client_secret",
        "saml_issuer",
        "username",
        "certificate_file",
        "key_file",
    ),
}

_VIEW = th.ObjectType(
    th.Property("name", th.StringType, required=True, description="Name of the view."),
    th.Property(
        "record_type",
        th.StringType,
        required=True,
        allowed_values=[record_type.name for record_type in RECORD_TYPES],
        description="Record type that it is a part of.",
    ),
    th.Property("filter", th.StringType, description="OData `$filter`; empty: all records."),
)

SETTINGS: dict[str, Any] = th.PropertiesList(
    th.Property(
        "base_url",
        th.StringType,
        required=True,
        title="Service root",
        description="Such as `https://<tenant>/sap/c4c/odata/v1/c4codataapi`.",
    ),
    th.Property(
        "auth_method",
        th.StringType,
        default="basic",
        allowed_values=list(_REQUIRED),
        title="Way to sign in",
        description="`basic`: user and password. `certificate`: X.509 client certificate. "
        "`saml_bearer`: OAuth 2.0 with a SAML assertion signed by this tap.",
    ),
    th.Property(
        "username",
        th.StringType,
        title="User",
        description="Technical or business user; for `saml_bearer` the user to act as.",
    ),
    th.Property(
        "password", th.StringType, secret=True, title="Password", description="Of `username`."
    ),
    th.Property(
        "certificate_file",
        th.StringType,
        title="Certificate file",
        description="PEM certificate: of the client, or the one that signs assertions.",
    ),
    th.Property(
        "key_file",
        th.StringType,
        title="Key file",
        description="Unencrypted PEM private key of `certificate_file`.",
    ),
    th.Property(
        "oauth_client_id",
        th.StringType,
        title="OAuth client",
        description="Id of the OAuth client registered in C4C, for `saml_bearer`.",
    ),
    th.Property(
        "oauth_client_secret",
        th.StringType,
        secret=True,
        title="OAuth client secret",
        description="Secret of the OAuth client.",
    ),
    th.Property(
        "saml_issuer",
        th.StringType,
        title="SAML issuer",
        description="Name of the OAuth identity provider registered in C4C.",
    ),
    th.Property(
        "saml_audience",
        th.StringType,
        title="SAML audience",
        description="Service provider name of the tenant; default: the host of the token URL.",
    ),
    th.Property(
        "saml_token_url",
        th.StringType,
        title="Token URL",
        description="Default: `/sap/bc/sec/oauth2/token` on the host of `base_url`.",
    ),
    th.Property(
        "ca_file",
        th.StringType,
        title="CA file",
        description="Certificate authorities to trust (PEM) instead of the system's.",
    ),
    th.Property(
        "views",
        th.ArrayType(_VIEW),
        default=[],
        title="Views",
        description="Parts of the collections to read. A record type without a view is read "
        "whole, as view `all`.",
    ),
    th.Property(
        "overlap_minutes",
        th.NumberType(minimum=0),
        default=10,
        title="Overlap",
        description="How far behind the bookmark an incremental read starts, so that records "
        "that were committed late are not missed.",
    ),
    th.Property(
        "include_code_texts",
        th.BooleanType,
        default=False,
        title="Code texts",
        description="Also read the description beside each code (doubles the traffic).",
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
    th.Property(
        "max_parallel_requests",
        th.IntegerType(minimum=1),
        default=4,
        title="Parallel requests",
        description="At most; all interfaces of a tenant together must stay below 10.",
    ),
    th.Property(
        "batch_size",
        th.IntegerType(minimum=1),
        default=50,
        title="Batch size",
        description="Size of a `$batch`: so many writes, or twice as many reads.",
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
    return [
        *_url_problems(config),
        *_credential_problems(config),
        *_file_problems(config),
        *_view_problems(config),
    ]


def token_url(config: Mapping[str, Any]) -> str:
    """Return where `saml_bearer` gets its access tokens."""
    given: str | None = config.get("saml_token_url")
    return given or f"https://{urlsplit(config['base_url']).netloc}/sap/bc/sec/oauth2/token"


def _url_problems(config: Mapping[str, Any]) -> Iterator[str]:
    for name in ("base_url", "saml_token_url"):
        url = config.get(name)
        if not url:
            continue
        parts = urlsplit(url.strip())
        if parts.scheme != "https" or not parts.hostname:
            yield f"{name}: must be an https:// URL"
        elif "@" in parts.netloc or parts.query or parts.fragment:
            yield f"{name}: must hold neither credentials, query nor fragment"


def _credential_problems(config: Mapping[str, Any]) -> Iterator[str]:
    method = config["auth_method"]
    for name in _REQUIRED[method]:
        if not (config.get(name) or "").strip():
            yield f"{name}: required by auth_method {method}"


def _file_problems(config: Mapping[str, Any]) -> Iterator[str]:
    for name in ("certificate_file", "key_file", "ca_file"):
        path = config.get(name)
        if path and not Path(path).is_file():
            yield f"{name}: there is no such file"


def _view_problems(config: Mapping[str, Any]) -> Iterator[str]:
    seen = set()
    for position, entry in enumerate(config["views"]):
        key = (entry["record_type"], entry["name"].strip())
        if not key[1]:
            yield f"views[{position}].name: is blank"
        if key in seen:
            yield f"views[{position}].name: repeats a view of this record type"
        seen.add(key)
