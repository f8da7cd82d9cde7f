"""Merging by digests: `core/merge.py`."""

from __future__ import annotations

import pytest
from contact_sync.core import merge
from contact_sync.core.model import Direction, FieldPolicy, RecordType, Side, TypePolicy, Winner
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
        ("newest: Exchange", "0", "2", "1", Winner.NEWEST, True, "won"),
        ("newest: C4C", "0", "2", "1", Winner.NEWEST, False, "lost"),
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
        exchange_is_newer=newer,
    )
    named = {
        "write": merge.Merge(("f",), (), (), ()),
        "agreed": merge.Merge((), ("f",), (), ()),
        "lost": merge.Merge((), (), ("f",), ("f",)),
        "won": merge.Merge(("f",), (), (), ("f",)),
    }
    assert result == named[expected], description


def test_each_field_of_an_update_is_judged_on_its_own_and_listed_by_name() -> None:
    result = merge.merge_update(
        ["w2", "l2", "a2", "c2", "w1", "l1", "a1", "c1"],
        source=dict.fromkeys(("w1", "w2", "a1", "a2", "l1", "l2", "c1", "c2"), "1"),
        base=dict.fromkeys(("w1", "w2", "l1", "l2", "c1", "c2"), "0"),
        live={
            **dict.fromkeys(("w1", "w2"), "0"),
            **dict.fromkeys(("a1", "a2"), "1"),
            **dict.fromkeys(("l1", "l2", "c1", "c2"), "2"),
        },
        source_side=Side.EXCHANGE,
        on_conflict=dict.fromkeys(("c1", "c2"), Winner.EXCHANGE),
        exchange_is_newer=False,
    )
    assert result == merge.Merge(
        write=("c1", "c2", "w1", "w2"),
        agreed=("a1", "a2"),
        lost=("l1", "l2"),
        conflicts=("c1", "c2", "l1", "l2"),
    )


@pytest.mark.parametrize(
    ("winner", "newer", "expected"),
    [
        (None, False, "write"),
        (Winner.C4C, False, "write"),
        (Winner.EXCHANGE, False, "lost"),
        (Winner.NEWEST, True, "lost"),
        (Winner.NEWEST, False, "write"),
    ],
)
def test_update_from_c4c_meets_an_edited_item(
    winner: Winner | None,
    newer: bool,  # noqa: FBT001 - a column of a table
    expected: str,
) -> None:
    result = merge.merge_update(
        ["f"],
        source={"f": "1"},
        base={"f": "0"},
        live={"f": "2"},
        source_side=Side.C4C,
        on_conflict={} if winner is None else {"f": winner},
        exchange_is_newer=newer,
    )
    assert getattr(result, expected) == ("f",)
    assert result.conflicts == ("f",)


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
        exchange_is_newer=newer,
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


@pytest.mark.parametrize(
    ("description", "way", "expected"),
    [
        ("both ways", Direction.BOTH, merge.Edits(forward=("e", "f"))),
        ("to Exchange only", Direction.TO_EXCHANGE, merge.Edits(forward=("e", "f"))),
        ("to C4C only", Direction.TO_C4C, merge.Edits(restore=("e", "f"))),
        ("off", Direction.OFF, merge.Edits(settle=("e", "f"))),
    ],
)
def test_i17_edit_in_c4c_follows_the_arrows(
    description: str, way: Direction, expected: merge.Edits
) -> None:
    now, base = {"f": "1", "e": "1", "same": "0"}, {"f": "0", "e": "0", "same": "0"}
    edits = merge.sort_edits(Side.C4C, now, base, base, policy(e=way, f=way))
    assert edits == expected, description


@pytest.mark.parametrize("known", ["here", "there"])
def test_a_base_on_one_side_makes_an_edit_on_the_other(known: str) -> None:
    base = {"f": "0"}
    here, there = (base, {}) if known == "here" else ({}, base)
    edits = merge.sort_edits(Side.EXCHANGE, {"f": "1"}, here, there, policy())
    assert edits == merge.Edits(forward=("f",))


def test_field_without_any_base_waits_for_a_first_match() -> None:
    edits = merge.sort_edits(Side.C4C, {"f": "1"}, {}, {}, policy())
    assert edits == merge.Edits(unknown=("f",))


def test_the_first_match_lists_fields_by_name() -> None:
    names = ["b", "a"]
    merged = merge.merge_first(
        [*(kind + name for name in names for kind in ("same", "up", "down", "clash"))],
        exchange={"samea": "1", "sameb": "1", "upa": "1", "upb": "1", "clasha": "1", "clashb": "1"},
        c4c={"samea": "1", "sameb": "1", "downa": "1", "downb": "1", "clasha": "2", "clashb": "2"},
        blank_exchange={"downa", "downb"},
        blank_c4c={"upa", "upb"},
        may_write_c4c={"upa", "upb"},
        may_write_exchange={"downa", "downb"},
        on_conflict={},
        exchange_is_newer=True,
    )
    assert merged == merge.FirstMerge(
        to_c4c=("upa", "upb"),
        to_exchange=("downa", "downb"),
        settled=("clasha", "clashb", "samea", "sameb"),
        conflicts=("clasha", "clashb"),
    )


@pytest.mark.parametrize(
    ("winner", "newer", "expected"),
    [
        (None, True, "to_exchange"),
        (Winner.NEWEST, True, "to_c4c"),
        (Winner.NEWEST, False, "to_exchange"),
        (Winner.C4C, True, "to_exchange"),
        (Winner.EXCHANGE, False, "to_c4c"),
    ],
)
def test_the_first_match_of_two_values_has_a_winner(
    winner: Winner | None,
    newer: bool,  # noqa: FBT001 - a column of a table
    expected: str,
) -> None:
    result = merge.merge_first(
        ["f"],
        exchange={"f": "1"},
        c4c={"f": "2"},
        blank_exchange=(),
        blank_c4c=(),
        may_write_c4c=("f",),
        may_write_exchange=("f",),
        on_conflict={} if winner is None else {"f": winner},
        exchange_is_newer=newer,
    )
    assert getattr(result, expected) == ("f",)


@pytest.mark.parametrize(
    ("writable", "untouched", "expected"),
    [
        ("both", "exchange", "to_exchange"),
        ("both", "c4c", "to_c4c"),
        ("both", "both", "settled"),
        ("c4c", "exchange", "to_c4c"),
        ("c4c", "c4c", "to_c4c"),
        ("exchange", "exchange", "to_exchange"),
        ("exchange", "c4c", "to_exchange"),
        ("neither", "exchange", "settled"),
        ("neither", "c4c", "settled"),
    ],
)
def test_a_pair_that_meets_again_takes_the_side_that_was_edited(
    writable: str, untouched: str, expected: str
) -> None:
    result = merge.merge_first(
        ["f"],
        exchange={"f": "1"},
        c4c={"f": ""},
        blank_exchange=(),
        blank_c4c=("f",),
        may_write_c4c=("f",) if writable in ("c4c", "both") else (),
        may_write_exchange=("f",) if writable in ("exchange", "both") else (),
        on_conflict={},
        exchange_is_newer=False,
        untouched_exchange=("f",) if untouched in ("exchange", "both") else (),
        untouched_c4c=("f",) if untouched in ("c4c", "both") else (),
    )
    assert getattr(result, expected) == ("f",)


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


def test_a_blank_with_a_base_was_emptied() -> None:
    values = {"email": "", "title": "", "phone": "1"}
    assert merge.never_filled(values, ("email", "title", "phone", "city"), {"title": "d"}) == {
        "email",
        "city",
    }
