"""The reports of `cli.report` as text for a terminal; each line of it goes through `cli.terminal`.

Ids are printed on one line, however long: they are copied into the next command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from contact_sync.cli.terminal import shown
from contact_sync.quiet import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_COLOURS = {"action": "bold red", "info": "cyan", "pending": "bold red"}
_NEXT = {
    "approved": "The next session carries out exactly these removals.",
    "rejected": "The next session restores the records from the other side.",
}


def status(found: Mapping[str, Any]) -> None:
    """Print the overview."""
    console = _console()
    if found["needs_a_person"]:
        _line(console, "Something needs a person:", style="bold red")
        for reason in found["reasons"]:
            _line(console, f"  {shown(reason)}")
    else:
        _line(console, "Nothing needs a person.", style="green")
    for side, identity in sorted(found["bindings"].items()):
        _line(console, f"{side}: {shown(identity or 'not bound yet')}")
    _table(console, "Links", ("type", "phase", "count"), _flat(found["links"]))
    _table(console, "Owed to Exchange", ("what", "count"), sorted(found["owed"].items()))
    _table(console, "Open issues", ("code", "count"), sorted(found["issues"].items()))
    runs = [
        (run["stage"], run["mailbox"], run["started_at"], run["outcome"] or "not finished")
        for run in found["last_runs"]
    ]
    _table(console, "Last runs", ("stage", "mailbox", "started", "outcome"), runs)
    if found["open_intents"]:
        _line(console, f"{found['open_intents']} write(s) without a known outcome")


def issues(found: Mapping[str, Any]) -> None:
    """Print the open issues."""
    console = _console()
    if not found["issues"]:
        _line(console, "No open issues.", style="green")
    for issue in found["issues"]:
        _issue(console, issue)


def holds(found: Mapping[str, Any]) -> None:
    """Print the holds."""
    console = _console()
    if not found["holds"]:
        _line(console, "No holds.", style="green")
    for hold in found["holds"]:
        _hold(console, hold)


def decision(found: Mapping[str, Any]) -> None:
    """Print what follows from an approval or a rejection."""
    _line(_console(), f"{found['hold_id']} {found['state']}. {_NEXT[found['state']]}")


def forgotten(found: Mapping[str, Any]) -> None:
    """Print what was forgotten of a mailbox."""
    counts = ", ".join(f"{number} {name}" for name, number in found["forgotten"].items())
    _line(_console(), f"{found['mailbox']} forgotten: {counts}. Nothing was written anywhere else.")


def explanation(found: Mapping[str, Any]) -> None:
    """Print all that is known about an id."""
    console = _console()
    if not found["is_known"]:
        _line(console, "Nothing is known about this id.")
    for link in found["links"]:
        _line(console, f"link {shown(link['link_id'])}", style="bold")
        _details(console, link, leave_out=("link_id", "open_intents", "hold"))
        for intent in link["open_intents"]:
            _line(
                console,
                f"  write without a known outcome: {intent['kind']} in {intent['side']}, "
                f"since {intent['opened_at']}",
            )
        if link["hold"]:
            _hold(console, link["hold"])
    for issue in found["issues"]:
        _issue(console, issue)
    for request in found["requested"]:
        _line(console, f"to be read again in {request['side']}")


def _issue(console: Console, issue: Mapping[str, Any]) -> None:
    _line(console, shown(issue["code"]), style=_COLOURS[issue["severity"]])
    _line(console, f"  {issue['meaning']} {issue['remedy']}")
    _details(console, issue, leave_out=("code", "meaning", "remedy"))


def _hold(console: Console, hold: Mapping[str, Any]) -> None:
    _line(console, f"hold {hold['hold_id']}", style=_COLOURS.get(hold["state"], "bold"))
    _details(console, hold, leave_out=("hold_id", "link_ids"))
    _line(console, f"  {len(hold['link_ids'])} link(s) left")
    for link_id in hold["link_ids"]:
        _line(console, f"    {shown(link_id)}")


def _details(console: Console, values: Mapping[str, Any], *, leave_out: Iterable[str]) -> None:
    hidden = set(leave_out)
    for name, value in values.items():
        if name not in hidden and value not in (None, "", [], False):
            text = ", ".join(map(shown, value)) if isinstance(value, list) else shown(value)
            _line(console, f"  {name}: {text}")


def _table(
    console: Console, title: str, headers: Iterable[str], rows: Iterable[Iterable[object]]
) -> None:
    table = Table(title=title, title_justify="left")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    if table.row_count:
        console.print(table)


def _flat(links: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str, int]]:
    return [
        (record_type, phase, count)
        for record_type, phases in sorted(links.items())
        for phase, count in sorted(phases.items())
    ]


def _line(console: Console, text: str, *, style: str = "") -> None:
    console.print(printable(text), style=style, soft_wrap=True)


def _console() -> Console:
    # Made for each command, so that it writes to the present standard output. Texts hold ids and
    # codes of services: brackets in them are no markup.
    return Console(markup=False, highlight=False, emoji=False)
