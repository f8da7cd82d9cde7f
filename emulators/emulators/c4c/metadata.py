"""Writes `$metadata` from the entity facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from emulators.c4c.facts import NAMESPACE, EntityFact, Facts, Kind, Navigation, PropertyFact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_EDMX = "http://schemas.microsoft.com/ado/2007/06/edmx"
_M = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
_EDM = "http://schemas.microsoft.com/ado/2008/09/edm"
_SAP = "http://www.sap.com/Protocols/SAPData"
_C4C = "http://www.sap.com/Protocols/C4CData"
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[0-9]+")
_EXTRAS: dict[Kind, dict[str, str]] = {
    Kind.DATE: {"Precision": "0", f"{{{_SAP}}}display-format": "Date"},
    Kind.INSTANT: {"Precision": "7"},
    Kind.DECIMAL: {"Precision": "31", "Scale": "14"},
}
CODE_LIST = "CodeList"
CONTEXTUAL_CODE_LIST = "ContextualCodeList"

for _prefix, _uri in {"edmx": _EDMX, "m": _M, "": _EDM, "sap": _SAP, "c4c": _C4C}.items():
    ET.register_namespace(_prefix, _uri)


def render_metadata(facts: Facts, only: Collection[str] = (), *, has_labels: bool = False) -> str:
    """Write the EDMX document.

    Args:
        facts: Entity types, custom fields included.
        only: Restrict to these types and the ones they lead to; empty = all.
        has_labels: Add labels. They are made from the names, not the service's own.
    """
    entities = _chosen(facts, only)
    edmx = ET.Element(f"{{{_EDMX}}}Edmx", {"Version": "1.0"})
    version = {f"{{{_M}}}DataServiceVersion": "2.0"}
    services = ET.SubElement(edmx, f"{{{_EDMX}}}DataServices", version)
    schema = ET.SubElement(services, f"{{{_EDM}}}Schema", {"Namespace": NAMESPACE})
    for entity in entities:
        _add_type(schema, entity, has_labels=has_labels)
    _add_code_type(schema, CODE_LIST, ("Code",), ("Code", "Description"))
    contextual = ("Code", "Context", "Description")
    _add_code_type(schema, CONTEXTUAL_CODE_LIST, ("Context", "Code"), contextual)
    associations = _associations(entities)
    for navigation in associations.values():
        _add_association(schema, navigation)
    container = {"Name": NAMESPACE, f"{{{_M}}}IsDefaultEntityContainer": "true"}
    sets = _add(schema, "EntityContainer", container)
    for entity in entities:
        _add_set(sets, entity.set_name, entity.name, (True, True, entity.is_deletable))
    for name, fact in _code_sets(entities).items():
        target = CONTEXTUAL_CODE_LIST if fact.is_contextual else CODE_LIST
        _add_set(sets, name, target, (False, False, False))
    for navigation in associations.values():
        _add_association_set(sets, navigation)
    return ET.tostring(edmx, encoding="unicode", xml_declaration=True)


def label(name: str) -> str:
    """Make a label from a name: `FirstName` -> `First Name`."""
    return " ".join(_WORD.findall(name))


def _chosen(facts: Facts, only: Collection[str]) -> list[EntityFact]:
    if not only:
        return list(facts.entities.values())
    named = [facts.entities[name] for name in only if name in facts.entities]
    reached = {way.target for entity in named for way in entity.navigations.values()}
    return [
        entity for entity in facts.entities.values() if entity in named or entity.name in reached
    ]


def _code_sets(entities: Iterable[EntityFact]) -> dict[str, PropertyFact]:
    facts = [fact for entity in entities for fact in entity.properties.values()]
    return {fact.code_set: fact for fact in facts if fact.code_set}


def _associations(entities: list[EntityFact]) -> dict[str, Navigation]:
    names = {entity.name for entity in entities}
    ways = [way for entity in entities for way in entity.navigations.values()]
    # The first navigation of a pair names the ends; its way back shares the association.
    found: dict[str, Navigation] = {}
    for way in sorted(ways, key=lambda way: not way.is_many):
        if way.target in names:
            found.setdefault(way.association, way)
    return found


def _add(parent: ET.Element, tag: str, attributes: dict[str, str]) -> ET.Element:
    return ET.SubElement(parent, f"{{{_EDM}}}{tag}", attributes)


def _bool(value: Any) -> str:  # noqa: ANN401 - anything with a truth value
    return "true" if value else "false"


def _flags(names: Iterable[str], values: Iterable[bool]) -> dict[str, str]:
    pairs = zip(names, values, strict=True)
    return {f"{{{_SAP}}}{name}": _bool(value) for name, value in pairs}


def _add_type(schema: ET.Element, entity: EntityFact, *, has_labels: bool) -> None:
    attributes = {"Name": entity.name}
    if entity.parent:
        attributes[f"{{{_C4C}}}parent-entity-type"] = entity.parent
    node = _add(schema, "EntityType", attributes)
    _add(_add(node, "Key", {}), "PropertyRef", {"Name": "ObjectID"})
    for fact in entity.properties.values():
        extra = {f"{{{_SAP}}}label": label(fact.name)} if has_labels else {}
        _add(node, "Property", _property_attributes(fact) | extra)
    for way in entity.navigations.values():
        _add(
            node,
            "NavigationProperty",
            {
                "Name": way.name,
                "Relationship": f"{NAMESPACE}.{way.association}",
                "FromRole": entity.name,
                "ToRole": _role(way),
            },
        )


def _property_attributes(fact: PropertyFact) -> dict[str, str]:
    attributes = {
        "Name": fact.name,
        "Type": fact.kind.value,
        "Nullable": _bool(not fact.is_mandatory),
    }
    if fact.max_length:
        attributes |= {"MaxLength": str(fact.max_length), "FixedLength": "true"}
    attributes |= _EXTRAS.get(fact.kind, {})
    if fact.name == "ETag":
        attributes["ConcurrencyMode"] = "Fixed"
    values = (fact.is_creatable, fact.is_updatable, fact.is_filterable)
    attributes |= _flags(("creatable", "updatable", "filterable"), values)
    if fact.code_set:
        attributes |= {
            f"{{{_SAP}}}text": f"{fact.name}Text",
            f"{{{_C4C}}}value-help": fact.code_set,
        }
    if fact.code_context:
        attributes[f"{{{_C4C}}}context-property"] = fact.code_context
    return attributes


def _add_code_type(
    schema: ET.Element, name: str, keys: tuple[str, ...], names: tuple[str, ...]
) -> None:
    node = _add(schema, "EntityType", {"Name": name})
    references = _add(node, "Key", {})
    for key in keys:
        _add(references, "PropertyRef", {"Name": key})
    for item in names:
        fact = PropertyFact(item, is_filterable=True, is_mandatory=name == CONTEXTUAL_CODE_LIST)
        _add(node, "Property", _property_attributes(fact))


def _role(way: Navigation) -> str:
    return way.name if way.source == way.target else way.target


def _ends(way: Navigation) -> list[tuple[str, str, str]]:
    many = "*" if way.is_many else "1"
    return [(way.source, way.source, "1"), (way.target, _role(way), many)]


def _add_association(schema: ET.Element, way: Navigation) -> None:
    node = _add(schema, "Association", {"Name": way.association})
    for target, role, many in _ends(way):
        end = {"Type": f"{NAMESPACE}.{target}", "Multiplicity": many, "Role": role}
        _add(node, "End", end)


def _add_set(
    container: ET.Element, name: str, target: str, allowed: tuple[bool, bool, bool]
) -> None:
    attributes = {"Name": name, "EntityType": f"{NAMESPACE}.{target}"}
    attributes |= _flags(("creatable", "updatable", "deletable"), allowed)
    _add(container, "EntitySet", attributes)


def _add_association_set(container: ET.Element, way: Navigation) -> None:
    attributes = {
        "Name": f"{way.source}Collection_{way.target}Collection",
        "Association": f"{NAMESPACE}.{way.association}",
    }
    allowed = (way.is_creatable, False, False)
    attributes |= _flags(("creatable", "updatable", "deletable"), allowed)
    node = _add(container, "AssociationSet", attributes)
    for target, role, _ in _ends(way):
        _add(node, "End", {"EntitySet": f"{target}Collection", "Role": role})
