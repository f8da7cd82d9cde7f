"""Operations for C4C: an item's values in C4C's properties, and the contract around them.

Responsible for what an operation of stage 1 looks like, and for telling what C4C takes of an item.
Decides nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contact_sync.contract import SEEN, SEEN_EMAILS, Contract, Op, Operation
from contact_sync.core import claims, graph_values
from contact_sync.core.model import Link, RecordType, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contact_sync.planning.session import Session

STREAMS = {
    RecordType.ACCOUNT: "accounts",
    RecordType.CONTACT: "contacts",
    RecordType.INDIVIDUAL_CUSTOMER: "individual_customers",
}


class C4COperations:
    """Builds the operations of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._store = session.store

    def claim(self, link: Link) -> claims.Claim:
        """Return what the item of a link says about itself."""
        tenant = self._store.binding(Side.C4C) or ""
        return claims.Claim(tenant, link.record_type, link.c4c_id or "")

    def defaults(self, link: Link) -> dict[str, str]:
        """Return what a create of the link's record needs besides its fields."""
        is_contact = link.record_type is RecordType.CONTACT
        defaults = {}
        if not is_contact:
            defaults["RoleCode"] = self._session.policy(link.record_type).role_code
        if owner := self._session.settings.owners.get(link.mailbox):
            defaults["ContactOwnerID" if is_contact else "OwnerID"] = owner
        return defaults

    def build(
        self,
        op: Op,
        link: Link,
        record: Mapping[str, Any],
        fields: Iterable[str],
        **terms: Any,  # noqa: ANN401 - the contract's own members
    ) -> Operation:
        """Put the named fields into C4C's properties and the rest into the contract."""
        kind = link.record_type
        policy = self._session.policy(kind)
        field_map = self._session.fields(kind)
        values = field_map.from_graph(record)
        names = tuple(name for name in fields if name in values)
        properties = field_map.to_c4c({name: values[name] for name in names})
        if "company" in names:
            # Read-only in C4C and never sent: the target looks up the account by it.
            properties["AccountFormattedName"] = values["company"]
        if link.c4c_id is None or op is Op.REVIVE:
            properties.update(_seen(values, record))
        return Operation(
            stream=STREAMS[kind],
            record={"ObjectID": link.c4c_id, **properties},
            contract=Contract(
                op=op,
                **self._session.terms(link),
                fields=names,
                source=field_map.digests(self._store.digest_key, values),
                source_version=record.get("changeKey"),
                source_modified_at=record.get("lastModifiedDateTime"),
                on_conflict={name: policy.winner(name) for name in names},
                writable=self._session.writable(kind, Side.C4C),
                returnable=self._session.writable(kind, Side.EXCHANGE),
                policy={
                    "account_no_match": policy.account_no_match,
                    "company_change": policy.company_change,
                    "account_role_code": self._session.policy(RecordType.ACCOUNT).role_code,
                },
                **terms,
            ),
        )

    def sendable(self, link: Link, record: Mapping[str, Any]) -> Iterable[str] | None:
        """Return the fields that C4C takes of an item; None while a required one is missing."""
        fields = self._session.fields(link.record_type)
        problems = fields.problems(fields.from_graph(record), is_create=True)
        self._session.report_problems(link.mailbox, link.record_type, record["id"], problems)
        if any(problem.is_blocking for problem in problems):
            return None
        refused = {problem.field for problem in problems}
        return [name for name in fields.names if name not in refused]


def _seen(values: Mapping[str, str], record: Mapping[str, Any]) -> dict[str, str]:
    """Return what a first match knows an item by, too long for C4C or not."""
    seen = {SEEN[name]: values[name] for name in SEEN if values.get(name)}
    others = graph_values.other_emails(record) if "email" in values else ()
    return {**seen, **dict(zip(SEEN_EMAILS, others, strict=False))}
