"""What a link looks like after a write, a match or a failure.

Responsible for the rule that a base is what was *read back*, and only for the fields that both
sides agreed on in that step. Pure: returns new links, stores nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contact_sync.core.model import Link, Owes, Phase, Side

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

#: Versions that a link remembers; a session that brings a record back writes it twice or thrice.
_SUPERSEDED = 4


@dataclass(frozen=True, kw_only=True)
class RecordFacts:
    """A C4C record as just read: ids, version and digests, no values."""

    c4c_id: str
    etag: str | None
    changed_at: str | None
    account_id: str | None
    digests: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ItemFacts:
    """An Outlook item as just read: ids, version and digests, no values."""

    exchange_id: str
    version: str
    folder_id: str
    digests: Mapping[str, str]


def see_record(link: Link, record: RecordFacts) -> Link:
    """Note which version of the record was seen.

    The ETag is kept only while every field equals its base: an update sent with it can then
    overwrite nothing that the other side has not taken over yet.
    """
    is_settled = all(link.base_c4c.get(name) == now for name, now in record.digests.items())
    return see_version(link, record.changed_at).but(
        c4c_id=record.c4c_id,
        c4c_etag=record.etag if is_settled else None,
        account_id=record.account_id or None,
    )


def see_version(link: Link, changed_at: str | None) -> Link:
    """Note the time of change of the version that is seen now, and that of the one before."""
    before = link.c4c_changed_at
    if before is None or before == changed_at:
        return link.but(c4c_changed_at=changed_at)
    superseded = (*(at for at in link.c4c_superseded if at != before), before)
    return link.but(c4c_changed_at=changed_at, c4c_superseded=superseded[-_SUPERSEDED:])


def is_stale(link: Link, changed_at: str | None) -> bool:
    """Whether a reply shows a version that the last one seen has replaced: a copy that lags.

    Versions are told by identity, not by age alone: where C4C's clock was set back, edits look
    old. One that is not older is never stale: whatever was seen in between lagged itself.
    """
    if changed_at is None or link.c4c_changed_at is None:
        return False
    return changed_at in link.c4c_superseded and changed_at < link.c4c_changed_at


def is_unseen(link: Link, changed_at: str | None) -> bool:
    """Whether a reply shows a version that is news: neither the last one seen nor a stale one."""
    is_last = changed_at is None or changed_at == link.c4c_changed_at
    return not is_last and not is_stale(link, changed_at)


def see_item(link: Link, item: ItemFacts) -> Link:
    """Note which version of the item was seen, and where."""
    return link.but(
        exchange_id=item.exchange_id,
        exchange_version=item.version,
        exchange_folder_id=item.folder_id,
    )


def settle(
    link: Link,
    fields: Iterable[str],
    *,
    exchange: Mapping[str, str],
    c4c: Mapping[str, str],
) -> Link:
    """Make the given digests the base of the given fields, on both sides at once."""
    names = [name for name in fields if name in exchange and name in c4c]
    return link.but(
        base_exchange={**link.base_exchange, **{name: exchange[name] for name in names}},
        base_c4c={**link.base_c4c, **{name: c4c[name] for name in names}},
    )


def hear(link: Link, echoes: Mapping[str, str]) -> Link:
    """Make our own values, found again after a cut, the base: both sides had agreed on them."""
    return settle(link, echoes, exchange=echoes, c4c=echoes)


def owe(link: Link, fields: Iterable[str], side: Side, now: Mapping[str, str]) -> Link:
    """Note that `fields` are owed to `side`: its live value is known, the other side's is not.

    The other side's tap is asked for the record again (a missing base asks for it), its value
    then counts as edited and this side's as untouched, so it is written over here.
    """
    names = set(fields)
    known = {name: now[name] for name in names if name in now}
    if side is Side.EXCHANGE:
        rest = {name: value for name, value in link.base_c4c.items() if name not in names}
        return link.but(base_exchange={**link.base_exchange, **known}, base_c4c=rest, c4c_etag=None)
    rest = {name: value for name, value in link.base_exchange.items() if name not in names}
    return link.but(base_c4c={**link.base_c4c, **known}, base_exchange=rest)


def pair(  # noqa: PLR0913 - two sides, each with what it is owed
    link: Link,
    *,
    exchange: Mapping[str, str],
    c4c: Mapping[str, str],
    owed_to_exchange: Collection[str] = (),
    owed_to_c4c: Collection[str] = (),
    owes: Owes = Owes.NOTHING,
) -> Link:
    """Join two records into an active link with fresh bases."""
    return link.but(
        phase=Phase.ACTIVE,
        owes=owes,
        is_hidden=False,
        base_exchange={k: v for k, v in exchange.items() if k not in owed_to_c4c},
        base_c4c={k: v for k, v in c4c.items() if k not in owed_to_exchange},
    )


def retire(link: Link) -> Link:
    """End a link; what is still owed to a left-over item (`strip`) stays owed."""
    return link.but(phase=Phase.RETIRED, owes=_still_owed(link))


def sleep(link: Link, *, is_hidden: bool = False, in_view: bool = False) -> Link:
    """Put a link to sleep: nothing is written to C4C, the item is gone from the folder.

    Args:
        link: The link.
        is_hidden: The user does not want to see the record any more.
        in_view: The record is still shown: the link wakes when the record changes.
    """
    return link.but(
        phase=Phase.ASLEEP,
        owes=Owes.NOTHING,
        is_hidden=is_hidden,
        in_view=in_view,
    )


def recreate(link: Link, stray_id: str) -> tuple[Link, ...]:
    """Ask for the item again in its folder.

    Args:
        link: The link whose item is gone or has left its folder.
        stray_id: Link id for the item that was the pair's: it may return before it ever got the
            link property, and may have to be stripped of its routing categories.
    """
    again = link.but(
        owes=Owes.CREATE,
        exchange_id=None,
        exchange_version=None,
        exchange_folder_id=None,
    )
    if link.exchange_id is None:
        return (again,)
    return (again, stray(link, stray_id, _still_owed(link)))


def left_over(link: Link, stray_id: str, base: Mapping[str, str]) -> Link:
    """Return a link for the source of a move: it goes to Deleted Items.

    Args:
        link: The pair, whose item it still is.
        stray_id: Id of the new link.
        base: Digests of its values when it was copied; what differs later was edited since, and
            must reach the pair's item first.
    """
    source = stray(link, stray_id, Owes.TRASH)
    return source.but(base_exchange=dict(base))


def stray(link: Link, stray_id: str, owes: Owes) -> Link:
    """Return a link for an item that is no longer the pair's, maybe to be stripped or trashed."""
    return Link(
        link_id=stray_id,
        mailbox=link.mailbox,
        record_type=link.record_type,
        phase=Phase.RETIRED,
        owes=owes,
        exchange_id=link.exchange_id,
        exchange_version=link.exchange_version,
        exchange_folder_id=link.exchange_folder_id,
        successor=link.link_id,
    )


def _still_owed(link: Link) -> Owes:
    """Return what is owed to an item whose pair is over, or goes on with another item."""
    return Owes.STRIP if link.owes is Owes.STRIP else Owes.NOTHING
