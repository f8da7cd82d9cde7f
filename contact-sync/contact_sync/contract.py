"""The contract: what the mapper asks of a target, one object property of a RECORD message.

Responsible for the one format that mapper and targets share. Must never hold a field value of a
person: values travel as ordinary record properties under the vendor's names, the contract names
the fields and carries digests.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from contact_sync.core.fields import FieldMap
from contact_sync.core.model import Direction, FieldPolicy, RecordType, Winner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from contact_sync.core.states import StateList


#: Name of the record property that carries the contract.
PROPERTY = "sync_contract"

#: What tells who an item is, whether C4C takes the value or not: properties of a first match that
#: are never written.
SEEN = {
    "first_name": "SeenFirstName",
    "last_name": "SeenLastName",
    "name": "SeenName",
    "email": "SeenEmail",
}

#: The further e-mail addresses of an item, likewise.
SEEN_EMAILS = ("SeenEmail2", "SeenEmail3")

#: Streams of operations in the order in which a target works through them.
C4C_STREAMS = ("accounts", "contacts", "individual_customers", "removals")
EXCHANGE_STREAMS = ("mailboxes", "contacts", "removals")


class Op(str, Enum):
    """What a target is asked to do for one link.

    To C4C: create (match first), adopt (match only), update, revive, retire.
    To Exchange: prepare (folders and categories of a mailbox), create (match first), update,
    move, stamp, strip, trash.
    """

    CREATE = "create"
    ADOPT = "adopt"
    UPDATE = "update"
    REVIVE = "revive"
    RETIRE = "retire"
    PREPARE = "prepare"
    MOVE = "move"
    STAMP = "stamp"
    STRIP = "strip"
    TRASH = "trash"


@dataclass(frozen=True, kw_only=True)
class Contract:
    """One operation.

    Attributes:
        op: What to do.
        link: Id of the link in the store; empty for `prepare`.
        mailbox: Mailbox of the link.
        record_type: Record type of the link.
        fields: Canonical names of the fields that the record carries for this operation.
        if_match: Version of the target's record that the decision was based on.
        base: Canonical field -> digest of the target side's base, for the fields that matter.
        source: Canonical field -> digest of the value in hand on the other side; becomes that
            side's base when the operation succeeds.
        source_version: Change key or ETag of the other side's record in hand.
        source_modified_at: Its time of change, ISO 8601 UTC, for `newest`.
        on_conflict: Canonical field -> winner.
        writable: Fields that may be written to the target side (first match writes only these).
        returnable: Fields that may be written back to the other side.
        match: Whether existing records are looked for before a create.
        claim: What the link property on the item says: {tenant, record_type, c4c_id}.
        on_no_match: For `adopt`: trash / leave the item when nothing matches.
        policy: The few policy words the target needs: account_no_match, company_change,
            c4c_delete, delete_vs_edit; for a create in Exchange in_view.
        defaults: Vendor properties for a create only (role code, owner, status).
        requires: Link id that must have its C4C record before this removal is executed.
        hold: Id of the approved hold that this removal executes.
        folders: For `prepare`: record type -> {name, aliases, category}; else the managed folder
            and category of the link's type: {id, category}.
        strip_categories: Category names to take off, lower case.
        region: ISO country used to read phone numbers without a country code.
        custom: Custom fields: canonical name -> [Graph property, C4C property].
        off: Fields that are switched off: neither compared nor written.
    """

    op: Op
    link: str = ""
    mailbox: str = ""
    record_type: RecordType = RecordType.CONTACT
    fields: tuple[str, ...] = ()
    if_match: str | None = None
    base: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)
    source_version: str | None = None
    source_modified_at: str | None = None
    on_conflict: Mapping[str, Winner] = field(default_factory=dict)
    writable: tuple[str, ...] = ()
    returnable: tuple[str, ...] = ()
    match: bool = True
    claim: Mapping[str, str] | None = None
    on_no_match: str = "leave"
    policy: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    requires: str | None = None
    hold: str | None = None
    folders: Mapping[str, Any] = field(default_factory=dict)
    strip_categories: tuple[str, ...] = ()
    region: str | None = None
    custom: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    off: tuple[str, ...] = ()

    @property
    def field_map(self) -> FieldMap:
        """The mapping that the mapper used, without the tenant's states."""
        return self.field_map_with(None)

    def field_map_with(self, states: StateList | None) -> FieldMap:
        """The mapping that the mapper used; the tenant's states are no part of the message."""
        return FieldMap(
            self.record_type,
            states=states,
            region=self.region,
            custom=self.custom,
            directions={name: FieldPolicy(direction=Direction.OFF) for name in self.off},
        )

    def to_message(self) -> dict[str, Any]:
        """Return the JSON form: only what differs from the defaults, enums as their values."""
        out: dict[str, Any] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name == "op" or (value not in (None, "", (), {}) and value != item.default):
                out[item.name] = _plain(value)
        out["record_type"] = self.record_type.value
        return out

    @classmethod
    def from_message(cls, message: object) -> Contract:
        """Read a contract from a record.

        Raises:
            ContractError: The object is not a contract that this version understands.
        """
        if not isinstance(message, dict):
            raise ContractError("it is not an object")
        known = {item.name for item in fields(cls)}
        unknown = sorted(set(message) - known)
        if unknown:
            raise ContractError("it has unknown members (written by another version?)")
        if not all(_MEMBERS[name](value) for name, value in message.items()):
            raise ContractError(_WRONG_MEMBER)
        data: dict[str, Any] = dict(message)
        try:
            data["op"] = Op(data["op"])
            data["record_type"] = RecordType(data.get("record_type", RecordType.CONTACT))
            data["on_conflict"] = {k: Winner(v) for k, v in data.get("on_conflict", {}).items()}
            data["custom"] = {k: (v[0], v[1]) for k, v in data.get("custom", {}).items()}
            for name in ("fields", "writable", "returnable", "strip_categories", "off"):
                data[name] = tuple(str(entry) for entry in data.get(name, ()))
            contract = cls(**data)
        except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
            raise ContractError(_WRONG_MEMBER) from error
        if not contract._is_whole:
            raise ContractError("its members do not belong together")
        return contract

    @property
    def _is_whole(self) -> bool:
        """Whether it names only fields that it has digests for, and whole folders."""
        if not set(self.fields) <= set(self.source):
            return False
        if self.op is not Op.PREPARE:
            return isinstance(self.folders.get("category", ""), str)
        return "fingerprint" in self.policy and all(map(_is_folder, self.folders.values()))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_text_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_version(value: object) -> bool:
    # It is sent as a header.
    return value is None or (isinstance(value, str) and value.isascii() and value.isprintable())


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _is_text_map(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(entry, str) for entry in value.values())


