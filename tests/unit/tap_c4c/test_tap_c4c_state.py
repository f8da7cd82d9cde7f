"""When the state of tap-c4c moves on, what its catalog chooses, and how it fails."""

from __future__ import annotations

import pytest
from c4c_client import AuthError, Code, RejectedError, ThrottledError, TransientError
from fakes.c4c import CONTACTS, FakeC4C, FakeRecordRequests
from fakes.c4c_tap import VIPS, bookmark, shown, tap
from fakes.singer import run, run_until_failure
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError
from tap_c4c.record_types import View


class TestState:
    def test_state_moves_on_only_after_the_read_record(self, c4c: FakeC4C) -> None:
        for number in range(3):
            c4c.put(f"B{number}", "10:00")
        running = tap(c4c)
        for stream in running.streams.values():
            stream.STATE_MSG_FREQUENCY = 1
        kinds = [
            (m["type"], m.get("stream") or bookmark(m["value"]))
            for m in run(running).messages
            if m["type"] in ("RECORD", "STATE")
        ]
        advanced = kinds.index(("STATE", "2026-11-01T10:00:00.000Z"))
        assert kinds[:advanced].count(("RECORD", "view_reads")) >= 2
        assert ("RECORD", "contacts") not in kinds[advanced:]

    def test_a_run_that_is_cut_off_moves_nothing(self, c4c: FakeC4C) -> None:
        state = run(tap(c4c)).state
        catalog = tap(c4c).catalog_dict
        c4c.put("B", "11:00")
        running = tap(c4c, state=state, catalog=catalog)
        c4c.failures["list_records IndividualCustomerCollection"] = TransientError("busy")
        output, failure = run_until_failure(running)
        assert failure is not None
        assert ("B", "all", True) in shown(output)
        assert all(bookmark(s) == bookmark(state) for s in output.states)

    def test_the_bookmark_never_goes_back(self, c4c: FakeC4C) -> None:
        state = run(tap(c4c)).state
        c4c.put("A", "08:00")
        requests = FakeRecordRequests(full=True)
        assert bookmark(run(tap(c4c, state=state, requests=requests)).state) == bookmark(state)

    def test_what_the_tap_does_not_know_is_kept(self, c4c: FakeC4C) -> None:
        other = {"context": {"view": "old"}, "replication_key_value": "2026-01-01T00:00:00.000Z"}
        mine = {"context": {"view": "all"}, "note": 2}
        state = {
            "bookmarks": {"contacts": {"partitions": [other, mine], "more": 3}, "old": {"k": 4}},
            "top": 5,
        }
        after = run(tap(c4c, state=state)).state
        contacts = after["bookmarks"]["contacts"]
        assert contacts["partitions"][0] == other
        assert contacts["partitions"][1] == {
            **mine,
            "filter_hash": View(name="all").filter_hash,
            "replication_key": "ChangedOn",
            "replication_key_value": "2026-11-01T10:00:00.000Z",
        }
        assert (contacts["more"], after["bookmarks"]["old"], after["top"]) == (3, {"k": 4}, 5)

    def test_state_moves_on_though_the_reads_stream_is_deselected(self, c4c: FakeC4C) -> None:
        running = tap(c4c)
        for name in ("view_reads", "accounts"):
            running.streams[name].selected = False
        output = run(running)
        assert bookmark(output.state) == "2026-11-01T10:00:00.000Z"
        assert output.records("view_reads") == []

    def test_an_empty_type_has_no_bookmark_and_is_read_as_a_whole_again(self, c4c: FakeC4C) -> None:
        c4c.records.clear()
        state = run(tap(c4c)).state
        assert bookmark(state) is None
        c4c.put("A", "10:00")
        assert shown(run(tap(c4c, state=state))) == [("A", "all", True)]


