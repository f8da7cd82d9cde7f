"""Builds what the tap talks to: the C4C client and, if asked for, the sync store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from c4c_client import settings as connection
from singer_sdk.exceptions import ConfigurationError

from tap_c4c.reading import Asked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from c4c_client import C4CClient


class Requests(Protocol):
    """The questions a tap asks the sync store."""

    def known_records(self, record_type: str, /) -> set[str]:
        """Give the ObjectIDs that must be accounted for."""

    def wanted_records(self, record_type: str, /) -> set[str]:
        """Give the ObjectIDs that must be read in any case."""

    def wants_full_read(self, record_type: str, /) -> bool:
        """Whether everything is to be read again."""

    def wants_states(self, record_type: str, /) -> bool:
        """Whether the tenant's list of states is to be read (again)."""

    def keep_states(self, record_type: str, rows: Iterable[tuple[str, str, str]] | None, /) -> None:
        """Keep the list: (country, code, description); None: it could not be read."""

    def is_behind(self, mark: str | None, /) -> bool:
        """Whether a state with this mark belongs to another or a newer store."""

    def mark(self) -> str:
        """Give the mark of the state that this read ends with."""

    def read_done(self, record_type: str, /) -> None:
        """Mark the requests as served; called after the type's last record."""


def c4c_client(config: Mapping[str, Any]) -> C4CClient:
    """Build the client; nothing is sent yet.

    Raises:
        ConfigurationError: A setting cannot work; the text names it.
    """
    try:
        return connection.connect(config, code_texts=config["include_code_texts"])
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
            "sync_store: needs the extra `sync` (install tap-c4c[sync])"
        ) from None
    try:
        return TapRequests.open(
            config["sync_store"], "c4c", identity, digest_key=config.get("digest_key")
        )
    except ContactSyncError as error:
        raise ConfigurationError(str(error)) from None  # names the setting


def asked_of(requests: Requests | None, record_type: str, marks: Collection[str | None]) -> Asked:
    """Ask the store about one record type, whose states bear `marks`."""
    if requests is None:
        return Asked()
    return Asked(
        has_store=True,
        known=frozenset(requests.known_records(record_type)),
        wanted=frozenset(requests.wanted_records(record_type)),
        is_full_wanted=any(requests.is_behind(mark) for mark in marks)
        or requests.wants_full_read(record_type),
    )
