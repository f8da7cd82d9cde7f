"""Makes ids that look and behave like Exchange's: opaque, URL-safe, case-sensitive."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
import uuid
from collections import Counter

_SHAPE = re.compile(r"[A-Za-z0-9_-]{60,200}=?")


class IdFactory:
    """Issues ids, thread-safe; equal seed and equal order of calls give equal ids."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self._issued: Counter[str] = Counter()

    def immutable(self) -> str:
        """Return an immutable contact id, 72 characters."""
        return "AAkALgAAAAAA" + self._text("immutable", 45)

    def classic(self) -> str:
        """Return a contact id of the default form, about twice as long."""
        return "AAMkAD" + self._text("classic", 96) + "="

    def folder(self) -> str:
        """Return a folder id."""
        return "AQMkAD" + self._text("folder", 69) + "="

    def change_key(self) -> str:
        """Return a change key, never used before."""
        return "EQAAABYAAAC" + self._text("change_key", 21)

    def token(self) -> str:
        """Return an opaque delta or skip token."""
        return self._text("token", 60)

    def guid(self) -> str:
        """Return a GUID in text form, for users, apps and categories."""
        return self._guid("guid")

    def trace(self) -> str:
        """Return a GUID for one request; of a row of its own, so that the others stay equal."""
        return self._guid("trace")

    def _guid(self, kind: str) -> str:
        return str(uuid.UUID(bytes=self._bytes(kind, self._next(kind), 16), version=4))

    def _text(self, kind: str, size: int) -> str:
        number = self._next(kind)
        # Every second text is its predecessor in the other case: a store or a table that compares
        # ids without regard to case mixes up two items.
        text = base64.urlsafe_b64encode(self._bytes(kind, number // 2, size)).decode("ascii")
        return text.swapcase() if number % 2 else text

    def _next(self, kind: str) -> int:
        with self._lock:
            self._issued[kind] += 1
            return self._issued[kind] + 1

    def _bytes(self, kind: str, number: int, size: int) -> bytes:
        blocks = (
            hashlib.blake2b(f"{self._seed}/{kind}/{number}/{block}".encode()).digest()
            for block in range(-(-size // 64))
        )
        return b"".join(blocks)[:size]


def is_well_formed(text: str) -> bool:
    """Tell whether a text could be an id of this service."""
    return _SHAPE.fullmatch(text) is not None
