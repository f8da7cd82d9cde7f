"""The list of states that a soak must reach fits the product as it is."""

from __future__ import annotations

from contact_sync.core.issues import CODES
from histories.sometimes import OUT_OF_REACH, demanded, missed


def test_every_issue_code_is_demanded_or_out_of_reach_for_a_reason() -> None:
    states = set(demanded())
    for code in CODES:
        assert (f"issue {code}" in states) != bool(OUT_OF_REACH.get(code)), code
    assert set(OUT_OF_REACH) <= set(CODES)


def test_states_are_named_once_and_what_is_missed_is_among_them() -> None:
    assert len(set(demanded())) == len(list(demanded()))
    assert set(missed()) <= set(demanded())
