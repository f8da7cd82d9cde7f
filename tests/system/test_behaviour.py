"""The small world: no cell breaks an invariant, and `docs/behaviour.md` says how each one ends."""

from __future__ import annotations

import difflib
from dataclasses import replace

import behaviour
import pytest
from contact_sync.core.model import Issue, Link, Phase, RecordType, Side
from contact_sync.settings import parse
from contact_sync.settings_schema import jsonschema
from harness.small_world import C4C, Cell, Config, Exchange
from harness.small_world_checks import Played, violations
from harness.small_world_outcomes import DELETED, OUTSIDE, Item, Record, Sight
from harness.world import ALICE


def test_i02_i03_i16_i20_i42_every_cell_ends_as_the_page_says() -> None:
    """Each cell is held against the invariants first, then against the page."""
    groups = (behaviour.CONTACTS, behaviour.OTHERS)
    tables = [behaviour.completed(behaviour.outcomes(g, g.sample), g) for g in groups]
    page = behaviour.PAGE.read_text("utf-8")
    played = behaviour.filled(page, *tables)
    changes = difflib.unified_diff(page.splitlines(), played.splitlines(), "page", "played", n=0)
    found = "\n".join(changes)
    assert not found, f"Run `make behaviour`, and review every changed cell:\n{found}"


def test_i04_winners_that_the_sample_leaves_out_are_asked_for_by_nobody() -> None:
    """A type that goes one way agrees on its source; so its other winners need no playing."""
    left_out = [c for c in behaviour.CONTACTS.configs if c not in behaviour.CONTACTS.sample]
    assert len(left_out) == 14
    for config in left_out:
        played = Config(config.read_only, config.direction)
        assert _winners(config) == _winners(played), config


def _winners(config: Config) -> dict[str, object]:
    defaults = {
        name: entry["default"]
        for name, entry in jsonschema()["properties"].items()
        if "default" in entry
    }
    mapper = {"mapping": "exchange-to-c4c", "mailboxes": [ALICE], "sync_store": "sync.db"}
    settings = parse({**defaults, **mapper, **config.mapper(["contact"])})
    policy = settings.policies[RecordType.CONTACT]
    names = settings.field_maps[RecordType.CONTACT].names
    return {
        name: policy.winner(name)
        for name in names
        # A field that is written on neither side has no winner either.
        if any(policy.may_write(side, name) for side in Side)
    }


# -- the checks can fail ---------------------------------------------------------------------------

HOME = Item(
    "item", "contact", ("old", "old"), frozenset({"contact"}), has_friends=False, version="1"
)
RECORD = Record("record", "contact", is_live=True, values=("old", "old"), version="1")
LINK = Link(
    link_id="link",
    mailbox=ALICE,
    record_type=RecordType.CONTACT,
    phase=Phase.ACTIVE,
    exchange_id="item",
    c4c_id="record",
)
WELL = Sight("item", "record", (HOME,), (RECORD,), (LINK,), ())
ISSUE = Issue(code="conflict", mailbox=ALICE, record_type=RecordType.CONTACT, fields=("job_title",))


def broken(
    after: Sight,
    here: Exchange = Exchange.NOTHING,
    there: C4C = C4C.NOTHING,
    config: Config = Config(),  # noqa: B008 - frozen
    before: Sight = WELL,
) -> set[str]:
    """Return the numbers of the invariants that a doctored cell breaks."""
    cell = Cell("contact", here, there, 1)
    return {
        text.split(":")[0] for text in violations(cell, config, Config(), Played(before, after))
    }


def with_items(*items: Item) -> Sight:
    return replace(WELL, items=items)


def with_records(*records: Record) -> Sight:
    return replace(WELL, records=records)


def edited(*values: str) -> Sight:
    """Return a sight in which both sides have these values."""
    pair = (values[0], values[1])
    return replace(
        WELL, items=(replace(HOME, values=pair),), records=(replace(RECORD, values=pair),)
    )


def test_a_cell_in_which_nothing_happens_breaks_nothing() -> None:
    assert broken(WELL) == set()


@pytest.mark.parametrize(
    ("expected", "after"),
    [
        ({"I1", "I20"}, with_items()),
        ({"I1"}, with_records(replace(RECORD, values=("C", "old")))),
        ({"I10"}, with_records(RECORD, replace(RECORD, object_id="again"))),
        ({"I10"}, with_items(HOME, replace(HOME, item_id="copy"))),
        ({"I20"}, with_items(replace(HOME, place="account"))),
        ({"I20"}, with_items(replace(HOME, marks=frozenset()))),
        ({"I20"}, with_items(replace(HOME, marks=frozenset({"contact", "account"})))),
    ],
)
def test_a_doctored_pair_is_noticed(expected: set[str], after: Sight) -> None:
    assert broken(after) == expected


@pytest.mark.parametrize(
    ("expected", "here", "there", "after"),
    [
        ({"I3"}, Exchange.EDIT_1, C4C.NOTHING, WELL),
        ({"I3"}, Exchange.EDIT_1, C4C.EDIT_1, edited("C", "old")),
        (set(), Exchange.EDIT_1, C4C.EDIT_1, replace(edited("C", "old"), issues=(ISSUE,))),
        ({"I3", "I4"}, Exchange.EDIT_1, C4C.EDIT_2, edited("E", "old")),
        (set(), Exchange.EDIT_1, C4C.EDIT_2, edited("E", "C")),
        ({"I5"}, Exchange.EDIT_1_SAME, C4C.EDIT_1_SAME, edited("S", "old")),
        ({"I21"}, Exchange.NOTHING, C4C.LEAVE_VIEW, with_records(replace(RECORD, version="2"))),
        ({"I19"}, Exchange.ADD_OWN, C4C.NOTHING, WELL),
        ({"I42"}, Exchange.DELETE, C4C.OBSOLETE, replace(WELL, issues=(ISSUE,))),
    ],
)
def test_a_doctored_event_is_noticed(
    expected: set[str], here: Exchange, there: C4C, after: Sight
) -> None:
    assert broken(after, here, there) == expected


@pytest.mark.parametrize(
    ("expected", "config", "after"),
    [
        ({"I16"}, Config(read_only=True), with_records(replace(RECORD, version="2"))),
        ({"I16"}, Config(direction="to_exchange"), with_records(replace(RECORD, version="2"))),
        ({"I17"}, Config(direction="to_c4c"), edited("C", "old")),
        ({"off"}, Config(direction="off"), with_items(replace(HOME, version="2"))),
        ({"off"}, Config(read_only=True, direction="to_c4c"), replace(WELL, issues=(ISSUE,))),
    ],
)
def test_a_write_against_the_settings_is_noticed(
    expected: set[str], config: Config, after: Sight
) -> None:
    assert broken(after, config=config) == expected


def test_i42_an_item_that_is_trashed_twice_over_is_noticed() -> None:
    gone = replace(WELL, items=(replace(HOME, place=DELETED),), records=(), links=())
    assert broken(gone, Exchange.DELETE, C4C.DELETE, before=gone) == set()
    purged = replace(gone, items=())
    assert broken(purged, Exchange.DELETE, C4C.DELETE, before=gone) == {"I42"}


def test_i03_a_value_outside_the_sync_is_not_lost() -> None:
    """A moved-out item stays with its owner, with whatever was typed into it."""
    left = replace(HOME, place=OUTSIDE, marks=frozenset(), values=("E", "old"))
    after = replace(WELL, items=(left,), records=(replace(RECORD, is_live=False),), links=())
    assert broken(after, Exchange.EDIT_1, C4C.NOTHING) == set()
