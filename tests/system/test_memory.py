"""Memory that is lost, or of another day than the rest: nothing deleted, nothing doubled.

A day of edits, creations, deletions, moves and conversions goes by. Then parts of what the sync
remembers are lost, or come back from a backup of the day before.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Side
from contact_sync.store import Store
from harness.canonical import Canon, canon, differences
from harness.crash_scenes import MARK, pairs
from harness.crashes import CrashWorld, Cut, Kind
from harness.rule_scenes import (
    OBSOLETE,
    add_item,
    add_record,
    item_named,
    items_named,
    record_named,
)
from harness.snapshots import Memory, Snapshot, lose_store
from harness.world import ALICE, COLLECTIONS, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.xdist_group("memory")

CONTACT, CUSTOMER = "contact", "individual_customer"


@dataclass
class Day:
    """A world at the end of a day, to be put back before each test.

    Attributes:
        world: The world.
        morning: What the sync remembered a day ago.
        evening: Everything as it is now, at rest.
        late: The same, with what users did since the last session.
        at_rest: What the world is in the evening.
        next_day: What the late world comes to if nothing is lost.
    """

    world: CrashWorld
    morning: Memory
    evening: Snapshot
    late: Snapshot
    at_rest: Canon
    next_day: Canon


Loss = tuple[str, "Callable[[Day], None]"]


def lose_key(day: Day) -> None:
    Path(f"{day.world.store_path}.key").unlink()


def lose_state(day: Day) -> None:
    day.world.state.clear()


def expire_tokens(day: Day) -> None:
    day.world.graph.expire_delta_tokens()


def old_store(day: Day) -> None:
    day.morning.put_store_back(day.world)


def old_state(day: Day) -> None:
    day.morning.put_state_back(day.world)


def no_store(day: Day) -> None:
    lose_store(day.world)


#: The store is there, of today or of yesterday.
REMEMBERED = [
    (lose_state,),
    (old_state,),
    (expire_tokens,),
    (old_store,),
    (old_store, old_state),
    (old_store, lose_state),
    (old_store, expire_tokens),
]
#: What the two sides last agreed on is not known any more.
FORGOTTEN = [
    (lose_key,),
    (old_store, lose_key),
    (no_store,),
    (no_store, old_state),
    (no_store, lose_key, lose_state),
]


def title(losses: tuple[Callable[[Day], None], ...]) -> str:
    return " and ".join(lose.__name__ for lose in losses)


def contact(world: World, number: int) -> tuple[str, str]:
    """Return ObjectID and item id of one of the pairs of the morning."""
    name = f"{CONTACT} {number}"
    record = record_named(world, CONTACT, name)
    return record["ObjectID"], str(item_named(world, CONTACT, name)["id"])


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with CrashWorld(tmp_path_factory.mktemp("memory")) as world:
        pairs(CONTACT, count=11)(world)
        pairs(CUSTOMER)(world)
        morning = Memory.of(world, "morning")
        a_day_goes_by(world)
        evening, at_rest = Snapshot(world, "evening"), canon(world)
        users_act(world)
        late = Snapshot(world, "late")
        world.settle()
        yield Day(world, morning, evening, late, at_rest, canon(world))


def a_day_goes_by(world: World) -> None:
    """Everything that makes, ends or changes a link, over several sessions."""
    edit, record_of = world.graph.edit_contact, COLLECTIONS[CONTACT]
    edit(ALICE, contact(world, 0)[1], {"jobTitle": "Edited in Exchange"})
    world.c4c.edit(record_of, contact(world, 1)[0], {"JobTitle": "Edited in C4C"})
    add_item(world, CONTACT, "New item", world.folder_id(CONTACT))
    add_record(world, CONTACT, "New record")
    add_item(world, CONTACT, "Marked", categories=[MARK])
    world.session()
    world.graph.delete_contact(ALICE, contact(world, 2)[1])
    world.c4c.set_status(record_of, contact(world, 3)[0], OBSOLETE)
    world.graph.move_contact(ALICE, contact(world, 4)[1], world.folder_id(CUSTOMER))
    world.session()
    world.c4c.remove(record_of, contact(world, 5)[0])
    world.graph.move_contact(ALICE, contact(world, 6)[1], None)
    edit(ALICE, contact(world, 0)[1], {"jobTitle": "Edited again"})
    world.settle()


EDITS = {"contact 7": "Late in Exchange", "contact 8": "Late in C4C", "New record": "Late, new"}


def users_act(world: World) -> None:
    """What no session has seen before the memory is lost."""
    for name in ("contact 7", "New record"):
        item = item_named(world, CONTACT, name)["id"]
        world.graph.edit_contact(ALICE, item, {"jobTitle": EDITS[name]})
    record = contact(world, 8)[0]
    world.c4c.edit(COLLECTIONS[CONTACT], record, {"JobTitle": EDITS["contact 8"]})
    world.graph.delete_contact(ALICE, contact(world, 9)[1])
    world.c4c.set_status(COLLECTIONS[CONTACT], contact(world, 10)[0], OBSOLETE)


def live_records(world: World) -> list[str]:
    return sorted(
        str(record["LastName"])
        for kind, status in ((CONTACT, "StatusCode"), (CUSTOMER, "LifeCycleStatusCode"))
        for record in world.records(kind).values()
        if record[status] != OBSOLETE
    )


def live_items(world: World) -> list[str]:
    return sorted(str(item["properties"]["surname"]) for item in world.items())


def sides(found: Canon) -> dict[str, Any]:
    """Return a canon without what only the store tells."""
    return {name: found[name] for name in ("c4c", ALICE)}


def live_links(found: Canon) -> list[tuple[str, str, str]]:
    return sorted(
        (link["type"], link["item"], link["record"])
        for link in found["links"]
        if link["phase"] in ("active", "pinned")
    )


@pytest.mark.parametrize("losses", REMEMBERED, ids=title)
def test_i29_nothing_is_written_and_every_link_is_known(
    played: Day, losses: tuple[Callable[[Day], None], ...]
) -> None:
    """Tombstones too: what was deleted in the meantime does not come back (I6)."""
    played.evening.put_back(played.world)
    for lose in losses:
        lose(played)
    assert played.world.session().total == 0
    assert differences(played.at_rest, canon(played.world)) == []


@pytest.mark.parametrize("losses", REMEMBERED, ids=title)
def test_i03_what_users_did_since_is_synced_as_ever(
    played: Day, losses: tuple[Callable[[Day], None], ...]
) -> None:
    played.late.put_back(played.world)
    for lose in losses:
        lose(played)
    played.world.settle()
    assert differences(played.next_day, canon(played.world)) == []


@pytest.mark.parametrize("losses", FORGOTTEN, ids=title)
def test_i38_links_are_rebuilt_and_nothing_is_written(
    played: Day, losses: tuple[Callable[[Day], None], ...]
) -> None:
    played.evening.put_back(played.world)
    for lose in losses:
        lose(played)
    # After the loss of the key alone, one session notices and the next has read everything.
    assert [played.world.session().total for _ in range(2)] == [0, 0]
    found = canon(played.world)
    assert differences(sides(played.at_rest), sides(found)) == []
    assert live_links(found) == live_links(played.at_rest)
    assert (found["issues"], found["holds"], found["intents"]) == ([], [], [])


@pytest.mark.parametrize("losses", FORGOTTEN, ids=title)
def test_i07_users_edits_meet_and_nothing_is_deleted_or_doubled(
    played: Day, losses: tuple[Callable[[Day], None], ...]
) -> None:
    world = played.world
    played.late.put_back(world)
    records, items = live_records(world), live_items(world)
    for lose in losses:
        lose(played)
    world.settle(sessions=4)
    # Who deleted contact 9 or set 10 Obsolete may be known or not; nobody else is gone.
    uncertain = {"contact 9", "contact 10"}
    assert {*records} - {*live_records(world)} <= uncertain
    assert {*items} - {*live_items(world)} <= uncertain
    assert len(live_records(world)) == len({*live_records(world)})
    assert len(live_items(world)) == len({*live_items(world)})
    with world.store() as store:
        disputed = {
            row.issue.exchange_id
            for row in store.issues.list_open()
            if row.issue.code == "conflict" and row.issue.fields == ("job_title",)
        }
    for name, value in EDITS.items():
        item = item_named(world, CONTACT, name)
        shown = (item["properties"]["jobTitle"], record_named(world, CONTACT, name)["JobTitle"])
        assert shown[0] == shown[1], name
        assert shown == (value, value) or item["id"] in disputed, name


def test_i10_a_backup_that_was_taken_while_a_session_was_cut_off(played: Day) -> None:
    """Its open intents are of yesterday: what they announced happened, and is found."""
    world = played.world
    played.evening.put_back(world)
    add_item(world, CONTACT, "Announced", world.folder_id(CONTACT))
    add_record(world, CONTACT, "Shown")
    world.graph.delete_contact(ALICE, contact(world, 9)[1])
    before = Snapshot(world, "announced")
    effects = world.play().effects
    writes = [at for at, effect in enumerate(effects) if effect.kind is Kind.WRITE]
    for number, write in enumerate(writes):
        before.put_back(world)
        world.play(Cut(write, is_late=True))
        backup = Memory.of(world, f"cut {number}")
        world.settle()
        expected = canon(world)
        backup.put_store_back(world)
        world.settle()
        found = canon(world)
        assert differences(sides(expected), sides(found)) == [], effects[write]
        assert live_links(found) == live_links(expected), effects[write]
        assert (found["issues"], found["intents"]) == ([], []), effects[write]


@pytest.mark.parametrize("side", Side)
def test_i23_another_tenants_store_is_refused(played: Day, side: Side) -> None:
    world = played.world
    played.late.put_back(world)
    with Store.open(world.store_path) as store:
        own = {each: store.binding(each) for each in Side}
    lose_store(world)
    with Store.open(world.store_path) as store:
        for each in Side:
            store.bind(each, "other.example" if each is side else own[each] or "")
    before = (world.graph.dump(), world.c4c.dump())
    world.graph.reset_counters()
    world.c4c.reset_counters()
    with pytest.raises(Exception, match=r"other\.example"):
        world.session()
    assert world.writes() == {"exchange": 0, "c4c": 0}
    assert (world.graph.dump(), world.c4c.dump()) == before
    assert items_named(world, CONTACT, "contact 7")
    with Store.open(world.store_path) as store:
        assert store.intents.list_open() == []
        assert store.binding(side) == "other.example"
