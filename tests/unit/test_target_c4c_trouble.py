"""target-c4c and a record in trouble: what is left out and named, what becomes of intents."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

import pytest
from c4c_client import (
    NotFoundError,
    PreconditionFailedError,
    RejectedError,
    TransientError,
    UnknownOutcomeError,
)
from contact_sync.contract import PROPERTY, Contract, Op
from contact_sync.core.fields import FieldMap
from contact_sync.core.model import Issue, Link, Phase, RecordType, Side
from contact_sync.store import Store
from fakes.c4c_target import RefusingC4C
from target_c4c.executor import Executor
from target_c4c.updating import ROUNDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from c4c_client import C4CClient, C4CError, Write

KIND = RecordType.CONTACT
MAILBOX = "ada@contoso.example"
FIELDS = FieldMap(KIND)
#: Optional fields that have a property of their own.
OPTIONAL = {
    "job_title": "JobTitle",
    "department": "Department",
    "middle_name": "MiddleName",
    "nick_name": "NickName",
    "email": "Email",
}
VALUES = {"LastName": "Lovelace", **dict.fromkeys(OPTIONAL.values(), "new@x.example")}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "sync.db")) as opened:
        yield opened


def link_to(store: Store, number: int = 0, c4c_id: str | None = None, **more: Any) -> Link:
    """Put a link into the store; without an ObjectID it waits for its record."""
    link = Link(
        link_id=f"link-{number}",
        mailbox=MAILBOX,
        record_type=KIND,
        phase=Phase.ACTIVE if c4c_id else Phase.PENDING,
        exchange_id=f"item-{number}",
        c4c_id=c4c_id,
        **more,
    )
    store.links.save(link)
    return link


def operation(store: Store, op: Op, link: Link, **properties: Any) -> dict[str, Any]:
    """Return a record for the target that writes these properties."""
    values = FIELDS.from_c4c(properties)
    names = tuple(name for name, value in values.items() if value)
    contract = Contract(
        op=op,
        link=link.link_id,
        mailbox=MAILBOX,
        record_type=KIND,
        fields=names,
        source=FIELDS.digests(store.digest_key, values),
        base=dict(link.base_c4c),
        writable=names,
        match=False,
    )
    return {**properties, PROPERTY: contract.to_message()}


def run(client: RefusingC4C, store: Store, *records: dict[str, Any]) -> None:
    Executor(cast("C4CClient", client), store).run(records)


def open_issues(store: Store) -> list[Issue]:
    return [row.issue for row in store.issues.list_open()]


def _sets_of_refused() -> list[tuple[str, ...]]:
    names = tuple(OPTIONAL)
    return [names[:count] for count in range(1, len(names) + 1)] + list(combinations(names, 2))[:3]


@pytest.mark.parametrize("refused", _sets_of_refused(), ids="+".join)
@pytest.mark.parametrize("op", [Op.CREATE, Op.UPDATE])
def test_i45_all_refused_fields_are_named_and_the_rest_is_written(
    store: Store, op: Op, refused: tuple[str, ...]
) -> None:
    client = RefusingC4C(refused={OPTIONAL[name] for name in refused})
    if op is Op.UPDATE:
        client.put("record", StatusCode="2")
    link = link_to(store, c4c_id="record" if op is Op.UPDATE else None)
    run(client, store, operation(store, op, link, **VALUES))
    ((_, written),) = client.records.items()
    taken = {name: value for name, value in VALUES.items() if name not in client.refused}
    assert {name: written.get(name) for name in VALUES} == {
        **dict.fromkeys(client.refused),
        **taken,
    }
    (issue,) = open_issues(store)
    assert (issue.code, set(issue.fields)) == ("rejected", client.refused)
    assert store.intents.list_open() == store.intents.list_updates() == []


@pytest.mark.parametrize("refused", OPTIONAL)
def test_i45_a_field_that_was_left_out_of_a_new_record_is_an_edit_still(
    store: Store, refused: str
) -> None:
    """Neither agreed on, which would end it, nor unknown, which would ask for it each session."""
    client = RefusingC4C(refused={OPTIONAL[refused]})
    link = link_to(store)
    record = operation(store, Op.CREATE, link, **VALUES)
    run(client, store, record)
    found = store.links.get(link.link_id)
    assert found is not None
    source = record[PROPERTY]["source"]
    assert found.base_exchange[refused] == found.base_c4c[refused] != source[refused]
    others = set(OPTIONAL) - {refused}
    assert all(found.base_exchange[name] == source[name] for name in others)


@pytest.mark.parametrize("count", range(len(OPTIONAL) + 1))
def test_i45_refused_fields_are_named_beside_what_is_wrong_with_the_rest(
    store: Store, count: int
) -> None:
    refused = set(list(OPTIONAL.values())[:count])
    client = RefusingC4C(refused=refused)
    client.put("record", StatusCode="2")

    def full(write: Write) -> C4CError | None:
        sent = set(getattr(write, "properties", {}))
        return None if sent & refused else RejectedError("no", http_status=403)

    client.before = full
    run(client, store, operation(store, Op.UPDATE, link_to(store, c4c_id="record"), **VALUES))
    (issue,) = open_issues(store)
    assert (issue.code, set(issue.fields)) == ("rejected", refused)


def test_i45_a_record_that_never_stands_still_is_given_up_once(store: Store) -> None:
    client = RefusingC4C(refused={"Email", "NickName"})
    client.put("record", StatusCode="2")
    moving = [PreconditionFailedError("it moved on")] * (ROUNDS + 1)
    client.before = lambda write: (
        moving.pop()
        if moving and not client.refused & set(getattr(write, "properties", ()))
        else None
    )
    run(client, store, operation(store, Op.UPDATE, link_to(store, c4c_id="record"), **VALUES))
    (issue,) = open_issues(store)
    assert issue.code == "unavailable"
    assert client.refused <= set(issue.fields)
    assert len(moving) == 1


@pytest.mark.parametrize("mailboxes", [2, ROUNDS, ROUNDS + 3])
def test_i45_one_record_may_be_edited_in_any_number_of_mailboxes(
    store: Store, mailboxes: int
) -> None:
    client = RefusingC4C()
    client.put("record", StatusCode="2")
    names = list(OPTIONAL.values())
    edits = [
        operation(
            store,
            Op.UPDATE,
            link_to(store, number, "record"),
            **{names[number % len(names)]: "a@x.example"},
        )
        for number in range(mailboxes)
    ]
    run(client, store, *edits)
    assert open_issues(store) == []
    assert all(client.records["record"][name] for name in names[:mailboxes])


@pytest.mark.parametrize(
    ("first", "stays_open"),
    [(PreconditionFailedError("it moved on"), False), (UnknownOutcomeError("lost"), True)],
)
@pytest.mark.parametrize("op", [Op.UPDATE, Op.RETIRE])
def test_i45_a_failed_look_ends_the_intent_of_a_write_that_did_not_happen(
    store: Store, op: Op, first: C4CError, *, stays_open: bool
) -> None:
    """What may have happened stays announced: the next session finds out."""
    client = RefusingC4C(unreadable={"record": TransientError("C4C answered 500")})
    client.put("record", StatusCode="2")
    client.before = lambda _: first
    contract = operation(store, op, link_to(store, c4c_id="record"), **VALUES)
    contract[PROPERTY]["if_match"] = "v1"
    run(client, store, contract)
    assert [issue.code for issue in open_issues(store)] == ["unreadable_record"]
    left = [*store.intents.list_open(Side.C4C), *store.intents.list_updates(Side.C4C)]
    assert bool(left) is stays_open


def test_i45_a_create_that_cannot_be_looked_for_is_said_and_never_sent_again(store: Store) -> None:
    client = RefusingC4C(unlisted=RejectedError("C4C answered 403 (code X/1)", http_status=403))
    link = link_to(store)
    store.intents.open(Side.C4C, "create", [link.link_id])
    record = operation(store, Op.CREATE, link, **VALUES)
    for _ in range(2):
        run(client, store, record)
        (issue,) = open_issues(store)
        assert (issue.code, issue.link_id, issue.detail) == (
            "unknown_outcome",
            link.link_id,
            "403 X/1",
        )
        assert len(store.intents.list_open(Side.C4C)) == 1
    assert client.records == {}
    client.unlisted = None
    run(client, store, record)
    assert len(client.records) == 1
    assert open_issues(store) == []
    assert store.intents.list_open() == []


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (one, other)
        for one in ("unknown_outcome", "rejected", "unavailable")
        for other in (
            RejectedError("no"),
            TransientError("C4C answered 500"),
            UnknownOutcomeError("lost"),
        )
    ],
)
def test_i45_of_one_write_one_issue_is_open(store: Store, before: str, now: C4CError) -> None:
    client = RefusingC4C()
    client.put("record", StatusCode="2")
    client.before = lambda _: now
    link = link_to(store, c4c_id="record")
    issue = Issue(
        code=before,
        mailbox=MAILBOX,
        record_type=KIND,
        link_id=link.link_id,
        exchange_id=link.exchange_id,
        c4c_id="record",
    )
    store.issues.raise_(issue)
    run(client, store, operation(store, Op.UPDATE, link, **VALUES))
    assert len(open_issues(store)) == 1


def test_i45_what_may_have_spoilt_a_batch_goes_alone(store: Store) -> None:
    """A lost reply is everybody's in the batch; the next time it is only the culprit's."""
    client = RefusingC4C()
    links = []
    for number in range(4):
        client.put(f"record-{number}", StatusCode="2")
        links.append(link_to(store, number, f"record-{number}"))

    def execute(write: Write) -> C4CError | None:
        in_batch = {getattr(one, "object_id", "") for one in client.batches[-1]}
        return UnknownOutcomeError("lost") if "record-2" in in_batch and write else None

    client.before = execute
    run(client, store, *(operation(store, Op.UPDATE, link, **VALUES) for link in links))
    written = {one for one, record in client.records.items() if record.get("JobTitle")}
    assert written == {"record-0", "record-1", "record-3"}
    (issue,) = open_issues(store)
    assert issue.c4c_id == "record-2"


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize("deletes", ["obsolete", "delete"])
@pytest.mark.parametrize("op", [Op.UPDATE, Op.RETIRE])
def test_i07_a_write_that_finds_nothing_is_no_proof_that_the_record_is_gone(
    store: Store, op: Op, deletes: str, *, is_there: bool
) -> None:
    client = RefusingC4C(before=lambda _: NotFoundError("C4C answered 404"))
    if is_there:
        client.put("record", StatusCode="2")
    link = link_to(store, c4c_id="record")
    record = operation(store, op, link, **VALUES)
    record[PROPERTY] |= {"if_match": "v1", "policy": {"c4c_delete": deletes}}
    run(client, store, record)
    found = store.links.get(link.link_id)
    assert found is not None
    assert (found.phase is Phase.RETIRED) is (op is Op.RETIRE and not is_there)
    assert [issue.code for issue in open_issues(store)] == (["rejected"] if is_there else [])
    assert store.intents.list_open() == store.intents.list_updates() == []
