"""Properties that are computed at reading: names, stamps, UUIDs, addresses in one line."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emulators.c4c import codes
from emulators.c4c.facts import (
    ACCOUNT,
    ACCOUNT_ADDRESS,
    ACCOUNT_LINK,
    CONTACT,
    CONTACT_ADDRESS,
    CONTACT_LINK,
    CUSTOMER,
    CUSTOMER_ADDRESS,
    NUMBER_PROPERTY,
    EntityFact,
    Facts,
    PropertyFact,
)
from emulators.c4c.models import Node, World, table_of
from emulators.c4c.phones import normalise_phone
from emulators.c4c.values import Value, blank, show, to_guid

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulators.c4c.switches import Switches

_ACCOUNT_NAMES = ("Name", "AdditionalName", "AdditionalName2", "AdditionalName3")
_ADDRESS_ENTITIES = (CONTACT_ADDRESS, ACCOUNT_ADDRESS, CUSTOMER_ADDRESS)
_BUSINESS_ADDRESS = {
    "BusinessAddressCountryCode": "CountryCode",
    "BusinessAddressStateCode": "StateCode",
    "BusinessAddressHouseNumber": "HouseNumber",
    "BusinessAddressStreet": "Street",
    "BusinessAddressCity": "City",
    "BusinessAddressStreetPostalCode": "StreetPostalCode",
}


def account_of(world: World, contact_or_link: Node) -> Node | None:
    """Return the account which the row names by `AccountID`."""
    number = contact_or_link.text("AccountID")
    found = world.find(ACCOUNT, "AccountID", number) if number else []
    return found[0] if found else None


def contact_of(world: World, link: Node) -> Node | None:
    """Return the contact of a link."""
    found = world.find(CONTACT, "ContactID", link.text("ContactID"))
    return found[0] if found else None


def root_of(world: World, entity: str, node: Node) -> Node:
    """Return the root of the business object that this row belongs to, seen from this type."""
    root: Node | None = node
    if entity == CONTACT_LINK:
        root = contact_of(world, node)
    elif entity == ACCOUNT_LINK:
        root = account_of(world, node)
    elif entity in _ADDRESS_ENTITIES:
        parent = {CONTACT_ADDRESS: CONTACT, ACCOUNT_ADDRESS: ACCOUNT, CUSTOMER_ADDRESS: CUSTOMER}
        root = world.get(parent[entity], node.text("ParentObjectID"))
    return root or node


def account_name(account: Node | None) -> str:
    """Join the four name fields, as `AccountFormattedName` does."""
    return "" if account is None else _join(account, *_ACCOUNT_NAMES)


class Reader:
    """Reads properties of rows, stored or derived, as one world has them."""

    def __init__(self, facts: Facts, switches: Switches, world: World) -> None:
        self._facts = facts
        self._switches = switches
        self.world = world

    def is_stored(self, entity: str, name: str) -> bool:
        """Tell whether the property lies in `Node.values`, so that an index can find it."""
        fact = self._facts.entities[entity].properties[name]
        is_mirrored = name in _BUSINESS_ADDRESS and self._switches.business_address != "own"
        return not (fact.text_of or fact.is_parent_key or is_mirrored or _rule(entity, name))

    def value(self, entity: EntityFact, node: Node, fact: PropertyFact) -> Value:
        """Return a property in its stored form."""
        return self.getter(entity, fact)(node)

    def getter(self, entity: EntityFact, fact: PropertyFact) -> Callable[[Node], Value]:
        """Return a function that reads one property of many rows."""
        rule = _rule(entity.name, fact.name)
        if rule is not None:
            return partial(rule, self.world)
        if fact.text_of:
            return self._description_getter(entity, entity.properties[fact.text_of])
        if fact.is_parent_key:
            return lambda node: root_of(self.world, entity.name, node).text(fact.name)
        if fact.name in _BUSINESS_ADDRESS and entity.name == CONTACT:
            return lambda node: self._business_address(node, fact.name)
        name, unset = fact.name, blank(fact.kind)
        return lambda node: node.values.get(name, unset)

    def shown(self, fact: PropertyFact, value: Value) -> Value:
        """Return a value as it stands in a JSON answer."""
        return show(fact, value, is_padded=self._switches.blank_padding)

    def etag_ticks(self, entity: str, node: Node) -> int:
        """Return the instant behind the etag: the change of the whole business object."""
        return root_of(self.world, entity, node).changed.ticks

    def _description_getter(
        self, entity: EntityFact, code: PropertyFact
    ) -> Callable[[Node], Value]:
        read = self.getter(entity, code)
        context = entity.properties.get(code.code_context or "")
        read_context = self.getter(entity, context) if context else lambda _: ""
        return lambda node: codes.describe(code, str(read(node)), str(read_context(node)))

    def _business_address(self, contact: Node, name: str) -> str:
        is_blank = not any(contact.text(own) for own in _BUSINESS_ADDRESS)
        account = account_of(self.world, contact)
        if self._switches.business_address == "account_when_blank" and is_blank and account:
            return account.text(_BUSINESS_ADDRESS[name])
        return contact.text(name)


def _rule(entity: str, name: str) -> Callable[[World, Node], Value] | None:
    own = _RULES.get((entity, name))
    if own is None and (entity in NUMBER_PROPERTY or table_of(entity) != entity):
        own = _STAMPS.get(name)
    if own is None and name in _COMMON:
        own = _COMMON[name] if name != "ETag" else _etag_rule(entity)
    return own


def _etag_rule(entity: str) -> Callable[[World, Node], Value]:
    return lambda world, node: root_of(world, entity, node).changed.ticks


def _join(node: Node, *names: str, separator: str = " ") -> str:
    return separator.join(text for name in names if (text := node.text(name)))


def _street_first(node: Node, prefix: str = "") -> str:
    street = _join(node, f"{prefix}Street", f"{prefix}HouseNumber")
    city = _join(node, f"{prefix}StreetPostalCode", f"{prefix}City")
    country = codes.COUNTRIES.get(node.text(f"{prefix}CountryCode"), "")
    return " / ".join(part for part in (street, city, country) if part)


def _account_uuid(world: World, node: Node) -> Value:
    account = account_of(world, node)
    return to_guid(account.object_id) if account else None


def _link_parent(entity: str) -> Callable[[World, Node], Value]:
    return lambda world, node: root_of(world, entity, node).object_id


def _person(_: World, node: Node) -> Value:
    return _join(node, "FirstName", "MiddleName", "LastName")


def _contact_name(world: World, link: Node) -> Value:
    contact = contact_of(world, link)
    return _person(world, contact) if contact else ""


def _default_address(world: World, account: Node) -> Value:
    rows = world.find(ACCOUNT_ADDRESS, "ParentObjectID", account.object_id)
    main = [row for row in rows if row.values.get("MainIndicator")]
    return to_guid(main[0].object_id) if main else None


_STAMPS: dict[str, Callable[[World, Node], Value]] = {
    "CreationOn": lambda _, node: node.created.ticks,
    "CreatedBy": lambda _, node: node.created.user.name,
    "CreatedByIdentityUUID": lambda _, node: node.created.user.identity,
    "ChangedOn": lambda _, node: node.changed.ticks,
    "ChangedBy": lambda _, node: node.changed.user.name,
    "ChangedByIdentityUUID": lambda _, node: node.changed.user.identity,
    "EntityLastChangedOn": lambda _, node: node.node_changed,
}
_COMMON: dict[str, Callable[[World, Node], Value]] = {
    "ObjectID": lambda _, node: node.object_id,
    "UUID": lambda _, node: to_guid(node.object_id),
    "ETag": lambda _, node: node.changed.ticks,
    "NormalisedPhone": lambda _, node: normalise_phone(node.text("Phone")),
    "NormalisedMobile": lambda _, node: normalise_phone(node.text("Mobile")),
    "FormattedPostalAddressDescription": lambda _, node: _street_first(node),
}
_RULES: dict[tuple[str, str], Callable[[World, Node], Value]] = {
    (CONTACT, "ContactUUID"): lambda _, node: to_guid(node.object_id),
    (CONTACT, "Name"): _person,
    (CONTACT, "AccountUUID"): _account_uuid,
    (CONTACT, "AccountFormattedName"): lambda w, node: account_name(account_of(w, node)),
    (CONTACT, "FormattedPostalAddressDescription"): lambda _, node: _street_first(
        node, "BusinessAddress"
    ),
    (CONTACT_LINK, "ParentObjectID"): _link_parent(CONTACT_LINK),
    (CONTACT_LINK, "AccountFormattedName"): lambda w, node: account_name(account_of(w, node)),
    (ACCOUNT_LINK, "ParentObjectID"): _link_parent(ACCOUNT_LINK),
    (ACCOUNT_LINK, "ContactFormattedName"): _contact_name,
    (ACCOUNT, "BusinessPartnerFormattedName"): lambda _, node: account_name(node),
    (ACCOUNT, "CurrentDefaultAddressUUID"): _default_address,
    (CUSTOMER, "FormattedName"): _person,
}
