"""`GraphClient`: Exchange Online through Microsoft Graph v1.0."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from exchange_client.clouds import CLOUDS, https_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
        Outcome,
    )


class GraphClient:
    """Implements `ExchangeClient` for Exchange Online.

    Args:
        tenant: Tenant id or one of its domains.
        credentials: How to get tokens.
        cloud: `global`, `us_gov`, `us_gov_dod` or `china`.
        authority_url: Root of another token service (https); the tenant is appended.
        graph_url: Root of another Graph (https), without `/v1.0`.
        ca_file: Trusted certificates (PEM); wins over the environment.
        timeout_seconds: Per request: to connect, and between two pieces of an answer.
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
        self._tenant = tenant
        raise NotImplementedError

    @property
    def identity(self) -> str:
        """Tenant id or domain, lower case."""
        return self._tenant.lower()

    def check_mailbox(self, mailbox: str) -> None:
        raise NotImplementedError

    def list_folders(self, mailbox: str) -> list[Folder]:
        raise NotImplementedError

    def create_folder(self, mailbox: str, display_name: str) -> Folder:
        raise NotImplementedError

    def list_categories(self, mailbox: str) -> list[str] | None:
        raise NotImplementedError

    def create_category(self, mailbox: str, name: str) -> None:
        raise NotImplementedError

    def read_changes(self, mailbox: str, folder_id: str, cursor: str | None) -> Changes:
        raise NotImplementedError

    def list_contacts(self, mailbox: str, folder_id: str) -> Iterator[Contact]:
        raise NotImplementedError

    def get_contacts(self, mailbox: str, ids: Sequence[str]) -> dict[str, Contact | None]:
        raise NotImplementedError

    def create_contacts(self, mailbox: str, creates: Sequence[ContactCreate]) -> list[Outcome]:
        raise NotImplementedError

    def update_contacts(self, mailbox: str, updates: Sequence[ContactUpdate]) -> list[Outcome]:
        raise NotImplementedError

    def copy_contacts(self, mailbox: str, copies: Sequence[ContactCopy]) -> list[Outcome]:
        raise NotImplementedError

    def trash_contacts(self, mailbox: str, trashes: Sequence[ContactTrash]) -> list[Outcome]:
        raise NotImplementedError

    def find_by_link(self, mailbox: str, folder_id: str, link: str) -> list[Contact]:
        raise NotImplementedError
