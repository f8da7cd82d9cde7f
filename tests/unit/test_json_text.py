"""JSON of others, in each of the packages that read some: whole Unicode, finite numbers."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import c4c_client.json_text
import contact_sync.json_text
import exchange_client.json_text
import pytest
from harness.hostile import NAMES
from hypothesis import example, given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from types import ModuleType

MODULES = (contact_sync.json_text, c4c_client.json_text, exchange_client.json_text)
every_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__package__)


@every_module
@given(text=st.text(st.characters(exclude_categories=())))
@example(text="".join(NAMES.values()))
def test_texts_come_out_as_utf8_would_show_them(module: ModuleType, text: str) -> None:
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    for is_ascii in (True, False):
        line = json.dumps({text: [text]}, ensure_ascii=is_ascii)
        if is_ascii:
            assert module.loads(line) == {whole: [whole]}
        elif whole == text:
            assert module.loads(line) == {text: [text]}


@every_module
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'"\ud83d"', "\ufffd"),
        (r'"\uDE00x"', "\ufffdx"),
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'"\ud83d\ud83d\ude00"', "\ufffd\U0001f600"),
        (r'"\\ud83d"', r"\ud83d"),
        (r'"\\\ud83d"', "\\\ufffd"),
        (r'"\u0041\ud83dz"', "A\ufffdz"),
    ],
)
def test_halves_of_pairs_become_the_replacement_character(
    module: ModuleType, text: str, expected: str
) -> None:
    assert module.loads(text) == expected


@every_module
@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "[1e400]", "", "{", "9" * 5000]
)
def test_what_is_no_number_is_no_json(module: ModuleType, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the parser's own words
        module.loads(text)


@every_module
@pytest.mark.parametrize(
    "text",
    [
        "[" + "[]," * 10_001 + "[]]",
        '{"a":' * 10_001,
        "[" + "0," * 20_001 + "0]",
        '["' + '\\"[' * 20_001,
        '["' + "[" * 20_001 + "\\",
        "[" + '{"":0},' * 7_000 + "0]",
    ],
    ids=["lists", "nested", "numbers", "text without end", "escape without end", "objects"],
)
def test_i50_texts_that_would_fill_the_memory_are_refused(
    module: ModuleType, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module.MOST_VALUES == 2_000_000
    monkeypatch.setattr(module, "MOST_VALUES", 20_000)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError):  # noqa: PT011 - the parser's own words
            module.loads(text)
        assert tracemalloc.get_traced_memory()[1] < 4 * len(text)
    finally:
        tracemalloc.stop()


@every_module
def test_i50_long_texts_are_no_values(module: ModuleType) -> None:
    note = '[{":,\\' * 500_000
    assert module.loads(json.dumps([note, [note]])) == [note, [note]]


@every_module
def test_numbers_keep_their_kind(module: ModuleType) -> None:
    assert module.loads("[1, 1.5, -0.0, 1e308, true]") == [1, 1.5, 0.0, 1e308, True]


def test_the_three_readers_are_the_same_but_for_control_characters() -> None:
    """The packages do not know each other; what one learns the others must learn too."""
    texts = {
        Path(str(module.__file__))
        .read_text("utf-8")
        .replace("strict=False, ", "")
        .replace("    Raw control characters inside texts are tolerated.\n", "")
        for module in MODULES
    }
    assert len(texts) == 1
