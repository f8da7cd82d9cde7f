"""Phone numbers: what is equal, what is written to C4C."""

from __future__ import annotations

import pytest
from contact_sync.core import phones
from hypothesis import example, given, settings
from hypothesis import strategies as st

SAME = [
    ("national and international", "DE", ["089 1234567", "+49 89 1234567", "089/1234567"]),
    ("trunk zero in brackets", None, ["+49 (0)89 1234567", "+49891234567", "(+49) 89 1234567"]),
    ("00 typed for plus", None, ["0049 89 1234567", "+49 89 1234567"]),
    ("00 typed for plus, in a region with another prefix", "US", ["0049891234567", "+49891234567"]),
    ("C4C's own formatting", "US", ["+1 (865) 813-0643", "865.813.0643", "(865) 813-0643"]),
    ("extensions in several spellings", None, ["+18658130643 ext. 12", "+1 865-813-0643x12"]),
    ("zeros that belong to the number", None, ["+39 06 1234 5678", "+39 (0)6 12345678"]),
    ("numbers that do not parse, by their digits", None, ["089 123-45", "08912345", "(089) 12345"]),
    ("words, without case", "DE", ["Zentrale", "  zentrale "]),
    ("other decimal digits", "EG", ["٠١٠٠١٢٣٤٥٦٧", "01001234567"]),
    ("a line for an extension", "DE", ["089 12345-67", "+49 89 1234567", "089/12345-67"]),
    ("a base of few digits", "DE", ["06227 7-47474", "+49 6227 747474"]),
    ("slashes behind country and area", "DE", ["+43/1/1234567", "+43 1 1234567"]),
    ("pairs", "DE", ["089 / 555 12-34", "+49 89 5551234"]),
    ("other dashes and spaces", "DE", ["089\u00a01234\u20115678", "089 1234 5678"]),
    ("marks of writing direction", "DE", ["\u202a+49 89 1234567\u202c", "+49891234567"]),
    ("blank", "DE", ["", "  "]),
]

DIFFERENT = [
    ("an extension counts", None, "+18658130643", "+18658130643 x12"),
    ("a plus counts where the country is unknown", None, "+49891234567", "49891234567"),
    ("an internal number is no number of the region", "DE", "4711", "+494711"),
    ("an emergency number is none either", "DE", "110", "+49110"),
    ("words are not dropped", "DE", "089 1234567 (Ann)", "089 1234567"),
    ("no digits is not blank", "DE", "--", ""),
    ("two numbers are not one long number", "DE", "089 123 / 089 456", "+49 89 123089456"),
    ("vanity numbers are not guessed", "US", "1-800-FLOWERS", "1-800-356-9377"),
]

TO_C4C = [
    ("national", "089 1234567", "DE", "+49 89 1234567"),
    ("00 is not international to C4C", "0049 89 1234567", None, "+49 89 1234567"),
    ("trunk zero", "+49 (0)89 1234567", None, "+49 89 1234567"),
    ("no region: as typed", "089  1234567", None, "089 1234567"),
    ("internal: as typed", "4711", "DE", "4711"),
    ("words: as typed", "Zentrale", "DE", "Zentrale"),
    ("list: as typed", "089 123456 / 089 654321", "DE", "089 123456 / 089 654321"),
    ("list that would be one number: as typed", "089 12 / 03456", "DE", "089 12 / 03456"),
    ("not in use, with its country: understood", "+49 1 234567", None, "+49 1234567"),
    ("plus signs alone: as typed", "+ +", "DE", "+ +"),
    ("extension", "+1 865 813 0643 x12", None, "+1 865-813-0643 ext. 12"),
    ("blank", "", "DE", ""),
]

regions = st.sampled_from([None, "DE", "US", "IT", "GB", "FR", "JP"])
numbers = st.text(alphabet="0123456789+ -/().,;#x|e\u00a0", max_size=25) | st.text(max_size=12)


@pytest.mark.parametrize(("description", "region", "spellings"), SAME)
def test_spellings_of_one_number_are_equal(
    description: str, region: str | None, spellings: list[str]
) -> None:
    assert len({phones.normalise(text, region) for text in spellings}) == 1, description


@pytest.mark.parametrize(("description", "region", "one", "other"), DIFFERENT)
def test_no_equality_is_invented(
    description: str, region: str | None, one: str, other: str
) -> None:
    assert phones.normalise(one, region) != phones.normalise(other, region), description


@pytest.mark.parametrize(("description", "text", "region", "expected"), TO_C4C)
def test_c4c_gets_the_international_form(
    description: str, text: str, region: str | None, expected: str
) -> None:
    assert phones.to_international(text, region) == expected, description


def test_parsed_numbers_are_e164_with_their_extension() -> None:
    assert phones.normalise("089 1234567 #012", "DE") == "+49891234567;ext=12"


@settings(deadline=None)  # the first look-up loads the tables
@given(numbers, regions)
@example("0x0 ", None)
@example("0891234567089654321", "DE")
@example("00 00 49 89 1234567", "DE")
def test_normalising_twice_changes_nothing(text: str, region: str | None) -> None:
    once = phones.normalise(text, region)
    assert phones.normalise(once, region) == once


@settings(deadline=None)  # the first look-up loads the tables
@given(numbers, regions)
def test_what_is_written_to_c4c_is_equal_to_what_was_typed(text: str, region: str | None) -> None:
    written = phones.to_international(text, region)
    assert phones.normalise(written, region) == phones.normalise(text, region)
