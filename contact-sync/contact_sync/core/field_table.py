"""The table of mapped fields: canonical name, Graph path, C4C properties.

Responsible for the default mapping and nothing else; `docs/mapping.md` is printed from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from contact_sync.core.model import Direction, RecordType
from contact_sync.core.names import NAME_PROPERTIES, PART_LENGTH
from contact_sync.core.streets import HOUSE_NUMBER_LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where a contact's business address travels unless its fields say otherwise.
#: Unconfirmed: a PATCH of `Contact.BusinessAddress...` may change the address of the account, which
#: other contacts share; so nothing is written there by default.
CONTACT_ADDRESS_DIRECTION = Direction.TO_EXCHANGE

ADDRESS = "businessAddress"


class Kind(str, Enum):
    """How a field is read, compared and written."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    BIRTHDAY = "birthday"
    STREET = "street"
    COUNTRY = "country"
    STATE = "state"
    POSTAL = "postal"
    URL = "url"
    COMPANY = "company"
    ACCOUNT_NAME = "account_name"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One canonical field.

    Attributes:
        name: Canonical name.
        kind: How it is read, compared and written.
        graph: Graph path: `property`, `list[0]`, `list[0]/member` or `object/member`.
        c4c: Record type -> C4C properties, in the order in which they make up the value. A type
            that is missing does not have the field.
        max_lengths: Characters that each C4C property takes, in the same order and for all types
            alike (`MaxLength` in C4C's `$metadata`); empty if nothing limits the value.
        directions: Record type -> default direction where it is not `both`.
        required: Types that refuse a record without it.
    """

    name: str
    kind: Kind
    graph: str
    c4c: Mapping[RecordType, tuple[str, ...]]
    max_lengths: tuple[int, ...] = ()
    directions: Mapping[RecordType, Direction] = field(default_factory=dict)
    required: frozenset[RecordType] = frozenset()

    def default_direction(self, record_type: RecordType) -> Direction:
        """Return the direction that holds unless the settings name another."""
        return self.directions.get(record_type, Direction.BOTH)


_CONTACT = RecordType.CONTACT
_ACCOUNT = RecordType.ACCOUNT
_CUSTOMER = RecordType.INDIVIDUAL_CUSTOMER
_PERSONS = (_CONTACT, _CUSTOMER)
_CUSTOMERS = (_ACCOUNT, _CUSTOMER)


def _same(types: tuple[RecordType, ...], *properties: str) -> dict[RecordType, tuple[str, ...]]:
    return dict.fromkeys(types, properties)


def _person_name(name: str, graph: str, c4c: str, *, is_required: bool = False) -> Field:
    required = frozenset(_PERSONS) if is_required else frozenset[RecordType]()
    mapping = _same(_PERSONS, c4c)
    return Field(
        name=name, kind=Kind.TEXT, graph=graph, c4c=mapping, max_lengths=(40,), required=required
    )


def _for_all(name: str, kind: Kind, graph: str, c4c: str, length: int) -> Field:
    mapping = _same(tuple(RecordType), c4c)
    return Field(name=name, kind=kind, graph=graph, c4c=mapping, max_lengths=(length,))


def _address(name: str, kind: Kind, member: str, properties: Mapping[str, int]) -> Field:
    of_contact = tuple(f"BusinessAddress{name}" for name in properties)
    return Field(
        name=name,
        kind=kind,
        graph=f"{ADDRESS}/{member}",
        c4c=_same(_CUSTOMERS, *properties) | {_CONTACT: of_contact},
        max_lengths=tuple(properties.values()),
        directions={_CONTACT: CONTACT_ADDRESS_DIRECTION},
    )


FIELDS: tuple[Field, ...] = (
    _person_name("first_name", "givenName", "FirstName"),
    _person_name("middle_name", "middleName", "MiddleName"),
    _person_name("last_name", "surname", "LastName", is_required=True),
    _person_name("nick_name", "nickName", "NickName"),
    Field(
        name="name",
        kind=Kind.ACCOUNT_NAME,
        graph="companyName",
        c4c={_ACCOUNT: NAME_PROPERTIES},
        max_lengths=(PART_LENGTH,) * len(NAME_PROPERTIES),
        required=frozenset({_ACCOUNT}),
    ),
    Field(
        name="company",
        kind=Kind.COMPANY,
        graph="companyName",
        c4c={_CONTACT: ("AccountFormattedName",)},
        max_lengths=(480,),
        # Read-only in C4C; the account is chosen by `cascade.link_account`.
        directions={_CONTACT: Direction.TO_EXCHANGE},
    ),
    _for_all("email", Kind.EMAIL, "emailAddresses[0]/address", "Email", 255),
    _for_all("phone", Kind.PHONE, "businessPhones[0]", "Phone", 40),
    _for_all("mobile", Kind.PHONE, "mobilePhone", "Mobile", 40),
    Field(
        name="job_title",
        kind=Kind.TEXT,
        graph="jobTitle",
        c4c={_CONTACT: ("JobTitle",)},
        max_lengths=(40,),
    ),
    Field(
        name="department",
        kind=Kind.TEXT,
        graph="department",
        c4c={_CONTACT: ("Department",)},
        max_lengths=(40,),
    ),
    Field(
        name="website",
        kind=Kind.URL,
        graph="businessHomePage",
        c4c=_same(_CUSTOMERS, "WebSite"),
        max_lengths=(1280,),
    ),
    Field(
        name="birthday",
        kind=Kind.BIRTHDAY,
        graph="birthday",
        c4c=_same(_PERSONS, "BirthDate"),
    ),
    _address("street", Kind.STREET, "street", {"Street": 60, "HouseNumber": HOUSE_NUMBER_LENGTH}),
    _address("city", Kind.TEXT, "city", {"City": 40}),
    _address("state", Kind.STATE, "state", {"StateCode": 6}),
    _address("postal_code", Kind.POSTAL, "postalCode", {"StreetPostalCode": 10}),
    _address("country", Kind.COUNTRY, "countryOrRegion", {"CountryCode": 3}),
)
