"""Builds what the tap talks to: the Exchange client and, if asked for, the sync store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from exchange_client import settings as connection
from singer_sdk.exceptions import ConfigurationError

from tap_exchange_contacts.reading import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exchange_client import ExchangeClient


class Requests(Protocol):
    """The questions a tap asks the sync store."""

    def known_contacts(self, mailbox: str, /) -> dict[str, str | None]:
        """Give id -> folder id of the items in the sync."""

    def wanted_contacts(self, mailbox: str, /) -> set[str]:
        """Give the ids that must be read in any case."""

    def managed_folder_ids(self, mailbox: str, /) -> set[str]:
        """Give the folders remembered by id."""

    def wants_full_read(self, mailbox: str, /) -> bool:
        """Whether everything is to be read again."""

    def is_behind(self, mark: str | None, /) -> bool:
        """Whether a state with this mark belongs to another or a newer store."""

    def mark(self) -> str:
        """Give the mark of the state that this read ends with."""

    def read_done(self, mailbox: str, /) -> None:
        """Mark the requests as served; called after the mailbox's last record."""


def exchange_client(config: Mapping[str, Any]) -> ExchangeClient:
    """Build the client; nothing is sent yet.

    Raises:
        ConfigurationError: A setting cannot work; the text names it.
    """
    try:
        return connection.connect(config)
    except ValueError as error:  # the client names settings, not values
        raise ConfigurationError(str(error)) from None


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
            "sync_store: needs the extra `sync` (install tap-exchange-contacts[sync])"
        ) from None
    try:
        return TapRequests.open(
            config["sync_store"], "exchange", identity, digest_key=config.get("digest_key")
        )
    except ContactSyncError as error:
        raise ConfigurationError(str(error)) from None  # names the setting


def asked_of(requests: Requests | None, mailbox: str, mark: str | None) -> Asked:
    """Ask the store about one mailbox, whose state bears `mark`."""
    if requests is None:
        return Asked()
    return Asked(
        has_store=True,
        known=requests.known_contacts(mailbox),
        wanted=frozenset(requests.wanted_contacts(mailbox)),
        folder_ids=frozenset(requests.managed_folder_ids(mailbox)),
        is_full_wanted=requests.is_behind(mark) or requests.wants_full_read(mailbox),
    )
