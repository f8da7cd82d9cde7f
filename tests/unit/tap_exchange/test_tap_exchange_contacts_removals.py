"""Tombstones of tap-exchange-contacts, also when a delta token has expired."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from exchange_client import TransientError
from fakes.exchange import DEFAULT, DELETED_ITEMS, FakeContactRequests, FakeExchange, FakeMailbox
from fakes.exchange_tap import ANNA, cursors, gone, ids, tap
from fakes.singer import run, run_until_failure
from singer_sdk.exceptions import RetriableAPIError

if TYPE_CHECKING:
    from exchange_client import Changes


class TestTombstones:
    @pytest.fixture
    def state(self, exchange: FakeExchange, box: FakeMailbox) -> dict[str, Any]:
        box.add("x", "managed")
        state = run(tap(exchange)).state
        exchange.calls.clear()
        return state

    @pytest.fixture(params=["with store", "alone"])
    def requests(self, request: pytest.FixtureRequest) -> FakeContactRequests | None:
        if request.param == "alone":
            return None
        return FakeContactRequests(known={"x": "managed"})

    def test_an_item_that_does_not_exist_is_gone(
        self,
        exchange: FakeExchange,
        box: FakeMailbox,
        state: dict[str, Any],
        requests: FakeContactRequests | None,
    ) -> None:
        box.purge("x")
        output = run(tap(exchange, state=state, requests=requests))
        assert output.records("contacts") == [
            {"mailbox": ANNA, "id": "x", "_sdc_deleted_at": "2026-11-22T08:00:00+00:00"}
        ]

    def test_an_item_in_deleted_items_is_gone(
        self,
        exchange: FakeExchange,
        box: FakeMailbox,
        state: dict[str, Any],
        requests: FakeContactRequests | None,
    ) -> None:
        box.trash("x")
        output = run(tap(exchange, state=state, requests=requests))
        assert (ids(output), gone(output)) == ([], ["x"])

    def test_a_removal_that_did_not_happen_is_a_live_record(
        self,
        exchange: FakeExchange,
        box: FakeMailbox,
        state: dict[str, Any],
        requests: FakeContactRequests | None,
    ) -> None:
        box.report_removed("x")
        output = run(tap(exchange, state=state, requests=requests))
        assert (ids(output), gone(output)) == (["x"], [])

    def test_a_move_is_no_removal(
        self,
        exchange: FakeExchange,
        box: FakeMailbox,
        state: dict[str, Any],
        requests: FakeContactRequests | None,
    ) -> None:
        box.add_folder("other", "SAP C4C Accounts")
        box.move("x", "other")
        output = run(tap(exchange, state=state, requests=requests))
        assert gone(output) == []
        assert [r["parentFolderId"] for r in output.records("contacts")] == ["other"]

    def test_a_move_that_the_new_folder_does_not_report_is_found_by_id(
        self, exchange: FakeExchange, box: FakeMailbox, state: dict[str, Any]
    ) -> None:
        box.add("unknown", "personal")
        state = run(tap(exchange, state=state)).state
        box.move("unknown", "managed", is_add_reported=False)
        requests = FakeContactRequests(known={"x": "managed"})
        output = run(tap(exchange, state=state, requests=requests))
        assert (ids(output), gone(output)) == (["unknown"], [])

    def test_a_personal_item_that_is_gone_is_not_reported_to_the_sync(
        self, exchange: FakeExchange, box: FakeMailbox, state: dict[str, Any]
    ) -> None:
        box.add("friend", "personal")
        state = run(tap(exchange, state=state)).state
        box.purge("friend")
        output = run(tap(exchange, state=state, requests=FakeContactRequests()))
        assert output.records("contacts") == []

    def test_a_folder_created_meanwhile_is_not_taken_for_deleted_items(
        self, exchange: FakeExchange, box: FakeMailbox, state: dict[str, Any]
    ) -> None:
        def drag_into_new_folder() -> None:
            box.add_folder("young", "SAP C4C Contacts")
            box.move("x", "young")

        exchange.before["read_changes"] = drag_into_new_folder
        requests = FakeContactRequests(known={"x": "managed"})
        output = run(tap(exchange, state=state, requests=requests))
        assert (ids(output), gone(output)) == (["x"], [])

    def test_an_item_trashed_between_delta_and_lookup_is_gone(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("wanted", "managed")
        exchange.before["get_contacts"] = lambda: box.trash("wanted")
        requests = FakeContactRequests(wanted={"wanted"})
        assert gone(run(tap(exchange, requests=requests))) == ["wanted"]

    def test_a_change_of_an_item_that_lies_in_deleted_items_by_now_is_no_live_record(
        self,
        exchange: FakeExchange,
        box: FakeMailbox,
        state: dict[str, Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        box.edit("x", givenName="new")
        read_changes = exchange.read_changes

        def complete_late(mailbox: str, folder_id: str, cursor: str | None) -> Changes:
            changes = read_changes(mailbox, folder_id, cursor)
            moved = [replace(contact, folder_id=DELETED_ITEMS) for contact in changes.contacts]
            box.items["x"].folder_id = DELETED_ITEMS
            return replace(changes, contacts=moved)

        monkeypatch.setattr(exchange, "read_changes", complete_late)
        # The default folder comes first; let the item still be where its change was reported.
        exchange.mailboxes[ANNA].folders = {
            name: box.folders[name] for name in ("managed", DEFAULT, "personal")
        }
        output = run(tap(exchange, state=state))
        assert (ids(output), gone(output)) == ([], ["x"])

    def test_a_lookup_that_fails_proves_nothing(
        self, exchange: FakeExchange, box: FakeMailbox, state: dict[str, Any]
    ) -> None:
        box.purge("x")
        exchange.failures["get_contacts"] = TransientError("busy", status=503)
        output, failure = run_until_failure(tap(exchange, state=state))
        assert isinstance(failure, RetriableAPIError)
        assert output.records("contacts") == []
        assert cursors(output.state) == cursors(state)


class TestResync:
    def test_an_expired_cursor_leads_to_a_full_read_and_a_check_of_what_is_missing(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("stays", "managed")
        box.add("purged", "managed")
        box.add("elsewhere", "managed")
        state = run(tap(exchange)).state
        box.purge("purged")
        del box.log[-1]  # the forgotten delta state would have told
        box.move("elsewhere", "personal", is_add_reported=False)
        box.expired = {"managed"}
        known: dict[str, str | None] = dict.fromkeys(["stays", "purged", "elsewhere"], "managed")
        known["other-folder"] = "personal"
        output = run(tap(exchange, state=state, requests=FakeContactRequests(known=known)))
        assert ids(output) == ["elsewhere", "stays"]
        assert gone(output) == ["purged"]
        assert "other-folder" not in exchange.asked_ids()
        assert output.records("mailbox_reads")[0]["full_folders"] == ["managed"]

    def test_a_lost_state_deletes_nothing_but_what_is_proven_gone(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("stays", "managed")
        known: dict[str, str | None] = {"stays": "managed", "purged": "managed", "lost": None}
        output = run(tap(exchange, requests=FakeContactRequests(known=known)))
        assert (ids(output), gone(output)) == (["stays"], ["lost", "purged"])

    def test_a_wanted_full_read_ignores_the_cursors(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("x", "managed")
        state = run(tap(exchange)).state
        requests = FakeContactRequests(known={"x": "managed"}, full=True)
        output = run(tap(exchange, state=state, requests=requests))
        assert ids(output) == ["x"]
        assert len(output.records("mailbox_reads")[0]["full_folders"]) == 3

    def test_the_cursors_of_a_newer_store_are_ignored(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("x", "managed")
        state = run(tap(exchange, requests=FakeContactRequests())).state
        (partition,) = state["bookmarks"]["contacts"]["partitions"]
        partition["store_mark"] = "newer"
        output = run(tap(exchange, state=state, requests=FakeContactRequests({"x": "managed"})))
        assert ids(output) == ["x"]
        assert len(output.records("mailbox_reads")[0]["full_folders"]) == 3
        (partition,) = output.state["bookmarks"]["contacts"]["partitions"]
        assert partition["store_mark"] == "mark"
        alone = run(tap(exchange, state=output.state)).state
        assert "store_mark" not in alone["bookmarks"]["contacts"]["partitions"][0]

    @pytest.mark.parametrize("how", ["not listed", "gone when it is read"])
    def test_the_items_of_a_vanished_folder_are_looked_up_one_by_one(
        self, exchange: FakeExchange, box: FakeMailbox, how: str
    ) -> None:
        box.add("with-folder", "managed")
        box.add("saved", "managed")
        state = run(tap(exchange)).state
        box.items["saved"].folder_id = "personal"
        if how == "not listed":
            box.remove_folder("managed")
        else:
            box.gone_on_read = {"managed"}
            exchange.before["get_contacts"] = lambda: box.remove_folder("managed")
        known: dict[str, str | None] = {"with-folder": "managed", "saved": "managed"}
        output = run(tap(exchange, state=state, requests=FakeContactRequests(known=known)))
        assert (ids(output), gone(output)) == (["saved"], ["with-folder"])
        assert sorted(cursors(output.state)) == [DEFAULT, "personal"]

    def test_a_folder_that_only_the_links_remember_is_looked_up_too(
        self, exchange: FakeExchange
    ) -> None:
        state = run(tap(exchange)).state
        requests = FakeContactRequests(known={"x": "long-gone"})
        assert gone(run(tap(exchange, state=state, requests=requests))) == ["x"]

    def test_an_empty_cursor_reads_the_folder_in_full(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        state = run(tap(exchange)).state
        box.add("x", "managed")
        partition = state["bookmarks"]["contacts"]["partitions"][0]
        partition["folders"]["managed"] = ""
        output = run(tap(exchange, state=state))
        assert ids(output) == ["x"]
        assert output.records("mailbox_reads")[0]["full_folders"] == ["managed"]
