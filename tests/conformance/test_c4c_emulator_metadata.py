"""The emulator's `$metadata` against a real one, property by property.

`C4C_METADATA_XML` is the path of a C4C `$metadata` document; it may hold more types than ours.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from emulators.c4c.facts import Facts
from emulators.c4c.metadata import render_metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

EDM = "{http://schemas.microsoft.com/ado/2008/09/edm}"
SAP = "{http://www.sap.com/Protocols/SAPData}"
C4C = "{http://www.sap.com/Protocols/C4CData}"
COMPARED = (
    "Type",
    "MaxLength",
    "Nullable",
    "Precision",
    "Scale",
    "ConcurrencyMode",
    f"{SAP}creatable",
    f"{SAP}updatable",
    f"{SAP}filterable",
    f"{SAP}text",
    f"{SAP}display-format",
    f"{C4C}value-help",
    f"{C4C}context-property",
)
TYPES = tuple(Facts().entities)
SETS = (*Facts().by_set, *Facts().code_properties())

Described = dict[str, dict[str, str | None]]


@pytest.fixture(scope="module")
def real() -> ET.Element:
    path = os.environ.get("C4C_METADATA_XML")
    if not path:
        pytest.skip("C4C_METADATA_XML names no $metadata document of a real tenant")
    return ET.fromstring(Path(path).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def served() -> ET.Element:
    return ET.fromstring(render_metadata(Facts()))


def _type(document: ET.Element, name: str) -> ET.Element:
    return next(node for node in document.iter(f"{EDM}EntityType") if node.get("Name") == name)


def _properties(document: ET.Element, name: str) -> Described:
    return {
        node.get("Name", ""): {attribute: node.get(attribute) for attribute in COMPARED}
        for node in _type(document, name).findall(f"{EDM}Property")
    }


def _sets(document: ET.Element) -> Described:
    names = ("EntityType", f"{SAP}creatable", f"{SAP}updatable", f"{SAP}deletable")
    return {
        node.get("Name", ""): {name: node.get(name) for name in names}
        for node in document.iter(f"{EDM}EntitySet")
    }


def _navigations(document: ET.Element, name: str) -> Iterator[tuple[str | None, ...]]:
    for node in _type(document, name).findall(f"{EDM}NavigationProperty"):
        yield tuple(node.get(key) for key in ("Name", "Relationship", "FromRole", "ToRole"))


@pytest.mark.parametrize("name", TYPES)
def test_properties_agree(real: ET.Element, served: ET.Element, name: str) -> None:
    expected, found = _properties(real, name), _properties(served, name)
    assert list(found) == [item for item in expected if item in found]
    assert found.keys() == expected.keys()
    differences = {
        item: (expected[item], found[item]) for item in expected if expected[item] != found[item]
    }
    assert differences == {}


@pytest.mark.parametrize("name", TYPES)
def test_navigations_are_real(real: ET.Element, served: ET.Element, name: str) -> None:
    assert set(_navigations(served, name)) <= set(_navigations(real, name))


@pytest.mark.parametrize("name", TYPES)
def test_parents_and_keys_agree(real: ET.Element, served: ET.Element, name: str) -> None:
    parent = f"{C4C}parent-entity-type"
    assert _type(served, name).get(parent) == _type(real, name).get(parent)
    for document in (real, served):
        keys = [node.get("Name") for node in _type(document, name).iter(f"{EDM}PropertyRef")]
        assert keys == ["ObjectID"]


def test_sets_agree(real: ET.Element, served: ET.Element) -> None:
    expected, found = _sets(real), _sets(served)
    assert set(found) == set(SETS)
    assert found == {name: expected[name] for name in found}


def test_deep_insert_is_offered_where_the_real_one_offers_it(
    real: ET.Element, served: ET.Element
) -> None:
    def creatable(document: ET.Element) -> dict[str | None, str | None]:
        sets = document.iter(f"{EDM}AssociationSet")
        return {node.get("Association"): node.get(f"{SAP}creatable") for node in sets}

    expected, found = creatable(real), creatable(served)
    assert found == {name: expected[name] for name in found}
