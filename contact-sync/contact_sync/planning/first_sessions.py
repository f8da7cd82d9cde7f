"""What lay in a mailbox before a type was read-only there is nobody's new item (E1).

Responsible for knowing whether this is a mailbox's first session under the rule that new items of a
read-only type are removed, and for holding what that would remove (I36). Such a link is pending and
hidden: until a person has approved, its item stays; refused, it stays for good. An edit has it
matched again, and so has a record that is like it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from contact_sync.core.model import Link, Owes, Phase, RecordType, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contact_sync.planning.session import Session

REASON = "first_session"


def rule_name(mailbox: str, kind: RecordType) -> str:
    """Return under which name the store keeps that the rule has had its first session."""
    return f"removes_new:{mailbox}:{kind.value}"


class FirstSessions:
    """The mailboxes and types of one session that are under the rule for the first time."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._settings = session.store.settings
        self._new: set[tuple[str, RecordType]] = set()
        self._folders: defaultdict[str, set[str]] = defaultdict(set)
        self._in_full: dict[str, bool] = {}

    def begin(self) -> None:
        """Look up where the rule is new; where it is not in force, it begins anew one day."""
        for mailbox in self._session.settings.mailboxes:
            for kind in RecordType:
                name = rule_name(mailbox, kind)
                is_known = self._settings.get(name) == "1"
                if self._session.policy(kind).removes_new_items:
                    self._new |= set() if is_known else {(mailbox, kind)}
                elif is_known:
                    self._settings.set_(name, "")

    def folder(self, mailbox: str, record: Mapping[str, Any]) -> None:
        """Note a folder of a mailbox."""
        self._folders[mailbox].add(record["id"])

    def complete(self, mailbox: str, record: Mapping[str, Any]) -> None:
        """Note that a mailbox was read to its end; a tap that does not tell reads in full."""
        in_full = record.get("full_folders")
        self._in_full[mailbox] = in_full is None or self._folders[mailbox] <= set(in_full)

    def mark(self, link: Link) -> Link:
        """Return the link of an item that waits for its record, hidden if it asks first."""
        policy = self._session.policy(link.record_type)
        if not policy.removes_new_items:
            if link.is_hidden:
                # The rule is over: it is an item like any other.
                self._session.release(link, Side.EXCHANGE)
            return link.but(is_hidden=False)
        is_first = (link.mailbox, link.record_type) in self._new
        asks = is_first and policy.first_session_removals == "hold"
        return link.but(is_hidden=True) if asks else link

    def finish(self) -> None:
        """Remember where the rule had its first session: all that lay there has been seen."""
        for mailbox, kind in sorted(self._new):
            if self._in_full.get(mailbox):
                self._settings.set_(rule_name(mailbox, kind), "1")
            elif mailbox in self._in_full:
                self._session.store.requests.add(
                    Side.EXCHANGE, mailbox=mailbox, record_type=None, remote_id="*"
                )


def hold_removals(session: Session, mailbox: str) -> None:
    """Hold what would be removed of a mailbox for the first time, and is not held yet; stage 2."""
    found: defaultdict[RecordType, list[str]] = defaultdict(list)
    waiting = session.store.links.list_(mailbox, phases=(Phase.PENDING,), owes=(Owes.TRASH,))
    for link in waiting:
        if asks_first(link) and not session.is_in_hold(link.link_id):
            found[link.record_type].append(link.link_id)
    for kind, link_ids in found.items():
        session.store.holds.put(mailbox, kind, Side.EXCHANGE, REASON, link_ids)


def asks_first(link: Link) -> bool:
    """Whether an item that matches nothing is removed only if a person says so."""
    return link.phase is Phase.PENDING and link.is_hidden
