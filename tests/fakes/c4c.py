"""A tenant in memory that answers the reading methods of `c4c_client.C4CClient`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from c4c_client import (
    C4CRecord,
    Code,
    EntityType,
    Metadata,
    NotFoundError,
    Property,
    TransientError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import timedelta

    from c4c_client import C4CError

ACCOUNTS = "CorporateAccountCollection"
CONTACTS = "ContactCollection"
CUSTOMERS = "IndividualCustomerCollection"
_SINCE = re.compile(r"ChangedOn ge datetimeoffset'(.*)'")


def _property(name: str, edm_type: str = "Edm.String", **more: Any) -> Property:
    return Property(
        name=name,
        edm_type=edm_type,
        max_length=None,
        nullable=True,
        creatable=True,
        updatable=True,
        filterable=True,
        **more,
    )


_PROPERTIES = (
    _property("ObjectID"),
    _property("ChangedOn", "Edm.DateTimeOffset"),
    _property("Name", label="Full name"),
    _property("BirthDate", "Edm.DateTime", display_format="Date"),
    _property("ContactUUID", "Edm.Guid"),
    _property("Latitude", "Edm.Decimal"),
    _property("EmailInvalidIndicator", "Edm.Boolean"),
    _property("Visits", "Edm.Int32"),
    _property("StatusCode", value_help="ContactStatusCodeCollection"),
    _property("Loyalty_KUT"),
)

METADATA = Metadata(
    entity_types={
        name: EntityType(name=name, key=("ObjectID",), properties=_PROPERTIES)
        for name in ("CorporateAccount", "Contact", "IndividualCustomer")
    },
    collections={ACCOUNTS: "CorporateAccount", CONTACTS: "Contact"},
)


@dataclass
class FakeC4C:
    """One tenant.

    Attributes:
        records: Collection -> ObjectID -> properties.
        clock_offset: How far its clock is ahead.
        matches: Filter text -> what it matches; an unknown filter is a mistake of the test.
        calls: (method, collection, argument), in order.
        failures: Method name, or `method collection` -> what to raise.
        broken: Keys of records that cannot be read, alone or in a page with others.
        after: Hooks by method name, run once when it has answered: users who act meanwhile.
    """

    identity = "my000000.example"
    clock_offset: timedelta | None = None
    records: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    matches: dict[str, Callable[[dict[str, Any]], bool]] = field(default_factory=dict)
    codes: dict[str, list[Code]] = field(default_factory=dict)
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    failures: dict[str, Exception] = field(default_factory=dict)
    after: dict[str, Callable[[], None]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def put(self, object_id: str, changed: str, *, collection: str = CONTACTS, **more: Any) -> None:
        """Create or replace a record; `changed` is a time of day of 2026-11-01, HH:MM."""
        self.records.setdefault(collection, {})[object_id] = {
            "ObjectID": object_id,
            "ChangedOn": f"2026-11-01T{changed}:00.000Z",
            **more,
        }

    def remove(self, object_id: str, *, collection: str = CONTACTS) -> None:
        del self.records[collection][object_id]

    def asked(self, method: str, collection: str = CONTACTS) -> list[Any]:
        return [call[2] for call in self.calls if call[:2] == (method, collection)]

    def get_metadata(self, entity_types: Sequence[str] = ()) -> Metadata:
        self._called("get_metadata", "", tuple(entity_types))
        return METADATA

    def list_records(
        self,
        collection: str,
        *,
        filter: str | None = None,  # noqa: A002 - the client's own name
        select: Sequence[str] = (),
        page_size: int = 1000,
    ) -> Iterator[C4CRecord]:
        del page_size
        self._called("list_records", collection, (filter, tuple(select)))
        found = [
            _record(object_id, properties)
            for object_id, properties in sorted(self.records.get(collection, {}).items())
            if self._is_match(filter, properties)
        ]
        if "list_records" in self.after:
            self.after.pop("list_records")()
        for record in found:
            if record.object_id in self.broken and "ObjectID" not in select:
                raise TransientError("C4C answered 500")
            yield record

    def check_connection(self) -> None:
        self._called("check_connection", "", None)

    def get_records(
        self,
        collection: str,
        object_ids: Sequence[str],
        failed: Callable[[str, C4CError], None] | None = None,
    ) -> dict[str, C4CRecord | None]:
        self._called("get_records", collection, tuple(object_ids))
        broken = self.broken & set(object_ids)
        if broken and failed is None:
            raise TransientError("C4C answered 500")
        for object_id in sorted(broken):
            assert failed is not None
            failed(object_id, TransientError("C4C answered 500"))
        object_ids = [object_id for object_id in object_ids if object_id not in broken]
        stored = self.records.get(collection, {})
        return {
            object_id: _record(object_id, stored[object_id]) if object_id in stored else None
            for object_id in object_ids
        }

    def list_codes(self, collection: str) -> list[Code]:
        self._called("list_codes", collection, None)
        if collection not in self.codes:
            raise NotFoundError("there is no such list")
        return self.codes[collection]

    def _is_match(self, text: str | None, properties: dict[str, Any]) -> bool:
        if text is None:
            return True
        since = _SINCE.fullmatch(text)
        if since:
            return str(properties["ChangedOn"]) >= since[1]
        return self.matches[text](properties)

    def _called(self, method: str, collection: str, argument: Any) -> None:
        self.calls.append((method, collection, argument))
        for key in (method, f"{method} {collection}"):
            if key in self.failures:
                raise self.failures[key]


def _record(object_id: str, properties: dict[str, Any]) -> C4CRecord:
    etag = f"W/\"datetimeoffset'{properties['ChangedOn']}'\""
    return C4CRecord(object_id=object_id, etag=etag, properties=dict(properties))


@dataclass
class FakeRecordRequests:
    """What a sync store would answer to tap-c4c; only about contacts."""

    known: set[str] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)
    full: bool = False
    done: list[str] = field(default_factory=list)
    states_wanted: set[str] = field(default_factory=set)
    states: dict[str, Any] = field(default_factory=dict)

    def known_records(self, record_type: str) -> set[str]:
        return set(self.known) if record_type == "contact" else set()

    def wanted_records(self, record_type: str) -> set[str]:
        return set(self.wanted) if record_type == "contact" else set()

    def wants_full_read(self, record_type: str) -> bool:
        return self.full and record_type == "contact"

    def wants_states(self, record_type: str) -> bool:
        return record_type in self.states_wanted

    def keep_states(self, record_type: str, rows: Any) -> None:
        self.states[record_type] = rows

    def is_behind(self, mark: str | None) -> bool:
        return mark not in (None, "mark")

    def mark(self) -> str:
        return "mark"

    def read_done(self, record_type: str) -> None:
        self.done.append(record_type)
