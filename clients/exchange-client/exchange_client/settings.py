"""The connection settings of tap and target as plain data, their rules, and the client they make.

No message repeats a value: it may be a secret or an address.
"""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from exchange_client.clouds import CLOUDS
from exchange_client.credentials import ClientSecret, DeviceCode, PemCertificate, PfxCertificate
from exchange_client.graph import GraphClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exchange_client.credentials import Credentials
    from exchange_client.protocol import ExchangeClient

_TEXT = {"type": ["string", "null"]}
_SECRET = {**_TEXT, "secret": True, "writeOnly": True}

#: Names of the settings without which no connection can be made.
REQUIRED = ("tenant_id", "client_id")

#: Setting -> JSON schema.
SCHEMA: dict[str, dict[str, Any]] = {
    "cloud": {
        **_TEXT,
        "default": "global",
        "enum": [*CLOUDS],
        "title": "Cloud",
        "description": "Microsoft cloud of the tenant; GCC belongs to `global`.",
    },
    "tenant_id": {
        "type": "string",
        "title": "Tenant",
        "description": "Directory (tenant) id or one of the tenant's domains.",
    },
    "client_id": {
        "type": "string",
        "title": "Application id",
        "description": "Application (client) id of the app registration.",
    },
    "client_secret": {
        **_SECRET,
        "title": "Client secret",
        "description": "Secret of the app. One of three ways to sign in, beside "
        "`certificate_file` and `device_code`.",
    },
    "certificate_file": {
        **_TEXT,
        "title": "Certificate file",
        "description": "Certificate of the app: a PEM file (with `certificate_key_file`), or a "
        ".pfx / .p12 file that holds the key as well.",
    },
    "certificate_key_file": {
        **_TEXT,
        "title": "Certificate key file",
        "description": "PEM file of the private key that belongs to `certificate_file`.",
    },
    "certificate_password": {
        **_SECRET,
        "title": "Certificate password",
        "description": "Password of the private key, if it has one.",
    },
    "device_code": {
        "type": ["boolean", "null"],
        "default": False,
        "title": "Sign in as a user",
        "description": "Sign in one user by device code; needs `token_cache_file`.",
    },
    "token_cache_file": {
        **_TEXT,
        "title": "Token cache file",
        "description": "Where the tokens of `device_code` rest (mode 0600). Treat it as a secret.",
    },
    "authority_url": {
        **_TEXT,
        "title": "Token service",
        "description": "Root of another token service (https) than the cloud's own.",
    },
    "graph_url": {
        **_TEXT,
        "title": "Graph root",
        "description": "Root of another Graph service (https) than the cloud's own.",
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
}


def problems(config: Mapping[str, Any]) -> list[str]:
    """Check what a schema cannot say; every message begins with the setting's name."""
    return [
        *_credential_problems(config),
        *_name_problems(config),
        *_file_problems(config),
        *_place_problems(config),
    ]


def connect(config: Mapping[str, Any]) -> ExchangeClient:
    """Build the client that the settings describe; nothing is sent yet.

    Args:
        config: Sound by `SCHEMA` and `problems`; defaults may be missing.

    Raises:
        ValueError: A setting cannot work; the text names it.
    """
    return GraphClient(
        config["tenant_id"],
        _credentials(config),
        cloud=_value(config, "cloud"),
        authority_url=_value(config, "authority_url"),
        graph_url=_value(config, "graph_url"),
        ca_file=_value(config, "ca_file"),
        timeout_seconds=_value(config, "timeout_seconds"),
        max_retries=_value(config, "max_retries"),
    )


def _credentials(config: Mapping[str, Any]) -> Credentials:
    client_id = config["client_id"]
    if config.get("device_code"):
        return DeviceCode(client_id=client_id, token_cache_file=config["token_cache_file"])
    certificate = config.get("certificate_file")
    if not certificate:
        return ClientSecret(client_id=client_id, client_secret=config["client_secret"])
    passphrase = _value(config, "certificate_password")
    if _is_pfx(certificate):
        return PfxCertificate(client_id=client_id, pfx_file=certificate, passphrase=passphrase)
    return PemCertificate(
        client_id=client_id,
        private_key_file=config["certificate_key_file"],
        certificate_file=certificate,
        passphrase=passphrase,
    )


def _value(config: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - of the setting's type
    """Return a setting or its default; blank means unset, as environment files write it."""
    given = config.get(name)
    return SCHEMA[name].get("default") if given in (None, "") else given


def _is_pfx(certificate_file: str) -> bool:
    """Whether the file is a container of certificate and key, going by its name."""
    return certificate_file.lower().endswith((".pfx", ".p12"))


def _place_problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Refuse a service that is not where the settings say: the rules for it lie elsewhere (I46)."""
    must_be_local = _value(config, "service_is_local")
    if must_be_local is None:
        return
    for name, url in _services(config):
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


def _services(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the setting and the URL of each service that is talked to."""
    cloud = CLOUDS[_value(config, "cloud")]
    yield "graph_url", _value(config, "graph_url") or cloud.graph_url
    yield "authority_url", _value(config, "authority_url") or cloud.authority_url


def _credential_problems(config: Mapping[str, Any]) -> Iterator[str]:
    ways = ("client_secret", "certificate_file", "device_code")
    given = [name for name in ways if config.get(name)]
    if len(given) != 1:
        found = " and ".join(given) if given else "none"
        yield f"client_secret, certificate_file, device_code: set exactly one of them, not {found}"
    certificate = config.get("certificate_file")
    key = config.get("certificate_key_file")
    if certificate and not key and not _is_pfx(certificate):
        yield "certificate_key_file: required, since certificate_file is no .pfx or .p12 file"
    if key and not certificate:
        yield "certificate_key_file: needs certificate_file"
    if config.get("certificate_password") and not certificate:
        yield "certificate_password: needs certificate_file"
    if config.get("device_code") and not config.get("token_cache_file"):
        yield "token_cache_file: required by device_code"


def _name_problems(config: Mapping[str, Any]) -> Iterator[str]:
    if not config["tenant_id"].replace("-", "").replace(".", "").isalnum():
        yield "tenant_id: must be a tenant id or a domain"
    if not config["client_id"].strip():
        yield "client_id: is blank"
    for name in ("authority_url", "graph_url"):
        url = config.get(name)
        if not url:
            continue
        try:
            parts = urlsplit(url)
        except ValueError:
            yield f"{name}: is no URL"
            continue
        if parts.scheme != "https" or not parts.hostname:
            yield f"{name}: must be an https:// URL"
        elif "@" in parts.netloc or parts.query or parts.fragment:
            yield f"{name}: must be host and path only"


def _file_problems(config: Mapping[str, Any]) -> Iterator[str]:
    for name in ("certificate_file", "certificate_key_file", "ca_file"):
        path = config.get(name)
        if path and not Path(path).is_file():
            yield f"{name}: there is no such file"
