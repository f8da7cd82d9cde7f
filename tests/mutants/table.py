"""The list of seeded defects, by the part of the product they sit in."""

from __future__ import annotations

from mutants import Mutant
from mutants.c4c import C4C
from mutants.edges import EDGES
from mutants.hostile import HOSTILE
from mutants.loading import LOADING
from mutants.mailboxes import MAILBOXES
from mutants.people import PEOPLE
from mutants.reading import READING
from mutants.reads import READS
from mutants.replaced import REPLACED
from mutants.secrets import SECRETS
from mutants.settings import SETTINGS
from mutants.values import VALUES
from mutants.writing import WRITING

_CORE = "contact-sync/contact_sync/core"
_PLANNING = "contact-sync/contact_sync/planning"
_SYSTEM = "tests/system"
_UNIT = "tests/unit"

DECIDING = (
    Mutant(
        "edits are compared with the other side, not with the base",
        ("I1", "I3"),
        f"{_CORE}/merge.py",
        "for name, digest in now.items() if base.get(name) != digest))",
        "for name, digest in now.items() if name not in base))",
        (f"{_UNIT}/test_core_merge.py", f"{_SYSTEM}/test_rules_c4c_events.py"),
    ),
    Mutant(
        "a field that was edited on the other side is overwritten",
        ("I3", "I15"),
        f"{_CORE}/merge.py",
        "        elif live.get(name) == base.get(name):\n            write.append(name)",
        "        elif name in live:\n            write.append(name)",
        (f"{_UNIT}/test_core_merge.py",),
    ),
    Mutant(
        "a conflict on one field drops the edits of all",
        ("I4",),
        f"{_CORE}/merge.py",
        "    return Merge(tuple(write), tuple(agreed), tuple(lost), tuple(conflicts))",
        "    return Merge((() if lost else tuple(write)), tuple(agreed), tuple(lost), tuple(conflicts))",
        (f"{_UNIT}/test_core_merge.py",),
    ),
    Mutant(
        "the same value typed on both sides is a conflict",
        ("I5",),
        f"{_CORE}/merge.py",
        "        if live.get(name) == source.get(name):\n            agreed.append(name)\n        elif",
        "        if",
        (f"{_UNIT}/test_core_merge.py",),
    ),
    Mutant(
        "a blank overwrites a value at the first match",
        ("I38",),
        f"{_CORE}/merge.py",
        "        elif name in blank_exchange:",
        "        elif name in blank_c4c and name in blank_exchange:",
        (f"{_UNIT}/test_core_merge.py",),
    ),
    Mutant(
        "a one-way field is written against its arrow",
        ("I17",),
        f"{_CORE}/merge.py",
        "        elif policy.may_write(other, name):\n            forward.append(name)",
        "        elif policy.may_write(other, name) or other:\n            forward.append(name)",
        (f"{_UNIT}/test_core_merge.py",),
    ),
    Mutant(
        "read-only types are written to",
        ("I16",),
        f"{_CORE}/model.py",
        "        if side is Side.C4C and self.read_only:\n            return False",
        "        if side is Side.C4C and self.read_only and not field_name:\n            return False",
        (
            f"{_SYSTEM}/test_rules_read_only.py::test_e2_read_only_edit_is_written_over_in_the_same_session",
        ),
    ),
    Mutant(
        "a deleted item of a read-only type deletes the record",
        ("I16",),
        f"{_CORE}/decide.py",
        "    if policy.read_only or not policy.direction.reaches(Side.C4C):\n        # The record",
        "    if not policy.direction.reaches(Side.C4C):\n        # The record",
        (f"{_UNIT}/test_core_decide.py", f"{_SYSTEM}/test_rules_read_only.py"),
    ),
    Mutant(
        "a record that left the view counts as deleted",
        ("I21",),
        f"{_CORE}/decide.py",
        "            return Verdict.LEAVE_VIEW if left else Verdict.COMPARE",
        "            return Verdict.REMOVE if left else Verdict.COMPARE",
        (f"{_UNIT}/test_core_decide.py",),
    ),
    Mutant(
        "a stale reply revives a retired pair",
        ("I6", "I31"),
        f"{_CORE}/decide.py",
        "            return Verdict.REVIVE if is_shown and is_unseen else Verdict.IGNORE",
        "            return Verdict.REVIVE if is_shown else Verdict.IGNORE",
        (f"{_UNIT}/test_core_decide.py",),
    ),
    Mutant(
        "what a clock that was set back revives stays away",
        ("I32",),
        f"{_CORE}/outcome.py",
        "    return not is_last and not is_stale(link, changed_at)",
        "    return not is_last and str(changed_at) > str(link.c4c_changed_at)",
        (f"{_UNIT}/test_core_outcome.py", "tests/system/test_traps.py"),
    ),
    Mutant(
        "an item whose place was taken is forgotten",
        ("I10",),
        f"{_CORE}/outcome.py",
        "    if link.exchange_id is None:\n        return (again,)",
        "    if link.owes is not Owes.STRIP:\n        return (again,)",
        (f"{_UNIT}/test_core_outcome.py", f"{_SYSTEM}/test_rules_exchange_traces.py"),
    ),
    Mutant(
        "a copy that lags is compared",
        ("I31",),
        f"{_CORE}/outcome.py",
        "    return changed_at in link.c4c_superseded and changed_at < link.c4c_changed_at",
        "    return False",
        (f"{_UNIT}/test_core_outcome.py", "tests/system/test_traps.py"),
    ),
    Mutant(
        "a list that lags ends what was just brought back",
        ("I31",),
        "target-c4c/target_c4c/joining.py",
        "            self._book.save(task, outcome.see_version(task.link, changed_at))",
        "            self._book.save(task, task.link.but(c4c_changed_at=changed_at and None))",
        ("tests/system/test_traps.py",),
    ),
    Mutant(
        "the guard counts nothing",
        ("I8",),
        f"{_CORE}/guards.py",
        "    if situation.planned > max(",
        "    if situation.planned > 10 * max(",
        (f"{_UNIT}/test_core_guards.py::test_i08_i09_i36_guard",),
    ),
    Mutant(
        "the guard counts per session, not per type",
        ("I8",),
        f"{_PLANNING}/session.py",
        "live=self.store.links.live_count(mailbox, kind)",
        "live=10 * self.store.links.live_count(mailbox, kind)",
        (f"{_SYSTEM}/test_rules_deletion_guard.py::test_i08_more_removals_than_allowed_are_held",),
    ),
    Mutant(
        "an emptied folder is believed",
        ("I9",),
        f"{_CORE}/guards.py",
        '        return "folder_empty"',
        "        return None",
        (f"{_UNIT}/test_core_guards.py::test_i08_i09_i36_guard",),
    ),
    Mutant(
        "a changed filter is not noticed",
        ("I36", "I49"),
        f"{_PLANNING}/sights.py",
        "        is_news = self._settings.get(name) != now",
        "        is_news = self._settings.get(name) is None",
        (
            f"{_SYSTEM}/test_rules_views.py::test_c5_a_changed_filter_holds_what_falls_out_of_the_view",
        ),
    ),
    Mutant(
        "newer deletions ride on an approval",
        ("I8",),
        f"{_PLANNING}/session.py",
        '        approved = [link for link in links if self.hold_of(link.link_id, side, "approved")]',
        '        approved = links if any(self.hold_of(k.link_id, side, "approved") for k in links) else []',
        (
            f"{_SYSTEM}/test_rules_deletion_guard.py"
            "::test_i08_approved_removals_in_c4c_are_exactly_the_set_that_was_shown",
        ),
    ),
    Mutant(
        "a deletion is believed before the mailbox was read to its end",
        ("I7",),
        f"{_PLANNING}/upload.py",
        "            self._places.take(mailbox, record)",
        "            self._places.take(mailbox, record)\n"
        "            self._absences.complete(mailbox, frozenset())",
        (f"{_UNIT}/test_planning_witness.py",),
    ),
    Mutant(
        "the oldest account does not win",
        ("I24",),
        f"{_CORE}/cascade.py",
        "            return min(found, key=_age)",
        "            return found[0]",
        (f"{_UNIT}/test_core_cascade.py",),
    ),
    Mutant(
        "which of several folders is managed depends on the listing",
        ("I25",),
        f"{_CORE}/routing.py",
        "in sorted(hits)]",
        "in sorted(hits, key=lambda hit: hit[:2])]",
        (f"{_SYSTEM}/test_rules_routing.py", f"{_UNIT}/test_core_routing.py"),
    ),
    Mutant(
        "the category of another type stays on a linked item",
        ("I20",),
        f"{_CORE}/routing.py",
        "    kept = [entry for entry in categories if entry.strip().casefold() not in foreign]",
        "    kept = list(categories)",
        (
            f"{_SYSTEM}/test_rules_exchange_traces.py::test_e6_category_of_another_type_is_taken_off",
        ),
    ),
    Mutant(
        "the user's other categories are replaced",
        ("I19",),
        f"{_CORE}/routing.py",
        "    kept = [entry for entry in categories if entry.strip().casefold() not in foreign]",
        "    kept: list[str] = []",
        (
            f"{_SYSTEM}/test_rules_exchange_traces.py"
            "::test_e6_removed_category_is_put_back_and_nothing_else",
        ),
    ),
    Mutant(
        "a copy beside its original brings back what was ended in C4C",
        ("I6",),
        f"{_PLANNING}/copies.py",
        "            return link.successor is None",
        "            return False",
        (
            f"{_SYSTEM}/test_rules_exchange_traces.py"
            "::test_c3_record_that_is_ended_stays_so_though_a_copy_lies_there",
        ),
    ),
    Mutant(
        "a deletion does not wait until its copies were read",
        ("I7",),
        f"{_PLANNING}/copies.py",
        "            if copies:",
        "            if copies and link.c4c_id is None:",
        (
            f"{_SYSTEM}/test_rules_exchange_traces.py"
            "::test_e8_copy_that_was_not_read_lately_takes_the_originals_place",
        ),
    ),
    Mutant(
        "a deletion that failed once is forgotten when the next session breaks off",
        ("I6", "I11"),
        f"{_PLANNING}/session.py",
        '            link_id = "" if but_links else None',
        "            link_id = None",
        (
            f"{_SYSTEM}/test_rules_issues.py"
            "::test_locked_record_is_retired_though_a_session_breaks_off_meanwhile",
        ),
    ),
    Mutant(
        "what lies in Deleted Items is written to",
        ("I3",),
        "target-exchange-contacts/target_exchange_contacts/writing.py",
        "            if item is None or _has_left(write, item, managed):",
        "            if item is None:",
        (
            f"{_SYSTEM}/test_rules_issues.py"
            "::test_locked_record_that_was_edited_outlives_the_deletion_of_its_item",
        ),
    ),
    Mutant(
        "a success on one side ends the issue of the other",
        ("I3",),
        "contact-sync/contact_sync/book.py",
        "        if any(closed):",
        "        if not any(closed) and not self.key:",
        (f"{_UNIT}/test_book.py",),
    ),
    Mutant(
        "two who are alike wait for ever for their records",
        ("I11",),
        "target-c4c/target_c4c/intents.py",
        "most=len(twins)",
        "most=min(1, len(twins))",
        (
            f"{_SYSTEM}/test_lost_replies.py"
            "::test_i10_lost_replies_to_the_creates_of_two_who_are_alike",
        ),
    ),
    Mutant(
        "private items are uploaded",
        ("I18",),
        f"{_PLANNING}/upload.py",
        '        if record.get("isPrivate"):',
        '        if record.get("isPrivate") and link is not None:',
        (f"{_SYSTEM}/test_rules_private.py",),
    ),
    Mutant(
        "linked items that became private are uploaded",
        ("I18",),
        f"{_CORE}/decide.py",
        "        case Verdict.COMPARE:\n            return Verdict.KEEP",
        "        case Verdict.COMPARE:\n            return Verdict.COMPARE",
        (f"{_SYSTEM}/test_rules_private.py",),
    ),
    Mutant(
        "a split street does not join to the same line",
        ("I40",),
        f"{_CORE}/streets.py",
        '    return (street, number) if is_certain else (line, "")',
        "    return street, number",
        (f"{_UNIT}/test_core_streets.py",),
    ),
)

MUTANTS: tuple[Mutant, ...] = (
    *DECIDING,
    *WRITING,
    *READING,
    *READS,
    *HOSTILE,
    *VALUES,
    *SETTINGS,
    *MAILBOXES,
    *REPLACED,
    *PEOPLE,
    *LOADING,
    *SECRETS,
    *C4C,
    *EDGES,
)