class TestCatalog:
    def test_the_schema_comes_from_the_metadata(self, c4c: FakeC4C) -> None:
        properties = tap(c4c).streams["contacts"].schema["properties"]
        assert properties["ObjectID"] == {"type": ["string"]}
        assert properties["Name"] == {"type": ["string", "null"], "description": "Full name"}
        assert properties["BirthDate"] == {"type": ["string", "null"], "format": "date-time"}
        assert properties["ContactUUID"]["type"] == ["string", "null"]
        assert properties["Latitude"]["type"] == ["string", "null"]
        assert properties["EmailInvalidIndicator"]["type"] == ["boolean", "null"]
        assert properties["Visits"]["type"] == ["integer", "null"]
        assert properties["Loyalty_KUT"]["type"] == ["string", "null"]
        assert {"etag", "view_name", "in_view", "_sdc_deleted_at"} <= set(properties)
        assert c4c.calls == [
            ("get_metadata", "", ("CorporateAccount", "Contact", "IndividualCustomer"))
        ]

    def test_with_a_catalog_no_metadata_is_read(self, c4c: FakeC4C) -> None:
        catalog = tap(c4c).catalog_dict
        c4c.calls.clear()
        run(tap(c4c, catalog=catalog))
        assert [call for call in c4c.calls if call[0] == "get_metadata"] == []

    def test_a_stream_that_the_catalog_does_not_name_is_not_read(self, c4c: FakeC4C) -> None:
        catalog = tap(c4c).catalog_dict
        catalog["streams"] = [s for s in catalog["streams"] if s["tap_stream_id"] == "contacts"]
        output = run(tap(c4c, catalog=catalog))
        assert {m["stream"] for m in output.messages if m["type"] == "SCHEMA"} == {"contacts"}
        assert bookmark(output.state) is not None

    def test_a_deselected_property_is_not_emitted(self, c4c: FakeC4C) -> None:
        c4c.put("A", "10:00", Name="Anna")
        catalog = tap(c4c).catalog_dict
        [contacts] = [s for s in catalog["streams"] if s["tap_stream_id"] == "contacts"]
        for item in contacts["metadata"]:
            if item["breadcrumb"] == ["properties", "Name"]:
                item["metadata"]["selected"] = False
        [record] = run(tap(c4c, catalog=catalog)).records("contacts")
        assert "Name" not in record

    def test_code_lists_are_read_only_if_selected(self, c4c: FakeC4C) -> None:
        c4c.codes["ContactStatusCodeCollection"] = [
            Code("2", "Active"),
            Code("BY", "Bavaria", "DE"),
        ]
        assert run(tap(c4c)).records("code_lists") == []
        running = tap(c4c)
        running.streams["code_lists"].selected = True
        assert run(running).records("code_lists") == [
            {
                "collection": "ContactStatusCodeCollection",
                "context": "",
                "code": "2",
                "description": "Active",
            },
            {
                "collection": "ContactStatusCodeCollection",
                "context": "DE",
                "code": "BY",
                "description": "Bavaria",
            },
        ]

    def test_a_missing_code_list_is_no_failure(self, c4c: FakeC4C) -> None:
        running = tap(c4c)
        running.streams["code_lists"].selected = True
        assert run(running).records("code_lists") == []


class TestErrors:
    @pytest.mark.parametrize(
        ("error", "kind", "words"),
        [
            (AuthError("C4C answered 401"), FatalAPIError, "auth_method"),
            (TransientError("C4C answered 503"), RetriableAPIError, "run again later"),
            (ThrottledError("C4C answered 429"), RetriableAPIError, "run again later"),
            (RejectedError("C4C answered 400"), FatalAPIError, "views: C4C refused the filter"),
        ],
    )
    def test_failures_say_what_to_do(
        self, c4c: FakeC4C, error: Exception, kind: type[Exception], words: str
    ) -> None:
        running = tap(c4c, views=[VIPS])
        c4c.failures[f"list_records {CONTACTS}"] = error
        _, failure = run_until_failure(running)
        assert isinstance(failure, kind)
        assert words in str(failure)
        assert "Vip" not in str(failure)
        assert "\n" not in str(failure)

    def test_failing_discovery_says_what_to_do(self, c4c: FakeC4C) -> None:
        c4c.failures["get_metadata"] = AuthError("C4C answered 401")
        with pytest.raises(FatalAPIError, match="auth_method"):
            tap(c4c)
