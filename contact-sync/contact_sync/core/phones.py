"""What counts as the same phone number, and how a number is written to C4C.

Responsible for the only use of `phonenumbers` (decision 0006). Must never guess: a text that does
not parse is compared by its digits, one with words in it as text.
"""

from __future__ import annotations

import re

import phonenumbers

from contact_sync.core.text import collapse, comparable

_EXTENSION = re.compile(
    r"(?:;ext=|[\s,;]*(?:extension|extn?\.?|x|#)[\s:.]*)(\d{1,11})$", re.IGNORECASE
)

# "089 1234 / 089 5678" holds two numbers, "089 / 1234567" one.
_LIST = re.compile(r"(?<=\d)\s*[/,;|]\s*(?=\(?[0+])")


def normalise(text: str, region: str | None) -> str:
    """Return what two spellings of one number have in common.

    E.164 where the number parses (with `;ext=12` for an extension), else its digits with a leading
    plus, else (words in it, or no digits at all) the text without case. Several numbers in one text
    are compared one by one.

    Args:
        text: A number as typed or as formatted by a server.
        region: ISO country that numbers without a country code belong to.
    """
    if _LIST.search(text):
        return "/".join(normalise(part, region) for part in _LIST.split(text))
    skeleton = _skeleton(text)
    if skeleton is None:
        return comparable(text)
    number = _parse(skeleton, region)
    if number is None:
        return skeleton
    return _e164(number)


def to_international(text: str, region: str | None) -> str:
    """Return the number as `+49 89 123456` where it parses, else the collapsed text.

    C4C reads a number without a leading plus as one of the account's country, and `00` not as
    international (SAP Community: phone number formats in Cloud for Customer), so both must not
    reach it wherever the number is understood.
    """
    skeleton = None if _LIST.search(text) else _skeleton(text)
    number = None if skeleton is None else _parse(skeleton, region)
    if number is None:
        return collapse(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _skeleton(text: str) -> str | None:
    """Reduce a text to plus signs, digits and extension; None if it is more than a number."""
    text = collapse(text)
    extension = _EXTENSION.search(text)
    main = text[: extension.start()] if extension else text
    if any(character.isalpha() for character in main):
        return None
    digits = "".join(_digit(character) for character in main)
    if not digits.strip("+"):
        return None
    return f"{digits};ext={int(extension[1])}" if extension else digits


def _digit(character: str) -> str:
    if character == "+":
        return "+"
    return str(int(character)) if character.isdecimal() else ""


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
