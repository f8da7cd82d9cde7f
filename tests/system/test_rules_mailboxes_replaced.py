"""Mailboxes that were replaced, that take no writes, or that are to be forgotten (I45)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.cli import app
from harness.world import FOLDERS, World
from typer.testing import CliRunner
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALICE, BOB = "alice@contoso.example", "bob@contoso.example"


class TwoMailboxes(World):
    """Alice's and Bob's; real waits between tries are for nobody."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, mailboxes=(ALICE, BOB))

    @override
    def exchange_settings(self) -> dict[str, Any]:
        return {**super().exchange_settings(), "max_retries": 0}

    def surnames(self, mailbox: str) -> list[str]:
        return sorted(
            item["properties"]["surname"] for item in self.items(FOLDERS["contact"], mailbox)
        )

    def codes(self, mailbox: str) -> list[str]:
        with self.store() as store:
            rows = store.issues.list_open()
        return sorted(row.issue.code for row in rows if row.issue.mailbox == mailbox)

    def cli(self, *words: str) -> tuple[int, str]:
        answer = CliRunner().invoke(app, [*words, "--sync-store", self.store_path])
        return answer.exit_code, answer.output

    def statuses(self) -> set[str]:
        return {str(record["StatusCode"]) for record in self.records("contact").values()}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TwoMailboxes]:
    with TwoMailboxes(tmp_path) as running:
        for name in ("Ada", "Grace"):
            running.c4c.create_contact({"FirstName": name, "LastName": f"{name}son"})
        running.settle()
        yield running


@pytest.mark.parametrize(
    "answer",
    [
        "ErrorInvalidMailboxItemId 404",
        "ErrorInvalidMailboxItemId 400",
        "ErrorInvalidIdMalformed 400",
        "ErrorItemNotFound 404",
    ],
)
def test_i45_a_replaced_mailbox_is_held_and_matched_anew(world: TwoMailboxes, answer: str) -> None:
    world.graph.set_switch("foreign_id", answer)
    world.graph.replace_mailbox(BOB)
    world.c4c.create_contact({"FirstName": "Joan", "LastName": "Joanson"})
    for _ in range(2):
        world.session()
        assert world.surnames(ALICE) == ["Adason", "Graceson", "Joanson"]
        assert (world.items(mailbox=BOB), world.codes(BOB)) == ([], ["mailbox_replaced"])
        assert world.statuses() == {"2"}
    code, text = world.cli("status", "--check")
    assert (code, BOB in text, "mailbox_replaced" in text) == (1, True, True)
    with world.store() as store:
        (hold,) = store.holds.list_()
    assert hold.reason == "mailbox_replaced"
    assert world.cli("approve", hold.hold_id)[0] == 0
    world.settle(5)
    assert world.surnames(BOB) == ["Adason", "Graceson", "Joanson"]
    assert (world.surnames(ALICE), world.statuses()) == (world.surnames(BOB), {"2"})
    assert len(world.records("contact")) == 3
    assert (world.codes(BOB), world.cli("status", "--check")[0]) == ([], 0)


def test_i45_a_replaced_mailbox_is_left_alone_when_rejected_until_it_is_forgotten(
    world: TwoMailboxes,
) -> None:
    world.graph.replace_mailbox(BOB)
    world.session()
    with world.store() as store:
        (hold,) = store.holds.list_()
    world.cli("reject", hold.hold_id)
    for _ in range(2):
        world.session()
        assert (world.items(mailbox=BOB), world.statuses()) == ([], {"2"})
        with world.store() as store:
            assert store.holds.list_() == []
    assert world.cli("forget", BOB)[0] == 0
    world.settle(5)
    assert (world.surnames(BOB), world.codes(BOB)) == (["Adason", "Graceson"], [])


def test_i45_a_forgotten_mailbox_starts_as_a_first_match(world: TwoMailboxes) -> None:
    before = (world.items(mailbox=BOB), world.records("contact"))
    code, text = world.cli("forget", BOB.upper(), "--json")
    assert (code, '"links": 2' in text) == (0, True)
    with world.store() as store:
        assert store.links.list_(BOB) == []
        assert len(store.links.list_(ALICE)) == 2
    assert (world.items(mailbox=BOB), world.records("contact")) == before
    world.settle(4)
    assert [item["id"] for item in world.items(mailbox=BOB)] == [item["id"] for item in before[0]]
    assert (len(world.records("contact")), world.statuses()) == (2, {"2"})
    with world.store() as store:
        assert len(store.links.list_(BOB)) == 2


def test_i45_only_a_mailbox_that_nobody_works_on_is_forgotten(world: TwoMailboxes) -> None:
    with world.store() as store:
        store.locks.acquire(BOB, "elsewhere:1:1")
    code, text = world.cli("forget", BOB)
    assert (code, "Another session" in text) == (2, True)
    assert world.cli("forget", "nobody@contoso.example")[0] == 2
    with world.store() as store:
        assert len(store.links.list_(BOB)) == 2


@pytest.mark.parametrize(
    ("quota", "code"), [("full", "mailbox_full"), ("named_full", "mailbox_named_properties")]
)
def test_i45_a_mailbox_that_takes_no_writes_is_told_by_its_cause(
    world: TwoMailboxes, quota: str, code: str
) -> None:
    world.graph.set_mailbox(BOB, **{quota: True})
    for name in ("Joan", "Mary"):
        world.c4c.create_contact({"FirstName": name, "LastName": f"{name}son"})
    for _ in range(2):
        world.session()
        assert world.surnames(ALICE) == ["Adason", "Graceson", "Joanson", "Maryson"]
        assert world.codes(BOB) == [code]
        assert world.surnames(BOB) == ["Adason", "Graceson"]
    world.graph.set_mailbox(BOB, **{quota: False})
    world.settle(4)
    assert (world.surnames(BOB), world.codes(BOB)) == (world.surnames(ALICE), [])


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("contact_delta", "absent"),
        ("flat_contact_path", "all"),
        ("flat_contact_path", "default_folder"),
        ("delete_again", "refused"),
        ("delete_again", "purges"),
    ],
)
def test_i45_switches_of_the_service(world: TwoMailboxes, switch: str, value: str) -> None:
    """Edits, new items and deletions of both sides arrive however the service is."""
    world.graph.set_switch(switch, value)
    ada, grace = sorted(
        world.items(FOLDERS["contact"], ALICE), key=lambda item: item["properties"]["surname"]
    )
    world.graph.edit_contact(ALICE, ada["id"], {"jobTitle": "Engineer"})
    world.graph.delete_contact(ALICE, grace["id"])
    properties = {"givenName": "New", "surname": "Newson"}
    world.graph.create_contact(ALICE, world.folder_id("contact", ALICE), properties)
    world.settle(4)
    found = {
        r["LastName"]: (str(r["StatusCode"]), r["JobTitle"])
        for r in world.records("contact").values()
    }
    assert found == {"Adason": ("2", "Engineer"), "Graceson": ("4", ""), "Newson": ("2", "")}
    assert world.surnames(ALICE) == world.surnames(BOB) == ["Adason", "Newson"]
    assert (world.codes(ALICE), world.codes(BOB)) == ([], [])
    assert world.session().total == 0
