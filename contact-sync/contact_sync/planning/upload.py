"""Stage 1, Exchange to C4C: facts about Outlook items become operations for C4C.

Responsible for walking the facts of one session and keeping the links up to date. Removals wait
in `planning/absences.py` until the whole input was read. Decisions are made in `core`; nothing
is written to Exchange or C4C here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contact_sync.contract import Op
from contact_sync.core import merge, outcome, routing
from contact_sync.core.decide import Verdict, decide_item, decide_private
from contact_sync.core.model import Link, Owes, Phase, RecordType, Side
from contact_sync.errors import UnknownMailboxError
from contact_sync.planning.absences import Absences
from contact_sync.planning.c4c_operations import C4COperations
from contact_sync.planning.claimants import Claimants
from contact_sync.planning.copies import Copies
from contact_sync.planning.coverage import Coverage
from contact_sync.planning.echoes import Echoes
from contact_sync.planning.first_sessions import FirstSessions
from contact_sync.planning.places import Places, see
from contact_sync.planning.session import Session, new_link_id
from contact_sync.planning.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from contact_sync.contract import Operation
    from contact_sync.settings import SyncSettings
    from contact_sync.store import Store


class Upload:
    """Plans stage 1 for all mailboxes of one session."""

    def __init__(
        self, store: Store, settings: SyncSettings, new_id: Callable[[], str] = new_link_id
    ) -> None:
        self._session = Session(store, settings, Side.EXCHANGE, new_id)
        self._store = store
        self._to_c4c = C4COperations(self._session)
        self._copies = Copies(self._session)
        self._absences = Absences(self._session, self._copies)
        self._places = Places(self._session)
        self._first_sessions = FirstSessions(self._session)
        self._echoes = Echoes(self._session, Side.EXCHANGE)
        self._trouble = Trouble(self._session)
        # Which item is the pair's is not known while a move or creation is cut off.
        announced = store.intents.list_open(Side.EXCHANGE)
        self._cut_off = {entry.link_id for entry in announced if entry.kind != "trash"}
        self._claimants = Claimants(self, self._session, self._copies, self._absences)

    def start(self) -> Iterator[Operation]:
        """Begin the session; stage 1 owes C4C nothing before it has seen facts."""
        self._trouble.begin()
        self._session.begin()
        Coverage(self._session).begin()
        self._echoes.begin()
        self._first_sessions.begin()
        yield from ()

    def record(self, stream: str, record: Mapping[str, Any]) -> Iterator[Operation]:
        """Take in one fact of the tap; yield what can be decided at once."""
        mailbox = str(record["mailbox"]).lower()
        if mailbox not in self._session.settings.mailboxes:
            raise UnknownMailboxError
        if stream == "contact_folders":
            self._places.take(mailbox, record)
            self._first_sessions.folder(mailbox, record)
        elif stream == "mailbox_problems":
            self._trouble.take(mailbox, record)
        elif stream == "mailbox_reads" and record.get("is_complete"):
            self._trouble.is_over(mailbox)
            self._first_sessions.complete(mailbox, record)
            self._absences.complete(mailbox, self._places.folders(mailbox).lost)
        elif stream == "contacts":
            yield from self._item(mailbox, record)

    def finish(self) -> Iterator[Operation]:
        """Yield what needs the whole input: copies and returns first, removals last."""
        yield from self._claimants.finish()
        yield from self._absences.finish()
        self._first_sessions.finish()

    # -- items ---------------------------------------------------------------------------------

    def _item(self, mailbox: str, record: Mapping[str, Any]) -> Iterator[Operation]:
        folders = self._places.folders(mailbox)
        self._echoes.hear(record["id"], record)
        self._copies.read(mailbox, record["id"])
        link = self._store.links.by_exchange_id(mailbox, record["id"])
        if link is not None and self._session.is_off(link.record_type):
            return
        if link is not None and link.link_id in self._cut_off:
            self._session.ask_again(mailbox, link.record_type, record["id"])
            return
        if record.get("_sdc_deleted_at"):
            waits = link is not None and self._absences.note(link, is_gone=True)
            self._session.close_issues_of(mailbox, record["id"], but_links=waits)
            return
        policies = self._session.settings.policies
        folder_id = record["parentFolderId"]
        found = routing.route(folder_id, record.get("categories") or [], folders, policies)
        if link is None and found.is_ambiguous:
            kind = RecordType.CONTACT
            self._session.raise_issue("ambiguous_category", mailbox, kind, exchange_id=record["id"])
            return
        for code in ("ambiguous_category", "unreadable_item"):
            self._session.close_issue(code, mailbox, record["id"])
        verdict = decide_item(link, folders.typed.get(folder_id), found.record_type, policies)
        if record.get("isPrivate"):
            verdict = decide_private(verdict, link)
        if link is not None and verdict is Verdict.RESUME and self._absences.is_off(link):
            verdict = Verdict.FORGET
        if link is None and verdict is Verdict.IGNORE:
            # Nobody asks any more what was wrong with it: it is a personal contact again.
            self._session.close_issues_of(mailbox, record["id"])
        yield from self.act(verdict, link, found.record_type, mailbox, record)

    def act(  # noqa: C901 - one case per verdict
        self,
        verdict: Verdict,
        link: Link | None,
        kind: RecordType | None,
        mailbox: str,
        record: Mapping[str, Any],
    ) -> Iterator[Operation]:
        """Carry out what an item means for its link."""
        match verdict, link:
            case ((Verdict.NEW | Verdict.FORGET), Link(phase=Phase.PENDING)):
                if self._absences.forget(link):
                    yield from self._item(mailbox, record)
            case Verdict.NEW, _ if kind is not None:
                yield from self._new(mailbox, kind, record)
            case Verdict.RESUME, Link():
                yield from self.create(link, record)
            case ((Verdict.COMPARE | Verdict.WAKE), Link()):
                yield from self.compare(link, record)
            case Verdict.KEEP, Link():
                self._keep(link, record)
            case Verdict.REVIVE, Link():
                yield from self.revive(link, record)
            case Verdict.CONVERT, Link() if kind is not None:
                yield from self._convert(link, kind, record)
            case Verdict.MOVE_BACK, Link():
                self._store.links.save(see(self.woken(link), record).but(owes=Owes.MOVE))
                self._session.raise_issue("moved_back", mailbox, link.record_type, link)
            case Verdict.LEFT, Link():
                owes = Owes.STRIP if self._places.bears_routing(record) else Owes.NOTHING
                self._absences.note(see(link, record).but(owes=owes))
            case Verdict.IGNORE, Link(phase=Phase.ASLEEP) if self._places.is_routed_back(record):
                # Should its record end, the category would bring it back (E7).
                self._store.links.save(link.but(owes=Owes.STRIP))
            case Verdict.IGNORE, Link(owes=Owes.STRIP) if not self._places.bears_routing(record):
                self._store.links.save(link.but(owes=Owes.NOTHING))

    def _new(
        self, mailbox: str, kind: RecordType, record: Mapping[str, Any]
    ) -> Iterator[Operation]:
        """E1: an item of a managed type that no link knows."""
        if self._session.is_off(kind):
            return
        if self._claimants.take(mailbox, kind, record):
            # Whether it is a copy or a return shows only when the whole mailbox was read.
            return
        yield from self.first(mailbox, kind, record)

    def first(
        self, mailbox: str, kind: RecordType, record: Mapping[str, Any]
    ) -> Iterator[Operation]:
        """Give an item that is new a link of its own."""
        link = Link(link_id=self._session.new_id(), mailbox=mailbox, record_type=kind)
        yield from self.create(link, record)

    def create(self, link: Link, record: Mapping[str, Any]) -> Iterator[Operation]:
        """Ask C4C for the record of a pending link: match it, else create it where allowed.

        An item that names a record itself is joined with it if their names agree: the mailbox does
        not see the record, as far as anybody knows.
        """
        kind = link.record_type
        policy, fields = self._session.policy(kind), self._session.fields(kind)
        may_create = policy.direction.reaches(Side.C4C) and not policy.read_only
        claim = self._claimants.unlinked_claim(link.mailbox, kind, record)
        checks = may_create and claim is None
        names = self._to_c4c.sendable(link, record) if checks else fields.names
        if names is None:
            return
        # Kept while the link is pending: a create that was cut off is found by its digests.
        digests = fields.digests(self._store.digest_key, fields.from_graph(record))
        if link.base_exchange.get("name") != digests.get("name"):
            # It has another name by now, and no other account's.
            link = link.but(successor=None)
        link = self._places.place(see(link, record), record).but(base_exchange=digests)
        link = self._first_sessions.mark(link)
        self._store.links.save(link)
        trashes = policy.removes_new_items
        yield self._to_c4c.build(
            Op.CREATE if may_create else Op.ADOPT,
            link,
            record,
            names,
            match=policy.match_existing,
            claim=claim.to_contract() if claim else None,
            on_no_match="trash" if trashes else "leave",
            defaults=self._to_c4c.defaults(link),
        )

    def adopt(
        self, link: Link, record: Mapping[str, Any], fields: Iterable[str]
    ) -> Iterator[Operation]:
        """Join an item with its pair's record; the values meet as in a first match."""
        link = self._places.place(see(link, record), record)
        self._store.links.save(link)
        claim = self._to_c4c.claim(link).to_contract()
        yield self._to_c4c.build(Op.ADOPT, link, record, fields, claim=claim)

    def compare(self, link: Link, record: Mapping[str, Any]) -> Iterator[Operation]:
        """E2, E6: a linked item in its place, or waiting to be moved there."""
        self._session.release(link, Side.C4C)
        policy = self._session.policy(link.record_type)
        writes = policy.direction.reaches(Side.C4C) and not policy.read_only
        if writes and self._session.hold_of(link.link_id, Side.EXCHANGE, "rejected"):
            yield from self.revive(link, record)
            return
        before = link
        fields = self._session.fields(link.record_type)
        now = fields.digests(self._store.digest_key, fields.from_graph(record))
        link = self._places.place(see(link, record), record)
        link = self.woken(link)
        edits = merge.sort_edits(Side.EXCHANGE, now, link.base_exchange, link.base_c4c, policy)
        self._claimants.identities.note_edits(link, edits.forward)
        relink = {"company"} & set(edits.restore) if policy.company_change == "relink" else set()
        # Without an account there is no name to write back: the company stays as it was typed.
        free = {"company"} & set(edits.restore) if writes and link.account_id is None else set()
        restore = set(edits.restore) - relink - free
        link = outcome.owe(link, restore, Side.EXCHANGE, now)
        settled = {name: now[name] for name in {*edits.settle, *free} - relink}
        link = link.but(base_exchange={**link.base_exchange, **settled})
        # On record first: once the link is saved, nobody sees the edit any more.
        self._session.report_restored(link, restore)
        if link != before:
            self._store.links.save(link)
        if edits.unknown:
            yield from self.adopt(link, record, edits.unknown)
        elif not edits.forward and not relink:
            self._session.nothing_to_write(link, Side.C4C)
        yield from self._update(link, {*edits.forward, *relink}, record, now)

    def _keep(self, link: Link, record: Mapping[str, Any]) -> None:
        """Leave a private item's edits where they are, until its owner takes the mark off."""
        self._session.release(link, Side.C4C)
        self._store.links.save(self._places.place(see(link, record), record))
        fields = self._session.fields(link.record_type)
        now = fields.digests(self._store.digest_key, fields.from_graph(record))
        if merge.edited_fields(link.base_exchange, now):
            # A delta may not report the mark itself, so the item is asked for until then.
            self._session.ask_again(link.mailbox, link.record_type, record["id"])

    def _update(
        self, link: Link, edited: set[str], record: Mapping[str, Any], now: Mapping[str, str]
    ) -> Iterator[Operation]:
        """E2: send what was edited and fits; nothing at all while a required value is blank."""
        fields, policy = (
            self._session.fields(link.record_type),
            self._session.policy(link.record_type),
        )
        problems = [
            problem
            for problem in fields.problems(fields.from_graph(record), is_create=False)
            # What both sides have, or what never travels, is no problem.
            if policy.may_write(Side.C4C, problem.field)
            and now[problem.field] != link.base_c4c.get(problem.field)
        ]
        self._session.report_problems(link.mailbox, link.record_type, record["id"], problems)
        names = sorted(edited - {problem.field for problem in problems})
        if "country" in names and "state" in now and policy.may_write(Side.C4C, "state"):
            # A code means nothing in another country, and C4C would refuse both: it goes along,
            # blank where Outlook's text is none of the new country's.
            names = sorted({*names, "state"})
        if names and not any(problem.is_blocking for problem in problems):
            terms = {"if_match": link.c4c_etag, "base": dict(link.base_c4c)}
            yield self._to_c4c.build(Op.UPDATE, link, record, names, **terms)

    def revive(self, link: Link, record: Mapping[str, Any]) -> Iterator[Operation]:
        """E9, or a rejected removal: the record is set Active again; read-only: only joined."""
        self._claimants.revived.add(link.link_id)
        policy = self._session.policy(link.record_type)
        names = self._session.fields(link.record_type).names
        if policy.read_only or not policy.direction.reaches(Side.C4C):
            trashes = policy.removes_new_items
            for operation in self.adopt(link, record, names):
                yield operation.but_contract(on_no_match="trash" if trashes else "leave")
            return
        sendable = self._to_c4c.sendable(link, record)
        if sendable is None:
            return
        # Brought back by its user: kept, whether the view shows the record or not.
        link = self._places.place(see(link, record), record).but(in_view=False)
        self._store.links.save(link)
        hold = self._session.hold_of(link.link_id, Side.EXCHANGE, "rejected")
        yield self._to_c4c.build(
            Op.REVIVE,
            link,
            record,
            sendable,
            match=self._session.policy(link.record_type).match_existing,
            defaults=self._to_c4c.defaults(link),
            hold=hold.hold_id if hold else None,
        )

    def _convert(
        self, old: Link, kind: RecordType, record: Mapping[str, Any]
    ) -> Iterator[Operation]:
        """E4: a record of the new type first; the old one is retired afterwards."""
        new = Link(link_id=self._session.new_id(), mailbox=old.mailbox, record_type=kind)
        replaced = old.but(
            phase=Phase.CONVERTING, owes=Owes.NOTHING, exchange_id=None, successor=new.link_id
        )
        self._store.links.save(replaced, see(new, record))
        yield from self.create(new, record)

    def woken(self, link: Link) -> Link:
        """Return a sleeping link awake; what its record went through meanwhile is read again."""
        if link.phase is not Phase.ASLEEP:
            return link
        self._session.read_again(link, Side.C4C)
        # Brought back by its user: kept, whether the view shows the record or not.
        return link.but(phase=Phase.PINNED, is_hidden=False, in_view=False)
