"""The nouns of the sync: record types, links, policies.

Responsible for the vocabulary that every other part shares. Must never hold a field value of a
person: links carry ids and digests only.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class RecordType(str, Enum):
    """The three kinds of record, in the order in which they are written to C4C."""

    ACCOUNT = "account"
    CONTACT = "contact"
    INDIVIDUAL_CUSTOMER = "individual_customer"


class Side(str, Enum):
    """One of the two systems."""

    EXCHANGE = "exchange"
    C4C = "c4c"


class Direction(str, Enum):
    """Which way a record type or a field travels."""

    BOTH = "both"
    TO_EXCHANGE = "to_exchange"
    TO_C4C = "to_c4c"
    OFF = "off"

    def reaches(self, side: Side) -> bool:
        """Whether values may be written to `side`."""
        one_way = Direction.TO_C4C if side is Side.C4C else Direction.TO_EXCHANGE
        return self is Direction.BOTH or self is one_way


class Winner(str, Enum):
    """Who wins when both sides gave one field different values."""

    C4C = "c4c"
    EXCHANGE = "exchange"
    NEWEST = "newest"


class Phase(str, Enum):
    """Where a link is in its life.

    pending: one side exists, the counterpart was asked for and not confirmed yet.
    active: both sides exist (an item that must be re-created counts: see `Owes.CREATE`).
    pinned: active, kept although the C4C record is not in the mailbox's view.
    asleep: the record left the view, or was hidden by the user; nothing is written to C4C.
    converting: the item became another record type; the old record waits for its retirement.
    retired: the pair is over (a tombstone); kept so that nothing is resurrected.
    """

    PENDING = "pending"
    ACTIVE = "active"
    PINNED = "pinned"
    ASLEEP = "asleep"
    CONVERTING = "converting"
    RETIRED = "retired"

    @property
    def is_live(self) -> bool:
        """Whether edits of this pair are synced."""
        return self in (Phase.ACTIVE, Phase.PINNED)


class Owes(str, Enum):
    """What Exchange still has to get for a link; derived from facts, never a queue.

    create: the item must be (re-)created in the managed folder from the C4C record.
    move: the item sits outside its managed folder and belongs inside.
    stamp: category or link property are missing on the item.
    strip: the item left the sync; its routing categories are taken off.
    trash: the item must not be in the mailbox (new item of a read-only type).
    """

    NOTHING = "nothing"
    CREATE = "create"
    MOVE = "move"
    STAMP = "stamp"
    STRIP = "strip"
    TRASH = "trash"


@dataclass(frozen=True, kw_only=True)
class Link:
    """One Outlook contact paired with one C4C record, for one mailbox.

    Attributes:
        link_id: Our own key (UUID text), never derived from a remote id.
        mailbox: Address as configured, lower case.
        record_type: Type of the C4C record.
        phase: Where the pair is in its life.
        owes: What Exchange still has to get.
        exchange_id: Immutable id; None while there is no item.
        exchange_version: Change key last seen.
        exchange_folder_id: Folder in which the item was last seen.
        c4c_id: ObjectID (32 hex digits); None while its create is unconfirmed.
        c4c_etag: ETag last seen, verbatim.
        c4c_changed_at: `ChangedOn` last seen, ISO 8601 UTC; guards against stale reads.
        c4c_superseded: `ChangedOn` of the versions that the last one seen replaced, the latest
            last, a few at most.
        account_id: AccountID without leading zeros: an account's own, a contact's main account.
        in_view: Whether the record has been seen in the mailbox's view.
        is_hidden: The user deleted the item and `exchange_delete` is `hide`. While pending: the
            item lay there before its type was read-only, and goes only if a person says so.
        successor: For `converting`: the link of the record that takes this one's place. For an
            item that was a pair's, and whose place another one took: that pair's link. For a
            `pending` account: the link of the new one that has its name.
        base_exchange: Field name -> digest of the value last agreed on, as Exchange spells it.
            A missing field means "unknown": it counts as edited on that side.
        base_c4c: The same for C4C.
    """

    link_id: str
    mailbox: str
    record_type: RecordType
    phase: Phase = Phase.PENDING
    owes: Owes = Owes.NOTHING
    exchange_id: str | None = None
    exchange_version: str | None = None
    exchange_folder_id: str | None = None
    c4c_id: str | None = None
    c4c_etag: str | None = None
    c4c_changed_at: str | None = None
    c4c_superseded: tuple[str, ...] = ()
    account_id: str | None = None
    in_view: bool = False
    is_hidden: bool = False
    successor: str | None = None
    base_exchange: Mapping[str, str] = field(default_factory=dict)
    base_c4c: Mapping[str, str] = field(default_factory=dict)

    def but(self, **changes: Any) -> Link:  # noqa: ANN401 - the fields' own types
        """Return a copy with the given attributes replaced."""
        return replace(self, **changes)

    def base(self, side: Side) -> Mapping[str, str]:
        """Return the base digests of one side."""
        return self.base_exchange if side is Side.EXCHANGE else self.base_c4c


class Severity(str, Enum):
    """Whether a person has to act on an issue."""

    ACTION = "action"
    INFO = "info"


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One record that could not be synced as asked, without personal data.

    Attributes:
        code: Stable code, documented in the README (`core/issues.py` has the list).
        mailbox: Mailbox concerned; empty for issues of a C4C record alone.
        record_type: Type concerned.
        link_id: Link concerned, if any.
        exchange_id: Immutable id of the item, if any.
        c4c_id: ObjectID of the record, if any.
        fields: Canonical field names concerned, sorted.
        detail: Codes, ids, digests or counts; never a value.
    """

    code: str
    mailbox: str
    record_type: RecordType
    link_id: str | None = None
    exchange_id: str | None = None
    c4c_id: str | None = None
    fields: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class FieldPolicy:
    """Settings of one field: direction and winner of a conflict (None: the type's)."""

    direction: Direction = Direction.BOTH
    on_conflict: Winner | None = None


