"""What counts as the same phone number, and how a number is written to C4C.

Responsible for the only use of `phonenumbers` (decision 0006). Must never guess, and never join the
digits of two numbers: a text that may be more than one number (a list, a range, a pause, a second
number behind a slash or dash) is no number. It is compared as text and sent as typed. A number that
does not parse is compared by its digits.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

from contact_sync.core.text import collapse, comparable

# "DW 12" and other words are not understood: the whole is text then.
_EXTENSION = re.compile(
    r"(?:;ext=|[\s,;]*(?:extension|extn?\.?|x|#)[\s:.]*)(\d{1,11})$", re.IGNORECASE
)

# One number: groups of digits with one separator between two of them. Everything else that may
# stand there (comma, semicolon, "&", "*", two dashes, a plus in the middle) parts numbers.
_SEPARATOR = r"(?: ?[-./] ?| )"
_BRACKETED = r"(?:\(\+?\d[\d ]*\))"
_SHAPE = re.compile(rf"\+?{_BRACKETED}?\d*(?:{_SEPARATOR}?{_BRACKETED}|{_SEPARATOR}?\d+)*")
_GROUP = re.compile(r"(?P<before>\D*)(?P<digits>\d+)")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")

#: With its trunk zero.
_LONGEST_AREA = 6
_LONGEST_COUNTRY = 3
#: ITU-T E.164.
_LONGEST_NUMBER = 15
#: A number without its area code; what is shorter is an extension.
_SHORTEST_LOCAL = 5
#: "12345-67" is a number with its extension, "1234567-69" and "12345-10-20" may be ranges.
_NEAR = 10
_LONGEST_STEP = 3


@dataclass(frozen=True)
class _Group:
    """Digits, and what stands between them and the group before."""

    before: str
    digits: str


def normalise(text: str, region: str | None) -> str:
    """Return what two spellings of one number have in common.

    E.164 where the number parses (with `;ext=12` for an extension), else its digits with a leading
    plus, else (words in it, no digits at all, or more than one number) the text without case.

    Args:
        text: A number as typed or as formatted by a server.
        region: ISO country that numbers without a country code belong to.
    """
    skeleton, number = _read(text, region)
    if skeleton is None:
        return comparable(text)
    return skeleton if number is None else _e164(number)


def to_international(text: str, region: str | None) -> str:
    """Return the number as `+49 89 123456` where it parses, else the collapsed text.

    C4C reads a number without a leading plus as one of the account's country, and `00` not as
    international (SAP Community: phone number formats in Cloud for Customer), so both must not
    reach it wherever the number is understood.
    """
    _, number = _read(text, region)
    if number is None:
        return collapse(text)
    international = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    formatted = phonenumbers.format_number(number, international)
    # A format that we would not take for the same number must not come back as an edit.
    return formatted if normalise(formatted, region) == _e164(number) else _e164(number)


def _read(text: str, region: str | None) -> tuple[str | None, phonenumbers.PhoneNumber | None]:
    """Return plus, digits and extension (None: not one number), and the number if it parses."""
    plain = _plain(text)
    extension = _EXTENSION.search(plain)
    main = plain[: extension.start()] if extension else plain
    groups = _groups(main)
    if not groups:
        return None, None
    plus = "+" if main.startswith(("+", "(+")) else ""
    digits = plus + "".join(group.digits for group in groups)
    alone = _parse(digits, region)
    if _is_several(groups, plus, region, is_number=alone is not None):
        return None, None
    if extension is None:
        return digits, alone
    skeleton = f"{digits};ext={int(extension[1])}"
    return skeleton, _parse(skeleton, region)


def _plain(text: str) -> str:
    """Return the text with plain spaces, hyphens and digits, without marks of writing direction."""
    visible = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    hyphens = _DASHES.sub("-", collapse(visible))
    return "".join(str(int(c)) if c.isdecimal() else c for c in hyphens)


def _groups(main: str) -> list[_Group]:
    """Return the groups of digits; none if the text cannot be one number by its shape."""
    if not _SHAPE.fullmatch(main) or not _brackets_lead(main):
        return []
    found = _GROUP.finditer(main)
    return [_Group(match["before"].strip(" ()+") or " ", match["digits"]) for match in found]


def _brackets_lead(main: str) -> bool:
    """Whether brackets hold an area code, a country code or a trunk zero: not "1234 (56)"."""
    start = main.rfind("(")
    if start < 0:
        return True
    before = _digits_of(main[:start])
    held, _, _ = main[start:].partition(")")
    inside, behind = _digits_of(held), _digits_of(main.rpartition(")")[2])
    is_led = not before or main.startswith(("+", "(+", "00"))
    return is_led and len(before) + len(inside) <= 2 * _LONGEST_AREA and len(behind) > len(inside)


def _digits_of(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _is_several(groups: list[_Group], plus: str, region: str | None, *, is_number: bool) -> bool:
    """Whether a text may be a list or a range, by every place where it can be cut in two."""
    if not is_number and sum(len(group.digits) for group in groups) > _LONGEST_NUMBER:
        return True
    return any(
        _is_cut(groups, place, plus, region, is_number=is_number) for place in range(1, len(groups))
    )


def _is_cut(
    groups: list[_Group], place: int, plus: str, region: str | None, *, is_number: bool
) -> bool:
    """Whether another number may begin at this group."""
    separator = groups[place].before
    if separator == "/" and not _is_area(groups, place, plus, region):
        return True
    first = plus + "".join(group.digits for group in groups[:place])
    rest = "".join(group.digits for group in groups[place:])
    alone = _parse_valid(first, region)
    if alone is None:
        # Where no part is known to be a number, a dash alone is doubtful.
        is_doubtful = separator == "-" and not is_number
        is_long = len(first) >= _SHORTEST_LOCAL + 2 and len(rest) >= _SHORTEST_LOCAL
        return is_doubtful and (is_long or _may_be_range(groups[:place], first, rest))
    return (
        not is_number
        or (separator == "-" and _may_be_range(groups[:place], first, rest))
        or _may_be_list(alone, separator, rest, region)
    )


def _area_at(groups: list[_Group], plus: str) -> int:
    """Return which group is the last one that may hold the area code."""
    first = groups[0].digits
    is_country = bool(plus) and len(first) <= _LONGEST_COUNTRY
    is_dialled = first.startswith("00") and len(first) <= _LONGEST_COUNTRY + 2
    area = 1 if is_country or is_dialled or first == "0" else 0
    return area + 1 if area and [group.digits for group in groups[1:2]] == ["0"] else area


def _is_area(groups: list[_Group], place: int, plus: str, region: str | None) -> bool:
    """Whether a slash stands behind the country or area code, as in `089/1234567`."""
    before, behind = groups[place - 1].digits, groups[place:]
    rest = sum(len(group.digits) for group in behind)
    is_led = bool(plus) or groups[0].digits.startswith("0") or not _has_trunk_zero(region)
    is_short = len(before) <= _LONGEST_AREA + (2 if plus else 0)
    return (
        place - 1 <= _area_at(groups, plus) and is_led and is_short and rest >= _SHORTEST_LOCAL - 1
    )


def _has_trunk_zero(region: str | None) -> bool:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None) if region else None
    return metadata is None or metadata.national_prefix == "0"


def _may_be_range(groups: list[_Group], first: str, rest: str) -> bool:
    """Whether "…67-69" may mean all from 67 to 69: a short way up from the last digits."""
    end = first[-len(rest) :].lstrip("+")
    if len(rest) > len(end) or not end:
        return False
    is_near = 0 < int(rest) - int(end) <= _NEAR
    # Extensions behind a dash: "12345-10-30". Pairs without one ("555 12-34") are one number, and
    # so are pairs throughout ("12-34-56").
    last, is_even = groups[-1], [len(group.digits) for group in groups[-2:]] == [len(rest)] * 2
    is_pair = last.before == "-" and len(last.digits) == len(rest) <= _LONGEST_STEP
    return is_near or (is_pair and not is_even and int(last.digits) < int(rest))


def _may_be_list(
    first: phonenumbers.PhoneNumber, separator: str, rest: str, region: str | None
) -> bool:
    """Whether the rest is a number of its own, with its area code or with that of the first."""
    if len(rest) < _SHORTEST_LOCAL:
        return False
    if rest.startswith("0") and _parse_valid(rest, region) is not None:
        return True
    national = phonenumbers.national_significant_number(first)
    area = national[: phonenumbers.length_of_national_destination_code(first)]
    town = _parse_valid(f"+{first.country_code}{area}{rest}", None)
    is_alike = separator != " " or len(area) + len(rest) == len(national)
    return town is not None and is_alike


def _parse_valid(skeleton: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    number = _parse(skeleton, region)
    return number if number is not None and phonenumbers.is_valid_number(number) else None


def _parse(skeleton: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    if skeleton.startswith("00"):
        # Outlook users type 00 for the plus sign; no country has national numbers starting so.
        international = _parse_strictly("+" + skeleton[2:], None)
        if international is not None:
            return international
    return _parse_strictly(skeleton, region)


def _parse_strictly(skeleton: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    """Parse; refuse numbers that would read differently the next time.

    With a country code a possible number is enough. Without one the number must be valid: an
    internal "4711" is no number of the default region.
    """
    try:
        number = phonenumbers.parse(skeleton, region)
    except phonenumbers.NumberParseException:
        return None
    has_country = skeleton.startswith("+")
    is_good = phonenumbers.is_possible_number if has_country else phonenumbers.is_valid_number
    if not is_good(number):
        return None
    try:
        again = phonenumbers.parse(_e164(number), None)
    except phonenumbers.NumberParseException:
        return None
    return number if _e164(again) == _e164(number) else None


def _e164(number: phonenumbers.PhoneNumber) -> str:
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{plain};ext={number.extension}" if number.extension else plain
