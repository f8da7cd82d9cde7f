"""Reformats phone numbers the way C4C does when it stores them.

Sources: SAP blogs of A. Neumann on phone number parsing (2016, 2017), and recorded answers such
as `+1 (865) 813-0643`. The grouping of other countries' numbers is made up.
"""

from __future__ import annotations

import re

from emulators.c4c.codes import CALLING_CODES

_LETTERS = re.compile(r"[A-Za-z]")
_NOT_DIGITS = re.compile(r"\D+")
_KNOWN_CODES = frozenset(CALLING_CODES.values())
_LONGEST_CODE = 3
_AREA_DIGITS = 4
_NORTH_AMERICAN_DIGITS = 10


def format_phone(text: str, country: str) -> str:
    """Return the number as the service shows it.

    Args:
        text: As written. With letters or without digits it is kept.
        country: Code of the related address's country, for numbers without `+`; may be empty.
    """
    digits = _NOT_DIGITS.sub("", text)
    if not digits or _LETTERS.search(text):
        return text
    if text.lstrip().startswith("+"):
        code = _calling_code(digits)
        return _group(code, digits[len(code) :]) if code else text
    code = CALLING_CODES.get(country, "")
    if not code:
        return text
    # "00…" is not understood as international: one zero goes, the rest is taken as national.
    national = digits.removeprefix("0")
    if code == "1" and len(national) > _NORTH_AMERICAN_DIGITS and national.startswith("1"):
        national = national[1:]
    return _group(code, national)


def normalise_phone(text: str) -> str:
    """Return `+` and digits, or the digits alone of a number without country."""
    digits = _NOT_DIGITS.sub("", text)
    return f"+{digits}" if digits and text.startswith("+") else digits


def _calling_code(digits: str) -> str:
    for length in range(1, _LONGEST_CODE + 1):
        if digits[:length] in _KNOWN_CODES:
            return digits[:length]
    return ""


def _group(code: str, national: str) -> str:
    if code == "1" and len(national) == _NORTH_AMERICAN_DIGITS:
        return f"+1 ({national[:3]}) {national[3:6]}-{national[6:]}"
    if len(national) <= _AREA_DIGITS:
        return f"+{code} {national}".rstrip()
    return f"+{code} {national[:_AREA_DIGITS]} {national[_AREA_DIGITS:]}"
