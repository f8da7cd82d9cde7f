"""What counts as the same text.

Responsible for the comparisons of plain text. Must never decide anything about a field: which
comparison a field uses is `fields.py`'s business.
"""

from __future__ import annotations

import unicodedata


def collapse(text: str) -> str:
    """Return the text in Unicode NFC, trimmed, each run of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def forms(text: str) -> tuple[str, str, str]:
    """Return the text as it is, composed and decomposed (Unicode NFC and NFD).

    For searches: servers compare code points, and "é" may be stored as one or as two.
    """
    return text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)


def comparable(text: str) -> str:
    """Return the collapsed text without its case, for comparisons that ignore case.

    Case folding is done on the decomposed form, as Unicode's canonical caseless match asks for;
    otherwise some Greek and Turkish letters would need two rounds to settle.
    """
    folded = unicodedata.normalize("NFD", collapse(text)).casefold()
    return unicodedata.normalize("NFC", folded)


def without_accents(text: str) -> str:
    """Return the comparable text without accents: "José" and "JOSE" are one name.

    For names only. Letters that stand for themselves ("ø", "ß") are no accents: "ß" is "ss" by its
    case, "ø" stays.
    """
    apart = unicodedata.normalize("NFKD", comparable(text))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare)
