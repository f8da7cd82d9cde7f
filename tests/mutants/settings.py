"""Seeded defects of settings: what is not known, what is said twice, what asks first."""

from __future__ import annotations

from mutants import Mutant

_SYNC = "contact-sync/contact_sync"
_UNIT = "tests/unit"

SETTINGS = (
    Mutant(
        "an unknown setting inside another one is accepted",
        ("I46",),
        f"{_SYNC}/known_settings.py",
        '            yield from _unknown(known[name], entry, f"{path}{name}.")',
        "            pass",
        (f"{_UNIT}/test_settings_known.py",),
    ),
    Mutant(
        "a view for a mailbox that is not synced is accepted",
        ("I46",),
        f"{_SYNC}/setting_names.py",
        "            if address_of(entry) not in known:",
        "            if False:",
        (f"{_UNIT}/test_settings_known.py",),
    ),
    Mutant(
        "a setting of a field that does not exist is accepted",
        ("I46",),
        f"{_SYNC}/settings.py",
        "    check_fields(kind, entries, field_map.names)",
        "    check_fields(kind, (), field_map.names)",
        (f"{_UNIT}/test_settings_known.py",),
    ),
)
