"""What bad and hostile input is made of: names, JSON values, spoilt lines.

`FUZZ_EXAMPLES=5000 pytest tests/property` looks for a long time and at random; without the variable
a test runs its own few examples, the same ones each time.
"""

from __future__ import annotations

import copy
import json
import os
import unicodedata
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

#: Planted in every record and answer; must not come out in a message for people.
CANARY = "Zebedaeus \u00dcmlaut"

#: How a name can try to be something else.
NAMES = {
    "bidi override": "Zeb\u202eevil\u202c",
    "bidi isolate": "\u2067Zeb\u2069",
    "combining marks": "Z" + "\u0301" * 39,
    "composed": "\u00e9t\u00e9 N",
    "decomposed": "e\u0301te\u0301 M",
    "emoji joined": "\U0001f468\u200d\U0001f469\u200d\U0001f467 Fam",
    "flag": "\U0001f1e9\U0001f1ea Flag",
    "high surrogate": "Zeb\ud83d",
    "low surrogate": "\ude00Zeb",
    "swapped surrogates": "Z\ude00\ud83db",
    "NUL": "Ze\x00b",
    "controls": "Ze\x01\x08\x1b\x7fb",
    "C1 controls": "Ze\x85b\x9fc",
    "header lines": "Ze\r\nContent-Type: x/y\r\n\r\n--batch_1--\r\n",
    "boundary": "--changeset_1--",
    "line separators": "Ze\u2028b\u2029c",
    "quotes": "O'Neil''s \"x\"",
    "stars": "Ze*b*",
    "percent": "Ze%41%27b",
    "ampersand": "Ze&$filter=b",
    "hash": "Ze#b",
    "plus": "Ze+b",
    "question mark": "Ze?$top=1",
    "slashes": "Ze/../b\\c",
    "semicolon": "Ze;b,c",
    "filter": "Ze') or ('1' eq '1",
    "HTML": "<script>Ze</script>",
    "JSON": '{"a":"Ze"}\\ud83d',
    "XML": '<!DOCTYPE x [<!ENTITY e "Z">]>&e;',
    "byte order mark": "\ufeffZeb",
    "noncharacters": "Ze\ufffe\uffffb",
    "zero width": "Ze\u200b\u00adb",
    "no-break space": "Ze\u00a0b",
    "fullwidth": "\uff3a\uff45\uff42",
    "Turkish": "\u0130stanbul I\u0307",
    "ligature": "\ufb01eld Stra\u00dfe",
    "jamo": "\u1112\u1161\u11ab",
    "private use": "\ue000Ze\U000f0000",
}


def cases(count: int) -> settings:
    """Return how a test looks: `count` examples, or as many as `FUZZ_EXAMPLES` says, at random."""
    wanted = int(os.environ.get("FUZZ_EXAMPLES", "0"))
    return settings(
        max_examples=wanted or count,
        derandomize=not wanted,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def as_shown(text: object) -> str:
    """Return what two systems must agree on: NFC, whole Unicode, white space as single blanks."""
    whole = str(text or "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return " ".join(unicodedata.normalize("NFC", whole).split())


#: Any text that JSON can carry, halves of surrogate pairs included.
texts = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=20),
    st.sampled_from([*NAMES.values(), CANARY, "", " ", "2026-01-01", "contacts", "update"]),
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.sampled_from([0, -1, 10**400]),
    st.floats(),
    texts,
)

#: Any JSON value, and numbers that are none.
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)


@st.composite
def spoilt(draw: Callable[..., Any], message: dict[str, Any]) -> dict[str, Any]:
    """Give a message with one or two members replaced, dropped or added, at any depth."""
    result = copy.deepcopy(message)
    for _ in range(draw(st.integers(1, 2))):
        inner: Any = result
        while True:
            children = [
                key for key in _keys(inner) if isinstance(inner[key], (dict, list)) and inner[key]
            ]
            if not children or draw(st.integers(0, 3)) == 0:
                break
            inner = inner[draw(st.sampled_from(children))]
        keys = _keys(inner)
        how = draw(st.sampled_from(["replace", "replace", "replace", "drop", "add"]))
        if how == "add" and isinstance(inner, dict):
            inner[draw(texts)] = draw(values)
        elif keys:
            key = draw(st.sampled_from(keys))
            if how == "drop":
                del inner[key]
            else:
                inner[key] = draw(values)
    return result


def _keys(value: Any) -> list[Any]:
    return [*value] if isinstance(value, dict) else [*range(len(value))]


@st.composite
def spoilt_line(draw: Callable[..., Any], message: dict[str, Any]) -> bytes:
    """Give the line of a message, cut, doubled or with foreign bytes in it."""
    line = json.dumps(message).encode()
    at = draw(st.integers(0, len(line)))
    how = draw(st.sampled_from(["cut", "insert", "replace", "repeat"]))
    if how == "cut":
        return line[:at]
    if how == "repeat":
        return line[:at] + line
    foreign: bytes = draw(
        st.one_of(
            st.binary(min_size=1, max_size=4).map(lambda raw: raw.replace(b"\n", b"\0")),
            st.sampled_from([b"\xff", b"\xef\xbb\xbf", b"\0", b"NaN", b"1e999", b"[" * 2000, b"{"]),
        )
    )
    return line[:at] + foreign + line[at + (how == "replace") :]
