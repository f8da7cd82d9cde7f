"""Turns auth settings into `Authorization` headers; keeps the access token and nothing else."""

from __future__ import annotations

import base64
import math
import threading
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode, urlsplit

from c4c_client.answers import decode_json
from c4c_client.auth import BasicAuth, SamlBearer
from c4c_client.errors import AuthError, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable

    from c4c_client.answers import Answer
    from c4c_client.auth import Auth

    PostForm = Callable[[str, dict[str, str], bytes], Answer]

_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:saml2-bearer"

# A token is given up this long before its end, so that none expires on the way.
_MARGIN_SECONDS = 60.0


class Credentials(Protocol):
    """What the transport asks for before and after a request."""

    def headers(self) -> dict[str, str]:
        """Return the headers that identify the user."""

    def renew(self, refused: dict[str, str]) -> bool:
        """Whether a request refused with these headers is worth repeating with new ones."""


class FixedCredentials:
    """Credentials that do not change while the client lives: Basic, or a certificate."""

    def __init__(self, auth: BasicAuth | None) -> None:
        self._headers = {} if auth is None else _basic(auth.username, auth.password)

    def headers(self) -> dict[str, str]:
        """Return the Basic header; nothing if the TLS handshake already says who we are."""
        return self._headers

    def renew(self, refused: dict[str, str]) -> bool:  # noqa: ARG002 - nothing to renew
        """Return False: the same password would be refused again, and lock the user."""
        return False


class SamlCredentials:
    """An OAuth token from a SAML bearer assertion, cached until it expires."""

    def __init__(
        self,
        settings: SamlBearer,
        post_form: PostForm,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        if urlsplit(settings.token_url).scheme != "https":
            raise ValueError("token_url must be an https URL")
        self._settings = settings
        self._post_form = post_form
        self._clock = clock
        self._now = now
        self._lock = threading.Lock()
        self._token: str | None = None
        self._expires_at = 0.0

    def headers(self) -> dict[str, str]:
        """Return the bearer header, with a new token if the cached one is about to end.

        Raises:
            AuthError: C4C gave no token, or the assertion could not be signed.
        """
        with self._lock:
            if self._token is None or self._clock() >= self._expires_at:
                self._fetch()
            return {"Authorization": f"Bearer {self._token}"}

    def renew(self, refused: dict[str, str]) -> bool:
        """Drop the token if it is still the refused one, so that the next call gets another."""
        with self._lock:
            if refused.get("Authorization") == f"Bearer {self._token}":
                self._token = None
        return True

    def _fetch(self) -> None:
        # XML signatures take long to load, and few tenants ask for one.
        from c4c_client.saml import signed_assertion  # noqa: PLC0415

        settings = self._settings
        try:
            assertion = signed_assertion(settings, self._now())
        except Exception:  # noqa: BLE001 - whatever the libraries say of a key that is none
            raise AuthError("the SAML assertion cannot be signed: check key and cert") from None
        form = {
            "grant_type": _GRANT_TYPE,
            "client_id": settings.client_id,
            "scope": settings.scope,
            "assertion": assertion,
        }
        headers = {
            **_basic(settings.client_id, settings.client_secret),
            "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
            "Accept": "application/json",
        }
        answer = self._post_form(settings.token_url, headers, urlencode(form).encode("ascii"))
        if not answer.is_success:
            raise AuthError(f"get an access token: C4C answered {answer.status}")
        self._keep(answer)

    def _keep(self, answer: Answer) -> None:
        content = decode_json(answer.body)
        token, lifetime = content.get("access_token"), content.get("expires_in", 0)
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise ProtocolError("the token endpoint sent no access token")
        try:
            seconds = float(lifetime)
        except (OverflowError, TypeError, ValueError):
            seconds = math.nan
        if not math.isfinite(seconds):
            raise ProtocolError("the token endpoint sent a lifetime that is no number")
        self._token = token
        self._expires_at = self._clock() + seconds - _MARGIN_SECONDS


def credentials_for(auth: Auth, post_form: PostForm, clock: Callable[[], float]) -> Credentials:
    """Choose how to authenticate; `post_form` sends a form (URL, headers, body)."""
    if isinstance(auth, SamlBearer):
        return SamlCredentials(auth, post_form, clock=clock)
    return FixedCredentials(auth if isinstance(auth, BasicAuth) else None)


def _basic(username: str, password: str) -> dict[str, str]:
    pair = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {pair}"}
