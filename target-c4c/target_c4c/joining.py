"""Creates, first matches and revivals: how an Exchange item gets its C4C record.

Responsible for "matched before anything is created" and for the intent before every create.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from c4c_client import Create, Update
from contact_sync.contract import Op
from contact_sync.core import merge, outcome
from contact_sync.core.model import Owes, Phase, RecordType, Side
from contact_sync.core.newest import is_exchange_newer
from contact_sync.core.status import ACTIVE, STATUS_PROPERTY, is_obsolete

from target_c4c.apart import execute, records_for
from target_c4c.failures import of_seen
from target_c4c.first_match import FirstMatch, is_unproven
from target_c4c.refusals import fields_behind, refused_property, report_left_out

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from c4c_client import C4CClient, C4CRecord
    from contact_sync.book import Book
    from contact_sync.core.model import Link

    from target_c4c.accounts import AccountBook
    from target_c4c.task import Task
    from target_c4c.updating import Updating


class Joining:
    """Runs create, adopt and revive operations of one record type."""

    def __init__(
        self, client: C4CClient, book: Book, accounts: AccountBook, updating: Updating
    ) -> None:
        self._client = client
        self._book = book
        self._accounts = accounts
        self._updating = updating
        #: Links whose create may have spoilt a batch in an earlier session.
        self.suspects: set[str] = set()
        self._first = FirstMatch(client, book, accounts)
        #: Of everything that may be created in this run: other mailboxes' are asked for along.
        self._companies: list[str] = []

    def run(self, tasks: Sequence[Task]) -> None:
        """Bring every task to an end, mailbox by mailbox.

        One after the other, so that a person who is new in two mailboxes is created for the
        first and matched for the second.
        """
        by_mailbox: dict[str, list[Task]] = defaultdict(list)
        for task in tasks:
            by_mailbox[task.contract.mailbox].append(task)
        self._companies = [_company(task) for task in tasks if task.contract.op is Op.CREATE]
        for mailbox in sorted(by_mailbox):
            self._run(by_mailbox[mailbox])

    def _run(self, tasks: list[Task]) -> None:
        stuck = {intent.link_id for intent in self._book.store.intents.list_open(Side.C4C)}
        tasks = [task for task in tasks if task.link.link_id not in stuck]
        named = [task for task in tasks if self._named_id(task)]
        followers = self._join_named(named)
        new = [task for task in tasks if not self._named_id(task)]
        pairs, unmatched = self._first.match([task for task in new if task.contract.match])
        followers += [follower for pair in pairs for follower in self._join(*pair)]
        self._create([*unmatched, *(task for task in new if not task.contract.match)])
        self._updating.run(followers)

    # -- the item names its record -------------------------------------------------------------

    def _named_id(self, task: Task) -> str | None:
        """Return the ObjectID that link or item name; a claim on another tenant is none."""
        claim = task.contract.claim
        is_ours = claim is not None and claim["tenant"].lower() in (
            self._client.identity.lower(),
            "",
        )
        return claim["c4c_id"] if claim is not None and is_ours else task.link.c4c_id

    def _join_named(self, tasks: list[Task]) -> list[Task]:
        if not tasks:
            return []
        ids = [self._named_id(task) or "" for task in tasks]
        wanted = [(task, object_id, None) for task, object_id in zip(tasks, ids, strict=True)]
        records = records_for(self._client, self._book, wanted)
        live: list[tuple[Task, C4CRecord]] = []
        dead: list[tuple[Task, C4CRecord | None]] = []
        for task, object_id in zip(tasks, ids, strict=True):
            if object_id not in records:
                continue  # an issue by now
            record = records.get(object_id)
            if record is None or is_obsolete(task.kind, record.properties):
                dead.append((task, record))
            else:
                live.append((task, record))
        live = [
            *(pair for pair in live if not is_unproven(pair[0])),
            *self._first.prove(pair for pair in live if is_unproven(pair[0])),
        ]
        # Gone for good, or a removal that was rejected: C4C may have them under another id by now.
        reloaded = self._first.reloaded(
            [
                task
                for task, record in dead
                if task.contract.op is Op.REVIVE
                and task.contract.match
                and (record is None or task.contract.hold)
            ]
        )
        known = {task.link.link_id for task, _ in reloaded} | self._first.unanswered
        dead = [(task, record) for task, record in dead if task.link.link_id not in known]
        live += reloaded
        live += self._revive([(task, rec) for task, rec in dead if task.contract.op is Op.REVIVE])
        for task, _ in dead:
            if task.contract.op is not Op.REVIVE:
                self._gone(task)
        return [follower for pair in live for follower in self._join(*pair)]

    def _revive(
        self, pairs: Iterable[tuple[Task, C4CRecord | None]]
    ) -> list[tuple[Task, C4CRecord]]:
        """Set obsolete records Active again; a record that is gone for good is created anew."""
        pairs = list(pairs)
        lost = [task for task, record in pairs if record is None]
        for task in lost:
            self._book.save(task, task.link.but(phase=Phase.PENDING, c4c_id=None, c4c_etag=None))
        self._create(lost)
        known = [(task, record) for task, record in pairs if record is not None]
        for task, record in known:
            # On record first: lists may go on showing it Obsolete for a while.
            changed_at = record.properties.get("ChangedOn")
            self._book.save(task, outcome.see_version(task.link, changed_at))
        intents = self._book.store.intents.open(
            Side.C4C, "revive", [task.link.link_id for task, _ in known]
        )
        results = self._client.execute(
            [
                Update(
                    task.collection,
                    record.object_id,
                    {STATUS_PROPERTY[task.kind]: ACTIVE},
                    record.etag,
                )
                for task, record in known
            ]
        )
        revived = []
        for (task, _), result in zip(known, results, strict=True):
            intent = intents[task.link.link_id]
            if result.record is not None:
                self._book.store.intents.close(intent, "done")
                revived.append((task, result.record))
            elif result.error is not None:
                self._book.failed(task, of_seen(result.error), intent)
        return revived

    def _gone(self, task: Task) -> None:
        """The named record is gone, obsolete or foreign, and may not be revived."""
        if task.contract.on_no_match == "trash":
            self._send_away(task, task.link.but(phase=Phase.PENDING, c4c_id=None, is_hidden=False))
            return
        is_new = task.link.phase is Phase.PENDING
        self._book.issue(task, "linked_record_gone", is_linked=not is_new)
        if is_new:
            self._book.store.links.delete(task.link.link_id)

    def _join(self, task: Task, record: C4CRecord) -> list[Task]:
        """Pair item and record; return an update for what the item knows better."""
        contract = task.contract
        live_values = task.fields.from_c4c(record.properties)
        live = task.fields.digests(self._book.key, live_values)
        base, other_base = _bases(task, live)
        merged = merge.merge_first(
            [name for name in contract.fields if name in live],
            exchange=contract.source,
            c4c=live,
            blank_exchange=merge.never_filled(task.values, task.values, base),
            blank_c4c=merge.never_filled(live_values, live, other_base),
            may_write_c4c=contract.writable,
            may_write_exchange=contract.returnable,
            on_conflict=contract.on_conflict,
            exchange_is_newer=is_exchange_newer(
                contract.source_modified_at, record.properties.get("ChangedOn")
            ),
            untouched_exchange=_untouched(base, contract.source),
            untouched_c4c=_untouched(other_base, live),
        )
        names = set(contract.fields)
        link = task.link
        # What is not sent now, such as a value too long for C4C, is as edited as it was before.
        known = link.phase is not Phase.PENDING
        link = outcome.pair(
            link,
            exchange={**(link.base_exchange if known else {}), **_only(names, contract.source)},
            c4c={**(link.base_c4c if known else {}), **_only(names, live)},
            owed_to_exchange=merged.to_exchange,
            owed_to_c4c=merged.to_c4c,
            owes=link.owes,
        )
        link = outcome.see_record(link, task.facts(record, self._book.key))
        kept = merged.to_c4c
        dropped = {n: (live if n in kept else contract.source)[n] for n in merged.conflicts}
        # At once: when the pair is joined, nobody sees the conflict any more.
        with self._book.store.transaction():
            self._book.joined(task, link)
            self._book.conflict(task, merged.conflicts, kept, dropped)
        self._book.overridden(task, merged.overridden)
        if merged.to_exchange:
            self._book.ask_again(link, Side.C4C)
        if not merged.to_c4c:
            return []
        follow = replace(
            contract, op=Op.UPDATE, fields=merged.to_c4c, base=live, if_match=record.etag, hold=None
        )
        task.contract = follow
        return [task]

    # -- create --------------------------------------------------------------------------------

    def _create(self, tasks: list[Task]) -> None:
        """Create what matched nothing; read-only and one-way items are only told off."""
        for task in tasks:
            if task.contract.op is Op.ADOPT:
                self._unmatched(task)
        tasks = [task for task in tasks if task.contract.op is not Op.ADOPT]
        self._accounts.look_up(map(_company, tasks), ahead=self._companies)
        bodies = [(task, self._body(task)) for task in tasks]
        ready = [(task, body) for task, body in bodies if body is not None]
        if not ready:
            return
        intents = self._book.store.intents.open(
            Side.C4C, "create", [task.link.link_id for task, _ in ready]
        )
        left_out: dict[str, set[str]] = defaultdict(set)
        while ready:
            results = execute(
                self._client,
                [
                    (Create(task.collection, body), task.link.link_id in self.suspects)
                    for task, body in ready
                ],
            )
            again: list[tuple[Task, dict[str, object]]] = []
            for (task, body), result in zip(ready, results, strict=True):
                intent = intents[task.link.link_id]
                optional = refused_property(result.error, body)
                if result.record is not None:
                    self._created(task, result.record, intent, left_out[task.link.link_id])
                elif optional is not None:
                    left_out[task.link.link_id].add(optional)
                    again.append((task, {n: v for n, v in body.items() if n != optional}))
                elif result.error is not None:
                    refused = left_out[task.link.link_id]
                    self._book.failed(task, result.error, intent, refused)
            ready = again

    def _unmatched(self, task: Task) -> None:
        if task.contract.on_no_match == "trash":
            self._send_away(task, task.link)
        else:
            self._book.store.links.delete(task.link.link_id)

    def _send_away(self, task: Task, link: Link) -> None:
        """Read-only: stage 2 puts the item into Deleted Items; at once with what is told of it."""
        with self._book.store.transaction():
            self._book.save(task, link.but(owes=Owes.TRASH))
            if not link.is_hidden:  # else a person is asked first
                self._book.issue(task, "read_only_new_item")

    def _body(self, task: Task) -> dict[str, object] | None:
        names = [
            name
            for name in task.contract.fields
            if name in task.contract.writable and task.values.get(name)
        ]
        body: dict[str, object] = {
            STATUS_PROPERTY[task.kind]: ACTIVE,
            **task.contract.defaults,
            **task.body(names),
        }
        company = _company(task)
        if not company:
            return body
        account = self._accounts.account_of(company)
        if self._accounts.is_unanswered(task, company, self._book):
            return None
        if account is not None:
            return {**body, "AccountID": account.account_id}
        match task.contract.policy.get("account_no_match"):
            case "issue":
                self._book.issue(task, "account_not_found", ["company"])
                return None
            case "create":
                number = self._create_account(task, company)
                return {**body, "AccountID": number} if number else None
        return body

    def _create_account(self, task: Task, company: str) -> str | None:
        """account_no_match: create. A crash afterwards is harmless: the name is found again."""
        kind = RecordType.ACCOUNT
        names = type(task.fields)(kind).to_c4c({"name": company})
        role = task.contract.policy.get("account_role_code", "")
        body = {STATUS_PROPERTY[kind]: ACTIVE, "RoleCode": role, **names}
        (result,) = self._client.execute([Create("CorporateAccountCollection", body)])
        if result.record is None:
            if result.error is not None:
                self._book.failed(task, result.error)
            return None
        self._accounts.add(company, result.record)
        return str(result.record.properties.get("AccountID") or "")

    def _created(
        self, task: Task, record: C4CRecord, intent: str, left_out: Collection[str]
    ) -> None:
        contract = task.contract
        shown = task.fields.from_c4c(record.properties)
        read_back = task.fields.digests(self._book.key, shown)
        # One-way fields (the account's name above all) are shown in Exchange as C4C has them.
        owed = [
            name
            for name in read_back
            if name not in contract.writable
            and name in contract.returnable
            and shown[name]
            and read_back[name] != contract.source.get(name)
        ]
        # What was left out is an edit still: the item is read again when its issue is due.
        blank = dict.fromkeys(fields_behind(task, left_out), "")
        waiting = {**task.fields.digests(self._book.key, blank), **_only(set(blank), read_back)}
        link = outcome.pair(
            task.link,
            exchange={**contract.source, **waiting},
            c4c={**waiting, **read_back},
            owed_to_exchange=owed,
            owes=task.link.owes,
        )
        link = outcome.see_record(link, task.facts(record, self._book.key))
        if task.kind is RecordType.ACCOUNT:
            # Another mailbox may have it too: it is matched there, though searches may lag.
            self._accounts.created(task.values.get("name", ""), record)
        with self._book.store.transaction():
            self._book.done(task, link, intent)
            self._book.end_doubt(link)
            # With it: after a crash nobody would know of the value.
            report_left_out(self._book, task, left_out)


def _company(task: Task) -> str:
    """Return the company whose account a new record needs; "" if it needs none."""
    return task.values.get("company", "") if task.kind is RecordType.CONTACT else ""


def _bases(task: Task, live: Mapping[str, str]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return what the pair last agreed on: Exchange's digests and C4C's.

    The digests of a pending link are no base: they only serve to find a create that was cut off.
    """
    if task.link.phase is Phase.PENDING:
        return {}, {}
    return task.link.base_exchange, {**task.link.base_c4c, **merge.echoes(task.sent, live)}


def _untouched(base: Mapping[str, str], now: Mapping[str, str]) -> set[str]:
    """Return the fields that a side has not edited since the pair was last in agreement."""
    return {name for name, digest in base.items() if now.get(name) == digest}


def _only(names: set[str], digests: Mapping[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in digests.items() if name in names}
