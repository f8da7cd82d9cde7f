"""What must always hold, and the tests that hold it besides the generated histories.

`scripts/proof_table.py` makes the table of `docs/proof.md` of it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """One thing that must always hold.

    Attributes:
        name: `I1` and so on.
        says: What it says, in a few words.
        tests: Files, or pytest ids, that hold it.
        pending: Why nothing holds it yet; empty for those that are held.
    """

    name: str
    says: str
    tests: tuple[str, ...] = ()
    pending: str = ""


_S = "tests/system"
_U = "tests/unit"
_MACHINE = "tests/property/test_sync_machine.py"
_WORLDS = "tests/property/test_planner_worlds.py"
_SMALL = f"{_S}/test_behaviour.py"
_GUARD = f"{_S}/test_rules_deletion_guard.py"

INVARIANTS = (
    Invariant("I1", "both sides end up the same", (_MACHINE, _SMALL, _WORLDS)),
    Invariant("I2", "a further session writes nothing", (_MACHINE, _SMALL, _WORLDS)),
    Invariant("I3", "no edit is lost unseen", (_MACHINE, _SMALL, _WORLDS)),
    Invariant(
        "I4", "edits of different fields both live", (_SMALL, f"{_U}/test_core_merge.py", _WORLDS)
    ),
    Invariant("I5", "the same value on both sides is no conflict", (_SMALL, _MACHINE, _WORLDS)),
    Invariant(
        "I6", "what was deleted stays deleted", (_MACHINE, f"{_S}/test_lost_replies.py", _WORLDS)
    ),
    Invariant("I7", "no deletion without a witness", (f"{_S}/test_guards.py", _MACHINE, _WORLDS)),
    Invariant(
        "I8", "many deletions at once wait for a person", (_GUARD, f"{_S}/test_guards.py", _WORLDS)
    ),
    Invariant("I9", "an emptied or missing folder deletes nothing", (_GUARD, _WORLDS)),
    Invariant("I10", "at most one counterpart", (_MACHINE, f"{_S}/test_lost_replies.py", _WORLDS)),
    Invariant(
        "I11", "a crash changes nothing in the end", (_MACHINE, f"{_S}/test_lost_replies.py")
    ),
    Invariant(
        "I12",
        "no effect without an earlier durable intent",
        (f"{_U}/test_store_intents.py", f"{_U}/test_store_transactions.py"),
    ),
    Invariant(
        "I13", "our own writes are no edits", (f"{_S}/test_rules_conflicts.py", _MACHINE, _WORLDS)
    ),
    Invariant("I14", "writes are minimal", (f"{_S}/test_rules_conflicts.py", _SMALL, _WORLDS)),
    Invariant("I15", "no blind overwrite", (_MACHINE, f"{_S}/test_rules_conflicts.py")),
    Invariant("I16", "read-only types are never written to C4C", (_SMALL, _MACHINE, _WORLDS)),
    Invariant(
        "I17", "one-way fields keep their arrow", (_SMALL, f"{_S}/test_rules_one_way.py", _WORLDS)
    ),
    Invariant(
        "I18", "foreign items are untouched", (_MACHINE, f"{_S}/test_rules_private.py", _WORLDS)
    ),
    Invariant("I19", "unmapped data is untouched", (_MACHINE, f"{_S}/test_rules_routing.py")),
    Invariant("I20", "one folder, one category", (_MACHINE, _SMALL, _WORLDS)),
    Invariant(
        "I21", "leaving the view deletes nothing", (_SMALL, f"{_S}/test_rules_views.py", _WORLDS)
    ),
    Invariant("I22", "mailboxes are apart", (f"{_S}/test_rules_two_mailboxes.py",)),
    Invariant("I23", "a foreign tenant is refused", (f"{_U}/test_store_open.py",)),
    Invariant("I24", "the account depends on its arguments alone", (f"{_U}/test_core_cascade.py",)),
    Invariant(
        "I25",
        "order does not matter",
        (_WORLDS, f"{_U}/test_core_routing.py", f"{_U}/test_core_matching.py"),
    ),
    Invariant("I26", "two working sessions, then rest", (_MACHINE, _SMALL, _WORLDS)),
    Invariant("I27", "one bad record stops no other", (f"{_S}/test_rules_issues.py",)),
    Invariant(
        "I28",
        "issues close by themselves",
        (f"{_S}/test_rules_issues.py", f"{_U}/test_store_issues.py"),
    ),
    Invariant("I29", "incremental equals full", (_MACHINE, f"{_S}/test_rules_recovery.py")),
    Invariant("I30", "a listing has every item once", (f"{_U}/test_c4c_client_paging.py",)),
    Invariant("I31", "lagging reads do no harm", (_MACHINE, f"{_S}/test_traps.py")),
    Invariant("I32", "clocks may be wrong", (_MACHINE, f"{_S}/test_traps.py")),
    Invariant(
        "I33",
        "Retry-After is kept, parallel requests are capped",
        (f"{_U}/exchange/test_exchange_client_transport.py", f"{_U}/test_c4c_client_retry.py"),
    ),
    Invariant("I34", "a plan is what is executed", pending="there is no plan mode yet"),
    Invariant("I35", "undo", pending="there is no undo yet"),
    Invariant("I36", "changed settings delete nothing", (f"{_S}/test_guards.py", _SMALL, _WORLDS)),
    Invariant(
        "I37",
        "no personal data at rest",
        (f"{_S}/test_privacy.py", f"{_S}/test_meltano_killed.py", _MACHINE),
    ),
    Invariant("I38", "the first session doubles nothing", (f"{_S}/test_rules_first_match.py",)),
    Invariant("I39", "notes come back as they went", pending="notes are not synced yet"),
    Invariant(
        "I40",
        "street lines come back as they went",
        (f"{_U}/test_core_streets.py", f"{_U}/test_core_fields_to_c4c.py"),
    ),
    Invariant(
        "I41",
        "a conversion never leaves none",
        (f"{_S}/test_rules_conversion.py", _MACHINE, _WORLDS),
    ),
    Invariant("I42", "deleted on both sides is silent", (_SMALL, _GUARD, _WORLDS)),
    Invariant("I43", "the state never gets poorer", (_MACHINE,)),
    Invariant(
        "I44", "the same seed plays the same history", ("tests/property/test_replay.py", _WORLDS)
    ),
    Invariant(
        "I45",
        "nobody stops anybody",
        (
            f"{_S}/test_nobody_stops_anybody.py",
            f"{_S}/test_nobody_stops_anybody_c4c.py",
            f"{_S}/test_rules_mailbox_trouble.py",
            f"{_S}/test_rules_view_trouble.py",
        ),
    ),
    Invariant(
        "I46",
        "said once, or refused",
        (f"{_U}/test_settings_known.py", f"{_S}/test_rules_said_once.py"),
    ),
    Invariant(
        "I47",
        "people stay themselves",
        (f"{_S}/test_rules_people.py", f"{_U}/test_core_matching.py"),
    ),
    Invariant(
        "I48",
        "back again is not new",
        (
            f"{_S}/test_rules_made_again.py",
            f"{_S}/test_rules_reloaded.py",
            "tests/property/test_planner_made_again.py",
        ),
    ),
    Invariant("I49", "settings ask first", (f"{_S}/test_rules_changed_views.py",)),
    Invariant(
        "I50",
        "bounded memory, bounded questions",
        (f"{_U}/test_json_text.py", f"{_S}/test_rules_new_mailbox.py"),
    ),
    Invariant(
        "I51",
        "every text is safe",
        (
            f"{_U}/test_quiet_logs.py",
            f"{_U}/test_cli_terminal.py",
            f"{_S}/test_hardening_page.py",
        ),
    ),
    Invariant("I52", "the plan is the session", pending="there is no plan mode yet"),
)
