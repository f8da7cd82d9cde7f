"""States that a soak must reach: what never came about was never judged either.

Responsible for the demand and for counting; the histories note what they see at the end of each
session. A full-length soak that misses a state fails, a short one says what it missed.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from contact_sync.core.issues import CODES

from histories.decisions import rows
from histories.switches import SWITCHES
from histories.tally import SEEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contact_sync.store import Hold, Store

#: Seconds from which on a soak must have reached everything.
FULL_LENGTH_SECONDS = 600.0

#: Issue codes that no history can bring about -> why. All others must be seen.
OUT_OF_REACH = {
    "account_not_found": "histories leave account_no_match at its default",
    "ambiguous_category": "users of histories give an item one routing category",
    "ambiguous_match": "the address is a person's tag: two never share it",
    "company_restored": "no user of a history edits a company",
    "invalid_record": "the input of mapper and targets is never broken",
    "linked_record_gone": "the store of a history is never lost",
    "mailbox_denied": "tests/system/test_nobody_stops_anybody.py plays each cause",
    "mailbox_full": "as mailbox_denied",
    "mailbox_named_properties": "as mailbox_denied",
    "mailbox_not_writable": "as mailbox_denied",
    "mailbox_replaced": "tests/system plays it: a history keeps its mailboxes",
    "mailbox_unknown": "as mailbox_denied",
    "mailbox_unlicensed": "as mailbox_denied",
    "missing_last_name": "users of histories name everybody",
    "missing_name": "as missing_last_name",
    "unmapped_country": "histories type no addresses",
    "unmapped_state": "as unmapped_country",
    "unresolved_intent": "an address is a person's tag: a cut-off create leaves one copy at most",
    "value_too_long": "values of histories are short",
}
CODES_TO_REACH = frozenset(CODES) - frozenset(OUT_OF_REACH)

#: What may come out when the reply to a write was lost, by the intent's side, kind and outcome.
LOST_REPLIES = ("c4c create adopted", "c4c create not done", "exchange create not done")
_CUT_OFF = "only between a write that was cut off and the session after it: `make crashes`"
#: Rows of the decision tables that histories cannot be asked to reach -> why.
ROWS_OUT_OF_REACH = {
    "decide_absence: converting -> ignore": _CUT_OFF,
    "decide_item: converting -> compare": _CUT_OFF,
    "decide_item: converting -> convert": _CUT_OFF,
    "decide_item: converting -> left": _CUT_OFF,
    "decide_item: converting -> move_back": _CUT_OFF,
    "decide_item: pending -> forget": _CUT_OFF,
    "decide_item: pending -> ignore": _CUT_OFF,
    "decide_record: pending -> forget": _CUT_OFF,
    "decide_record_gone: pending -> retire_quietly": _CUT_OFF,
    "decide_record: pinned -> leave_view": "a record that left, came back and leaves once more",
}


def demanded() -> Iterator[str]:
    """Yield every state that must be reached, by name."""
    for code in sorted(CODES_TO_REACH):
        yield f"issue {code}"
    for service, name, value in SWITCHES:
        yield f"switch {service} {name} {value}"
    for service, name in sorted({(service, name) for service, name, _ in SWITCHES}):
        yield f"switch {service} {name} as it is"
    yield from sorted(rows() - ROWS_OUT_OF_REACH.keys())
    yield from (f"lost reply: {text}" for text in LOST_REPLIES)
    yield "hold"
    yield "hold after one that was rejected"
    yield "hold after one that was approved"


def missed() -> list[str]:
    """Return the states that no history reached so far."""
    return [state for state in demanded() if not SEEN[state]]


class Watch:
    """Notes what one history reaches."""

    def __init__(self, switches: Mapping[str, Mapping[str, object]]) -> None:
        """Note the position of every switch.

        Args:
            switches: Service -> name -> value.
        """
        self._decided: dict[tuple[object, ...], set[str]] = {}
        for service, name in {(service, name) for service, name, _ in SWITCHES}:
            now = switches[service][name]
            is_set = (service, name, now) in SWITCHES
            SEEN[f"switch {service} {name} {now if is_set else 'as it is'}"] += 1

    def note(self, store: Store, path: str) -> None:
        """Note the open issues, the holds and the lost replies at the end of a session.

        Args:
            store: The sync store.
            path: Its file.
        """
        SEEN.update({f"issue {row.issue.code}" for row in store.issues.list_open()})
        query = "SELECT DISTINCT side, kind, outcome FROM intent WHERE outcome IS NOT NULL"
        with closing(sqlite3.connect(path)) as database:
            found = [" ".join(row) for row in database.execute(query)]
        SEEN.update({f"lost reply: {text}" for text in found if text in LOST_REPLIES})
        for hold in store.holds.list_():
            SEEN["hold"] += 1
            earlier = self._decided.get(_subject(hold), ())
            SEEN.update(f"hold after one that was {text}" for text in earlier)

    def note_decision(self, hold: Hold, decision: str) -> None:
        """Remember that a hold was `approved` or `rejected`."""
        self._decided.setdefault(_subject(hold), set()).add(decision)


def _subject(hold: Hold) -> tuple[object, ...]:
    return hold.mailbox, hold.record_type, hold.side
