"""Plays the small world and writes what came of it into `docs/behaviour.md`.

The table stands between `<!-- behaviour -->` and `<!-- /behaviour -->`; the rules above it are
written by hand. Run by `make behaviour`, with the tests' harness on the path.
"""

from __future__ import annotations

import itertools
import re
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.small_world import (
    DIRECTIONS,
    WINNERS,
    Cell,
    Config,
    Exchange,
    all_pairs,
    dragged_pairs,
    numbered,
    single_pairs,
)
from harness.small_world_checks import other_config, play, violations
from harness.small_world_outcomes import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from harness.small_world import C4C

PAGE = Path(__file__).resolve().parent.parent / "docs" / "behaviour.md"
_MARKERS = re.compile(r"(?ms)^(<!-- behaviour -->\n).*?(^<!-- /behaviour -->$)")

#: Outcome per configuration of one pair of events on a record type.
Row = dict[Config, str]
Table = dict[tuple[str, Exchange, "C4C"], Row]


@dataclass(frozen=True)
class Group:
    """What is played in one world.

    Attributes:
        cells: The cells.
        kinds: Types that have the settings of the configuration; others have the defaults.
        configs: All configurations that the page tells of.
        sample: Those that differ in anything but a winner that nobody asks for; the test plays
            these alone.
    """

    cells: Sequence[Cell]
    kinds: tuple[str, ...]
    configs: Sequence[Config]
    sample: Sequence[Config]


_CONFIGS = [
    Config(read_only=read_only, direction=direction, on_conflict=winner)
    for read_only, direction, winner in itertools.product((False, True), DIRECTIONS, WINNERS)
]
_DEFAULT = Config()
_WHOLE, _PART = "read-only", "read-only `to_exchange`"

CONTACTS = Group(
    cells=numbered(("contact", all_pairs()), ("individual_customer", dragged_pairs())),
    kinds=("contact",),
    configs=_CONFIGS,
    # A type that goes one way agrees on its source, whoever is to win.
    sample=[
        config
        for config in _CONFIGS
        if config.on_conflict == _DEFAULT.on_conflict
        or (config.read_only, config.direction) == (_DEFAULT.read_only, _DEFAULT.direction)
    ],
)
_OTHER_CONFIGS = [
    Config(),
    Config(read_only=True),
    Config(direction="to_exchange"),
    Config(direction="to_c4c"),
]
OTHERS = Group(
    cells=numbered(("account", single_pairs()), ("individual_customer", single_pairs())),
    kinds=("account", "individual_customer"),
    configs=_OTHER_CONFIGS,
    sample=_OTHER_CONFIGS,
)


def outcomes(group: Group, configs: Iterable[Config]) -> Table:
    """Play a group and return what came of each cell.

    Raises:
        AssertionError: An invariant is broken in some cell.
    """
    table: Table = defaultdict(dict)
    with tempfile.TemporaryDirectory(prefix="small-world-") as folder:
        for config, played in play(Path(folder), group.cells, group.kinds, configs):
            for cell, sights in played.items():
                own = config if cell.kind in group.kinds else _DEFAULT
                other = other_config(cell, group.kinds, config)
                broken = violations(cell, own, other, sights)
                assert not broken, f"{config}: {cell}: {broken}"  # noqa: S101 - a finding, not input
                table[cell.kind, cell.exchange, cell.c4c][config] = words(cell, *sights)
    return dict(table)


def completed(table: Table, group: Group) -> Table:
    """Fill in the configurations that were left out of a sample."""

    def played(row: Row, config: Config) -> str:
        return row.get(config) or row[Config(config.read_only, config.direction)]

    return {
        key: {config: played(row, config) for config in group.configs} for key, row in table.items()
    }


def filled(page: str, contacts: Table, others: Table) -> str:
    """Return the page as it should be."""
    body = "\n".join([*_contacts(contacts), *_dragged(contacts), *_others(contacts, others)])
    return _MARKERS.sub(lambda found: f"{found[1]}{body}\n{found[2]}", page)


# -- sections --------------------------------------------------------------------------------------


