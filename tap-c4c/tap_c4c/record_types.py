"""The three record types and the views through which they are read. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Name of the view of a record type for which none is configured.
DEFAULT_VIEW = "all"


@dataclass(frozen=True, kw_only=True)
class RecordType:
    """One kind of business partner.

    Attributes:
        name: As in the setting `views` and in the sync store.
        stream: Stream of its records.
        collection: OData collection.
        entity_type: OData entity type.
    """

    name: str
    stream: str
    collection: str
    entity_type: str


#: In the order in which they are read.
RECORD_TYPES = (
    RecordType(
        name="account",
        stream="accounts",
        collection="CorporateAccountCollection",
        entity_type="CorporateAccount",
    ),
    RecordType(
        name="contact",
        stream="contacts",
        collection="ContactCollection",
        entity_type="Contact",
    ),
    RecordType(
        name="individual_customer",
        stream="individual_customers",
        collection="IndividualCustomerCollection",
        entity_type="IndividualCustomer",
    ),
)


@dataclass(frozen=True, kw_only=True)
class View:
    """A part of a record type's collection.

    Attributes:
        name: Unique within the record type.
        filter: OData `$filter`; None for the whole collection.
    """

    name: str
    filter: str | None = None

    @property
    def filter_hash(self) -> str:
        """16 hex digits that change with the filter."""
        return hashlib.sha256((self.filter or "").encode()).hexdigest()[:16]


def views_of(record_type: RecordType, config: Mapping[str, Any]) -> tuple[View, ...]:
    """Return the views of a record type; one of the whole collection if none is configured."""
    views = tuple(
        View(name=entry["name"], filter=(entry.get("filter") or "").strip() or None)
        for entry in config.get("views") or ()
        if entry["record_type"] == record_type.name
    )
    return views or (View(name=DEFAULT_VIEW),)
