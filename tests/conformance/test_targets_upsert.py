"""Plain loading by key: whatever fails, running again leaves each record exactly once."""

from __future__ import annotations

import re
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.store import Store
from fakes.loading import DELETED, Loading, Person
from fakes.plugins import Ended, Runner, record, schema
from harness.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TARGETS = ("target-c4c", "target-exchange-contacts")
KINDS = ("first", "last", "email", "number")
#: Every combination of what people can be told apart by.
KEYS = [keys for size in (1, 2, 3, 4) for keys in combinations(KINDS, size)]
ADA, BEN, CYD = (
    Person("Ada", "Able", "ada@private.example", "A-1"),
    Person("Ben", "Baker", "ben@private.example", "B-2"),
    Person("Cyd", "Charly", "cyd@private.example", "C-3"),
)
PEOPLE = (ADA, BEN, CYD)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(params=TARGETS)
def loading(
    request: pytest.FixtureRequest,
    world: World,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Loading]:
    loading = Loading(world, request.param, Runner(caplog, capsys))
    loading.empty()
    yield loading
    assert loading.admin.unused_faults() == []
    loading.admin.clear_faults()


def good(ended: Ended) -> bool:
    """Whether a run ended well; its STATE came out exactly then."""
    assert (ended.exit_code == 0) == (ended.stdout == '{"seen": 1}\n') == (ended.errors == [])
    for person in PEOPLE:
        assert person.email not in ended.log
        assert person.last not in ended.log
    return ended.exit_code == 0


def failed_at(ended: Ended) -> list[int]:
    """Return the positions of the records that a run names as not written."""
    lines = [line for line in ended.errors if line.startswith("Not written: record ")]
    return sorted(int(line.split()[3]) for line in lines)


def rows(loading: Loading) -> list[dict[str, Any]]:
    return [loading.columns(person) for person in PEOPLE]


@pytest.mark.parametrize("kinds", KEYS, ids="+".join)
def test_i10_records_are_created_once_and_found_by_any_key(
    loading: Loading, kinds: tuple[str, ...]
) -> None:
    keys = loading.keys(*kinds)
    for writes in (3, 0):
        assert good(loading.load(keys, *rows(loading)))
        assert (loading.writes(), loading.people()) == (writes, [*PEOPLE])
    changed = loading.columns(ADA, **{"JobTitle" if loading.is_c4c else "jobTitle": "Poet"})
    assert good(loading.load(keys, changed))
    assert (loading.writes(), loading.people()) == (1, [*PEOPLE])


@pytest.mark.parametrize("kinds", KEYS, ids="+".join)
def test_tombstones_are_found_by_any_key(loading: Loading, kinds: tuple[str, ...]) -> None:
    keys = loading.keys(*kinds)
    assert good(loading.load(keys, *rows(loading)))
    named = keys if {"first", "last"} & {*kinds} else (*keys, *loading.keys("last"))
    gone = {name: entry for name, entry in loading.columns(BEN).items() if name in {*named}}
    for writes in (1, 0):
        assert good(loading.load(keys, {**gone, **DELETED}))
        assert (loading.writes(), loading.people()) == (writes, [ADA, CYD])


def test_i47_an_email_address_alone_ends_nobody(loading: Loading) -> None:
    loading.put(ADA)
    keys = loading.keys("email")
    gone = {name: entry for name, entry in loading.columns(ADA).items() if name in {*keys}}
    ended = loading.load(keys, {**gone, **DELETED})
    assert "ambiguous_match (its key alone proves nobody, and the names" in ended.errors[0]
    assert loading.people() == [ADA]


