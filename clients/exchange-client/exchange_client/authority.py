"""The HTTP client that msal gets: our certificates, our retries, no redirects."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests

from exchange_client.answers import error_for, failure_of
from exchange_client.errors import AuthError
from exchange_client.retry import Safety
from exchange_client.transport import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exchange_client.transport import Transport

_LANE = "authority"
# Of a token or a discovery document: msal reads them as they are.
_LONGEST_ANSWER_BYTES = 1024 * 1024


# Names of one service each: what a discovery document of Microsoft's may answer with.
# Source: Microsoft identity platform, instance discovery (`aliases`).
_ALIASES = (
    frozenset({"login.microsoftonline.com", "login.windows.net", "login.microsoft.com"}),
    frozenset({"login.microsoftonline.us", "login.usgovcloudapi.net"}),
    frozenset({"login.partner.microsoftonline.cn", "login.chinacloudapi.cn"}),
)


class ForeignEndpointError(Exception):
    """A discovery document named a place that is not the authority's: nothing was sent there."""


def _place(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or 443


class AuthorityHttp:
    """The interface msal asks for: `get`, `post`, `close`.

    Args:
        authority: The only place, aliases aside, that anything is sent to.
        transport: Sends it.
    """

    def __init__(self, authority: str, transport: Transport) -> None:
        self._place = _place(authority)
        self._hosts = next((each for each in _ALIASES if self._place[1] in each), {self._place[1]})
        self._transport = transport

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> requests.Response:
        """Read a discovery document."""
        return self._send(requests.Request("GET", url, headers, params=params))

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> requests.Response:
        """Ask for tokens; doing so twice does no harm."""
        return self._send(requests.Request("POST", url, headers, params=params, data=data))

    def close(self) -> None:
        """Leave the pool open: the calls to Graph share it."""

    def _send(self, request: requests.Request) -> requests.Response:
        prepared = request.prepare()
        scheme, host, port = _place(str(prepared.url))
        if (scheme, port) != (self._place[0], self._place[2]) or host not in self._hosts:
            raise ForeignEndpointError
        response = self._transport.send(
            Request(
                method=str(prepared.method),
                url=str(prepared.url),
                lane=_LANE,
                safety=Safety.REPEATABLE,
                headers=prepared.headers,
                body=prepared.body,
                longest_bytes=_LONGEST_ANSWER_BYTES,
            ),
            None,
        )
        status = response.status_code
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise AuthError(
                "the token service redirects, which is not followed: check authority_url",
                code="redirected",
                status=status,
            )
        # msal would take these for answers, and remember them for a while.
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise error_for(failure_of(status, response.headers, None))
        return response
