"""Reads and writes many at once, and keeps the trouble of one to that one (I45).

Responsible for issues about records that cannot be looked at, and for sending alone what may have
spoilt a batch for the others before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from c4c_client import C4CError, UnknownOutcomeError

from target_c4c.failures import of_one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from c4c_client import C4CClient, C4CRecord, Write, WriteResult
    from contact_sync.book import Book

    from target_c4c.task import Task

_FoundT = TypeVar("_FoundT")


def records_for(
    client: C4CClient, book: Book, wanted: Sequence[tuple[Task, str, str | None]]
) -> dict[str, C4CRecord | None]:
    """Read the records of tasks by key; those that cannot be read become issues of their tasks.

    Args:
        client: C4C.
        book: Where issues go.
        wanted: Tasks of one record type, with the ObjectIDs that they are about, and the intents
            that end where the record cannot be looked at; None for a write that may have happened.

    Returns:
        ObjectID -> record, None if it is gone. One that cannot be read is not among them.

    Raises:
        C4CError: Nothing can be read at all.
    """
    if not wanted:
        return {}
    failed: dict[str, C4CError] = {}
    keys = sorted({object_id for _, object_id, _ in wanted})
    found = apart(
        client, keys, failed, lambda told: client.get_records(wanted[0][0].collection, keys, told)
    )
    for task, object_id, intent in wanted:
        if object_id in failed:
            # Of a record that only an item names nobody but the item is to blame.
            tell = book.unreadable if task.link.c4c_id == object_id else book.failed
            tell(task, of_one(failed[object_id]), intent)
    return {key: record for key, record in (found or {}).items() if key not in failed}


def apart(
    client: C4CClient,
    names: Iterable[str],
    failed: dict[str, C4CError],
    read: Callable[[Callable[[str, C4CError], None]], _FoundT],
) -> _FoundT | None:
    """Read with a list of what failed; if all of it did, ask whether C4C serves anybody.

    Raises:
        C4CError: It does not.
    """
    try:
        return read(failed.__setitem__)
    except C4CError as error:
        if error.is_everybodys:
            raise
        client.check_connection()
        failed.update(dict.fromkeys(names, error))
        return None


def execute(client: C4CClient, writes: Sequence[tuple[Write, bool]]) -> list[WriteResult]:
    """Carry out writes; those that may have spoilt a batch for others go alone.

    Args:
        client: C4C.
        writes: Writes, each with whether it is under that suspicion.
    """
    together = iter(client.execute([write for write, is_suspect in writes if not is_suspect]))
    return [
        client.execute([write])[0] if is_suspect else next(together) for write, is_suspect in writes
    ]


def is_unheard(error: C4CError | None) -> bool:
    """Whether no answer came to a write, be it its own fault or another's."""
    return isinstance(error, UnknownOutcomeError)
