"""Merging by digests: `core/merge.py`, `core/outcome.py` and `core/guards.py`."""

from __future__ import annotations

import pytest
from contact_sync.core import merge, outcome
from contact_sync.core.guards import Limits, Situation, hold_reason
from contact_sync.core.model import (
    Direction,
    FieldPolicy,
    Link,
    Owes,
    Phase,
    RecordType,
    Side,
    TypePolicy,
    Winner,
)
from hypothesis import given
from hypothesis import strategies as st


def policy(
    *, read_only: bool = False, direction: Direction = Direction.BOTH, **fields: Direction
) -> TypePolicy:
    return TypePolicy(
        record_type=RecordType.CONTACT,
        folder="f",
        folder_aliases=(),
        category="c",
        category_aliases=(),
        read_only=read_only,
        direction=direction,
        fields={name: FieldPolicy(direction=way) for name, way in fields.items()},
    )


@pytest.mark.parametrize(
    ("description", "base", "live", "source", "winner", "newer", "expected"),
    [
        ("untouched there: written", "0", "0", "1", Winner.C4C, False, "write"),
        ("same value: agreed", "0", "1", "1", Winner.C4C, False, "agreed"),
        ("both edited, C4C wins", "0", "2", "1", Winner.C4C, True, "lost"),
        ("both edited, Exchange wins", "0", "2", "1", Winner.EXCHANGE, False, "won"),
        ("newest: the source", "0", "2", "1", Winner.NEWEST, True, "won"),
        ("newest: the other", "0", "2", "1", Winner.NEWEST, False, "lost"),
        ("unknown base counts as edited", None, "2", "1", Winner.C4C, False, "lost"),
    ],
)
def test_update_from_exchange_meets_the_live_record(
    description: str,
    base: str | None,
    live: str,
    source: str,
    winner: Winner,
    newer: bool,  # noqa: FBT001 - a column of a table
    expected: str,
) -> None:
    result = merge.merge_update(
        ["f"],
        source={"f": source},
        base={} if base is None else {"f": base},
        live={"f": live},
        source_side=Side.EXCHANGE,
        on_conflict={"f": winner},
        source_is_newer=newer,
    )
    named = {
        "write": merge.Merge(("f",), (), (), ()),
        "agreed": merge.Merge((), ("f",), (), ()),
        "lost": merge.Merge((), (), ("f",), ("f",)),
        "won": merge.Merge(("f",), (), (), ("f",)),
    }
    assert result == named[expected], description


DIGEST = st.sampled_from("012")
FIELDS = st.dictionaries(st.sampled_from("abcd"), DIGEST)


@given(FIELDS, FIELDS, FIELDS, st.sampled_from(Winner), st.booleans())
def test_i04_every_field_has_exactly_one_fate(
    source: dict[str, str],
    base: dict[str, str],
    live: dict[str, str],
    winner: Winner,
    newer: bool,  # noqa: FBT001 - drawn
) -> None:
    result = merge.merge_update(
        source,
        source=source,
        base=base,
        live=live,
        source_side=Side.C4C,
        on_conflict=dict.fromkeys(source, winner),
        source_is_newer=newer,
    )
    assert sorted([*result.write, *result.agreed, *result.lost]) == sorted(source)
    assert set(result.lost) <= set(result.conflicts)
    for name, digest in source.items():
        if name in base and live.get(name) == base[name] != digest:
            assert name in result.write, "an untouched field is never a conflict"


@pytest.mark.parametrize(
    ("description", "way", "read_only", "expected"),
    [
        ("both ways", Direction.BOTH, False, merge.Edits(forward=("f",))),
        ("to C4C only", Direction.TO_C4C, False, merge.Edits(forward=("f",))),
        ("to Exchange only", Direction.TO_EXCHANGE, False, merge.Edits(restore=("f",))),
        ("off", Direction.OFF, False, merge.Edits(settle=("f",))),
        ("read-only type", Direction.BOTH, True, merge.Edits(restore=("f",))),
        ("read-only type, upload field", Direction.TO_C4C, True, merge.Edits(settle=("f",))),
    ],
)
def test_i17_edit_in_exchange_follows_the_arrows(
    description: str,
    way: Direction,
    read_only: bool,  # noqa: FBT001 - a column of a table
    expected: merge.Edits,
) -> None:
    settings = policy(read_only=read_only, f=way)
    edits = merge.sort_edits(Side.EXCHANGE, {"f": "1"}, {"f": "0"}, {"f": "0"}, settings)
    assert edits == expected, description


