"""What both sides look like at one moment, from the dumps of the emulators. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDERS = {
    "account": "SAP C4C Accounts",
    "contact": "SAP C4C Contacts",
    "individual_customer": "SAP C4C Individual Customers",
}
COLLECTIONS = {
    "account": "CorporateAccountCollection",
    "contact": "ContactCollection",
    "individual_customer": "IndividualCustomerCollection",
}
STATUS_PROPERTIES = {
    "account": "LifeCycleStatusCode",
    "contact": "StatusCode",
    "individual_customer": "LifeCycleStatusCode",
}
ACTIVE, BLOCKED, OBSOLETE = "2", "3", "4"
STATUS_NAMES = {"1": "in preparation", ACTIVE: "active", BLOCKED: "blocked", OBSOLETE: "obsolete"}
_NAME_PARTS = ("Name", "AdditionalName", "AdditionalName2", "AdditionalName3")


@dataclass(frozen=True)
class Item:
    """An Outlook contact.

    Attributes:
        name: First and last name, or the company's name.
        folder: Display name of its folder.
        values: Graph properties, and under short names what lies deeper: `email`, `phone`,
            `street`, `city`, `country`. `categories` without those that Exchange itself adds:
            the names of folders.
    """

    mailbox: str
    item_id: str
    name: str
    folder: str
    is_deleted: bool
    change_key: str
    values: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Record:
    """A C4C record.

    Attributes:
        kind: account, contact or individual_customer.
        name: First and last name, or the account's joined name.
        status: Code of the life cycle status.
        values: OData properties; for a contact also `account_city`, the city of its account.
    """

    kind: str
    object_id: str
    name: str
    status: str
    values: Mapping[str, Any] = field(repr=False)

    @property
    def is_live(self) -> bool:
        """Whether the record is shown in Exchange."""
        return self.status in {ACTIVE, BLOCKED}


@dataclass(frozen=True)
class Snapshot:
    """Both sides, the codes of the open issues, and how many holds wait."""

    items: tuple[Item, ...]
    records: tuple[Record, ...]
    issues: tuple[str, ...] = ()
    holds: int = 0

    def live_items(self, mailbox: str, name: str) -> list[Item]:
        """Return the items of that name outside Deleted Items."""
        return [item for item in self.items_named(name, mailbox) if not item.is_deleted]

    def items_named(self, name: str, mailbox: str | None = None) -> list[Item]:
        """Return all items of that name, of one mailbox or of all."""
        return [i for i in self.items if i.name == name and mailbox in (None, i.mailbox)]

    def records_named(self, name: str, kind: str | None = None) -> list[Record]:
        """Return all records of that name, of one type or of all."""
        return [r for r in self.records if r.name == name and kind in (None, r.kind)]


def read_items(graph_dump: Mapping[str, Any]) -> tuple[Item, ...]:
    """Read the items of all mailboxes."""
    return tuple(
        _item(address, entry)
        for address, mailbox in graph_dump["mailboxes"].items()
        for entry in mailbox["contacts"]
    )


def read_records(c4c_dump: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> tuple[Record, ...]:
    """Read the records of the three types."""
    cities = {row["AccountID"]: row["City"] for row in c4c_dump[COLLECTIONS["account"]].values()}
    return tuple(
        _record(kind, object_id, row, cities)
        for kind, collection in COLLECTIONS.items()
        for object_id, row in c4c_dump[collection].items()
    )


def _item(mailbox: str, entry: Mapping[str, Any]) -> Item:
    values = entry["properties"]
    address = values["businessAddress"] or {}
    person = " ".join(filter(None, (values["givenName"], values["surname"])))
    short = {
        "categories": [name for name in values["categories"] if name not in FOLDERS.values()],
        "email": values["emailAddresses"][0]["address"] if values["emailAddresses"] else None,
        "phone": values["businessPhones"][0] if values["businessPhones"] else None,
        "street": address.get("street"),
        "city": address.get("city"),
        "country": address.get("countryOrRegion"),
    }
    return Item(
        mailbox=mailbox,
        item_id=entry["id"],
        name=person or values["companyName"] or "",
        folder=entry["folder"],
        is_deleted=entry["in_deleted_items"],
        change_key=entry["change_key"],
        values={**values, **short},
    )


def _record(kind: str, object_id: str, row: Mapping[str, Any], cities: Mapping[str, str]) -> Record:
    parts = _NAME_PARTS if kind == "account" else ("FirstName", "LastName")
    more = {"account_city": cities.get(row["AccountID"], "")} if kind == "contact" else {}
    return Record(
        kind=kind,
        object_id=object_id,
        name=" ".join(filter(None, (row[part] for part in parts))),
        status=row[STATUS_PROPERTIES[kind]],
        values={**row, **more},
    )
