"""Stage 2, C4C to Exchange: facts about C4C records become operations for Exchange.

Responsible for what Exchange still owes at the start, for comparing records per mailbox, and for
removals behind the guard at the end. Decisions are made in `core`; nothing is written to
Exchange or C4C here.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from contact_sync.contract import Op
from contact_sync.core import merge, outcome
from contact_sync.core.decide import Verdict, decide_record, decide_record_gone
from contact_sync.core.model import Link, Owes, Phase, RecordType, Side
from contact_sync.core.status import is_obsolete
from contact_sync.planning.coverage import Coverage
from contact_sync.planning.debts import Debts
from contact_sync.planning.echoes import Echoes
from contact_sync.planning.exchange_operations import ExchangeOperations
from contact_sync.planning.reloads import Reloads
from contact_sync.planning.session import Session, new_link_id
from contact_sync.planning.sights import Sights
from contact_sync.planning.trouble import ViewTrouble, troubled_mailboxes
from contact_sync.planning.unheard import Unheard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from contact_sync.contract import Operation
    from contact_sync.settings import SyncSettings
    from contact_sync.store import Store

TYPES = {
    "accounts": RecordType.ACCOUNT,
    "contacts": RecordType.CONTACT,
    "individual_customers": RecordType.INDIVIDUAL_CUSTOMER,
}


class Download:
    """Plans stage 2 for all mailboxes of one session."""

    def __init__(
        self, store: Store, settings: SyncSettings, new_id: Callable[[], str] = new_link_id
    ) -> None:
        self._session = Session(store, settings, Side.C4C, new_id)
        self._store = store
        self._to_exchange = ExchangeOperations(self._session)
        self._debts = Debts(self._session, self._to_exchange)
        self._echoes = Echoes(self._session, Side.C4C)
        self._unheard = Unheard(self._session)
        troubled = troubled_mailboxes(self._session)
        # A mailbox that stage 1 could not read is left alone; its records wait for it (I45).
        self._mailboxes = tuple(m for m in settings.mailboxes if m not in troubled)
        self._coverage = Coverage(self._session, self._mailboxes)
        self._absent: dict[tuple[str, RecordType], dict[str, tuple[Link, str]]] = defaultdict(dict)
        self._reloads = Reloads(self._session)
        self._sights = Sights(self._session)
        self._trouble = ViewTrouble(self._session)
        self._shown: defaultdict[tuple[str, RecordType], set[str]] = defaultdict(set)

    def start(self) -> Iterator[Operation]:
        """Yield what Exchange owes already: missing folders, moves, stamps, strips."""
        self._session.begin()
        self._echoes.begin()
        yield from self._debts.pay(self._mailboxes)

    def tell(self, views: Iterable[Mapping[str, str]]) -> None:
        """Take in which views the tap has: one that it cannot read is none that was taken away."""
        for view in views:
            self._sights.name(RecordType(view["record_type"]), view["name"])

    def record(self, stream: str, record: Mapping[str, Any]) -> Iterator[Operation]:
        """Take in one fact of the tap; yield what can be decided at once."""
        if stream == "view_problems":
            # A view in trouble is there, and not read: no removal rests on it.
            self._sights.name(RecordType(record["record_type"]), str(record["view_name"]))
            self._trouble.take(record)
            return
        if stream == "view_reads":
            self._sights.read(record)
            if record.get("is_complete"):
                self._trouble.view_read(RecordType(record["record_type"]))
                self._coverage.view_read(
                    RecordType(record["record_type"]), str(record["view_name"]), record
                )
            return
        kind = TYPES.get(stream)
        if kind is None:
            return
        self._echoes.hear(record["ObjectID"], record)
        self._trouble.is_read(record["ObjectID"])
        if self._session.is_off(kind):
            return
        view = str(record.get("view_name") or "")
        self._sights.name(kind, view)
        for mailbox in self._mailboxes:
            wanted = self._session.settings.views.get(mailbox, {}).get(kind)
            is_read = wanted in (None, view)
            if is_read and not self._is_shown_elsewhere(mailbox, kind, record):
                yield from self._record_for(mailbox, kind, record)

    def finish(self) -> Iterator[Operation]:
        """Yield what waited, and the removals of all types whose views were read to the end."""
        self._trouble.finish()
        for mailbox in self._mailboxes:
            for kind in RecordType:
                if self._session.is_off(kind):
                    continue
                is_read = self._sights.is_read(mailbox, kind)
                for record in self._reloads.waiting(mailbox, kind):
                    yield from self._came_back(mailbox, kind, record, is_read=is_read)
                if is_read:
                    yield from self._removals(mailbox, kind)

    # -- records -------------------------------------------------------------------------------

    def _record_for(
        self, mailbox: str, kind: RecordType, record: Mapping[str, Any]
    ) -> Iterator[Operation]:
        link = self._store.links.by_c4c_id(mailbox, record["ObjectID"])
        policy = self._session.policy(kind)
        changed_at = record.get("ChangedOn")
        if link is not None and link.phase.is_live and outcome.is_stale(link, changed_at):
            # It would take back what was written last, or end what has just been brought back.
            self._store.requests.add(Side.C4C, record_type=kind, remote_id=record["ObjectID"])
            return
        if record.get("_sdc_deleted_at") or is_obsolete(kind, record):
            if link is not None:
                self._gone(link, record)
            return
        verdict = decide_record(
            link,
            is_in_view=bool(record.get("in_view", True)),
            is_unseen=link is None or outcome.is_unseen(link, changed_at),
            policy=policy,
        )
        if kind is RecordType.ACCOUNT:
            yield from self._rename(mailbox, record)
        if link is None:
            if verdict is Verdict.NEW:
                yield from self._new(mailbox, kind, record)
            return
        self._reloads.see(link)
        yield from self._act(verdict, link, record)

    def _act(self, verdict: Verdict, link: Link, record: Mapping[str, Any]) -> Iterator[Operation]:
        match verdict:
            case Verdict.RESUME | Verdict.WAKE | Verdict.REVIVE:
                yield from self._create(link, record)
            case Verdict.COMPARE:
                yield from self._compare(link, record)
            case Verdict.LEAVE_VIEW:
                yield from self._leave_view(link, record)
            case Verdict.FORGET if not self._store.intents.open_for(link.link_id):
                self._store.links.delete(link.link_id)
                self._store.issues.close(link_id=link.link_id)

    def _is_shown_elsewhere(
        self, mailbox: str, kind: RecordType, record: Mapping[str, Any]
    ) -> bool:
        """Whether another view of the mailbox has shown the record, in any order.

        Once is enough: what a further view shows of it is the same record, and what one lacks, the
        mailbox sees none the less.
        """
        shown = self._shown[mailbox, kind]
        if not record.get("in_view", True):
            return record["ObjectID"] in shown
        if not record.get("_sdc_deleted_at"):
            if record["ObjectID"] in shown:
                return True
            shown.add(record["ObjectID"])
            self._absent[mailbox, kind].pop(record["ObjectID"], None)
        return False

    def _new(
        self, mailbox: str, kind: RecordType, record: Mapping[str, Any]
    ) -> Iterator[Operation]:
        """C1: a record that no link of the mailbox knows."""
        object_id = record["ObjectID"]
        is_waited_for = self._unheard.is_waiting(mailbox, kind)
        if is_waited_for and self._unheard.may_be(mailbox, kind, self._digests(kind, record)):
            self._store.requests.add(Side.C4C, record_type=kind, remote_id=object_id)
        elif not self._reloads.take(mailbox, kind, record):
            yield from self._first(mailbox, kind, record)

    def _first(
        self, mailbox: str, kind: RecordType, record: Mapping[str, Any]
    ) -> Iterator[Operation]:
        link_id, object_id = self._session.new_id(), record["ObjectID"]
        link = Link(link_id=link_id, mailbox=mailbox, record_type=kind, c4c_id=object_id)
        yield from self._create(link, record)

    def _came_back(
        self, mailbox: str, kind: RecordType, record: Mapping[str, Any], *, is_read: bool
    ) -> Iterator[Operation]:
        """C9: the pair's record under a new id, if its own is gone; else one more of that name."""
        absent = self._absent[mailbox, kind]
        gone = {link.link_id for link, after in absent.values() if after == "retired"}
        pair = self._reloads.pair_of(mailbox, kind, record, gone)
        unknown = self._reloads.unknown(mailbox, kind, record)
        if pair is None and is_read and not unknown:
            yield from self._first(mailbox, kind, record)
        elif pair is None:
            # Whose record is gone is not known before all was read.
            for object_id in (record["ObjectID"], *(link.c4c_id or "" for link in unknown)):
                self._store.requests.add(Side.C4C, record_type=kind, remote_id=object_id)
        else:
            absent.pop(pair.c4c_id or "", None)
            self._session.release(pair, Side.EXCHANGE)
            link = self._reloads.relinked(pair, record)
            self._store.links.save(link)
            if link.owes is Owes.STAMP:
                yield self._debts.operation(link)
            is_unseen = outcome.is_unseen(link, record.get("ChangedOn"))
            policy = self._session.policy(kind)
            verdict = decide_record(link, is_in_view=True, is_unseen=is_unseen, policy=policy)
            yield from self._act(verdict, link, record)

    def _create(self, link: Link, record: Mapping[str, Any]) -> Iterator[Operation]:
        """C1: the item is created in the managed folder, or an unlinked one there is matched."""
        policy = self._session.policy(link.record_type)
        fields = self._session.fields(link.record_type)
        link = link.but(
            c4c_id=record["ObjectID"],
            account_id=_account_of(record) or None,
            in_view=bool(record.get("in_view", True)),
        )
        if link.phase not in (Phase.RETIRED, Phase.ASLEEP):
            # A sleeping or retired pair changes its phase only when the item really exists again.
            self._store.links.save(link)
        yield self._to_exchange.build(
            Op.CREATE,
            link,
            record,
            fields.names,
            match=policy.match_existing,
            policy={"in_view": "yes"} if link.in_view else {},
        )

    def _compare(self, link: Link, record: Mapping[str, Any]) -> Iterator[Operation]:
        """C2, C6: a linked record; what changed in C4C goes to Exchange."""
        was_held = self._session.hold_of(link.link_id, Side.EXCHANGE, "pending")
        self._session.release(link, Side.EXCHANGE)
        if was_held and self._debts.is_due(link):
            yield self._debts.operation(link)
        if self._session.hold_of(link.link_id, Side.C4C, "pending"):
            # The item is gone and a person has yet to say what that means.
            return
        if link.exchange_id is None:
            if link.owes is Owes.CREATE:
                yield from self._create(link, record)
            return
        before = link
        policy = self._session.policy(link.record_type)
        now = self._digests(link.record_type, record)
        if record.get("in_view", True):
            link = link.but(in_view=True, phase=Phase.ACTIVE)
        edits = merge.sort_edits(Side.C4C, now, link.base_c4c, link.base_exchange, policy)
        settled = {name: now[name] for name in edits.settle}
        link = link.but(base_c4c={**link.base_c4c, **settled})
        link = outcome.owe(link, edits.restore, Side.C4C, now)
        link = outcome.see_record(link, _facts(record, now))
        if edits.restore:
            # On record first: once the link is saved, nobody sees the edit any more.
            self._session.raise_issue(
                "read_only_edit", link.mailbox, link.record_type, link, fields=edits.restore
            )
        if link != before:
            self._store.links.save(link)
        if edits.unknown:
            # Both sides are needed for a first match; stage 1 of the next session has them.
            self._session.read_again(link, Side.EXCHANGE)
        if edits.forward:
            yield self._to_exchange.build(
                Op.UPDATE, link, record, edits.forward, base=dict(link.base_exchange)
            )

    def _rename(self, mailbox: str, record: Mapping[str, Any]) -> Iterator[Operation]:
        """C7: the company of the linked contacts follows the account's name."""
        account_id = _account_of(record)
        kind = RecordType.CONTACT
        policy, fields = self._session.policy(kind), self._session.fields(kind)
        if not account_id or not policy.may_write(Side.EXCHANGE, "company"):
            return
        # As contacts show it: the joined name parts may differ from it by a space.
        name = record.get("BusinessPartnerFormattedName") or record.get("Name")
        if not name:
            return
        shown = {"AccountFormattedName": name}
        digest = fields.digests(self._store.digest_key, {"company": str(name)})["company"]
        for contact in self._store.links.contacts_of_account(mailbox, account_id):
            known = contact.base_c4c.get("company")
            if contact.exchange_id and known is not None and known != digest:
                yield self._to_exchange.build(
                    Op.UPDATE, contact, shown, ("company",), base=dict(contact.base_exchange)
                )

    def _leave_view(self, link: Link, record: Mapping[str, Any]) -> Iterator[Operation]:
        """C5: the record still exists, the mailbox does not see it any more."""
        keeps = self._session.policy(link.record_type).on_leave_view == "keep"
        if keeps or self._session.hold_of(link.link_id, Side.EXCHANGE, "rejected"):
            pinned = link.but(phase=Phase.PINNED, in_view=False)
            self._store.links.save(pinned)
            yield from self._compare(pinned, record)
        elif link.exchange_id is None:
            # Nothing is there to be removed; the item comes with the record's return.
            self._store.links.save(outcome.sleep(link))
        else:
            self._note(link, "asleep")

    def _gone(self, link: Link, record: Mapping[str, Any]) -> None:
        """C3: 404, or status Obsolete."""
        is_settled = not self._store.intents.open_for(link.link_id)
        match decide_record_gone(link, self._session.policy(link.record_type)):
            case Verdict.REMOVE:
                self._note(link, "retired")
            case (Verdict.RETIRE_QUIETLY | Verdict.REVIVE) as verdict if is_settled:
                self._reloads.end(link)
                changed_at = record.get("ChangedOn") or link.c4c_changed_at
                self._store.links.save(outcome.retire(outcome.see_version(link, changed_at)))
                if verdict is Verdict.REVIVE:
                    # Stage 1 of the next session has the item's values.
                    self._session.read_again(link, Side.EXCHANGE)

    def _note(self, link: Link, after: str) -> None:
        self._absent[link.mailbox, link.record_type][link.c4c_id or ""] = (link, after)

    # -- removals ------------------------------------------------------------------------------

    def _removals(self, mailbox: str, kind: RecordType) -> Iterator[Operation]:
        asking = self._sights.settle(mailbox, kind, self._shown[mailbox, kind])
        absent = self._absent[mailbox, kind]
        left: list[Link] = []
        rest: list[Link] = []
        for link, after in absent.values():
            # What C4C has ended (C3) left by nobody's settings: the ordinary guard is for it.
            asks = after == "asleep" and link.link_id in asking
            (left if asks else rest).append(link)
        self._keep_held(left)
        admitted = [
            *self._admitted(mailbox, kind, left, is_view_changed=True),
            *self._admitted(mailbox, kind, rest),
        ]
        for link in admitted:
            hold = self._session.hold_of(link.link_id, Side.EXCHANGE, "approved")
            yield self._to_exchange.build(
                Op.TRASH,
                link,
                {},
                (),
                "removals",
                base=dict(link.base_exchange),
                policy={"after": absent[link.c4c_id or ""][1]},
                hold=hold.hold_id if hold else None,
            )

    def _admitted(
        self, mailbox: str, kind: RecordType, links: Iterable[Link], **known: bool
    ) -> list[Link]:
        """Pass items that are to be removed through the guard."""
        links = [
            link
            for link in links
            # A rejected removal is undone by stage 1, which has the item's values.
            if not self._session.hold_of(link.link_id, Side.EXCHANGE, "rejected")
        ]
        return self._session.admit(mailbox, kind, links, Side.EXCHANGE, **known)

    def _keep_held(self, links: Iterable[Link]) -> None:
        """See to it that items that come back stay: nobody took their records out of the view."""
        states = ("pending", "rejected")
        for link in links:
            if any(self._session.hold_of(link.link_id, Side.C4C, state) for state in states):
                self._store.links.save(link.but(phase=Phase.PINNED, in_view=False))

    # -- helpers -------------------------------------------------------------------------------

    def _digests(self, kind: RecordType, record: Mapping[str, Any]) -> dict[str, str]:
        fields = self._session.fields(kind)
        return fields.digests(self._store.digest_key, fields.from_c4c(record))


def _facts(record: Mapping[str, Any], digests: Mapping[str, str]) -> outcome.RecordFacts:
    return outcome.RecordFacts(
        c4c_id=record["ObjectID"],
        etag=record.get("etag"),
        changed_at=record.get("ChangedOn"),
        account_id=_account_of(record),
        digests=digests,
    )


def _account_of(record: Mapping[str, Any]) -> str:
    """Return an account's own number, or that of a contact's main account; "" if it has none."""
    return str(record.get("AccountID") or "").lstrip("0")
