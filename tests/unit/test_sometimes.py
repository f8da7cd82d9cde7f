"""The list of states that a soak must reach fits the product as it is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from contact_sync.core.issues import CODES
from contact_sync.core.model import Link, Phase, RecordType
from contact_sync.planning import download, upload
from harness.world import World
from histories.decisions import noted, rows
from histories.sometimes import OUT_OF_REACH, ROWS_OUT_OF_REACH, demanded, missed
from histories.switches import LEFT_ALONE, SWITCHES
from histories.tally import SEEN
from property.planner_config import policy_of

if TYPE_CHECKING:
    from pathlib import Path


def test_every_issue_code_is_demanded_or_out_of_reach_for_a_reason() -> None:
    states = set(demanded())
    for code in CODES:
        assert (f"issue {code}" in states) != bool(OUT_OF_REACH.get(code)), code
    assert set(OUT_OF_REACH) <= set(CODES)


def test_states_are_named_once_and_what_is_missed_is_among_them() -> None:
    assert len(set(demanded())) == len(list(demanded()))
    assert set(missed()) <= set(demanded())


def test_every_switch_is_turned_by_histories_or_left_alone_for_a_reason(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        switches = {"graph": world.graph.switches(), "c4c": world.c4c.switches()}
    turned = {(service, name) for service, name, _ in SWITCHES}
    known = {(service, name) for service, names in switches.items() for name in names}
    assert not turned & LEFT_ALONE.keys()
    assert turned | LEFT_ALONE.keys() == known
    assert all(switches[service][name] != value for service, name, value in SWITCHES)


def test_decisions_are_noted_by_the_row_that_they_belong_to() -> None:
    before = Counter(SEEN)
    with noted():
        vars(upload)["decide_item"](None, None, None, {})
        vars(download)["decide_record_gone"](
            Link(link_id="L", mailbox="m", record_type=RecordType.CONTACT, phase=Phase.RETIRED),
            policy_of(RecordType.CONTACT),
        )
    news = SEEN - before
    assert news == {"decide_item: no link -> ignore": 1, "decide_record_gone: retired -> ignore": 1}
    assert set(news) <= rows()


def test_rows_that_need_not_be_reached_are_rows() -> None:
    assert ROWS_OUT_OF_REACH.keys() < rows()
