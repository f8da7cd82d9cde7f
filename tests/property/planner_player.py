"""The users of a world: what they may do, chosen at random.

Responsible for synced triples and user steps; every value that is typed is unique. All choices of
a step come from a number of its own: a step that is left out changes no other one's luck.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from contact_sync.core.model import RecordType, Side
from contact_sync.core.status import ACTIVE, OBSOLETE
from property.planner_fields import NAMES, REQUIRED, c4c_name
from property.planner_mailbox import BIN, DEFAULT
from property.planner_users import Users

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from property.planner_mailbox import Item
    from property.planner_tenant import Record


class Player(Users):
    """Users who do this and that."""

    def populate(self, luck: int, pairs: Sequence[int]) -> None:
        """Put linked pairs into the world, as if many sessions had passed.

        Args:
            luck: Decides about everything else.
            pairs: How many pairs of a type there may be.
        """
        world, rng = self.world, self._rng
        rng.seed(luck)
        self.add_folders()
        for kind in world.config.kinds:
            for _ in range(rng.choice(pairs)):
                self.add_pair(kind)
        for _ in range(rng.choice((0, 0, 1))):
            self._stranger()
        if rng.random() < 0.9:
            world.start_settled()

    def _stranger(self) -> None:
        """Add a personal contact, or a record that the view does not show."""
        if self._rng.random() < 0.5:
            values = self._values(RecordType.CONTACT)
            self.world.mailbox.user_creates(DEFAULT, {**values, "categories": ["Golf"]})
        else:
            kind = self._rng.choice(self.world.config.kinds)
            if self.world.config.filters.get(kind):
                values = self._values(kind)
                properties = {c4c_name(name): value for name, value in values.items()}
                self.world.tenant.user_creates(kind, {**properties, "Territory": "south"})

    # -- steps ------------------------------------------------------------------------------------

    def step(self, luck: int, side: Side | None = None) -> str:
        """Let somebody do something, on one side if it is named; return what."""
        self.world.tick()
        self._rng.seed(luck)
        acts, weights = _CHOICES[side]
        (act,) = self._rng.choices(acts, cum_weights=weights)
        act(self)
        return act.__name__

    def edit_item(self) -> None:
        item = self._any_item()
        if item is None:
            return
        kind = self._kind_of(item)
        name = self._rng.choice(NAMES[kind])
        value = self._new_value(name, str(item.properties.get(name) or ""))
        self.type_item(item, name, value)

    def edit_record(self) -> None:
        record = self._any_record()
        if record is None:
            return
        names = [name for name in NAMES[record.kind] if name != "company"]
        name = self._rng.choice(names)
        old = str(record.properties.get(c4c_name(name)) or "")
        value = self._new_value(name, old)
        if name == REQUIRED[record.kind] and not value.strip():
            return
        self.type_record(record, name, value[:10] if name == "title" else value)

    def edit_both(self) -> None:
        """Type the same, or different, into one field of a pair."""
        pair = self._any_pair()
        if pair is None:
            return
        item, record = pair
        name = self._rng.choice([name for name in NAMES[record.kind] if name != "company"])
        value = self._token(name)
        is_same = self._rng.random() < 0.5
        self.type_item(item, name, value)
        self.world.tick()
        self.type_record(record, name, value if is_same else self._token(name))
        if is_same:
            self.ledger.same.add((name, value))

    def edit_many(self) -> None:
        """Edit several fields of one pair, some on either side."""
        pair = self._any_pair()
        if pair is None:
            return
        item, record = pair
        for name in NAMES[record.kind]:
            if name == "company":
                continue
            if self._rng.random() < 0.5:
                self.type_item(item, name, self._token(name))
            else:
                self.type_record(record, name, self._token(name))

    def create_item(self) -> None:
        rng = self._rng
        kind = rng.choice(self.world.config.kinds)
        policy = self.world.config.policies[kind]
        values = self._values(kind)
        categories: list[str] = rng.choice([[], ["Golf"]])
        folder = f"f-{kind.value}"
        if rng.random() < 0.4 or folder not in self.world.mailbox.folders:
            folder = DEFAULT
            categories = [*categories, policy.category]
            if rng.random() < 0.1:
                other = self.world.config.policies[rng.choice(list(RecordType))].category
                categories = list(dict.fromkeys([*categories, other]))
        if kind is RecordType.CONTACT:
            account = self._account()
            values["company"] = str(account.properties["Name"]) if account else ""
        if rng.random() < 0.1:
            values[REQUIRED[kind]] = ""
        item = self.world.mailbox.user_creates(
            folder, {**values, "categories": categories, "photo": self._token("photo")}
        )
        item.is_private = rng.random() < 0.05
        self.note_item(item, "create")

    def create_record(self) -> None:
        kind = self._rng.choice(self.world.config.kinds)
        properties = {c4c_name(name): value for name, value in self._values(kind).items()}
        account = self._account() if kind is RecordType.CONTACT else None
        if account is not None:
            properties["AccountID"] = str(account.properties["AccountID"])
        territory = self._rng.choice(("north", "north", "south"))
        record = self.world.tenant.user_creates(kind, {**properties, "Territory": territory})
        self.note_record(record, "create")

    def create_twins(self) -> None:
        """Create one person on both sides: the first match."""
        kind = self._rng.choice(self.world.config.kinds)
        folder = f"f-{kind.value}"
        if folder not in self.world.mailbox.folders:
            return
        values = self._values(kind)
        properties = {c4c_name(name): value for name, value in values.items()}
        if self._rng.random() < 0.5:
            properties["title"] = self._token("title")
        if self._rng.random() < 0.3:
            properties["phone"] = ""
        record = self.world.tenant.user_creates(kind, properties)
        item = self.world.mailbox.user_creates(folder, {**values, "categories": []})
        self.note_record(record, "create")
        self.note_item(item, "create")

    def delete_item(self) -> None:
        if (item := self._any_item()) is not None:
            if self._rng.random() < 0.7:
                self.world.mailbox.user_moves(item, BIN)
            else:
                self.world.mailbox.user_purges(item)
            self.note_item(item, "delete")

    def move_item(self) -> None:
        """Drag an item to another folder: out, into another type's, or into a subfolder."""
        item = self._any_item()
        if item is None:
            return
        targets = [one for one in self.world.mailbox.folders if one != item.folder]
        if targets:
            self.world.mailbox.user_moves(item, self._rng.choice(targets))
            self.note_item(item, "move")

    def restore_item(self) -> None:
        """Take an item out of Deleted Items, back into a managed folder."""
        binned = [item for item in self.world.mailbox.items.values() if item.folder == BIN]
        targets = [f"f-{kind.value}" for kind in self.world.config.kinds]
        targets = [one for one in targets if one in self.world.mailbox.folders]
        if binned and targets:
            item = self._rng.choice(binned)
            self.world.mailbox.user_moves(item, self._rng.choice(targets))
            self.note_item(item, "copy" if self._is_replaced(item) else "restore")

    def _is_replaced(self, item: Item) -> bool:
        """Whether its record has another item by now, or had one made of it."""
        links = self.world.memory.links.list_()
        named = {
            link.exchange_id for link in links if link.c4c_id and link.c4c_id in (item.link or "")
        }
        return item.is_left_over or bool(named - {item.id, None})

    def copy_item(self) -> None:
        item = self._any_item()
        if item is not None:
            copy = self.world.mailbox.user_creates(item.folder, item.properties, item.link)
            self.note_item(copy, "copy")

    def mark_item(self) -> None:
        """Add or take away a category, or the mark "private"."""
        item = self._any_item()
        if item is None:
            return
        rng = self._rng
        before = list(item.properties["categories"])
        routing = [policy.category for policy in self.world.config.policies.values()]
        after = list(before)
        match rng.choice(("own", "other", "foreign", "private")):
            case "own":
                after = [name for name in before if name not in routing]
            case "other":
                after = list(dict.fromkeys([*before, rng.choice(routing)]))
            case "foreign":
                after.insert(0, self._token("cat"))
            case "private":
                item.is_private = not item.is_private
        self.world.mailbox.user_edits(item, categories=after)
        self.note_item(item, "mark")

    def remove_folder(self) -> None:
        if self.world.stage:
            # A folder that goes while it is written to ends the session; the next one sees it.
            return
        folder = f"f-{self._rng.choice(self.world.config.kinds).value}"
        mailbox = self.world.mailbox
        if folder in mailbox.folders:
            for item in mailbox.items.values():
                if item.folder == folder:
                    self.note_item(item, "delete")
            mailbox.user_removes_folder(folder)

    def add_subfolder(self) -> None:
        parent = self._rng.choice(list(self.world.mailbox.folders))
        self.world.mailbox.add_folder(self._token("f-sub"), self._token("sub"), parent)

    def retire_record(self) -> None:
        record = self._any_record()
        if record is None:
            return
        if self._rng.random() < 0.6:
            self.world.tenant.user_sets_status(record, OBSOLETE)
        else:
            self.world.tenant.user_purges(record)
        self.note_record(record, "delete")

    def revive_record(self) -> None:
        old = [record for record in self.world.tenant.records.values() if not record.is_live]
        if old:
            record = self._rng.choice(old)
            self.world.tenant.user_sets_status(record, ACTIVE)
            self.note_record(record, "restore")

    def move_record(self) -> None:
        """Change a record's territory, which takes it out of a view or into it."""
        record = self._any_record()
        if record is None:
            return
        before = record.properties["Territory"]
        after = "north" if before == "south" else "south"
        self.world.tenant.user_edits(record, Territory=after)
        record.left_by_user = not self.world.in_view(after, record.kind)
        self.note_record(record, "view")

    def delete_both(self) -> None:
        pair = self._any_pair()
        if pair is None:
            return
        item, record = pair
        self.world.mailbox.user_moves(item, BIN)
        self.world.tenant.user_sets_status(record, OBSOLETE)
        self.note_item(item, "delete")
        self.note_record(record, "delete")

    # -- helpers -----------------------------------------------------------------------------------

    def _any_item(self) -> Item | None:
        items = [one for one in self.world.mailbox.items.values() if self.world.mailbox.tree(one)]
        return self._rng.choice(items) if items else None

    def _any_record(self) -> Record | None:
        records = [record for record in self.world.tenant.records.values() if record.is_live]
        return self._rng.choice(records) if records else None

    def _any_pair(self) -> tuple[Item, Record] | None:
        mailbox, tenant = self.world.mailbox, self.world.tenant
        pairs = [
            (mailbox.items[link.exchange_id], tenant.records[link.c4c_id])
            for link in self.world.memory.links.list_()
            if link.phase.is_live
            and link.exchange_id in mailbox.items
            and mailbox.tree(mailbox.items[link.exchange_id])
            and link.c4c_id in tenant.records
            and tenant.records[link.c4c_id].is_live
        ]
        return self._rng.choice(pairs) if pairs else None

    def _kind_of(self, item: Item) -> RecordType:
        found = [kind for kind in RecordType if item.folder == f"f-{kind.value}"]
        return found[0] if found else RecordType.CONTACT

    def _new_value(self, name: str, old: str) -> str:
        luck = self._rng.random()
        if luck < 0.06:
            return ""
        if luck < 0.1:
            return f"  {old} "
        if luck < 0.13 and name == "email":
            return old.upper()
        if luck < 0.2 and name == "title":
            return f"{self._token(name)}-is-rather-long"
        if luck < 0.23 and name == "title":
            return f"{self._token(name)}-is-much-too-long-for-any-record"
        return self._token(name)