def _is_folder(value: object) -> bool:
    """Whether it describes a managed folder: {name, aliases, category}."""
    return (
        isinstance(value, dict)
        and _is_text(value.get("name"))
        and _is_texts(value.get("aliases"))
        and _is_text(value.get("category"))
    )


def _is_claim(value: object) -> bool:
    named = {"tenant", "record_type", "c4c_id"}
    return value is None or (_is_text_map(value) and set(cast("dict[str, str]", value)) == named)


def _is_pair_map(value: object) -> bool:
    return isinstance(value, dict) and all(
        _is_texts(pair) and len(pair) == 2  # noqa: PLR2004 - a pair
        for pair in value.values()
    )


_WRONG_MEMBER = "a member is missing or has the wrong type"

#: What each member may hold; a text must not pass for a list of its letters.
_MEMBERS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("op", "link", "mailbox", "record_type", "on_no_match"), _is_text),
    **dict.fromkeys(
        ("source_version", "source_modified_at", "requires", "hold", "region"), _is_text_or_none
    ),
    **dict.fromkeys(("fields", "writable", "returnable", "strip_categories", "off"), _is_texts),
    **dict.fromkeys(("base", "source", "on_conflict", "policy", "defaults"), _is_text_map),
    "if_match": _is_version,
    "match": lambda value: isinstance(value, bool),
    "claim": _is_claim,
    "custom": _is_pair_map,
    "folders": lambda value: isinstance(value, dict),
}


def contract_seen(names: Iterable[str], properties: Mapping[str, Any]) -> dict[str, str]:
    """Return those of the named fields that the properties of an operation show, not to write."""
    return {
        name: str(properties[SEEN[name]])
        for name in names
        if name in SEEN and properties.get(SEEN[name]) is not None
    }


class ContractError(ValueError):
    """A RECORD carries a `sync_contract` that cannot be read; nothing is written for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Unreadable {PROPERTY}: {reason}.")


#: JSON schema of the property, for the SCHEMA messages of the mapper.
SCHEMA: dict[str, Any] = {"type": ["object", "null"], "additionalProperties": True}


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One RECORD for a target: vendor properties plus the contract.

    Attributes:
        stream: One of `C4C_STREAMS` or `EXCHANGE_STREAMS`.
        record: Vendor properties of the target's service; the key first.
        contract: What is asked.
    """

    stream: str
    record: Mapping[str, Any]
    contract: Contract

    def but_contract(self, **changes: Any) -> Operation:  # noqa: ANN401 - the members' own types
        """Return a copy whose contract has the given members replaced."""
        return replace(self, contract=replace(self.contract, **changes))

    def to_record(self) -> dict[str, Any]:
        """Return the body of the RECORD message."""
        return {**self.record, PROPERTY: self.contract.to_message()}