@pytest.mark.parametrize(
    ("description", "live", "ours"),
    [
        ("it arrived", {"job_title": "new"}, {"job_title": "new"}),
        ("it never arrived", {"job_title": "old"}, {}),
        ("it was edited since", {"job_title": "newer"}, {}),
        ("the field is not read any more", {"email": "new"}, {}),
        ("an older one arrived", {"job_title": "before"}, {"job_title": "before"}),
        ("one of two fields was edited", {"job_title": "new", "email": "x"}, {"job_title": "new"}),
    ],
)
def test_i13_what_was_sent_unheard_is_known_by_its_digest(
    description: str, live: dict[str, str], ours: dict[str, str]
) -> None:
    sent = [{"job_title": "before"}, {"job_title": "new", "email": "y"}]
    assert merge.echoes(sent, live) == ours, description


def test_field_without_any_base_waits_for_a_first_match() -> None:
    edits = merge.sort_edits(Side.C4C, {"f": "1"}, {}, {}, policy())
    assert edits == merge.Edits(unknown=("f",))


FIRST = [
    # description, exchange, c4c, up, down, winner, expected
    ("equal", "1", "1", True, True, Winner.C4C, "settled"),
    ("blank in Exchange", "", "1", True, True, Winner.EXCHANGE, "to_exchange"),
    ("blank in C4C", "1", "", True, True, Winner.C4C, "to_c4c"),
    ("blank in C4C, may not write there", "1", "", False, True, Winner.C4C, "settled"),
    ("blank in Exchange, may not write there", "", "1", True, False, Winner.C4C, "settled"),
    ("different, C4C wins", "1", "2", True, True, Winner.C4C, "to_exchange"),
    ("different, Exchange wins", "1", "2", True, True, Winner.EXCHANGE, "to_c4c"),
    ("different, only downwards", "1", "2", False, True, Winner.EXCHANGE, "to_exchange"),
    ("different, only upwards", "1", "2", True, False, Winner.C4C, "to_c4c"),
    ("different, no way", "1", "2", False, False, Winner.C4C, "settled"),
]


@pytest.mark.parametrize("row", FIRST, ids=lambda row: str(row[0]))
def test_i38_first_match_never_lets_a_blank_win(
    row: tuple[str, str, str, bool, bool, Winner, str],
) -> None:
    description, exchange, c4c, up, down, winner, expected = row
    result = merge.merge_first(
        ["f"],
        exchange={"f": exchange},
        c4c={"f": c4c},
        blank_exchange={"f"} if not exchange else set(),
        blank_c4c={"f"} if not c4c else set(),
        may_write_c4c={"f"} if up else set(),
        may_write_exchange={"f"} if down else set(),
        on_conflict={"f": winner},
        exchange_is_newer=False,
    )
    assert getattr(result, expected) == ("f",), description
    is_conflict = bool(exchange and c4c and exchange != c4c)
    assert result.conflicts == (("f",) if is_conflict else ()), description


@pytest.mark.parametrize(
    ("writable", "edited", "expected"),
    [
        ("c4c", "c4c", ("name",)),
        ("c4c", "exchange", ()),
        ("exchange", "exchange", ("name",)),
        ("exchange", "c4c", ()),
        ("both", "exchange", ()),
        ("both", "c4c", ()),
        ("neither", "exchange", ()),
    ],
)
def test_i03_an_edit_against_the_arrow_is_named_when_a_pair_meets_again(
    writable: str, edited: str, expected: tuple[str, ...]
) -> None:
    result = merge.merge_first(
        ["name"],
        exchange={"name": "1"},
        c4c={"name": "2"},
        blank_exchange=(),
        blank_c4c=(),
        may_write_c4c=("name",) if writable in ("c4c", "both") else (),
        may_write_exchange=("name",) if writable in ("exchange", "both") else (),
        on_conflict={},
        exchange_is_newer=False,
        untouched_exchange=("name",) if edited == "c4c" else (),
        untouched_c4c=("name",) if edited == "exchange" else (),
    )
    assert result.overridden == expected
    assert result.conflicts == ()


