"""What tap-c4c emits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from c4c_client import IncompleteListingError, TransientError
from fakes.c4c import ACCOUNTS, CONTACTS, CUSTOMERS, FakeC4C, FakeRecordRequests
from fakes.c4c_tap import REST, SINCE_1000, VIPS, bookmark, reads, shown, tap
from fakes.singer import run, run_until_failure
from singer_sdk.singerlib import RecordMessage
from tap_c4c.record_types import View


class TestFullRead:
    def test_the_first_pass_reads_every_type_as_a_whole(self, c4c: FakeC4C) -> None:
        c4c.put("B", "11:00", collection=ACCOUNTS)
        c4c.put("C", "12:00", collection=CUSTOMERS)
        output = run(tap(c4c))
        assert shown(output, "accounts") == [("B", "all", True)]
        assert shown(output, "contacts") == [("A", "all", True)]
        assert shown(output, "individual_customers") == [("C", "all", True)]
        assert [r["record_type"] for r in output.records("view_reads")] == [
            "account",
            "contact",
            "individual_customer",
        ]

    def test_a_record_has_all_properties_and_our_own(self, c4c: FakeC4C) -> None:
        c4c.put("A", "10:00", Name="Anna", Loyalty_KUT="gold", Latitude="-12.08694900000000")
        [record] = run(tap(c4c)).records("contacts")
        assert record == {
            "ObjectID": "A",
            "ChangedOn": "2026-11-01T10:00:00.000Z",
            "Name": "Anna",
            "Loyalty_KUT": "gold",
            "Latitude": "-12.08694900000000",
            "etag": "W/\"datetimeoffset'2026-11-01T10:00:00.000Z'\"",
            "view_name": "all",
            "in_view": True,
        }

    def test_the_filter_of_a_view_limits_its_full_read(self, c4c: FakeC4C) -> None:
        c4c.put("B", "10:30")
        output = run(tap(c4c, views=[VIPS]))
        assert shown(output) == [("A", "vips", True)]
        assert reads(output)["vips"] == {
            "record_type": "contact",
            "view_name": "vips",
            "read_at": "2026-11-22T08:00:00+00:00",
            "is_complete": True,
            "filter_hash": View(name="vips", filter="Vip eq true").filter_hash,
            "was_full": True,
            "read_from": None,
            "read_to": "2026-11-01T09:50:00.000Z",
            "records_emitted": 1,
            "tombstones": 0,
            "ids_listed": 1,
        }

    @pytest.mark.parametrize(
        "reason", ["filter changed", "asked for", "bookmark unreadable", "full table"]
    )
    def test_a_view_is_read_as_a_whole_again(self, c4c: FakeC4C, reason: str) -> None:
        state = run(tap(c4c, views=[VIPS])).state
        views, requests, catalog = [VIPS], None, None
        if reason == "filter changed":
            c4c.matches["Vip eq TRUE"] = c4c.matches["Vip eq true"]
            views = [{**VIPS, "filter": "Vip eq TRUE"}]
        elif reason == "asked for":
            requests = FakeRecordRequests(full=True)
        elif reason == "bookmark unreadable":
            text = json.dumps(state).replace("2026-11-01T10:00:00.000Z", "9999-12-31T00:00:00.000Z")
            state = json.loads(text)
        else:
            catalog = tap(c4c).catalog_dict
            for entry in catalog["streams"]:
                entry["replication_method"] = "FULL_TABLE"
        c4c.put("A", "08:00", Vip=True)
        output = run(tap(c4c, views=views, state=state, requests=requests, catalog=catalog))
        assert shown(output) == [("A", "vips", True)]
        assert reads(output)["vips"]["was_full"] is True

    def test_after_a_filter_change_the_store_learns_what_is_out(self, c4c: FakeC4C) -> None:
        c4c.put("B", "10:00")
        c4c.put("C", "10:00")
        state = run(tap(c4c, views=[VIPS])).state
        requests = FakeRecordRequests(known={"A", "B", "gone"})
        views = [{**VIPS, "filter": "Vip eq false"}]
        output = run(tap(c4c, views=views, state=state, requests=requests))
        assert sorted(shown(output)) == [
            ("A", "vips", False),
            ("B", "vips", True),
            ("C", "vips", True),
            ("gone", "vips", None),
        ]


class TestIncrementalRead:
    def test_an_idle_type_costs_one_read_and_one_sweep(self, c4c: FakeC4C) -> None:
        state = run(tap(c4c, requests=FakeRecordRequests())).state
        catalog = tap(c4c).catalog_dict
        c4c.calls.clear()
        requests = FakeRecordRequests(known={"A"})
        output = run(tap(c4c, state=state, catalog=catalog, requests=requests))
        assert c4c.asked("list_records") == [(SINCE_1000, ()), (None, ("ObjectID",))]
        assert [call[0] for call in c4c.calls if call[0] != "list_records"] == []
        assert shown(output) == [("A", "all", True)], "the overlap repeats the last change"
        assert output.state == state

    @pytest.mark.parametrize(("view", "is_full"), [("all", True), ("no longer read", False)])
    def test_the_bookmark_of_a_newer_store_is_ignored(
        self, c4c: FakeC4C, view: str, *, is_full: bool
    ) -> None:
        state = run(tap(c4c, requests=FakeRecordRequests())).state
        partitions = state["bookmarks"]["contacts"]["partitions"]
        partitions.append({**partitions[0], "context": {"view": "no longer read"}})
        for partition in partitions:
            if partition["context"] == {"view": view}:
                partition["store_mark"] = "newer"
        output = run(tap(c4c, state=state, requests=FakeRecordRequests(known={"A"})))
        assert reads(output)["all"]["was_full"] is is_full
        assert output.state["bookmarks"]["contacts"]["partitions"][0]["store_mark"] == "mark"
        alone = run(tap(c4c, state=output.state)).state
        assert "store_mark" not in alone["bookmarks"]["contacts"]["partitions"][0]

    def test_without_filter_and_store_no_ids_are_listed(self, c4c: FakeC4C) -> None:
        state = run(tap(c4c)).state
        c4c.put("B", "11:00")
        c4c.calls.clear()
        output = run(tap(c4c, state=state))
        assert c4c.asked("list_records") == [(SINCE_1000, ())]
        assert ("B", "all", True) in shown(output)
        assert reads(output)["all"]["ids_listed"] is None
        assert bookmark(output.state) == "2026-11-01T11:00:00.000Z"

    def test_views_share_the_incremental_read_and_each_has_its_sweep(self, c4c: FakeC4C) -> None:
        c4c.put("B", "10:05")
        state = run(tap(c4c, views=[VIPS, REST])).state
        c4c.put("A", "11:00", Vip=False)
        c4c.calls.clear()
        output = run(tap(c4c, views=[VIPS, REST], state=state, overlap_minutes=0))
        since = "ChangedOn ge datetimeoffset'2026-11-01T10:00:00.000000Z'"
        assert c4c.asked("list_records") == [
            (since, ()),
            ("Vip eq true", ("ObjectID",)),
            ("Vip eq false", ("ObjectID",)),
        ]
        assert shown(output) == [("A", "rest", True), ("B", "rest", True)]
        assert bookmark(output.state, "vips") == bookmark(output.state, "rest")

    def test_alone_a_changed_record_outside_the_view_is_not_emitted(self, c4c: FakeC4C) -> None:
        state = run(tap(c4c, views=[VIPS])).state
        c4c.put("A", "11:00", Vip=False)
        assert shown(run(tap(c4c, views=[VIPS], state=state))) == []

    def test_with_a_store_a_record_that_left_the_view_is_flagged(self, c4c: FakeC4C) -> None:
        state = run(tap(c4c, views=[VIPS])).state
        c4c.put("A", "11:00", Vip=False)
        requests = FakeRecordRequests(known={"A"})
        output = run(tap(c4c, views=[VIPS], state=state, requests=requests))
        assert shown(output) == [("A", "vips", False)]
        assert c4c.asked("get_records") == []

    def test_an_edited_pinned_record_is_seen_though_it_is_in_no_view(self, c4c: FakeC4C) -> None:
        c4c.put("pinned", "10:00")
        state = run(tap(c4c, views=[VIPS])).state
        c4c.put("pinned", "11:00")
        output = run(tap(c4c, views=[VIPS], state=state, requests=FakeRecordRequests()))
        assert ("pinned", "vips", False) in shown(output)

    def test_an_obsolete_record_is_an_ordinary_record(self, c4c: FakeC4C) -> None:
        state = run(tap(c4c)).state
        c4c.put("A", "11:00", StatusCode="4")
        [record] = run(tap(c4c, state=state)).records("contacts")
        assert record["StatusCode"] == "4"
        assert "_sdc_deleted_at" not in record

    def test_a_record_that_enters_between_read_and_sweep_comes_with_the_next_pass(
        self, c4c: FakeC4C
    ) -> None:
        state = run(tap(c4c, views=[VIPS])).state
        catalog = tap(c4c).catalog_dict
        c4c.put("B", "11:00")
        running = tap(c4c, views=[VIPS], state=state, catalog=catalog)
        running.streams["accounts"].selected = False

        def enter() -> None:
            c4c.put("B", "11:30", Vip=True)
            c4c.put("C", "11:30", Vip=True)

        c4c.after["list_records"] = enter
        first = run(running)
        assert ("C", "vips", True) not in shown(first)
        second = run(tap(c4c, views=[VIPS], state=first.state, catalog=catalog))
        assert {("B", "vips", True), ("C", "vips", True)} <= set(shown(second))


class TestMissing:
    @pytest.fixture
    def state(self, c4c: FakeC4C) -> dict[str, Any]:
        state = run(tap(c4c, views=[VIPS])).state
        c4c.put("late", "12:00", Vip=True)
        state = run(tap(c4c, views=[VIPS], state=state)).state
        c4c.calls.clear()
        return state

    def test_a_known_record_that_is_gone_is_a_tombstone(
        self, c4c: FakeC4C, state: dict[str, Any]
    ) -> None:
        c4c.remove("A")
        requests = FakeRecordRequests(known={"A", "late"})
        output = run(tap(c4c, views=[VIPS], state=state, requests=requests))
        [tombstone] = [r for r in output.records("contacts") if r["ObjectID"] == "A"]
        assert tombstone == {
            "ObjectID": "A",
            "view_name": "vips",
            "_sdc_deleted_at": "2026-11-22T08:00:00+00:00",
        }
        assert c4c.asked("get_records") == [("A",)]
        assert reads(output)["vips"]["tombstones"] == 1

    def test_i07_a_record_that_a_view_has_just_shown_is_not_gone(
        self, c4c: FakeC4C, state: dict[str, Any]
    ) -> None:
        """Its address answers 404 and the list has it: one of the two is in trouble."""

        def after_each_list() -> None:
            _, collection, (_, select) = c4c.calls[-1]
            if collection == CONTACTS and select:
                c4c.remove("A")
            else:
                c4c.after["list_records"] = after_each_list

        c4c.after["list_records"] = after_each_list
        requests = FakeRecordRequests(known={"A", "late"}, wanted={"A"})
        output = run(tap(c4c, views=[VIPS], state=state, requests=requests))
        assert not [r for r in output.records("contacts") if "_sdc_deleted_at" in r]
        [problem] = output.records("view_problems")
        assert (problem["ObjectID"], problem["detail"]) == ("A", "404")
        again = run(tap(c4c, views=[VIPS], state=output.state, requests=requests))
        assert [r["ObjectID"] for r in again.records("contacts") if "_sdc_deleted_at" in r] == ["A"]

    def test_a_known_record_that_left_the_view_unchanged_is_confirmed_by_key(
        self, c4c: FakeC4C, state: dict[str, Any]
    ) -> None:
        c4c.put("A", "10:00", Vip=False)
        requests = FakeRecordRequests(known={"A"})
        output = run(tap(c4c, views=[VIPS], state=state, requests=requests))
        assert ("A", "vips", False) in shown(output)

    def test_a_record_that_another_view_shows_is_not_missing(self, c4c: FakeC4C) -> None:
        c4c.put("B", "10:00")
        views = [VIPS, REST]
        state = run(tap(c4c, views=views)).state
        c4c.put("late", "12:00")
        state = run(tap(c4c, views=views, state=state)).state
        requests = FakeRecordRequests(known={"A", "B"})
        output = run(tap(c4c, views=views, state=state, requests=requests))
        assert sorted(shown(output)) == [("late", "rest", True), ("late", "vips", False)]
        assert c4c.asked("get_records") == []

    def test_a_whole_read_accounts_for_records_of_other_views_too(self, c4c: FakeC4C) -> None:
        views = [VIPS, REST]
        state = run(tap(c4c, views=views)).state
        views = [{**VIPS, "filter": "Vip eq false"}, {**REST, "filter": "Vip eq true"}]
        requests = FakeRecordRequests(known={"A"})
        output = run(tap(c4c, views=views, state=state, requests=requests))
        assert sorted(shown(output)) == [("A", "rest", True), ("A", "vips", False)]

    def test_without_a_filter_to_exist_is_to_be_in_view(self, c4c: FakeC4C) -> None:
        state = run(tap(c4c)).state
        c4c.put("A", "08:00")
        c4c.put("B", "12:00")
        requests = FakeRecordRequests(wanted={"A"})
        output = run(tap(c4c, state=state, requests=requests))
        assert ("A", "all", True) in shown(output)

    @pytest.mark.parametrize(
        ("method", "error", "detail"),
        [
            ("get_records", TransientError("busy"), "no answer"),
            ("list_records", IncompleteListingError("not all"), "incomplete"),
        ],
    )
    def test_i7_a_read_that_fails_proves_nothing(
        self, c4c: FakeC4C, state: dict[str, Any], method: str, error: Exception, detail: str
    ) -> None:
        c4c.remove("A")
        c4c.failures[f"{method} {CONTACTS}"] = error
        requests = FakeRecordRequests(known={"A"})
        output, failure = run_until_failure(tap(c4c, views=[VIPS], state=state, requests=requests))
        assert failure is None
        assert output.records("view_problems") == [
            {
                "record_type": "contact",
                "view_name": "vips",
                "ObjectID": "",
                "problem": "refused",
                "detail": detail,
            }
        ]
        assert output.records("view_reads")
        assert all(r["record_type"] != "contact" for r in output.records("view_reads"))
        assert all(r["view_name"] and "etag" in r for r in output.records("contacts"))
        assert bookmark(output.state, "vips") == bookmark(state, "vips")
        assert "contact" not in requests.done


class TestWanted:
    def test_wanted_records_are_read_by_key_once(self, c4c: FakeC4C) -> None:
        c4c.put("B", "09:00")
        c4c.put("C", "12:00", Vip=True)
        state = run(tap(c4c, views=[VIPS])).state
        requests = FakeRecordRequests(wanted={"A", "B", "C", "gone"})
        output = run(tap(c4c, views=[VIPS], state=state, requests=requests))
        assert sorted(shown(output)) == [
            ("A", "vips", True),
            ("B", "vips", False),
            ("C", "vips", True),
            ("gone", "vips", None),
        ]
        assert bookmark(output.state, "vips") == "2026-11-01T12:00:00.000Z"

    def test_requests_are_closed_after_the_last_record_of_the_type(self, c4c: FakeC4C) -> None:
        requests = FakeRecordRequests(wanted={"gone"})
        c4c.failures["get_records"] = TransientError("busy")
        run(tap(c4c, requests=requests))
        assert "contact" not in requests.done
        requests.done.clear()
        c4c.failures.clear()
        run(tap(c4c, views=[VIPS, REST], requests=requests))
        assert requests.done == ["account", "contact", "individual_customer"]

    def test_requests_and_state_wait_for_the_read_record_to_be_written(
        self, c4c: FakeC4C, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        requests = FakeRecordRequests()
        running = tap(c4c, requests=requests)
        write = running.write_message

        def break_pipe(message: Any) -> None:
            if isinstance(message, RecordMessage) and message.stream == "view_reads":
                raise BrokenPipeError
            write(message)

        monkeypatch.setattr(running, "write_message", break_pipe)
        _, failure = run_until_failure(running)
        assert isinstance(failure, BrokenPipeError)
        assert requests.done == []
        assert bookmark(dict(running.state)) is None

    def test_a_test_run_answers_nobody(self, c4c: FakeC4C) -> None:
        requests = FakeRecordRequests()
        assert tap(c4c, requests=requests).run_connection_test()
        assert requests.done == []
