"""Intents, issues, requests and holds of the store of plain dicts; see `planner_store`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from contact_sync.core.issues import EVENTS
from contact_sync.core.model import Issue, Link, RecordType, Severity, Side
from contact_sync.errors import HoldError, StaleIntentError
from contact_sync.store import NOT_DONE, Hold, Intent, IssueRow, Request
from contact_sync.store.issues import severity_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime


#: Side -> name of the setting that counts its reads.
_READS = {side: f"read.{side.value}" for side in Side}


class Shelf(Protocol):
    """What the parts need of the whole store."""

    now: datetime
    raised: list[Issue]

    def new_id(self) -> str:
        """Return an id that was not used yet."""


@dataclass
class Tables:
    """All rows, by key."""

    links: dict[str, Link] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    issues: dict[tuple[str, ...], IssueRow] = field(default_factory=dict)
    requests: dict[tuple[str, ...], Request] = field(default_factory=dict)
    served: set[str] = field(default_factory=set)
    holds: dict[str, Hold] = field(default_factory=dict)
    folders: dict[str, dict[RecordType, str]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    not_done: set[tuple[Side, str]] = field(default_factory=set)


class MemoryIntents:
    """See `contact_sync.store.intents.Intents`; closed intents are dropped but for their links."""

    def __init__(self, rows: Tables, store: Shelf) -> None:
        self._rows = rows
        self._store = store

    def open(self, side: Side, kind: str, link_ids: Sequence[str]) -> dict[str, str]:
        return self._open(side, kind, {link_id: {} for link_id in link_ids})

    def open_updates(self, side: Side, written: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        return self._open(side, "update", written)

    def _open(
        self, side: Side, kind: str, written: Mapping[str, Mapping[str, str]]
    ) -> dict[str, str]:
        opened = {link_id: self._store.new_id() for link_id in written}
        for link_id, intent_id in opened.items():
            if link_id not in self._rows.links:
                raise LookupError(link_id)
            self._rows.intents[intent_id] = Intent(
                intent_id=intent_id,
                link_id=link_id,
                side=side,
                kind=kind,
                opened_at=self._store.now,
                written=dict(written[link_id]),
            )
        return opened

    def close(self, intent_id: str, outcome: str) -> None:
        intent = self._rows.intents.pop(intent_id, None)
        if intent is None:
            raise StaleIntentError(intent_id)
        if outcome == NOT_DONE:
            self._rows.not_done.add((intent.side, intent.link_id))

    def not_done(self, side: Side) -> set[str]:
        return {link_id for found, link_id in self._rows.not_done if found is side}

    def open_for(self, link_id: str) -> list[Intent]:
        return [intent for intent in self.list_open() if intent.link_id == link_id]

    def list_open(self, side: Side | None = None) -> list[Intent]:
        return [intent for intent in self._on(side) if intent.kind != "update"]

    def list_updates(self, side: Side | None = None) -> list[Intent]:
        return [intent for intent in self._on(side) if intent.kind == "update"]

    def _on(self, side: Side | None) -> list[Intent]:
        return [i for i in self._rows.intents.values() if side is None or i.side is side]


class MemoryIssues:
    """See `contact_sync.store.issues.Issues`; every issue stays due, and no event grows old."""

    def __init__(self, rows: Tables, store: Shelf) -> None:
        self._rows = rows
        self._store = store

    def raise_(self, issue: Issue) -> None:
        self._store.raised.append(issue)
        now = self._store.now
        key = (
            issue.code,
            issue.mailbox,
            issue.record_type.value,
            issue.link_id or "",
            issue.exchange_id or "",
            issue.c4c_id or "",
        )
        told = replace(issue, fields=tuple(sorted(issue.fields)))
        seen = self._rows.issues.get(key)
        if seen is not None and issue.code in EVENTS:
            told = _both(seen.issue, told)
        self._rows.issues[key] = IssueRow(
            issue_id="|".join(key),
            issue=told,
            severity=severity_of(issue.code),
            opened_at=seen.opened_at if seen else now,
            last_seen_at=now,
            attempts=1,
            next_attempt_at=now,
        )

    def close(
        self,
        *,
        code: str | None = None,
        link_id: str | None = None,
        mailbox: str | None = None,
        exchange_id: str | None = None,
        c4c_id: str | None = None,
        record_type: RecordType | None = None,
    ) -> int:
        if link_id is mailbox is exchange_id is c4c_id is record_type is None:
            raise ValueError("say which link, mailbox or record the issues belong to")
        wanted = (code, mailbox, record_type, link_id, exchange_id, c4c_id)
        rows = self._rows.issues
        found = [
            key
            for key in rows
            if (code is not None or key[0] not in EVENTS)
            and all(want in (None, have) for want, have in zip(wanted, key, strict=True))
        ]
        for key in found:
            del rows[key]
        return len(found)

    def close_events(self, days: int) -> int:
        del days
        return 0

    def list_open(self, severity: Severity | None = None) -> list[IssueRow]:
        rows = self._rows.issues.values()
        return [row for row in rows if severity is None or row.severity is severity]

    def due(self, now: datetime) -> list[IssueRow]:
        return [row for row in self.list_open(Severity.ACTION) if row.next_attempt_at <= now]


class MemoryRequests:
    """See `contact_sync.store.rereads.Requests`."""

    def __init__(self, rows: Tables, store: Shelf) -> None:
        self._rows = rows
        self._store = store

    def is_first_read(self, side: Side) -> bool:
        return _READS[side] not in self._rows.settings

    def add(
        self, side: Side, *, mailbox: str = "", record_type: RecordType | None, remote_id: str
    ) -> None:
        if side is Side.EXCHANGE:
            if not mailbox:
                raise ValueError("a request to Exchange needs a mailbox")
            kinds: list[RecordType | None] = [None]
        else:
            mailbox = ""
            kinds = [record_type] if record_type else list(RecordType)
        for kind in kinds:
            key = (side.value, mailbox, kind.value if kind else "", remote_id)
            self._rows.requests[key] = Request(
                request_id=self._store.new_id(),
                side=side,
                mailbox=mailbox,
                record_type=kind,
                remote_id=remote_id,
            )

    def list_(self, side: Side) -> list[Request]:
        rows = self._rows.requests
        return [rows[key] for key in sorted(rows) if rows[key].side is side] if rows else []

    def mark_served(self, request_ids: Collection[str]) -> None:
        self._rows.served.update(request_ids)

    def mark(self, side: Side) -> str:
        return f"{self._era()}.{self._reads(side) + 1}"

    def is_behind(self, side: Side, mark: str | None) -> bool:
        era, _, number = (mark or "").rpartition(".")
        if era != self._era() or not number.isdigit():
            return True
        if int(number) <= self._reads(side):
            return False
        self._rows.settings["era"] = self._store.new_id()
        return True

    def _era(self) -> str:
        if "era" not in self._rows.settings:
            self._rows.settings["era"] = self._store.new_id()
        return self._rows.settings["era"]

    def _reads(self, side: Side) -> int:
        return int(self._rows.settings.get(_READS[side], "0"))

    def clear_served(self, side: Side) -> None:
        self._rows.settings[_READS[side]] = str(self._reads(side) + 1)
        if not self._rows.requests:
            return
        self._rows.requests = {
            key: entry
            for key, entry in self._rows.requests.items()
            if entry.side is not side or entry.request_id not in self._rows.served
        }


class MemoryHolds:
    """See `contact_sync.store.holds.Holds`."""

    def __init__(self, rows: Tables, store: Shelf) -> None:
        self._rows = rows
        self._store = store

    def put(
        self,
        mailbox: str,
        record_type: RecordType,
        side: Side,
        reason: str,
        link_ids: Iterable[str],
    ) -> str:
        asked = set(link_ids)
        if not asked:
            raise ValueError("a hold needs links")
        pending = [
            hold
            for hold in self.list_()
            if (hold.mailbox, hold.record_type, hold.side, hold.reason)
            == (mailbox, record_type, side, reason)
        ]
        known = {link_id for hold in pending for link_id in hold.link_ids}
        if pending and asked <= known:
            return pending[0].hold_id
        for hold in pending:
            del self._rows.holds[hold.hold_id]
        hold_id = self._store.new_id()
        self._rows.holds[hold_id] = Hold(
            hold_id=hold_id,
            mailbox=mailbox,
            record_type=record_type,
            side=side,
            reason=reason,
            link_ids=tuple(sorted(asked | known)),
            state="pending",
            created_at=self._store.now,
        )
        return hold_id

    def list_(self, states: Collection[str] = ("pending",)) -> list[Hold]:
        return [hold for hold in self._rows.holds.values() if hold.state in states]

    def approve(self, hold_id: str) -> None:
        self._decide(hold_id, "approved")

    def reject(self, hold_id: str) -> None:
        self._decide(hold_id, "rejected")

    def finish_link(self, hold_id: str, link_id: str) -> None:
        if hold_id in self._rows.holds:
            take_out(self._rows, self._rows.holds[hold_id], link_id)

    def _decide(self, hold_id: str, state: str) -> None:
        hold = self._rows.holds.get(hold_id)
        if hold is None or hold.state != "pending":
            raise HoldError(hold_id)
        self._rows.holds[hold_id] = replace(hold, state=state)


def _both(before: Issue, now: Issue) -> Issue:
    """Return an event that happened again, with what was told of it earlier."""
    parts = dict.fromkeys((*before.detail.split("; "), *now.detail.split("; ")))
    fields = tuple(sorted({*before.fields, *now.fields}))
    return replace(now, fields=fields, detail="; ".join(filter(None, parts)))


def take_out(rows: Tables, hold: Hold, link_id: str) -> None:
    left = tuple(entry for entry in hold.link_ids if entry != link_id)
    state = hold.state if left else "done"
    if (left, state) != (hold.link_ids, hold.state):
        rows.holds[hold.hold_id] = replace(hold, link_ids=left, state=state)
