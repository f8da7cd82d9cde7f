"""The C4C client: records, writes and metadata of one tenant, over one HTTP session."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import requests

    from c4c_client.auth import Auth
    from c4c_client.metadata import Metadata
    from c4c_client.model import C4CRecord, Code, Write, WriteResult


class C4CClient:
    """One tenant seen as one user."""

    def __init__(  # noqa: PLR0913 - settings, each with a default
        self,
        base_url: str,
        auth: Auth,
        *,
        ca_file: str | None = None,
        timeout_seconds: float = 120,
        max_parallel_requests: int = 4,
        batch_size: int = 50,
        max_retries: int = 5,
        session: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        language: str = "EN",
        code_texts: bool = False,
    ) -> None:
        raise NotImplementedError

    @property
    def identity(self) -> str:
        """Lower-case host[:port] of the tenant."""
        raise NotImplementedError

    def check_connection(self) -> None:
        """Read something cheap as the user."""
        raise NotImplementedError

    def get_metadata(self, entity_types: Sequence[str] = ()) -> Metadata:
        """Read `$metadata`."""
        raise NotImplementedError

    def list_records(
        self,
        collection: str,
        *,
        filter: str | None = None,  # noqa: A002 - the protocol's own word
        select: Sequence[str] = (),
        page_size: int = 1000,
    ) -> Iterator[C4CRecord]:
        """Yield every record of a collection once."""
        raise NotImplementedError

    def list_codes(self, collection: str) -> list[Code]:
        """Read a code list."""
        raise NotImplementedError

    def get_record(self, collection: str, object_id: str) -> C4CRecord:
        """Read one record by key."""
        raise NotImplementedError

    def get_records(
        self, collection: str, object_ids: Sequence[str]
    ) -> dict[str, C4CRecord | None]:
        """Read records by key."""
        raise NotImplementedError

    def search(
        self, collection: str, filters: Sequence[str], select: Sequence[str] = ()
    ) -> list[list[C4CRecord]]:
        """Answer several filters."""
        raise NotImplementedError

    def execute(self, writes: Sequence[Write]) -> list[WriteResult]:
        """Carry out writes."""
        raise NotImplementedError
