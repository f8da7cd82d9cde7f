"""Scenes for crashes: a small synced world, and what users do before the session that is cut.

Each scene is two functions: one lays the ground, sessions included, the other acts. Two pairs of
everything where the writes go out in batches, so that a batch can be cut in the middle.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.rule_scenes import (
    add_item,
    add_record,
    item_named,
    record_named,
)
from harness.world import ALICE, COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.world import World

CONTACT, CUSTOMER, ACCOUNT = "contact", "individual_customer", "account"
MARK = "SAP Cloud for Customer SSI"
#: A view of a field that is not synced: who leaves it was not edited.
VIP = [{"record_type": CONTACT, "name": "vip", "filter": "DepartmentCode ne '0001'"}]
PHOTO = base64.b64encode(b"\xff\xd8 no picture \xff\xd9").decode()


@dataclass(frozen=True)
class Scene:
    """One scene.

    Attributes:
        name: Its name.
        ground: Lays the ground; the world is settled afterwards.
        act: What users do then.
        mapper: Settings of the mapper.
        views: Views of the C4C tap.
    """

    name: str
    ground: Callable[[World], None]
    act: Callable[[World], None]
    mapper: dict[str, Any] = field(default_factory=dict)
    views: list[dict[str, str]] = field(default_factory=list)


SCENES: dict[str, Scene] = {}


def _scene(ground: Callable[[World], None], **options: Any) -> Callable[[Callable[..., None]], Any]:
    def register(act: Callable[[World], None]) -> Callable[[World], None]:
        name = act.__name__
        SCENES[name] = Scene(name, ground, act, **options)
        return act

    return register


def nothing(_: World) -> None:
    """Lay no ground: the mailbox was never synced."""


def pairs(*kinds: str, count: int = 3) -> Callable[[World], None]:
    """Return a ground with so many synced pairs of each type."""

    def lay(world: World) -> None:
        for kind in kinds:
            for number in range(count):
                more = {"JobTitle": f"Title {number}"} if kind == CONTACT else {}
                add_record(world, kind, f"{kind} {number}", **more)
        world.settle()

    return lay


def _item(world: World, number: int = 0, kind: str = CONTACT) -> str:
    return str(item_named(world, kind, f"{kind} {number}")["id"])


def _record(world: World, number: int = 0, kind: str = CONTACT) -> str:
    return str(record_named(world, kind, f"{kind} {number}")["ObjectID"])


def _new_items(world: World, *names: str, kind: str = CONTACT, **more: Any) -> None:
    for name in names:
        add_item(world, kind, name, world.folder_id(kind), **more)


# -- creates -------------------------------------------------------------------------------------


@_scene(nothing)
def first_session(world: World) -> None:
    """Folders, categories and the first items: a mailbox that was never synced."""
    for name in ("One", "Two"):
        add_record(world, CONTACT, name, Email=f"{name}@example.com")
    add_item(world, CONTACT, "Marked", None, categories=[MARK])


@_scene(pairs(CONTACT, count=1))
def create_in_c4c(world: World) -> None:
    """E1."""
    _new_items(world, "One", "Two", jobTitle="New", businessPhones=["089 123456"])


@_scene(pairs(CONTACT, count=1))
def create_in_exchange(world: World) -> None:
    """C1."""
    for name in ("One", "Two"):
        add_record(world, CONTACT, name, JobTitle="New", Phone="+49 89 123456")


@_scene(pairs(CONTACT, ACCOUNT, count=1), mapper={CONTACT: {"account_no_match": "create"}})
def create_with_account(world: World) -> None:
    """A contact whose company has no account yet, and an account with its contact."""
    _new_items(world, "Employee", companyName="Brand New Inc")
    _new_items(world, "Acme GmbH", kind=ACCOUNT)
    _new_items(world, "Colleague", companyName="Acme GmbH")


# -- updates -------------------------------------------------------------------------------------


@_scene(pairs(CONTACT))
def update_both_ways(world: World) -> None:
    """E2 and C2: two pairs each way, and one pair edited on both sides."""
    for number, names in ((0, ("jobTitle",)), (1, ("department", "nickName"))):
        world.graph.edit_contact(ALICE, _item(world, number), dict.fromkeys(names, "Edited"))
    world.c4c.edit(COLLECTIONS[CONTACT], _record(world, 1), {"MiddleName": "Edited"})
    world.c4c.edit(COLLECTIONS[CONTACT], _record(world, 2), {"JobTitle": "Edited"})


#: One field each way; the arrows of the rest are double.
ONE_WAY = {
    "fields": {"job_title": {"direction": "to_exchange"}, "department": {"direction": "to_c4c"}}
}


@_scene(pairs(CONTACT), mapper={CONTACT: ONE_WAY})
def update_one_way(world: World) -> None:
    """Fields that go one way, edited with their arrows and, in the second pair, against them."""
    item = {"department": "From Exchange"}
    world.graph.edit_contact(ALICE, _item(world, 0), item)
    world.graph.edit_contact(ALICE, _item(world, 1), {**item, "jobTitle": "Against"})
    record = {"JobTitle": "From C4C"}
    world.c4c.edit(COLLECTIONS[CONTACT], _record(world, 0), record)
    world.c4c.edit(COLLECTIONS[CONTACT], _record(world, 2), {**record, "Department": "Against"})


@_scene(pairs(CONTACT))
def conflict(world: World) -> None:
    """The same field edited differently on both sides, C4C winning and Exchange winning."""
    for number in (0, 1):
        item = {"jobTitle": "From Exchange", "department": "From Exchange"}
        world.graph.edit_contact(ALICE, _item(world, number), item)
        record = {"JobTitle": "From C4C", "MiddleName": "From C4C"}
        world.c4c.edit(COLLECTIONS[CONTACT], _record(world, number), record)


@_scene(pairs(CONTACT), mapper={CONTACT: {"on_conflict": "exchange"}})
def conflict_won_by_exchange(world: World) -> None:
    """The same with the other winner."""
    conflict(world)


def _employees(world: World) -> None:
    account = add_record(world, ACCOUNT, "Acme")
    for number in range(2):
        contact = add_record(world, CONTACT, f"{CONTACT} {number}")
        world.c4c.link(contact, account, is_main=True)
    world.settle()


@_scene(_employees)
def rename_account(world: World) -> None:
    """C7."""
    object_id = record_named(world, ACCOUNT, "Acme")["ObjectID"]
    world.c4c.edit(COLLECTIONS[ACCOUNT], object_id, {"Name": "Acme Europe"})


@_scene(_employees)
def company_restored(world: World) -> None:
    """A linked contact's company edited in Outlook: C4C's name is written back."""
    world.graph.edit_contact(ALICE, _item(world), {"companyName": "Elsewhere"})


@_scene(pairs(CONTACT))
def category_removed(world: World) -> None:
    """E6."""
    for number in (0, 1):
        world.graph.edit_contact(ALICE, _item(world, number), {"categories": ["Blue"]})


# -- removals ------------------------------------------------------------------------------------


@_scene(pairs(CONTACT))
def retire(world: World) -> None:
    """E3: one item deleted, one moved out; it still bears its category (E7)."""
    world.graph.delete_contact(ALICE, _item(world, 0))
    world.graph.move_contact(ALICE, _item(world, 1), None)


@_scene(pairs(CONTACT))
def trash(world: World) -> None:
    """C3: one record Obsolete, one gone; C4: the item of one was edited."""
    world.graph.edit_contact(ALICE, _item(world, 0), {"jobTitle": "Edited"})
    world.c4c.set_status(COLLECTIONS[CONTACT], _record(world, 0), "4")
    world.c4c.remove(COLLECTIONS[CONTACT], _record(world, 1))


@_scene(pairs(CONTACT))
def deleted_and_edited(world: World) -> None:
    """E5: the edit in C4C outlives the deletion in Outlook, which moved one item out."""
    for number in (0, 1):
        edit = {"JobTitle": "Edited"}
        world.c4c.edit(COLLECTIONS[CONTACT], _record(world, number), edit)
    world.graph.delete_contact(ALICE, _item(world, 0))
    world.graph.move_contact(ALICE, _item(world, 1), None)


@_scene(pairs(CONTACT))
def deleted_on_both_sides(world: World) -> None:
    """I42."""
    for number in (0, 1):
        world.graph.delete_contact(ALICE, _item(world, number))
        world.c4c.set_status(COLLECTIONS[CONTACT], _record(world, number), "4")


@_scene(
    pairs(CONTACT),
    views=VIP,
)
def leave_view(world: World) -> None:
    """C5: two records leave the view, and one is new in it."""
    for number in (0, 1):
        world.c4c.edit(COLLECTIONS[CONTACT], _record(world, number), {"DepartmentCode": "0001"})
    add_record(world, CONTACT, "New")


def _left(world: World) -> None:
    pairs(CONTACT)(world)
    leave_view(world)
    world.settle()


@_scene(
    _left,
    views=VIP,
)
def enter_view(world: World) -> None:
    """C5: they come back."""
    for number in (0, 1):
        world.c4c.edit(COLLECTIONS[CONTACT], _record(world, number), {"DepartmentCode": "0002"})


def _held(world: World) -> None:
    pairs(CONTACT, count=8)(world)
    for number in range(6):
        world.graph.delete_contact(ALICE, _item(world, number))
    world.settle()


def _decide(world: World, verdict: str) -> None:
    with world.store() as store:
        (hold,) = store.holds.list_(("pending",))
        getattr(store.holds, verdict)(hold.hold_id)


@_scene(_held)
def approve(world: World) -> None:
    """A hold is approved: exactly its set is removed, however often it is begun."""
    _decide(world, "approve")


@_scene(_held)
def reject(world: World) -> None:
    """A hold is rejected: the items come back."""
    _decide(world, "reject")


# -- moves and what follows ------------------------------------------------------------------------


@_scene(pairs(CONTACT, count=1))
def move(world: World) -> None:
    """R2: two items outside, one with a photo, are created in C4C and moved."""
    for name, photo in (("One", PHOTO), ("Two", None)):
        body = {"givenName": "Fay", "surname": name, "categories": ["Blue", MARK]}
        world.graph.create_contact(ALICE, None, body, None, photo)


@_scene(pairs(CONTACT, CUSTOMER))
def convert(world: World) -> None:
    """E4."""
    for number in (0, 1):
        world.graph.move_contact(ALICE, _item(world, number), world.folder_id(CUSTOMER))


@_scene(pairs(CONTACT, CUSTOMER), mapper={CUSTOMER: {"read_only": True}})
def move_back(world: World) -> None:
    """E4 with a read-only type."""
    for number in (0, 1):
        world.graph.move_contact(ALICE, _item(world, number), world.folder_id(CUSTOMER))


@_scene(pairs(CONTACT, count=1))
def adopt(world: World) -> None:
    """A first match: each side knows something that the other lacks, and one thing better."""
    for name in ("One", "Two"):
        mail = f"{name}@example.com"
        add_record(world, CONTACT, name, Email=mail, JobTitle="From C4C", NickName="Here")
        emails = [{"address": mail, "name": name}]
        more = {"department": "From Exchange", "nickName": "There"}
        _new_items(world, name, emailAddresses=emails, **more)


@_scene(pairs(CONTACT), mapper={CONTACT: {"read_only": True}})
def re_create(world: World) -> None:
    """Read-only: deleted, moved out and edited items come back from C4C, a new one goes."""
    world.graph.delete_contact(ALICE, _item(world, 0))
    world.graph.move_contact(ALICE, _item(world, 1), None)
    world.graph.edit_contact(ALICE, _item(world, 2), {"jobTitle": "Edited"})
    _new_items(world, "New")


def _retired(world: World) -> None:
    pairs(CONTACT)(world)
    for number in (0, 1):
        world.graph.delete_contact(ALICE, _item(world, number))
    world.settle()


@_scene(_retired)
def revive(world: World) -> None:
    """E9: both come back from Deleted Items, one edited."""
    folder = world.folder_id(CONTACT)
    for entry in world.deleted_items():
        world.graph.move_contact(ALICE, entry["id"], folder)
        if entry["properties"]["surname"] == f"{CONTACT} 0":
            world.graph.edit_contact(ALICE, entry["id"], {"jobTitle": "Edited"})
