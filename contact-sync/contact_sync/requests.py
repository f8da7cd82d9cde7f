"""What a tap asks the sync: which ids to read again, and which ids are known.

Responsible for deriving both from the store. The only module of this package that a tap imports.
Asking changes nothing; explicit requests are marked when the tap reports a finished pass, and
cleared when the target has acted on them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from contact_sync import last_words
from contact_sync.core.guards import MAILBOX_REPLACED
from contact_sync.core.model import Link, Owes, Phase, RecordType, Severity, Side
from contact_sync.store import EVERYTHING, Request, Store, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

_LIVE = tuple(phase for phase in Phase if phase.is_live)
_UNSETTLED = (*_LIVE, Phase.PENDING)


#: Keeps the line that a tap ends with; see `contact_sync.last_words`.
note_failure = last_words.note_failure


class TapRequests:
    """The questions of one tap. A *scope* is a mailbox (Exchange) or a record type (C4C)."""

    def __init__(self, store: Store, side: Side, now: Callable[[], datetime]) -> None:
        self._store = store
        self._side = side
        self._now = now
        self._served: defaultdict[str, set[str]] = defaultdict(set)

    @classmethod
    def open(
        cls,
        sync_store: str,
        side: Side | str,
        identity: str,
        digest_key: str | None = None,  # noqa: ARG003 - taps pass their setting; none is needed
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> TapRequests:
        """Open the store for a tap and tie it to the tap's tenant.

        Args:
            sync_store: The setting of that name: a path or URL.
            side: The system the tap reads.
            identity: Tenant id, domain or host.
            digest_key: Not used: a tap makes no digests.
            now: The clock.

        Raises:
            BindingError: The store belongs to another tenant.
            StoreError: The store cannot be used.
        """
        store = Store.open(sync_store, now=now, needs_digest_key=False)
        try:
            store.bind(Side(side), identity)
        except BaseException:
            store.close()
            raise
        return cls(store, Side(side), now)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    # Exchange

    def known_contacts(self, mailbox: str) -> dict[str, str | None]:
        """Return exchange id -> folder id of all items with a link that is not retired."""
        return {} if self._is_over(mailbox) else self._store.links.linked_items(mailbox)

    def managed_folder_ids(self, mailbox: str) -> set[str]:
        """Return the ids of the mailbox's managed folders."""
        return set() if self._is_over(mailbox) else set(self._store.folders.get(mailbox).values())

    def wanted_contacts(self, mailbox: str) -> set[str]:
        """Return the ids of items to be read by id, changed or not.

        Asked for; not confirmed in C4C yet; with an unresolved write to C4C; with an update whose
        outcome is not known; with a hold; with an issue that is due; or with fields whose value in
        Exchange is not known.
        """
        if self._is_over(mailbox):
            return set()
        links = self._store.links.list_(mailbox=mailbox)
        resolve = self._links_to_resolve(Side.C4C)
        paused = self._paused()
        wanted = {
            link.exchange_id
            for link in links
            if link.link_id in resolve
            # One that is hidden waits for a person, or for a record that is like it.
            or (link.phase is Phase.PENDING and not link.is_hidden and link.link_id not in paused)
            or (link.phase.is_live and _is_unknown(link, Side.EXCHANGE))
        }
        due = self._store.issues.due(self._now())
        wanted |= {row.issue.exchange_id for row in due if row.issue.mailbox == mailbox}
        return _ids(wanted) | self._explicit(mailbox)

    # C4C

    def known_records(self, record_type: RecordType | str) -> set[str]:
        """Return the ObjectIDs of live links, of those outside the mailbox's view too."""
        links = self._store.links.list_(record_type=RecordType(record_type), phases=_LIVE)
        return _ids(link.c4c_id for link in links)

    def wanted_records(self, record_type: RecordType | str) -> set[str]:
        """Return the ObjectIDs of records to be read by key, changed or not.

        Asked for; without an item, or one to be re-created; with an unresolved write to Exchange;
        with an update whose outcome is not known; with a hold; with an issue that is due; or with
        fields whose value in C4C is not known.
        """
        wanted_type = RecordType(record_type)
        resolve = self._links_to_resolve(Side.EXCHANGE)
        paused = self._paused()
        wanted = {
            link.c4c_id
            for link in self._store.links.list_(record_type=wanted_type)
            if link.link_id in resolve
            or (_lacks_item(link) and link.link_id not in paused)
            or (link.phase.is_live and _is_unknown(link, Side.C4C))
        }
        due = self._store.issues.due(self._now())
        wanted |= {row.issue.c4c_id for row in due if row.issue.record_type is wanted_type}
        return _ids(wanted) | self._explicit(wanted_type.value)

    def wants_states(self, record_type: RecordType | str) -> bool:
        """Return whether the tenant's list of states is to be read (again)."""
        return self._store.states.is_wanted(RecordType(record_type))

    def keep_states(
        self, record_type: RecordType | str, rows: Iterable[tuple[str, str, str]] | None
    ) -> None:
        """Keep the tenant's list of states: (country, code, description); None: not readable.

        Kept at once, not sent as records: the mapper needs the list before the first record.
        """
        self._store.states.put(RecordType(record_type), rows)

    # Both

    def wants_full_read(self, scope: str | RecordType) -> bool:
        """Return whether everything of a mailbox or record type is to be read again.

        Asked for, or the store knows nothing of this side yet.
        """
        asked = self._serve(_scope(scope), lambda entry: entry.remote_id == EVERYTHING)
        if self._side is Side.EXCHANGE and self._is_over(_scope(scope)):
            return True
        return bool(asked) or self._store.requests.is_first_read(self._side)

    def is_behind(self, mark: str | None) -> bool:
        """Return whether a state that bears this mark knows more than the store (see `mark`)."""
        return self._store.requests.is_behind(self._side, mark)

    def mark(self) -> str:
        """Return what the state shall bear that this read ends with.

        By it an older copy of the store is told from the one that the state belongs to.
        """
        return self._store.requests.mark(self._side)

    def read_done(self, scope: str | RecordType | None = None) -> None:
        """Mark the explicit requests that were answered so far; call it after the last record.

        They are cleared by the target of the same pipeline when it has acted on them: a run that
        dies in between is asked again. A request made meanwhile, even for the same id, stays.

        Args:
            scope: Only those of this mailbox or record type.
        """
        scopes = list(self._served) if scope is None else [_scope(scope)]
        served = set().union(*(self._served.pop(entry, set()) for entry in scopes))
        self._store.requests.mark_served(served)

    def _explicit(self, scope: str) -> set[str]:
        return {
            entry.remote_id
            for entry in self._serve(scope, lambda entry: entry.remote_id != EVERYTHING)
        }

    def _serve(self, scope: str, is_asked: Callable[[Request], bool]) -> list[Request]:
        found = [
            entry
            for entry in self._store.requests.list_(self._side)
            if scope in (entry.mailbox, entry.record_type) and is_asked(entry)
        ]
        self._served[scope].update(entry.request_id for entry in found)
        return found

    def _is_over(self, mailbox: str) -> bool:
        """Whether the pairs of a mailbox are about to be forgotten: it was replaced, and said so.

        The mapper forgets them at its start, which may be before this tap asks or after.
        """
        return any(
            hold.mailbox == mailbox and hold.reason == MAILBOX_REPLACED
            for hold in self._store.holds.list_(("approved",))
        )

    def _paused(self) -> set[str]:
        """Return links whose issue waits for its next try."""
        now = self._now()
        return {
            row.issue.link_id
            for row in self._store.issues.list_open(Severity.ACTION)
            if row.issue.link_id and row.next_attempt_at > now
        }

    def _links_to_resolve(self, written_side: Side) -> set[str]:
        """Return links with a write that was cut off on that side, with an update, or a hold.

        What a hold waits for is looked at every time: it ends by itself when nothing is missing.
        After an update that was cut off both sides are looked at: one shows what arrived, the
        other what it has come to since.
        """
        intents = self._store.intents
        cut_off = {
            entry.link_id for entry in (*intents.list_open(written_side), *intents.list_updates())
        }
        held = self._store.holds.list_(("pending", "approved", "rejected"))
        # What a first session would have removed is a matter of its mailbox alone, which tells.
        # So is the one of a mailbox that was replaced.
        held = [e for e in held if e.reason not in ("first_session", MAILBOX_REPLACED)]
        return cut_off.union(*(entry.link_ids for entry in held))


def _lacks_item(link: Link) -> bool:
    """Whether an item is to be created for the link."""
    return link.owes is Owes.CREATE or (link.phase in _UNSETTLED and link.exchange_id is None)


def _is_unknown(link: Link, side: Side) -> bool:
    """Whether the other side agreed on fields whose value on this side was never seen."""
    other = Side.C4C if side is Side.EXCHANGE else Side.EXCHANGE
    return not link.base(other).keys() <= link.base(side).keys()


def _scope(scope: str | RecordType) -> str:
    return scope.value if isinstance(scope, RecordType) else scope


def _ids(ids: Iterable[str | None]) -> set[str]:
    return {entry for entry in ids if entry}
