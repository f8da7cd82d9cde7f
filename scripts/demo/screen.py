"""What the person at the terminal sees."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from demo.acts import FIRST_NAMES
from demo.expectations import BOTH
from demo.snapshot import STATUS_NAMES

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from demo.scene import Chapter, Scene
    from demo.snapshot import Item, Record, Snapshot
    from demo.traffic import Traffic

#: Where nobody watches, as in a log of CI.
_WIDTH_WITHOUT_TERMINAL = 130
_STATUS_COLOURS = {"active": "green", "obsolete": "red"}


class Screen:
    """Prints chapters, scenes and results."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(
            highlight=False,
            emoji=False,
            width=None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL,
        )

    def say(self, text: str, style: str = "") -> None:
        """Print one line."""
        self._console.print(Text(text, style=style), soft_wrap=True)

    @contextmanager
    def working(self, what: str) -> Generator[None]:
        """Show that something takes a while."""
        with self._console.status(what):
            yield

    def chapter(self, number: int, chapter: Chapter) -> None:
        """Print a heading."""
        self._console.print()
        self._console.print(Rule(Text(f"{number}  {chapter.title}", style="bold"), align="left"))
        for name, value in chapter.settings.items():
            self.say(f"  with {name}={value}", style="magenta")

    def scene(self, scene: Scene, now: Snapshot, failures: Sequence[str]) -> None:
        """Print what the users did, both sides now, and the result."""
        self._console.print()
        self.say(scene.title, style="bold cyan")
        for act in scene.acts:
            self.say(f"  • {act.tell()}")
        table = _rows(scene, now)
        if table.row_count:
            self._console.print(table)
        for failure in failures:
            self.say(f"  ✘ {failure}", style="bold red")
        if not failures:
            self.say("  ✔ as specified", style="green")

    def session(self, traffic: Traffic, seconds: float, failures: Sequence[str]) -> None:
        """Print what a session cost, and what is wrong as a whole."""
        self._console.print()
        self.say(f"Session: {seconds:.1f} s", style="bold")
        for line in traffic.lines():
            self.say(f"  {line}")
        for failure in failures:
            self.say(f"  ✘ {failure}", style="bold red")


def _rows(scene: Scene, now: Snapshot) -> Table:
    """Both sides, the rows concerned only: a line per name."""
    table = Table(box=box.SIMPLE_HEAD, header_style="dim", padding=(0, 1))
    table.add_column("")
    for mailbox in BOTH:
        table.add_column(f"{FIRST_NAMES[mailbox]} in Outlook", ratio=1, overflow="fold")
    table.add_column("C4C", ratio=1, overflow="fold")
    shown = dict.fromkeys(name for wanted in scene.expect for name in wanted.shown)
    for name in dict.fromkeys(name for wanted in scene.expect for name in wanted.names):
        items = [_cell(map(_item, now.items_named(name, mailbox)), shown) for mailbox in BOTH]
        records = _cell(map(_record, now.records_named(name)), shown)
        table.add_row(Text(name, style="bold"), *items, records)
    return table


def _item(item: Item) -> tuple[Text, Mapping[str, Any]]:
    return Text(item.folder, style="red" if item.is_deleted else "blue"), item.values


def _record(record: Record) -> tuple[Text, Mapping[str, Any]]:
    status = STATUS_NAMES[record.status]
    place = Text(f"{record.kind}, ", style="yellow")
    return place.append(status, style=_STATUS_COLOURS.get(status, "")), record.values


def _cell(entries: Iterable[tuple[Text, Mapping[str, Any]]], shown: Iterable[str]) -> Text:
    """One entry per line: where it is, then its values."""
    lines: list[Text] = []
    for place, values in entries:
        lines.append(place)
        lines += (Text(f"  {name}: {_told(values[name])}") for name in shown if values.get(name))
    return Text("\n").join(lines) if lines else Text("—", style="dim")


def _told(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
