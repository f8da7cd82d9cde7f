"""What was lost comes back by itself: store, Singer state, delta tokens, digest key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Phase
from contact_sync.errors import SessionLockedError
from harness.scenes import (
    KINDS,
    assert_quiet,
    create_item,
    create_record,
    edit_item,
    edit_record,
    holds,
    item_of,
    link_of,
    names,
    obsolete,
    populate,
    record,
    values,
)
from harness.world import ALICE, COLLECTIONS, FOLDERS, World

if TYPE_CHECKING:
    from collections.abc import Callable


def lose_store(world: World) -> None:
    """Delete the database; the digest key stays, as it lives elsewhere."""
    for path in world.folder.glob("sync.db*"):
        if path.suffix != ".key":
            path.unlink()


def lose_store_and_key(world: World) -> None:
    for path in world.folder.glob("sync.db*"):
        path.unlink()


def lose_state(world: World) -> None:
    world.state.clear()


def lose_everything(world: World) -> None:
    lose_store_and_key(world)
    lose_state(world)


def expire_tokens(world: World) -> None:
    world.graph.expire_delta_tokens()


def lose_key(world: World) -> None:
    Path(f"{world.store_path}.key").unlink()


LOSSES: list[Callable[[World], None]] = [
    lose_store,
    lose_store_and_key,
    lose_state,
    lose_everything,
    expire_tokens,
]

both = pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)


def snapshot(world: World) -> dict[str, Any]:
    """Return both sides without versions."""
    shown = {
        entry["id"]: (entry["folder"], entry["properties"], entry["extended"])
        for entry in world.items()
    }
    return {"items": shown, **{kind: world.records(kind) for kind in KINDS}}


@both
def test_match_after_a_loss_is_complete_and_writes_nothing(
    tmp_path: Path, lose: Callable[[World], None]
) -> None:
    with World(tmp_path) as world:
        populate(world)
        create_item(world, "contact", "Uploaded", jobTitle="Head", businessPhones=["089-123456"])
        create_record(world, "contact", "Downloaded", Mobile="+49 170 123456")
        world.settle()
        before = snapshot(world)
        lose(world)
        assert world.session().total == 0
        assert snapshot(world) == before
        assert world.issues() == []
        assert holds(world) == []
        assert_quiet(world)
        for object_id in world.records("contact"):
            assert link_of(world, object_id).phase is Phase.ACTIVE


@both
def test_match_after_a_loss_still_syncs_edits(
    tmp_path: Path, lose: Callable[[World], None]
) -> None:
    with World(tmp_path) as world:
        object_id = create_record(world, "contact", "Abel", JobTitle="Old", NickName="Old")
        populate(world, "contact")
        item_id = item_of(world, object_id)
        lose(world)
        world.session()
        edit_item(world, item_id, jobTitle="From Exchange")
        edit_record(world, "contact", object_id, NickName="From C4C")
        world.session()
        assert record(world, "contact", object_id)["JobTitle"] == "From Exchange"
        assert values(world, item_id)["nickName"] == "From C4C"
        assert world.issues() == []
        assert_quiet(world)


@both
def test_match_after_a_loss_still_removes_what_is_deleted_later(
    tmp_path: Path, lose: Callable[[World], None]
) -> None:
    with World(tmp_path) as world:
        object_id = create_record(world, "contact", "Abel")
        other_id = create_record(world, "contact", "Baker")
        populate(world, "contact")
        lose(world)
        world.session()
        world.graph.delete_contact(ALICE, item_of(world, object_id))
        obsolete(world, "contact", other_id)
        result = world.session()
        assert result.writes == {"exchange": 1, "c4c": 1}
        assert names(world) == []
        assert record(world, "contact", object_id)["StatusCode"] == "4"
        assert_quiet(world)


@pytest.mark.parametrize("lose", [lose_state, expire_tokens], ids=lambda lose: lose.__name__)
def test_i29_a_full_read_still_sees_what_was_deleted_meanwhile(
    tmp_path: Path, lose: Callable[[World], None]
) -> None:
    with World(tmp_path) as world:
        ids = [create_record(world, "contact", f"Person {number}") for number in range(6)]
        populate(world, "contact")
        world.graph.delete_contact(ALICE, item_of(world, ids[0]))
        obsolete(world, "contact", ids[1])
        world.c4c.remove(COLLECTIONS["contact"], ids[2])
        edit_item(world, item_of(world, ids[3]), jobTitle="From Exchange")
        edit_record(world, "contact", ids[4], JobTitle="From C4C")
        lose(world)
        world.session()
        assert record(world, "contact", ids[0])["StatusCode"] == "4"
        assert names(world) == ["Person 3", "Person 4", "Person 5"]
        assert record(world, "contact", ids[3])["JobTitle"] == "From Exchange"
        assert values(world, item_of(world, ids[4]))["jobTitle"] == "From C4C"
        assert world.issues() == []
        assert_quiet(world)


def test_match_after_a_lost_store_follows_on_conflict_for_edits_made_meanwhile(
    tmp_path: Path,
) -> None:
    with World(tmp_path) as world:
        object_id = create_record(world, "contact", "Abel", JobTitle="Old", NickName="Old")
        populate(world, "contact")
        item_id = item_of(world, object_id)
        edit_item(world, item_id, jobTitle="From Exchange", department="Filled")
        lose_everything(world)
        world.session()
        # Nobody knows who edited the title; C4C wins, and the issue says so. Blanks are filled.
        assert values(world, item_id)["jobTitle"] == "Old"
        assert record(world, "contact", object_id)["Department"] == "Filled"
        assert world.issues() == ["conflict"]
        assert len(world.records("contact")) == len(world.items(FOLDERS["contact"])) == 5
        assert_quiet(world)


def test_match_after_a_lost_store_does_not_repeat_deletions(tmp_path: Path) -> None:
    """What was deleted in Exchange while the store was lost is created again, never deleted."""
    with World(tmp_path) as world:
        object_id = create_record(world, "contact", "Abel")
        populate(world, "contact")
        world.graph.delete_contact(ALICE, item_of(world, object_id))
        lose_everything(world)
        result = world.session()
        assert result.writes["c4c"] == 0
        assert names(world) == ["Abel"]
        assert_quiet(world)


@pytest.mark.parametrize("how", ["gone", "obsolete"])
def test_match_after_a_lost_store_reports_items_whose_record_is_gone(
    tmp_path: Path, how: str
) -> None:
    with World(tmp_path) as world:
        object_id = create_record(world, "contact", "Abel")
        populate(world, "contact")
        if how == "gone":
            world.c4c.remove(COLLECTIONS["contact"], object_id)
        else:
            obsolete(world, "contact", object_id)
        lose_everything(world)
        assert world.session().total == 0
        assert world.issues() == ["linked_record_gone"]
        assert_quiet(world)
        assert world.issues() == ["linked_record_gone"]
        assert names(world) == ["Abel"]
        if how == "obsolete":
            world.c4c.set_status(COLLECTIONS["contact"], object_id, "2")
            world.session()
            assert world.issues() == []
            assert names(world) == ["Abel"]
            assert_quiet(world)


def test_match_after_a_lost_store_keeps_copies_apart(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id = create_record(world, "contact", "Abel")
        populate(world, "contact")
        world.graph.copy_contact(ALICE, item_of(world, object_id), world.folder_id("contact"))
        world.session()
        assert world.issues() == ["duplicate_of_linked"]
        lose_everything(world)
        assert world.session().writes["c4c"] == 0
        assert len(world.records("contact")) == 5
        assert len(names(world)) == 2
        assert_quiet(world)
        assert world.issues() == ["duplicate_of_linked"]


def test_match_after_a_lost_store_keeps_retired_items_out(tmp_path: Path) -> None:
    """A moved-out item bears the link property still; it is the user's own."""
    with World(tmp_path) as world:
        object_id = create_record(world, "contact", "Abel")
        populate(world, "contact")
        world.graph.move_contact(ALICE, item_of(world, object_id), None)
        world.session()
        assert record(world, "contact", object_id)["StatusCode"] == "4"
        lose_everything(world)
        assert world.session().total == 0
        assert record(world, "contact", object_id)["StatusCode"] == "4"
        assert world.issues() == []
        assert_quiet(world)


def test_match_with_another_digest_key_deletes_and_creates_nothing(tmp_path: Path) -> None:
    """A lost key makes every base unreadable: the values meet again as in a first match."""
    with World(tmp_path) as world:
        populate(world)
        object_id = create_record(world, "contact", "Abel", JobTitle="Old")
        world.settle()
        before = snapshot(world)
        lose_key(world)
        # The first session notices, the second one has read everything again.
        assert [world.session().total for _ in range(2)] == [0, 0]
        assert snapshot(world) == before
        assert world.issues() == []
        edit_item(world, item_of(world, object_id), jobTitle="New")
        world.session()
        assert record(world, "contact", object_id)["JobTitle"] == "New"
        assert_quiet(world)


def test_match_twice_at_once_is_refused(tmp_path: Path) -> None:
    """Another mailbox's session may run; this mailbox belongs to one session at a time."""
    with World(tmp_path) as world:
        populate(world, "contact")
        with world.store() as store:
            store.locks.acquire(ALICE, "another session")
        before = snapshot(world)
        with pytest.raises(SessionLockedError):
            world.session()
        assert snapshot(world) == before
