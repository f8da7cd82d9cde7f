"""The Entra tenant: its one app, what that app may do, and the tokens given out."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from emulators.graph import exceptions

if TYPE_CHECKING:
    from emulators.clock import Clock
    from emulators.graph.ids import IdFactory
    from emulators.graph.switches import Switches

ROLES = frozenset({"Contacts.ReadWrite", "MailboxSettings.ReadWrite"})
_REFRESH_SCOPES = frozenset({"openid", "profile", "offline_access"})


@dataclass(frozen=True)
class Grant:
    """What an access token allows.

    Attributes:
        user: Address of the signed-in user; None = the app itself.
        scopes: Delegated permissions; empty for the app itself.
    """

    user: str | None
    scopes: frozenset[str]
    expires: datetime


@dataclass
class Directory:
    """One tenant with one registered app.

    Attributes:
        certificate_pem: Registered certificate, for certificate assertions.
        roles: Application permissions with consent.
        device_user: Address of the user who completes a device code flow.
    """

    tenant_id: str
    domain: str
    client_id: str
    client_secret: str
    certificate_pem: str | None = None
    roles: frozenset[str] = ROLES
    device_user: str | None = None
    grants: dict[str, Grant] = field(default_factory=dict)
    refresh_tokens: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    device_codes: dict[str, frozenset[str]] = field(default_factory=dict)

    def has_tenant(self, name: str) -> bool:
        """Tell whether an authority path names this tenant, by id or domain."""
        return name.lower() in {self.tenant_id, self.domain}

    def grant(self, token: str, now: datetime) -> Grant:
        """Return what a token allows.

        Raises:
            GraphError: 401, the token is unknown or has expired.
        """
        grant = self.grants.get(token)
        if grant is None:
            raise exceptions.unauthorized("Access token validation failure. Invalid audience.")
        if grant.expires <= now:
            raise exceptions.unauthorized("Lifetime validation failed, the token is expired.")
        return grant

    def permissions(self, grant: Grant) -> frozenset[str]:
        """Return the permissions in force for a token."""
        return self.roles if grant.user is None else grant.scopes


class TokenIssuer:
    """Makes token responses; callers hold the service's lock."""

    def __init__(
        self, directory: Directory, clock: Clock, ids: IdFactory, switches: Switches
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._ids = ids
        self._switches = switches

    def for_app(self) -> dict[str, Any]:
        """Return the token response of the client credentials grant."""
        return self._access(None, frozenset())

    def for_user(self, user: str, scopes: frozenset[str], issuer: str) -> dict[str, Any]:
        """Return a delegated token response with refresh and id token.

        Args:
            user: Address of the user.
            scopes: As requested, the OpenID ones included.
            issuer: Of the id token.
        """
        directory = self._directory
        granted = frozenset(scope.rpartition("/")[2] for scope in scopes - _REFRESH_SCOPES)
        response = self._access(user, granted)
        refresh = "0.A" + self._ids.token()
        directory.refresh_tokens[refresh] = (user, scopes)
        now = int(self._clock.now().timestamp())
        claims = {
            "aud": directory.client_id,
            "iss": issuer,
            "iat": now,
            "exp": now + int(self._switches.token_lifetime_seconds),
            "sub": user,
            "oid": user,
            "tid": directory.tenant_id,
            "preferred_username": user,
        }
        client_info = {"uid": user, "utid": directory.tenant_id}
        return response | {
            "scope": " ".join(sorted(granted)),
            "refresh_token": refresh,
            "id_token": f"{_encode({'typ': 'JWT', 'alg': 'none'})}.{_encode(claims)}.",
            "client_info": _encode(client_info),
        }

    def _access(self, user: str | None, scopes: frozenset[str]) -> dict[str, Any]:
        # Opaque to clients on purpose: tokens for Graph carry no contract for their holder.
        token = f"EwB.{self._ids.token()}"
        lifetime = self._switches.token_lifetime_seconds
        expires = self._clock.now() + timedelta(seconds=lifetime)
        self._directory.grants[token] = Grant(user, scopes, expires)
        return {
            "token_type": "Bearer",
            "expires_in": int(lifetime),
            "ext_expires_in": int(lifetime),
            "access_token": token,
        }


def _encode(value: dict[str, Any]) -> str:
    text = json.dumps(value).encode("utf-8")
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode("ascii")
