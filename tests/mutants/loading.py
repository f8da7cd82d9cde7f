"""Seeded defects in plain loading: what is created twice, dropped unsaid, or taken for another."""

from __future__ import annotations

from mutants import Mutant

_SHARED = "contact-sync/contact_sync"
_C4C = "target-c4c/target_c4c"
_EXCHANGE = "target-exchange-contacts/target_exchange_contacts"
_CORE_TEST = "tests/unit/test_core_loading.py"
_UPSERT = "tests/conformance/test_targets_upsert.py"
_COLUMNS = "tests/conformance/test_targets_columns.py"

LOADING = (
    Mutant(
        "a plain record that C4C holds is created again",
        ("I10",),
        f"{_C4C}/plain_lookup.py",
        "            if key_of(plan, held) == record.key\n",
        "            if key_of(plan, held) != record.key\n",
        (_UPSERT,),
    ),
    Mutant(
        "what C4C finds for a key is taken without a look",
        ("I10", "I24"),
        f"{_C4C}/plain_lookup.py",
        "            if key_of(plan, held) == record.key\n",
        "            if held.object_id\n",
        (_UPSERT,),
    ),
    Mutant(
        "only the default folder is looked through for an item with the key",
        ("I10",),
        f"{_EXCHANGE}/plain_lookup.py",
        "    for folder in folders:\n",
        "    for folder in folders[:1]:\n",
        (_UPSERT,),
    ),
    Mutant(
        "private items are taken for what is loaded",
        ("I18",),
        f"{_EXCHANGE}/plain_lookup.py",
        "            for key in {} if item.is_private else keys_of(plan, item):",
        "            for key in keys_of(plan, item):",
        (_UPSERT,),
    ),
    Mutant(
        "a plain create whose reply was lost counts as refused, though it is there",
        ("I10",),
        f"{_C4C}/plain.py",
        "            elif classify(result.error).kind in _CODES:",
        "            elif classify(result.error).kind is None:",
        (_UPSERT,),
    ),
    Mutant(
        "an item whose create was not answered is not looked for",
        ("I10",),
        f"{_EXCHANGE}/plain.py",
        "            elif classify(result.error).kind in _CODES:",
        "            elif classify(result.error).kind is None:",
        (_UPSERT,),
    ),
    Mutant(
        "a record whose id is gone counts as loaded",
        ("I3",),
        f"{_EXCHANGE}/plain.py",
        '            raise UnfitRecordError("404 no such item", code="rejected")',
        '            return "unchanged", None',
        ("tests/conformance/test_targets_plain.py",),
    ),
    Mutant(
        "records of one key in one run are created each",
        ("I10",),
        f"{_SHARED}/plain.py",
        "        if isinstance(choice, Found):\n            at =",
        "        if isinstance(choice, Found) and record.remote_id:\n            at =",
        (_UPSERT,),
    ),
    Mutant(
        "a record with an empty key is created",
        ("I10",),
        f"{_SHARED}/plain.py",
        '        empty = [name for name, form in forms.items() if form == ""] or (',
        '        empty = [name for name, form in forms.items() if form == "?"] or (',
        (_UPSERT,),
    ),
    Mutant(
        "an e-mail address alone proves a person",
        ("I47",),
        f"{_SHARED}/core/loading.py",
        "        return bool(self.table.last_name) and not any(",
        "        return not self.table.last_name and not any(",
        (_UPSERT, _CORE_TEST),
    ),
    Mutant(
        "a plain record is taken for one whose name contradicts",
        ("I47",),
        f"{_SHARED}/core/loading.py",
        "if likeness is Likeness.SAME)",
        "if likeness is not Likeness.OTHER)",
        (_CORE_TEST, _UPSERT),
    ),
    Mutant(
        "an unknown column is dropped without a word",
        ("I46",),
        f"{_SHARED}/core/loading.py",
        "    if unknown and not allows_unknown:",
        "    if unknown and allows_unknown:",
        (_COLUMNS,),
    ),
    Mutant(
        "a stream without a key is loaded",
        ("I10",),
        f"{_SHARED}/core/loading.py",
        "    if not named:\n",
        "    if named is None:\n",
        (_COLUMNS, _CORE_TEST),
    ),
    Mutant(
        "C4C is searched by what it does not search for",
        ("I10",),
        f"{_C4C}/plain_columns.py",
        "    if not prop.filterable:\n",
        "    if prop.filterable is None:\n",
        (_COLUMNS,),
    ),
    Mutant(
        "a plain record that cannot be read stops all others",
        ("I45",),
        f"{_C4C}/reading_apart.py",
        "        check()\n        return _halved(items, read, errors, failed, error)",
        "        raise error",
        (_UPSERT,),
    ),
    Mutant(
        "two columns of a stream are one to a warehouse",
        ("I46",),
        "tap-c4c/tap_c4c/schemas.py",
        "    return name in {KEY, CURSOR} or name.casefold() not in _TAKEN",
        "    return name not in _OWN",
        ("tests/conformance/test_taps_columns.py",),
    ),
)
