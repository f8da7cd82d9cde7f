"""Delta rounds of one folder: opaque tokens on the server's side, one plan per round.

A round is planned at its first request and paged from there. What a page shows is the item's
state at that moment; the deltaLink stands where the round began, so a change made meanwhile is
shown again by the next round ("Use delta query": changes may be replayed).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from emulators.graph import exceptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emulators.clock import Clock
    from emulators.graph.ids import IdFactory
    from emulators.graph.models import Contact, LogEntry, Mailbox
    from emulators.graph.switches import Switches

DEFAULT_PAGE = 10
LARGEST_PAGE = 500
SKIP = "$skiptoken"
DELTA = "$deltatoken"


@dataclass(frozen=True)
class Position:
    """What a token stands for.

    Attributes:
        kind: `SKIP` or `DELTA`.
        select: `$select` of the first request.
        since: Changes after this number; None = a first round, with everything.
        until: Where the next round starts.
        previous: `since` of the round before, for replays.
        plan: Items of the round; empty for a deltaLink.
        offset: Items already shown.
    """

    kind: str
    user_id: str
    folder_id: str
    epoch: int
    select: frozenset[str] | None
    since: int | None
    until: int
    previous: int | None = None
    plan: tuple[Contact, ...] = ()
    offset: int = 0
    is_empty_page_done: bool = False


@dataclass(frozen=True)
class View:
    """How the caller wants entries.

    Attributes:
        page_size: From `Prefer: odata.maxpagesize`.
        is_immutable: Which form of ids.
        render: Item and sequence number -> JSON with what changed after that number; None = all.
    """

    page_size: int | None
    is_immutable: bool
    render: Callable[[Contact, int | None], dict[str, Any]]


@dataclass(frozen=True)
class Page:
    """One answer: entries, and the link that follows, as its name and its token."""

    entries: list[dict[str, Any]]
    link_kind: str
    link_token: str


class DeltaService:
    """Plans and pages rounds; callers hold the service's lock."""

    def __init__(self, clock: Clock, ids: IdFactory, switches: Switches) -> None:
        self._clock = clock
        self._ids = ids
        self._switches = switches
        self._tokens: dict[str, Position] = {}

    def first(self, mailbox: Mailbox, folder_id: str, select: frozenset[str] | None) -> Position:
        """Start a first round: everything in the folder."""
        log = self._visible_log(mailbox, folder_id, 0)
        until = log[-1].sequence if log else 0
        plan = [item for item in mailbox.contacts_in(folder_id) if item.moved_at <= until]
        if self._switches.delta_first_round_removed:
            left = {entry.contact.immutable_id: entry.contact for entry in log}
            plan += [item for item in left.values() if not _is_in(mailbox, item, folder_id)]
        epoch = mailbox.delta_epoch
        return Position(
            SKIP, mailbox.user_id, folder_id, epoch, select, None, until, plan=tuple(plan)
        )

    def resume(self, mailbox: Mailbox, folder_id: str, kind: str, token: str) -> Position:
        """Continue from a link.

        Raises:
            GraphError: The token has expired (answer by switch), or is none of this folder: 400.
        """
        position = self._tokens.get(token)
        asked = (kind, mailbox.user_id, folder_id)
        if position is None or (position.kind, position.user_id, position.folder_id) != asked:
            raise exceptions.bad_request("Badly formed token.", "SyncStateInvalid")
        if position.epoch != mailbox.delta_epoch:
            raise self._expired()
        return self._next_round(mailbox, position) if kind == DELTA else position

    def page(self, mailbox: Mailbox, position: Position, view: View) -> Page:
        """Answer one request of a round."""
        size = min(view.page_size or DEFAULT_PAGE, LARGEST_PAGE)
        begin, end = position.offset, position.offset + size
        if begin and self._switches.delta_empty_page and not position.is_empty_page_done:
            return Page([], SKIP, self._issue(replace(position, is_empty_page_done=True)))
        chunk = position.plan[begin:end]
        if begin and self._switches.delta_repeats:
            chunk = (position.plan[begin - 1], *chunk)
        log: dict[str, list[LogEntry]] = {}
        for event in self._visible_log(mailbox, position.folder_id, position.since or 0):
            log.setdefault(event.contact.immutable_id, []).append(event)
        entries = [
            entry
            for item in chunk
            for entry in self._entries(
                mailbox, position, item, log.get(item.immutable_id, []), view
            )
        ]
        if end < len(position.plan):
            return Page(entries, SKIP, self._issue(replace(position, offset=end)))
        done = replace(
            position,
            kind=DELTA,
            since=position.until,
            previous=position.since,
            plan=(),
            offset=0,
            is_empty_page_done=False,
        )
        return Page(entries, DELTA, self._issue(done))

    def _next_round(self, mailbox: Mailbox, position: Position) -> Position:
        since = position.since or 0
        if self._switches.delta_replays and position.previous is not None:
            since = position.previous
        log = self._visible_log(mailbox, position.folder_id, since)
        # Last change last: a plan that follows the log shows items in the order they settled.
        items = {entry.contact.immutable_id: entry.contact for entry in reversed(log)}
        return replace(
            position,
            kind=SKIP,
            since=since,
            until=log[-1].sequence if log else since,
            previous=position.since,
            plan=tuple(reversed(items.values())),
        )

    def _entries(
        self,
        mailbox: Mailbox,
        position: Position,
        item: Contact,
        log: list[LogEntry],
        view: View,
    ) -> Iterator[dict[str, Any]]:
        is_present = _is_in(mailbox, item, position.folder_id)
        if position.since is None and is_present:
            yield view.render(item, None)
            return
        removed = [entry for entry in log if entry.kind == "removed"]
        hides_return = self._switches.delta_immutable_return_hidden
        has_just_arrived = bool(log) and log[-1].kind == "arrived"
        if not view.is_immutable:
            for entry in removed:
                yield self._removed(entry.classic_id)
        elif not is_present or (removed and has_just_arrived and hides_return):
            yield self._removed(item.immutable_id)
            return
        elif has_just_arrived and self._switches.delta_immutable_add_hidden:
            return
        if is_present:
            is_new = any(entry.kind in {"created", "arrived"} for entry in log)
            is_whole = is_new or not self._switches.delta_partial_updates
            yield view.render(item, None if is_whole else position.since)

    def _removed(self, contact_id: str) -> dict[str, Any]:
        return {"id": contact_id, "@removed": {"reason": self._switches.delta_removed_reason}}

    def _visible_log(self, mailbox: Mailbox, folder_id: str, since: int) -> list[LogEntry]:
        log = [entry for entry in mailbox.log.get(folder_id, []) if entry.sequence > since]
        lag = self._switches.delta_lag_seconds
        now = self._clock.now()
        newest = now - timedelta(seconds=lag)
        # Changes from the future are those made before the clock was set back.
        return [entry for entry in log if entry.at <= newest or entry.at > now] if lag else log

    def _issue(self, position: Position) -> str:
        token = self._ids.token()
        self._tokens[token] = position
        return token

    def _expired(self) -> exceptions.GraphError:
        code = self._switches.delta_expiry
        status = 410 if code in {"SyncStateNotFound", "ResyncRequired"} else 400
        return exceptions.GraphError(status, code, "The sync state is not found or has expired.")


def _is_in(mailbox: Mailbox, item: Contact, folder_id: str) -> bool:
    return item.immutable_id in mailbox.contacts and item.folder_id == folder_id
