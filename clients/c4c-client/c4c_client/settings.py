"""The connection settings of tap and target as plain data, their rules, and the client they make.

No message repeats a value: it may be a secret or a name.
"""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from c4c_client.auth import BasicAuth, ClientCertificate, SamlBearer
from c4c_client.client import C4CClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from c4c_client.auth import Auth

#: Settings that each way to sign in needs.
_NEEDED = {
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

_TEXT = {"type": ["string", "null"]}
_SECRET = {**_TEXT, "secret": True, "writeOnly": True}

#: Names of the settings without which no connection can be made.
REQUIRED = ("base_url",)

#: Setting -> JSON schema.
SCHEMA: dict[str, dict[str, Any]] = {
    "base_url": {
        "type": "string",
        "title": "Service root",
        "description": "Such as `https://<tenant>/sap/c4c/odata/v1/c4codataapi`.",
    },
    "auth_method": {
        **_TEXT,
        "default": "basic",
        "enum": [*_NEEDED],
        "title": "Way to sign in",
        "description": "`basic`: user and password. `certificate`: X.509 client certificate. "
        "`saml_bearer`: OAuth 2.0 with a SAML assertion signed by this plugin.",
    },
    "username": {
        **_TEXT,
        "title": "User",
        "description": "Technical or business user; for `saml_bearer` the user to act as.",
    },
    "password": {**_SECRET, "title": "Password", "description": "Of `username`."},
    "certificate_file": {
        **_TEXT,
        "title": "Certificate file",
        "description": "PEM certificate: of the client, or the one that signs assertions.",
    },
    "key_file": {
        **_TEXT,
        "title": "Key file",
        "description": "Unencrypted PEM private key of `certificate_file`.",
    },
    "oauth_client_id": {
        **_TEXT,
        "title": "OAuth client",
        "description": "Id of the OAuth client registered in C4C, for `saml_bearer`.",
    },
    "oauth_client_secret": {
        **_SECRET,
        "title": "OAuth client secret",
        "description": "Secret of the OAuth client.",
    },
    "saml_issuer": {
        **_TEXT,
        "title": "SAML issuer",
        "description": "Name of the OAuth identity provider registered in C4C.",
    },
    "saml_audience": {
        **_TEXT,
        "title": "SAML audience",
        "description": "Service provider name of the tenant; default: the host of the token URL.",
    },
    "saml_token_url": {
        **_TEXT,
        "title": "Token URL",
        "description": "Default: `/sap/bc/sec/oauth2/token` on the host of `base_url`.",
    },
    "service_is_local": {
        "type": ["boolean", "null"],
        "title": "Service on this machine",
        "description": "Where the service must be: `true` on this machine, `false` elsewhere; "
        "unset anywhere. The environments of meltano.yml set it, so that none is used for "
        "another's service.",
    },
    "ca_file": {
        **_TEXT,
        "title": "CA file",
        "description": "Certificate authorities to trust (PEM) instead of the system's.",
    },
    "timeout_seconds": {
        "type": ["number", "null"],
        "exclusiveMinimum": 0,
        "default": 120,
        "title": "Timeout",
        "description": "Seconds that one request may take, to the last byte of its answer.",
    },
    "max_retries": {
        "type": ["integer", "null"],
        "minimum": 0,
        "default": 5,
        "title": "Retries",
        "description": "Repeats of one request when the service is busy or failing.",
    },
    "max_parallel_requests": {
        "type": ["integer", "null"],
        "minimum": 1,
        "default": 4,
        "title": "Parallel requests",
        "description": "At most; all interfaces of a tenant together must stay below 10.",
    },
    "batch_size": {
        "type": ["integer", "null"],
        "minimum": 1,
        "default": 50,
        "title": "Batch size",
        "description": "Size of a `$batch`: so many writes, or twice as many reads.",
    },
}


def problems(config: Mapping[str, Any]) -> list[str]:
    """Check what a schema cannot say; every message begins with the setting's name."""
    return [
        *_url_problems(config),
        *_credential_problems(config),
        *_file_problems(config),
        *_place_problems(config),
    ]


def connect(config: Mapping[str, Any], *, code_texts: bool = False) -> C4CClient:
    """Build the client that the settings describe; nothing is sent yet.

    Args:
        config: Sound by `SCHEMA` and `problems`; defaults may be missing.
        code_texts: Whether records carry the text beside each code.

    Raises:
        ValueError: A setting cannot work; the text names it.
    """
    return C4CClient(
        config["base_url"],
        _auth(config),
        ca_file=_value(config, "ca_file"),
        timeout_seconds=_value(config, "timeout_seconds"),
        max_parallel_requests=_value(config, "max_parallel_requests"),
        batch_size=_value(config, "batch_size"),
        max_retries=_value(config, "max_retries"),
        code_texts=code_texts,
    )


def _auth(config: Mapping[str, Any]) -> Auth:
    method = _value(config, "auth_method")
    if method == "certificate":
        return ClientCertificate(config["certificate_file"], config["key_file"])
    if method == "saml_bearer":
        host = urlsplit(config["base_url"].strip()).netloc
        return SamlBearer(
            token_url=_value(config, "saml_token_url") or f"https://{host}/sap/bc/sec/oauth2/token",
            client_id=config["oauth_client_id"],
            client_secret=config["oauth_client_secret"],
            issuer=config["saml_issuer"],
            username=config["username"],
            cert_file=config["certificate_file"],
            key_file=config["key_file"],
            audience=_value(config, "saml_audience") or "",
        )
    return BasicAuth(config["username"], config["password"])


def _value(config: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - of the setting's type
    """Return a setting or its default; blank means unset, as environment files write it."""
    given = config.get(name)
    return SCHEMA[name].get("default") if given in (None, "") else given


def _url_problems(config: Mapping[str, Any]) -> Iterator[str]:
    for name in ("base_url", "saml_token_url"):
        url = config.get(name)
        if not url and name not in REQUIRED:
            continue
        try:
            parts = urlsplit(str(url).strip())
        except ValueError:
            yield f"{name}: is no URL"
            continue
        if parts.scheme != "https" or not parts.hostname:
            yield f"{name}: must be an https:// URL"
        elif "@" in parts.netloc or parts.query or parts.fragment:
            yield f"{name}: must hold neither credentials, query nor fragment"


def _place_problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Refuse a service that is not where the settings say: the rules for it lie elsewhere (I46)."""
    must_be_local = _value(config, "service_is_local")
    if must_be_local is None:
        return
    for name, url in (("base_url", str(config["base_url"])),):
        if _is_local(url) != must_be_local:
            yield (
                f"{name}: leads {'away from' if must_be_local else 'to'} this machine, while "
                f"service_is_local is {str(must_be_local).lower()}. Is it the right environment? "
                "It is chosen with `meltano --environment=prod run sync`, or by "
                "MELTANO_ENVIRONMENT=prod in .env"
            )


def _is_local(url: str) -> bool:
    """Whether a URL leads to this machine, going by its host alone: no name is looked up."""
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return False
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _credential_problems(config: Mapping[str, Any]) -> Iterator[str]:
    method = _value(config, "auth_method")
    for name in _NEEDED[method]:
        if not (config.get(name) or "").strip():
            yield f"{name}: required by auth_method {method}"


def _file_problems(config: Mapping[str, Any]) -> Iterator[str]:
    for name in ("certificate_file", "key_file", "ca_file"):
        path = config.get(name)
        if path and not Path(path).is_file():
            yield f"{name}: there is no such file"
