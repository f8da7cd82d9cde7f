"""One street line in Exchange, two fields in C4C.

Responsible for joining and splitting, such that `join(*split(line))` is the collapsed line again
(I40).

The joined form is always "Street HouseNumber". A line in another form (number first, a post office
box of any country, a unit, more than one number that could be the house number) stays whole in
Street with a blank house number, which joins to the same line: a wrong split would be worse than
none.
"""

from __future__ import annotations

import re
import unicodedata

from contact_sync.core.text import collapse

#: SAP `$metadata`: MaxLength of HouseNumber and BusinessAddressHouseNumber.
HOUSE_NUMBER_LENGTH = 10

# "12", "12a", "12 a", "12-14", "12/3", "12 1/2", "12-14b".
_TRAILING_NUMBER = re.compile(
    r"(?P<street>\D.*?) (?P<number>\d+ ?[^\W\d_]?(?: ?[-/+] ?\d+ ?[^\W\d_]?| \d/\d)?)"
)

# Words of post office boxes and their abbreviations, without accents, full stops and slashes.
# Wherever one stands, the number is that of the box.
_BOX_WORDS_TEXT = """
    box pobox pob po postfach schliessfach postschliessfach fach pf packstation postfiliale
    postlagernd bp cp boite casepostale casella casilla apartado apdo aptdo apartat caixa
    cxpostal skrytka skr postbus postboks boks postbox pb postilokero lokero pl prihradka
    priecinok postafiok casuta pretinac predal postolf posthof postholf postkast kutusu pk
    thyrida abonento abonenta dezute kastite kutia kutxa blwch bosca kaxxa posbus privaatsak
    bag gpo cedex cs tsa kotak fah ая пя ящик скринька кутия пк пф претинац фах θυριδα τθ תד
    צב صب
"""
_BOX_WORDS = frozenset(_BOX_WORDS_TEXT.split())
# Also inside a word, and in scripts that do not part words.
_BOX_PARTS = ("postfach", "postbus", "postboks", "私書箱", "信箱", "사서함", "صندوق", "ตู้")
_BOX_PHRASES = (
    *("postal", "postale", "postala", "postare", "post office", "pocztowa", "poczt", "correos"),
    *(
        "correo",
        "postali",
        "hom thu",
        "hop thu",
        "peti surat",
        "posta kutusu",
        "postni",
        "postovni",
        "postanski",
    ),
)

# The number behind one of these words is that of a unit, a floor, a road or nothing we know.
_UNIT_WORDS_TEXT = """
    apartment apt app appt apto block blk building bldg unit suite ste room rm floor fl level
    lot plot stand dept door gate highway hwy route rte road rd rr hc km kilometer kilometre
    ruta no nr num number numero n nummer haus hs halle hl raum zimmer zi etage stock og eg ug
    geb gebaude bau trakt tor eingang aufgang stiege stg tur top whg wohnung buro einheit
    rampe tr bte bus bat batiment etg escalier esc porte interno int scala piano piso puerta
    pta planta local nave edif edificio bloque portal bl andar loja bloco sala conj m lok
    lokal mieszkanie pietro byt patro lgh van krs kt bolig kerros as em emelet ajto et ap sc
    daire kat blok кв корп стр оф офис дом д апт ет вх бл
"""
_UNIT_WORDS = frozenset(_UNIT_WORDS_TEXT.split())


def join(street: str, house_number: str) -> str:
    """Return the street line of a C4C address."""
    return collapse(f"{street} {house_number}")


def split(line: str) -> tuple[str, str]:
    """Return street and house number of a line; the number is blank where it is not certain."""
    line = collapse(line)
    match = _TRAILING_NUMBER.fullmatch(line)
    if match is None:
        return line, ""
    street, number = match["street"], match["number"]
    is_certain = len(number) <= HOUSE_NUMBER_LENGTH and _is_street(street)
    return (street, number) if is_certain else (line, "")


def _is_street(text: str) -> bool:
    """Whether the text before the number names a street, and says nothing else of the number."""
    # Another number: it is unclear which of them is the house number.
    if any(map(str.isnumeric, text)) or not any(map(str.isalpha, text)):
        return False
    words = _words(text)
    if not words or words[-1] in _UNIT_WORDS:
        return False
    plain = f" {' '.join(words)} "
    return not (
        _BOX_WORDS.intersection(words)
        or any(part in text.casefold() for part in _BOX_PARTS)
        or any(f" {phrase} " in plain for phrase in _BOX_PHRASES)
    )


def _words(text: str) -> list[str]:
    """Return the words without case, accents and marks, the last one last.

    Letters that stand alone are also one word, and so is each beginning of such a row: "B.P.",
    "B. P." and "bp" are the same abbreviation, and "B.P. n°" has it too.
    """
    # Compatibility forms: "Nº" and "№" are "No".
    letters = unicodedata.normalize("NFKD", text.casefold()).casefold()
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    words: list[str] = []
    row = ""
    for word in re.findall(r"[^\W\d_]+", plain):
        row = row + word if len(word) == 1 else ""
        words += [row] if len(row) > 1 else []
        words.append(word)
    return words
