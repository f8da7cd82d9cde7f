"""Field mapping: the table, its directions, custom fields."""

from __future__ import annotations

from pathlib import Path

import pytest
from contact_sync.core.fields import CUSTOM_GRAPH_PROPERTIES, FieldMap, canonical_names
from contact_sync.core.mapping_page import table
from contact_sync.core.model import Direction, FieldPolicy, RecordType

ACCOUNT, CONTACT = RecordType.ACCOUNT, RecordType.CONTACT
CUSTOMER = RecordType.INDIVIDUAL_CUSTOMER
MAPS = {record_type: FieldMap(record_type, region="DE") for record_type in RecordType}


def test_default_directions() -> None:
    one_way = {"company", "street", "city", "state", "postal_code", "country"}
    for record_type, fields in MAPS.items():
        for name in fields.names:
            is_one_way = record_type is CONTACT and name in one_way
            expected = Direction.TO_EXCHANGE if is_one_way else Direction.BOTH
            assert fields.default_direction(name) is expected
            assert fields.direction(name) is expected


def test_settings_change_a_direction() -> None:
    fields = FieldMap(CONTACT, directions={"city": FieldPolicy(direction=Direction.BOTH)})
    assert fields.direction("city") is Direction.BOTH
    assert fields.default_direction("city") is Direction.TO_EXCHANGE


def test_names_are_in_table_order() -> None:
    for record_type, fields in MAPS.items():
        assert fields.names == canonical_names(record_type)
    assert canonical_names(ACCOUNT)[0] == "name"
    assert "company" not in canonical_names(CUSTOMER)


def test_custom_fields_are_texts() -> None:
    fields = FieldMap(CONTACT, custom={"room": ("officeLocation", "Room_KUT")})
    assert fields.names[-1] == "room"
    assert fields.from_graph({"officeLocation": "1.01"}) == {"room": "1.01"}
    assert fields.from_c4c({"Room_KUT": 101}) == {"room": "101"}
    assert fields.to_c4c({"room": " 1.02 "}) == {"Room_KUT": "1.02"}
    assert fields.to_graph({"room": "1.02"}, {"officeLocation": "1.01"}) == {
        "officeLocation": "1.02"
    }
    assert fields.default_direction("room") is Direction.BOTH
    assert fields.problems({"room": "A" * 5000}, is_create=False) == []


@pytest.mark.parametrize(
    ("description", "custom"),
    [
        ("a name of the table", {"email": ("officeLocation", "X_KUT")}),
        ("a Graph property in use", {"x": ("jobTitle", "X_KUT")}),
        ("a C4C property in use", {"x": ("officeLocation", "LastName")}),
        ("not a text property", {"x": ("categories", "X_KUT")}),
        ("two custom fields on one", {"x": ("manager", "X_KUT"), "y": ("manager", "Y_KUT")}),
    ],
)
def test_custom_fields_may_not_collide(
    description: str, custom: dict[str, tuple[str, str]]
) -> None:
    with pytest.raises(ValueError, match="Custom field"):
        FieldMap(CONTACT, custom=custom)
    assert description


def test_a_property_may_serve_another_record_type() -> None:
    assert "jobTitle" in CUSTOM_GRAPH_PROPERTIES
    assert "role" in FieldMap(ACCOUNT, custom={"role": ("jobTitle", "Role_KUT")}).names


def test_the_mapping_page_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "mapping.md"
    assert table() in page.read_text(encoding="utf-8"), "see contact_sync/core/mapping_page.py"
