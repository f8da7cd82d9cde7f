"""Which properties of a fact are not what they are called."""

from __future__ import annotations

import math
from typing import Any

import pytest
from contact_sync.core.field_table import FIELDS
from contact_sync.core.fields import CUSTOM_GRAPH_PROPERTIES
from contact_sync.core.graph_values import root_property
from contact_sync.core.model import Side
from contact_sync.core.shapes import misfits_of_fact, misfits_of_values

ITEM: dict[str, Any] = {"mailbox": "ada@contoso.example", "id": "i1", "parentFolderId": "f1"}
RECORD: dict[str, Any] = {"ObjectID": "A" * 32}

LISTS = {
    "emailAddresses": [{"name": None, "address": "a@b.example"}],
    "businessPhones": ["1", None],
}
ADDRESS = {"businessAddress": {"street": "1 Main St", "city": None}}
NO_SCALAR: tuple[object, ...] = ([], ["x"], {}, {"a": 1}, math.inf, math.nan)


def item(**more: object) -> list[str]:
    return misfits_of_fact(Side.EXCHANGE, "contacts", {**ITEM, **more})


def record(**more: object) -> list[str]:
    return misfits_of_fact(Side.C4C, "contacts", {**RECORD, **more})


def test_facts_of_the_taps_are_in_shape() -> None:
    assert item() == []
    assert item(surname="Roe", birthday=None, categories=["A"], changeKey="EQ==", **LISTS) == []
    assert item(isPrivate=None, syncLink=None, syncLinkRead=True, **ADDRESS) == []
    tombstone = {
        "mailbox": "a@b.example",
        "id": "1",
        "_sdc_deleted_at": "2026-01-01T00:00:00+00:00",
    }
    assert misfits_of_fact(Side.EXCHANGE, "contacts", tombstone) == []
    assert (
        record(LastName="Roe", Flag_KUT=True, Rank_KUT=10**400, Size_KUT=1.5, etag='W/"1%3A2"')
        == []
    )
    assert record(view_name="all", in_view=False, _sdc_deleted_at="2026-01-01") == []


@pytest.mark.parametrize("name", sorted({root_property(field) for field in FIELDS}))
def test_i03_no_structure_is_taken_for_a_value_of_an_item(name: str) -> None:
    assert item(**{name: {"a": {"b": 1}}}) == [name]
    assert item(**{name: [["x"]]}) == [name]
    assert misfits_of_values(Side.EXCHANGE, {name: [["x"]]}) == [name]


@pytest.mark.parametrize("name", CUSTOM_GRAPH_PROPERTIES)
@pytest.mark.parametrize("value", NO_SCALAR)
def test_i03_no_structure_is_taken_for_a_text_of_an_item(name: str, value: object) -> None:
    assert item(**{name: value}) == [name]


@pytest.mark.parametrize("value", NO_SCALAR)
def test_i03_no_structure_is_taken_for_a_value_of_a_record(value: object) -> None:
    assert record(LastName=value, Any_KUT=value) == ["LastName", "Any_KUT"]
    assert misfits_of_values(Side.C4C, {"LastName": value}) == ["LastName"]


@pytest.mark.parametrize("value", [True, 1, "x", "yes", [], {}, "2026-1-1", ["2026-01-01"]])
def test_i07_a_tombstone_bears_a_date(value: object) -> None:
    assert item(_sdc_deleted_at=value) == ["_sdc_deleted_at"]
    assert record(_sdc_deleted_at=value) == ["_sdc_deleted_at"]


@pytest.mark.parametrize("value", ["false", "true", 0, 1, [], {}])
def test_i07_only_a_flag_says_that_something_was_read_to_its_end(value: object) -> None:
    reads = {"mailbox": "a@b.example", "is_complete": value}
    assert misfits_of_fact(Side.EXCHANGE, "mailbox_reads", reads) == ["is_complete"]
    view = {"record_type": "contact", "view_name": "all", "is_complete": value}
    assert misfits_of_fact(Side.C4C, "view_reads", view) == ["is_complete"]


@pytest.mark.parametrize("value", [None, "", 0, "false", []])
def test_i21_only_a_flag_says_that_a_record_left_the_view(value: object) -> None:
    assert record(in_view=value) == ["in_view"]


@pytest.mark.parametrize("value", [None, 5, "", [], {}, "a\0b", "a\nb", "a\x85b", "x" * 1025])
def test_an_id_is_a_text_without_controls(value: object) -> None:
    for name in ("mailbox", "id"):
        assert item(**{name: value}) == [name]
        assert misfits_of_fact(Side.EXCHANGE, "contact_folders", {**ITEM, name: value}) == [name]
    assert record(ObjectID=value) == ["ObjectID"]
    view = {"record_type": "contact", "view_name": value}
    assert misfits_of_fact(Side.C4C, "view_reads", view) == ["view_name"]


def test_an_id_may_be_long() -> None:
    assert item(id="x" * 1024) == []


def test_a_live_item_is_somewhere() -> None:
    assert misfits_of_fact(Side.EXCHANGE, "contacts", {**ITEM, "parentFolderId": None}) == [
        "parentFolderId"
    ]
    assert item(parentFolderId=5) == ["parentFolderId"]


@pytest.mark.parametrize("value", [5, [], {}, 'W/"\u00e9"', "1\r\nX: y"])
def test_i15_a_version_can_travel_in_a_header(value: object) -> None:
    assert item(changeKey=value) == ["changeKey"]
    assert record(etag=value) == ["etag"]


@pytest.mark.parametrize("value", ["x", ["x", 1], [None], {}])
def test_categories_are_names(value: object) -> None:
    assert item(categories=value) == ["categories"]


@pytest.mark.parametrize("value", [None, 5, "contacts", ["contact"]])
def test_a_view_is_of_a_record_type(value: object) -> None:
    view = {"record_type": value, "view_name": "all"}
    assert misfits_of_fact(Side.C4C, "view_reads", view) == ["record_type"]


def test_i37_a_property_that_might_be_a_value_is_not_named() -> None:
    assert record(**{"Ada Lovelace": []}) == ["another property"]


def test_streams_that_are_not_used_may_hold_anything() -> None:
    assert misfits_of_fact(Side.C4C, "code_lists", {"code": []}) == []
