"""State lists: what the tenant calls the states of each country. No personal data."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from contact_sync.core.states import StateList, state_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from contact_sync.core.model import RecordType
    from contact_sync.store.seen_settings import SeenSettings

#: A tenant's lists change with its configuration, seldom.
REFRESH = timedelta(days=7)
#: A list that could not be read is tried again.
RETRY = timedelta(days=1)


class StateLists:
    """The lists of the tenant, one per record type, each replaced as a whole."""

    def __init__(self, settings: SeenSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now

    def get(self, record_type: RecordType) -> StateList | None:
        """Return the list of a record type; None if none was ever read."""
        text = self._settings.get(_name(record_type))
        return None if text is None else state_list(tuple(row) for row in json.loads(text))

    def version(self, record_type: RecordType) -> str:
        """Return a text that changes with the list; "" without one."""
        return self._settings.get(_name(record_type)) or ""

    def is_untried(self, record_type: RecordType) -> bool:
        """Whether nobody has tried to read the list yet."""
        return self._settings.get(f"{_name(record_type)}:tried") is None

    def is_wanted(self, record_type: RecordType) -> bool:
        """Whether the list is to be read (again)."""
        tried = self._settings.get(f"{_name(record_type)}:tried")
        pause = REFRESH if self.version(record_type) else RETRY
        return tried is None or self._now() - datetime.fromisoformat(tried) >= pause

    def put(self, record_type: RecordType, rows: Iterable[tuple[str, str, str]] | None) -> None:
        """Keep a list as it was read: (country, code, description); None: it could not be read.

        A list that was read before stays in force then.
        """
        self._settings.set_(f"{_name(record_type)}:tried", self._now().isoformat())
        if rows is not None:
            self._settings.set_(_name(record_type), json.dumps(sorted(set(rows))))


def _name(record_type: RecordType) -> str:
    return f"states:{record_type.value}"
