"""Builds what the tap talks to: the C4C client and, if asked for, the sync store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from c4c_client import BasicAuth, C4CClient, ClientCertificate, SamlBearer
from singer_sdk.exceptions import ConfigurationError

from tap_c4c.reading import Asked
from tap_c4c.settings import token_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from c4c_client import Auth


class Requests(Protocol):
    """The questions a tap asks the sync store."""

    def known_records(self, record_type: str, /) -> set[str]:
        """Give the ObjectIDs that must be accounted for."""

    def wanted_records(self, record_type: str, /) -> set[str]:
        """Give the ObjectIDs that must be read in any case."""

    def wants_full_read(self, record_type: str, /) -> bool:
        """Whether everything is to be read again."""

    def read_done(self, record_type: str, /) -> None:
        """Mark the requests as served; called after the type's last record."""


def c4c_client(config: Mapping[str, Any]) -> C4CClient:
    """Build the client; nothing is sent yet.

    Raises:
        ConfigurationError: A setting cannot work; the text names it.
    """
    try:
        return C4CClient(
            config["base_url"],
            auth(config),
            ca_file=config.get("ca_file"),
            timeout_seconds=config["timeout_seconds"],
            max_parallel_requests=config["max_parallel_requests"],
            batch_size=config["batch_size"],
            max_retries=config["max_retries"],
            code_texts=config["include_code_texts"],
        )
    except ValueError as error:  # the client names settings, not values
        raise ConfigurationError(str(error)) from None


def auth(config: Mapping[str, Any]) -> Auth:
    """Choose how to sign in; `settings.problems` has made sure that it is complete."""
    if config["auth_method"] == "certificate":
        return ClientCertificate(config["certificate_file"], config["key_file"])
    if config["auth_method"] == "saml_bearer":
        return SamlBearer(
            token_url=token_url(config),
            client_id=config["oauth_client_id"],
            client_secret=config["oauth_client_secret"],
            issuer=config["saml_issuer"],
            username=config["username"],
            cert_file=config["certificate_file"],
            key_file=config["key_file"],
            audience=config.get("saml_audience") or "",
        )
    return BasicAuth(config["username"], config["password"])


def sync_requests(config: Mapping[str, Any], identity: str) -> Requests | None:
    """Open the sync store; None when the tap is used alone.

    Raises:
        ConfigurationError: The store cannot be used; the text names the setting.
    """
    if not config.get("sync_store"):
        return None
    try:
        # Imported here only: without a store the tap must work without that package.
        from contact_sync.errors import ContactSyncError  # noqa: PLC0415
        from contact_sync.requests import TapRequests  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            "sync_store: needs the extra `sync` (install tap-c4c[sync])"
        ) from None
    try:
        return TapRequests.open(
            config["sync_store"], "c4c", identity, digest_key=config.get("digest_key")
        )
    except ContactSyncError as error:
        raise ConfigurationError(f"sync_store: {error}") from None


def asked_of(requests: Requests | None, record_type: str) -> Asked:
    """Ask the store about one record type."""
    if requests is None:
        return Asked()
    return Asked(
        has_store=True,
        known=frozenset(requests.known_records(record_type)),
        wanted=frozenset(requests.wanted_records(record_type)),
        is_full_wanted=requests.wants_full_read(record_type),
    )
