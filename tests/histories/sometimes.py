"""States that a soak must reach: what never came about was never judged either.

Responsible for the demand and for counting; the histories note what they see at the end of each
session. A full-length soak that misses a state fails, a short one says what it missed.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from contact_sync.core.issues import CODES

from histories.switches import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contact_sync.store import Store

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

SEEN: Counter[str] = Counter()


def demanded() -> Iterator[str]:
    """Yield every state that must be reached, by name."""
    for code in sorted(CODES_TO_REACH):
        yield f"issue {code}"
    for service, name, value in SWITCHES:
        yield f"switch {service} {name} {value}"
    for service, name in sorted({(service, name) for service, name, _ in SWITCHES}):
        yield f"switch {service} {name} as it is"
    yield "hold"
    yield "hold after one that was decided"


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
        self._pending: set[str] = set()
        for service, name in {(service, name) for service, name, _ in SWITCHES}:
            now = switches[service][name]
            is_set = (service, name, now) in SWITCHES
            SEEN[f"switch {service} {name} {now if is_set else 'as it is'}"] += 1

    def note(self, store: Store) -> None:
        """Note the open issues and the holds at the end of a session."""
        SEEN.update({f"issue {row.issue.code}" for row in store.issues.list_open()})
        pending = {hold.hold_id for hold in store.holds.list_(("pending",))}
        SEEN["hold"] += bool(pending)
        SEEN["hold after one that was decided"] += bool(self._pending - pending and pending)
        self._pending |= pending
