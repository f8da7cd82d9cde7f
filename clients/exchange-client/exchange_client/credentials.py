"""How the client proves who it is. Secrets stay out of every `repr`."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, kw_only=True)
class ClientSecret:
    """An app of the tenant with a secret; opens the mailboxes the app was granted."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class PemCertificate:
    """An app with a certificate: two PEM files.

    Attributes:
        client_id: Application id.
        private_key_file: PEM file of the private key.
        certificate_file: PEM file of the public certificate.
        passphrase: Of the private key; None when it has none.
    """

    client_id: str
    private_key_file: str
    certificate_file: str
    passphrase: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class PfxCertificate:
    """An app with a certificate: one PFX (PKCS #12) file.

    Attributes:
        client_id: Application id.
        pfx_file: File with key and certificate.
        passphrase: Of the file; None when it has none.
    """

    client_id: str
    pfx_file: str
    passphrase: str | None = field(default=None, repr=False)


def _show(message: str) -> None:
    sys.stderr.write(f"{message}\n")


def _has_terminal() -> bool:
    return sys.stderr.isatty()


@dataclass(frozen=True, kw_only=True)
class DeviceCode:
    """One user, who signs in once in a browser; later runs use the stored refresh token.

    Attributes:
        client_id: Application id of a public client.
        token_cache_file: Where the tokens rest, mode 0600. A secret.
        show: Gets the text that tells the user where to sign in.
        has_terminal: Whether somebody can see that text.
    """

    client_id: str
    token_cache_file: str
    show: Callable[[str], None] = field(default=_show, repr=False)
    has_terminal: Callable[[], bool] = field(default=_has_terminal, repr=False)


Credentials = ClientSecret | PemCertificate | PfxCertificate | DeviceCode
