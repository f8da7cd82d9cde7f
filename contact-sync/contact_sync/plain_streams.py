"""The plain streams of one run: what their SCHEMA messages ask for, and whether it can be done.

Responsible for refusing a stream before anything is written, and for saying once what of it is
not written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contact_sync.core.loading import UnfitStreamError, plan_stream
from contact_sync.singer_io import MessageError

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping, Sequence

    from contact_sync.core.loading import StreamPlan, Table
    from contact_sync.core.model import RecordType

#: Settings of both targets that concern plain records alone.
LOADING_SETTINGS: dict[str, dict[str, Any]] = {
    "unknown_columns": {
        "type": "string",
        "enum": ["refuse", "ignore"],
        "default": "refuse",
        "title": "Unknown columns",
        "description": "Plain records only: what becomes of columns that the service does not "
        "know. `refuse`: nothing is written; `ignore`: they are left out.",
    },
}


class PlainStreams:
    """Plans of the plain streams, by name.

    Args:
        table_of: Gives what the service knows of a record type; asked once per type.
        allows_unknown: The setting `unknown_columns`.
        logger: Where it is told what is not written.
    """

    def __init__(
        self,
        table_of: Callable[[RecordType], Table],
        *,
        allows_unknown: bool,
        logger: logging.Logger,
    ) -> None:
        self.plans: dict[str, StreamPlan] = {}
        self._table_of = table_of
        self._tables: dict[RecordType, Table] = {}
        self._allows_unknown = allows_unknown
        self._logger = logger
        self._said: set[str] = set()
        self._declared: list[tuple[str, RecordType, list[str], list[str]]] = []

    def declare(
        self, stream: str, kind: RecordType, schema: Mapping[str, Any], keys: Sequence[str]
    ) -> None:
        """Take in a SCHEMA message."""
        self._declared.append((stream, kind, [*schema["properties"]], [*keys]))

    def review(self) -> None:
        """Check what was declared since the last time; must come before the first write.

        Raises:
            MessageError: A stream cannot be loaded as it is.
        """
        declared, self._declared = self._declared, []
        for stream, kind, names, keys in declared:
            self._review(stream, self._table(kind), names, keys)

    def _table(self, kind: RecordType) -> Table:
        if kind not in self._tables:
            self._tables[kind] = self._table_of(kind)
        return self._tables[kind]

    def _review(self, stream: str, table: Table, names: Sequence[str], keys: Sequence[str]) -> None:
        try:
            plan = plan_stream(table, stream, names, keys, allows_unknown=self._allows_unknown)
        except UnfitStreamError as error:
            raise MessageError(str(error)) from None
        before = self.plans.get(stream)
        if before is not None and before.key != plan.key:
            raise MessageError(
                f"Stream {stream} was declared twice, with different key_properties. Is the input "
                "of one tap?"
            )
        self.plans[stream] = plan
        for note in plan.notes:
            self.say_once(note)

    def say_once(self, text: str) -> None:
        """Log a line, unless this run has said it already."""
        if text not in self._said:
            self._said.add(text)
            self._logger.info("%s", text)
