"""The users of a world: pairs that were synced before, and single acts that are put down.

Responsible for the ledger: whatever a user does in a case is noted here, and only here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contact_sync.core.claims import Claim
from contact_sync.core.model import Link, Phase, RecordType, Side
from property.planner_config import off_fields
from property.planner_fields import NAMES, PHONE_MARK, agreed, c4c_name, tiny_map
from property.planner_ledger import Ledger
from property.planner_mailbox import MAILBOX, Item
from property.planner_tenant import TENANT, Record

if TYPE_CHECKING:
    import random

    from property.planner_world import World


class Users:
    """Everybody who uses one of the two services.

    Attributes:
        ledger: What was done.
        outside: Share of pairs whose record is outside the view: pinned.
    """

    outside = 0.08

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world = world
        self.ledger = Ledger()
        self._rng = rng
        self._count = 0

    def add_folders(self) -> None:
        """Make the managed folders, and let the store know them."""
        for kind in self.world.config.kinds:
            folder = f"f-{kind.value}"
            self.world.mailbox.add_folder(folder, self.world.config.policies[kind].folder)
            self.world.memory.folders.set_(MAILBOX, kind, folder)

    def add_pair(self, kind: RecordType) -> tuple[Item, Record]:
        """Put one linked pair into the world."""
        world = self.world
        values = self._values(kind)
        territory = "south" if self._rng.random() < self.outside else "north"
        in_view = world.in_view(territory, kind)
        company = self._account() if kind is RecordType.CONTACT else None
        shown = dict(values)
        properties = {c4c_name(name): value for name, value in values.items()}
        if company is not None:
            shown["company"] = company.properties["Name"]
            properties["AccountID"] = company.properties["AccountID"]
        elif kind is RecordType.CONTACT:
            shown["company"] = ""
        record = world.tenant.user_creates(kind, {**properties, "Territory": territory})
        policy = world.config.policies[kind]
        item = world.mailbox.user_creates(
            f"f-{kind.value}",
            {
                **shown,
                "phone": PHONE_MARK + values["phone"],
                "categories": ["Golf", *([policy.category] if policy.mark_with_category else [])],
                "photo": self._token("photo"),
            },
            Claim(TENANT, kind, record.id).render(),
        )
        fields = tiny_map(kind, off_fields(policy))
        link = Link(
            link_id=world.memory.new_id(),
            mailbox=MAILBOX,
            record_type=kind,
            phase=Phase.ACTIVE if in_view else Phase.PINNED,
            exchange_id=item.id,
            exchange_version=f"v{item.version}",
            exchange_folder_id=item.folder,
            c4c_id=record.id,
            c4c_etag=record.etag,
            c4c_changed_at=record.properties["ChangedOn"],
            account_id=(record.properties.get("AccountID") or "").lstrip("0") or None,
            in_view=in_view,
            base_exchange=fields.digests(b"", fields.from_graph(item.properties)),
            base_c4c=fields.digests(b"", shown),
        )
        world.memory.links.save(link)
        return item, record

    def create_item_at(self, kind: RecordType, folder: str) -> Item:
        """Create an item with its routing category in some folder."""
        categories = [self.world.config.policies[kind].category]
        item = self.world.mailbox.user_creates(
            folder, {**self._values(kind), "categories": categories}
        )
        self.note_item(item, "create")
        return item

    def type_item(self, item: Item, name: str, value: str) -> None:
        """Let a user type a value into a field of an item."""
        before = agreed(name, item.properties.get(name))
        self.world.mailbox.user_edits(item, **{name: value})
        if agreed(name, value) != before:
            self.ledger.note(Side.EXCHANGE, "edit", item.soul, name, value)

    def type_record(self, record: Record, name: str, value: str) -> None:
        """Let a user type a value into a field of a record."""
        before = agreed(name, record.properties.get(c4c_name(name)))
        self.world.tenant.user_edits(record, **{c4c_name(name): value})
        if agreed(name, value) != before:
            self.ledger.note(Side.C4C, "edit", record.id, name, value)
        else:
            # Formatting is no edit, but the record has changed.
            self.ledger.note(Side.C4C, "touch", record.id, "")

    def note_item(self, item: Item, what: str) -> None:
        """Put down what a user did to an item as a whole."""
        self.ledger.note(Side.EXCHANGE, what, item.soul)

    def note_record(self, record: Record, what: str) -> None:
        """Put down what a user did to a record as a whole."""
        self.ledger.note(Side.C4C, what, record.id)

    def _account(self) -> Record | None:
        accounts = [r for r in self.world.tenant.records.values() if r.kind is RecordType.ACCOUNT]
        return self._rng.choice([*accounts, None])

    def _values(self, kind: RecordType) -> dict[str, str]:
        return {name: self._token(name) for name in NAMES[kind] if name != "company"}

    def _token(self, name: str) -> str:
        self._count += 1
        return f"{name[:3]}{self._count}"
