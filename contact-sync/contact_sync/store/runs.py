"""Runs: what the stages did, for an operator."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from contact_sync.store.identifiers import new_id
from contact_sync.store.rows import RunRow
from contact_sync.store.tables import run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from contact_sync.store.database import Database

#: Outcome of a run that could not be carried out; `contact-sync status --check` looks for it.
FAILED = "failed"

_KEPT = timedelta(days=90)


class Runs:
    """Runs of the last ninety days."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def start(self, stage: str, mailbox: str = "") -> str:
        """Record the start of a stage; return the id of the run."""
        now = self._now()
        run_id = new_id()
        row = {"run_id": run_id, "stage": stage, "mailbox": mailbox, "started_at": now}
        with self._database.write() as connection:
            connection.execute(sa.delete(run).where(run.c.started_at < now - _KEPT))
            connection.execute(sa.insert(run), [{**row, "counts": {}}])
        return run_id

    def finish(self, run_id: str, counts: Mapping[str, int], outcome: str) -> None:
        """Record the end of a run: what it did, and `ok`, `failed` or a word of the stage."""
        values = {"finished_at": self._now(), "counts": dict(counts), "outcome": outcome}
        with self._database.write() as connection:
            connection.execute(sa.update(run).where(run.c.run_id == run_id).values(values))

    def last(self, n: int) -> list[RunRow]:
        """Return the last runs, newest first."""
        query = sa.select(run).order_by(run.c.started_at.desc(), run.c.run_id).limit(n)
        return [
            RunRow(
                run_id=row.run_id,
                stage=row.stage,
                mailbox=row.mailbox,
                started_at=row.started_at,
                finished_at=row.finished_at,
                outcome=row.outcome,
                counts=row.counts,
            )
            for row in self._database.fetch(query)
        ]
