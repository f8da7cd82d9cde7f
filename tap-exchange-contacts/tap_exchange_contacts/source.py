"""What the streams of one run share: client, sync store, folder trees, finished mailboxes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from exchange_client import MailboxError

from tap_exchange_contacts import connect
from tap_exchange_contacts.errors import explain_mailboxes
from tap_exchange_contacts.mailbox import MailboxPass
from tap_exchange_contacts.scope import Scope
from tap_exchange_contacts.settings import mailboxes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from exchange_client import ExchangeClient, Folder

    from tap_exchange_contacts.connect import Requests
    from tap_exchange_contacts.mailbox import Findings


class Source:
    """One run's view of the mailboxes. Nothing is sent before the first stream asks.

    Args:
        config: Validated settings.
        client: Instead of the one that the settings describe.
        requests: Instead of the sync store that the settings name.
        now: The clock; returns aware times.

    Attributes:
        now: The clock.
        finished: Mailboxes that were read to the end, and whose contacts were all emitted.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        *,
        client: ExchangeClient | None,
        requests: Requests | None,
        now: Callable[[], datetime],
    ) -> None:
        self._config = config
        self._given_client = client
        self._given_requests = requests
        self._folders: dict[str, list[Folder]] = {}
        self.now = now
        self.finished: list[Findings] = []

    @cached_property
    def mailboxes(self) -> tuple[str, ...]:
        """The mailboxes, after the sync store and each of them were found usable.

        Raises:
            ConfigurationError: The store is not; nothing was sent or emitted then.
            FatalAPIError: Some mailboxes are not; no contact of any mailbox was read then.
        """
        self._requests  # noqa: B018 - opens the store; later would be after the first records
        addresses = mailboxes(self._config)
        failures: dict[int, MailboxError] = {}
        for position, address in enumerate(addresses):
            try:
                self.folders(address)  # must be read anyway, and fails like any other call
            except MailboxError as error:
                failures[position] = error
        if failures:
            raise explain_mailboxes(failures)
        return addresses

    def folders(self, mailbox: str) -> list[Folder]:
        """Give the tree of contact folders; it is read once."""
        if mailbox not in self._folders:
            self._folders[mailbox] = self._client.list_folders(mailbox)
        return self._folders[mailbox]

    @cached_property
    def mark(self) -> str | None:
        """What the state bears after this run; None without a sync store."""
        return None if self._requests is None else self._requests.mark()

    def read(self, mailbox: str, cursors: Mapping[str, str], mark: str | None) -> Findings:
        """Read what changed in a mailbox since `cursors` (folder id -> cursor).

        Args:
            mailbox: Address, lower case.
            cursors: Where the last pass ended.
            mark: What the state bears that they come from.
        """
        asked = connect.asked_of(self._requests, mailbox, mark)
        scope = Scope.of(
            scope=self._config["scope"],
            managed_folders=self._config["managed_folders"],
            routing_categories=self._config["routing_categories"],
            folder_ids=asked.folder_ids,
        )
        return MailboxPass(
            self._client,
            mailbox,
            folders=self.folders(mailbox),
            scope=scope,
            asked=asked,
            cursors=cursors,
        ).read()

    def close_requests(self, mailbox: str) -> None:
        """Tell the store that what it asked for has been emitted."""
        if self._requests is not None:
            self._requests.read_done(mailbox)

    @cached_property
    def _client(self) -> ExchangeClient:
        return self._given_client or connect.exchange_client(self._config)

    @cached_property
    def _requests(self) -> Requests | None:
        return self._given_requests or connect.sync_requests(self._config, self._client.identity)
