"""What both planners share: store, settings, open holds and issues of one session.

Responsible for looking things up once and for the wording of issues. Decides nothing.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

from contact_sync.core import guards
from contact_sync.core.fields import FieldMap
from contact_sync.core.issues import WRITE_CODES, WRITTEN_TO
from contact_sync.core.model import Direction, FieldPolicy, Issue, Link, RecordType, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from contact_sync.core.fields import Problem
    from contact_sync.core.model import TypePolicy
    from contact_sync.settings import SyncSettings
    from contact_sync.store import Hold, Store

#: Codes that `FieldMap.problems` may give for a record.
PROBLEM_CODES = (
    *("missing_last_name", "missing_name", "value_too_long"),
    *("unmapped_country", "unmapped_state"),
)
#: The field that waits for the tenant's list.
_STATE = "state"
#: Part of a fingerprint: nobody has tried to read that list yet.
_UNTRIED = "?"


def new_link_id() -> str:
    """Return a fresh link id; the only random choice of the planners."""
    return str(uuid.uuid4())


class Session:
    """One planner's view of the store and the settings."""

    def __init__(
        self,
        store: Store,
        settings: SyncSettings,
        side: Side,
        new_id: Callable[[], str] = new_link_id,
    ) -> None:
        self.store = store
        self.settings = settings
        self.new_id = new_id
        self._side = side
        self._states = {kind: store.states.get(kind) for kind in RecordType}
        self._fields = {kind: self._field_map(kind) for kind in RecordType}
        self._holds: dict[str, Hold] = {
            link_id: hold
            for hold in store.holds.list_(("pending", "approved", "rejected"))
            # That one is no hold of removals: see `planning/trouble.py`.
            if hold.reason != guards.MAILBOX_REPLACED
            for link_id in hold.link_ids
        }
        issues = [row.issue for row in store.issues.list_open()]
        self._refused = {
            (issue.link_id, side)
            for issue in issues
            for side, mark in WRITTEN_TO.items()
            if issue.code in WRITE_CODES and issue.detail.startswith(mark)
        }
        self._with_issues = {
            remote for issue in issues for remote in (issue.exchange_id, issue.c4c_id) if remote
        }

    # -- settings ----------------------------------------------------------------------------

    def policy(self, kind: RecordType) -> TypePolicy:
        """Return the settings of a record type."""
        return self.settings.policies[kind]

    def fields(self, kind: RecordType) -> FieldMap:
        """Return the field mapping of a record type."""
        return self._fields[kind]

    def _field_map(self, kind: RecordType) -> FieldMap:
        """Return the mapping of the settings, with the tenant's states.

        Before their list was read once, states are a field that is switched off: nothing is known
        of them, and as soon as something is they are compared for the first time.
        """
        plain = self.settings.field_maps[kind]
        if _STATE not in plain.names:
            return plain
        states = self._states[kind]
        given = dict(self.policy(kind).fields)
        if states is None and _STATE in given:
            given[_STATE] = FieldPolicy(direction=Direction.OFF)
        return FieldMap(
            kind,
            region=self.settings.region,
            custom=self.settings.custom[kind],
            directions=given,
            states=states,
        )

    def is_off(self, kind: RecordType) -> bool:
        """Whether the type is frozen."""
        return self.policy(kind).is_frozen

    def writable(self, kind: RecordType, side: Side) -> tuple[str, ...]:
        """Return the fields of a type that may be written to `side`."""
        policy = self.policy(kind)
        return tuple(name for name in self.fields(kind).names if policy.may_write(side, name))

    def terms(self, link: Link) -> dict[str, Any]:
        """Return what every contract about a link has: its place, and how its fields are read."""
        kind = link.record_type
        fields = self.policy(kind).fields
        return {
            "link": link.link_id,
            "mailbox": link.mailbox,
            "record_type": kind,
            "region": self.settings.region,
            "custom": self.settings.custom[kind],
            "off": tuple(
                name
                for name, policy in fields.items()
                if policy.direction is Direction.OFF
                or (name == _STATE and name not in self.fields(kind).names)
            ),
        }

    def begin(self) -> None:
        """Do what is due at the start of a session, before any fact is looked at."""
        self.store.issues.close_events(self.settings.info_issue_days)
        self._notice_changes()
        if self._side is Side.C4C:
            self._report_missing_states()

    def _report_missing_states(self) -> None:
        """Say once per mailbox and type that states are left alone: the tap has just tried."""
        missing = [kind for kind in RecordType if self._lacks_states(kind)]
        for mailbox in self.settings.mailboxes:
            for kind in missing:
                self.raise_issue("unmapped_state", mailbox, kind, fields=[_STATE])
            if not missing:
                # About no item: those of items are closed when the item is read.
                code = "unmapped_state"
                self.store.issues.close(code=code, mailbox=mailbox, exchange_id="", c4c_id="")

    def _lacks_states(self, kind: RecordType) -> bool:
        known = self.policy(kind).fields.get(_STATE)
        is_mapped = known is not None and known.direction is not Direction.OFF
        is_tried = self._states[kind] is None and not self.store.states.is_untried(kind)
        return is_mapped and is_tried and not self.is_off(kind)

    def _notice_changes(self) -> None:
        """Ask for everything again when the settings of a type changed since the last session.

        Fields that were switched on, or a type that is no longer off, would otherwise wait for
        the next edit of each record.
        """
        for kind in RecordType:
            name = f"fingerprint:{self._side.value}:{kind.value}"
            plain = self.settings.fingerprint(kind)
            now = plain + self._states_mark(kind)
            before = self.store.settings.get(name)
            if before == now:
                continue
            # What a first session leaves of states, the second stage of it asks for by itself.
            if before not in (None, plain + _UNTRIED):
                self.ask_for_all(kind)
            self.store.settings.set_(name, now)

    def _states_mark(self, kind: RecordType) -> str:
        """Return what changes with the tenant's list of states."""
        version = self.store.states.version(kind)
        if version:
            return hashlib.sha256(version.encode()).hexdigest()[:16]
        return _UNTRIED if self.store.states.is_untried(kind) else ""

    def ask_for_all(self, kind: RecordType) -> None:
        """Ask for everything of the side: its mailboxes, or all records of a type."""
        if self._side is Side.EXCHANGE:
            for mailbox in self.settings.mailboxes:
                self.store.requests.add(
                    Side.EXCHANGE, mailbox=mailbox, record_type=None, remote_id="*"
                )
        else:
            self.store.requests.add(Side.C4C, record_type=kind, remote_id="*")

    # -- holds -------------------------------------------------------------------------------

    def hold_of(self, link_id: str, side: Side, state: str) -> Hold | None:
        """Return the hold of a link if it is for removals on `side` and in `state`."""
        hold = self._holds.get(link_id)
        return hold if hold and hold.side is side and hold.state == state else None

    def is_in_hold(self, link_id: str) -> bool:
        """Whether a person has been asked about a link, and what came of it is not done yet."""
        return link_id in self._holds

    def release(self, link: Link, side: Side) -> None:
        """Take a link out of a hold on `side`: what was to be removed is wanted again."""
        hold = self._holds.get(link.link_id)
        if hold and hold.side is side:
            self.store.holds.finish_link(hold.hold_id, link.link_id)
            del self._holds[link.link_id]
            # What the other one went through while the link was frozen was passed over.
            self.read_again(link, side)

    def read_again(self, link: Link, side: Side) -> None:
        """Ask for the item or the record of a link, changed or not."""
        remote = link.exchange_id if side is Side.EXCHANGE else link.c4c_id
        if remote is not None:
            self.store.requests.add(
                side, mailbox=link.mailbox, record_type=link.record_type, remote_id=remote
            )

    def ask_again(self, mailbox: str, kind: RecordType, exchange_id: str) -> None:
        """Ask for an item, changed or not."""
        self.store.requests.add(
            Side.EXCHANGE, mailbox=mailbox, record_type=kind, remote_id=exchange_id
        )

    def restore_rejected(self, links: Iterable[Link], side: Side) -> list[Link]:
        """Return those links whose removal on `side` was rejected, and close their hold."""
        rejected = [link for link in links if self.hold_of(link.link_id, side, "rejected")]
        for link in rejected:
            self.store.holds.finish_link(self._holds.pop(link.link_id).hold_id, link.link_id)
        return rejected

    def admit(
        self, mailbox: str, kind: RecordType, links: Iterable[Link], side: Side, **known: bool
    ) -> list[Link]:
        """Pass planned removals on `side` through the guard.

        Args:
            mailbox: Mailbox of the set.
            kind: Record type of the set.
            links: Links whose removal was witnessed in this session.
            side: Side that would lose records.
            known: `is_folder_lost`, `is_view_changed` (see `guards.Situation`).

        Returns:
            The links that may be removed now, sorted: approved ones, and the new ones unless
            the guard holds their whole set.
        """
        links = list(links)
        approved = [link for link in links if self.hold_of(link.link_id, side, "approved")]
        planned = [link for link in links if link.link_id not in self._holds]
        reason = guards.hold_reason(
            guards.Situation(
                planned=len(planned), live=self.store.links.live_count(mailbox, kind), **known
            ),
            self.settings.limits,
        )
        if reason is not None:
            self.store.holds.put(mailbox, kind, side, reason, [e.link_id for e in planned])
            planned = []
        return sorted([*approved, *planned], key=lambda link: link.link_id)

    # -- issues ------------------------------------------------------------------------------

    def raise_issue(  # noqa: PLR0913 - an issue's own members
        self,
        code: str,
        mailbox: str,
        kind: RecordType,
        link: Link | None = None,
        *,
        exchange_id: str | None = None,
        c4c_id: str | None = None,
        fields: Iterable[str] = (),
        detail: str = "",
    ) -> None:
        """Store an issue about an item or a record."""
        exchange_id = exchange_id or (link.exchange_id if link else None)
        c4c_id = c4c_id or (link.c4c_id if link else None)
        self.store.issues.raise_(
            Issue(
                code=code,
                mailbox=mailbox,
                record_type=kind,
                link_id=link.link_id if link else None,
                exchange_id=exchange_id,
                c4c_id=c4c_id,
                fields=tuple(sorted(fields)),
                detail=detail,
            )
        )
        self._with_issues.update(remote for remote in (exchange_id, c4c_id) if remote)

    def report_restored(self, link: Link, fields: Iterable[str]) -> None:
        """Raise the issues about edits that C4C's values replace."""
        plain = set(fields) - {"company"}
        for code, names in (("read_only_edit", plain), ("company_restored", set(fields) - plain)):
            if names:
                self.raise_issue(code, link.mailbox, link.record_type, link, fields=names)

    def close_issue(self, code: str, mailbox: str, exchange_id: str) -> None:
        """Close an issue about an item whose cause is gone."""
        if exchange_id in self._with_issues:
            self.store.issues.close(code=code, mailbox=mailbox, exchange_id=exchange_id)

    def nothing_to_write(self, link: Link, side: Side) -> None:
        """Close the issue about a write to a side that did not take it: there is none any more."""
        if (link.link_id, side) in self._refused:
            for code in WRITE_CODES:
                self.store.issues.close(code=code, link_id=link.link_id)

    def close_issues_of(self, mailbox: str, exchange_id: str, *, but_links: bool = False) -> None:
        """Close every issue about an item that is gone.

        Args:
            mailbox: Mailbox of the item.
            exchange_id: The item.
            but_links: Leave those of its link, which has it read again: should the session end
                before its removal was carried out, nothing else would.
        """
        if exchange_id in self._with_issues:
            link_id = "" if but_links else None
            self.store.issues.close(mailbox=mailbox, exchange_id=exchange_id, link_id=link_id)

    def report_problems(
        self, mailbox: str, kind: RecordType, exchange_id: str, problems: Iterable[Problem]
    ) -> None:
        """Raise one issue per kind of problem of an item, and close those that are gone."""
        found: dict[str, list[str]] = {}
        for problem in problems:
            found.setdefault(problem.code, []).append(problem.field)
        for code in PROBLEM_CODES:
            if code in found:
                self.raise_issue(code, mailbox, kind, exchange_id=exchange_id, fields=found[code])
            else:
                self.close_issue(code, mailbox, exchange_id)
