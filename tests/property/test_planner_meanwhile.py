"""Users who act between list and write: what the target finds is not what the tap saw."""

from __future__ import annotations

import pytest
from property.planner_mailbox import BIN, DEFAULT
from property.planner_scene import ACCOUNT, CONTACT, Scene

MARK = "SAP Cloud for Customer SSI"


def test_i06_a_move_leaves_alone_what_its_user_trashed_meanwhile() -> None:
    """A copy would bring it back, and the removal of the source would delete it for good."""
    with Scene() as scene:
        item = scene.users.create_item_at(CONTACT, DEFAULT)
        scene.session(download=lambda: scene.deletes(item))
        assert item.folder == BIN
        scene.rest()
        assert [one.id for one in scene.world.mailbox.items.values() if one.soul == item.soul] == [
            item.id
        ]


def test_i07_an_item_in_deleted_items_is_never_deleted_again() -> None:
    """A change of its account is written to it first, which must not make it seem at home there."""
    with Scene(ACCOUNT, CONTACT) as scene:
        account = scene.pair(ACCOUNT)[1]
        item, record = next(
            (item, record)
            for item, record in scene.pairs[CONTACT]
            if record.properties.get("AccountID")
        )
        for other in [r for r in scene.world.tenant.records.values() if r.kind is ACCOUNT]:
            scene.types(other, name=f"typed-{other.id}")
        scene.deletes(record)
        scene.session(download=lambda: scene.deletes(item))
        assert item.folder == BIN
        assert account.is_live


def test_i03_an_edit_made_while_the_record_leaves_the_view_is_told() -> None:
    with Scene(view="in:north") as scene:
        item, record = scene.pair()
        scene.sends(record, "south")
        scene.session(download=lambda: scene.types(item, title="typed-1"))
        assert item.folder == BIN
        (issue,) = scene.told("deletion_dropped_edit")
        assert issue.fields == ("title",)


@pytest.mark.parametrize("how", ["leaves the view", "is deleted"])
def test_e07_an_item_that_is_taken_out_while_its_removal_runs_loses_its_category(how: str) -> None:
    with Scene(view="in:north") as scene:
        item, record = scene.pair()
        if how == "is deleted":
            scene.deletes(record)
        else:
            scene.sends(record, "south")
        scene.session(download=lambda: scene.moves(item))
        scene.rest()
        assert item.folder == DEFAULT
        assert scene.categories(item) == []


def test_i20_the_new_item_of_a_pair_keeps_the_category_that_the_old_one_loses() -> None:
    with Scene(c4c_delete="unlink") as scene:
        item, record = scene.pair()
        scene.types(record, title="typed-1")
        scene.moves(item)
        scene.session()
        assert scene.categories(item) == []
        assert scene.categories(scene.item(record)) == [MARK]
