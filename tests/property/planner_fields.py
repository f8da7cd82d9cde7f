"""Four small fields per record type instead of twenty: what the planner worlds are made of.

Responsible for values that are quick to compare and for servers that do not keep what is written:
C4C cuts titles, Exchange prefixes phones. Products see `TinyMap` wherever they expect a
`FieldMap`, so all decisions on fields are theirs.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

from contact_sync.contract import Contract
from contact_sync.core.fields import FieldMap, Problem
from contact_sync.core.model import Link, RecordType

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

#: Canonical names per type. Names differ by type only where core knows them by name.
NAMES: dict[RecordType, tuple[str, ...]] = {
    RecordType.ACCOUNT: ("name", "title", "phone"),
    RecordType.CONTACT: ("last_name", "email", "title", "phone", "company"),
    RecordType.INDIVIDUAL_CUSTOMER: ("last_name", "email", "title", "phone"),
}

#: The field without which C4C refuses a record.
REQUIRED: dict[RecordType, str] = {
    RecordType.ACCOUNT: "name",
    RecordType.CONTACT: "last_name",
    RecordType.INDIVIDUAL_CUSTOMER: "last_name",
}

_C4C = {"name": "Name", "company": "AccountFormattedName"}

#: C4C keeps so many characters of a title; more than `TOO_LONG` cannot be sent at all.
TITLE_KEPT = 10
TOO_LONG = 24

#: Exchange puts this before a phone that is written over the API.
PHONE_MARK = "+"


def c4c_name(name: str) -> str:
    """Return the C4C property of a field; Graph's bear the canonical names."""
    return _C4C.get(name, name)


def agreed(name: str, value: object) -> str:
    """Return what both sides can agree on: without the servers' own changes (`norm_f`)."""
    text = " ".join(str(value or "").split())
    if name == "title":
        return text[:TITLE_KEPT]
    if name == "phone":
        return text.removeprefix(PHONE_MARK)
    return text.lower() if name == "email" else text


class TinyMap(FieldMap):
    """The `FieldMap` of the planner worlds."""

    def __init__(self, record_type: RecordType, off: Collection[str] = ()) -> None:
        self.record_type = record_type
        self.names = tuple(name for name in NAMES[record_type] if name not in off)
        self._required = REQUIRED[record_type]

    def from_graph(self, contact: Mapping[str, object]) -> dict[str, str]:
        return {n: str(contact[n] or "").strip() for n in self.names if n in contact}

    def from_c4c(self, record: Mapping[str, object]) -> dict[str, str]:
        values = {}
        for name in self.names:
            prop = _C4C.get(name, name)
            if prop in record:
                values[name] = str(record[prop] or "").strip()
        return values

    def to_graph(
        self, values: Mapping[str, str], live: Mapping[str, object] | None = None
    ) -> dict[str, object]:
        shown = {} if live is None else self.normalised(self.from_graph(live))
        return {
            name: values[name] or None
            for name in self.names
            if name in values and shown.get(name) != self.normalise(name, values[name])
        }

    def to_c4c(self, values: Mapping[str, str]) -> dict[str, object]:
        return {
            _C4C.get(name, name): " ".join(values[name].split())
            for name in self.names
            if name in values and name != "company" and len(values[name]) <= TOO_LONG
        }

    def normalise(self, name: str, value: str) -> str:
        text = " ".join(value.split())
        return text.lower() if name == "email" else text

    def digests(self, key: bytes, values: Mapping[str, str]) -> dict[str, str]:
        del key
        return {
            name: f"<{name}:{self.normalise(name, values[name])}>"
            for name in self.names
            if name in values
        }

    def problems(self, values: Mapping[str, str], *, is_create: bool) -> list[Problem]:
        found = []
        required = self._required
        is_blank = not values[required].strip() if required in values else is_create
        if required in self.names and is_blank:
            code = f"missing_{required}"
            found.append(Problem(code=code, field=required, is_blocking=True))
        if len(values.get("title", "")) > TOO_LONG and "title" in self.names:
            found.append(Problem(code="value_too_long", field="title", is_blocking=False))
        return found


_MAPS: dict[tuple[RecordType, tuple[str, ...]], TinyMap] = {}


def tiny_map(record_type: RecordType, off: tuple[str, ...] = ()) -> TinyMap:
    """Return the map of a type; made once."""
    key = (record_type, off)
    if key not in _MAPS:
        _MAPS[key] = TinyMap(record_type, off)
    return _MAPS[key]


@contextmanager
def tiny_contracts() -> Iterator[None]:
    """Let the targets read operations with tiny maps, and contracts that were not made text."""
    from_message = Contract.from_message

    def passed(message: object) -> Contract:
        return message if isinstance(message, Contract) else from_message(message)

    def field_map(contract: Contract, states: object = None) -> Any:
        del states
        return tiny_map(contract.record_type, contract.off)

    with (
        mock.patch.object(Contract, "from_message", staticmethod(passed)),
        mock.patch.object(Contract, "field_map", property(field_map)),
        mock.patch.object(Contract, "field_map_with", field_map),
        mock.patch.object(Link, "but", _quick_copy),
    ):
        yield


def _quick_copy(link: Link, **changes: Any) -> Link:
    """Do what `Link.but` does, ten times faster: it is called a dozen times per session."""
    copy = object.__new__(Link)
    values = vars(copy)
    values.update(vars(link))
    values.update(changes)
    if len(values) != len(vars(link)):
        raise TypeError(sorted(changes))
    return copy
