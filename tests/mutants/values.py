"""Seeded defects in what values mean: phones, days, streets, places, names, copies."""

from __future__ import annotations

from mutants import Mutant

_CORE = "contact-sync/contact_sync/core"
_UNIT = "tests/unit"

VALUES = (
    Mutant(
        "a slash late in a phone text joins two numbers",
        ("I3",),
        f"{_CORE}/phones.py",
        '    if separator == "/" and not _is_area(groups, place, plus, region):',
        '    if separator == "/" and not place:',
        (f"{_UNIT}/test_core_phones_several.py",),
    ),
    Mutant(
        "a range of phone numbers is one number",
        ("I3",),
        f"{_CORE}/phones.py",
        "    return is_near or is_pair",
        "    return False",
        (f"{_UNIT}/test_core_phones_several.py",),
    ),
)
