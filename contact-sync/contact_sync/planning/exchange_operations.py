"""Operations for Exchange: a record's values in Graph's properties, and the contract around them.

Responsible for what an operation of stage 2 looks like. Decides nothing and stores nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contact_sync.contract import Contract, Op, Operation
from contact_sync.core import routing
from contact_sync.core.model import Link, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contact_sync.planning.session import Session


class ExchangeOperations:
    """Builds the operations of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._store = session.store

    def build(
        self,
        op: Op,
        link: Link,
        record: Mapping[str, Any],
        fields: Iterable[str],
        stream: str = "contacts",
        **terms: Any,  # noqa: ANN401 - the contract's own members
    ) -> Operation:
        """Put the named fields into Graph's properties and the rest into the contract."""
        kind = link.record_type
        policy = self._session.policy(kind)
        field_map = self._session.fields(kind)
        values = field_map.from_c4c(record)
        names = tuple(name for name in fields if name in values)
        digests = field_map.digests(self._store.digest_key, values)
        # A state means nothing without its country.
        shown = {*names, "country"} if "state" in names else names
        policies = self._session.settings.policies
        # What left the sync bears no routing category at all, its own type's included. So does
        # what is to be trashed, should its user have taken it out meanwhile.
        marks_kind = None if op in (Op.STRIP, Op.TRASH) else kind
        marks = policy.mark_with_category and marks_kind is not None
        return Operation(
            stream=stream,
            record={
                "mailbox": link.mailbox,
                "id": link.exchange_id or f"new:{link.link_id}",
                **field_map.to_graph({name: values[name] for name in shown if name in values}),
            },
            contract=Contract(
                op=op,
                **self._session.terms(link),
                fields=names,
                source={name: digests[name] for name in names},
                source_version=record.get("etag"),
                source_modified_at=record.get("ChangedOn"),
                on_conflict={name: policy.winner(name) for name in names},
                writable=self._session.writable(kind, Side.EXCHANGE),
                returnable=self._session.writable(kind, Side.C4C),
                folders={"category": policy.category if marks else ""},
                strip_categories=routing.foreign_categories(marks_kind, policies),
                **terms,
            ),
        )
