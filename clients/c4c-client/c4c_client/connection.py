"""The only door to the network: one HTTP exchange, TLS verified, redirects not followed."""

from __future__ import annotations

import ssl
import threading
from importlib.metadata import version
from typing import TYPE_CHECKING

import requests
from urllib3.exceptions import NewConnectionError

from c4c_client.answers import Answer
from c4c_client.deadline import Deadline, DeadlineAdapter, LateAnswerError
from c4c_client.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_USER_AGENT = f"c4c-client/{version('c4c-client')}"


#: More than any page or batch that this client asks for, unpacked; an endless answer must end
#: somewhere.
LONGEST_ANSWER_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024


class BrokenConnectionError(Exception):
    """No answer came. Internal: the transport turns it into a public error.

    Attributes:
        was_sent: False only if it is certain that the server never saw the request.
        is_too_long: The answer was given up, and would be as long again.
    """

    def __init__(self, *, was_sent: bool, is_too_long: bool = False) -> None:
        super().__init__("the connection broke")
        self.was_sent = was_sent
        self.is_too_long = is_too_long


class Connection:
    """A requests session with our rules; at most `max_parallel_requests` at a time."""

    def __init__(  # noqa: PLR0913 - settings of one connection
        self,
        session: requests.Session | None,
        *,
        ca_file: str | None,
        certificate: tuple[str, str] | None,
        timeout_seconds: float,
        max_parallel_requests: int,
        language: str,
    ) -> None:
        self._session = session or _pooled_session(max_parallel_requests)
        # Given with every request: REQUESTS_CA_BUNDLE would win over `session.verify`.
        self._verify: str | bool = ca_file or True
        self._certificate = certificate
        self._timeout = timeout_seconds
        self._slots = threading.BoundedSemaphore(max_parallel_requests)
        self._headers = {"User-Agent": _USER_AGENT, "Accept-Language": language}

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Send one request and return its answer, whatever the status.

        Raises:
            BrokenConnectionError: No answer, or half of one.
            ProtocolError: The server's certificate was not accepted.
        """
        try:
            with self._slots, Deadline(self._timeout):
                response = self._session.request(
                    method,
                    url,
                    headers={**self._headers, **headers},
                    data=body,
                    # Without a callable here requests would look into ~/.netrc.
                    auth=_leave_unchanged,
                    allow_redirects=False,
                    verify=self._verify,
                    cert=self._certificate,
                    timeout=self._timeout,
                    stream=True,
                )
                return Answer(response.status_code, response.headers, _read(response))
        except LateAnswerError:
            raise BrokenConnectionError(was_sent=True) from None
        except (requests.RequestException, ValueError) as error:
            # ValueError: requests parses `Location` even of redirects it does not follow.
            causes = list(_causes(error))
            if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
                raise ProtocolError("the server's TLS certificate was not accepted") from None
            # `from None`: the library's messages hold URLs with queries.
            raise BrokenConnectionError(was_sent=not _never_connected(causes)) from None


def _read(response: requests.Response) -> bytes:
    """Read a body to its end, if it has one; sizes that headers name are not believed."""
    if response.raw is None:  # a session of the caller's that has read it already
        return response.content
    body = bytearray()
    with response:
        for chunk in response.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > LONGEST_ANSWER_BYTES:
                raise BrokenConnectionError(was_sent=True, is_too_long=True)
    return bytes(body)


def _pooled_session(size: int) -> requests.Session:
    session = requests.Session()
    for prefix in ("https://", "http://"):
        session.mount(prefix, DeadlineAdapter(pool_connections=size, pool_maxsize=size))
    return session


def _leave_unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _never_connected(causes: list[BaseException]) -> bool:
    unopened = (requests.ConnectTimeout, NewConnectionError)
    return any(isinstance(cause, unopened) for cause in causes)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and everything it wraps; urllib3 hides causes in `reason` and `args`."""
    todo, seen = [error], set[int]()
    while todo:
        current = todo.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        wrapped = (current.__cause__, current.__context__, getattr(current, "reason", None))
        todo += [item for item in (*wrapped, *current.args) if isinstance(item, BaseException)]
