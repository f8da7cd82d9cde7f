"""What users do, in Outlook and in C4C. Each step is noted in the ledger."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.rule_scenes import CATEGORY
from harness.world import COLLECTIONS, FOLDERS

from histories.ledger import FIELDS, Ledger, Person
from histories.sight import Traces, comparable, look, shown_by_item, shown_by_record

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulators.admin import ServiceAdmin
    from harness.world import World

_NOTHING = Traces()


@dataclass(frozen=True)
class Interruption:
    """A user's edit in the middle of a session, if the session comes that far."""

    admin: ServiceAdmin
    fault: int
    person: Person
    side: str
    field: str
    value: str

    def has_fired(self) -> bool:
        """Whether the edit came about."""
        return bool(self.admin.fault_report()[self.fault]["fired"])


class Users:
    """All users of a world; a step that finds nothing to act on does nothing."""

    def __init__(self, world: World, ledger: Ledger, mailboxes: tuple[str, ...]) -> None:
        """Let users work.

        Args:
            world: Where they work.
            ledger: Where it is noted.
            mailboxes: The ones they work in.
        """
        self._world = world
        self._ledger = ledger
        self._mailboxes = mailboxes

    # -- choosing ------------------------------------------------------------------------------

    def item(
        self, pick: int, wanted: Callable[[Traces], list[dict[str, Any]]]
    ) -> tuple[Person, dict[str, Any]] | None:
        """Choose an item of a person, in any mailbox that somebody works in."""
        seen = look(self._world)
        found = [
            (person, item)
            for tag, person in self._ledger.people.items()
            for item in wanted(seen.get(tag, _NOTHING))
            if item["mailbox"] in self._mailboxes
        ]
        return found[pick % len(found)] if found else None

    def record(self, pick: int, *, is_over: bool = False) -> tuple[Person, str, str] | None:
        """Choose a C4C record of a person: (person, type, ObjectID)."""
        seen = look(self._world)
        found = []
        for tag, person in self._ledger.people.items():
            traces = seen.get(tag, _NOTHING)
            rows = traces.over if is_over else traces.live
            found += [(person, kind, record["ObjectID"]) for kind, record in rows]
        return found[pick % len(found)] if found else None

    # -- Outlook -------------------------------------------------------------------------------

    def new_item(self, kind: str, where: int, *, is_routed: bool) -> None:
        """Create an item in a managed folder, or in the personal one with a category."""
        mailbox = self._mailbox(where)
        folder = self._folder(kind, mailbox)
        if folder is None and not is_routed:
            return
        person = self._ledger.new_person(kind)
        name = self._ledger.fresh_value("name")
        first = self._ledger.fresh_value("first_name")
        body: dict[str, Any] = {
            "givenName": first,
            "surname": name,
            "companyName": f"{name} Ltd",
            "emailAddresses": [{"address": person.tag, "name": person.tag}],
        }
        if is_routed:
            body["categories"] = [CATEGORY[kind]]
        person.did("create")
        if "first_name" in FIELDS[kind]:
            self._ledger.type_(person, mailbox, "first_name", first)
        self._world.graph.create_contact(mailbox, None if is_routed else folder, body)

    def new_personal_item(self) -> None:
        """Create an item that is nobody's business in every mailbox."""
        for mailbox in self._world.mailboxes:
            name = self._ledger.fresh_value("personal")
            item_id = self._world.graph.create_contact(
                mailbox, None, {"surname": name, "categories": ["Family"]}
            )
            entries = self._world.items(mailbox=mailbox)
            (entry,) = [entry for entry in entries if entry["id"] == item_id]
            self._ledger.personal[item_id] = entry

    def edit_item(self, pick: int, field: int, *, value: str | None = None) -> None:
        """Edit a field of a managed item."""
        found = self.item(pick, _managed)
        if found is None:
            return
        person, item = found
        kind = self._kind_of(person, item)
        name = sorted(FIELDS[kind])[field % len(FIELDS[kind])]
        text = self._ledger.fresh_value(name) if value is None else value
        if shown_by_item(kind, name, item) != comparable(name, text):
            self._edit(person, item, kind, name, text)

    def reformat_item(self, pick: int) -> None:
        """Type a phone number again with other spaces, and names with more of them."""
        found = self.item(pick, _managed)
        if found is None:
            return
        properties = found[1]["properties"]
        spaced = {
            name: f" {properties[name].replace(' ', '  ')} "
            for name in ("mobilePhone", "givenName", "jobTitle")
            if properties.get(name)
        }
        self._world.graph.edit_contact(found[1]["mailbox"], found[1]["id"], spaced)

    def decorate_item(self, pick: int) -> None:
        """Set a photo, a category and a property that the sync does not know."""
        found = self.item(pick, _managed)
        if found is None:
            return
        person, item = found
        photo = f"photo of {person.tag} {self._ledger.steps}".encode()
        spouse = self._ledger.fresh_value("spouse")
        self._world.graph.set_photo(item["mailbox"], item["id"], base64.b64encode(photo).decode())
        kept = [name for name in item["properties"].get("categories") or [] if name != "Zoo"]
        body = {"spouseName": spouse, "categories": ["Zoo", *kept]}
        self._world.graph.edit_contact(item["mailbox"], item["id"], body)
        person.extras[item["mailbox"]] = {
            "photo": hashlib.sha256(photo).hexdigest(),
            "spouse": spouse,
        }

    def bump_item(self, pick: int) -> None:
        """Let the server change the version of an item without an edit."""
        if found := self.item(pick, _managed):
            self._world.graph.bump_change_key(found[1]["mailbox"], found[1]["id"])

    def recategorise_item(self, pick: int, choice: int) -> None:
        """Take the item's own category off, or put another type's on it."""
        found = self.item(pick, _managed)
        if found is None:
            return
        bears = list(found[1]["properties"].get("categories") or [])
        routing = list(CATEGORY.values())
        kept = [name for name in bears if name not in routing]
        added = routing[choice] if choice < len(routing) else None
        self._world.graph.set_categories(
            found[1]["mailbox"], found[1]["id"], [*kept, *([added] if added else [])]
        )

    def delete_item(self, pick: int) -> None:
        """Delete a managed item."""
        if found := self.item(pick, _managed):
            found[0].did("delete_item")
            self._world.graph.delete_contact(found[1]["mailbox"], found[1]["id"])

    def move_item_out(self, pick: int) -> None:
        """Drag a managed item to the personal contacts."""
        if found := self.item(pick, _managed):
            found[0].did("move_out")
            self._world.graph.move_contact(found[1]["mailbox"], found[1]["id"], None)

    def drag_item(self, pick: int, kind: str) -> None:
        """Drag an item into a managed folder: another type's, or back."""
        found = self.item(pick, lambda traces: traces.items)
        folder = self._folder(kind, found[1]["mailbox"]) if found else None
        if found and folder and found[1]["folder_id"] != folder:
            found[0].did("drag")
            found[0].kind = kind
            self._world.graph.move_contact(found[1]["mailbox"], found[1]["id"], folder)

    def copy_item(self, pick: int) -> None:
        """Copy a managed item beside itself, link property and all."""
        if found := self.item(pick, _managed):
            found[0].did("copy")
            # A copy of what was never synced says nothing of its origin: it is one more contact.
            found[0].doubles += not found[1]["extended"]
            copy = self._world.graph.copy_contact(
                found[1]["mailbox"], found[1]["id"], found[1]["folder_id"]
            )
            found[0].copies.add(copy)

    def restore_item(self, pick: int) -> None:
        """Take an item out of Deleted Items, into the managed folder of its type."""
        found = self.item(pick, lambda traces: traces.deleted)
        folder = self._folder(found[0].kind, found[1]["mailbox"]) if found else None
        if found and folder:
            found[0].did("restore")
            found[0].revivals += 1
            self._world.graph.restore_contact(found[1]["mailbox"], found[1]["id"], folder)

    def rename_folder(self, kind: str, where: int) -> None:
        """Rename a managed folder; it stays the managed one."""
        mailbox = self._mailbox(where)
        if folder := self._folder(kind, mailbox):
            name = self._ledger.fresh_value("folder")
            self._world.graph.rename_folder(mailbox, folder, f"Renamed {name}")

    def twin_folder(self, kind: str, where: int) -> None:
        """Create a second folder with the name of a managed one."""
        self._world.graph.create_folder(self._mailbox(where), FOLDERS[kind])

    def delete_folder(self, kind: str, where: int) -> None:
        """Delete a managed folder with everything in it."""
        mailbox = self._mailbox(where)
        folder = self._folder(kind, mailbox)
        if folder is None:
            return
        for tag, traces in look(self._world).items():
            if tag in self._ledger.people and any(
                item["folder_id"] == folder for item in traces.items
            ):
                self._ledger.people[tag].did("delete_item")
        self._world.graph.delete_folder(mailbox, folder)

    # -- C4C -----------------------------------------------------------------------------------

    def new_record(self, kind: str, *, in_view: bool = True) -> None:
        """Create a record."""
        person = self._ledger.new_person(kind)
        person.did("create")
        person.in_view = in_view
        name, body = self._ledger.fresh_value("name"), {"Email": person.tag}
        if kind == "account":
            body["Name"] = name
        else:
            first = self._ledger.fresh_value("first_name")
            body |= {"FirstName": first, "LastName": name}
            self._ledger.type_(person, "c4c", "first_name", first)
        if kind == "contact":
            body["NickName"] = "in" if in_view else "out"
        self._world.c4c.create(COLLECTIONS[kind], {**body, **_DEFAULTS[kind]})

    def edit_record(self, pick: int, field: int, *, value: str | None = None) -> None:
        """Edit a field of a record."""
        if found := self.record(pick):
            person, kind, object_id = found
            name = sorted(FIELDS[kind])[field % len(FIELDS[kind])]
            text = self._ledger.fresh_value(name) if value is None else value
            record = self._world.records(kind)[object_id]
            if shown_by_record(kind, name, record) != comparable(name, text):
                self._ledger.type_(person, "c4c", name, text)
            self._world.c4c.edit(COLLECTIONS[kind], object_id, {FIELDS[kind][name][1]: text})

    def edit_both_alike(self, pick: int, field: int) -> None:
        """Type the same value on both sides."""
        found = self.item(pick, _managed)
        if found is None:
            return
        person, item = found
        live = look(self._world).get(person.tag, _NOTHING).live
        for kind, record in live[:1]:
            name = sorted(FIELDS[kind])[field % len(FIELDS[kind])]
            text = self._ledger.fresh_value(name)
            self._ledger.type_(person, "c4c", name, text)
            body = {FIELDS[kind][name][1]: text}
            self._world.c4c.edit(COLLECTIONS[kind], record["ObjectID"], body)
            self._edit(person, item, kind, name, text)

    def end_record(self, pick: int, *, is_removed: bool) -> None:
        """Set a record obsolete, or remove it for good."""
        if found := self.record(pick):
            person, kind, object_id = found
            person.did("remove_record" if is_removed else "obsolete")
            if is_removed:
                self._world.c4c.remove(COLLECTIONS[kind], object_id)
            else:
                self._world.c4c.set_status(COLLECTIONS[kind], object_id, "4")

    def revive_record(self, pick: int) -> None:
        """Set an obsolete record active again."""
        if found := self.record(pick, is_over=True):
            person, kind, object_id = found
            person.did("activate")
            person.revivals += 1
            self._world.c4c.set_status(COLLECTIONS[kind], object_id, "2")

    def turn_view(self, pick: int) -> None:
        """Let a contact leave or enter the view."""
        found = self.record(pick)
        if found is None or found[1] != "contact":
            return
        person, kind, object_id = found
        person.in_view = not person.in_view
        person.did("enter_view" if person.in_view else "leave_view")
        body = {"NickName": "in" if person.in_view else "out"}
        self._world.c4c.edit(COLLECTIONS[kind], object_id, body)

    # -- in the middle of a session ------------------------------------------------------------

    def interrupt_with_item(self, pick: int, field: int, nth: int) -> Interruption | None:
        """Set an edit of an item right before the nth write of a session to the mailbox."""
        found = self.item(pick, _managed)
        if found is None:
            return None
        person, item = found
        kind = self._kind_of(person, item)
        name = sorted(FIELDS[kind])[field % len(FIELDS[kind])]
        text = self._ledger.fresh_value(name)
        args = [item["mailbox"], item["id"], _graph_body(kind, name, text)]
        options = {"call": "edit_contact", "args": args}
        admin = self._world.graph
        fault = admin.add_fault(kind="outlook_before", method="PATCH", nth=nth, options=options)
        return Interruption(admin, fault, person, item["mailbox"], name, text)

    def interrupt_with_record(self, pick: int, field: int, nth: int) -> Interruption | None:
        """Set an edit of a record right before the nth write of a session to C4C."""
        found = self.record(pick)
        if found is None:
            return None
        person, kind, object_id = found
        name = sorted(FIELDS[kind])[field % len(FIELDS[kind])]
        text = self._ledger.fresh_value(name)
        options = {
            "collection": COLLECTIONS[kind],
            "object_id": object_id,
            "props": {FIELDS[kind][name][1]: text},
        }
        admin = self._world.c4c
        fault = admin.add_fault(kind="user_edit", method="PATCH", nth=nth, options=options)
        return Interruption(admin, fault, person, "c4c", name, text)

    def note(self, interruption: Interruption) -> None:
        """Write an edit that came about into the ledger."""
        person, side = interruption.person, interruption.side
        self._ledger.type_(person, side, interruption.field, interruption.value)

    # -- helpers -------------------------------------------------------------------------------

    def _edit(self, person: Person, item: dict[str, Any], kind: str, name: str, text: str) -> None:
        self._ledger.type_(person, item["mailbox"], name, text)
        body = _graph_body(kind, name, text)
        self._world.graph.edit_contact(item["mailbox"], item["id"], body)

    def _mailbox(self, where: int) -> str:
        return self._mailboxes[where % len(self._mailboxes)]

    def _kind_of(self, person: Person, item: dict[str, Any]) -> str:
        managed = look(self._world)[person.tag].managed
        return next(kind for kind, entry in managed if entry["id"] == item["id"])

    def _folder(self, kind: str, mailbox: str) -> str | None:
        with self._world.store() as store:
            remembered = {k.value: v for k, v in store.folders.get(mailbox).items()}
        folders = self._world.graph.dump()["mailboxes"][mailbox]["folders"]
        present = {folder["id"] for folder in folders if not folder["is_deleted"]}
        found = remembered.get(kind)
        return found if found in present else None


_DEFAULTS: dict[str, dict[str, str]] = {
    "account": {"RoleCode": "CRM000", "LifeCycleStatusCode": "2"},
    "contact": {"StatusCode": "2"},
    "individual_customer": {"RoleCode": "CRM000", "LifeCycleStatusCode": "2"},
}


def _managed(traces: Traces) -> list[dict[str, Any]]:
    return [item for _, item in traces.managed]


def _graph_body(kind: str, name: str, text: str) -> dict[str, Any]:
    graph = FIELDS[kind][name][0]
    if graph == "businessPhones":
        return {graph: [text] if text else []}
    return {graph: text or None}
