"""Reads JSON texts of others: numbers are finite, texts are whole Unicode.

Responsible for what the standard library lets through and nothing behind can use: `NaN`, numbers
beyond all range, and halves of surrogate pairs, which no UTF-8 text, filter or store can hold; and
texts of which the values would take many times the memory of the text.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

#: A full page has some 300,000. An empty list takes thirty times the memory of its two characters.
MOST_VALUES = 2_000_000
_MARKS = "[{:,"
# One without an end goes to the end of the text: else each quote in it would be tried anew. What
# was matched is not tried in other ways, which would take memory to remember.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)

_HAS_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# A whole pair, or half of one, or any other escape, so that `\\ud83d` is not taken for one.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def loads(text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Decode a JSON text; half a surrogate pair becomes U+FFFD, as any UTF-8 writer makes it.

    Services cut texts by UTF-16 units and may split an emoji; the rest of the text is sound.

    Raises:
        ValueError: It is no JSON, holds a number that is none, or more than `MOST_VALUES` values.
        RecursionError: It is nested too deeply.
    """
    if _has_too_many_values(text):
        raise ValueError("too many values")
    if _HAS_SURROGATE.search(text):
        text = _ESCAPE.sub(lambda found: r"\ufffd" if found[1] else found[0], text)
    return json.loads(text, parse_constant=_refuse, parse_float=_finite)


def _has_too_many_values(text: str) -> bool:
    """Count what begins a value; strings are looked at only where there is reason to doubt."""
    if _marks(text, 0, len(text)) <= MOST_VALUES:
        return False
    count = end = 0
    for string in _STRING.finditer(text):
        count += _marks(text, end, string.start())
        end = string.end()
        if count > MOST_VALUES:
            return True
    return count + _marks(text, end, len(text)) > MOST_VALUES


def _marks(text: str, start: int, end: int) -> int:
    return sum(text.count(mark, start, end) for mark in _MARKS)


def _refuse(name: str) -> float:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("out of range")
    return number
