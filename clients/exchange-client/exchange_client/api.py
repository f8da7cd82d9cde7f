"""One Graph root and its rules: which URLs are ours, which headers every call bears."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from exchange_client.answers import error_for, failure_of, parse_object
from exchange_client.errors import ExchangeError, FolderGoneError, ProtocolError
from exchange_client.retry import Safety
from exchange_client.transport import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import requests

    from exchange_client.transport import TokenSource, Transport

VERSION_PATH = "/v1.0"
#: Every mailbox has it, under this name in every language.
DEFAULT_FOLDER = "contacts"
# On every single call, links included: the header is not remembered by the service.
# Source: Graph docs, "Obtain immutable identifiers for Outlook resources".
IMMUTABLE_IDS = 'IdType="ImmutableId"'
_HTTPS_PORT = 443
# Empty pages and replayed items are part of the protocol, but not without end.
_MAX_IDLE_PAGES = 1000
_QUERY_SAFE = "$(),'=:/"


def path_of(mailbox: str, *segments: str) -> str:
    """Build `/users/<mailbox>/...`; every segment is encoded, ids may hold `/` and `=`.

    Raises:
        ProtocolError: A segment would change the path around it.
    """
    parts = (mailbox, *segments)
    if any(part in {"", ".", ".."} for part in parts):
        raise ProtocolError("an id that cannot be addressed", code="bad_id")
    return "/".join(["/users", *(quote(part, safe="$") for part in parts)])


def query_of(options: Mapping[str, str]) -> str:
    """Build `?$a=...&$b=...` with spaces, braces and ampersands encoded."""
    return "?" + "&".join(f"{k}={quote(v, safe=_QUERY_SAFE)}" for k, v in options.items())


class GraphApi:
    """Calls below one Graph root, for all mailboxes of the tenant.

    Args:
        root: Graph root without version, https, no trailing slash.
        transport: Sends.
        tokens: Authorises.
        has_contact_delta: Whether this cloud offers the changes of contacts.
    """

    def __init__(
        self,
        root: str,
        transport: Transport,
        tokens: TokenSource,
        *,
        has_contact_delta: bool = True,
    ) -> None:
        self.transport = transport
        self.has_contact_delta = has_contact_delta
        self._base = root + VERSION_PATH
        self._tokens = tokens
        #: Whether a contact is found by its id alone wherever it sits; None: not known yet.
        self.is_flat_path_wide: bool | None = None

    def request(  # noqa: PLR0913 - the parts of an HTTP request
        self,
        mailbox: str,
        method: str,
        path: str,
        *,
        safety: Safety = Safety.REPEATABLE,
        content: bytes | None = None,
        content_type: str = "application/json",
        page_size: int | None = None,
        weight: int = 1,
        max_retries: int | None = None,
    ) -> requests.Response:
        """Send one request; `path` is relative, or a link checked by `own_link`.

        Raises:
            ExchangeError: As `answers.error_for` says, for every status that is no success.
        """
        prefer = IMMUTABLE_IDS
        if page_size is not None:
            prefer += f", odata.maxpagesize={page_size}"
        headers = {"Prefer": prefer, "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = content_type
        request = Request(
            method=method,
            url=path if path.startswith("https://") else self._base + path,
            lane=mailbox.lower(),
            safety=safety,
            headers=headers,
            body=content,
            weight=weight,
            max_retries=max_retries,
        )
        response = self.transport.send(request, self._tokens)
        if not HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
            raise _error_of(response)
        return response

    def renew_token(self) -> None:
        """Take a new token: a part of a batch found the present one refused."""
        self._tokens.renew()

    def get(self, mailbox: str, path: str, *, page_size: int | None = None) -> dict[str, Any]:
        """Read one JSON object."""
        response = self.request(mailbox, "GET", path, page_size=page_size)
        return parse_object(response.content)

    def post(  # noqa: PLR0913 - the parts of an HTTP request
        self,
        mailbox: str,
        path: str,
        body: Mapping[str, Any],
        *,
        safety: Safety,
        weight: int = 1,
        max_retries: int | None = None,
    ) -> requests.Response:
        """Send one JSON object."""
        return self.request(
            mailbox,
            "POST",
            path,
            safety=safety,
            content=json.dumps(body).encode("ascii"),
            weight=weight,
            max_retries=max_retries,
        )

    def pages(
        self, mailbox: str, path: str, *, page_size: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the pages of a collection to its end; an empty page does not end it.

        Raises:
            ProtocolError: A link leads elsewhere, or back to a page already read, or the pages
                do not end.
        """
        seen: set[str] = set()
        ids: set[object] = set()
        idle = 0
        while True:
            page = self.get(mailbox, path, page_size=page_size)
            yield page
            link = page.get("@odata.nextLink")
            if link is None:
                return
            path = self.own_link(link)
            if path in seen:
                raise ProtocolError("a page links to itself", code="repeated_link")
            seen.add(path)
            before = len(ids)
            ids.update(str(entry.get("id")) for entry in entries_of(page))
            idle = 0 if len(ids) > before else idle + 1
            if idle > _MAX_IDLE_PAGES:
                raise ProtocolError("the pages do not end", code="endless_pages")

    def items(
        self, mailbox: str, path: str, *, page_size: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the entries of a collection, page by page."""
        for page in self.pages(mailbox, path, page_size=page_size):
            yield from entries_of(page)

    def own_link(self, link: object) -> str:
        """Give a link of the service back if it stays below our root.

        The token goes where the link goes; and dots in the path could climb out of the root.

        Raises:
            ProtocolError: It does not stay.
        """
        try:
            found, own = urlsplit(str(link)), urlsplit(self._base)
            is_ours = (
                (found.scheme, found.hostname, found.port or _HTTPS_PORT)
                == ("https", own.hostname, own.port or _HTTPS_PORT)
                and found.username is None
                and found.path.startswith(own.path + "/")
                and ".." not in unquote(found.path).split("/")
            )
        except ValueError:
            is_ours = False
        if not is_ours:
            raise ProtocolError("a link leads to another server", code="foreign_link")
        return str(link)


def entries_of(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the entries of one page.

    Raises:
        ProtocolError: The page has no list of objects; a missing list is not an empty one.
    """
    value = page.get("value")
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ProtocolError("a page without entries", code="bad_page")
    return value


def folder_gone(error: ExchangeError) -> FolderGoneError:
    """Restate an error as "this folder does not exist"."""
    return FolderGoneError(
        "the folder does not exist",
        code=error.code,
        status=error.status,
        request_id=error.request_id,
    )


def _error_of(response: requests.Response) -> ExchangeError:
    try:
        body = parse_object(response.content)
    except ProtocolError:
        body = {}
    return error_for(failure_of(response.status_code, response.headers, body))
