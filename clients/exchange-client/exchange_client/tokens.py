"""Bearer tokens from Microsoft Entra, by msal as it is.

msal reports failures as dictionaries and texts that may name people; only the AADSTS code gets
out of here, with our own words on what to do. Facts about msal: source of 1.39.
"""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msal  # type: ignore[import-untyped]  # msal ships no types
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from typing_extensions import override

from exchange_client import token_cache
from exchange_client.answers import safe
from exchange_client.authority import AuthorityHttp, ForeignEndpointError
from exchange_client.credentials import ClientSecret, DeviceCode, PemCertificate, PfxCertificate
from exchange_client.errors import AuthError, ExchangeError
from exchange_client.transport import TokenSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exchange_client.credentials import Credentials
    from exchange_client.transport import Transport

# msal adds the scopes for the refresh token by itself.
_USER_PERMISSIONS = ("Contacts.ReadWrite", "MailboxSettings.ReadWrite")

_AADSTS = re.compile(r"AADSTS\d+")
# Source: Microsoft identity platform, "Microsoft Entra authentication error codes".
_REMEDIES = {
    "AADSTS7000215": "the client secret is wrong: use the secret's value, not its id",
    "AADSTS7000222": "the client secret has expired: create a new one",
    "AADSTS700016": "the app is not known in this tenant: check client id and tenant",
    "AADSTS90002": "the tenant does not exist in this cloud: check tenant and cloud",
    "AADSTS500011": "this tenant does not know the Graph service asked for: check cloud and "
    "graph_url",
    "AADSTS900023": "the tenant is neither an id nor a domain: check tenant",
    "AADSTS700027": "the certificate is not registered at the app, or has expired",
    "AADSTS65001": "consent is missing: have an administrator grant the app's permissions",
    "AADSTS7000218": "the app is no public client: allow public client flows, or use a secret",
    "AADSTS7000229": "the app is not registered in this tenant: have it consented to",
    "AADSTS7000112": "the app is disabled: have an administrator enable it",
    "AADSTS700024": "the clock of this machine is wrong: set it, since a certificate's proof is "
    "valid for minutes only",
    "AADSTS53003": "a Conditional Access policy of the tenant forbids it: have an administrator "
    "exclude the app, or allow this network",
    "AADSTS700082": "the sign-in has expired: sign in again",
    "AADSTS70043": "the sign-in was ended by a policy of the tenant: sign in again",
    "AADSTS50173": "the sign-in was revoked, as by a new password: sign in again",
    "AADSTS50076": "the sign-in needs another factor: sign in again",
    # Ours: what msal says when it cannot even ask.
    "bad_authority_or_key": "no token service answered there, or the key cannot be used: check "
    "authority_url, or certificate_file, its key and its password",
    "certificate_key_unusable": "the private key cannot be used: it must be an RSA key, that of "
    "certificate_file, with its password in certificate_password",
    "no_terminal": "somebody must sign in: run the tap once by hand, at a terminal",
    "foreign_endpoint": "the token service names another host, and no secret is sent there: check "
    "authority_url",
}
_NO_TERMINAL = {"error": "no_terminal"}
_FALLBACK_REMEDY = "no token: check tenant, cloud, client id and credentials"


class _App(Protocol):
    """One way to get a token result out of msal."""

    def ask(self, *, is_refused: bool) -> Mapping[str, Any]:
        """Give msal's result; `is_refused`: a cached token will not do."""


class MsalTokens(TokenSource):
    """Tokens for one tenant and one Graph root; safe to use from several threads.

    Args:
        authority: `<authority root>/<tenant>`.
        graph_root: Root the tokens are for.
        credentials: Who we are.
        transport: For the calls to the authority.
    """

    def __init__(
        self, authority: str, graph_root: str, credentials: Credentials, transport: Transport
    ) -> None:
        self._graph_root = graph_root
        self._credentials = credentials
        self._lock = threading.Lock()
        self._app: _App | None = None
        self._options: dict[str, Any] = {
            "authority": authority,
            # Every authority is one of our table or the operator's own word; asking another
            # host whether to trust it would only fail behind a firewall.
            "instance_discovery": False,
            "http_client": AuthorityHttp(authority, transport),
        }

    @override
    def get(self) -> str:
        return self._token(is_refused=False)

    @override
    def renew(self) -> str:
        return self._token(is_refused=True)

    def _token(self, *, is_refused: bool) -> str:
        with self._lock:
            try:
                # Built late: building an msal app talks to the authority.
                self._app = self._app or self._build()
                result = self._app.ask(is_refused=is_refused)
            except OSError:
                raise AuthError(
                    "the certificate or key file cannot be read", code="certificate_unreadable"
                ) from None
            except ExchangeError:
                raise
            except ForeignEndpointError:
                raise _auth_error("foreign_endpoint") from None
            except Exception as error:  # noqa: BLE001 - whatever msal and cryptography come up with
                # msal on a bad authority, or on JSON of any other shape; cryptography and PyJWT on
                # a bad key or passphrase. Their texts may quote what they were given.
                raise _auth_error(_code_behind(error) or "bad_authority_or_key") from None
        token = result.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise _auth_error(_code_in(result))
        return token

    def _build(self) -> _App:
        if isinstance(self._credentials, DeviceCode):
            scopes = [f"{self._graph_root}/{name}" for name in _USER_PERMISSIONS]
            return _UserApp(self._credentials, scopes, self._options)
        scopes = [f"{self._graph_root}/.default"]
        return _ServiceApp(self._credentials, scopes, self._options)


