"""The line that a plugin ended with, kept for `contact-sync status`: the cause is found at once.

Responsible for noting it in the store and for telling which of them still counts. The texts are
those of our own error classes: codes and remedies, no personal data.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from contact_sync.errors import ContactSyncError
from contact_sync.quiet import printable
from contact_sync.store import Store, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable

#: All plugins that a pipe of this sync has.
PLUGINS = (
    *("tap-exchange-contacts", "contact-sync-mapper", "contact-sync", "target-c4c", "tap-c4c"),
    "target-exchange-contacts",
)
_LONGEST = 1000


@dataclass(frozen=True)
class LastWords:
    """How a plugin ended: its name, when, and its line."""

    plugin: str
    at: datetime
    text: str


def note_failure(
    sync_store: object, plugin: str, text: str, *, now: Callable[[], datetime] = utc_now
) -> None:
    """Keep a plugin's last line in the store, if there is one that can be written.

    Args:
        sync_store: The setting of that name, as it was found.
        plugin: Name of the plugin.
        text: One line, free of personal data.
        now: The clock.
    """
    if not isinstance(sync_store, str) or not sync_store:
        return
    value = {"at": now().isoformat(), "text": printable(text)[:_LONGEST]}
    # The plugin has failed already; that its store is not to be had is often the cause.
    with suppress(ContactSyncError, OSError):
        store = Store.open(sync_store, now=now, needs_digest_key=False, must_exist=True)
        with store:
            store.settings.set_(_name(plugin), json.dumps(value))


def last_words(store: Store) -> list[LastWords]:
    """Return the last lines of plugins that no later session has made old, newest first."""
    newest = next(iter(store.runs.last(1)), None)
    found = []
    for plugin in PLUGINS:
        text = store.settings.get(_name(plugin))
        if text is not None:
            value = json.loads(text)
            words = LastWords(plugin, datetime.fromisoformat(value["at"]), value["text"])
            # A plugin that failed may do so before or after the others have begun.
            if newest is None or newest.started_at <= words.at:
                found.append(words)
    return sorted(found, key=lambda words: words.at, reverse=True)


def _name(plugin: str) -> str:
    return f"failure.{plugin}"
