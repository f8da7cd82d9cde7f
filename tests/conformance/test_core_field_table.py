"""The field table against C4C's `$metadata`.

Takes the document from `C4C_METADATA_XML` (full path), a tenant's own or the published excerpt.
"""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from contact_sync.core.fields import FIELDS, Field
from contact_sync.core.model import Direction, RecordType

METADATA = os.environ.get("C4C_METADATA_XML")
pytestmark = pytest.mark.skipif(not METADATA, reason="C4C_METADATA_XML is not set")

ENTITIES = {
    RecordType.ACCOUNT: "CorporateAccount",
    RecordType.CONTACT: "Contact",
    RecordType.INDIVIDUAL_CUSTOMER: "IndividualCustomer",
}
SAP = "{http://www.sap.com/Protocols/SAPData}"
CASES = [(field, record_type) for field in FIELDS for record_type in field.c4c]


@pytest.fixture(scope="module")
def properties() -> dict[str, dict[str, dict[str, str]]]:
    root = ET.parse(Path(METADATA or "")).getroot()
    return {
        str(entity.get("Name")): {
            str(item.get("Name")): dict(item.attrib)
            for item in entity
            if item.tag.endswith("}Property")
        }
        for entity in root.iter()
        if entity.tag.endswith("}EntityType")
    }


@pytest.mark.parametrize(
    ("field", "record_type"), CASES, ids=[f"{kind.value}-{field.name}" for field, kind in CASES]
)
def test_properties_exist_with_these_lengths(
    field: Field, record_type: RecordType, properties: dict[str, dict[str, dict[str, str]]]
) -> None:
    entity = properties[ENTITIES[record_type]]
    found = [entity[name] for name in field.c4c[record_type]]
    lengths = tuple(int(item["MaxLength"]) for item in found if "MaxLength" in item)
    assert lengths == field.max_lengths
    writable = [
        item.get(f"{SAP}creatable") != "false" and item.get(f"{SAP}updatable") != "false"
        for item in found
    ]
    may_be_written = field.name != "company"
    assert all(writable) is may_be_written
    if not may_be_written:
        assert field.default_direction(record_type) is Direction.TO_EXCHANGE
    assert (found[0].get("Nullable") == "false") is (record_type in field.required)