class _ServiceApp:
    """The app itself, by secret or certificate.

    A token without roles is fine: with Exchange RBAC the grants are not in it.
    """

    def __init__(
        self,
        credentials: ClientSecret | PemCertificate | PfxCertificate,
        scopes: list[str],
        options: Mapping[str, Any],
    ) -> None:
        self._scopes = scopes
        self._msal: Any = msal.ConfidentialClientApplication(
            credentials.client_id, client_credential=_client_credential(credentials), **options
        )

    def ask(self, *, is_refused: bool) -> Mapping[str, Any]:
        if is_refused:
            self._msal.remove_tokens_for_client()
        # Looks into its own cache first (since msal 1.23).
        result: Mapping[str, Any] = self._msal.acquire_token_for_client(self._scopes)
        return result


class _UserApp:
    """One user, by refresh token, else by device code."""

    def __init__(
        self, credentials: DeviceCode, scopes: list[str], options: Mapping[str, Any]
    ) -> None:
        self._scopes = scopes
        self._show = credentials.show
        self._has_terminal = credentials.has_terminal
        self._file = Path(credentials.token_cache_file)
        self._cache = msal.SerializableTokenCache()
        token_cache.load(self._cache, self._file)
        self._msal: Any = msal.PublicClientApplication(
            credentials.client_id, token_cache=self._cache, **options
        )

    def ask(self, *, is_refused: bool) -> Mapping[str, Any]:
        result = self._silent(is_refused=is_refused)
        if not result or "access_token" not in result:
            # A code that nobody sees would hold a session for a quarter of an hour.
            result = self._interactive() if self._has_terminal() else result or _NO_TERMINAL
        token_cache.save(self._cache, self._file)
        return result

    def _silent(self, *, is_refused: bool) -> Mapping[str, Any] | None:
        accounts = self._msal.get_accounts()
        if not accounts:
            return None
        # With its error: what the token service says against a stored sign-in names the remedy.
        result: Mapping[str, Any] | None = self._msal.acquire_token_silent_with_error(
            self._scopes, account=accounts[0], force_refresh=is_refused
        )
        return result

    def _interactive(self) -> Mapping[str, Any]:
        flow: Mapping[str, Any] = self._msal.initiate_device_flow(scopes=self._scopes)
        if "user_code" not in flow:
            return flow
        self._show(str(flow["message"]))
        result: Mapping[str, Any] = self._msal.acquire_token_by_device_flow(flow)
        return result


def _client_credential(
    credentials: ClientSecret | PemCertificate | PfxCertificate,
) -> str | dict[str, str]:
    if isinstance(credentials, ClientSecret):
        return credentials.client_secret
    passphrase = {"passphrase": credentials.passphrase} if credentials.passphrase else {}
    if isinstance(credentials, PfxCertificate):
        return {"private_key_pfx_path": credentials.pfx_file, **passphrase}
    private_key = Path(credentials.private_key_file).read_bytes()
    _require_rsa(private_key, credentials.passphrase)
    return {
        "private_key": private_key.decode("ascii"),
        # The thumbprint is derived from it (since msal 1.35).
        "public_certificate": Path(credentials.certificate_file).read_text("ascii"),
        **passphrase,
    }


def _require_rsa(private_key: bytes, passphrase: str | None) -> None:
    """Check a key before msal signs with it: its words on a bad one are about something else.

    Raises:
        AuthError: It is no RSA key, or not readable with this password.
    """
    try:
        key = load_pem_private_key(private_key, passphrase.encode() if passphrase else None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise _auth_error("certificate_key_unusable")


def _auth_error(code: str) -> AuthError:
    return AuthError(_REMEDIES.get(code, _FALLBACK_REMEDY), code=code)


def _code_in(result: Mapping[str, Any]) -> str:
    found = _AADSTS.search(str(result.get("error_description")))
    return found.group() if found else safe(result.get("error")) or "no_token"


def _code_behind(error: BaseException) -> str | None:
    """Look for a code along the chain: msal re-raises discovery failures without their text."""
    link: BaseException | None = error
    while link is not None:
        if found := _AADSTS.search(str(link)):
            return found.group()
        link = link.__context__
    return None
