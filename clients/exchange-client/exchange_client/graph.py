"""`GraphClient`: Exchange Online through Microsoft Graph v1.0."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from typing_extensions import override

from exchange_client import categories, changes, copying, folders, lookup, reads, trouble, writes
from exchange_client.api import GraphApi
from exchange_client.clouds import CLOUDS, https_root
from exchange_client.errors import MailboxError, MailboxProblem
from exchange_client.protocol import ExchangeClient
from exchange_client.tokens import MsalTokens
from exchange_client.transport import Transport, pooled_session

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    import requests

    from exchange_client.credentials import Credentials
    from exchange_client.model import (
        Changes,
        Contact,
        ContactCopy,
        ContactCreate,
        ContactTrash,
        ContactUpdate,
        Folder,
        Found,
        Outcome,
    )


class GraphClient(ExchangeClient):
    """Implements `ExchangeClient` for Exchange Online.

    Args:
        tenant: Tenant id or one of its domains.
        credentials: How to get tokens.
        cloud: `global`, `us_gov`, `us_gov_dod` or `china`.
        authority_url: Root of another token service (https); the tenant is appended.
        graph_url: Root of another Graph (https), without `/v1.0`.
        ca_file: Trusted certificates (PEM); wins over the environment.
        timeout_seconds: For one whole request, from connecting to the last byte of its answer.
        max_retries: Repeats of one request on throttling and server trouble.
        page_size: Contacts per page of listings and deltas.
        session: Connection pool to use; tests mount their adapter here.
        sleep: Waits; tests pass their own.
        clock: Monotonic seconds; tests pass their own.

    Raises:
        ValueError: A setting that cannot work; the text begins with its name.
    """

    def __init__(  # noqa: PLR0913 - one keyword per setting, all optional
        self,
        tenant: str,
        credentials: Credentials,
        *,
        cloud: str = "global",
        authority_url: str | None = None,
        graph_url: str | None = None,
        ca_file: str | None = None,
        timeout_seconds: float = 120,
        max_retries: int = 5,
        page_size: int = 500,
        session: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if cloud not in CLOUDS:
            raise ValueError(f"cloud: must be one of {', '.join(CLOUDS)}")
        if not tenant or not tenant.replace("-", "").replace(".", "").isalnum():
            raise ValueError("tenant: must be a tenant id or a domain")
        self._cloud = CLOUDS[cloud]
        root = https_root("graph_url", graph_url or self._cloud.graph_url)
        authority = https_root("authority_url", authority_url or self._cloud.authority_url)
        transport = Transport(
            session=session or pooled_session(),
            ca_file=ca_file,
            timeout_seconds=timeout_seconds,
            max_retries=max_retries,
            clock=clock,
            sleep=sleep,
        )
        tokens = MsalTokens(f"{authority}/{tenant}", root, credentials, transport)
        self._api = GraphApi(
            root, transport, tokens, has_contact_delta=self._cloud.has_contact_delta
        )
        self._identity = tenant.lower()
        self._page_size = page_size

    @property
    @override
    def identity(self) -> str:
        return self._identity

    @override
    def check_mailbox(self, mailbox: str) -> None:
        trouble.check_mailbox(self._api, mailbox)

    @override
    def list_folders(self, mailbox: str) -> list[Folder]:
        return folders.list_folders(self._api, mailbox)

    @override
    def find_folder(self, mailbox: str, folder_id: str, tree: Collection[str]) -> Folder | None:
        return folders.find_folder(self._api, mailbox, folder_id, tree)

    @override
    def create_folder(self, mailbox: str, display_name: str) -> Folder:
        return folders.create_folder(self._api, mailbox, display_name)

    @override
    def list_categories(self, mailbox: str) -> list[str] | None:
        if not self._cloud.has_master_categories:
            return None
        return categories.list_categories(self._api, mailbox)

    @override
    def create_category(self, mailbox: str, name: str) -> None:
        if not self._cloud.has_master_categories:
            raise MailboxError(MailboxProblem.DENIED, code=categories.UNAVAILABLE_CODE)
        categories.create_category(self._api, mailbox, name)

    @override
    def read_changes(self, mailbox: str, folder_id: str, cursor: str | None) -> Changes:
        return changes.read_changes(self._api, mailbox, folder_id, cursor, self._page_size)

    @override
    def list_contacts(self, mailbox: str, folder_id: str) -> Iterator[Contact]:
        return reads.list_contacts(self._api, mailbox, folder_id, self._page_size)

    @override
    def get_contacts(
        self,
        mailbox: str,
        ids: Sequence[str],
        folders: Mapping[str, str | None] | None = None,
        removed: Collection[str] = frozenset(),
    ) -> dict[str, Found]:
        places = {contact_id: (folders or {}).get(contact_id) for contact_id in ids}
        return lookup.get_contacts(self._api, mailbox, places, removed) if places else {}

    @override
    def create_contacts(self, mailbox: str, creates: Sequence[ContactCreate]) -> list[Outcome]:
        return writes.create_contacts(self._api, mailbox, creates)

    @override
    def update_contacts(self, mailbox: str, updates: Sequence[ContactUpdate]) -> list[Outcome]:
        return writes.update_contacts(self._api, mailbox, updates)

    @override
    def copy_contacts(self, mailbox: str, copies: Sequence[ContactCopy]) -> list[Outcome]:
        return copying.copy_contacts(self._api, mailbox, copies)

    @override
    def carry_photo(self, mailbox: str, source: Contact, target: Contact) -> None:
        copying.carry_photo(self._api, mailbox, source, target)

    @override
    def trash_contacts(self, mailbox: str, trashes: Sequence[ContactTrash]) -> list[Outcome]:
        return writes.trash_contacts(self._api, mailbox, trashes)

    @override
    def find_by_link(self, mailbox: str, folder_id: str, link: str) -> list[Contact]:
        return reads.find_by_link(self._api, mailbox, folder_id, link, self._page_size)
