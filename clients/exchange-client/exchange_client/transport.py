"""The only door to the network: verified TLS, no redirects, bounded retries.

`verify` travels with every request, because requests lets `REQUESTS_CA_BUNDLE` override the
setting of a session. Authentication is an explicit object for a like reason: without one,
requests would put the credentials of a `.netrc` file over our header.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

import requests
from requests.auth import AuthBase
from typing_extensions import override
from urllib3.exceptions import NewConnectionError

from exchange_client.answers import failure_of, parse_object
from exchange_client.deadline import Deadline, DeadlineAdapter, LateAnswerError
from exchange_client.errors import ProtocolError, TransientError, UnknownOutcomeError
from exchange_client.gate import Gate
from exchange_client.retry import Decision, Safety, Verdict, retry_decision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NO_ANSWER = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    LateAnswerError,
)


#: More than any page or batch that this client asks for, unpacked.
LONGEST_ANSWER_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024
_MISSING = "the answer to a write is missing"


class _EndlessAnswerError(Exception):
    """The answer was given up after its `longest_bytes`."""


class TokenSource(Protocol):
    """Gives bearer tokens."""

    def get(self) -> str:
        """Give a token that should be valid."""

    def renew(self) -> str:
        """Give a new token, since the last one was refused."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request; `lane` and `weight` are for the gate, `longest_bytes` bounds its answer.

    `max_retries`: Repeats of this request; None: as many as of any other.
    """

    method: str
    url: str = field(repr=False)
    lane: str = field(repr=False)
    safety: Safety
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | str | None = field(default=None, repr=False)
    weight: int = 1
    longest_bytes: int | None = None
    max_retries: int | None = None


class _Bearer(AuthBase):
    def __init__(self, token: str | None) -> None:
        self._token = token

    @override
    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            r.headers["Authorization"] = f"Bearer {self._token}"
        return r


def pooled_session() -> requests.Session:
    """Give a session whose connections keep to a deadline."""
    session = requests.Session()
    for prefix in ("https://", "http://"):
        session.mount(prefix, DeadlineAdapter())
    return session


class Transport:
    """Sends requests until there is an answer worth having.

    Args:
        session: Connection pool.
        ca_file: Trusted certificates; None leaves the choice to the environment.
        timeout_seconds: For one whole request, from connecting to the last byte of its answer.
        max_retries: Repeats of one request.
        clock: Monotonic seconds.
        sleep: Waits the given seconds.
    """

    def __init__(  # noqa: PLR0913 - one keyword per setting
        self,
        *,
        session: requests.Session,
        ca_file: str | None,
        timeout_seconds: float,
        max_retries: int,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self.gate = Gate(clock, sleep)
        self.max_retries = max_retries
        self._session = session
        self._verify: str | bool = ca_file or True
        self._timeout_seconds = timeout_seconds

    def send(self, request: Request, tokens: TokenSource | None) -> requests.Response:
        """Send, wait, repeat; give the last answer, whatever its status.

        Raises:
            TransientError: No answer to a request that changes nothing.
            UnknownOutcomeError: No clear answer to a write.
            ThrottledError: The lane is closed for longer than this client waits.
            ProtocolError: TLS does not verify, or the request cannot be put on the wire.
        """
        token = tokens.get() if tokens else None
        is_renewed = tokens is None
        attempt = 0
        while True:
            response, decision = self._attempt(request, token, attempt)
            if decision.verdict is Verdict.REPEAT:
                self.gate.pause(request.lane, decision.delay_seconds)
                if decision.is_new_connection:
                    self._session.close()
                attempt += 1
            elif decision.verdict is Verdict.UNKNOWN:
                raise _unknown_outcome(response)
            elif response is None:
                raise TransientError("no answer from the service", code="no_answer")
            elif response.status_code == HTTPStatus.UNAUTHORIZED and tokens and not is_renewed:
                # Refused before anything was done, so a write may be sent again as well.
                token, is_renewed = tokens.renew(), True
            else:
                return response

    def _attempt(
        self, request: Request, token: str | None, attempt: int
    ) -> tuple[requests.Response | None, Decision]:
        safety = request.safety
        try:
            with self.gate.enter(request.lane, request.weight):
                response = self._once(request, token)
        except requests.exceptions.SSLError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise ProtocolError(
                    "the server's certificate is not trusted: check ca_file", code="tls_untrusted"
                ) from None
            response = None
        except _NO_ANSWER as error:
            response = None
            if _never_left(error):
                safety = Safety.REPEATABLE
        except (requests.RequestException, ValueError):
            # ValueError: requests parses the `Location` even of redirects it does not follow.
            # What cannot be put on the wire and what cannot be read from it look alike here.
            if safety is Safety.REPEATABLE:
                # The text would quote URL or header.
                raise ProtocolError("no usable request or answer", code="bad_request") from None
            raise UnknownOutcomeError(_MISSING, code="bad_request") from None
        except _EndlessAnswerError:
            if safety is Safety.REPEATABLE:
                raise ProtocolError("the answer does not end", code="endless_answer") from None
            raise UnknownOutcomeError(_MISSING, code="endless_answer") from None
        status = None if response is None else response.status_code
        headers: Mapping[str, str] = {} if response is None else response.headers
        return response, retry_decision(
            status,
            headers,
            attempt,
            safety=safety,
            max_retries=self.max_retries if request.max_retries is None else request.max_retries,
            code=_code_of(response),
        )

    def _once(self, request: Request, token: str | None) -> requests.Response:
        with Deadline(self._timeout_seconds):
            response = self._session.request(
                request.method,
                request.url,
                data=request.body,
                headers=dict(request.headers),
                auth=_Bearer(token),
                verify=self._verify,
                timeout=self._timeout_seconds,
                allow_redirects=False,
                stream=True,
            )
            return _read(response, request.longest_bytes or LONGEST_ANSWER_BYTES)


def _read(response: requests.Response, longest_bytes: int) -> requests.Response:
    """Give the response with its body, if that has an end; headers' sizes are not believed."""
    if response.raw is None:  # a session of the caller's that has read it already
        return response
    body = bytearray()
    with response:
        for chunk in response.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > longest_bytes:
                raise _EndlessAnswerError
    whole = requests.Response()
    whole.status_code, whole.headers = response.status_code, response.headers
    whole.url, whole.encoding = response.url, response.encoding
    whole.raw = io.BytesIO(body)
    return whole


def _unknown_outcome(response: requests.Response | None) -> UnknownOutcomeError:
    if response is None:
        return UnknownOutcomeError(_MISSING, code="no_answer")
    failure = failure_of(response.status_code, response.headers, None)
    return UnknownOutcomeError(_MISSING, status=failure.status, request_id=failure.request_id)


def _never_left(error: Exception) -> bool:
    """Whether the connection failed before the request could be written to it."""
    if isinstance(error, (requests.ConnectTimeout, requests.exceptions.ProxyError)):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", cause), NewConnectionError)


def _code_of(response: requests.Response | None) -> str:
    if response is None or response.ok:
        return ""
    try:
        body = parse_object(response.content)
    except ProtocolError:
        return ""
    return failure_of(response.status_code, {}, body).code