def a_link(**changes: object) -> Link:
    return Link(link_id="l", mailbox="m", record_type=RecordType.CONTACT).but(**changes)


def record(**digests: str) -> outcome.RecordFacts:
    return outcome.RecordFacts(
        c4c_id="r", etag="v2", changed_at="2026", account_id="7", digests=digests
    )


def test_i15_etag_is_trusted_only_while_every_field_equals_its_base() -> None:
    link = a_link(base_c4c={"a": "1", "b": "1"})
    assert outcome.see_record(link, record(a="1", b="1")).c4c_etag == "v2"
    assert outcome.see_record(link, record(a="1", b="2")).c4c_etag is None
    assert outcome.see_record(link, record(a="1", new="9")).c4c_etag is None


def test_owed_field_is_unknown_on_the_side_that_must_be_read_again() -> None:
    link = a_link(base_exchange={"a": "0", "b": "0"}, base_c4c={"a": "0", "b": "0"})
    owed = outcome.owe(link, ["a"], Side.EXCHANGE, {"a": "1", "b": "1"})
    assert owed.base_exchange == {"a": "1", "b": "0"}
    assert owed.base_c4c == {"b": "0"}
    back = outcome.owe(link, ["a"], Side.C4C, {"a": "1"})
    assert back.base_c4c == {"a": "1", "b": "0"}
    assert back.base_exchange == {"b": "0"}


def test_i13_only_agreed_fields_get_a_new_base() -> None:
    link = a_link(base_exchange={"a": "0", "b": "0"}, base_c4c={"a": "0", "b": "0"})
    settled = outcome.settle(link, ["a"], exchange={"a": "1", "b": "1"}, c4c={"a": "X", "b": "X"})
    assert settled.base_exchange == {"a": "1", "b": "0"}
    assert settled.base_c4c == {"a": "X", "b": "0"}


def test_i13_an_echo_is_the_base_of_its_fields_on_both_sides() -> None:
    before = a_link(base_exchange={"a": "1", "b": "1"}, base_c4c={"a": "1", "b": "1"})
    after = outcome.hear(before, {"a": "2"})
    assert after.base_exchange == after.base_c4c == {"a": "2", "b": "1"}


def test_recreation_leaves_a_stray_only_if_a_copy_must_be_stripped() -> None:
    gone = a_link(phase=Phase.ACTIVE, exchange_id="i", c4c_id="r")
    (again,) = outcome.recreate(gone, "s")
    assert (again.owes, again.exchange_id, again.c4c_id) == (Owes.CREATE, None, "r")
    again, left = outcome.recreate(gone.but(owes=Owes.STRIP), "s")
    assert (left.exchange_id, left.c4c_id, left.phase) == ("i", None, Phase.RETIRED)
    assert again.exchange_id is None


@pytest.mark.parametrize(
    ("description", "planned", "live", "lost", "changed", "expected"),
    [
        ("nothing planned", 0, 0, True, True, None),
        ("within the minimum", 5, 100, False, False, None),
        ("within the share", 20, 100, False, False, None),
        ("over the share", 21, 100, False, False, "too_many_removals"),
        ("over the minimum of a small folder", 6, 10, False, False, "too_many_removals"),
        ("everything", 3, 3, False, False, "folder_empty"),
        ("folder missing", 1, 100, True, False, "folder_missing"),
        ("filter changed", 1, 100, False, True, "view_changed"),
    ],
)
def test_i08_i09_i36_guard(
    description: str,
    planned: int,
    live: int,
    lost: bool,  # noqa: FBT001 - a column of a table
    changed: bool,  # noqa: FBT001 - a column of a table
    expected: str | None,
) -> None:
    situation = Situation(planned=planned, live=live, is_folder_lost=lost, is_view_changed=changed)
    assert hold_reason(situation, Limits()) == expected, description
