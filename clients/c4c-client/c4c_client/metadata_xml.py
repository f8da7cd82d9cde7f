"""Parses `$metadata`; entity expansion and external entities are refused, not resolved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from c4c_client.errors import ProtocolError
from c4c_client.metadata import EntityType, Metadata, Property

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# `Max` is allowed as well, and means no limit.
_NUMBER = re.compile(r"[0-9]{1,9}")

# Far above a whole service. Elements can take a hundred times the memory of their text.
_MOST_TAGS = 500_000

# Namespaces of the schema differ between OData V2 services; local names do not.
_SAP = "{http://www.sap.com/Protocols/SAPData}"
_C4C = "{http://www.sap.com/Protocols/C4CData}"


def parse_metadata(document: bytes) -> Metadata:
    """Read entity types and entity sets of all schemas in the document.

    Raises:
        ProtocolError: The document is no metadata, or tries to define entities.
    """
    if document.count(b"<") > _MOST_TAGS:
        raise ProtocolError("C4C's metadata does not end")
    try:
        root = fromstring(document, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError):
        # LookupError: an encoding that nobody knows.
        raise ProtocolError("C4C's metadata is not XML this client accepts") from None
    types = [_entity_type(element) for element in root.iterfind(".//{*}EntityType")]
    if not types:
        raise ProtocolError("C4C's metadata declares no entity type")
    sets = root.iterfind(".//{*}EntityContainer/{*}EntitySet")
    return Metadata(
        entity_types={entity_type.name: entity_type for entity_type in types},
        collections={
            element.get("Name", ""): element.get("EntityType", "").rpartition(".")[2]
            for element in sets
        },
    )


def _entity_type(element: Element) -> EntityType:
    return EntityType(
        name=element.get("Name", ""),
        key=tuple(ref.get("Name", "") for ref in element.iterfind("{*}Key/{*}PropertyRef")),
        properties=tuple(_property(child) for child in element.iterfind("{*}Property")),
    )


def _property(element: Element) -> Property:
    max_length = element.get("MaxLength", "")
    return Property(
        name=element.get("Name", ""),
        edm_type=element.get("Type", ""),
        max_length=int(max_length) if _NUMBER.fullmatch(max_length) else None,
        nullable=_flag(element, "Nullable"),
        creatable=_flag(element, f"{_SAP}creatable"),
        updatable=_flag(element, f"{_SAP}updatable"),
        filterable=_flag(element, f"{_SAP}filterable"),
        label=element.get(f"{_SAP}label", ""),
        display_format=element.get(f"{_SAP}display-format", ""),
        value_help=element.get(f"{_C4C}value-help", ""),
        context_property=element.get(f"{_C4C}context-property", ""),
    )


def _flag(element: Element, name: str) -> bool:
    """Read a boolean attribute; OData and SAP both take a missing one for true."""
    return element.get(name, "true").strip().lower() != "false"
