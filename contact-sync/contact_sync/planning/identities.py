"""Who is who, by digests: the pairs that have the identity of something new (E10, C9).

Responsible for asking the store for them. Decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contact_sync.core.identity import FIELDS, digests_of, identity_of, names_key
from contact_sync.core.model import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contact_sync.core.model import Link, RecordType
    from contact_sync.planning.session import Session


class Identities:
    """The identities of one session, as one side shows them."""

    def __init__(self, session: Session, side: Side) -> None:
        self._session = session
        self._store = session.store
        self._side = side
        self._blanks: dict[RecordType, Mapping[str, str]] = {}
        self._changed: set[str] = set()

    def pairs(self, mailbox: str, kind: RecordType, record: Mapping[str, Any]) -> list[Link]:
        """Return the pairs of a mailbox that have the identity of a record, by link id.

        Those of the other type of person too; retired ones too.
        """
        digests = self.digests(kind, record, FIELDS)
        identity = identity_of(kind, digests, self.blanks(kind))
        names = names_key(digests)
        if identity is None or names is None:
            return []
        return [
            link
            for link in self._store.links.by_names(mailbox, self._side, names)
            if link.link_id not in self._changed
            and identity
            == identity_of(
                link.record_type, digests_of(link, self._side), self.blanks(link.record_type)
            )
        ]

    def note_edits(self, link: Link, edited: Iterable[str]) -> None:
        """Note that the pair's own item or record has become somebody else in this session."""
        if set(FIELDS) & set(edited):
            self._changed.add(link.link_id)

    def digests(
        self, kind: RecordType, record: Mapping[str, Any], names: Iterable[str] | None = None
    ) -> dict[str, str]:
        """Return the digests of a record's values, of all or of the named fields."""
        fields = self._session.fields(kind)
        read = fields.from_graph if self._side is Side.EXCHANGE else fields.from_c4c
        values = read(record)
        if names is not None:
            wanted = set(names)
            values = {name: value for name, value in values.items() if name in wanted}
        return fields.digests(self._store.digest_key, values)

    def blanks(self, kind: RecordType) -> Mapping[str, str]:
        """Return the digest that a blank has, per field."""
        if kind not in self._blanks:
            fields = self._session.fields(kind)
            values = dict.fromkeys(fields.names, "")
            self._blanks[kind] = fields.digests(self._store.digest_key, values)
        return self._blanks[kind]
