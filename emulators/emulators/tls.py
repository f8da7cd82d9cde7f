"""A throw-away certificate authority, so that clients verify TLS as they do in production."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from pathlib import Path

HOST_NAMES = ("localhost", "127.0.0.1")


@dataclass(frozen=True)
class TlsMaterial:
    """Server side context and what a client needs to trust it.

    Attributes:
        context: For the listening side.
        ca_file: PEM file with the certificate of the authority.
        bundle: The same certificate as text.
    """

    context: ssl.SSLContext
    ca_file: Path
    bundle: str


def create_tls(folder: Path) -> TlsMaterial:
    """Create an authority and a certificate for the loopback names.

    Writes `ca.pem` (public), `server.pem` (certificate chain) and `server.key` (mode 0600).
    """
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    server = authority.issue_cert(*HOST_NAMES)
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(authority.cert_pem.bytes())
    chain = folder / "server.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in server.cert_chain_pems))
    key = folder / "server.key"
    key.unlink(missing_ok=True)
    # Opened with its final mode: the key is never readable by others, not even for a moment.
    descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(server.private_key_pem.bytes())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain, key)
    return TlsMaterial(context, ca_file, authority.cert_pem.bytes().decode("ascii"))
