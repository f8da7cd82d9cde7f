"""What must hold in every cell of the small world, whatever the table of outcomes says.

Responsible for playing configurations and for the invariants that can be told from one cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.small_world import (
    C4C,
    C4C_NEW,
    FIRST_FIELD,
    NEIGHBOUR,
    SECOND_FIELD,
    VIEWS,
    Cell,
    Config,
    Exchange,
    Moment,
    SmallWorld,
)
from harness.small_world_outcomes import AUTHORS, BLANK, DELETED, Sight, look
from harness.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_QUIET = {"exchange": 0, "c4c": 0}

#: Issues that put a lost value on record.
_LOGS = ("conflict", "deletion_dropped_edit", "read_only_edit")

#: Field position -> value that an event gives it.
_TYPED: dict[Exchange | C4C, dict[int, str]] = {
    Exchange.EDIT_1: {0: AUTHORS["exchange"]},
    Exchange.EDIT_1_SAME: {0: AUTHORS["common"]},
    Exchange.EDIT_2: {1: AUTHORS["exchange"]},
    Exchange.NEW: {0: AUTHORS["exchange"]},
    Exchange.NEW_BY_CATEGORY: {0: AUTHORS["exchange"]},
    C4C.EDIT_1: {0: AUTHORS["c4c"]},
    C4C.EDIT_1_LATER: {0: AUTHORS["c4c"]},
    C4C.EDIT_1_SAME: {0: AUTHORS["common"]},
    C4C.EDIT_2: {1: AUTHORS["c4c"]},
    **{event: {0: AUTHORS["c4c"], 1: AUTHORS["c4c"]} for event in C4C_NEW},
}


class Played(NamedTuple):
    """A cell as the users left it, and when all was quiet."""

    before: Sight
    after: Sight


def play(
    folder: Path, cells: Sequence[Cell], kinds: Sequence[str], configs: Iterable[Config]
) -> Iterator[tuple[Config, dict[Cell, Played]]]:
    """Play the cells in each configuration; each begins with the same synced pairs.

    Args:
        folder: Where the world lives.
        cells: The cells.
        kinds: Record types that a configuration is for; the others have the defaults.
        configs: The configurations; those that differ by the winner alone side by side.

    Raises:
        AssertionError: A change of settings wrote something, or the world did not come to rest
            within two sessions (I2, I26, I36).
    """
    with World(folder, views=VIEWS) as world:
        small = SmallWorld(world, cells)
        small.populate()
        synced, switched, ready = Moment(small), None, None
        for config in configs:
            place = (config.read_only, config.direction)
            if place != switched or ready is None:
                synced.restore()
                world.mapper = config.mapper(kinds)
                assert world.session().writes == _QUIET, f"I36: {config} alone wrote"
                small.let_pass()
                switched, ready = place, Moment(small)
            ready.restore()
            world.mapper = config.mapper(kinds)
            small.act()
            before = look(small)
            for _ in range(2):
                world.session()
            after = look(small)
            assert world.session().writes == _QUIET, f"I2, I26: {config} does not come to rest"
            assert look(small) == after, f"I2: {config}: a quiet session changed the store"
            yield config, {cell: Played(before[cell], after[cell]) for cell in cells}


def violations(cell: Cell, config: Config, other: Config, played: Played) -> list[str]:
    """Return the invariants that a cell breaks.

    Args:
        cell: The cell.
        config: Settings of its type.
        other: Settings of the type whose folder its item may be dragged to.
        played: What was seen.
    """
    before, after = played
    if config.is_frozen:
        is_touched = before.services != after.services or after.issues
        return ["off: nothing may be touched"] if is_touched else []
    checks = (
        *_side_checks(config, before, after),
        *_pair_checks(cell, config, after),
        *_event_checks(cell, config, before, after),
    )
    broken = [name for name, holds in checks if not holds]
    if not (cell.exchange is Exchange.DRAG and other.is_frozen):
        broken += [] if _is_placed(after) else ["I20: one item, in its folder, with its category"]
    return broken + [f"I3: field {number} is lost" for number in _lost(cell, played)]


def _side_checks(config: Config, before: Sight, after: Sight) -> Iterator[tuple[str, bool]]:
    if config.read_only or config.direction == "to_exchange":
        yield "I16: C4C is not written", before.records == after.records
    if config.direction == "to_c4c":
        typed = {item.values for item in before.items}
        yield "I17: no field in Exchange is written", typed == {i.values for i in after.items}


def _pair_checks(cell: Cell, config: Config, after: Sight) -> Iterator[tuple[str, bool]]:
    yield "I10: one live record", len(after.live_records) <= 1
    yield "I10: one item in the managed folders", len(after.managed_items) <= 1
    ids = {item.item_id for item in after.managed_items}
    yield "I1: a live link has an item", {x.exchange_id for x in after.live_links} <= ids
    for item, record in zip(after.managed_items, after.live_records, strict=False):
        # Field 1 is none of the other type's.
        first = 0 if record.kind == cell.kind else 1
        pairs = [*zip(item.values, record.values, strict=True)][first:]
        # A blank overwrites nothing at a first match, and nothing else goes to Exchange.
        is_one_way = cell.is_new and config.direction == "to_c4c"
        is_same = [one == two or (is_one_way and one == BLANK) for one, two in pairs]
        # A conversion that waits for a missing name leaves both sides as they are.
        yield "I1: both sides have the same values", all(is_same) or not after.live_links


def _event_checks(
    cell: Cell, config: Config, before: Sight, after: Sight
) -> Iterator[tuple[str, bool]]:
    events = (cell.exchange, cell.c4c)
    is_gone = cell.c4c in (C4C.DELETE, C4C.OBSOLETE)
    if cell.exchange is Exchange.DELETE and is_gone:
        yield "I42: nothing is written", before.services == after.services
    if cell.exchange in (Exchange.DELETE, Exchange.MOVE_OUT) and is_gone:
        yield "I42: the link is dropped without an issue", not (after.live_links or after.issues)
    if events == (Exchange.NOTHING, C4C.LEAVE_VIEW):
        yield "I21: leaving the view writes nothing to C4C", before.records == after.records
    if events == (Exchange.EDIT_1_SAME, C4C.EDIT_1_SAME):
        yield "I5: the same value is written nowhere", before.services == after.services
        yield "I5: it is no conflict", "conflict" not in {issue.code for issue in after.issues}
    if cell.exchange is Exchange.ADD_OWN:
        yield "I19: own categories stay", all(item.has_friends for item in after.items)
    both = {**_TYPED.get(cell.exchange, {}), **_TYPED.get(cell.c4c, {})}
    is_disjoint = len(both) == 2 and not cell.is_new
    if is_disjoint and (config.direction, config.read_only) == ("both", False):
        expected = (both[0], both[1])
        sides = [item.values for item in after.managed_items]
        sides += [record.values for record in after.live_records]
        yield "I4: disjoint edits both survive", sides == [expected, expected]


def _is_placed(after: Sight) -> bool:
    items = {item.item_id: item for item in after.managed_items}
    return all(
        link.exchange_id in items
        and items[link.exchange_id].place == link.record_type.value
        and items[link.exchange_id].marks == {link.record_type.value}
        for link in after.live_links
    )


def _lost(cell: Cell, played: Played) -> Iterator[int]:
    """Yield the fields whose typed value is on no live side and in no issue (I3)."""
    after = played.after
    alive = [item.values for item in after.items if item.place != DELETED]
    alive += [record.values for record in after.live_records]
    logged = {name for issue in after.issues if issue.code in _LOGS for name in issue.fields}
    if "read_only_new_item" in {issue.code for issue in after.issues}:
        return
    for event in (cell.exchange, cell.c4c):
        for position, value in _TYPED.get(event, {}).items():
            name = (FIRST_FIELD[cell.kind], SECOND_FIELD)[position][0]
            if name not in logged and all(values[position] != value for values in alive):
                yield position + 1


def other_config(cell: Cell, kinds: Sequence[str], config: Config) -> Config:
    """Return the settings of the type that the items of a cell's type are dragged to."""
    return config if NEIGHBOUR[cell.kind] in kinds else Config()
