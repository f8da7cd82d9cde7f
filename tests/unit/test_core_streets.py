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
    ("a date in the name", "Straße des 17. Juni 135", ("Straße des 17. Juni 135", "")),
    ("a block", "Q7, 24", ("Q7, 24", "")),
    ("no number", "Marktplatz", ("Marktplatz", "")),
    ("number first", "12 Main St", ("12 Main St", "")),
    ("number first and last", "12 Main St 5", ("12 Main St 5", "")),
    ("two numbers behind", "Kungsgatan 12 tr 3", ("Kungsgatan 12 tr 3", "")),
    ("a box", "PO Box 12", ("PO Box 12", "")),
    ("a German box", "Postfach 1234", ("Postfach 1234", "")),
    ("a unit", "Main St Apt. 7", ("Main St Apt. 7", "")),
    ("a road number", "Highway 61", ("Highway 61", "")),
    ("a comma before the number", "Via Roma, 12", ("Via Roma,", "12")),
    ("short words that are no units", "Am Hof 5", ("Am Hof", "5")),
    ("two words", "Lange Gasse 3b", ("Lange Gasse", "3b")),
    ("a house behind", "Hauptstr. 5, Haus 7", ("Hauptstr. 5, Haus 7", "")),
    ("a hall behind a range", "Industriestr. 5-7 Halle 3", ("Industriestr. 5-7 Halle 3", "")),
    ("a unit without a house number", "Technologiepark, Haus 7", ("Technologiepark, Haus 7", "")),
    ("a half behind", "Hauptstr. 5½ 7", ("Hauptstr. 5½ 7", "")),
    ("number too long for the field", "Weg 12345-67890", ("Weg 12345-67890", "")),
    ("number that just fits", "Weg 12345-7890", ("Weg", "12345-7890")),
    ("only a number", "12", ("12", "")),
    ("punctuation and a number", "- 12", ("- 12", "")),
    ("blank", "", ("", "")),
]

BOXES = (
    *(
        "PO Box",
        "P.O. Box",
        "P. O. Box",
        "P.O.B.",
        "POB",
        "Post Office Box",
        "GPO Box",
        "Locked Bag",
    ),
    *("Private Bag", "Postfach", "Pf.", "Postschließfach", "Packstation", "Boîte postale", "B.P."),
    *("BP", "B. P.", "Case postale", "C.P.", "TSA", "CS", "Casella postale"),
    *(
        "Apartado",
        "Apartado de Correos",
        "Apdo.",
        "Aptdo",
        "Casilla",
        "Casilla de Correo",
        "Apartat",
    ),
    *(
        "Caixa Postal",
        "Cx. Postal",
        "Skrytka pocztowa",
        "Skr. poczt.",
        "Postbus",
        "Postboks",
        "Boks",
    ),
    *("Box", "Postilokero", "PL", "P.O.Box", "Poštovní přihrádka", "Postafiók", "Căsuța poștală"),
    *("Poštanski pretinac", "Poštni predal", "Posta Kutusu", "P.K.", "Ταχ. Θυρίδα"),
    *("Τ.Θ.", "а/я"),  # noqa: RUF001
    *("Абонентский ящик", "Пощенска кутия", "п/я", "ת.ד.", "ص.ب", "صندوق بريد", "私書箱", "信箱"),
    *(
        "사서함",
        "ตู้ ปณ.",
        "Hòm thư",
        "Pósthólf",
        "Postkast",
        "Kotak Pos",
        "Peti Surat",
        "Bosca Poist",
    ),
)
UNITS = (
    *("bte", "Raum", "Haus", "Halle", "Zi.", "Top", "Tür", "Stiege", "Apt.", "Suite", "Unit", "Rm"),
    *(
        "Floor",
        "app.",
        "Interno",
        "int.",
        "piso",
        "puerta",
        "local",
        "lok.",
        "m.",
        "byt",
        "lgh",
        "tr",
    ),
    *("Daire", "кв.", "офис", "Block", "Bât.", "Esc.", "N°", "Nº", "№", "Nr.", "No.", "Km", "Hwy"),
)

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


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("behind", ["12", "1234", "12a", "No. 12", "n° 12", "Nr. 12"])
def test_i40_a_post_office_box_is_no_street(box: str, behind: str) -> None:
    for line in (f"{box} {behind}", f"{box.upper()} {behind}", f"{box}, {behind}"):
        assert streets.split(line) == (line, ""), "one number, but not of a house"


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    "street", ["Hauptstr. 5", "Av. Louise 54", "Platz der Republik 1-3", "5th Av"]
)
def test_i40_a_unit_behind_the_number_leaves_the_line_whole(unit: str, street: str) -> None:
    for line in (f"{street}, {unit} 12", f"{street} {unit} 12", f"{street} / {unit} 12a"):
        assert streets.split(line) == (line, "")


@pytest.mark.parametrize("unit", UNITS)
def test_i40_the_number_of_a_unit_is_none_of_a_house(unit: str) -> None:
    assert streets.split(f"Technologiepark, {unit} 12") == (f"Technologiepark, {unit} 12", "")


@given(st.integers(1, 999), st.integers(1, 999), st.sampled_from(["Haus", ",", "/ Hof", "Weg"]))
def test_i40_two_numbers_apart_are_never_split(one: int, other: int, between: str) -> None:
    line = f"Hauptstr. {one} {between} {other}"
    assert streets.split(line) == (line, "")


def test_a_record_without_house_number_reads_as_its_street() -> None:
    assert streets.join("Hauptstr. 12", "") == "Hauptstr. 12"
