"""What tap-exchange-contacts emits, and when its state moves on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, cast

import pytest
from exchange_client import AuthError, MailboxProblem, TransientError
from fakes.exchange import DEFAULT, DELETED_ITEMS, FakeContactRequests, FakeExchange, FakeMailbox
from fakes.singer import Output, run, run_until_failure
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError
from singer_sdk.singerlib import RecordMessage
from tap_exchange_contacts.tap import TapExchangeContacts

if TYPE_CHECKING:
    from exchange_client import Changes, ExchangeClient

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=timezone.utc)
ANNA = "anna@contoso.example"
BEN = "ben@contoso.example"
CONFIG: dict[str, Any] = {
    "mailboxes": [ANNA],
    "tenant_id": "contoso.example",
    "client_id": "app",
    "client_secret": "not-a-secret",
}


@pytest.fixture
def box() -> FakeMailbox:
    """A mailbox with a managed folder, a personal folder and nothing in them."""
    box = FakeMailbox()
    box.add_folder("managed", "sap contacts")
    box.add_folder("personal", "Family")
    return box


@pytest.fixture
def exchange(box: FakeMailbox) -> FakeExchange:
    return FakeExchange(anna=box)


def tap(
    exchange: FakeExchange,
    *,
    requests: FakeContactRequests | None = None,
    state: dict[str, Any] | None = None,
    catalog: dict[str, Any] | None = None,
    **config: Any,
) -> TapExchangeContacts:
    return TapExchangeContacts(
        config={**CONFIG, **config},
        client=cast("ExchangeClient", exchange),
        requests=requests,
        now=lambda: NOW,
        state=state,
        catalog=catalog,
    )


def ids(output: Output) -> list[str]:
    """Ids of the live contacts that were emitted."""
    return sorted(r["id"] for r in output.records("contacts") if "_sdc_deleted_at" not in r)


def gone(output: Output) -> list[str]:
    """Ids of the tombstones that were emitted."""
    return [r["id"] for r in output.records("contacts") if "_sdc_deleted_at" in r]


def cursors(state: dict[str, Any], mailbox: str = ANNA) -> dict[str, str]:
    partitions = state["bookmarks"].get("contacts", {}).get("partitions", [])
    return next((p["folders"] for p in partitions if p["context"] == {"mailbox": mailbox}), {})


class TestScope:
    @pytest.mark.parametrize(
        ("folder", "categories", "is_emitted"),
        [
            ("managed", [], True),
            (DEFAULT, [], False),
            ("personal", ["Friends"], False),
            ("personal", ["friends", "INDIVIDUAL customer"], True),
            (DEFAULT, ["Account", "SAP Cloud for Customer SSI"], True),
            (DEFAULT, ["Error in SAP Cloud for Customer SSI", "Visit"], False),
            (DEFAULT, ["Visit", "Account"], True),
        ],
    )
    def test_folder_or_routing_category_brings_a_contact_out(
        self,
        exchange: FakeExchange,
        box: FakeMailbox,
        folder: str,
        categories: list[str],
        is_emitted: bool,  # noqa: FBT001 - a column of the table
    ) -> None:
        box.add("x", folder, categories=categories)
        assert ids(run(tap(exchange))) == (["x"] if is_emitted else [])

    def test_calendar_categories_never_route_even_if_they_are_configured(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("x", categories=["Visit"])
        assert ids(run(tap(exchange, routing_categories=["visit"]))) == []

    def test_a_personal_contact_appears_nowhere(
        self, exchange: FakeExchange, box: FakeMailbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        box.add("secret-friend", "personal", surname="canary")
        output = run(tap(exchange, requests=FakeContactRequests()))
        assert "secret-friend" not in output.text + caplog.text
        assert "canary" not in output.text + caplog.text
        assert exchange.count("get_contacts") == 0

    def test_scope_all_emits_every_contact(self, exchange: FakeExchange, box: FakeMailbox) -> None:
        box.add("x", "personal")
        assert ids(run(tap(exchange, scope="all"))) == ["x"]

    def test_a_renamed_managed_folder_is_known_by_its_id(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add_folder("renamed", "Kunden")
        box.add("x", "renamed")
        requests = FakeContactRequests(folder_ids={"renamed"})
        assert ids(run(tap(exchange, requests=requests))) == ["x"]

    def test_a_known_item_is_emitted_wherever_it_is(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("x", "personal")
        requests = FakeContactRequests(known={"x": "managed"})
        [record] = run(tap(exchange, requests=requests)).records("contacts")
        assert record["parentFolderId"] == "personal"

    def test_a_contact_that_leaves_the_scope_before_it_is_looked_up_stays_in(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("x", "managed")
        exchange.before["get_contacts"] = lambda: box.move("x", "personal")
        assert run(tap(exchange, requests=FakeContactRequests())).records("contacts") == []

    def test_a_contact_that_leaves_the_scope_while_folders_are_read_stays_in(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("x", "managed")

        def before_default() -> None:
            exchange.before["read_changes"] = before_managed

        def before_managed() -> None:
            exchange.before["read_changes"] = before_personal

        def before_personal() -> None:
            box.move("x", "personal")

        exchange.before["read_changes"] = before_default
        assert run(tap(exchange)).records("contacts") == []


class TestRecords:
    def test_a_changed_item_is_read_by_id_with_link_and_mark_when_a_store_is_set(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("new", "managed", link="L1").is_private = True
        box.add("known", "managed")
        requests = FakeContactRequests(known={"known": "managed"})
        by_id = {r["id"]: r for r in run(tap(exchange, requests=requests)).records("contacts")}
        assert exchange.asked_ids() == {"new", "known"}
        shown = ("syncLink", "syncLinkRead", "isPrivate")
        assert [by_id["new"][name] for name in shown] == ["L1", True, True]
        assert [by_id["known"][name] for name in shown] == [None, True, False]

    def test_without_a_store_no_item_is_read_by_id(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("x", "managed")
        [record] = run(tap(exchange)).records("contacts")
        assert record["syncLinkRead"] is False
        assert exchange.count("get_contacts") == 0

    def test_vendor_properties_keep_their_names_and_shapes(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        email = [{"name": "X", "address": "x@contoso.example"}]
        box.add("x", "managed", emailAddresses=email, businessAddress={"city": "Bonn"})
        [record] = run(tap(exchange)).records("contacts")
        assert record["emailAddresses"] == email
        assert record["businessAddress"] == {"city": "Bonn"}
        assert (record["mailbox"], record["changeKey"]) == (ANNA, "v1")

    def test_an_item_seen_in_two_folders_is_emitted_once_as_last_seen(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        state = run(tap(exchange)).state
        box.add("x", DEFAULT, categories=["Account"])

        def next_time_move() -> None:
            exchange.before["read_changes"] = lambda: box.move("x", "managed")

        exchange.before["read_changes"] = next_time_move
        [record] = run(tap(exchange, state=state)).records("contacts")
        assert record["parentFolderId"] == "managed"

    def test_all_folders_are_listed(self, exchange: FakeExchange) -> None:
        folders = run(tap(exchange)).records("contact_folders")
        assert [(f["id"], f["isDefault"]) for f in folders] == [
            (DEFAULT, True),
            ("managed", False),
            ("personal", False),
        ]
        assert exchange.count("list_folders") == 1


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


class TestWanted:
    def test_wanted_ids_are_read_though_nothing_changed(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("x", "managed")
        box.add("quiet", "managed")
        state = run(tap(exchange)).state
        requests = FakeContactRequests(
            known={"x": "managed", "quiet": "managed"}, wanted={"x", "never-there"}
        )
        output = run(tap(exchange, state=state, requests=requests))
        assert (ids(output), gone(output)) == (["x"], ["never-there"])
        assert output.records("contacts")[0]["syncLinkRead"] is True

    def test_a_wanted_id_that_changed_is_emitted_once(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("x", "managed")
        state = run(tap(exchange)).state
        box.edit("x", givenName="new")
        requests = FakeContactRequests(known={"x": "managed"}, wanted={"x"})
        [record] = run(tap(exchange, state=state, requests=requests)).records("contacts")
        assert record["givenName"] == "new"

    def test_requests_are_closed_after_the_last_record_and_not_before(
        self, exchange: FakeExchange
    ) -> None:
        requests = FakeContactRequests(wanted={"x"})
        exchange.failures["get_contacts"] = TransientError("busy")
        run_until_failure(tap(exchange, requests=requests))
        assert requests.done == []
        exchange.failures.clear()
        run(tap(exchange, requests=requests))
        assert requests.done == [ANNA]

    def test_requests_and_state_wait_for_the_read_record_to_be_written(
        self, exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        requests = FakeContactRequests()
        running = tap(exchange, requests=requests)
        write = running.write_message

        def break_pipe(message: Any) -> None:
            if isinstance(message, RecordMessage) and message.stream == "mailbox_reads":
                raise BrokenPipeError
            write(message)

        monkeypatch.setattr(running, "write_message", break_pipe)
        _, failure = run_until_failure(running)
        assert isinstance(failure, BrokenPipeError)
        assert requests.done == []
        assert cursors(dict(running.state)) == {}

    def test_a_test_run_answers_nobody(self, exchange: FakeExchange) -> None:
        requests = FakeContactRequests()
        assert tap(exchange, requests=requests).run_connection_test()
        assert requests.done == []


class TestState:
    def test_an_unchanged_mailbox_costs_one_call_per_folder_and_emits_nothing(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("x", "managed")
        state = run(tap(exchange, requests=FakeContactRequests())).state
        exchange.calls.clear()
        output = run(tap(exchange, state=state, requests=FakeContactRequests({"x": "managed"})))
        assert output.records("contacts") == []
        assert output.state == state
        counts = {m: exchange.count(m) for m in ("read_changes", "list_folders", "get_contacts")}
        assert counts == {"read_changes": 3, "list_folders": 1, "get_contacts": 0}

    def test_state_moves_on_only_after_the_read_record(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        for number in range(3):
            box.add(f"x{number}", "managed")
        running = tap(exchange)
        for stream in running.streams.values():
            stream.STATE_MSG_FREQUENCY = 1
        kinds = [
            (m["type"], m.get("stream") or bool(cursors(m["value"])))
            for m in run(running).messages
            if m["type"] in ("RECORD", "STATE")
        ]
        advanced = kinds.index(("STATE", True))
        assert ("RECORD", "mailbox_reads") in kinds[:advanced]
        assert all(kind == "STATE" for kind, _ in kinds[advanced:])

    def test_a_run_that_fails_at_the_second_mailbox_moves_nothing(self) -> None:
        exchange = FakeExchange(anna=FakeMailbox(), ben=FakeMailbox())
        both = [ANNA, BEN]
        state = run(tap(exchange, mailboxes=both)).state
        exchange.mailboxes[ANNA].add("x", categories=["Account"])
        exchange.failures[f"read_changes {BEN}"] = TransientError("busy")
        output, failure = run_until_failure(tap(exchange, mailboxes=both, state=state))
        assert failure is not None
        assert ids(output) == ["x"]
        assert output.records("mailbox_reads") == []
        assert all(cursors(s, box) == cursors(state, box) for s in output.states for box in both)

    def test_what_the_tap_does_not_know_is_kept(self, exchange: FakeExchange) -> None:
        other = {"context": {"mailbox": BEN}, "folders": {"f": "c"}, "note": 1}
        mine = {"context": {"mailbox": "Anna@Contoso.Example"}, "folders": {}, "note": 2}
        state = {
            "bookmarks": {
                "contacts": {"partitions": [other, mine], "more": 3},
                "old_stream": {"key": 4},
            },
            "top": 5,
        }
        after = run(tap(exchange, state=state)).state
        contacts = after["bookmarks"]["contacts"]
        assert contacts["partitions"][0] == other
        assert contacts["partitions"][1]["note"] == 2
        assert sorted(contacts["partitions"][1]["folders"]) == [DEFAULT, "managed", "personal"]
        assert len(contacts["partitions"]) == 2
        assert (contacts["more"], after["bookmarks"]["old_stream"], after["top"]) == (
            3,
            {"key": 4},
            5,
        )
        assert mine["folders"] == {}, "the state given to the tap is not changed"

    def test_state_moves_on_though_the_reads_stream_is_deselected(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("x", "managed")
        requests = FakeContactRequests()
        catalog = tap(exchange).catalog_dict
        for entry in catalog["streams"]:
            is_selected = entry["tap_stream_id"] == "contacts"
            for item in entry["metadata"]:
                if item["breadcrumb"] == []:
                    item["metadata"]["selected"] = is_selected
        output = run(tap(exchange, catalog=catalog, requests=requests))
        assert ids(output) == ["x"]
        assert output.records("mailbox_reads") == output.records("contact_folders") == []
        assert len(cursors(output.state)) == 3
        assert requests.done == [ANNA]

    def test_a_deselected_property_is_not_emitted(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("x", "managed", personalNotes="private")
        catalog = tap(exchange).catalog_dict
        [contacts] = [s for s in catalog["streams"] if s["tap_stream_id"] == "contacts"]
        for item in contacts["metadata"]:
            if item["breadcrumb"] == ["properties", "personalNotes"]:
                item["metadata"]["selected"] = False
        [record] = run(tap(exchange, catalog=catalog)).records("contacts")
        assert "personalNotes" not in record
        assert record["givenName"] == "x"

    def test_a_full_table_catalog_reads_everything_again(
        self, exchange: FakeExchange, box: FakeMailbox
    ) -> None:
        box.add("x", "managed")
        state = run(tap(exchange)).state
        catalog = tap(exchange).catalog_dict
        for entry in catalog["streams"]:
            entry["replication_method"] = "FULL_TABLE"
        assert ids(run(tap(exchange, state=state, catalog=catalog))) == ["x"]

    def test_the_read_record_counts(self, exchange: FakeExchange, box: FakeMailbox) -> None:
        box.add("x", "managed")
        box.add("friend", "personal")
        requests = FakeContactRequests(known={"gone": "managed"})
        assert run(tap(exchange, requests=requests)).records("mailbox_reads") == [
            {
                "mailbox": ANNA,
                "read_at": "2026-11-22T08:00:00+00:00",
                "folders": 3,
                "contacts_emitted": 1,
                "tombstones": 1,
                "is_complete": True,
                "full_folders": [DEFAULT, "managed", "personal"],
            }
        ]


class TestErrors:
    @pytest.mark.parametrize("problem", list(MailboxProblem))
    def test_one_bad_mailbox_stops_the_run_before_any_is_read(
        self, problem: MailboxProblem
    ) -> None:
        exchange = FakeExchange(anna=FakeMailbox(), ben=FakeMailbox())
        exchange.problems[BEN] = problem
        output, failure = run_until_failure(tap(exchange, mailboxes=[ANNA, BEN]))
        assert isinstance(failure, FatalAPIError)
        assert str(failure).startswith("mailboxes[1]: ")
        assert "\n" not in str(failure)
        assert "@" not in str(failure)
        assert exchange.count("read_changes") == 0
        assert [m for m in output.messages if m["type"] == "RECORD"] == []

    def test_all_bad_mailboxes_are_named_at_once(self) -> None:
        exchange = FakeExchange(anna=FakeMailbox(), ben=FakeMailbox())
        exchange.problems = {ANNA: MailboxProblem.UNKNOWN, BEN: MailboxProblem.DENIED}
        _, failure = run_until_failure(tap(exchange, mailboxes=[ANNA, BEN]))
        assert "mailboxes[0]" in str(failure)
        assert "mailboxes[1]" in str(failure)

    def test_a_refused_sign_in_names_the_settings(self, exchange: FakeExchange) -> None:
        exchange.failures["list_folders"] = AuthError("no token", code="AADSTS7000215")
        _, failure = run_until_failure(tap(exchange))
        assert isinstance(failure, FatalAPIError)
        assert "client_secret" in str(failure)
        assert "AADSTS7000215" in str(failure)

    def test_a_failure_is_logged_by_the_command_line_alone(
        self, exchange: FakeExchange, caplog: pytest.LogCaptureFixture
    ) -> None:
        exchange.failures["list_folders"] = TransientError("busy")
        run_until_failure(tap(exchange))
        assert [record for record in caplog.records if record.levelname == "ERROR"] == []

    def test_logs_hold_no_mailbox(
        self, exchange: FakeExchange, box: FakeMailbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        box.add("x", "managed", surname="canary")
        run(tap(exchange))
        assert "anna" not in caplog.text
        assert "canary" not in caplog.text


def test_discovery_needs_no_request(exchange: FakeExchange) -> None:
    catalog = tap(exchange).catalog_dict
    methods = {s["tap_stream_id"]: s["replication_method"] for s in catalog["streams"]}
    assert methods == {
        "contact_folders": "FULL_TABLE",
        "contacts": "LOG_BASED",
        "mailbox_reads": "FULL_TABLE",
    }
    assert exchange.calls == []
