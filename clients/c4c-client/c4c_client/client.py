"""The C4C client: records, writes and metadata of one tenant, over one HTTP session.

Only HTTP and OData live here. Nothing in this package knows of Singer, of mailboxes or of
what is kept in step with what.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from c4c_client.auth import ClientCertificate, SamlBearer
from c4c_client.connection import Connection
from c4c_client.errors import ProtocolError
from c4c_client.metadata_xml import parse_metadata
from c4c_client.reading import CollectionReader
from c4c_client.transport import SERVICE_DOCUMENT, Transport
from c4c_client.urls import collection_path, service_root, tenant_identity
from c4c_client.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import requests

    from c4c_client.auth import Auth
    from c4c_client.errors import C4CError
    from c4c_client.metadata import Metadata
    from c4c_client.model import C4CRecord, Code, Write, WriteResult


class C4CClient:
    """One tenant seen as one user.

    Methods may be called from several threads. Every method that talks to C4C may raise
    `ThrottledError`, `TransientError` (after its own repetitions), `AuthError` and
    `ProtocolError`, besides what it names itself; `execute` returns them instead.

    Attributes:
        identity: Lower-case host of the tenant, with its port unless that is the default.
    """

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
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        language: str = "EN",
        code_texts: bool = False,
    ) -> None:
        """Remember how to reach the tenant; nothing is sent yet.

        Args:
            base_url: Service root, `https://<tenant>/sap/c4c/odata/v1/c4codataapi`.
            auth: Who we are.
            ca_file: PEM file of trusted authorities; wins over the environment.
            timeout_seconds: For one whole request, from connecting to the last byte of its
                answer.
            max_parallel_requests: Of this client. SAP asks all interfaces of a tenant to
                stay under 10 together, under 7 for long runs (SAP KBA 3577788).
            batch_size: Writes sent in one `$batch`; twice as many reads.
            max_retries: Repetitions of a request that may be repeated.
            session: Instead of an own one, such as one with another adapter.
            sleep: Waits for so many seconds.
            clock: Monotonic seconds, for the life of access tokens.
            now: The time of day, aware; C4C's is compared with it.
            language: `Accept-Language` of labels, code texts and errors.
            code_texts: Whether records carry the text beside each code. Off by default,
                because a record has dozens of codes.

        Raises:
            ValueError: A setting cannot work.
        """
        if min(timeout_seconds, max_parallel_requests, batch_size) <= 0 or max_retries < 0:
            raise ValueError("limits must be positive")
        files = {"ca_file": ca_file} if ca_file else {}
        certificate = None
        if isinstance(auth, (ClientCertificate, SamlBearer)):
            files |= {"cert_file": auth.cert_file, "key_file": auth.key_file}
        if isinstance(auth, ClientCertificate):
            certificate = (auth.cert_file, auth.key_file)
        _require_files(files)
        connection = Connection(
            session,
            ca_file=ca_file,
            certificate=certificate,
            timeout_seconds=timeout_seconds,
            max_parallel_requests=max_parallel_requests,
            language=language,
        )
        root = service_root(base_url)
        self.identity = tenant_identity(root)
        self._batch_size = batch_size
        self._transport = Transport(
            root,
            auth,
            connection,
            max_retries=max_retries,
            sleep=sleep,
            clock=clock,
            now=now,
            read_headers={} if code_texts else {"odata-no-codedescs": "true"},
        )

    @property
    def clock_offset(self) -> timedelta | None:
        """How far C4C's clock was ahead of ours at its last answer, give or take a second.

        None: there was no answer yet, or it bears no `Date` (RFC 9110, 6.6.1).
        """
        return self._transport.clock_offset

    def check_connection(self) -> None:
        """Read the service document as the user.

        Raises:
            AuthError: Credentials were refused, or the service is not ticked for the user.
            ProtocolError: Something other than C4C answers, such as a logon page.
        """
        answer = self._transport.get(SERVICE_DOCUMENT, "read the service document")
        if "html" in answer.headers.get("content-type", "").lower():
            raise ProtocolError("read the service document: the answer is a web page")

    def get_metadata(self, entity_types: Sequence[str] = ()) -> Metadata:
        """Read `$metadata` with labels.

        Args:
            entity_types: Only these and what they depend on (the full document is large);
                empty for all.
        """
        query = "sap-label=true"
        if entity_types:
            query += f"&$filter={','.join(map(collection_path, entity_types))}"
        headers = {"Accept": "application/xml"}
        answer = self._transport.get(f"$metadata?{query}", "read $metadata", headers)
        return parse_metadata(answer.body)

    def list_records(
        self,
        collection: str,
        *,
        filter: str | None = None,  # noqa: A002 - the protocol's own word
        select: Sequence[str] = (),
        page_size: int = 1000,
    ) -> Iterator[C4CRecord]:
        """Yield every record of a collection once, whatever comes or goes meanwhile.

        Args:
            collection: Such as `ContactCollection`.
            filter: OData filter (see `filters`); None for all.
            select: Property names, empty for all; `ObjectID` is always among them.
            page_size: Rows asked for at a time; at most the server's own 1000.

        Raises:
            RejectedError: C4C did not accept the filter or a property name.
        """
        return self._reader(collection).walk(filter, select, page_size)

    def list_codes(self, collection: str, context: str | None = None) -> list[Code]:
        """Read a code list, such as `ContactStatusCodeCollection`.

        Args:
            collection: Named by `Property.value_help`.
            context: Only the codes that depend on this value, such as the states of a
                country. Without it a list of more than 1000 rows may miss some: codes of
                different contexts are equal, so their order across pages is not fixed.

        Raises:
            NotFoundError: The tenant has no such list.
        """
        return self._reader(collection).codes(context)

    def get_record(self, collection: str, object_id: str) -> C4CRecord:
        """Read one record by key.

        Raises:
            NotFoundError: There is none.
        """
        return self._reader(collection).record(object_id)

    def get_records(
        self,
        collection: str,
        object_ids: Sequence[str],
        failed: Callable[[str, C4CError], None] | None = None,
    ) -> dict[str, C4CRecord | None]:
        """Read records by key, many in one request.

        Args:
            collection: Such as `ContactCollection`.
            object_ids: Keys.
            failed: Told of each key that cannot be read, and why; such a key is left out. Without
                it the first failure is raised.

        Returns:
            One entry for each key asked for. None is proof: C4C answered that key with 404.
        """
        return self._reader(collection).records(object_ids, failed)

    def search(
        self,
        collection: str,
        filters: Sequence[str],
        select: Sequence[str] = (),
        failed: Callable[[str, C4CError], None] | None = None,
        top: int | None = None,
    ) -> list[list[C4CRecord]]:
        """Answer several filters, many in one request.

        Args:
            collection: Such as `ContactCollection`.
            filters: OData filters.
            select: Property names, empty for all.
            failed: Told of each filter that has no answer, and why; it counts as finding nothing
                then. Without it the first failure is raised.
            top: At most so many records for each filter: fewer are all there are.

        Returns:
            For each filter, in order, all records it finds, ordered by `ObjectID`. C4C
            answers some ill-formed filters with an empty success.

        Raises:
            RejectedError: C4C did not accept a filter.
        """
        return self._reader(collection).search(filters, select, failed, top)

    def execute(self, writes: Sequence[Write]) -> list[WriteResult]:
        """Carry out writes, each in a changeset of its own, and read back what became of them.

        Returns:
            One result for each write, in order. Errors are returned, never raised. After a
            batch that C4C turned away as a whole its writes are sent apart, if C4C takes
            batches at all; if not, the remaining writes are not sent and get the same error.
            `UnknownOutcomeError` marks a write that may have happened.

        Raises:
            TypeError: A property value is nothing JSON knows; nothing was sent.
            ValueError: A name, key or etag is malformed; nothing was sent.
        """
        writer = Writer(self._transport, self.get_record, batch_size=self._batch_size)
        return writer.execute(writes)

    def _reader(self, collection: str) -> CollectionReader:
        return CollectionReader(self._transport, collection, batch_parts=2 * self._batch_size)


def _require_files(files: dict[str, str]) -> None:
    for setting, path in files.items():
        if not Path(path).is_file():
            raise ValueError(f"{setting} names no file")