#: A field without settings of its own.
_PLAIN_FIELD = FieldPolicy()


@dataclass(frozen=True, kw_only=True)
class TypePolicy:
    """Settings of one record type; the defaults are those of the README's table."""

    record_type: RecordType
    folder: str
    folder_aliases: tuple[str, ...]
    category: str
    category_aliases: tuple[str, ...]
    direction: Direction = Direction.BOTH
    read_only: bool = False
    read_only_new_item: str = "trash"
    first_session_removals: str = "hold"
    exchange_delete: str = "delete"
    c4c_delete: str = "obsolete"
    delete_vs_edit: str = "edit"
    on_leave_view: str = "trash"
    on_conflict: Winner = Winner.C4C
    match_existing: bool = True
    account_no_match: str = "none"
    company_change: str = "restore"
    mark_with_category: bool = True
    role_code: str = "CRM000"
    view: str | None = None
    fields: Mapping[str, FieldPolicy] = field(default_factory=dict)

    @property
    def removes_new_items(self) -> bool:
        """Whether a new item that matches no record is removed (E1, read-only)."""
        return self.read_only and self.read_only_new_item == "trash" and not self.is_frozen

    @property
    def is_frozen(self) -> bool:
        """Whether nothing of the type is read, written or deleted.

        It is switched off, or it is read-only and goes to C4C alone: nothing could travel.
        """
        is_stuck = self.read_only and not self.direction.reaches(Side.EXCHANGE)
        return is_stuck or self.direction is Direction.OFF

    def may_write(self, side: Side, field_name: str) -> bool:
        """Whether a value of this field may be written to `side` (read-only included)."""
        if side is Side.C4C and self.read_only:
            return False
        policy = self.fields.get(field_name, _PLAIN_FIELD)
        return self.direction.reaches(side) and policy.direction.reaches(side)

    def winner(self, field_name: str) -> Winner:
        """Return who wins a conflict on this field; one that goes one way agrees on its source."""
        if not self.may_write(Side.C4C, field_name):
            return Winner.C4C
        if not self.may_write(Side.EXCHANGE, field_name):
            return Winner.EXCHANGE
        return self.fields.get(field_name, _PLAIN_FIELD).on_conflict or self.on_conflict