@pytest.mark.parametrize("kinds", [("email",), ("number",), ("first", "last")], ids="+".join)
@pytest.mark.parametrize("kind", ["cut_after", "cut_before", "status"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_i10_whichever_create_fails_running_again_leaves_each_record_once(
    loading: Loading, kinds: tuple[str, ...], kind: str, nth: int
) -> None:
    fault = {"status": 400} if kind == "status" else {}
    loading.admin.add_fault(kind=kind, operation=loading.create_operation, nth=nth, **fault)
    keys = loading.keys(*kinds)
    first = loading.load(keys, *rows(loading))
    assert len(set(loading.people())) == len(loading.people())
    if kind == "status":
        assert len(failed_at(first)) == 1
    missing = {*PEOPLE} - {*loading.people()}
    # The message names those that are not there, and no others.
    assert {PEOPLE[at - 1] for at in failed_at(first)} == missing
    assert good(first) == (not missing)
    assert good(loading.load(keys, *rows(loading)))
    assert (loading.writes(), loading.people()) == (len(missing), [*PEOPLE])


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("kind", ["status", "status_after"])
@pytest.mark.parametrize("is_batch", [False, True])
def test_i10_an_error_of_the_server_is_looked_into_before_anything_is_repeated(
    loading: Loading, status: int, kind: str, *, is_batch: bool
) -> None:
    """The server fails, with or without having committed: one create, or the request around it."""
    # The first batch reads.
    where = {"path": r"^\$batch"} if is_batch else {"operation": loading.create_operation}
    loading.admin.add_fault(kind=kind, status=status, nth=2, **where)
    keys = loading.keys("email")
    first = loading.load(keys, *rows(loading))
    missing = {*PEOPLE} - {*loading.people()}
    assert {PEOPLE[at - 1] for at in failed_at(first)} == missing
    assert good(first) == (not missing)
    assert good(loading.load(keys, *rows(loading)))
    assert (loading.writes(), loading.people()) == (len(missing), [*PEOPLE])


def test_i10_records_of_one_key_are_written_once_and_the_later_one_wins(loading: Loading) -> None:
    title = "JobTitle" if loading.is_c4c else "jobTitle"
    records = [loading.columns(ADA, **{title: text}) for text in ("One", "Two")]
    shouted = loading.columns(Person("Ada", "Able", "ADA@Private.example", "A-1"))
    assert good(loading.load(loading.keys("email"), *records, shouted))
    assert (loading.writes(), len(loading.people())) == (1, 1)
    assert good(loading.load(loading.keys("email"), *records))
    assert (loading.people()[0].last, len(loading.people())) == ("Able", 1)


@pytest.mark.parametrize("kind", ["last", "number"])
def test_i10_blanks_around_a_key_make_no_second_record(loading: Loading, kind: str) -> None:
    keys = loading.keys(kind)
    column = keys[-1]
    for text, writes in (("  A-1 ", 1), ("A-1", 0), ("\tA-1", 0)):
        assert good(loading.load(keys, {**loading.columns(ADA), column: text}))
        assert (loading.writes(), len(loading.people())) == (writes, 1)


def test_i10_a_record_told_by_id_and_by_key_is_one(loading: Loading) -> None:
    ada = loading.put(ADA)
    id_name, title = ("ObjectID", "JobTitle") if loading.is_c4c else ("id", "jobTitle")
    by_id = loading.columns(Person(), **{id_name: ada, title: "One"})
    by_key = loading.columns(ADA, **{title: "Two"})
    assert good(loading.load(loading.keys("email"), by_id, by_key))
    assert (loading.writes(), loading.people()) == (1, [ADA])


def test_several_records_of_one_key_are_told_by_id_and_not_touched(loading: Loading) -> None:
    twins = sorted(loading.put(Person("", "Able", "", "A-1")) for _ in range(2))
    ended = loading.load(loading.keys("number"), loading.columns(ADA), loading.columns(BEN))
    assert failed_at(ended) == [1]
    assert "ambiguous_match (several records have its key: " in ended.errors[0]
    assert all(one in ended.errors[0] for one in twins)
    assert (loading.writes(), len(loading.people())) == (1, 3)


@pytest.mark.parametrize("blank", ["", " ", None])
def test_i10_a_record_whose_key_is_not_whole_is_never_created(
    loading: Loading, blank: str | None
) -> None:
    column = loading.keys("last")[-1]
    for kinds in (("last",), ("email", "last")):
        ended = loading.load(
            loading.keys(*kinds),
            {**loading.columns(ADA), column: blank},
            loading.columns(BEN),
        )
        assert failed_at(ended) == [1]
        assert f"invalid_record (its key is empty; {column})" in ended.errors[0]
        assert loading.people() == [BEN]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 413, 500, 503])
