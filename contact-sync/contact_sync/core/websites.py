"""What counts as the same web address."""

from __future__ import annotations

import re

from contact_sync.core.text import collapse

# Scheme and host, and the slash of an empty path.
_HOST = re.compile(r"((?:[a-z][a-z0-9+.-]*://)?[^/?#@]*)(?:/\Z)?", re.IGNORECASE)


def normalise(text: str) -> str:
    """Return an address with scheme and host in lower case, without the slash of an empty path.

    These are the equalities of RFC 3986; a missing scheme or `www.` makes another address.
    """
    return _HOST.sub(lambda found: found[1].lower(), collapse(text), count=1)
