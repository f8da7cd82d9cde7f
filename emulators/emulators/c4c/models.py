"""The stored world: nodes in tables, with indexes and transactions. No rules live here."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emulators.c4c.facts import ACCOUNT_LINK, CONTACT_LINK

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from emulators.c4c.values import Value

LINK = "Link"
"""Table behind both link sets: one row per pair of contact and account.

Unconfirmed: that both sets show a row under the same ObjectID.
"""


def table_of(entity: str) -> str:
    """Return the table which holds the rows of an entity type."""
    return LINK if entity in (CONTACT_LINK, ACCOUNT_LINK) else entity


@dataclass(frozen=True)
class User:
    """Somebody who writes; `name` is what `CreatedBy` and `ChangedBy` show."""

    name: str
    identity: str


@dataclass(frozen=True)
class Stamp:
    """When (ticks since 1970) and by whom."""

    ticks: int
    user: User


@dataclass(frozen=True)
class Node:
    """One row, replaced as a whole at each change.

    Attributes:
        values: Stored properties; what can be derived is not stored.
        created: Creation of the business object (roots) or of the row.
        changed: Last change of the business object (roots) or of the row.
        node_changed: Ticks of the last change of this row, `EntityLastChangedOn`.
    """

    table: str
    object_id: str
    values: Mapping[str, Value]
    created: Stamp
    changed: Stamp
    node_changed: int

    def text(self, name: str) -> str:
        """Return a text property; empty if it is not stored."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""

    def with_values(self, values: Mapping[str, Value], stamp: Stamp) -> Node:
        """Return the row changed by this much."""
        merged = {**self.values, **values}
        return replace(self, values=merged, changed=stamp, node_changed=stamp.ticks)


class World:
    """All rows, with equality indexes that are built when first asked for."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, Node]] = {}
        self._indexes: dict[tuple[str, str], dict[Value, dict[str, None]]] = {}
        self._undo: list[tuple[str, str, Node | None]] | None = None

    def get(self, table: str, object_id: str) -> Node | None:
        """Return a row, or None."""
        return self._tables.get(table, {}).get(object_id)

    def all(self, table: str) -> list[Node]:
        """Return all rows of a table."""
        return list(self._tables.get(table, {}).values())

    def find(self, table: str, name: str, value: Value) -> list[Node]:
        """Return the rows whose stored property equals the value."""
        if name == "ObjectID":
            node = self.get(table, str(value))
            return [node] if node else []
        rows = self._tables.get(table, {})
        index = self._indexes.get((table, name))
        if index is None:
            index = self._indexes[table, name] = {}
            for object_id, node in rows.items():
                index.setdefault(node.values.get(name), {})[object_id] = None
        return [rows[object_id] for object_id in index.get(value, ())]

    def put(self, node: Node) -> None:
        """Add or replace a row."""
        self._swap(node.table, node.object_id, node)

    def drop(self, node: Node) -> None:
        """Remove a row."""
        self._swap(node.table, node.object_id, None)

    def copy(self) -> World:
        """Return the world as it is now; rows are shared, as they never change."""
        other = World()
        other._tables = {name: dict(rows) for name, rows in self._tables.items()}
        return other

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Take everything back if the block raises; an inner block joins the outer one."""
        if self._undo is not None:
            yield
            return
        self._undo = []
        try:
            yield
        except BaseException:
            log, self._undo = self._undo, None
            for table, object_id, node in reversed(log):
                self._swap(table, object_id, node)
            raise
        finally:
            self._undo = None

    def _swap(self, table: str, object_id: str, node: Node | None) -> None:
        rows = self._tables.setdefault(table, {})
        before = rows.pop(object_id, None)
        if self._undo is not None:
            self._undo.append((table, object_id, before))
        if node is not None:
            rows[object_id] = node
        for (indexed, name), index in self._indexes.items():
            if indexed != table:
                continue
            if before is not None:
                del index[before.values.get(name)][object_id]
            if node is not None:
                index.setdefault(node.values.get(name), {})[object_id] = None
