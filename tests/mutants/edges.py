"""Seeded defects at the edges: what lies beside a pair, and what a user does between two calls."""

from __future__ import annotations

from mutants import Mutant

_EXCHANGE = "target-exchange-contacts/target_exchange_contacts"
_C4C = "target-c4c/target_c4c"
_SYNC = "contact-sync/contact_sync"
_BESIDE = "tests/system/test_rules_beside.py"
_THROWN_AWAY = "tests/system/test_rules_thrown_away.py"
_WAITS = "tests/unit/test_batch_waits.py"

EDGES = (
    Mutant(
        "who is brought back knows nothing of the fields that cannot be sent",
        ("I4",),
        "target-c4c/target_c4c/joining.py",
        "        known = link.phase is not Phase.PENDING\n",
        "        known = link.phase.is_live\n",
        ("tests/system/test_rules_exchange_events.py",),
    ),
    Mutant(
        "an item in Deleted Items whose mark is to be taken off is tried for ever",
        ("I45",),
        "target-exchange-contacts/target_exchange_contacts/writing.py",
        "            if write.strips and self._is_thrown_away(mailbox, write):\n",
        "            if False:\n",
        (_THROWN_AWAY,),
    ),
    Mutant(
        "an account's new name is an edit of its contacts",
        ("I6",),
        f"{_C4C}/retiring.py",
        '            known.pop("company", None)',
        "            pass",
        (f"{_BESIDE}::test_e3_contact_whose_account_was_renamed_in_c4c_does_not_come_back",),
    ),
    Mutant(
        "the source of a move is deleted again, for good",
        ("I3", "I7"),
        f"{_EXCHANGE}/moving.py",
        "if now is None or now.folder_id != before.folder_id:",
        "if now is None:",
        (_THROWN_AWAY,),
    ),
    Mutant(
        "what its user threw away meanwhile is deleted again, for good",
        ("I3", "I7"),
        f"{_EXCHANGE}/removing.py",
        "        return item.folder_id not in home",
        "        return False",
        (_THROWN_AWAY,),
    ),
    Mutant(
        "a changed region is not compared anew",
        ("I36", "I46"),
        f"{_SYNC}/settings.py",
        "            self.region,\n            policy.category",
        "            policy.category",
        ("tests/unit/test_settings_fingerprint.py",),
    ),
    Mutant(
        "a copy beside a pair whose item its user deleted stays a copy",
        ("I1",),
        f"{_SYNC}/planning/copies.py",
        "not (link.is_hidden or link.in_view)",
        "not link.is_hidden",
        (f"{_BESIDE}::test_e8_copy_beside_a_pair_that_fell_asleep",),
    ),
    Mutant(
        "a copy beside a pair that left the view takes its place",
        ("I21",),
        f"{_SYNC}/planning/copies.py",
        "        return link.phase is Phase.ASLEEP and not (link.is_hidden or link.in_view)",
        "        return False",
        (f"{_BESIDE}::test_e8_copy_beside_a_pair_that_fell_asleep",),
    ),
    Mutant(
        "the last wait of a batch wins at C4C",
        ("I33",),
        "clients/c4c-client/c4c_client/transport.py",
        "self._sleep(max(due))",
        "self._sleep(due[-1])",
        (_WAITS,),
    ),
    Mutant(
        "the last wait of a batch wins at Graph",
        ("I33",),
        "clients/exchange-client/exchange_client/batch.py",
        "                delay = max(delay, decision.delay_seconds)",
        "                delay = decision.delay_seconds",
        (_WAITS,),
    ),
    Mutant(
        "a later shorter wait opens a closed mailbox",
        ("I33",),
        "clients/exchange-client/exchange_client/gate.py",
        "            state.closed_until = max(state.closed_until, self._clock() + seconds)",
        "            state.closed_until = self._clock() + seconds",
        (_WAITS,),
    ),
)
