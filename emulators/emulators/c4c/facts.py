"""What the service knows about its entity types; enforced on writes and served as `$metadata`.

The tables in `data/` are the only source. A property of a code list brings a read-only
`…Text` property with it, so these are not in the tables.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from importlib import resources

NAMESPACE = "c4codata"


class Kind(Enum):
    """Value type; the value is the EDM name."""

    TEXT = "Edm.String"
    GUID = "Edm.Guid"
    DATE = "Edm.DateTime"
    INSTANT = "Edm.DateTimeOffset"
    FLAG = "Edm.Boolean"
    DECIMAL = "Edm.Decimal"


_KINDS = {
    "text": Kind.TEXT,
    "guid": Kind.GUID,
    "date": Kind.DATE,
    "instant": Kind.INSTANT,
    "flag": Kind.FLAG,
    "decimal": Kind.DECIMAL,
}


@dataclass(frozen=True)
class PropertyFact:
    """One property of an entity type.

    Attributes:
        max_length: Characters, texts only; None = not limited.
        is_mandatory: `Nullable="false"`.
        is_parent_key: Readable id of the parent, shown on a child.
        code_set: Name of the collection with the allowed codes.
        code_context: Property that chooses among them (country for a state).
        is_contextual: Rows of the code list have a context.
        text_of: The code property which this property describes in words.
    """

    name: str
    kind: Kind = Kind.TEXT
    max_length: int | None = None
    is_creatable: bool = False
    is_updatable: bool = False
    is_filterable: bool = False
    is_mandatory: bool = False
    is_parent_key: bool = False
    code_set: str | None = None
    code_context: str | None = None
    is_contextual: bool = False
    text_of: str | None = None


@dataclass(frozen=True)
class Navigation:
    """A way from one entity type to another: rows whose `target_key` equals our `source_key`.

    Attributes:
        is_creatable: A POST to the source may carry target rows (deep insert).
        association: Name of the association in the metadata.
    """

    source: str
    name: str
    target: str
    source_key: str
    target_key: str
    is_many: bool
    is_creatable: bool = False
    association: str = ""


@dataclass
class EntityFact:
    """One entity type and its entity set.

    Attributes:
        parent: Entity type whose business object this one belongs to; None for roots.
        properties: By name, in the order of the metadata.
        navigations: By name.
    """

    name: str
    parent: str | None
    properties: dict[str, PropertyFact]
    navigations: dict[str, Navigation]

    @property
    def set_name(self) -> str:
        """Name of the entity set."""
        return f"{self.name}Collection"

    @property
    def is_deletable(self) -> bool:
        """Master data cannot be deleted; its children can (SAP KBA 3760349 and `$metadata`)."""
        return self.parent is not None


CONTACT = "Contact"
ACCOUNT = "CorporateAccount"
CUSTOMER = "IndividualCustomer"
CONTACT_LINK = "ContactIsContactPersonFor"
ACCOUNT_LINK = "CorporateAccountHasContactPerson"
CONTACT_ADDRESS = "ContactPersonalAddress"
ACCOUNT_ADDRESS = "CorporateAccountAddress"
CUSTOMER_ADDRESS = "IndividualCustomerAddress"

PARENTS: dict[str, str | None] = {
    CONTACT: None,
    CONTACT_LINK: CONTACT,
    CONTACT_ADDRESS: CONTACT,
    ACCOUNT: None,
    ACCOUNT_LINK: ACCOUNT,
    ACCOUNT_ADDRESS: ACCOUNT,
    CUSTOMER: None,
    CUSTOMER_ADDRESS: CUSTOMER,
}
STATUS_PROPERTY = {
    CONTACT: "StatusCode",
    ACCOUNT: "LifeCycleStatusCode",
    CUSTOMER: "LifeCycleStatusCode",
}
NUMBER_PROPERTY = {CONTACT: "ContactID", ACCOUNT: "AccountID", CUSTOMER: "CustomerID"}

_ADDRESSES = "CorporateAccount_CorporateAccountAddress"
_NAVIGATIONS = (
    Navigation(CONTACT, CONTACT_LINK, CONTACT_LINK, "ContactID", "ContactID", is_many=True),
    Navigation(
        CONTACT,
        CONTACT_ADDRESS,
        CONTACT_ADDRESS,
        "ObjectID",
        "ParentObjectID",
        is_many=True,
        is_creatable=True,
    ),
    Navigation(CONTACT, ACCOUNT, ACCOUNT, "AccountID", "AccountID", is_many=False),
    Navigation(CONTACT_LINK, ACCOUNT, ACCOUNT, "AccountID", "AccountID", is_many=False),
    Navigation(
        CONTACT_ADDRESS,
        CONTACT,
        CONTACT,
        "ParentObjectID",
        "ObjectID",
        is_many=False,
        association="Contact_ContactPersonalAddress",
    ),
    Navigation(
        ACCOUNT,
        ACCOUNT_ADDRESS,
        ACCOUNT_ADDRESS,
        "ObjectID",
        "ParentObjectID",
        is_many=True,
        is_creatable=True,
    ),
    Navigation(ACCOUNT, ACCOUNT_LINK, ACCOUNT_LINK, "AccountID", "AccountID", is_many=True),
    Navigation(
        ACCOUNT,
        "ParentAccount",
        ACCOUNT,
        "ParentAccountID",
        "AccountID",
        is_many=False,
        association="CorporateAccount_CorporateAccount",
    ),
    Navigation(ACCOUNT_LINK, CONTACT, CONTACT, "ContactID", "ContactID", is_many=False),
    Navigation(
        ACCOUNT_ADDRESS,
        ACCOUNT,
        ACCOUNT,
        "ParentObjectID",
        "ObjectID",
        is_many=False,
        association=_ADDRESSES,
    ),
    Navigation(
        CUSTOMER,
        CUSTOMER_ADDRESS,
        CUSTOMER_ADDRESS,
        "ObjectID",
        "ParentObjectID",
        is_many=True,
    ),
    Navigation(
        CUSTOMER_ADDRESS,
        CUSTOMER,
        CUSTOMER,
        "ParentObjectID",
        "ObjectID",
        is_many=False,
        association="IndividualCustomer_IndividualCustomerAddress",
    ),
)


def read_table(name: str) -> list[list[str]]:
    """Read a table of `data/`: tab-separated cells, `#` lines are comments."""
    text = (resources.files("emulators.c4c") / "data" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


class Facts:
    """All entity types of one tenant; custom fields are added per tenant."""

    def __init__(self) -> None:
        self.entities = {name: _load_entity(name, parent) for name, parent in PARENTS.items()}
        self.by_set = {entity.set_name: entity for entity in self.entities.values()}

    def code_properties(self) -> dict[str, PropertyFact]:
        """Return the code properties by the name of their value-help collection."""
        return {
            fact.code_set: fact
            for entity in self.entities.values()
            for fact in entity.properties.values()
            if fact.code_set
        }

    def add_custom_field(self, entity: str, fact: PropertyFact) -> None:
        """Add a tenant's own field to an entity type.

        Raises:
            KeyError: Unknown entity type.
            ValueError: The name is taken.
        """
        properties = self.entities[entity].properties
        if fact.name in properties:
            raise ValueError(f"{entity} has a property {fact.name}")
        properties[fact.name] = fact


def _load_entity(name: str, parent: str | None) -> EntityFact:
    properties: dict[str, PropertyFact] = {}
    for row in read_table(f"{name}.tsv"):
        fact = _property(name, *row)
        properties[fact.name] = fact
        if fact.code_set:
            text = PropertyFact(f"{fact.name}Text", is_filterable=True, text_of=fact.name)
            properties[text.name] = text
    navigations = {
        navigation.name: replace(
            navigation, association=navigation.association or f"{name}_{navigation.target}"
        )
        for navigation in _NAVIGATIONS
        if navigation.source == name
    }
    return EntityFact(name, parent, properties, navigations)


def _property(entity: str, name: str, kind: str, flags: str, code: str = "") -> PropertyFact:
    bare, length = kind.rstrip("0123456789"), kind.lstrip("abcdefghijklmnopqrstuvwxyz")
    return PropertyFact(
        name=name,
        kind=_KINDS[bare],
        max_length=int(length) if length else None,
        is_creatable="c" in flags,
        is_updatable="u" in flags,
        is_filterable="f" in flags,
        is_mandatory="!" in flags,
        is_parent_key="^" in flags,
        code_set=f"{entity}{name}Collection" if code else None,
        code_context=code.partition("@")[2] or None,
        is_contextual="@" in code,
    )
