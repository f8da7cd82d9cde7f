"""One street line in Exchange, two fields in C4C.

Responsible for joining and splitting, such that `join(*split(line))` is the collapsed line again.

The joined form is always "Street HouseNumber". A line in another form (number first, "PO Box 12",
a unit behind the number) stays whole in Street with a blank house number, which joins to the same
line: a wrong split would be worse than none.
"""

from __future__ import annotations

import re

from contact_sync.core.text import collapse

#: SAP `$metadata`: MaxLength of HouseNumber and BusinessAddressHouseNumber.
HOUSE_NUMBER_LENGTH = 10

# "12", "12a", "12 a", "12-14", "12/3", "12 1/2", "12-14b".
_TRAILING_NUMBER = re.compile(
    r"(?P<street>\D.*?) (?P<number>\d+ ?[^\W\d_]?(?: ?[-/+] ?\d+ ?[^\W\d_]?| \d/\d)?)"
)

# A number before the last one: it is unclear which of them is the house number. "17." is none.
_OTHER_NUMBER = re.compile(r"(?:^|.* )\d+[^\W\d_]?(?: .*|$)")

# The number behind one of these words is no house number.
_NO_STREET = re.compile(
    r"(?:^|.*[\s,.])(?:apartment|apt|block|box|bp|building|bldg|etage|fach|flat|floor|highway|hwy"
    r"|no|nr|pf|postbus|postfach|room|route|ste|suite|top|unit)\.?",
    re.IGNORECASE,
)


def join(street: str, house_number: str) -> str:
    """Return the street line of a C4C address."""
    return collapse(f"{street} {house_number}")


def split(line: str) -> tuple[str, str]:
    """Return street and house number of a line; the number is blank where it is not certain."""
    line = collapse(line)
    match = _TRAILING_NUMBER.fullmatch(line)
    if match is None:
        return line, ""
    street, number = match["street"], match["number"]
    is_certain = any(character.isalpha() for character in street) and not (
        _OTHER_NUMBER.fullmatch(street) or _NO_STREET.fullmatch(street)
    )
    return (street, number) if is_certain and len(number) <= HOUSE_NUMBER_LENGTH else (line, "")
