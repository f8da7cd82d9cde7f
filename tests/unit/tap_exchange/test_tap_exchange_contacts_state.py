"""When the state of tap-exchange-contacts moves on, and how it fails."""

from __future__ import annotations

import pytest
from exchange_client import (
    AuthError,
    ExchangeError,
    MailboxProblem,
    ProtocolError,
    TransientError,
)
from fakes.exchange import DEFAULT, FakeContactRequests, FakeExchange, FakeMailbox
from fakes.exchange_tap import ANNA, BEN, cursors, ids, tap
from fakes.singer import run, run_until_failure
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

PROBLEMS = "mailbox_problems"


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

    @pytest.mark.parametrize("error", [TransientError("busy"), ProtocolError("no JSON")])
    def test_i45_a_mailbox_that_fails_half_way_keeps_its_state(self, error: ExchangeError) -> None:
        exchange = FakeExchange(anna=FakeMailbox(), ben=FakeMailbox())
        both = [ANNA, BEN]
        state = run(tap(exchange, mailboxes=both)).state
        exchange.mailboxes[ANNA].add("x", categories=["Account"])
        exchange.failures[f"read_changes {BEN}"] = error
        requests = FakeContactRequests()
        output = run(tap(exchange, mailboxes=both, state=state, requests=requests))
        assert ids(output) == ["x"]
        assert [r["mailbox"] for r in output.records("mailbox_reads")] == [ANNA]
        assert [r["problem"] for r in output.records(PROBLEMS)] == ["unavailable"]
        assert cursors(output.state, BEN) == cursors(state, BEN)
        assert cursors(output.state, ANNA) != cursors(state, ANNA)

    def test_i45_no_mailbox_at_all_is_a_failure_of_the_run(self) -> None:
        exchange = FakeExchange(anna=FakeMailbox(), ben=FakeMailbox())
        exchange.failures["list_folders"] = TransientError("busy")
        output, failure = run_until_failure(tap(exchange, mailboxes=[ANNA, BEN]))
        assert isinstance(failure, RetriableAPIError)
        assert output.records(PROBLEMS) == []

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
    def test_i45_one_bad_mailbox_is_named_and_the_others_are_read(
        self, problem: MailboxProblem
    ) -> None:
        exchange = FakeExchange(anna=FakeMailbox(), ben=FakeMailbox())
        exchange.mailboxes[ANNA].add("x", categories=["Account"])
        exchange.problems[BEN] = problem
        requests = FakeContactRequests()
        output = run(tap(exchange, mailboxes=[ANNA, BEN], requests=requests))
        assert ids(output) == ["x"]
        assert [(r["mailbox"], r["id"], r["problem"]) for r in output.records(PROBLEMS)] == [
            (BEN, "", problem.value)
        ]
        assert [r["mailbox"] for r in output.records("mailbox_reads")] == [ANNA]
        assert requests.done == [ANNA]

    @pytest.mark.parametrize("problem", list(MailboxProblem))
    def test_i45_without_a_store_the_run_says_at_its_end_what_is_missing(
        self, problem: MailboxProblem
    ) -> None:
        exchange = FakeExchange(anna=FakeMailbox(), ben=FakeMailbox())
        exchange.mailboxes[ANNA].add("x", categories=["Account"])
        exchange.problems[BEN] = problem
        output, failure = run_until_failure(tap(exchange, mailboxes=[ANNA, BEN]))
        assert isinstance(failure, FatalAPIError)
        assert str(failure).startswith("mailboxes[1]: ")
        assert "\n" not in str(failure)
        assert "@" not in str(failure)
        assert ids(output) == ["x"]

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
