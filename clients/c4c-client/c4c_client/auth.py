"""How a client proves who it is: three settings objects, one for each mode C4C offers.

These hold settings only; `credentials.py` turns them into headers. Secrets never appear in
a `repr`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class BasicAuth:
    """User and password of a business user or of a technical (communication) user."""

    username: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True)
class ClientCertificate:
    """X.509 client certificate of a communication arrangement, as unencrypted PEM files."""

    cert_file: str
    key_file: str


@dataclass(frozen=True)
class SamlBearer:
    """OAuth 2.0 with a SAML bearer assertion that this client signs itself.

    Source: C4C developer guide, OAuth SAML sample.

    Attributes:
        token_url: `https://<tenant>/sap/bc/sec/oauth2/token`.
        client_id: OAuth client registered in C4C.
        client_secret: Its secret.
        issuer: Name of the OAuth identity provider registered in C4C.
        username: The C4C user to act as; becomes the subject's NameID.
        cert_file: Signing certificate (PEM), the one uploaded to the identity provider.
        key_file: Its RSA private key (PEM, unencrypted).
        audience: Service provider name of the tenant; empty: the host of `token_url`, as in
            the sample.
        name_id_format: SAML name format of `username`.
        scope: Asked for with every token.
    """

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    issuer: str
    username: str = field(repr=False)
    cert_file: str
    key_file: str
    audience: str = ""
    name_id_format: str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
    scope: str = "UIWC:CC_HOME"


Auth = BasicAuth | ClientCertificate | SamlBearer
