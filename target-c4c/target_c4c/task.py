"""One operation on its way: contract, link, values and what was learnt about the record.

Responsible for the few look-ups every step needs. Decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contact_sync.contract import SEEN_EMAILS, contract_seen
from contact_sync.core import merge
from contact_sync.core.model import RecordType
from contact_sync.core.outcome import RecordFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from c4c_client import C4CRecord
    from contact_sync.contract import Contract
    from contact_sync.core.model import Link

#: Entity set of each record type.
COLLECTIONS: Mapping[RecordType, str] = {
    RecordType.ACCOUNT: "CorporateAccountCollection",
    RecordType.CONTACT: "ContactCollection",
    RecordType.INDIVIDUAL_CUSTOMER: "IndividualCustomerCollection",
}


@dataclass
class Task:
    """One contract with the record that came with it.

    Attributes:
        contract: What is asked.
        properties: C4C properties that the mapper put into the record.
        link: The link as it stands now; steps replace it.
        sent: Digests of what earlier sessions sent and never heard of, per update.
    """

    contract: Contract
    properties: Mapping[str, Any]
    link: Link
    sent: Sequence[Mapping[str, str]] = field(default=())

    def __post_init__(self) -> None:  # noqa: D105 - derives what the class docstring names
        self.fields = self.contract.field_map
        self.values = self.fields.from_c4c(self.properties)
        # What it is known by: values that C4C does not take count too.
        self.typed = {**self.values, **contract_seen(self.fields.names, self.properties)}
        self.seen = self.fields.normalised(self.typed)
        self.other_emails = tuple(
            str(self.properties[name]) for name in SEEN_EMAILS if self.properties.get(name)
        )

    @property
    def kind(self) -> RecordType:
        """Record type of the link."""
        return self.contract.record_type

    @property
    def item_id(self) -> str:
        """Immutable id of the item; "" if there is none."""
        return self.link.exchange_id or ""

    @property
    def collection(self) -> str:
        """Entity set of the record."""
        return COLLECTIONS[self.kind]

    def base_of(self, live: Mapping[str, str]) -> dict[str, str]:
        """Return the base of a record: what was agreed on, or what we wrote since unheard.

        Stage 1 writes before C4C is read, so nobody has told our own values from edits yet.

        Args:
            live: Digests of the record as just read.
        """
        return {**self.contract.base, **merge.echoes(self.sent, live)}

    def digests_of(self, record: C4CRecord, key: bytes) -> dict[str, str]:
        """Return the digests of a record's values."""
        return self.fields.digests(key, self.fields.from_c4c(record.properties))

    def facts(self, record: C4CRecord, key: bytes) -> RecordFacts:
        """Return what a link needs to know of a record."""
        own = record.properties.get("AccountID")
        return RecordFacts(
            c4c_id=record.object_id,
            etag=record.etag,
            changed_at=record.properties.get("ChangedOn"),
            account_id=str(own or "").lstrip("0"),
            digests=self.digests_of(record, key),
        )

    def body(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the C4C properties that write the given fields."""
        return self.fields.to_c4c(
            {name: self.values[name] for name in names if name in self.values}
        )