@pytest.mark.parametrize(("act", "at"), [("get", 0), ("get", 1), ("update", 1), ("update", 2)])
def test_i45_a_record_in_trouble_for_good_stops_nobody_else(
    loading: Loading, status: int, act: str, at: int
) -> None:
    ids = [loading.put(person) for person in PEOPLE]
    operation = f"ContactCollection.{act}" if loading.is_c4c else f"contacts.{act}"
    loading.admin.add_fault(
        kind="status", status=status, operation=operation, path=re.escape(ids[at]), count=0
    )
    id_name, title = ("ObjectID", "JobTitle") if loading.is_c4c else ("id", "jobTitle")
    changed = [
        loading.columns(person, **{id_name: one, title: "Poet"})
        for person, one in zip(PEOPLE, ids, strict=True)
    ]
    for writes in (2, 0):
        ended = loading.load(loading.keys("email"), *changed)
        assert failed_at(ended) == [at + 1]
        assert ids[at] in ended.errors[0]
        assert loading.writes() == writes


# -- people stay themselves ------------------------------------------------------------------------

FIRST = {"agrees": ("Anna", "ànna", "", "A."), "contradicts": ("Peter",)}
LAST = {"agrees": ("Mueller", "MUELLER", "M"), "contradicts": ("Schmidt",)}
NAMES = [
    (first, last, name, surname)
    for first, last in product(FIRST, LAST)
    for name, surname in product(FIRST[first], LAST[last])
]


@pytest.mark.parametrize(("first", "last", "name", "surname"), NAMES)
@pytest.mark.parametrize("where", ["there already", "in the same run"])
def test_i47_an_email_address_alone_never_proves_a_person(
    loading: Loading, first: str, last: str, name: str, surname: str, where: str
) -> None:
    anna = Person("Anna", "Mueller", "info@mueller.example")
    other = Person(name, surname, "info@mueller.example")
    keys = loading.keys("email")
    records = [loading.columns(other)]
    if where == "there already":
        loading.put(anna)
    else:
        records.insert(0, loading.columns(anna))
    ended = loading.load(keys, *records)
    verdict = {first, last}
    if verdict == {"agrees"}:
        assert good(ended)
        assert len(loading.people()) == 1
    elif verdict == {"contradicts"}:
        assert good(ended)
        assert {*loading.people()} == {anna, other}
    else:
        assert failed_at(ended) == [len(records)]
        assert "the names do not agree" in ended.errors[0]
        assert loading.people() == [anna]
    before = loading.people()
    loading.load(keys, *records)
    assert loading.people() == before


def test_i47_a_number_of_the_tenant_s_own_proves_who_it_is(world: World, run_c4c: Loading) -> None:
    del world
    run_c4c.put(Person("Anna", "Mueller", "", "A-1"))
    married = Person("Anna", "Schmidt", "", "A-1")
    assert good(run_c4c.load(run_c4c.keys("number"), run_c4c.columns(married)))
    assert run_c4c.people() == [married]


