"""I45: a mailbox that cannot be used stops nobody, is named once, and misses nothing in the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from harness.rule_scenes import (
    add_item,
    add_record,
    items_named,
    record_by_id,
    record_named,
    status,
)
from harness.world import ALICE, STAGES, NoOverlap, World
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOB = "bob@contoso.example"
ACTIVE = "2"

#: Answer to whatever is asked of Bob's mailbox, and the issue that names it.
CAUSES = (
    (404, "MailboxNotEnabledForRESTAPI", "mailbox_unlicensed"),
    (404, "ErrorInvalidUser", "mailbox_unknown"),
    (404, "ErrorItemNotFound", "mailbox_denied"),
    (403, "ErrorAccessDenied", "mailbox_denied"),
    (503, None, "mailbox_unavailable"),
)


class Hasty(NoOverlap):
    """A world whose programs give up soon, as waiting is not what is looked at."""

    @override
    def exchange_settings(self) -> dict[str, Any]:
        return {**super().exchange_settings(), "max_retries": 0}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Hasty(tmp_path, mailboxes=(ALICE, BOB)) as made:
        for number in range(4):
            add_record(made, "contact", f"Known{number}", JobTitle="Clerk")
        made.settle()
        yield made


def _item(world: World, mailbox: str, name: str) -> dict[str, Any]:
    (found,) = items_named(world, "contact", name, mailbox)
    return found


def _mailbox_issues(world: World) -> list[str]:
    return [code for code in world.issues() if code.startswith("mailbox_")]


def _both_act(world: World, round_: int) -> None:
    """Something new and something edited on both sides, for both mailboxes."""
    add_record(world, "contact", f"FromC4C{round_}")
    add_item(world, "contact", f"FromAlice{round_}", world.folder_id("contact"))
    edited = _item(world, ALICE, "Known0")
    world.graph.edit_contact(ALICE, edited["id"], {"jobTitle": f"Boss{round_}"})


@pytest.mark.parametrize(("answer", "code", "issue"), CAUSES)
def test_i45_a_mailbox_that_cannot_be_read_stops_nobody(
    world: World, answer: int, code: str | None, issue: str
) -> None:
    bobs = {name: _item(world, BOB, name) for name in ("Known0", "Known1")}
    records = {n: record_named(world, "contact", n)["ObjectID"] for n in ("Known0", "Known1")}
    world.graph.add_fault(kind="status", status=answer, code=code, path=f"users/{BOB}", count=0)
    for round_ in range(2):
        _both_act(world, round_)
        world.session()
        world.session()
        assert record_by_id(world, "contact", records["Known0"])["JobTitle"] == f"Boss{round_}"
        assert len(items_named(world, "contact", f"FromC4C{round_}")) == 1
        record_named(world, "contact", f"FromAlice{round_}")
        assert _mailbox_issues(world) == [issue]
        assert all(status(world, "contact", found) == ACTIVE for found in records.values())
    assert _item(world, BOB, "Known1") == bobs["Known1"]
    world.graph.clear_faults()
    world.session()
    world.settle()
    assert _mailbox_issues(world) == []
    assert _item(world, BOB, "Known0")["properties"]["jobTitle"] == "Boss1"
    for round_ in range(2):
        for name in (f"FromC4C{round_}", f"FromAlice{round_}"):
            assert len(items_named(world, "contact", name, BOB)) == 1, name
            assert len(items_named(world, "contact", name)) == 1, name


@pytest.mark.parametrize(
    ("answer", "code", "message", "issue"),
    [
        (403, "ErrorQuotaExceeded", "The mailbox is full.", "mailbox_full"),
        (403, "ErrorQuotaExceeded", "Cannot get ID from name.", "mailbox_named_properties"),
        (403, "ErrorAccessDenied", "Access is denied.", "mailbox_not_writable"),
    ],
)
def test_i45_a_mailbox_that_cannot_be_written_to_waits_and_misses_nothing(
    world: World, answer: int, code: str, message: str, issue: str
) -> None:
    for method in ("POST", "PATCH", "DELETE"):
        world.graph.add_fault(
            kind="status",
            status=answer,
            code=code,
            message=message,
            method=method,
            path=f"users/{BOB}",
            count=0,
        )
    for round_ in range(2):
        _both_act(world, round_)
        world.session()
        world.session()
        assert len(items_named(world, "contact", f"FromC4C{round_}")) == 1
        assert _mailbox_issues(world) == [issue]
    with world.store() as store:
        (row,) = [r for r in store.issues.list_open() if r.issue.code == issue]
        assert row.issue.mailbox == BOB
    world.graph.clear_faults()
    world.session()
    world.settle()
    assert _mailbox_issues(world) == []
    assert _item(world, BOB, "Known0")["properties"]["jobTitle"] == "Boss1"
    for name in ("FromC4C0", "FromC4C1", "FromAlice0", "FromAlice1"):
        assert len(items_named(world, "contact", name, BOB)) == 1


def test_i45_a_mailbox_that_fails_between_the_stages_misses_nothing(world: World) -> None:
    record = record_named(world, "contact", "Known0")["ObjectID"]
    world.c4c.edit("ContactCollection", record, {"JobTitle": "Boss"})
    # Later, so that the bookmark leaves the edit behind.
    world.c4c.advance_clock(1)
    add_record(world, "contact", "Later")
    world._stage({}, *STAGES[0])
    world.graph.add_fault(kind="status", status=503, path=f"users/{BOB}", count=0)
    world._stage({}, *STAGES[1])
    assert _item(world, ALICE, "Known0")["properties"]["jobTitle"] == "Boss"
    world.graph.clear_faults()
    assert _item(world, BOB, "Known0")["properties"]["jobTitle"] == "Clerk"
    world.settle()
    assert _item(world, BOB, "Known0")["properties"]["jobTitle"] == "Boss"
    assert _mailbox_issues(world) == []


@pytest.mark.parametrize("is_known", [True, False], ids=["linked", "new"])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (500, "ErrorCorruptData"),
        (400, "ErrorInvalidRequest"),
        (403, "ErrorAccessDenied"),
        (404, "ErrorInvalidMailboxItemId"),
    ],
)
def test_i45_an_item_that_cannot_be_read_stops_nobody(
    world: World, answer: int, code: str | None, *, is_known: bool
) -> None:
    if is_known:
        broken = _item(world, ALICE, "Known1")["id"]
    else:
        broken = add_item(world, "contact", "Broken", world.folder_id("contact"))
    record = record_named(world, "contact", "Known1")["ObjectID"]
    world.graph.add_fault(
        kind="status", status=answer, code=code, path=f"contacts/{re.escape(broken)}", count=0
    )
    for round_ in range(2):
        if is_known:
            world.graph.edit_contact(ALICE, broken, {"jobTitle": f"Lost{round_}"})
        _both_act(world, round_)
        world.session()
        world.session()
        assert len(items_named(world, "contact", f"FromC4C{round_}")) == 1
        record_named(world, "contact", f"FromAlice{round_}")
        assert world.issues().count("unreadable_item") == 1
        assert status(world, "contact", record) == ACTIVE
    world.graph.clear_faults()
    with world.store() as store:
        store.issues.close(code="unreadable_item", mailbox=ALICE)
    world.graph.edit_contact(ALICE, broken, {"jobTitle": "Found"})
    world.settle()
    assert "unreadable_item" not in world.issues()
    name = "Known1" if is_known else "Broken"
    assert record_named(world, "contact", name)["JobTitle"] == "Found"
