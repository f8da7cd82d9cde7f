"""Plain loading, decided: keys, hits and names."""

from __future__ import annotations

from itertools import permutations, product

import pytest
from contact_sync.core.loading import (
    Column,
    Doubtful,
    Found,
    Hit,
    NotFound,
    Table,
    UnfitStreamError,
    choose,
    key_form,
    nearest,
    plan_stream,
    safe_name,
)
from hypothesis import given
from hypothesis import strategies as st

EMAIL = Column(name="Email", is_email=True)
NUMBER = Column(name="Number_KUT", is_identifier=True)
TABLE = Table(
    service="C4C",
    id_name="ObjectID",
    columns={
        "Email": EMAIL,
        "Number_KUT": NUMBER,
        "LastName": Column(name="LastName"),
        "ObjectID": Column(name="ObjectID", is_creatable=False, is_updatable=False),
    },
    own=frozenset({"etag"}),
    scope=frozenset({"mailbox"}),
    first_name="FirstName",
    last_name="LastName",
)


@pytest.mark.parametrize(
    ("column", "value", "form"),
    [
        (NUMBER, " A-1 ", "A-1"),
        (NUMBER, "a-1", "a-1"),
        (NUMBER, 7, "7"),
        (NUMBER, "e\u0301", "\u00e9"),
        (NUMBER, None, ""),
        (NUMBER, "  ", ""),
        (NUMBER, True, None),
        (NUMBER, 1.5, None),
        (NUMBER, ["A-1"], None),
        (NUMBER, {"a": 1}, None),
        (EMAIL, " Ada@Private.EXAMPLE ", "ada@private.example"),
        (EMAIL, [{"address": "A@b"}, {"address": "c@d"}], "a@b"),
        (EMAIL, [{"address": ""}, {"address": "c@d"}], "c@d"),
        (EMAIL, [], ""),
        (EMAIL, [{"name": "x"}], ""),
        (EMAIL, ["a@b"], None),
        (EMAIL, [{"address": ["a@b"]}], None),
    ],
)
def test_keys_are_compared_in_one_form(column: Column, value: object, form: str | None) -> None:
    assert key_form(column, value) == form


@pytest.mark.parametrize(
    ("keys", "key", "compares_names"),
    [
        (["ObjectID"], (), True),
        (["ObjectID", "Email"], (), True),
        (["Email"], (EMAIL,), True),
        (["mailbox", "Email"], (EMAIL,), True),
        (["Email", "Email"], (EMAIL,), True),
        (["Number_KUT"], (NUMBER,), False),
        (["Email", "Number_KUT"], (EMAIL, NUMBER), False),
        ([], (), True),
    ],
)
def test_the_key_of_a_stream(
    keys: list[str], key: tuple[Column, ...], *, compares_names: bool
) -> None:
    plan = plan_stream(TABLE, "contacts", ["ObjectID"], keys)
    assert (plan.key, plan.compares_names) == (key, compares_names)


@pytest.mark.parametrize("keys", [[], ["mailbox"], ["FirstName"], ["etag"], ["_sdc_sequence"]])
def test_streams_without_a_key_that_can_be_looked_up_are_refused(keys: list[str]) -> None:
    with pytest.raises(UnfitStreamError, match="nothing was written"):
        plan_stream(TABLE, "contacts", ["Email"], keys)


@pytest.mark.parametrize(
    ("name", "found"),
    [("Emial", "Email"), ("EMAIL", "Email"), ("lastname", "LastName"), ("zzz", ""), ("", "")],
)
def test_the_nearest_name_is_found_in_any_case(name: str, found: str) -> None:
    assert nearest(name, TABLE.columns) == found


@given(st.text())
def test_i51_a_name_that_might_be_anything_is_not_shown(name: str) -> None:
    shown = safe_name(name)
    assert shown in {name, "(unprintable name)"}
    assert shown.isprintable()
    assert shown.isascii()


# -- hits ------------------------------------------------------------------------------------------

