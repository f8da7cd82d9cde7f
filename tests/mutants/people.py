"""Seeded defects about who is who: first matches, claims, what comes back."""

from __future__ import annotations

from mutants import Mutant

_PRODUCT = "contact-sync/contact_sync"
_MATCHING = "tests/unit/test_core_matching.py"
_PEOPLE = "tests/system/test_rules_people.py"
_AGAIN = "tests/system/test_rules_made_again.py"
_RELOADED = "tests/system/test_rules_reloaded.py"

PEOPLE = (
    Mutant(
        "one e-mail address makes two people one",
        ("I47",),
        f"{_PRODUCT}/core/matching.py",
        "            alike[compare_names(newcomer.values, one.values)].append(one)",
        "            alike[Likeness.SAME].append(one)",
        (_MATCHING,),
    ),
    Mutant(
        "a further address of an item finds nobody",
        ("I38", "I10"),
        f"{_PRODUCT}/core/graph_values.py",
        "    others = entries[1:] if isinstance(entries, list) else []\n    found",
        "    others = entries[3:] if isinstance(entries, list) else []\n    found",
        (f"{_PEOPLE}::test_i47_any_address_of_an_item_finds_its_record",),
    ),
    Mutant(
        "a claim is believed whatever the names say",
        ("I47",),
        "target-c4c/target_c4c/first_match.py",
        "            agrees = matching.have_agreeing_names(task.seen, _values(task, record))",
        "            agrees = True",
        (f"{_PEOPLE}::test_i47_a_claim_on_a_record_out_of_sight_shows_nothing_of_it",),
    ),
    Mutant(
        "any text is taken for an ObjectID",
        ("I51", "I45"),
        f"{_PRODUCT}/core/claims.py",
        "(?P<id>[0-9A-Fa-f]{{32}})",
        "(?P<id>[^/]+)",
        ("tests/unit/test_core_claims.py",),
    ),
    Mutant(
        "who is deleted and typed again is new",
        ("I48",),
        f"{_PRODUCT}/core/identity.py",
        '    if phase.is_live and twin.is_gone:\n        return 2, "relink"',
        "    if phase.is_live and twin.is_gone:\n        return None",
        ("tests/property/test_planner_made_again.py",),
    ),
    Mutant(
        "what is not typed in again is emptied in C4C",
        ("I48", "I3"),
        f"{_PRODUCT}/planning/claimants.py",
        "        link = without_blanks(self._steps.woken(link), digests, self.identities.blanks(kind))",
        "        link = without_blanks(self._steps.woken(link), digests, {})",
        (f"{_AGAIN}::test_i48_who_is_deleted_and_typed_again_is_the_same_pair",),
    ),
    Mutant(
        "a hold outlives those whom it is about",
        ("I48", "I8"),
        f"{_PRODUCT}/planning/claimants.py",
        "            self._session.release(twin, Side.C4C)\n",
        "",
        (f"{_AGAIN}::test_i48_a_hold_dissolves_when_they_are_imported_again",),
    ),
    Mutant(
        "a second item of a linked person is a second record",
        ("I48", "I10"),
        f"{_PRODUCT}/core/identity.py",
        '        return 4, "copy"',
        "        return None",
        (f"{_AGAIN}::test_i48_a_second_item_of_a_linked_person_is_told_of_and_left_alone",),
    ),
    Mutant(
        "a copy beside a pair whose deletion was ignored stays a copy",
        ("I48",),
        f"{_PRODUCT}/planning/copies.py",
        "not (link.is_hidden or link.in_view)",
        "not link.is_hidden",
        ("tests/property/test_planner_returns.py",),
    ),
    Mutant(
        "who is reloaded under a new id gets a second item",
        ("I48",),
        f"{_PRODUCT}/planning/reloads.py",
        "            or (link.phase.is_live and link.exchange_id is not None)\n",
        "",
        (f"{_RELOADED}::test_i48_who_is_reloaded_keeps_the_item",),
    ),
    Mutant(
        "a rejected removal brings the old record back beside the new one",
        ("I48",),
        "target-c4c/target_c4c/joining.py",
        "                and (record is None or task.contract.hold)",
        "                and record is None",
        (f"{_RELOADED}::test_i48_a_hold_dissolves_when_they_are_loaded_again",),
    ),
    Mutant(
        "within one second Exchange is newer",
        ("I5",),
        f"{_PRODUCT}/core/newest.py",
        "item > record",
        "item >= record",
        ("tests/unit/test_core_newest.py",),
    ),
    Mutant(
        "another account is no edit",
        ("I3",),
        "target-c4c/target_c4c/retiring.py",
        '            if is_moved and "company" in live:',
        '            if is_moved and "company" not in live:',
        (f"{_PEOPLE}::test_e5_a_contact_that_gets_another_account_comes_back",),
    ),
    Mutant(
        "a private item is joined with a record that appears",
        ("I37",),
        "target-exchange-contacts/target_exchange_contacts/creating.py",
        "if item.id not in linked and not item.is_private and not self._claim(item)",
        "if item.id not in linked and not self._claim(item)",
        (f"{_PEOPLE}::test_a_private_item_is_not_joined_with_a_record_that_appears",),
    ),
    Mutant(
        "several new accounts of one name are created",
        ("I25", "I10"),
        "target-c4c/target_c4c/first_match.py",
        "            elif first[names[link_id]] != link_id:",
        '            elif first[names[link_id]] == "":',
        (f"{_PEOPLE}::test_i25_of_new_accounts_with_one_name_one_is_created",),
    ),
)
