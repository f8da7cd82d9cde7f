"""A property that C4C refuses by name, and that no record needs: the rest goes without it.

Responsible for telling which property that is, and for the issue that names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from c4c_client import RejectedError
from contact_sync.core.status import STATUS_PROPERTY

if TYPE_CHECKING:
    from collections.abc import Collection

    from c4c_client import C4CError
    from contact_sync.book import Book

    from target_c4c.task import Task

#: Without these there is no record, or another one than was meant.
_REQUIRED = frozenset({"AccountID", "LastName", "Name", "RoleCode", *STATUS_PROPERTY.values()})


def refused_property(error: C4CError | None, body: Collection[str]) -> str | None:
    """Return the property that was refused, if the rest can be sent without it."""
    if not isinstance(error, RejectedError):
        return None
    name = error.property_name
    return name if name in body and name not in _REQUIRED and len(body) > 1 else None


def fields_behind(task: Task, refused: Collection[str]) -> tuple[str, ...]:
    """Return the fields of the contract whose values need any of the refused properties."""
    return tuple(
        name for name in task.contract.fields if not task.body([name]).keys().isdisjoint(refused)
    )


def report_left_out(book: Book, task: Task, names: Collection[str]) -> None:
    """Raise the issue about properties without which a record was written."""
    if not names:
        return
    # Without a field behind them they are settings; no edit of the item will end it.
    tell = book.one_issue if fields_behind(task, names) else book.issue
    tell(task, "rejected", names, "written without the named fields")
