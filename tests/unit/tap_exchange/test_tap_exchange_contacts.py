"""What tap-exchange-contacts emits."""

from __future__ import annotations

from typing import Any

import pytest
from exchange_client import TransientError
from fakes.exchange import DEFAULT, FakeContactRequests, FakeExchange, FakeMailbox
from fakes.exchange_tap import ANNA, cursors, gone, ids, tap
from fakes.singer import run, run_until_failure
from singer_sdk.singerlib import RecordMessage


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


def test_discovery_needs_no_request(exchange: FakeExchange) -> None:
    catalog = tap(exchange).catalog_dict
    methods = {s["tap_stream_id"]: s["replication_method"] for s in catalog["streams"]}
    assert methods == {
        "contact_folders": "FULL_TABLE",
        "contacts": "LOG_BASED",
        "mailbox_problems": "FULL_TABLE",
        "mailbox_reads": "FULL_TABLE",
    }
    assert exchange.calls == []
