"""Who may call: Basic authentication, SAML bearer tokens, CSRF tokens bound to cookies."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from emulators.c4c.exceptions import ODataError

if TYPE_CHECKING:
    from emulators.c4c.models import User
    from emulators.c4c.switches import Switches
    from emulators.clock import Clock

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:saml2-bearer"
SCOPE = "UIWC:CC_HOME"
CSRF_HEADER = "x-csrf-token"
_SESSION_COOKIE = "SAP_SESSIONID_EMU_100"
_XSRF_COOKIE = "sap-XSRF_EMU_100"
_TOKEN_SECONDS = 3600
_TICKS_PER_SECOND = 10_000_000


@dataclass(frozen=True)
class Caller:
    """An authenticated request's user; `needs_csrf` for writes with Basic authentication."""

    user: User
    needs_csrf: bool


@dataclass(frozen=True)
class _Session:
    token: str
    xsrf: str
    created: int


class Security:
    """Users, sessions and tokens of one tenant. Call under the tenant's lock."""

    def __init__(self, clock: Clock, switches: Switches, account: tuple[str, str, User]) -> None:
        """Take the technical user: login name, password, and who it is."""
        self._clock = clock
        self._switches = switches
        self._users = {account[0]: (account[1], account[2])}
        self._technical = account[2]
        self.client_id = "contact-sync"
        self.client_secret = secrets.token_urlsafe(16)
        self._sessions: dict[str, _Session] = {}
        self._bearers: dict[str, int] = {}

    def add_user(self, login: str, password: str, user: User) -> None:
        """Allow another login with Basic authentication."""
        self._users[login] = (password, user)

    def drop_sessions(self) -> None:
        """Forget all cookies and bearer tokens, as a restart of the service does."""
        self._sessions.clear()
        self._bearers.clear()

    def authenticate(self, request: Request) -> Caller:
        """Return who calls.

        Raises:
            ODataError: 401.
        """
        given = request.authorization
        if given is not None and given.type == "basic":
            password, user = self._users.get(given.username or "", ("", None))
            if user and secrets.compare_digest(password.encode(), (given.password or "").encode()):
                return Caller(user, self._switches.csrf == "basic")
        if given is not None and given.type == "bearer":
            issued = self._bearers.get(given.token or "")
            if issued is not None and self._age(issued) < _TOKEN_SECONDS:
                return Caller(self._technical, needs_csrf=False)
        challenge = {"WWW-Authenticate": 'Basic realm="SAP NetWeaver Application Server"'}
        raise ODataError("Unauthorized", HTTPStatus.UNAUTHORIZED, headers=challenge)

    def hand_out_token(self, request: Request, response: Response) -> None:
        """Add token and cookies to the answer of a GET that asked for them."""
        if request.headers.get(CSRF_HEADER, "").lower() != "fetch":
            return
        if self._switches.csrf_fetch != "served":
            return
        session_id = request.cookies.get(_SESSION_COOKIE, "")
        session = self._live_session(session_id)
        if session is None:
            session_id = secrets.token_urlsafe(18)
            session = _Session(secrets.token_urlsafe(18), secrets.token_hex(8), self._clock.ticks())
            self._sessions[session_id] = session
        response.headers[CSRF_HEADER] = session.token
        for name, value in ((_SESSION_COOKIE, session_id), (_XSRF_COOKIE, session.xsrf)):
            response.set_cookie(name, value, path="/", secure=True, httponly=True)

    def refuses_fetch(self, request: Request) -> bool:
        """Whether a GET fails for asking for a token (SAP/cloud-sdk-js 1185)."""
        is_asked = request.headers.get(CSRF_HEADER, "").lower() == "fetch"
        return is_asked and self._switches.csrf_fetch == "refused"

    def check_token(self, request: Request) -> Response | None:
        """Return the 403 answer unless token and cookies belong together and are fresh.

        A token without the cookies it came with is refused (SAP KBA 3048103).
        """
        session = self._live_session(request.cookies.get(_SESSION_COOKIE, ""))
        token = request.headers.get(CSRF_HEADER, "")
        has_cookie = session is not None and request.cookies.get(_XSRF_COOKIE) == session.xsrf
        if session and has_cookie and secrets.compare_digest(session.token, token):
            return None
        return Response(
            "CSRF token validation failed",
            HTTPStatus.FORBIDDEN,
            {CSRF_HEADER: "Required"},
            content_type="text/plain",
        )

    def issue_bearer(self, request: Request) -> Response:
        """Exchange a SAML assertion for a bearer token. Signatures are not checked."""
        given = request.authorization
        is_client = (
            given is not None
            and given.username == self.client_id
            and given.password == self.client_secret
        )
        if request.method != "POST" or not is_client:
            return _oauth_error("invalid_client", HTTPStatus.UNAUTHORIZED)
        form = request.form
        if form.get("grant_type") != GRANT_TYPE:
            return _oauth_error("unsupported_grant_type")
        if form.get("scope") != SCOPE or form.get("client_id") != self.client_id:
            return _oauth_error("invalid_scope")
        if not _is_assertion(form.get("assertion", "")):
            return _oauth_error("invalid_grant")
        token = secrets.token_urlsafe(24)
        self._bearers[token] = self._clock.ticks()
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": str(_TOKEN_SECONDS)}
        return Response(json.dumps({**answer, "scope": SCOPE}), content_type="application/json")

    def _live_session(self, session_id: str) -> _Session | None:
        session = self._sessions.get(session_id)
        if session and self._age(session.created) < self._switches.csrf_lifetime_seconds:
            return session
        return None

    def _age(self, since: int) -> float:
        return (self._clock.ticks() - since) / _TICKS_PER_SECOND


def _is_assertion(text: str) -> bool:
    padded = text + "=" * (-len(text) % 4)
    try:
        content = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return b"Assertion" in content


def _oauth_error(code: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Response:
    return Response(json.dumps({"error": code}), status, content_type="application/json")
