"""The operator's commands: status, issues, holds, approve, reject, forget, explain.

Responsible for reading the command line, exit codes and one-line errors. Must never make a digest
or a key: an operator's shell may lack the setting that the plugins have.

Exit codes: 0 done; 1 `status --check` found something for a person; 2 the command failed.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contact_sync.cli import render, report, terminal
from contact_sync.errors import ContactSyncError
from contact_sync.quiet import printable
from contact_sync.store import Store, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

app = typer.Typer(
    name="contact-sync",
    help="Look at the sync store and decide on held removals.",
    add_completion=False,
    no_args_is_help=True,
    # Local variables of a crash may hold ids of people's records.
    pretty_exceptions_enable=False,
)

_NEEDS_A_PERSON = 1
_FAILED = 2

_SyncStore = Annotated[
    str,
    typer.Option(
        "--sync-store",
        envvar="CONTACT_SYNC_SYNC_STORE",
        help="Path or URL of the sync store.",
        show_default=False,
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_HoldId = Annotated[str, typer.Argument(metavar="ID", help="Id that `holds` shows, as h-3f9a2c.")]


@app.command()
def status(
    sync_store: _SyncStore = "",
    as_json: _Json = False,  # noqa: FBT002 - a flag of the command line
    check: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--check", help="Exit with 1 if a person has to do something.")
    ] = False,
    stale_hours: Annotated[
        float,
        typer.Option("--stale-hours", min=0, help="A run that takes longer than this hangs."),
    ] = 6,
) -> None:
    """Show links, issues, holds and the last runs."""
    with _opened(sync_store) as store:
        found = report.status(store, now=utc_now(), stale_after=timedelta(hours=stale_hours))
    _show(found, render.status, as_json=as_json)
    if check and found["needs_a_person"]:
        raise typer.Exit(_NEEDS_A_PERSON)


@app.command()
def issues(
    sync_store: _SyncStore = "",
    as_json: _Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """List the open issues: what could not be synced, and what to do about it."""
    with _opened(sync_store) as store:
        found = report.issues(store)
    _show(found, render.issues, as_json=as_json)


@app.command()
def holds(
    sync_store: _SyncStore = "",
    as_json: _Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """List the removals that wait for a decision, or for the session after it."""
    with _opened(sync_store) as store:
        found = report.holds(store)
    _show(found, render.holds, as_json=as_json)


@app.command()
def approve(
    hold_id: _HoldId,
    sync_store: _SyncStore = "",
    as_json: _Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Let the next session carry out exactly the removals of a hold."""
    with _opened(sync_store) as store:
        store.holds.approve(hold_id)
    _show({"hold_id": hold_id, "state": "approved"}, render.decision, as_json=as_json)


@app.command()
def reject(
    hold_id: _HoldId,
    sync_store: _SyncStore = "",
    as_json: _Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Refuse the removals of a hold: the next session restores from the other side."""
    with _opened(sync_store) as store:
        store.holds.reject(hold_id)
    _show({"hold_id": hold_id, "state": "rejected"}, render.decision, as_json=as_json)


@app.command()
def forget(
    mailbox: Annotated[str, typer.Argument(help="Its address, as in `mailboxes`.")],
    sync_store: _SyncStore = "",
    as_json: _Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """End the pairs of a mailbox on our side only; neither service is written to.

    If the mailbox is still in the settings, or is added again, it starts as a first match.
    """
    with _opened(sync_store) as store:
        found = report.forget(store, mailbox)
    _show(found, render.forgotten, as_json=as_json)


@app.command()
def explain(
    remote_id: Annotated[
        str, typer.Argument(help="Exchange id, C4C ObjectID, or link id.", show_default=False)
    ],
    sync_store: _SyncStore = "",
    as_json: _Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show everything that is known about one item or record."""
    with _opened(sync_store) as store:
        found = report.explain(store, remote_id)
    _show(found, render.explanation, as_json=as_json)


def main() -> None:
    """Run the command line."""
    app()


@contextmanager
def _opened(sync_store: str) -> Iterator[Store]:
    try:
        with Store.open(sync_store, needs_digest_key=False, must_exist=True) as store:
            yield store
    except ContactSyncError as error:
        typer.echo(f"Error: {printable(str(error))}", err=True)
        raise typer.Exit(_FAILED) from None


def _show(
    found: dict[str, Any], as_text: Callable[[dict[str, Any]], None], *, as_json: bool
) -> None:
    if as_json:
        typer.echo(terminal.json_text(found))
    else:
        as_text(found)
