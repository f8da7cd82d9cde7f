"""The token cache of one signed-in user on disk: mode 0600, replaced as a whole.

It holds a refresh token; whoever can read the file is that user.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from exchange_client.errors import AuthError

if TYPE_CHECKING:
    import msal  # type: ignore[import-untyped]  # msal ships no types


def load(cache: msal.SerializableTokenCache, file: Path) -> None:
    """Fill the cache; a missing file is an empty cache.

    Raises:
        AuthError: The file cannot be read, or holds something else.
    """
    try:
        text = file.read_text("utf-8")
        _require_cache(json.loads(text))
        cache.deserialize(text)
    except FileNotFoundError:
        return
    except (OSError, RecursionError, ValueError):
        raise AuthError(
            "the token cache file cannot be read: delete it and sign in again",
            code="token_cache_unreadable",
        ) from None


def _require_cache(content: object) -> None:
    """Check what msal does not: it takes any JSON, and fails later."""
    sections = content.values() if isinstance(content, dict) else [None]
    for section in sections:
        if not isinstance(section, dict) or not all(isinstance(e, dict) for e in section.values()):
            raise ValueError("no token cache")


def save(cache: msal.SerializableTokenCache, file: Path) -> None:
    """Write the cache if it changed.

    Raises:
        AuthError: The file cannot be written.
    """
    if not cache.has_state_changed:
        return
    try:
        # mkstemp makes the file 0600 from the start; replacing it leaves no half-written cache.
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(cache.serialize())
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError:
        raise AuthError(
            "the token cache file cannot be written: check token_cache_file",
            code="token_cache_unwritable",
        ) from None