_EXCHANGE: tuple[tuple[Callable[[Player], None], int], ...] = (
    (Player.edit_item, 24),
    (Player.create_item, 8),
    (Player.delete_item, 8),
    (Player.move_item, 8),
    (Player.restore_item, 6),
    (Player.copy_item, 2),
    (Player.mark_item, 6),
    (Player.remove_folder, 1),
    (Player.add_subfolder, 1),
)
_C4C: tuple[tuple[Callable[[Player], None], int], ...] = (
    (Player.edit_record, 24),
    (Player.create_record, 6),
    (Player.retire_record, 7),
    (Player.revive_record, 5),
    (Player.move_record, 6),
)
_BOTH: tuple[tuple[Callable[[Player], None], int], ...] = (
    (Player.edit_both, 8),
    (Player.edit_many, 5),
    (Player.create_twins, 3),
    (Player.delete_both, 3),
)


def _weighed(
    *acts: tuple[Callable[[Player], None], int],
) -> tuple[list[Callable[[Player], None]], list[int]]:
    return [act for act, _ in acts], list(accumulate(weight for _, weight in acts))


#: Side -> acts and their weights, summed up; None: anywhere.
_CHOICES = {
    None: _weighed(*_EXCHANGE, *_C4C, *_BOTH),
    Side.EXCHANGE: _weighed(*_EXCHANGE, *_BOTH),
    Side.C4C: _weighed(*_C4C),
}
