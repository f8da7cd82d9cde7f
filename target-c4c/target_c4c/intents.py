"""Open intents: what became of writes whose outcome was never stored.

Responsible for "adopt before retry": a create that may have happened is looked for among the
records created since, and is never sent twice.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from c4c_client import C4CError, filters
from contact_sync.book import cut_off, end_waiting
from contact_sync.core import matching, outcome
from contact_sync.core.fields import FieldMap
from contact_sync.core.model import Issue, Link, Phase, RecordType, Side
from contact_sync.core.outcome import RecordFacts

from target_c4c.failures import answer_of
from target_c4c.task import COLLECTIONS

if TYPE_CHECKING:
    from c4c_client import C4CClient, C4CRecord
    from contact_sync.store import Intent, Store

#: How far clocks may disagree; a wider window only costs a longer list, the digests decide.
CLOCK_MARGIN = timedelta(hours=24)


def resolve(client: C4CClient, store: Store, region: str | None) -> set[str]:
    """Close the intents that can be explained; the others keep their links out of this run.

    Args:
        client: C4C.
        store: The sync store.
        region: Region of the running session, to compare phones alike.

    Returns:
        Links whose create was cut off: it may be what spoilt the batch for the others.
    """
    by_type: dict[RecordType, list[tuple[Intent, Link]]] = defaultdict(list)
    for intent, link in cut_off(store, Side.C4C):
        if intent.kind == "create" and link.c4c_id is None:
            by_type[link.record_type].append((intent, link))
        else:
            # Updates of status can be repeated: look at the item again and decide anew.
            _ask_again(store, link)
            store.intents.close(intent.intent_id, "decide again")
    for kind, pairs in by_type.items():
        fields = FieldMap(kind, region=region)
        since = min(intent.opened_at for intent, _ in pairs) - CLOCK_MARGIN
        try:
            records = list(
                client.list_records(COLLECTIONS[kind], filter=filters.since("CreationOn", since))
            )
        except C4CError as error:
            # Only this type, or nothing at all (I45)? Its intents stay as they are.
            client.check_connection()
            for _, link in pairs:
                _raise(store, "unknown_outcome", link, answer_of(error))
            continue
        for intent, link in pairs:
            twins = {other.link_id for _, other in pairs if _are_alike(link, other)}
            _resolve_create(store, intent, link, records, fields, most=len(twins))
    return {link.link_id for pairs in by_type.values() for _, link in pairs}


def _are_alike(one: Link, other: Link) -> bool:
    return one.mailbox == other.mailbox and matching.is_same_identity(
        one.base_exchange, other.base_exchange
    )


def _resolve_create(  # noqa: PLR0913 - what was cut off, and where to look for it
    store: Store,
    intent: Intent,
    link: Link,
    records: list[C4CRecord],
    fields: FieldMap,
    *,
    most: int,
) -> None:
    """Adopt the record of a create that was cut off, if it can be told.

    Args:
        store: The sync store.
        intent: What was announced.
        link: The pair that waits for its record.
        records: Those that were created since.
        fields: How their values are read.
        most: How many creates of this very person were cut off: of as many records each is right.
    """
    digests = {
        record.object_id: fields.digests(store.digest_key, fields.from_c4c(record.properties))
        for record in records
    }
    taken = store.links.is_linked(link.mailbox, digests.keys())
    hits = [
        record
        for record in records
        if record.object_id not in taken
        and matching.is_same_identity(link.base_exchange, digests[record.object_id])
    ]
    if len(hits) > most:
        ids = " ".join(sorted(record.object_id for record in hits))
        _raise(store, "unresolved_intent", link, ids)
        return
    with store.transaction():
        if hits:
            hit = max(hits, key=lambda record: len(_equal(link, digests[record.object_id])))
            adopted = _adopted(link, hit, digests[hit.object_id])
            end_waiting(store, adopted)
            store.links.save(adopted)
            _ask_again(store, link)
        for code in ("unresolved_intent", "unknown_outcome"):
            store.issues.close(code=code, link_id=link.link_id)
        store.intents.close(intent.intent_id, "adopted" if hits else "not done")


def _raise(store: Store, code: str, link: Link, detail: str) -> None:
    """Raise the one issue about a create that was cut off."""
    with store.transaction():
        for other in {"unresolved_intent", "unknown_outcome"} - {code}:
            store.issues.close(code=other, link_id=link.link_id)
        store.issues.raise_(
            Issue(
                code=code,
                mailbox=link.mailbox,
                record_type=link.record_type,
                link_id=link.link_id,
                exchange_id=link.exchange_id,
                detail=detail,
            )
        )


def _adopted(link: Link, record: C4CRecord, digests: dict[str, str]) -> Link:
    """Join item and record; fields that differ are unknown on both sides and meet again."""
    equal = _equal(link, digests)
    link = link.but(
        phase=Phase.ACTIVE,
        base_exchange={name: digests[name] for name in equal},
        base_c4c={name: digests[name] for name in equal},
    )
    own = str(record.properties.get("AccountID") or "").lstrip("0")
    changed_at = record.properties.get("ChangedOn")
    facts = RecordFacts(
        c4c_id=record.object_id,
        etag=record.etag,
        changed_at=changed_at,
        account_id=own,
        digests=digests,
    )
    return outcome.see_record(link, facts)


def _equal(link: Link, digests: dict[str, str]) -> set[str]:
    return {name for name, digest in digests.items() if link.base_exchange.get(name) == digest}


def _ask_again(store: Store, link: Link) -> None:
    if link.exchange_id:
        store.requests.add(
            Side.EXCHANGE,
            mailbox=link.mailbox,
            record_type=link.record_type,
            remote_id=link.exchange_id,
        )
