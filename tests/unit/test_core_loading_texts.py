"""Plain loading: what is said of a stream, word for word; columns and keys by name only."""

from __future__ import annotations

import pytest
from contact_sync.core.loading import (
    Column,
    Doubtful,
    Hit,
    Table,
    UnfitStreamError,
    choose,
    nearest,
    plan_stream,
    safe_name,
)

COLUMNS = (
    Column(name="Email", is_email=True),
    Column(name="City"),
    Column(name="Phone", no_key_because="shown in another form"),
    Column(name="Photo", no_key_because="a list"),
    Column(name="ContactID", is_updatable=False, is_identifier=True),
    Column(name="Level", is_creatable=False),
    Column(name="ChangedOn", is_creatable=False, is_updatable=False),
    Column(name="CreatedBy", is_creatable=False, is_updatable=False),
    Column(name="ObjectID", is_creatable=False, is_updatable=False),
)
TABLE = Table(
    service="C4C",
    id_name="ObjectID",
    columns={column.name: column for column in COLUMNS},
    own=frozenset({"etag", "in_view", "City"}),
    scope=frozenset({"mailbox"}),
    first_name="FirstName",
    last_name="LastName",
)
REMEDY = (
    "Let the tap name mailbox and ObjectID, or properties that can be looked up (see "
    "docs/loading.md; in Meltano: `table-key-properties`); nothing was written."
)


def refusal(declared: list[str], keys: list[str]) -> str:
    with pytest.raises(UnfitStreamError) as refused:
        plan_stream(TABLE, "contacts", declared, keys)
    return str(refused.value)


def test_unknown_columns_are_told_with_what_is_nearest() -> None:
    assert refusal(["Cityy", "Email", "zzz", "a b"], ["Email"]) == (
        "Stream contacts has columns that C4C does not know: Cityy (nearest: City), zzz, "
        "(unprintable name). Correct or deselect them in the tap, or set `unknown_columns` to "
        "`ignore`; nothing was written."
    )


@pytest.mark.parametrize("known", ["Email", "etag", "mailbox", "ObjectID", "_sdc_sequence"])
def test_known_columns_are_known_in_schemas_and_records(known: str) -> None:
    plan = plan_stream(TABLE, "contacts", [known], ["Email"])
    assert plan.is_known(known)
    assert not plan.is_known("Cityy")
    assert not plan.is_known("sdc_sequence")


def test_a_missing_key_is_told() -> None:
    for keys in ([], ["mailbox"]):
        assert refusal(["Email"], keys) == (
            "Stream contacts has no key_properties: loaded twice, it would create every record "
            f"twice. {REMEDY}"
        )


def test_keys_that_cannot_be_looked_up_are_told_each_with_its_reason() -> None:
    assert refusal(["Email"], ["Phone", "Email", "Emial", "zzz", "Photo"]) == (
        "Stream contacts has key_properties by which C4C cannot be searched: Phone (shown in "
        "another form), Emial (unknown, nearest: Email), zzz (unknown), Photo (a list). "
        f"{REMEDY}"
    )


def test_without_a_scope_the_remedy_names_the_id_alone() -> None:
    table = Table(service="C4C", id_name="ObjectID", columns={})
    with pytest.raises(UnfitStreamError, match="Let the tap name ObjectID, or properties"):
        plan_stream(table, "contacts", ["_sdc_x"], [])


def test_what_is_not_written_is_said_in_a_line_each() -> None:
    declared = ["ObjectID", "ChangedOn", "CreatedBy", "ContactID", "Level", "in_view", "City", "x!"]
    plan = plan_stream(TABLE, "contacts", declared, ["ObjectID"], allows_unknown=True)
    start = "Stream contacts: these columns"
    assert plan.notes == (
        f"{start} are unknown to C4C and not written (`unknown_columns`): (unprintable name)",
        f"{start} are set by C4C itself and not written: ChangedOn, CreatedBy",
        f"{start} are written with new records only: ContactID",
        f"{start} are facts of the tap and not written: in_view",
    )
    assert plan.allows_unknown
    assert plan_stream(TABLE, "contacts", ["Email"], ["Email"]).notes == ()
    assert not plan_stream(TABLE, "contacts", ["Email"], ["Email"]).allows_unknown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("City", "City"),
        ("a.b_1", "a.b_1"),
        ("_sdc", "_sdc"),
        ("1a", "(unprintable name)"),
        ("a b", "(unprintable name)"),
        ("", "(unprintable name)"),
        (None, "(unprintable name)"),
        ("a" * 80, "a" * 80),
        ("a" * 81, "(unprintable name)"),
    ],
)
def test_names_that_are_shown(name: object, shown: str) -> None:
    assert safe_name(name) == shown


@pytest.mark.parametrize(
    ("name", "found"),
    [("Cit", "City"), ("Ci", "City"), ("xCix", ""), ("Cxxxx", ""), ("Contact", "ContactID")],
)
def test_how_near_a_name_must_be(name: str, found: str) -> None:
    assert nearest(name, TABLE.columns) == found


def test_doubts_say_which_rule_was_broken() -> None:
    anna = ("Anna", "Mueller", "")
    hits = [Hit(remote_id=name, names=anna) for name in ("2", "1")]
    assert choose(anna, hits) == Doubtful(("1", "2"), "several records have its key")
    assert choose(("Anna", "Schmidt", ""), hits) == Doubtful(
        ("1", "2"), "its key alone proves nobody, and the names do not agree"
    )