@pytest.fixture
def run_c4c(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> Loading:
    loading = Loading(world, "target-c4c", Runner(caplog, capsys))
    loading.empty()
    return loading


def test_i18_private_items_are_nobody_s_match(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    loading = Loading(world, "target-exchange-contacts", Runner(caplog, capsys))
    loading.empty()
    loading.put(ADA, is_private=True)
    changed = loading.columns(ADA, jobTitle="Poet")
    for writes in (1, 0):
        assert good(loading.load(loading.keys("email"), changed))
        assert (loading.writes(), len(loading.people())) == (writes, 2)


def test_i10_an_item_that_its_user_has_moved_is_found(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    loading = Loading(world, "target-exchange-contacts", Runner(caplog, capsys))
    loading.empty()
    keys = loading.keys("email")
    assert good(loading.load(keys, loading.columns(ADA)))
    folder = loading.admin.create_folder("alice@contoso.example", "Elsewhere")
    (item,) = world.items()
    loading.admin.move_contact("alice@contoso.example", item["id"], folder)
    assert good(loading.load(keys, loading.columns(ADA)))
    assert (loading.writes(), loading.people()) == (0, [ADA])


@pytest.mark.parametrize("number", ["A*", "*", "A-1*", "O'Neil", "50%"])
def test_i10_wildcards_and_quotes_in_a_key_are_plain_characters(
    run_c4c: Loading, number: str
) -> None:
    run_c4c.put(ADA)
    odd = Person("Odd", "One", "", number)
    for writes in (1, 0):
        assert good(run_c4c.load(run_c4c.keys("number"), run_c4c.columns(odd)))
        assert (run_c4c.writes(), run_c4c.people()) == (writes, [ADA, odd])


@pytest.mark.parametrize(("key", "writes"), [("Email", 0), ("DUNSID", 1)])
def test_i47_an_account_is_not_renamed_by_an_email_address_alone(
    run_c4c: Loading, key: str, writes: int
) -> None:
    able = {"Name": "Able Ltd", "RoleCode": "CRM000", "Email": "info@x.example", "DUNSID": "7"}
    run_c4c.admin.create_account(able)
    declared = schema("accounts", key)
    run_c4c.run(declared, record("accounts", **{**able, "Name": "Baker Ltd"}))
    assert run_c4c.writes() == writes
    (held,) = run_c4c.admin.dump()["CorporateAccountCollection"].values()
    assert held["Name"] == ("Baker Ltd" if writes else "Able Ltd")


def test_an_obsolete_record_is_not_brought_back_unasked(run_c4c: Loading) -> None:
    ada = run_c4c.put(ADA)
    run_c4c.admin.set_status("ContactCollection", ada, "4")
    keys = run_c4c.keys("number")
    ended = run_c4c.load(keys, run_c4c.columns(ADA, JobTitle="Poet"))
    assert good(ended)
    assert f"id {ada}: its record is Obsolete and stays so; send StatusCode" in ended.log
    assert run_c4c.people() == []
    assert good(run_c4c.load(keys, run_c4c.columns(ADA, StatusCode="2")))
    assert run_c4c.people() == [ADA]


def test_i10_what_lists_do_not_show_yet_is_not_created_twice(run_c4c: Loading) -> None:
    run_c4c.admin.set_switch("stale_reads", 2)
    run_c4c.admin.add_fault(kind="cut_after", operation=run_c4c.create_operation, nth=1)
    first = run_c4c.load(run_c4c.keys("email"), run_c4c.columns(ADA))
    assert len(run_c4c.people()) == 1
    assert failed_at(first) in ([], [1])
    run_c4c.admin.set_switch("stale_reads", 0)
    run_c4c.admin.catch_up()
    assert good(run_c4c.load(run_c4c.keys("email"), run_c4c.columns(ADA)))
    assert run_c4c.people() == [ADA]


def test_i27_with_a_store_failures_are_issues_until_all_is_written(
    loading: Loading, tmp_path: Path
) -> None:
    path = str(tmp_path / "sync.db")
    last = loading.keys("last")
    bad, fixed = loading.columns(Person("Ada")), loading.columns(ADA)
    for records, is_bad in (((bad, fixed), True), ((fixed,), False)):
        ended = loading.load(last, *records, sync_store=path)
        assert good(ended) is not is_bad
        with Store.open(path) as store:
            assert [row.issue.code for row in store.issues.list_open()] == (
                ["invalid_record"] if is_bad else []
            )


def test_a_key_that_c4c_alone_gives_creates_nothing(run_c4c: Loading) -> None:
    ended = run_c4c.load(("ExternalID",), run_c4c.columns(ADA, ExternalID="7"))
    assert "no record has this key, and C4C alone gives it; ExternalID" in ended.errors[0]
    assert run_c4c.writes() == 0
