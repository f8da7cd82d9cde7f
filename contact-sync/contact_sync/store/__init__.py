"""The sync store: what is remembered between sessions. Ids and digests, never personal data."""

from __future__ import annotations

from contact_sync.errors import (
    BindingError,
    HoldError,
    SessionLockedError,
    StaleIntentError,
    StoreError,
    StoreKeyError,
    StoreNewerError,
    StoreUnreadableError,
)
from contact_sync.store.intents import NOT_DONE
from contact_sync.store.locks import session_owner
from contact_sync.store.rereads import EVERYTHING
from contact_sync.store.rows import Hold, Intent, IssueRow, Request, RunRow
from contact_sync.store.store import Store, utc_now

__all__ = [
    "EVERYTHING",
    "NOT_DONE",
    "BindingError",
    "Hold",
    "HoldError",
    "Intent",
    "IssueRow",
    "Request",
    "RunRow",
    "SessionLockedError",
    "StaleIntentError",
    "Store",
    "StoreError",
    "StoreKeyError",
    "StoreNewerError",
    "StoreUnreadableError",
    "session_owner",
    "utc_now",
]
