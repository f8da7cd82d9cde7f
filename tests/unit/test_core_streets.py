"""Street lines: one field in Exchange, two in C4C (I40)."""

from __future__ import annotations

import pytest
from contact_sync.core import streets
from contact_sync.core.text import collapse
from hypothesis import given
from hypothesis import strategies as st

SPLITS = [
    ("number behind the street", "Hauptstr. 12", ("Hauptstr.", "12")),
    ("letter attached", "Hauptstr. 12a", ("Hauptstr.", "12a")),
    ("letter apart", "Hauptstr. 12 a", ("Hauptstr.", "12 a")),
    ("range", "Hauptstr. 12-14", ("Hauptstr.", "12-14")),
    ("range with spaces", "Hauptstr. 12 - 14", ("Hauptstr.", "12 - 14")),
    ("fraction", "Hauptstr. 12 1/2", ("Hauptstr.", "12 1/2")),
    ("white space is collapsed", " Lange  Straße\n7 ", ("Lange Straße", "7")),
    ("a date in the name", "Straße des 17. Juni 135", ("Straße des 17. Juni", "135")),
    ("a block", "Q7, 24", ("Q7,", "24")),
    ("no number", "Marktplatz", ("Marktplatz", "")),
    ("number first", "12 Main St", ("12 Main St", "")),
    ("number first and last", "12 Main St 5", ("12 Main St 5", "")),
    ("two numbers behind", "Kungsgatan 12 tr 3", ("Kungsgatan 12 tr 3", "")),
    ("a box", "PO Box 12", ("PO Box 12", "")),
    ("a German box", "Postfach 1234", ("Postfach 1234", "")),
    ("a unit", "Main St Apt. 7", ("Main St Apt. 7", "")),
    ("a road number", "Highway 61", ("Highway 61", "")),
    ("number too long for the field", "Weg 12345-67890", ("Weg 12345-67890", "")),
    ("number that just fits", "Weg 12345-7890", ("Weg", "12345-7890")),
    ("only a number", "12", ("12", "")),
    ("punctuation and a number", "- 12", ("- 12", "")),
    ("blank", "", ("", "")),
]

words = st.sampled_from(["Haupt", "12", "12a", "-", "/", "a", "17.", "PO", "Box", "1/2", "\n", "Ü"])
lines = st.lists(words, max_size=7).map(" ".join) | st.text(max_size=70)


@pytest.mark.parametrize(("description", "line", "expected"), SPLITS)
def test_split(description: str, line: str, expected: tuple[str, str]) -> None:
    assert streets.split(line) == expected, description


@given(lines)
def test_i40_joining_a_split_gives_the_line_again(line: str) -> None:
    street, number = streets.split(line)
    assert streets.join(street, number) == collapse(line)
    assert len(number) <= streets.HOUSE_NUMBER_LENGTH
    assert (street, number) == (collapse(street), collapse(number)), "C4C trims what it stores"


@given(lines)
def test_i40_splitting_is_settled_after_one_round(line: str) -> None:
    assert streets.split(streets.join(*streets.split(line))) == streets.split(line)


def test_a_record_without_house_number_reads_as_its_street() -> None:
    assert streets.join("Hauptstr. 12", "") == "Hauptstr. 12"
