"""Which account a new contact belongs to (I24)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from contact_sync.core.cascade import (
    AccountCandidate,
    is_decided,
    is_spelt,
    link_account,
    search_terms,
    search_words,
)
from contact_sync.core.text import comparable
from hypothesis import given
from hypothesis import strategies as st


def account(
    object_id: str, name: str, created: str = "2020", *, old: bool = False
) -> AccountCandidate:
    return AccountCandidate(
        object_id=object_id,
        account_id=f"1{object_id}",
        name=name,
        created_on=created,
        is_obsolete=old,
    )


@dataclass(frozen=True)
class Case:
    description: str
    company: str
    accounts: tuple[AccountCandidate, ...]
    expected: str | None


CASES = [
    Case("exact", "Acme", (account("A", "Acme"), account("B", "Acme Inc")), "A"),
    Case("white space is collapsed", " Acme  Inc ", (account("A", "Acme\tInc"),), "A"),
    Case(
        "several exact: the oldest",
        "Acme",
        (account("A", "Acme", "2021"), account("B", "Acme", "2019")),
        "B",
    ),
    Case(
        "same age: the lowest ObjectID",
        "Acme",
        (account("B", "Acme"), account("A", "Acme")),
        "A",
    ),
    Case(
        "no creation date is younger than any",
        "Acme",
        (account("A", "Acme", ""), account("B", "Acme")),
        "B",
    ),
    Case(
        "same spelling beats an older one in another case",
        "Acme",
        (account("A", "ACME", "2001"), account("B", "Acme", "2019")),
        "B",
    ),
    Case(
        "another case is still exact",
        "acme",
        (account("A", "ACME", "2019"), account("B", "Acme", "2018"), account("C", "Acme Inc")),
        "B",
    ),
    Case("the only name that contains it", "acme", (account("A", "The ACME Group"),), "A"),
    Case(
        "several contain it: none", "Acme", (account("A", "Acme 1"), account("B", "Acme 2")), None
    ),
    Case("the same account twice is one", "Acme", (account("A", "Acme 1"),) * 2, "A"),
    Case("a company longer than the name", "Acme Inc", (account("A", "Acme"),), None),
    Case("nothing relevant", "Acme", (account("A", "Other"),), None),
    Case("no candidates", "Acme", (), None),
    Case("empty company", "", (account("A", "Acme"), account("B", "")), None),
    Case("blank company", " \t", (account("A", "Acme"),), None),
    Case("obsolete is none", "Acme", (account("A", "Acme", old=True),), None),
    Case(
        "obsolete does not make it ambiguous",
        "Acme",
        (account("A", "Acme 1", old=True), account("B", "Acme 2")),
        "B",
    ),
    Case("a star is a plain character", "A*e", (account("A", "Acme"),), None),
    Case(
        "so are quotes and percent", "O'B 5%", (account("A", "O'B 5% Ltd"), account("B", "OB")), "A"
    ),
    Case("joined names count", "A" * 45, (account("A", "A" * 45),), "A"),
]

candidates = st.builds(
    AccountCandidate,
    object_id=st.sampled_from("ABCDEF"),
    account_id=st.just("1"),
    name=st.sampled_from(["Acme", "ACME", "acme inc", "The Acme", "Other", ""]),
    created_on=st.sampled_from(["", "2019", "2020"]),
    is_obsolete=st.booleans(),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.description)
def test_link_account(case: Case) -> None:
    chosen = link_account(case.company, case.accounts)
    assert (chosen.object_id if chosen else None) == case.expected


@given(st.data())
def test_i24_the_order_of_the_accounts_does_not_matter(data: st.DataObject) -> None:
    accounts = data.draw(st.lists(candidates, unique_by=lambda one: one.object_id))
    shuffled = data.draw(st.permutations(accounts))
    company = data.draw(st.sampled_from(["Acme", "acme", "Acme Inc", "cm", "", "e"]))
    assert link_account(company, accounts) == link_account(company, shuffled)


@given(st.lists(candidates), st.text(max_size=8))
def test_the_chosen_account_is_live_and_contains_the_company(
    accounts: list[AccountCandidate], company: str
) -> None:
    chosen = link_account(company, accounts)
    if chosen is not None:
        assert not chosen.is_obsolete
        assert comparable(company) in comparable(chosen.name)


@pytest.mark.parametrize(
    ("description", "company", "expected"),
    [
        ("usual spellings", "aCme", ("aCme", "acme", "ACME", "Acme")),
        ("each once", "acme", ("acme", "ACME", "Acme")),
        ("the longest word stands for all", "Acme GmbH & Co", ("Acme", "acme", "ACME")),
        ("wildcards and quotes break words", "A*cmes'x%", ("cmes", "CMES", "Cmes")),
        ("no longer than the field", "a" * 50, ("a" * 40, "A" * 40, "A" + "a" * 39)),
        ("nothing to search for", " * ", ()),
        ("empty", "", ()),
    ],
)
def test_search_terms(description: str, company: str, expected: tuple[str, ...]) -> None:
    assert search_terms(company) == expected, description


@given(st.text(alphabet="aB '*%é", max_size=30), st.text(max_size=5), st.text(max_size=5))
def test_the_search_finds_every_account_that_counts(company: str, before: str, after: str) -> None:
    chosen = link_account(company, [account("A", before + company + after)])
    terms = search_terms(company)
    if chosen is not None and terms:
        assert comparable(terms[0]) in comparable(chosen.name)


def test_a_candidate_reads_the_whole_name_and_the_status() -> None:
    record = {
        "ObjectID": "00AB",
        "AccountID": "17",
        "Name": "Acme",
        "AdditionalName": "Germany",
        "AdditionalName2": None,
        "CreationOn": "2020-01-02T03:04:05.000Z",
        "LifeCycleStatusCode": "4",
    }
    assert AccountCandidate.from_c4c(record) == AccountCandidate(
        object_id="00AB",
        account_id="17",
        name="Acme Germany",
        created_on="2020-01-02T03:04:05.000Z",
        is_obsolete=True,
    )


def test_what_a_record_does_not_carry_is_blank_in_a_candidate() -> None:
    assert AccountCandidate.from_c4c({}) == AccountCandidate(
        object_id="", account_id="", name="", created_on="", is_obsolete=False
    )


def test_accounts_are_searched_in_every_unicode_form() -> None:
    assert {"Caf\u00e9", "Cafe\u0301"} <= set(search_terms("Caf\u00e9"))
    assert {"Caf\u00e9", "Cafe\u0301"} <= set(search_terms("Cafe\u0301"))
    assert search_terms("Cafe") == ("Cafe", "cafe", "CAFE")


@pytest.mark.parametrize(
    ("description", "names", "expected"),
    [
        ("nothing", [], False),
        ("the only one that was shown", ["Acme AG"], False),
        ("several", ["Acme AG", "Acme KG"], True),
        ("the very name", ["Acme"], True),
        ("the very name in another case", ["ACME"], True),
        ("others", ["Globex", "Umbrella"], False),
    ],
)
def test_i24_what_decides_though_there_may_be_more(
    description: str, names: list[str], *, expected: bool
) -> None:
    shown = [account(str(number), name) for number, name in enumerate(names)]
    assert is_decided("Acme", shown) == expected, description
    gone = [account(str(number), name, old=True) for number, name in enumerate(names)]
    assert not is_decided("Acme", gone), description


def test_nothing_beats_the_very_spelling_of_a_live_account() -> None:
    assert is_spelt(" Acme ", [account("A", "Acme")])
    assert not is_spelt("Acme", [account("A", "ACME"), account("B", "Acme", old=True)])


def test_words_that_say_most_are_searched_for() -> None:
    companies = ["Blau GmbH", "Neue Grün GmbH", "X 1 GmbH", "*"]
    assert search_words(companies) == {
        "Blau GmbH": ("Blau", "GmbH"),
        "Neue Grün GmbH": ("Neue", "Grün"),
        "X 1 GmbH": ("GmbH", "X"),
        "*": (),
    }
