"""Edits on both sides (section 4 of the rules): what survives, what wins, what is no edit."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from harness.scenes import (
    assert_quiet,
    edit_item,
    edit_record,
    issue,
    linked,
    record,
    values,
)
from harness.world import ALICE, World

if TYPE_CHECKING:
    from pathlib import Path

#: Type, C4C property, Graph property: one plain text field of each type.
TEXTS = [
    ("account", "City", "city"),
    ("contact", "JobTitle", "jobTitle"),
    ("individual_customer", "NickName", "nickName"),
]


def text_of(world: World, item_id: str, name: str) -> object:
    shown = values(world, item_id)
    return shown["businessAddress"][name] if name == "city" else shown[name]


def edit_text(world: World, item_id: str, name: str, value: str) -> None:
    edit_item(
        world, item_id, **({"businessAddress": {name: value}} if name == "city" else {name: value})
    )


# -- different fields, same value ------------------------------------------------------------------


def test_conflict_edits_of_different_fields_both_survive(tmp_path: Path) -> None:
    for winner in ("c4c", "exchange", "newest"):
        folder = tmp_path / winner
        folder.mkdir()
        with World(folder, mapper={"contact": {"on_conflict": winner}}) as world:
            object_id, item_id = linked(world, "contact", "Abel", JobTitle="Old", NickName="Old")
            edit_item(world, item_id, jobTitle="From Exchange")
            edit_record(world, "contact", object_id, NickName="From C4C")
            result = world.session()
            assert result.writes == {"exchange": 1, "c4c": 1}
            for source in (record(world, "contact", object_id), values(world, item_id)):
                found = {key.lower(): value for key, value in source.items()}
                assert (found["jobtitle"], found["nickname"]) == ("From Exchange", "From C4C")
            assert world.issues() == []
            assert_quiet(world)


def test_conflict_the_same_value_on_both_sides_is_none(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, "contact", "Abel", JobTitle="Old")
        edit_item(world, item_id, jobTitle="New")
        edit_record(world, "contact", object_id, JobTitle="New")
        assert world.session().total == 0
        assert world.issues() == []
        # The base has moved on: the next edit on either side is an edit against it.
        edit_item(world, item_id, jobTitle="Newer")
        world.session()
        assert record(world, "contact", object_id)["JobTitle"] == "Newer"
        assert world.issues() == []
        assert_quiet(world)


def test_conflict_the_same_value_in_another_spelling_is_none(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, "contact", "Abel", Email="old@x.example")
        edit_item(world, item_id, emailAddresses=[{"address": "New@X.example", "name": "New"}])
        edit_record(world, "contact", object_id, Email="new@x.example")
        assert world.session().total == 0
        assert world.issues() == []
        assert_quiet(world)


def test_conflict_an_edit_undone_before_the_session_is_none(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, "contact", "Abel", JobTitle="Old")
        edit_item(world, item_id, jobTitle="Slip")
        edit_item(world, item_id, jobTitle="Old")
        edit_record(world, "contact", object_id, JobTitle="New")
        world.session()
        assert values(world, item_id)["jobTitle"] == "New"
        assert world.issues() == []
        assert_quiet(world)


# -- the same field, different values --------------------------------------------------------------


@pytest.mark.parametrize("winner", ["c4c", "exchange"])
@pytest.mark.parametrize(("kind", "c4c", "graph"), TEXTS)
def test_conflict_the_side_that_is_set_for_the_type_wins(
    tmp_path: Path, kind: str, c4c: str, graph: str, winner: str
) -> None:
    with World(tmp_path, mapper={kind: {"on_conflict": winner}}) as world:
        object_id, item_id = linked(world, kind, "Abel", **{c4c: "Old"})
        edit_text(world, item_id, graph, "exchange")
        edit_record(world, kind, object_id, **{c4c: "c4c"})
        world.session()
        assert record(world, kind, object_id)[c4c] == winner
        assert text_of(world, item_id, graph) == winner
        logged = issue(world, "conflict")
        assert logged.fields == ({"City": "city", "JobTitle": "job_title"}.get(c4c, "nick_name"),)
        assert f"{winner} won, dropped " in logged.detail
        assert_quiet(world)


def test_conflict_c4c_wins_by_default(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, "contact", "Abel", JobTitle="Old")
        edit_item(world, item_id, jobTitle="exchange")
        edit_record(world, "contact", object_id, JobTitle="c4c")
        world.session()
        assert record(world, "contact", object_id)["JobTitle"] == "c4c"
        assert values(world, item_id)["jobTitle"] == "c4c"
        assert_quiet(world)


def test_conflict_a_field_may_have_its_own_winner(tmp_path: Path) -> None:
    fields = {"job_title": {"on_conflict": "exchange"}}
    with World(tmp_path, mapper={"contact": {"on_conflict": "c4c", "fields": fields}}) as world:
        object_id, item_id = linked(world, "contact", "Abel", JobTitle="Old", NickName="Old")
        edit_item(world, item_id, jobTitle="exchange", nickName="exchange")
        edit_record(world, "contact", object_id, JobTitle="c4c", NickName="c4c")
        world.session()
        found, shown = record(world, "contact", object_id), values(world, item_id)
        assert (found["JobTitle"], found["NickName"]) == ("exchange", "c4c")
        assert (shown["jobTitle"], shown["nickName"]) == ("exchange", "c4c")
        assert issue(world, "conflict").fields == ("job_title", "nick_name")
        assert_quiet(world)


@pytest.mark.parametrize("last", ["c4c", "exchange"])
def test_conflict_newest_takes_the_record_that_was_changed_last(tmp_path: Path, last: str) -> None:
    with World(tmp_path, mapper={"contact": {"on_conflict": "newest"}}) as world:
        object_id, item_id = linked(world, "contact", "Abel", JobTitle="Old")
        steps = {
            "c4c": lambda: edit_record(world, "contact", object_id, JobTitle="c4c"),
            "exchange": lambda: edit_item(world, item_id, jobTitle="exchange"),
        }
        steps.pop("exchange" if last == "c4c" else "c4c")()
        world.graph.advance_clock(60)
        world.c4c.advance_clock(60)
        steps = {
            "c4c": lambda: edit_record(world, "contact", object_id, JobTitle="c4c"),
            "exchange": lambda: edit_item(world, item_id, jobTitle="exchange"),
        }
        steps[last]()
        world.session()
        assert record(world, "contact", object_id)["JobTitle"] == last
        assert values(world, item_id)["jobTitle"] == last
        assert_quiet(world)


@pytest.mark.parametrize("stage", [1, 2])
def test_conflict_newest_within_one_second_is_c4cs_in_both_stages(
    tmp_path: Path, stage: int
) -> None:
    with World(tmp_path, mapper={"contact": {"on_conflict": "newest"}}) as world:
        object_id, item_id = linked(world, "contact", "Abel", JobTitle="Old")
        # Within one second, however long this machine takes.
        now = datetime.now(timezone.utc).isoformat()
        world.graph.set_clock(now)
        world.c4c.set_clock(now)
        edit_record(world, "contact", object_id, JobTitle="c4c")
        if stage == 1:
            edit_item(world, item_id, jobTitle="exchange")
        else:
            # After stage 1 has read, right before stage 2 writes.
            options = {"call": "edit_contact", "args": [ALICE, item_id, {"jobTitle": "exchange"}]}
            world.graph.add_fault(kind="outlook_before", method="PATCH", options=options)
        world.session()
        world.settle()
        assert record(world, "contact", object_id)["JobTitle"] == "c4c"
        assert values(world, item_id)["jobTitle"] == "c4c"
        assert issue(world, "conflict").fields == ("job_title",)
        assert_quiet(world)


def test_conflict_closes_by_itself_when_the_field_is_edited_again(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, "contact", "Abel", JobTitle="Old")
        edit_item(world, item_id, jobTitle="exchange")
        edit_record(world, "contact", object_id, JobTitle="c4c")
        world.session()
        assert world.issues() == ["conflict"]
        edit_item(world, item_id, jobTitle="exchange after all")
        world.session()
        assert record(world, "contact", object_id)["JobTitle"] == "exchange after all"
        assert_quiet(world)


def test_conflict_beside_an_undisputed_edit_loses_only_the_disputed_field(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, "contact", "Abel", JobTitle="Old", Mobile="")
        edit_item(world, item_id, jobTitle="exchange", nickName="Nick")
        edit_record(world, "contact", object_id, JobTitle="c4c", FirstName="First")
        world.session()
        found, shown = record(world, "contact", object_id), values(world, item_id)
        assert (found["JobTitle"], found["NickName"], found["FirstName"]) == (
            "c4c", "Nick", "First",
        )  # fmt: skip
        assert (shown["jobTitle"], shown["nickName"], shown["givenName"]) == (
            "c4c", "Nick", "First",
        )  # fmt: skip
        assert_quiet(world)


def test_conflict_against_a_type_that_goes_one_way_is_won_by_its_source(tmp_path: Path) -> None:
    for direction, winner in (("to_exchange", "c4c"), ("to_c4c", "exchange")):
        folder = tmp_path / direction
        folder.mkdir()
        with World(folder) as world:
            object_id, item_id = linked(world, "contact", "Abel", JobTitle="Old")
            world.mapper = {"contact": {"direction": direction}}
            world.settle()
            edit_item(world, item_id, jobTitle="exchange")
            edit_record(world, "contact", object_id, JobTitle="c4c")
            world.session()
            assert record(world, "contact", object_id)["JobTitle"] == winner
            assert values(world, item_id)["jobTitle"] == winner
            assert_quiet(world)


# -- emptying --------------------------------------------------------------------------------------

EMPTIED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("contact", {"JobTitle": "Head"}, {"jobTitle": None}),
    ("contact", {"Email": "a@x.example"}, {"emailAddresses": []}),
    ("contact", {"Phone": "+49 89 123456"}, {"businessPhones": []}),
    ("contact", {"Mobile": "+49 170 123456"}, {"mobilePhone": None}),
    ("contact", {"BirthDate": "1980-05-17T00:00:00"}, {"birthday": None}),
    ("account", {"WebSite": "https://a.example"}, {"businessHomePage": None}),
    ("account", {"City": "Bonn"}, {"businessAddress": {}}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "filled", "emptied"), EMPTIED)
def test_conflict_emptying_in_exchange_is_an_edit(
    tmp_path: Path, kind: str, filled: dict[str, Any], emptied: dict[str, Any]
) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, kind, "Abel", **filled)
        (name,) = filled
        assert values(world, item_id)[next(iter(emptied))]
        edit_item(world, item_id, **emptied)
        result = world.session()
        assert result.writes == {"exchange": 0, "c4c": 1}
        assert not record(world, kind, object_id)[name]
        assert_quiet(world)


@pytest.mark.parametrize(("kind", "filled", "emptied"), EMPTIED)
def test_conflict_emptying_in_c4c_is_an_edit(
    tmp_path: Path, kind: str, filled: dict[str, Any], emptied: dict[str, Any]
) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, kind, "Abel", **filled)
        (name,) = filled
        edit_record(world, kind, object_id, **{name: None if name == "BirthDate" else ""})
        result = world.session()
        assert result.writes == {"exchange": 1, "c4c": 0}
        shown = values(world, item_id)[next(iter(emptied))]
        assert not shown or not any(shown.values())
        assert_quiet(world)


@pytest.mark.parametrize("winner", ["c4c", "exchange"])
def test_conflict_of_an_emptied_field_with_an_edited_one(tmp_path: Path, winner: str) -> None:
    with World(tmp_path, mapper={"contact": {"on_conflict": winner}}) as world:
        object_id, item_id = linked(world, "contact", "Abel", JobTitle="Old")
        edit_item(world, item_id, jobTitle="")
        edit_record(world, "contact", object_id, JobTitle="c4c")
        world.session()
        expected = "c4c" if winner == "c4c" else ""
        assert record(world, "contact", object_id)["JobTitle"] == expected
        assert (values(world, item_id)["jobTitle"] or "") == expected
        assert issue(world, "conflict").fields == ("job_title",)
        assert_quiet(world)


# -- formatting is no edit -------------------------------------------------------------------------

FORMATTED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("phone", {"Phone": "+49 89 123456"}, {"businessPhones": ["+49 (89) 12-34-56"]}),
    ("mobile", {"Mobile": "+49 170 123456"}, {"mobilePhone": "0049170123456"}),
    ("e-mail", {"Email": "a.abel@x.example"},
     {"emailAddresses": [{"address": "A.Abel@X.example", "name": "Anna"}]}),
    ("text", {"JobTitle": "Head of Sales"}, {"jobTitle": "  Head  of Sales "}),
    ("composed letters", {"JobTitle": "Käufer"}, {"jobTitle": "Ka\u0308ufer"}),
    ("birthday", {"BirthDate": "1980-05-17T00:00:00"}, {"birthday": "1980-05-17T11:59:00Z"}),
]  # fmt: skip


@pytest.mark.parametrize(("filled", "respelt"), [entry[1:] for entry in FORMATTED],
                         ids=[entry[0] for entry in FORMATTED])  # fmt: skip
def test_conflict_formatting_is_no_edit(
    tmp_path: Path, filled: dict[str, Any], respelt: dict[str, Any]
) -> None:
    with World(tmp_path) as world:
        _, item_id = linked(world, "contact", "Abel", **filled)
        edit_item(world, item_id, **respelt)
        assert_quiet(world)
        assert world.issues() == []


@pytest.mark.parametrize("written", ["+49-89-123456", "0049 89 123456", "089/123456", "ext. 12"])
def test_conflict_a_server_that_reformats_phones_is_not_answered(
    tmp_path: Path, written: str
) -> None:
    with World(tmp_path, mapper={"region": "DE"}) as world:
        object_id, item_id = linked(world, "contact", "Abel")
        edit_item(world, item_id, businessPhones=[written])
        result = world.session()
        assert result.writes == {"exchange": 0, "c4c": 1}
        assert values(world, item_id)["businessPhones"] == [written]
        assert record(world, "contact", object_id)["Phone"]
        assert_quiet(world)
        edit_record(world, "contact", object_id, Phone="+49 40 654321")
        result = world.session()
        assert result.writes == {"exchange": 1, "c4c": 0}
        assert_quiet(world)


def test_conflict_a_server_that_cuts_texts_is_not_answered(tmp_path: Path) -> None:
    with World(tmp_path, mapper={"contact": {"custom_fields": LONG}}) as world:
        world.c4c.add_custom_field("Contact", "Hobby_KUT", max_length=10)
        world.c4c.set_switch("overlength", "truncate")
        object_id, item_id = linked(world, "contact", "Abel")
        edit_item(world, item_id, profession="A very long profession")
        world.session()
        assert record(world, "contact", object_id)["Hobby_KUT"] == "A very lon"
        assert_quiet(world)
        assert values(world, item_id)["profession"] == "A very long profession"


#: A custom field whose length the mapping does not know.
LONG = {"hobby": {"exchange": "profession", "c4c": "Hobby_KUT"}}


def test_conflict_a_new_version_without_a_change_is_no_edit(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, item_id = linked(world, "contact", "Abel", JobTitle="Old")
        world.graph.bump_change_key(ALICE, item_id)
        edit_record(world, "contact", object_id, DepartmentCode="0001")
        assert_quiet(world)
        edit_record(world, "contact", object_id, DepartmentCode="0002")
        edit_item(world, item_id, jobTitle="New")
        result = world.session()
        assert result.writes == {"exchange": 0, "c4c": 1}
        assert record(world, "contact", object_id)["JobTitle"] == "New"
        assert world.issues() == []
        assert_quiet(world)
