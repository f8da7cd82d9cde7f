"""What `$metadata` says about types, collections and properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from c4c_client.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Property:
    """One property of an entity type.

    Attributes:
        name: Vendor name.
        edm_type: Such as `Edm.String`, `Edm.DateTimeOffset`.
        max_length: In characters; None if not declared.
        nullable: A creatable property that is not nullable is mandatory on create.
        creatable: May be sent with a create.
        updatable: May be changed by an update.
        filterable: May appear in a filter.
        label: In the language of the user; "" if the document carries none.
        display_format: `Date` for a date without time, "" otherwise.
        value_help: Collection of the code list this property takes its values from, or "".
        context_property: Property that the code list depends on (a state's country), or "".
    """

    name: str
    edm_type: str
    max_length: int | None
    nullable: bool
    creatable: bool
    updatable: bool
    filterable: bool
    label: str = ""
    display_format: str = ""
    value_help: str = ""
    context_property: str = ""


@dataclass(frozen=True)
class EntityType:
    """One entity type; `key` names its key properties."""

    name: str
    key: tuple[str, ...]
    properties: tuple[Property, ...]

    def property(self, name: str) -> Property | None:
        """Return the property of that name; None if the tenant has none."""
        return next((prop for prop in self.properties if prop.name == name), None)


@dataclass(frozen=True)
class Metadata:
    """The entity types of a service by name, and which of them each collection holds."""

    entity_types: Mapping[str, EntityType]
    collections: Mapping[str, str]

    def entity_type(self, name: str) -> EntityType:
        """Return the type of that name, such as `Contact`.

        Raises:
            NotFoundError: The tenant's metadata does not declare it.
        """
        try:
            return self.entity_types[name]
        except KeyError:
            raise NotFoundError(f"metadata declares no entity type {name}") from None

    def entity_type_of(self, collection: str) -> EntityType:
        """Return the type held by a collection, such as `ContactCollection`.

        Raises:
            NotFoundError: The tenant's metadata does not declare the collection.
        """
        try:
            return self.entity_type(self.collections[collection])
        except KeyError:
            raise NotFoundError(f"metadata declares no collection {collection}") from None
