"""A text that may be more than one number is no number; generated over regions and separators."""

from __future__ import annotations

import itertools

import phonenumbers
import pytest
from contact_sync.core import phones
from contact_sync.core.text import collapse, comparable
from phonenumbers import PhoneNumberFormat, PhoneNumberType

REGIONS = ("DE", "AT", "US", "GB", "FR", "IT", "ES", "BE", "SE", "BR")
TYPES = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)
FORMATS = (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164)
PARTED = ("/", " / ", ",", ", ", ";", " ; ", "|", " & ", "+", " + ", "\\", "~", "..", " (")
DASHES = ("-", " - ", "\u2013", " \u2013 ", "\u2011", "\u2212")
AS_TYPED = (
    *("089 12345-67/68", "0171 1234567 / 8", "089 12345678,1", "+43 1 12345 67, 68"),
    *(
        "089 123 45 67 8-9",
        "030 / 12 34 56 - 78 / 79",
        "089 1234567 (68)",
        "089 12345-10-20",
        "089 12345-10-30",
    ),
    *("*31#0171 1234567", "089 1234567 1234568", "089 1234567 0171 1234567", "089 12345-54321"),
    *("+49 89 1234567,,12#", "089 1234567 DW 12", "089 1234567 Durchwahl 12", "06221 123456/7"),
    *("089 1234567 / 0171 1234567", "089/1234567/8", "089 1234567 und 68", "089 123456 x12/13"),
)


def _examples() -> list[tuple[str, str, str]]:
    found = []
    for region, kind, form in itertools.product(REGIONS, TYPES, FORMATS):
        number = phonenumbers.example_number_for_type(region, kind)
        assert number is not None
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        found.append((region, phonenumbers.format_number(number, form), e164))
    return found


EXAMPLES = _examples()


def _is_as_typed(text: str, region: str | None) -> bool:
    is_text = phones.normalise(text, region) == comparable(text)
    return is_text and phones.to_international(text, region) == collapse(text)


def _tails(number: str) -> list[str]:
    """Return what may stand behind a number for a second one: whole, or its last digits."""
    digits = "".join(filter(str.isdecimal, number))
    following = str(int(digits) + 1).zfill(len(digits))
    return [number, following[-1] if following[-1] != "0" else "9", following[-2:]]


@pytest.mark.parametrize(("region", "text", "e164"), EXAMPLES)
def test_one_number_in_the_formats_of_its_country_is_understood(
    region: str, text: str, e164: str
) -> None:
    assert phones.normalise(text, region) == e164
    assert phones.normalise(phones.to_international(text, region), region) == e164


@pytest.mark.parametrize("separator", PARTED)
@pytest.mark.parametrize(("region", "text", "e164"), EXAMPLES)
def test_i03_two_numbers_are_never_joined(
    region: str, text: str, e164: str, separator: str
) -> None:
    close = ")" if "(" in separator else ""
    for tail in (*_tails(text), e164):
        several = f"{text}{separator}{tail}{close}"
        assert _is_as_typed(several, region), several
        assert _is_as_typed(several, None), several


@pytest.mark.parametrize("separator", DASHES)
@pytest.mark.parametrize(("region", "text", "e164"), EXAMPLES)
def test_i03_a_range_is_no_number(region: str, text: str, e164: str, separator: str) -> None:
    number = phonenumbers.parse(e164, None)
    digits = phonenumbers.national_significant_number(number)
    last = min(int(digits[-1]), 8)
    start, end = text[:-1] + str(last), str(last + 1)
    for several in (f"{start}{separator}{end}", f"{text}{separator}{text}"):
        assert _is_as_typed(several, region), several


@pytest.mark.parametrize("text", AS_TYPED)
@pytest.mark.parametrize("region", ["DE", "AT", "US", None])
def test_lists_ranges_and_pauses_stay_as_typed(text: str, region: str | None) -> None:
    if region in ("DE", None) or not text.startswith("089 12345-54321"):
        assert _is_as_typed(text, region)
