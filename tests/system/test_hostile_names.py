"""Names with every trick of Unicode and of URLs: the same on both sides, once, and then quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness import scenes
from harness.hostile import NAMES, as_shown
from harness.world import ALICE, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: No name at all to a system that trims white space, so nothing that could be required.
NAMED = [name for name in NAMES.values() if as_shown(name)]
#: Those that a filter, a URL or a comparison may get wrong.
TRICKY = [
    NAMES[name]
    for name in (
        *("combining marks", "decomposed", "emoji joined", "header lines", "quotes", "stars"),
        *("percent", "ampersand", "hash", "plus", "question mark", "slashes", "semicolon"),
        *("filter", "Turkish", "jamo", "no-break space"),
    )
]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        world.session()
        yield world


def address(number: int) -> str:
    return f"n{number}@private.example"


def records(world: World, count: int = len(NAMED)) -> dict[str, dict[str, Any]]:
    """Return the C4C contacts by e-mail address; there is one for each."""
    found = list(world.records("contact").values())
    by_email = {record["Email"]: record for record in found}
    assert len(by_email) == len(found) == count
    return by_email


def items(world: World, count: int = len(NAMED)) -> dict[str, dict[str, Any]]:
    """Return the contact items by e-mail address; there is one for each."""
    found = [
        entry["properties"] for entry in world.items() if entry["properties"].get("emailAddresses")
    ]
    by_email = {item["emailAddresses"][0]["address"]: item for item in found}
    assert len(by_email) == len(found) == count
    return by_email


def assert_same(world: World, count: int = len(NAMED), **properties: str) -> None:
    """Both sides show the same, and nobody is asked to do anything."""
    by_email = items(world, count)
    for email, record in records(world, count).items():
        for c4c, graph in properties.items():
            assert as_shown(record[c4c]) == as_shown(by_email[email][graph])
    assert world.issues() == []


def test_i01_names_typed_on_one_side_reach_the_other(world: World) -> None:
    half = len(NAMED)
    for number, name in enumerate(NAMED):
        entry = {"emailAddresses": [{"address": address(number)}], "givenName": name}
        scenes.create_item(world, "contact", name, **entry)
        email = address(half + number)
        scenes.create_record(world, "contact", name, Email=email, FirstName="C4C")
    world.session()
    assert_same(world, 2 * half, LastName="surname", FirstName="givenName")
    uploaded, downloaded = records(world, 2 * half), items(world, 2 * half)
    for number, name in enumerate(NAMED):
        assert as_shown(uploaded[address(number)]["LastName"]) == as_shown(name)
        assert as_shown(downloaded[address(half + number)]["surname"]) == as_shown(name)
    scenes.assert_quiet(world)


def test_i04_edits_to_such_names_meet_in_the_middle(world: World) -> None:
    ids = [
        scenes.create_record(world, "contact", f"Plain {number}", Email=address(number))
        for number in range(len(TRICKY))
    ]
    world.session()
    for object_id, name in zip(ids, TRICKY, strict=True):
        scenes.edit_record(world, "contact", object_id, LastName=name)
        scenes.edit_item(world, scenes.item_of(world, object_id), jobTitle=name)
    world.session()
    assert {as_shown(record["JobTitle"]) for record in records(world, len(TRICKY)).values()} == {
        as_shown(name) for name in TRICKY
    }
    assert_same(world, len(TRICKY), LastName="surname", JobTitle="jobTitle")
    scenes.assert_quiet(world)


def test_i24_a_company_of_such_a_name_finds_its_account(world: World) -> None:
    for name in TRICKY:
        scenes.create_record(world, "account", name)
    # Near misses: what a filter that lost its quotes or wildcards would find instead.
    for name in ("Ze", "b", "' or 1 eq 1", "x", "Ze b x"):
        scenes.create_record(world, "account", name)
    world.session()
    for number, name in enumerate(TRICKY):
        entry = {"emailAddresses": [{"address": address(number)}], "companyName": name}
        scenes.create_item(world, "contact", f"Person {number}", **entry)
    world.session()
    accounts = {record["AccountID"]: record for record in world.records("account").values()}
    by_email = items(world, len(TRICKY))
    for email, record in records(world, len(TRICKY)).items():
        company = by_email[email]["companyName"]
        assert as_shown(accounts[record["AccountID"]]["Name"]) == as_shown(company)
    assert world.issues() == []
    scenes.assert_quiet(world)


def test_i38_composed_and_decomposed_names_are_matched_without_an_address(world: World) -> None:
    composed, decomposed = "Zo\u00e9", "Zoe\u0301"
    for number, (here, there) in enumerate(
        [(composed, decomposed), (decomposed, composed), (decomposed, decomposed)]
    ):
        scenes.create_record(world, "contact", f"{here} {number}", FirstName=here)
        scenes.create_item(world, "contact", f"{there} {number}", givenName=there)
    world.session()
    assert len(world.records("contact")) == len(world.items()) == 3
    assert world.issues() == []
    scenes.assert_quiet(world)


def test_i38_such_names_are_matched_and_not_doubled(world: World) -> None:
    for number, name in enumerate(TRICKY):
        scenes.create_record(world, "contact", name, Email=address(number), FirstName="F")
        entry = {"emailAddresses": [{"address": address(number)}], "givenName": "F"}
        scenes.create_item(world, "contact", name, **entry)
    world.session()
    assert_same(world, len(TRICKY), LastName="surname", FirstName="givenName")
    with world.store() as store:
        assert len(store.links.list_(ALICE)) == len(TRICKY)
    scenes.assert_quiet(world)
