"""Verifies the signed assertion that stands for a client secret (private_key_jwt)."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def is_valid(assertion: str, certificate_pem: str, client_id: str, token_endpoint: str) -> bool:
    """Tell whether an assertion was made for this endpoint with the registered key.

    Laxer than Entra: the assertion's life is not compared with the clock, which may be virtual
    while the client's is not; and the thumbprint in its header is not looked at.
    """
    try:
        head, body, signature = (_decode(part) for part in assertion.split("."))
        algorithm = json.loads(head).get("alg")
        claims: dict[str, Any] = json.loads(body)
    except (ValueError, AttributeError):
        return False
    expected = {"iss": client_id, "sub": client_id, "aud": token_endpoint}
    if any(claims.get(name) != value for name, value in expected.items()) or "exp" not in claims:
        return False
    key = load_pem_x509_certificate(certificate_pem.encode("ascii")).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    schemes: dict[str, padding.AsymmetricPadding] = {
        "RS256": padding.PKCS1v15(),
        "PS256": padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH),
    }
    signed = assertion.rpartition(".")[0].encode("ascii")
    try:
        key.verify(signature, signed, schemes[algorithm], SHA256())
    except (InvalidSignature, KeyError):
        return False
    return True


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
