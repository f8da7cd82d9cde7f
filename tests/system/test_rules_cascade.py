"""Linking a new contact to an account (section 7 of the rules)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness.scenes import (
    assert_quiet,
    create_item,
    create_record,
    edit_item,
    issue,
    item_of,
    obsolete,
    populate,
    record,
    values,
)
from harness.world import ALICE, STAGES, World

if TYPE_CHECKING:
    from pathlib import Path


def arrive(world: World, company: str, name: str = "Abel") -> dict[str, Any]:
    """Create a contact with this company in Exchange, sync it, return its C4C record."""
    create_item(world, "contact", name, companyName=company)
    world.session()
    found = world.record("contact", LastName=name)
    assert found is not None
    return found


def accounts(world: World, *names: str) -> list[str]:
    """Create accounts one after the other; return their ObjectIDs."""
    ids = []
    for name in names:
        ids.append(create_record(world, "account", name))
        world.c4c.advance_clock(60)
    return ids


def number_of(world: World, account_id: str) -> str:
    return str(record(world, "account", account_id)["AccountID"])


def prepared(world: World) -> World:
    """Let an empty session create the managed folders."""
    world.session()
    return world


# -- the rule --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("existing", "company", "expected"),
    [
        (["Acme"], "Acme", "Acme"),
        (["Acme"], "  Acme ", "Acme"),
        (["Acme  GmbH"], "Acme GmbH", "Acme  GmbH"),
        (["ACME", "Acme", "acme"], "Acme", "Acme"),
        (["ACME"], "Acme", "ACME"),
        (["Acme GmbH", "Globex"], "Acme", "Acme GmbH"),
        (["The ACME company"], "acme", "The ACME company"),
        (["Acme GmbH", "Acme AG"], "Acme", ""),
        (["Acme", "Acme AG"], "Acme", "Acme"),
        (["Globex"], "Acme", ""),
        (["Acme"], "Acme GmbH", ""),
        (["Acme"], "", ""),
        (["Acme"], "   ", ""),
        (["O'Neill & Sons"], "O'Neill & Sons", "O'Neill & Sons"),
        (["O'Neill & Sons"], "O'Neill", "O'Neill & Sons"),
        (["Acme"], "*", ""),
        (["Acme"], "A*e", ""),
        (["Acme", "Star*Bucks"], "Star*Bucks", "Star*Bucks"),
        (["Acme", "100% Pure"], "100%", "100% Pure"),
        (["Acme"], "%", ""),
        (["Globex"], "?", ""),
    ],
)
def test_cascade_chooses_the_account(
    tmp_path: Path, existing: list[str], company: str, expected: str
) -> None:
    with World(tmp_path) as world:
        ids = accounts(prepared(world), *existing)
        found = arrive(world, company)
        by_number = {number_of(world, entry): entry for entry in ids}
        chosen = by_number.get(str(found["AccountID"]), "")
        name = record(world, "account", chosen)["Name"] if chosen else ""
        assert name == expected
        assert world.issues() == []
        assert_quiet(world)
        if expected:
            # The account's own spelling is what Exchange shows afterwards.
            shown = values(world, item_of(world, found["ObjectID"]))["companyName"]
            assert shown.split() == expected.split()


def test_cascade_takes_the_oldest_of_several_equal_names(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ids = accounts(prepared(world), "Acme", "Acme", "Acme")
        assert arrive(world, "Acme")["AccountID"] == number_of(world, ids[0])
        assert_quiet(world)


def test_cascade_breaks_a_tie_by_object_id(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepared(world)
        world.c4c.set_clock("2026-01-01T00:00:00Z")
        ids = sorted(create_record(world, "account", "Acme") for _ in range(3))
        world.c4c.release_clock()
        assert len({record(world, "account", entry)["CreationOn"] for entry in ids}) == 1
        assert arrive(world, "Acme")["AccountID"] == number_of(world, ids[0])
        assert_quiet(world)


def test_cascade_passes_obsolete_accounts_over(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ids = accounts(prepared(world), "Acme", "Acme")
        obsolete(world, "account", ids[0])
        assert arrive(world, "Acme")["AccountID"] == number_of(world, ids[1])
        assert_quiet(world)


def test_cascade_does_not_count_obsolete_accounts_among_several(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        ids = accounts(prepared(world), "Acme GmbH", "Acme AG")
        obsolete(world, "account", ids[0])
        assert arrive(world, "Acme")["AccountID"] == number_of(world, ids[1])
        assert_quiet(world)


HEAD = "Consolidated International"
LONG = f"{HEAD} Manufacturing and Trading Company"


def test_cascade_joins_names_that_span_several_fields(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepared(world)
        parts = {"AdditionalName": "Manufacturing and Trading", "AdditionalName2": "Company"}
        long = create_record(world, "account", HEAD, **parts)
        create_record(world, "account", HEAD)
        assert arrive(world, LONG)["AccountID"] == number_of(world, long)
        assert_quiet(world)


def test_cascade_finds_a_part_that_spans_two_fields(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepared(world)
        account = create_record(world, "account", "Northern European", AdditionalName="Trading Co.")
        assert arrive(world, "European Trading")["AccountID"] == number_of(world, account)
        assert_quiet(world)


# -- in the same session ---------------------------------------------------------------------------


def test_cascade_uses_an_account_created_from_exchange_in_the_same_session(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepared(world)
        people = [create_item(world, "contact", f"Abel {n}", companyName="Acme") for n in range(2)]
        create_item(world, "account", "Acme")
        world.session()
        account = world.record("account", Name="Acme")
        assert account is not None
        for found in world.records("contact").values():
            assert found["AccountID"] == account["AccountID"]
        assert all(values(world, item_id)["companyName"] == "Acme" for item_id in people)
        assert_quiet(world)


def test_cascade_uses_a_long_name_created_from_exchange_in_the_same_session(
    tmp_path: Path,
) -> None:
    with World(tmp_path) as world:
        prepared(world)
        create_item(world, "account", LONG)
        found = arrive(world, LONG)
        assert found["AccountFormattedName"].split() == LONG.split()
        assert len(world.records("account")) == 1
        assert_quiet(world)


# -- no account ------------------------------------------------------------------------------------


def test_cascade_without_an_account_keeps_the_company_in_exchange(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        found = arrive(prepared(world), "Unknown Inc.")
        assert not found["AccountID"]
        assert values(world, item_of(world, found["ObjectID"]))["companyName"] == "Unknown Inc."
        assert world.records("account") == {}
        assert_quiet(world)


def test_cascade_creates_the_account_where_it_is_set_to(tmp_path: Path) -> None:
    with World(tmp_path, mapper={"contact": {"account_no_match": "create"}}) as world:
        prepared(world)
        for name in ("Abel", "Baker"):
            create_item(world, "contact", name, companyName="Unknown Inc.")
        world.session()
        (account,) = world.records("account").values()
        assert account["Name"] == "Unknown Inc."
        for found in world.records("contact").values():
            assert found["AccountID"] == account["AccountID"]
        world.settle()
        assert len(world.records("account")) == 1
        assert_quiet(world)


def test_cascade_holds_the_contact_where_it_is_set_to(tmp_path: Path) -> None:
    with World(tmp_path, mapper={"contact": {"account_no_match": "issue"}}) as world:
        prepared(world)
        item_id = create_item(world, "contact", "Abel", companyName="Unknown Inc.")
        create_item(world, "contact", "Alone")
        world.session()
        assert world.issues() == ["account_not_found"]
        assert [found["LastName"] for found in world.records("contact").values()] == ["Alone"]
        assert_quiet(world)
        create_record(world, "account", "Unknown Inc.")
        edit_item(world, item_id, jobTitle="Head")
        world.session()
        assert world.record("contact", LastName="Abel") is not None
        assert world.issues() == []
        assert_quiet(world)


def test_cascade_leaves_the_item_where_c4c_refuses_a_contact_without_account(
    tmp_path: Path,
) -> None:
    with World(tmp_path) as world:
        prepared(world)
        world.c4c.set_switch("contact_needs_account", value=True)
        item_id = create_item(world, "contact", "Abel", companyName="Unknown Inc.")
        world.session()
        assert world.issues() == ["rejected"]
        assert world.records("contact") == {}
        assert values(world, item_id)["companyName"] == "Unknown Inc."
        assert_quiet(world)
        create_record(world, "account", "Unknown Inc.")
        edit_item(world, item_id, jobTitle="Head")
        world.session()
        assert world.record("contact", LastName="Abel") is not None
        assert world.issues() == []
        assert_quiet(world)


def test_cascade_goes_on_with_the_others_when_c4c_refuses_one(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        prepared(world)
        create_record(world, "account", "Acme")
        world.c4c.set_switch("contact_needs_account", value=True)
        create_item(world, "contact", "Refused", companyName="Unknown Inc.")
        for number in range(3):
            create_item(world, "contact", f"Accepted {number}", companyName="Acme")
        world.session()
        assert len(world.records("contact")) == 3
        assert issue(world, "rejected").exchange_id
        assert_quiet(world)


# -- later edits of Company ------------------------------------------------------------------------


def employee(world: World, company: str) -> tuple[str, str]:
    """Sync a contact of an account among bystanders; return ObjectID and item id."""
    account = create_record(world, "account", company)
    object_id = create_record(world, "contact", "Abel", AccountID=number_of(world, account))
    populate(world, "account", "contact")
    return object_id, item_of(world, object_id)


def test_cascade_restores_an_edited_company(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        object_id, item_id = employee(world, "Acme")
        create_record(world, "account", "Globex")
        edit_item(world, item_id, companyName="Globex", jobTitle="Head")
        world.session()
        assert values(world, item_id)["companyName"] == "Acme"
        found = record(world, "contact", object_id)
        assert (found["AccountFormattedName"], found["JobTitle"]) == ("Acme", "Head")
        assert world.issues() == ["company_restored"]
        assert_quiet(world)


def test_cascade_restores_an_emptied_company(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        _, item_id = employee(world, "Acme")
        edit_item(world, item_id, companyName="")
        world.session()
        assert values(world, item_id)["companyName"] == "Acme"
        assert_quiet(world)


@pytest.mark.parametrize("how", ["add", "replace"])
def test_cascade_relinks_an_edited_company_where_it_is_set_to(tmp_path: Path, how: str) -> None:
    with World(tmp_path, mapper={"contact": {"company_change": "relink"}}) as world:
        world.c4c.set_switch("account_change", how)
        object_id, item_id = employee(world, "Acme")
        globex = create_record(world, "account", "Globex Corporation")
        world.session()
        edit_item(world, item_id, companyName="Globex")
        world.session()
        found = record(world, "contact", object_id)
        if how == "replace":
            assert found["AccountID"] == number_of(world, globex)
            assert values(world, item_id)["companyName"] == "Globex Corporation"
        else:
            # The tenant adds a relation and keeps the main account: its name is shown again.
            assert values(world, item_id)["companyName"] == found["AccountFormattedName"]
        assert_quiet(world)


@pytest.mark.parametrize("edit", [{}, {"jobTitle": "Boss"}], ids=["company alone", "and more"])
@pytest.mark.parametrize("status", [400, 403, 500])
def test_i45_a_search_for_an_account_that_fails_is_no_answer(
    tmp_path: Path, status: int, edit: dict[str, str]
) -> None:
    with World(tmp_path, mapper={"contact": {"company_change": "relink"}}) as world:
        world.c4c.set_switch("account_change", "replace")
        object_id, item_id = employee(world, "Acme")
        globex = create_record(world, "account", "Globex")
        world.session()
        edit_item(world, item_id, companyName="Globex", **edit)
        search = {"operation": "CorporateAccountCollection.list", "path": "Name"}
        world.c4c.add_fault(kind="status", status=status, count=0, **search)
        world._stage({}, *STAGES[0])
        assert world.c4c.unused_faults() == []
        world.c4c.clear_faults()
        assert values(world, item_id)["companyName"] == "Globex"
        assert "company_restored" not in world.issues()
        world.settle()
        assert record(world, "contact", object_id)["AccountID"] == number_of(world, globex)
        assert values(world, item_id)["companyName"] == "Globex"
        assert world.issues() == []
        assert_quiet(world)


def test_cascade_relink_to_nobody_restores_the_company(tmp_path: Path) -> None:
    with World(tmp_path, mapper={"contact": {"company_change": "relink"}}) as world:
        object_id, item_id = employee(world, "Acme")
        edit_item(world, item_id, companyName="Nobody")
        world.session()
        assert values(world, item_id)["companyName"] == "Acme"
        assert record(world, "contact", object_id)["AccountFormattedName"] == "Acme"
        assert world.issues() == ["company_restored"]
        assert_quiet(world)


def test_cascade_is_not_asked_when_a_contact_is_matched(tmp_path: Path) -> None:
    """The matched contact has an account, or none, by a decision made in C4C."""
    with World(tmp_path) as world:
        prepared(world)
        create_record(world, "account", "Acme")
        mail = {"emailAddresses": [{"address": "a@x.example", "name": "a"}]}
        item_id = create_item(world, "contact", "Abel", companyName="Acme", **mail)
        object_id = create_record(world, "contact", "Abel", Email="a@x.example")
        world.session()
        assert not record(world, "contact", object_id)["AccountID"]
        assert values(world, item_id)["companyName"] == "Acme"
        assert world.graph.dump()["mailboxes"][ALICE]["contacts"]
        assert_quiet(world)
