"""What the streams of one run share: client, sync store, folder trees, finished mailboxes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from exchange_client import AuthError, ExchangeError, MailboxError

from tap_exchange_contacts import connect
from tap_exchange_contacts.errors import explain_items, explain_mailboxes
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
        trouble: Mailboxes that cannot be read, and why.
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
        self.trouble: dict[str, ExchangeError] = {}

    @cached_property
    def mailboxes(self) -> tuple[str, ...]:
        """The mailboxes that can be used; the others are in `trouble`.

        Raises:
            ConfigurationError: The sync store is not usable; nothing was sent or emitted then.
        """
        self._requests  # noqa: B018 - opens the store; later would be after the first records
        addresses = mailboxes(self._config)
        return tuple(address for address in addresses if self._is_usable(address))

    def _is_usable(self, mailbox: str) -> bool:
        try:
            self.folders(mailbox)  # must be read anyway, and fails like any other call
        except ExchangeError as error:
            self._give_up(mailbox, error)
            return False
        return True

    def check_any_is_usable(self) -> None:
        """See to it that a service that serves nobody is no trouble of each mailbox.

        Raises:
            ExchangeError: No mailbox at all could be read, and none says why.
            FatalAPIError: No mailbox at all could be read; the text says what to do about each.
        """
        addresses = mailboxes(self._config)
        if len(self.trouble) < len(addresses):
            return
        errors = {addresses.index(mailbox): error for mailbox, error in self.trouble.items()}
        if not any(isinstance(error, MailboxError) for error in errors.values()):
            raise errors[0]
        raise explain_mailboxes(errors)

    def check_nothing_is_missing(self) -> None:
        """Say at the end that something is missing, where no sync store will.

        Raises:
            FatalAPIError: A mailbox or an item could not be read.
        """
        if self._requests is not None:
            return
        addresses = mailboxes(self._config)
        if self.trouble:
            raise explain_mailboxes({addresses.index(m): e for m, e in self.trouble.items()})
        unreadable = sum(len(findings.unreadable) for findings in self.finished)
        if unreadable:
            raise explain_items(unreadable)

    def folders(self, mailbox: str) -> list[Folder]:
        """Give the tree of contact folders; it is read once.

        A managed folder that the listing lacks is asked for by its id: a listing may be cut short.
        """
        if mailbox not in self._folders:
            found = self._client.list_folders(mailbox)
            known = {folder.id for folder in found}
            for folder_id in sorted(self._remembered(mailbox) - known):
                folder = self._client.find_folder(mailbox, folder_id, known)
                if folder is not None:
                    found.append(folder)
            self._folders[mailbox] = found
        return self._folders[mailbox]

    def _remembered(self, mailbox: str) -> set[str]:
        return set() if self._requests is None else self._requests.managed_folder_ids(mailbox)

    @cached_property
    def mark(self) -> str | None:
        """What the state bears after this run; None without a sync store."""
        return None if self._requests is None else self._requests.mark()

    def read(self, mailbox: str, cursors: Mapping[str, str], mark: str | None) -> Findings | None:
        """Read what changed in a mailbox since `cursors` (folder id -> cursor).

        Args:
            mailbox: Address, lower case.
            cursors: Where the last pass ended.
            mark: What the state bears that they come from.

        Returns:
            None if it could not be read to its end: it is in `trouble` then.
        """
        asked = connect.asked_of(self._requests, mailbox, mark)
        scope = Scope.of(
            scope=self._config["scope"],
            managed_folders=self._config["managed_folders"],
            routing_categories=self._config["routing_categories"],
            folder_ids=asked.folder_ids,
        )
        one_pass = MailboxPass(
            self._client,
            mailbox,
            folders=self.folders(mailbox),
            scope=scope,
            asked=asked,
            cursors=cursors,
        )
        try:
            return one_pass.read()
        except ExchangeError as error:
            self._give_up(mailbox, error)
            return None

    def _give_up(self, mailbox: str, error: ExchangeError) -> None:
        if isinstance(error, AuthError):
            raise error  # nothing works for any mailbox
        self.trouble[mailbox] = error

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
