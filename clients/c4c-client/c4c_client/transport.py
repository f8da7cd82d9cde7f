"""Sends requests below one service root: credentials, CSRF token, waiting and repeating.

It never repeats a write whose fate is unknown, and never talks to a host other than the
service root's and the token endpoint's.
"""

from __future__ import annotations

import itertools
import threading
from contextlib import suppress
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from c4c_client.auth import BasicAuth
from c4c_client.batch import Part, encode_batch
from c4c_client.connection import BrokenConnectionError
from c4c_client.credentials import credentials_for
from c4c_client.error_mapping import batch_error, is_token_refused, read_error
from c4c_client.errors import C4CError, ProtocolError, TransientError, UnknownOutcomeError
from c4c_client.retry import retry_decision, was_turned_away

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from c4c_client.answers import Answer
    from c4c_client.auth import Auth
    from c4c_client.connection import Connection

# The cheapest read every service offers; JSON form documented in the developer guide.
SERVICE_DOCUMENT = "?$format=json"

# Of no record type: trouble of one must not look like everybody's.
_HARMLESS = "ContactStatusCodeCollection?$top=1&$format=json"

# A clock that is further off is none; calculating with it would overflow.
_CENTURY = timedelta(days=36500)

_TOKEN = "x-csrf-token"  # noqa: S105 - a header's name
_NO_TOKEN = frozenset({HTTPStatus.INTERNAL_SERVER_ERROR})


