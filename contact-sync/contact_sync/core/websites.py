"""What counts as the same web address."""

from __future__ import annotations

import re

from contact_sync.core.text import collapse

_ADDRESS = re.compile(r"(?P<host>(?:[a-z][a-z0-9+.-]*://)?[^/?#@]*)(?P<rest>.*)", re.IGNORECASE)


def normalise(text: str) -> str:
    """Return an address with scheme and host in lower case, without the slash of an empty path.

    These are the equalities of RFC 3986; a missing scheme or `www.` makes another address.
    """
    match = _ADDRESS.fullmatch(collapse(text))
    if match is None:
        return collapse(text)
    rest = "" if match["rest"] == "/" else match["rest"]
    return match["host"].lower() + rest