AGREEING = {"first": ("Anna", "ANNA", "A.", ""), "last": ("Mueller", "MUELLER", "M", "")}
OTHERS = {"first": "Peter", "last": "Schmidt"}


@pytest.mark.parametrize(("first", "last"), [*product(AGREEING["first"], AGREEING["last"])])
def test_i47_names_that_agree_are_the_same_person(first: str, last: str) -> None:
    hit = Hit(remote_id="1", names=("Anna", "Mueller", ""))
    if first or last:
        assert choose((first, last, ""), [hit]) == Found("1")
    else:
        # Nothing speaks for it but the key.
        assert isinstance(choose((first, last, ""), [hit]), Doubtful)
    assert choose((first, last, ""), [hit], is_one_source=True) == Found("1")


@pytest.mark.parametrize("first", AGREEING["first"][:3])
@pytest.mark.parametrize("last", AGREEING["last"][:3])
def test_i47_names_that_contradict(first: str, last: str) -> None:
    hit = Hit(remote_id="1", names=("Anna", "Mueller", ""))
    for names in ((first, OTHERS["last"], ""), (OTHERS["first"], last, "")):
        assert isinstance(choose(names, [hit]), Doubtful)
    assert choose((OTHERS["first"], OTHERS["last"], ""), [hit]) == NotFound()


ANNA = Hit(remote_id="anna", names=("Anna", "Mueller", ""))
HALF = Hit(remote_id="half", names=("Anna", "Schmidt", ""))
PETER = Hit(remote_id="peter", names=("Peter", "Schmidt", ""))
BLANK = Hit(remote_id="blank", names=("", "", ""))
ENDED = Hit(remote_id="ended", names=("Anna", "Mueller", ""), is_live=False)
ME = ("Anna", "Mueller", "")


@pytest.mark.parametrize(
    ("hits", "choice"),
    [
        ([], NotFound()),
        ([ANNA], Found("anna")),
        ([ANNA, ANNA], Found("anna")),
        ([PETER], NotFound()),
        ([ANNA, PETER], Found("anna")),
        ([ANNA, HALF, PETER], Found("anna")),
        ([HALF, PETER], ("half",)),
        ([BLANK], ("blank",)),
        ([ANNA, BLANK], Found("anna")),
        ([ENDED], Found("ended")),
        ([ENDED, ANNA], Found("anna")),
        ([ENDED, PETER], Found("ended")),
        ([ENDED, HALF], ("half",)),
    ],
)
def test_i24_the_choice_depends_on_the_hits_alone(
    hits: list[Hit], choice: Found | NotFound | tuple[str, ...]
) -> None:
    for order in permutations(hits):
        chosen = choose(ME, order)
        assert (chosen.remote_ids if isinstance(chosen, Doubtful) else chosen) == choice


def test_items_without_names_are_told_by_their_key() -> None:
    assert choose(("", "", ""), [BLANK, PETER]) == Found("blank")


def test_companies_with_one_address_are_told_by_their_name() -> None:
    able = Hit(remote_id="able", names=("", "", "Able Ltd"))
    assert choose(("", "", "ABLE  Ltd"), [able]) == Found("able")
    for company in ("Baker Ltd", ""):
        assert isinstance(choose(("", "", company), [able]), Doubtful)
        assert choose(("", "", company), [able], is_one_source=True) == Found("able")


def test_the_names_of_a_record_are_its_texts() -> None:
    plan = plan_stream(TABLE, "contacts", ["Email"], ["Email"])
    assert plan.names_of({"FirstName": " Anna ", "LastName": ["x"]}) == ("Anna", "", "")
    assert plan_stream(TABLE, "contacts", [], ["Number_KUT"]).names_of({}) is None


def test_a_key_that_proves_who_it_is_asks_for_no_names() -> None:
    assert choose(None, [PETER]) == Found("peter")
    assert isinstance(choose(None, [PETER, ANNA]), Doubtful)
