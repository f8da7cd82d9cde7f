"""The digest key: where it comes from, and what happens when it is not the one of last time.

Responsible for the key file and the key's fingerprint in the store. Must never put the key into
the database, a log or a message: with it, digests of names could be guessed.

A key that is lost costs no link. The digests made with it say nothing any more, so all of them are
cleared, and everything is read and agreed on again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
from typing import TYPE_CHECKING

import sqlalchemy as sa

from contact_sync.core.model import Phase, Side
from contact_sync.errors import StoreKeyError
from contact_sync.store.rereads import EVERYTHING
from contact_sync.store.tables import link

if TYPE_CHECKING:
    from pathlib import Path

    from contact_sync.store.store import Store

_logger = logging.getLogger(__name__)

_KEY_BYTES = 32
_MAX_KEY_BYTES = 64  # of keyed BLAKE2b
_PRIVATE_FILE = 0o600

_FINGERPRINT = "digest_key.fingerprint"
_ORIGIN = "digest_key.origin"
_SETTING = "setting"
_FILE = "file"

#: Stage under which a change of the key appears among the runs.
STAGE = "digest_key"


def settle(store: Store, setting: str | None, path: Path | None) -> bytes:
    """Return the key; make it at first use; clear the digests if it is not that of last time.

    Args:
        store: The store, open.
        setting: The setting `digest_key`, 64 to 128 hex digits, if it is set.
        path: The key file otherwise; None if the database is no file.

    Raises:
        StoreKeyError: The key is unusable, or the setting is missing although it was used before.
    """
    if setting:
        key = _read_key(setting)
        # The same key, until now from the file, is adopted as well: a plugin without the setting
        # must not make a new file.
        if not _is_known(store, key) or store.settings.get(_ORIGIN) != _SETTING:
            with store.transaction():
                _adopt(store, key, _SETTING)
        return key
    # A plugin whose setting was forgotten must not throw away what the others have agreed on.
    if path is None or store.settings.get(_ORIGIN) == _SETTING:
        raise StoreKeyError(
            "it is not set" if path is None else "it was set before and is not set now",
            "give all plugins the same 64 hex digits",
        )
    existing = _read_file(path)
    if existing is not None and _is_known(store, existing):
        return existing
    # The write transaction lets one process at a time look for the file and create it.
    with store.transaction():
        key = _read_file(path) or _create_file(path)
        _adopt(store, key, _FILE)
    return key


def _is_known(store: Store, key: bytes) -> bool:
    return store.settings.get(_FINGERPRINT) == _fingerprint(key)


def _adopt(store: Store, key: bytes, origin: str) -> None:
    """Take over a key; the current transaction decides whether anything of it happens."""
    before = store.settings.get(_FINGERPRINT)
    fingerprint = _fingerprint(key)
    store.settings.set_(_FINGERPRINT, fingerprint)
    store.settings.set_(_ORIGIN, origin)
    if before not in (None, fingerprint):
        _forget_digests(store)


def _forget_digests(store: Store) -> None:
    links = store.links.list_(phases=[phase for phase in Phase if phase is not Phase.RETIRED])
    run_id = store.runs.start(STAGE)
    with store.connection() as connection:
        connection.execute(sa.update(link).values(base_exchange={}, base_c4c={}))
    # Without this, a field would stay unknown until somebody edits its record.
    for mailbox in sorted({entry.mailbox for entry in links}):
        store.requests.add(Side.EXCHANGE, mailbox=mailbox, record_type=None, remote_id=EVERYTHING)
    if links:
        store.requests.add(Side.C4C, record_type=None, remote_id=EVERYTHING)
    store.runs.finish(run_id, {"links": len(links)}, "changed")
    _logger.warning(
        "The digest key has changed: all links are kept, %d of them are agreed on anew.", len(links)
    )


def _fingerprint(key: bytes) -> str:
    return hashlib.blake2b(b"fingerprint", key=key, digest_size=16).hexdigest()


def _read_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if not _KEY_BYTES <= len(key) <= _MAX_KEY_BYTES:
        raise StoreKeyError(
            "it is no text of 64 to 128 hex digits", "give 64 random hex digits, or no key at all"
        )
    return key


def _read_file(path: Path) -> bytes | None:
    try:
        return _read_key(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreKeyError("the key file cannot be read", _FILE_REMEDY) from error
    except StoreKeyError as error:
        raise StoreKeyError("the key file holds no key", _FILE_REMEDY) from error


_FILE_REMEDY = (
    "restore the file ….key beside the store, or delete it (all fields are then agreed on anew)"
)


def _create_file(path: Path) -> bytes:
    key = secrets.token_bytes(_KEY_BYTES)
    draft = path.with_name(f"{path.name}.new")
    try:
        # A draft that a crash left behind is nobody's key yet.
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{key.hex()}\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise StoreKeyError("the key file cannot be written", "make the folder writable") from error
    return key
