"""Looks plain records up in C4C by the key of their stream.

Responsible for asking the server widely; every hit is checked on our side, for the server's
wildcard and case rules are not trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from c4c_client import filters
from contact_sync.core.loading import Hit, key_form, key_text
from contact_sync.core.status import STATUS_PROPERTY, is_obsolete
from contact_sync.core.text import forms

from target_c4c.task import COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from c4c_client import C4CClient, C4CRecord
    from contact_sync.core.loading import StreamPlan
    from contact_sync.plain import PlainRecord


def look_up(
    client: C4CClient, plan: StreamPlan, records: Sequence[PlainRecord]
) -> dict[int, list[Hit]]:
    """Return position -> the records of C4C that bear its key.

    Args:
        client: C4C.
        plan: Of the stream.
        records: At least one, all of one record type.

    Raises:
        C4CError: They cannot be read, or one of the keys cannot be asked for.
    """
    asked = {record.position: _filters(plan, record) for record in records}
    texts = list(dict.fromkeys(text for one in asked.values() for text in one))
    select = {
        *(column.name for column in plan.key),
        *(name for name in (plan.table.first_name, plan.table.last_name) if name),
        STATUS_PROPERTY[records[0].kind],
    }
    answers = client.search(COLLECTIONS[records[0].kind], texts, sorted(select))
    found = dict(zip(texts, answers, strict=True))
    return {
        record.position: [
            _hit(plan, record, held)
            for text in asked[record.position]
            for held in found[text]
            if key_of(plan, held) == record.key
        ]
        for record in records
    }


def key_of(plan: StreamPlan, held: C4CRecord) -> tuple[str | None, ...]:
    """Return the key of a record of C4C, in the form that is compared."""
    return tuple(key_form(column, held.properties.get(column.name)) for column in plan.key)


def _filters(plan: StreamPlan, record: PlainRecord) -> list[str]:
    """Return searches for a key: composed or not, e-mail addresses as typed and in lower case.

    An address may be held in yet another case, and C4C compares exactly: names lead to it too.
    """
    spelt = []
    for column in plan.key:
        text = key_text(column, record.properties.get(column.name)) or ""
        spelt.append((*forms(text), text.lower() if column.is_email else text))
    texts = [
        filters.all_of(
            *(filters.eq(column.name, text) for column, text in zip(plan.key, key, strict=True))
        )
        # All parts of a key in one form: they come from one program.
        for key in zip(*spelt, strict=True)
    ]
    first, last, _ = plan.names_of(record.properties) or ("", "", "")
    if last and any(column.is_email for column in plan.key):
        by_name = filters.eq(plan.table.last_name, last)
        texts.append(
            filters.all_of(by_name, filters.eq(plan.table.first_name, first) if first else None)
        )
    return [text for text in dict.fromkeys(texts) if text]


def _hit(plan: StreamPlan, record: PlainRecord, held: C4CRecord) -> Hit:
    return Hit(
        remote_id=held.object_id,
        names=plan.names_of(held.properties),
        is_live=not is_obsolete(record.kind, held.properties),
    )