def _contacts(table: Table) -> Iterator[str]:
    rows = {key[1:]: row for key, row in table.items() if key[0] == "contact"}
    yield "## Contacts"
    yield ""
    sections: dict[tuple[str, ...], list[str]] = {}
    for event in Exchange:
        by_event = {there.value: row for (here, there), row in rows.items() if here is event}
        lines = tuple(_lines("in C4C", _told(by_event)))
        sections.setdefault(lines, []).append(event.value)
    for lines, events in sections.items():
        yield f"### In Outlook: {'; or '.join(events)}"
        yield ""
        yield from lines
        yield ""


def _dragged(table: Table) -> Iterator[str]:
    rows = {
        there.value: row
        for (kind, here, there), row in table.items()
        if kind == "individual_customer" and here is Exchange.DRAG
    }
    yield "## Individual customers dragged into the folder of contacts"
    yield ""
    yield "The columns are the settings of contacts; individual customers have the defaults."
    yield ""
    yield from _lines("in C4C", rows)
    yield ""


def _others(contacts: Table, others: Table) -> Iterator[str]:
    yield "## Accounts and individual customers"
    yield ""
    count = len([key for key in others if key[0] == "account"])
    yield f"{count} pairs of events each, by four settings, end as with contacts, but for these:"
    yield ""
    differing: dict[str, dict[str, Row]] = {}
    for (kind, here, there), row in others.items():
        if any(contacts["contact", here, there][config] != text for config, text in row.items()):
            title = f"{kind.replace('_', ' ').capitalize()}, in Outlook: {here.value}"
            differing.setdefault(title, {})[there.value] = row
    for title, rows in differing.items():
        yield f"### {title}"
        yield ""
        yield from _lines("in C4C", rows)
        yield ""


# -- tables ----------------------------------------------------------------------------------------


def _told(rows: Mapping[str, Row]) -> dict[str, Row]:
    """Leave out the configurations in which nothing happens at all; the page says so once."""
    for row in rows.values():
        for config, text in row.items():
            is_still = text.startswith("untouched")
            assert is_still or not config.is_frozen, text  # noqa: S101 - a finding, not input
    return {
        name: {config: text for config, text in row.items() if not config.is_frozen}
        for name, row in rows.items()
    }


def _lines(title: str, rows: Mapping[str, Row]) -> Iterator[str]:
    """Yield a table in which equal columns and equal rows are one."""
    cells = {name: _by_place(row) for name, row in rows.items()}
    columns: dict[tuple[str, ...], list[str]] = {}
    for place in next(iter(cells.values())):
        column = tuple(row[place] for row in cells.values())
        columns.setdefault(column, []).append(place)
    merged: dict[tuple[str, ...], list[str]] = {}
    for number, name in enumerate(cells):
        merged.setdefault(tuple(column[number] for column in columns), []).append(name)
    heads = [title, *("; ".join(_heads(places)) for places in columns.values())]
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for texts, names in merged.items():
        yield f"| {'; or '.join(names)} | {' | '.join(texts)} |"


def _heads(places: Sequence[str]) -> Sequence[str]:
    """Leave out read-only `to_exchange` beside read-only, of which it is a part."""
    return [place for place in places if place != _PART or _WHOLE not in places]


def _by_place(row: Row) -> dict[str, str]:
    """Return the text per read-only and direction; winners are named where they matter."""
    places: dict[str, dict[str, list[str]]] = {}
    for config, text in row.items():
        by_text = places.setdefault(_name(config), {})
        by_text.setdefault(text, []).append(config.on_conflict)
    return {place: _text(by_text) for place, by_text in places.items()}


def _text(by_text: Mapping[str, Sequence[str]]) -> str:
    if len(by_text) == 1:
        return next(iter(by_text))
    return "<br>".join(f"*{' or '.join(winners)}*: {text}" for text, winners in by_text.items())


def _name(config: Config) -> str:
    direction = {"both": "both ways"}.get(config.direction, f"`{config.direction}`")
    if not config.read_only:
        return direction
    return _WHOLE if config.direction == "both" else f"read-only {direction}"


def main() -> None:
    """Play all configurations and bring the page up to date."""
    played = [outcomes(group, group.configs) for group in (CONTACTS, OTHERS)]
    PAGE.write_text(filled(PAGE.read_text("utf-8"), *played), "utf-8")
    cells = sum(len(row) for table in played for row in table.values())
    sys.stdout.write(f"{PAGE.name}: {cells} cells\n")


if __name__ == "__main__":
    main()
