"""One operation on its way: contract, link, values and what was learnt about the item.

Responsible for the few look-ups every step needs. Decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from contact_sync.contract import Contract
from contact_sync.core.outcome import ItemFacts
from contact_sync.core.routing import with_mark
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contact_sync.core.fields import FieldMap
    from contact_sync.core.model import Link, RecordType
    from contact_sync.core.states import StateList
    from exchange_client import Contact


@dataclass(frozen=True, kw_only=True)
class InformedContract(Contract):
    """A contract whose reader knows the tenant's states.

    Attributes:
        states: From the store; None before the list was read.
    """

    states: StateList | None = field(default=None, repr=False)

    @property
    @override
    def field_map(self) -> FieldMap:
        return self.field_map_with(self.states)


def informed(contract: Contract, states: StateList | None) -> Contract:
    """Return the contract with the tenant's states; they travel in no message."""
    members = {entry.name: getattr(contract, entry.name) for entry in fields(contract)}
    return InformedContract(**members, states=states)


@dataclass
class Task:
    """One contract with the record that came with it.

    Attributes:
        contract: What is asked.
        properties: Graph properties that the mapper put into the record.
        link: The link as it stands now; steps replace it.
    """

    contract: Contract
    properties: Mapping[str, Any]
    link: Link

    def __post_init__(self) -> None:  # noqa: D105 - derives what the class docstring names
        self.fields = self.contract.field_map
        self.values = self.fields.from_graph(self.properties)

    @property
    def kind(self) -> RecordType:
        """Record type of the link."""
        return self.contract.record_type

    @property
    def item_id(self) -> str:
        """Immutable id of the item; "" if there is none."""
        return self.link.exchange_id or ""

    @property
    def category(self) -> str:
        """Category that the item bears; "" if items are not marked."""
        return str(self.contract.folders.get("category") or "")

    def digests_of(self, item: Contact, key: bytes) -> dict[str, str]:
        """Return the digests of an item's values."""
        return self.fields.digests(key, self.fields.from_graph(item.properties))

    def facts(self, item: Contact, key: bytes) -> ItemFacts:
        """Return what a link needs to know of an item."""
        return ItemFacts(
            exchange_id=item.id,
            version=item.version,
            folder_id=item.folder_id,
            digests=self.digests_of(item, key),
        )

    def patch(self, names: Iterable[str], live: Contact) -> dict[str, Any]:
        """Return the Graph properties that write the given fields over a live item."""
        values = {name: self.values[name] for name in names if name in self.values}
        return self.fields.to_graph(values, live.properties)

    def marks(self, live: Contact) -> dict[str, Any]:
        """Return the categories to write, or nothing if the item bears the right ones."""
        before = list(live.properties.get("categories") or [])
        after = with_mark(before, self.category, self.contract.strip_categories)
        return {} if after == before else {"categories": after}
