"""Texts, account names and digests."""

from __future__ import annotations

import pytest
from contact_sync.core.digest import digest
from contact_sync.core.names import PART_LENGTH, join_name, split_name
from contact_sync.core.text import collapse, comparable
from hypothesis import example, given
from hypothesis import strategies as st

KEY = b"k" * 32

words = st.text(alphabet="abÜ.&", min_size=1, max_size=50)
names = st.lists(words, max_size=30).map(" ".join) | st.text(max_size=170)


def test_a_digest_is_32_hex_digits_and_repeatable() -> None:
    first = digest(KEY, "email", "ann@example.com")
    assert first == digest(KEY, "email", "ann@example.com")
    assert len(first) == 32
    assert int(first, 16) >= 0


@pytest.mark.parametrize(
    ("description", "key", "name", "value"),
    [
        ("another key", b"x" * 32, "phone", "1"),
        ("another field", KEY, "mobile", "1"),
        ("another value", KEY, "phone", "2"),
        ("blank", KEY, "phone", ""),
        ("the border between name and value counts", KEY, "phone1", ""),
    ],
)
def test_digests_differ(description: str, key: bytes, name: str, value: str) -> None:
    assert digest(key, name, value) != digest(KEY, "phone", "1"), description


def test_half_a_surrogate_pair_has_a_digest() -> None:
    assert len(digest(KEY, "city", "\ud83d")) == 32


@pytest.mark.parametrize("key", [b"", b"k" * 65])
def test_a_useless_key_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="key"):
        digest(key, "email", "x")


@given(st.text(max_size=30))
@example("\u0345\u0300 \u1fb3")
@example("İstanbul STRASSE straße ΌΣΟΣ")
def test_comparisons_are_settled_after_one_round(text: str) -> None:
    assert collapse(collapse(text)) == collapse(text)
    assert comparable(comparable(text)) == comparable(text)


@pytest.mark.parametrize(
    ("description", "one", "other"),
    [
        ("white space of any kind", " Ann\u00a0\t Lee\n", "Ann Lee"),
        ("composed and decomposed", "Mu\u0308ller", "M\u00fcller"),
    ],
)
def test_collapse(description: str, one: str, other: str) -> None:
    assert collapse(one) == other, description


def test_only_comparable_ignores_case() -> None:
    assert collapse("ANN") != collapse("Ann")
    assert comparable("ANN") == comparable("Ann")


SPLITS = [
    ("short", "Acme", ("Acme", "", "", "")),
    ("blank", " ", ("", "", "", "")),
    (
        "between words",
        "Acme International Holdings Verwaltungs GmbH & Co. KG",
        ("Acme International Holdings Verwaltungs", "GmbH & Co. KG", "", ""),
    ),
    ("one long word", "A" * 100, ("A" * 40, "A" * 40, "A" * 20, "")),
    ("all four full", "A" * 160, ("A" * 40,) * 4),
    (
        "a full part in front of a space is avoided",
        f"a {'B' * 38} c",
        ("a", f"{'B' * 38} c", "", ""),
    ),
    ("four parts and the spaces between", " ".join(["A" * 39] * 4), ("A" * 39,) * 4),
    (
        "a cut at the last space, wherever it is",
        f"{'A' * 20} {'B' * 17} {'C' * 30}",
        (f"{'A' * 20} {'B' * 17}", "C" * 30, "", ""),
    ),
    (
        "a word is cut before an earlier space is tried",
        f"a b {'C' * 40} {'D' * 39}",
        (f"a b {'C' * 36}", "C" * 4, "D" * 39, ""),
    ),
    (
        "an earlier space where nothing else works out",
        f"{'A' * 41} {'B' * 37} {'C' * 40} D",
        ("A" * 40, "A", f"{'B' * 37} CC", f"{'C' * 38} D"),
    ),
    (
        "a word may be cut behind its first letter",
        f"{'A' * 38} {'B' * 40} {'C' * 41}",
        (f"{'A' * 38} B", "B" * 39, "C" * 40, "C"),
    ),
    (
        "and in front of its last",
        f"{'A' * 20} {'B' * 41} CC",
        ("A" * 20, "B" * 40, "B CC", ""),
    ),
    (
        "a word that ends with the field",
        f"{'A' * 5} {'B' * 34} {'C' * 5}",
        ("A" * 5, f"{'B' * 34} {'C' * 5}", "", ""),
    ),
    (
        "a word that ends one before the field does",
        f"{'A' * 5} {'B' * 33} {'C' * 5}",
        (f"{'A' * 5} {'B' * 33}", "C" * 5, "", ""),
    ),
    ("too long", "A" * 161, None),
    ("a word of exactly 40 cannot be followed by another", f"{'A' * 40} B", None),
]


@pytest.mark.parametrize(("description", "name", "expected"), SPLITS)
def test_split_name(description: str, name: str, expected: tuple[str, ...] | None) -> None:
    assert split_name(name) == expected, description


@given(names)
@example("A" * 39 + " " + "B" * 40 + " " + "C" * 50)
def test_joining_a_split_name_gives_the_name_again(name: str) -> None:
    parts = split_name(name)
    if parts is None:
        assert len(collapse(name)) > PART_LENGTH
        return
    assert join_name(parts) == collapse(name)
    assert all(part == collapse(part) and len(part) <= PART_LENGTH for part in parts)
    assert len(parts) == 4


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=15), max_size=18).map(" ".join))
def test_names_of_ordinary_words_fit(name: str) -> None:
    # Four parts lose at most 15 characters each to the next word.
    assert split_name(name) is not None or len(name) > 4 * (PART_LENGTH - 15)


@pytest.mark.parametrize(
    ("description", "parts", "expected"),
    [
        ("typed separately by a person", ["Acme", "Germany GmbH", "", ""], "Acme Germany GmbH"),
        ("blank parts in between", ["Acme", "", "", "Berlin "], "Acme Berlin"),
        ("a cut word", ["A" * 40, "bc", "", ""], "A" * 40 + "bc"),
    ],
)
def test_join_name(description: str, parts: list[str], expected: str) -> None:
    assert join_name(parts) == expected, description
