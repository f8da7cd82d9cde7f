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
        "    return is_near or (is_pair and not is_even and int(last.digits) < int(rest))",
        "    return False",
        (f"{_UNIT}/test_core_phones_several.py",),
    ),
    Mutant(
        "a new person is not filed",
        ("I1",),
        f"{_CORE}/display_names.py",
        'return {"displayName": shown, "fileAs": filed} if shown',
        'return {"displayName": shown} if shown',
        (f"{_UNIT}/test_core_fields.py", "tests/system/test_rules_file_as.py"),
    ),
    Mutant(
        "a chosen display name is left to the server",
        ("I19",),
        f"{_CORE}/fields.py",
        "not display_names.is_derived(live)",
        "display_names.is_derived({})",
        (f"{_UNIT}/test_core_fields.py",),
    ),
    Mutant(
        "a move carries the first extended properties only",
        ("I19",),
        "clients/exchange-client/exchange_client/copying.py",
        "        values += answer.get(",
        "        values = values or answer.get(",
        ("tests/system/test_moves_carry.py",),
    ),
    Mutant(
        "a copy is made of two versions of its source",
        ("I15",),
        "clients/exchange-client/exchange_client/copying.py",
        '        if whole and whole["changeKey"] != answer["changeKey"]:',
        "        if not whole and answer is None:",
        ("tests/unit/exchange/test_exchange_client_contacts.py",),
    ),
    Mutant(
        "a state's text is taken for a code",
        ("I3",),
        f"{_CORE}/c4c_values.py",
        "            single = states.code_of(text)",
        "            single = states.code_of(text) or text",
        (f"{_UNIT}/test_core_fields_to_c4c.py",),
    ),
    Mutant(
        "words of two codes mean one of them",
        ("I3",),
        f"{_CORE}/states.py",
        "if len(found) == 1 else None",
        "if found else None",
        (f"{_UNIT}/test_core_states.py",),
    ),
    Mutant(
        "states are compared before their list was read",
        ("I13",),
        "contact-sync/contact_sync/planning/session.py",
        "        if states is None and _STATE in given:",
        "        if states is None and _STATE not in given:",
        (f"{_UNIT}/test_planning_begin.py",),
    ),
    Mutant(
        "a new list of states is not compared",
        ("I1",),
        "contact-sync/contact_sync/planning/session.py",
        "            now = plain + self._states_mark(kind)",
        "            now = plain",
        (f"{_UNIT}/test_planning_begin.py",),
    ),
    Mutant(
        "a birthday is the UTC date of its time stamp",
        ("I13",),
        f"{_CORE}/birthdays.py",
        "    return (moment + timedelta(hours=12)).date()",
        "    return moment.date()",
        (f"{_UNIT}/test_core_birthdays.py",),
    ),
    Mutant(
        "a move copies the UTC date of a birthday",
        ("I13", "I19"),
        "clients/exchange-client/exchange_client/contact_fields.py",
        "        day = datetime.fromisoformat(moment[:16]) + timedelta(hours=12)",
        "        day = datetime.fromisoformat(moment[:16])",
        (f"{_UNIT}/test_core_birthdays.py",),
    ),
    Mutant(
        "the last of several numbers is the house number",
        ("I40",),
        f"{_CORE}/streets.py",
        "    if any(map(str.isnumeric, text)) or not",
        "    if not",
        (f"{_UNIT}/test_core_streets.py",),
    ),
    Mutant(
        "the number of a post office box is a house number",
        ("I40",),
        f"{_CORE}/streets.py",
        "        _BOX_WORDS.intersection(words)\n",
        "        not words\n",
        (f"{_UNIT}/test_core_streets.py",),
    ),
    Mutant(
        "a name of two countries means one of them",
        ("I3",),
        f"{_CORE}/countries.py",
        "for name, found in codes.items() if len(found) == 1}",
        "for name, found in codes.items()}",
        (f"{_UNIT}/test_core_countries.py",),
    ),
)
