"""Keyed digests of values: what the store keeps instead of the values.

Responsible for one function, so that a digest made in the mapper equals one made in a target.
"""

from __future__ import annotations

import hashlib

_SIZE_BYTES = 16


def digest(key: bytes, name: str, normalised: str) -> str:
    """Return the keyed BLAKE2b digest of one field's normalised value, 32 hex digits.

    The field name takes part, so that equal values of different fields cannot be told to be equal.

    Raises:
        ValueError: The key is empty (anyone could try out values) or longer than 64 bytes.
    """
    if not key:
        raise ValueError("The digest key is empty.")
    # JSON may carry half a surrogate pair; it must give a digest like any other text.
    message = f"{name}\0{normalised}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(message, key=key, digest_size=_SIZE_BYTES).hexdigest()
