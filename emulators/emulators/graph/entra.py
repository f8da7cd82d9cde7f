"""The Entra v2 endpoints that msal uses: discovery, token, device code."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Any

from emulators.graph.assertions import ASSERTION_TYPE, is_valid
from emulators.graph.messages import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulators.clock import Clock
    from emulators.graph.directory import Directory, TokenIssuer
    from emulators.graph.ids import IdFactory
    from emulators.graph.switches import Switches

PATH = re.compile(
    r"/(?P<tenant>[^/]+)/(?P<endpoint>v2\.0/\.well-known/openid-configuration"
    r"|oauth2/v2\.0/token|oauth2/v2\.0/devicecode)"
)
#: Operations as faults name them: the last segment of the path.
OPERATIONS = frozenset({"entra.openid-configuration", "entra.token", "entra.devicecode"})
GRAPH_ROOTS = (
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
)
_DEVICE_GRANTS = ("urn:ietf:params:oauth:grant-type:device_code", "device_code")


class EntraError(Exception):
    """A refused token request: status, OAuth error, AADSTS number, text."""

    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(number)
        self.status = status
        self.error = error
        self.number = number
        self.text = text


class Entra:
    """Answers the requests of one tenant; callers hold the service's lock."""

    def __init__(
        self,
        directory: Directory,
        issuer: TokenIssuer,
        clock: Clock,
        ids: IdFactory,
        switches: Switches,
    ) -> None:
        self._directory = directory
        self._issuer = issuer
        self._clock = clock
        self._ids = ids
        self._switches = switches

    def answer(self, path: str, form: Mapping[str, str], base_url: str) -> Reply:
        """Answer a request whose path matches `PATH`.

        Args:
            path: Decoded path.
            form: Body of a POST; empty for discovery.
            base_url: `https://host:port` as the client sees it.
        """
        match = PATH.fullmatch(path)
        if match is None:
            return Reply(404)
        tenant, endpoint = match["tenant"], match["endpoint"]
        try:
            self._check_tenant(tenant)
            if endpoint.endswith("openid-configuration"):
                return Reply(200, self._discovery(tenant, base_url))
            if endpoint.endswith("devicecode"):
                return Reply(200, self._device_code(form, base_url))
            return Reply(200, self._token(form, tenant, base_url))
        except EntraError as error:
            return Reply(error.status, self.error_body(error))

    def error_body(self, error: EntraError) -> dict[str, Any]:
        """Return an error in the token endpoint's form."""
        trace = self._ids.trace()
        return {
            "error": error.error,
            "error_description": f"AADSTS{error.number}: {error.text} Trace ID: {trace}",
            "error_codes": [error.number],
            "timestamp": self._clock.now().strftime("%Y-%m-%d %H:%M:%SZ"),
            "trace_id": trace,
            "correlation_id": self._ids.trace(),
        }

    def _discovery(self, tenant: str, base_url: str) -> dict[str, Any]:
        authority = f"{base_url}/{tenant}"
        return {
            "issuer": f"{base_url}/{self._directory.tenant_id}/v2.0",
            "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
            "token_endpoint": f"{authority}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{authority}/oauth2/v2.0/devicecode",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _token(self, form: Mapping[str, str], tenant: str, base_url: str) -> dict[str, Any]:
        self._check_app(form)
        grant_type = form.get("grant_type", "")
        issuer = f"{base_url}/{self._directory.tenant_id}/v2.0"
        if grant_type == "client_credentials":
            self._check_credential(form, f"{base_url}/{tenant}/oauth2/v2.0/token")
            _check_scope(form.get("scope", ""), base_url)
            return self._issuer.for_app()
        if grant_type in _DEVICE_GRANTS:
            scopes = self._redeem(form.get("device_code", ""))
            return self._issuer.for_user(self._device_user(), scopes, issuer)
        if grant_type == "refresh_token":
            known = self._directory.refresh_tokens.get(form.get("refresh_token", ""))
            if known is None:
                raise EntraError(400, "invalid_grant", 9002313, "The refresh token is malformed.")
            return self._issuer.for_user(*known, issuer)
        text = "The app requested an unsupported grant type."
        raise EntraError(400, "unsupported_grant_type", 70003, text)

    def _check_tenant(self, tenant: str) -> None:
        if not self._directory.has_tenant(tenant):
            raise EntraError(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.")

    def _check_app(self, form: Mapping[str, str]) -> None:
        client_id = form.get("client_id", "")
        if client_id != self._directory.client_id:
            text = f"Application with identifier '{client_id}' was not found in the directory."
            raise EntraError(400, "unauthorized_client", 700016, text)

    def _check_credential(self, form: Mapping[str, str], token_endpoint: str) -> None:
        directory = self._directory
        assertion = form.get("client_assertion")
        if assertion is not None:
            is_accepted = (
                form.get("client_assertion_type") == ASSERTION_TYPE
                and directory.certificate_pem is not None
                and is_valid(
                    assertion, directory.certificate_pem, directory.client_id, token_endpoint
                )
            )
            if not is_accepted:
                text = "The certificate used to sign the client assertion is not registered."
                raise EntraError(401, "invalid_client", 700027, text)
            return
        secret = form.get("client_secret")
        if secret is None:
            text = "The request body must contain 'client_assertion' or 'client_secret'."
            raise EntraError(401, "invalid_client", 7000218, text)
        if not hmac.compare_digest(secret.encode(), directory.client_secret.encode()):
            text = "Invalid client secret provided."
            raise EntraError(401, "invalid_client", 7000215, text)

    def _device_code(self, form: Mapping[str, str], base_url: str) -> dict[str, Any]:
        self._check_app(form)
        code = self._ids.token()
        self._directory.device_codes[code] = frozenset(form.get("scope", "").split())
        user_code = code[:9].upper()
        address = f"{base_url}/devicelogin"
        return {
            "user_code": user_code,
            "device_code": code,
            "verification_uri": address,
            "expires_in": 900,
            "interval": 1,
            "message": f"To sign in, open {address} and enter the code {user_code}.",
        }

    def _redeem(self, code: str) -> frozenset[str]:
        scopes = self._directory.device_codes.get(code)
        if scopes is None:
            raise EntraError(400, "invalid_grant", 70000, "The device code is not valid.")
        if self._switches.device_flow == "pending":
            raise EntraError(400, "authorization_pending", 70016, "Authorization is pending.")
        del self._directory.device_codes[code]
        if self._switches.device_flow == "declined":
            raise EntraError(400, "authorization_declined", 70018, "The user declined.")
        return scopes

    def _device_user(self) -> str:
        if self._directory.device_user is None:
            raise EntraError(400, "invalid_grant", 50034, "The user account does not exist.")
        return self._directory.device_user


def _check_scope(scope: str, base_url: str) -> None:
    resource, _, name = scope.rpartition("/")
    if " " in scope or name != ".default":
        text = "The scope for client credential flows ends with /.default."
        raise EntraError(400, "invalid_scope", 1002012, text)
    if resource not in {base_url, *GRAPH_ROOTS}:
        text = "The resource principal was not found in the tenant."
        raise EntraError(400, "invalid_resource", 500011, text)