class Transport:
    """One service root seen as one user.

    Attributes:
        clock_offset: How far C4C's clock was ahead of ours when it answered last (`Date`, whole
            seconds); None: it has not told yet.
        was_let_in: Whether any request of this user was answered with success.
    """

    def __init__(  # noqa: PLR0913 - collaborators, each named
        self,
        root: str,
        auth: Auth,
        connection: Connection,
        *,
        max_retries: int,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
        now: Callable[[], datetime],
        read_headers: Mapping[str, str],
    ) -> None:
        self.root = root
        self.read_headers = {"Accept": "application/json", **read_headers}
        self._connection = connection
        self._max_retries = max_retries
        self._sleep = sleep
        self._now = now
        self.clock_offset: timedelta | None = None
        self.was_let_in = False
        self._credentials = credentials_for(auth, self._post_form, clock)
        # Certificates, OAuth and technical users need no token (developer guide). Basic may
        # be either kind of user; a token does a technical user no harm.
        self._needs_token = isinstance(auth, BasicAuth)
        self._token: str | None = None
        # Asked for once: the answer "there is none" counts for the session as a token does.
        self._is_token_known = False
        self._token_lock = threading.Lock()

    def get(self, path: str, action: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Read `path` (below the root, with its query); `action` names it in errors.

        Args:
            path: Encoded; nothing is added to it.
            action: Such as "read ContactCollection", without values.
            headers: Sent besides, or instead of, the usual ones.

        Raises:
            C4CError: The read was refused or kept failing.
        """
        answer = self.get_answer(path, action, headers)
        if not answer.is_success:
            raise read_error(answer, action)
        return answer

    def get_answer(
        self, path: str, action: str, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Read `path` and return the answer, refused or not; see `get`.

        Raises:
            C4CError: No answer came.
        """
        all_headers = {**self.read_headers, **(headers or {})}
        return self._repeat(
            lambda: self._send("GET", path, all_headers), action=action, has_writes=False
        )

    def post_batch(self, content_type: str, body: bytes, *, has_writes: bool) -> Answer:
        """Send a batch and return its (successful) answer, not yet taken apart.

        Raises:
            UnknownOutcomeError: It holds writes, and no usable answer came.
            C4CError: It was refused as a whole; none of its parts ran.
        """
        action = "send a batch"
        headers = {"Content-Type": content_type, "Accept": "multipart/mixed"}
        answer = self._repeat(
            lambda: self._send("POST", "$batch", headers, body),
            action=action,
            has_writes=has_writes,
        )
        if answer.is_success:
            return answer
        error = batch_error(answer, action)
        is_server_error = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        if has_writes and is_server_error and not was_turned_away(answer.status, answer.headers):
            raise UnknownOutcomeError(str(error))
        raise error

    def check_batches(self) -> None:
        """Send a batch that holds nothing but a cheap read; what that answers does not count.

        Raises:
            C4CError: C4C takes no batches.
        """
        part = Part("GET", _HARMLESS, self.read_headers)
        try:
            self.post_batch(*encode_batch([part]), has_writes=False)
        except C4CError as error:
            error.is_everybodys = True
            raise

    def wait_before_retry(self, answers: list[Answer], attempt: int) -> bool:
        """Wait as the answers of reads ask for; False if no further attempt is due."""
        waits = [self._decide(answer, attempt, has_writes=False) for answer in answers]
        due = [wait for wait in waits if wait is not None]
        if len(due) < len(waits):
            return False
        self._sleep(max(due))
        return True

    def _compare_clocks(self, answer: Answer) -> None:
        with suppress(OverflowError, TypeError, ValueError):
            offset = parsedate_to_datetime(answer.headers.get("Date", "")) - self._now()
            if abs(offset) < _CENTURY:
                self.clock_offset = offset

    def _repeat(
        self,
        send: Callable[[], Answer],
        *,
        action: str,
        has_writes: bool,
        final: frozenset[int] = frozenset(),
    ) -> Answer:
        """Send until the answer is not worth another attempt, and return that answer."""
        for attempt in itertools.count():
            try:
                answer = send()
            except BrokenConnectionError as broken:
                if has_writes and broken.was_sent:
                    raise UnknownOutcomeError(f"{action}: the connection broke") from None
                if broken.is_too_long:
                    raise ProtocolError(f"{action}: the answer does not end") from None
                wait = retry_decision(None, {}, attempt, max_retries=self._max_retries)
                if wait is None:
                    raise TransientError(f"{action}: no connection") from None
            else:
                wait = self._decide(answer, attempt, has_writes=has_writes)
                if wait is None or answer.status in final:
                    return answer
            self._sleep(wait)
        raise AssertionError("unreachable")

    def _decide(self, answer: Answer, attempt: int, *, has_writes: bool) -> float | None:
        return retry_decision(
            answer.status,
            answer.headers,
            attempt,
            has_writes=has_writes,
            max_retries=self._max_retries,
        )

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Send once; again after a refused access token or CSRF token, once for each."""
        token = self._current_token() if method == "POST" else None
        answer = self._send_as_user(method, path, headers, body, token)
        if method == "POST" and is_token_refused(answer):
            token = self._renewed_token(refused=token)
            answer = self._send_as_user(method, path, headers, body, token)
        return answer

    def _send_as_user(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        token: str | None,
    ) -> Answer:
        own = {**headers, **({_TOKEN: token} if token else {})}
        user = self._credentials.headers()
        answer = self._connection.exchange(method, self.root + path, {**own, **user}, body)
        if answer.status == HTTPStatus.UNAUTHORIZED and self._credentials.renew(user):
            user = self._credentials.headers()
            answer = self._connection.exchange(method, self.root + path, {**own, **user}, body)
        self._compare_clocks(answer)
        self.was_let_in |= answer.is_success
        return answer

    def _current_token(self) -> str | None:
        with self._token_lock:
            if self._needs_token and not self._is_token_known:
                self._learn_token()
            return self._token

    def _renewed_token(self, refused: str | None) -> str | None:
        with self._token_lock:
            # Another thread may have renewed it meanwhile.
            if self._token == refused:
                self._learn_token()
            return self._token

    def _learn_token(self) -> None:
        """Fetch a token by GET (HEAD was seen to fail); its cookies stay in the session.

        A technical user may need none while the request for one is refused or fails
        (SAP/cloud-sdk-js 1185): a write goes without then, and says so if it needed one.

        Raises:
            AuthError: The credentials were refused.
        """
        headers = {**self.read_headers, _TOKEN: "fetch"}
        action = "fetch a CSRF token"
        answer: Answer | None = None
        with suppress(TransientError):
            answer = self._repeat(
                lambda: self._send("GET", SERVICE_DOCUMENT, headers),
                action=action,
                has_writes=False,
                # It fails for good where it is not offered; throttling is waited for.
                final=_NO_TOKEN,
            )
        if answer is not None and answer.status == HTTPStatus.UNAUTHORIZED:
            raise read_error(answer, action)
        token = answer.headers.get(_TOKEN, "").strip() if answer is not None else ""
        self._token = token if token.lower() not in {"", "required"} else None
        self._is_token_known = True

    def _post_form(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        answer = self._repeat(
            lambda: self._connection.exchange("POST", url, headers, body),
            action="get an access token",
            has_writes=False,
        )
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise TransientError(f"get an access token: C4C answered {answer.status}")
        return answer
