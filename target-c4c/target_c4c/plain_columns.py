"""What C4C takes of plain records: its properties as columns, and which of them can be keys."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from contact_sync.core.loading import Column, Table
from contact_sync.core.model import RecordType

from target_c4c.task import COLLECTIONS

if TYPE_CHECKING:
    from c4c_client import C4CClient, EntityType, Metadata, Property

#: Columns that tap-c4c adds to the properties of C4C.
_OWN = frozenset({"etag", "view_name", "in_view"})

#: C4C shows these in a form of its own; a record would not be found by what was sent.
_REFORMATTED = frozenset(
    {"Fax", "Mobile", "NormalisedMobile", "NormalisedPhone", "Phone", "WebSite"}
)

#: Name a record, beside the tenant's own fields.
_IDENTIFIERS = {
    RecordType.ACCOUNT: frozenset({"AccountID", "DUNSID", "ExternalID"}),
    RecordType.CONTACT: frozenset({"ContactID", "ExternalID"}),
    RecordType.INDIVIDUAL_CUSTOMER: frozenset({"CustomerID", "ExternalID"}),
}
#: Suffixes of the tenant's own fields: of key users, and of add-ons.
_CUSTOM = ("_KUT", "_SDK")


_ENTITY_TYPES = ("CorporateAccount", "Contact", "IndividualCustomer")


class TenantTables:
    """What one tenant's metadata says, read once."""

    def __init__(self, client: C4CClient) -> None:
        self._client = client

    def entity(self, kind: RecordType) -> EntityType:
        """Return the entity type of a record type."""
        return self._metadata.entity_type_of(COLLECTIONS[kind])

    def table(self, kind: RecordType) -> Table:
        """Return the columns of a record type."""
        return table_of(self.entity(kind), kind)

    @cached_property
    def _metadata(self) -> Metadata:
        return self._client.get_metadata(_ENTITY_TYPES)


def table_of(entity: EntityType, kind: RecordType) -> Table:
    """Return what a tenant's metadata says of a record type."""
    is_person = kind is not RecordType.ACCOUNT
    return Table(
        service="C4C",
        id_name="ObjectID",
        columns={prop.name: _column(prop, kind) for prop in entity.properties},
        own=_OWN,
        first_name="FirstName" if is_person else "",
        last_name="LastName" if is_person else "Name",
    )


def _column(prop: Property, kind: RecordType) -> Column:
    # Instants are never written, see `plain_values`.
    is_writable = prop.edm_type != "Edm.DateTimeOffset"
    return Column(
        name=prop.name,
        is_creatable=prop.creatable and is_writable,
        is_updatable=prop.updatable and is_writable,
        no_key_because=_why_no_key(prop),
        is_email=prop.name == "Email",
        is_identifier=prop.name in _IDENTIFIERS[kind] or prop.name.endswith(_CUSTOM),
    )


def _why_no_key(prop: Property) -> str:
    if prop.edm_type != "Edm.String":
        return "no text"
    if not prop.filterable:
        return "not filterable"
    if prop.name in _REFORMATTED:
        return "shown in another form than it was sent"
    return ""
