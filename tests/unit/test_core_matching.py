"""First match: which existing record a new one already is (I38)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pytest
from contact_sync.core.matching import (
    Ambiguous,
    Candidate,
    Likeness,
    Match,
    Matched,
    Newcomer,
    NoMatch,
    compare_names,
    have_agreeing_names,
    match_all,
)
from hypothesis import given
from hypothesis import strategies as st

FIELDS = ("first_name", "last_name", "email", "company")


def person(first: str = "", last: str = "", email: str = "", company: str = "") -> dict[str, str]:
    return dict(zip(FIELDS, (first, last, email, company), strict=True))


ANN = person("Ann", "Lee", "ann@x.org", "Acme")


@dataclass(frozen=True)
class Case:
    description: str
    newcomer: dict[str, str]
    candidates: dict[str, dict[str, str]]
    expected: Match


SINGLE = [
    Case("e-mail and both names", ANN, {"1": person("A.", "LEE", "Ann@X.org")}, Matched("1")),
    Case(
        "e-mail before name",
        ANN,
        {"1": person("A", "Lee", "ann@x.org"), "2": person("Ann", "Lee", "", "Acme")},
        Matched("1"),
    ),
    Case(
        "whom both names tell apart is no candidate; the name and the company decide",
        ANN,
        {"1": person("Bob", "Ray", "ann@x.org"), "2": person("Ann", "Lee", "", "Acme")},
        Matched("2"),
    ),
    Case(
        "full agreement goes before doubt",
        ANN,
        {"1": person("Bob", "Lee", "ann@x.org"), "2": person("Ann", "", "ann@x.org")},
        Matched("2"),
    ),
    Case(
        "doubt is not settled by a name elsewhere",
        ANN,
        {"1": person("Bob", "Lee", "ann@x.org"), "2": person("Ann", "Lee", "", "Acme")},
        Ambiguous(("1",)),
    ),
    Case(
        "two whose initials fit",
        person("B.", "Lee", "ann@x.org"),
        {"1": person("Bob", "Lee", "ann@x.org"), "2": person("Bea", "Lee", "ann@x.org")},
        Ambiguous(("1", "2")),
    ),
    Case(
        "an address alone proves nobody",
        person("", "", "ann@x.org"),
        {"1": ANN},
        Ambiguous(("1",)),
    ),
    Case(
        "several with the e-mail: narrowed by name",
        ANN,
        {"1": person("Bob", "Ray", "ann@x.org"), "2": person("ANN", "Lee", "ann@x.org")},
        Matched("2"),
    ),
    Case(
        "several with the e-mail, none with the name",
        ANN,
        {"2": person("Bob", "Ray", "ann@x.org"), "1": person("Cy", "Ray", "ann@x.org")},
        NoMatch(),
    ),
    Case(
        "several with e-mail and name: only these are in doubt",
        ANN,
        {"1": ANN, "2": ANN, "3": person("Bob", "Ray", "ann@x.org")},
        Ambiguous(("1", "2")),
    ),
    Case(
        "no such e-mail: by name and company",
        ANN,
        {"1": person("Ann", "Lee", "", "Acme"), "2": person("Ann", "Lee", "", "Other")},
        Matched("1"),
    ),
    Case(
        "two of that name and company",
        person("Ann", "Lee", "", "Acme"),
        {"1": ANN, "2": ANN},
        Ambiguous(("1", "2")),
    ),
    Case(
        "first and last name suffice",
        person("Ann", "Lee"),
        {"1": person("Ann", "Lee")},
        Matched("1"),
    ),
    Case(
        "last name and company suffice",
        person("", "Lee", "", "Acme"),
        {"1": person("", "Lee", "", "Acme")},
        Matched("1"),
    ),
    Case("a last name alone does not", person("", "Lee"), {"1": person("", "Lee")}, NoMatch()),
    Case("nor a first name alone", person("Ann"), {"1": person("Ann")}, NoMatch()),
    Case(
        "blank e-mails are not equal", person("Bo", "Ray"), {"1": person("Ann", "Lee")}, NoMatch()
    ),
    Case("another company is another person", ANN, {"1": person("Ann", "Lee", "", "X")}, NoMatch()),
    Case(
        "so is another first name",
        person("Ann", "Lee", "", "Acme"),
        {"1": person("Bob", "Lee", "", "Acme")},
        NoMatch(),
    ),
    Case(
        "and another last name",
        person("Ann", "Lee", "", "Acme"),
        {"1": person("Ann", "Ray", "", "Acme")},
        NoMatch(),
    ),
    Case(
        "several with the e-mail: a first name alone narrows nothing",
        ANN,
        {"1": person("Ann", "Ray", "ann@x.org"), "2": person("Bob", "Lee", "ann@x.org")},
        Ambiguous(("1", "2")),
    ),
    Case(
        "a value that is not carried is blank",
        {"last_name": "Lee", "company": "Acme"},
        {"1": person("", "Lee", "", "Acme")},
        Matched("1"),
    ),
    Case("no candidates", ANN, {}, NoMatch()),
    Case("account, another case", {"name": "Acme"}, {"1": {"name": "ACME"}}, Matched("1")),
    Case(
        "account, same spelling preferred",
        {"name": "Acme"},
        {"1": {"name": "ACME"}, "2": {"name": "Acme"}},
        Matched("2"),
    ),
    Case(
        "accounts of one name",
        {"name": "Acme"},
        {"1": {"name": "Acme"}, "2": {"name": "Acme"}},
        Ambiguous(("1", "2")),
    ),
    Case("account, part of the name", {"name": "Acme"}, {"1": {"name": "Acme Inc"}}, NoMatch()),
    Case("account, blank name", {"name": ""}, {"1": {"name": ""}}, NoMatch()),
    Case(
        "an account's e-mail does not match",
        {"name": "Acme", "email": "a@x.org"},
        {"1": {"name": "Other", "email": "a@x.org"}},
        NoMatch(),
    ),
]


def run(
    newcomers: dict[str, dict[str, str]], candidates: dict[str, dict[str, str]]
) -> dict[str, Match]:
    found = [Candidate(remote_id=key, values=values) for key, values in candidates.items()]
    new = [Newcomer(key=key, values=values) for key, values in newcomers.items()]
    return match_all(new, dict.fromkeys(newcomers, found))


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case.description)
def test_i38_one_newcomer(case: Case) -> None:
    assert run({"new": case.newcomer}, case.candidates) == {"new": case.expected}


CONTESTED = [
    (
        "twins: neither gets the record",
        {"a": ANN, "b": ANN},
        {"1": ANN},
        {"a": Ambiguous(("1",)), "b": Ambiguous(("1",))},
    ),
    (
        "a shared address goes to the one whose name agrees",
        {"a": ANN, "b": person("Bob", "Lee", "ann@x.org")},
        {"1": ANN},
        {"a": Matched("1"), "b": Ambiguous(("1",))},
    ),
    (
        "a shared address and two names: each its own",
        {"a": ANN, "b": person("Bob", "Lee", "ann@x.org")},
        {"1": ANN, "2": person("Bob", "Lee", "ann@x.org")},
        {"a": Matched("1"), "b": Matched("2")},
    ),
    (
        "e-mail with an initial against name with another e-mail: doubt",
        {"a": person("A.", "Lee", "ann@x.org"), "b": person("Ann", "Lee", "b@x.org", "Acme")},
        {"1": ANN},
        {"a": Ambiguous(("1",)), "b": Ambiguous(("1",))},
    ),
    (
        "two people with one address, one record: each its own",
        {"a": person("Bob", "Ray", "ann@x.org"), "b": ANN},
        {"1": ANN},
        {"a": NoMatch(), "b": Matched("1")},
    ),
    (
        "the account's exact spelling goes first",
        {"a": {"name": "ACME"}, "b": {"name": "Acme"}},
        {"1": {"name": "Acme"}},
        {"a": Ambiguous(("1",)), "b": Matched("1")},
    ),
]


@pytest.mark.parametrize(("description", "newcomers", "candidates", "expected"), CONTESTED)
def test_i38_several_newcomers(
    description: str,
    newcomers: dict[str, dict[str, str]],
    candidates: dict[str, dict[str, str]],
    expected: dict[str, Match],
) -> None:
    assert run(newcomers, candidates) == expected, description


#: Another spelling of a first and of a last name, and whether it agrees with "André" and "Müller".
FIRST = {
    "André": True,
    " ANDRE ": True,
    "Andre\u0301": True,
    "A.": True,
    "a": True,
    "Ä .": True,
    "": True,
    "B.": False,
    "An": False,
    "André Paul": False,
    "Bert": False,
}
LAST = {"Müller": True, "MULLER": True, "M.": True, "": True, "Mueller": False, "Schmidt": False}


@pytest.mark.parametrize(("first", "last"), list(product(FIRST, LAST)))
@pytest.mark.parametrize("is_turned", [False, True])
def test_i47_one_address_and_two_names(first: str, last: str, *, is_turned: bool) -> None:
    sides = person("André", "Müller", "a@x.org"), person(first, last, "A@x.org ")
    newcomer, candidate = reversed(sides) if is_turned else sides
    agreed = [FIRST[first], LAST[last]]
    expected: Match = Ambiguous(("1",)) if any(agreed) else NoMatch()
    if all(agreed) and (first or last):
        expected = Matched("1")
    assert run({"new": newcomer}, {"1": candidate}) == {"new": expected}


@given(st.text(max_size=3), st.text(max_size=3), st.text(max_size=3), st.text(max_size=3))
def test_i47_likeness_has_no_direction(a: str, b: str, c: str, d: str) -> None:
    one, other = person(a, b), person(c, d)
    assert compare_names(one, other) is compare_names(other, one)
    assert compare_names(one, one) is not Likeness.OTHER


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("is_turned", [False, True])
def test_any_address_of_an_entry_counts(place: int, *, is_turned: bool) -> None:
    addresses = ["b@x.org", "c@x.org", "d@x.org"]
    addresses[place] = " ANN@X.ORG"
    ours = {**person("Ann", "Lee", addresses[0]), "company": "Else"}
    if is_turned:
        found = Candidate(remote_id="1", values=ours, emails=tuple(addresses[1:]))
        new = Newcomer(key="new", values=ANN)
    else:
        found = Candidate(remote_id="1", values=ANN)
        new = Newcomer(key="new", values=ours, emails=tuple(addresses[1:]))
    assert match_all([new], {"new": [found]}) == {"new": Matched("1")}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (ANN, person("A.", "Lee"), True),
        (ANN, person("Bob", "Lee"), False),
        (ANN, person("", ""), False),
        ({"name": "Café  Acme"}, {"name": "CAFE acme"}, True),
        ({"name": "Acme"}, {"name": "Acme Inc"}, False),
        ({"name": ""}, {"name": ""}, False),
    ],
)
def test_a_claim_needs_names_that_agree(
    one: dict[str, str],
    other: dict[str, str],
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert have_agreeing_names(one, other) is have_agreeing_names(other, one) is expected


people = st.builds(
    person,
    st.sampled_from(["", "Ann", "ANN", "Bob"]),
    st.sampled_from(["", "Lee", "Ray"]),
    st.sampled_from(["", "x@x.org", "y@x.org"]),
    st.sampled_from(["", "Acme"]),
)
worlds = st.tuples(
    st.dictionaries(st.sampled_from("abcd"), people),
    st.dictionaries(st.sampled_from("12345"), people),
)


@given(worlds, st.data())
def test_i25_the_order_of_the_arguments_does_not_matter(
    world: tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]], data: st.DataObject
) -> None:
    shuffled = [dict(data.draw(st.permutations(list(side.items())))) for side in world]
    assert run(*world) == run(*shuffled)


@given(worlds)
def test_i38_no_record_is_matched_twice(
    world: tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]],
) -> None:
    matched = [match.remote_id for match in run(*world).values() if isinstance(match, Matched)]
    assert len(matched) == len(set(matched))


def test_a_candidate_found_twice_is_one() -> None:
    found = [Candidate(remote_id="1", values=ANN)] * 2
    assert match_all([Newcomer(key="a", values=ANN)], {"a": found}) == {"a": Matched("1")}


def test_a_newcomer_that_nothing_was_searched_for_has_no_match() -> None:
    assert match_all([Newcomer(key="a", values=ANN)], {}) == {"a": NoMatch()}
