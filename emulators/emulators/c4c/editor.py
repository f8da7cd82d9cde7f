"""Carries out creates, updates and removals: numbers, stamps, phones, mirrored fields.

Used alike for calls of the API, whose bodies have passed `rules`, and for users' edits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emulators.c4c.derived import account_of, contact_of, root_of
from emulators.c4c.exceptions import ODataError, not_found
from emulators.c4c.facts import (
    ACCOUNT,
    ACCOUNT_ADDRESS,
    ACCOUNT_LINK,
    CONTACT,
    CONTACT_ADDRESS,
    CONTACT_LINK,
    CUSTOMER_ADDRESS,
    NUMBER_PROPERTY,
    STATUS_PROPERTY,
)
from emulators.c4c.models import LINK, Node, Stamp, User, World
from emulators.c4c.phones import format_phone
from emulators.c4c.relations import CONTACT_FLAG, Relations
from emulators.c4c.rules import IN_PREPARATION
from emulators.c4c.values import Value, to_guid

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from emulators.c4c.facts import Facts
    from emulators.c4c.switches import Switches
    from emulators.clock import Clock

LINKS = (CONTACT_LINK, ACCOUNT_LINK)
_PHONES = ("Phone", "Mobile", "Fax")
_PARENT = "ParentObjectID"
_NUMBER_DIGITS = 10
_FIRST_NUMBER = 1_000_001
_OBJECT_ID_PREFIX = "00163E"
_OBJECT_ID_BITS = 104


class Editor:
    """Writes into one world. Callers open the transaction."""

    def __init__(
        self, facts: Facts, switches: Switches, world: World, clock: Clock, chance: random.Random
    ) -> None:
        self._facts = facts
        self._switches = switches
        self._world = world
        self._clock = clock
        self._chance = chance
        self._relations = Relations(world, switches)
        self._numbers = dict.fromkeys(NUMBER_PROPERTY, _FIRST_NUMBER)
        shared = facts.entities[ACCOUNT].properties.keys()
        self._address_fields = frozenset(
            name
            for name, fact in facts.entities[ACCOUNT_ADDRESS].properties.items()
            if fact.is_updatable and name in shared
        )

    def create(self, entity: str, values: Mapping[str, Value], user: User) -> Node:
        """Create a row.

        Raises:
            ODataError: The account, contact or parent it names does not exist.
        """
        stamp = Stamp(self._clock.stamp(), user)
        if entity in LINKS:
            return self._create_link(values, stamp)
        if entity in NUMBER_PROPERTY:
            return self._create_root(entity, dict(values), stamp)
        parent = self._facts.entities[entity].parent or ""
        root = self._world.get(parent, str(values.get(_PARENT, "")))
        if root is None:
            raise ODataError("ParentObjectID is missing or unknown")
        row = self._format_phones(values, str(values.get("CountryCode", "")))
        node = Node(entity, self._new_id(), row, stamp, stamp, stamp.ticks)
        self._world.put(node)
        self._after_address(node, stamp)
        return node

    def update(self, entity: str, node: Node, values: Mapping[str, Value], user: User) -> Node:
        """Change a row and stamp its business object.

        Raises:
            ODataError: The account it names does not exist, or a link would change its ends.
        """
        stamp = Stamp(self._clock.stamp(), user)
        changed = dict(values)
        if entity in LINKS:
            return self._update_link(entity, node, changed, stamp)
        if entity == CONTACT:
            changed = self._resolve_account(changed)
        account = changed.pop("AccountID", None) if entity == CONTACT else None
        row = self._format_phones(changed, self._country(entity, node, changed))
        self._world.put(node.with_values(row, stamp))
        node = self._current(node)
        if entity == CONTACT:
            self._relations.share(node, row, stamp)
            if account is not None and account != node.text("AccountID"):
                owner = self._account(str(account)) if account else None
                self._relations.move(node, owner, stamp, self._new_id())
                self._touch_link_roots([owner], CONTACT_LINK, stamp)
        elif entity == ACCOUNT:
            self._mirror_to_address(node, row, stamp)
        elif entity in (ACCOUNT_ADDRESS, CONTACT_ADDRESS, CUSTOMER_ADDRESS):
            self._after_address(node, stamp)
        return self._current(node)

    def remove(self, entity: str, node: Node, user: User) -> None:
        """Remove a row; with a root go its children and links."""
        stamp = Stamp(self._clock.stamp(), user)
        if entity in LINKS:
            roots = [contact_of(self._world, node), account_of(self._world, node)]
            self._relations.detach(node, stamp)
            self._touch_link_roots(roots, entity, stamp)
            return
        root = root_of(self._world, entity, node)
        self._world.drop(node)
        if root is not node:
            self._touch(root, stamp)
            return
        for table in (CONTACT_ADDRESS, ACCOUNT_ADDRESS, CUSTOMER_ADDRESS):
            for child in self._world.find(table, _PARENT, node.object_id):
                self._world.drop(child)
        if entity in (CONTACT, ACCOUNT):
            key = NUMBER_PROPERTY[entity]
            for link in self._world.find(LINK, key, node.text(key)):
                self._relations.detach(link, stamp)

    def _create_root(self, entity: str, values: dict[str, Value], stamp: Stamp) -> Node:
        if entity == CONTACT:
            values = self._resolve_account(values)
        account = str(values.pop("AccountID", "")) if entity == CONTACT else ""
        if entity == CONTACT and self._switches.contact_needs_account and not account:
            raise ODataError("A contact needs an account", code="ERROR")
        values.setdefault(STATUS_PROPERTY[entity], IN_PREPARATION)
        key = NUMBER_PROPERTY[entity]
        if key not in values:
            values[key] = self._new_number(entity)
        elif self._world.find(entity, key, values[key]):
            raise ODataError(f"{key} is in use", code="ERROR")
        draft = Node(entity, self._new_id(), values, stamp, stamp, stamp.ticks)
        country = self._country(entity, draft, {"AccountID": account})
        node = replace(draft, values=self._format_phones(values, country))
        self._world.put(node)
        if account:
            flags = {CONTACT_FLAG: True}
            owner = self._account(account)
            self._relations.attach(node, owner, flags, stamp, self._new_id())
            self._touch_link_roots([owner], CONTACT_LINK, stamp)
        if entity == ACCOUNT and any(node.values.get(name) for name in self._address_fields):
            row = {name: value for name, value in values.items() if name in self._address_fields}
            row |= {"MainIndicator": True, _PARENT: node.object_id}
            self._world.put(Node(ACCOUNT_ADDRESS, self._new_id(), row, stamp, stamp, stamp.ticks))
        return self._current(node)

    def _create_link(self, values: Mapping[str, Value], stamp: Stamp) -> Node:
        row = dict(values)
        parent = str(row.pop(_PARENT, ""))
        account = self._world.get(ACCOUNT, parent)
        contact = self._world.get(CONTACT, parent)
        if account is None:
            account = self._account(str(row.pop("AccountID", "")))
        if contact is None:
            contact = self._by_number(CONTACT, str(row.pop("ContactID", "")))
        row = self._format_phones(row, account.text("CountryCode"))
        link = self._relations.attach(contact, account, row, stamp, self._new_id())
        self._touch_link_roots([contact, account], CONTACT_LINK, stamp)
        return self._current(link)

    def _update_link(self, entity: str, node: Node, values: dict[str, Value], stamp: Stamp) -> Node:
        for key in ("ContactID", "AccountID"):
            if values.pop(key, node.text(key)) != node.text(key):
                raise ODataError(f"Property '{key}' of an existing relationship cannot be changed")
        account, contact = account_of(self._world, node), contact_of(self._world, node)
        row = self._format_phones(values, account.text("CountryCode") if account else "")
        self._world.put(node.with_values(row, stamp))
        self._relations.settle(self._current(node), stamp)
        self._touch_link_roots([contact, account], entity, stamp)
        return self._current(node)

    def _after_address(self, node: Node, stamp: Stamp) -> None:
        entity = node.table
        self._touch(root_of(self._world, entity, node), stamp)
        if entity != ACCOUNT_ADDRESS or not node.values.get("MainIndicator"):
            return
        for other in self._world.find(entity, _PARENT, node.values[_PARENT]):
            if other.object_id != node.object_id and other.values.get("MainIndicator"):
                self._world.put(other.with_values({"MainIndicator": False}, stamp))
        account = root_of(self._world, entity, node)
        shown = {name: node.values.get(name, "") for name in self._address_fields}
        self._world.put(replace(account, values={**account.values, **shown}))

    def _mirror_to_address(self, account: Node, row: Mapping[str, Value], stamp: Stamp) -> None:
        shared = {name: value for name, value in row.items() if name in self._address_fields}
        for address in self._world.find(ACCOUNT_ADDRESS, _PARENT, account.object_id):
            if shared and address.values.get("MainIndicator"):
                self._world.put(address.with_values(shared, stamp))

    def _touch_link_roots(self, roots: list[Node | None], entity: str, stamp: Stamp) -> None:
        for root in roots:
            is_own_side = root is not None and root.table == self._facts.entities[entity].parent
            if root and (
                is_own_side or root.table == CONTACT or self._switches.links_touch_account
            ):
                self._touch(root, stamp)

    def _touch(self, root: Node, stamp: Stamp) -> None:
        root = self._current(root)
        ticks = stamp.ticks if self._switches.children_touch_root else root.node_changed
        self._world.put(replace(root, changed=stamp, node_changed=ticks))

    def _resolve_account(self, values: dict[str, Value]) -> dict[str, Value]:
        uuid = values.pop("AccountUUID", None)
        if uuid and "AccountID" not in values:
            known = (a for a in self._world.all(ACCOUNT) if to_guid(a.object_id) == uuid)
            account = next(known, None)
            if account is None:
                raise not_found("Account not found")
            values["AccountID"] = account.text("AccountID")
        if values.get("AccountID"):
            values["AccountID"] = self._account(str(values["AccountID"])).text("AccountID")
        return values

    def _account(self, number: str) -> Node:
        return self._by_number(ACCOUNT, number)

    def _by_number(self, entity: str, number: str) -> Node:
        for form in (number, number.zfill(_NUMBER_DIGITS), number.lstrip("0")):
            found = self._world.find(entity, NUMBER_PROPERTY[entity], form) if form else []
            if found:
                return found[0]
        raise ODataError(f"{NUMBER_PROPERTY[entity]} is missing or unknown", code="ERROR")

    def _country(self, entity: str, node: Node, changed: Mapping[str, Value]) -> str:
        if entity != CONTACT:
            return str(changed.get("CountryCode", node.text("CountryCode")))
        number = str(changed.get("AccountID", node.text("AccountID")))
        if number:
            return self._account(number).text("CountryCode")
        name = "BusinessAddressCountryCode"
        return str(changed.get(name, node.text(name)))

    def _format_phones(self, values: Mapping[str, Value], country: str) -> dict[str, Value]:
        row = dict(values)
        if self._switches.format_phones:
            for name in _PHONES:
                if row.get(name):
                    row[name] = format_phone(str(row[name]), country)
        return row

    def _current(self, node: Node) -> Node:
        return self._world.get(node.table, node.object_id) or node

    def _new_id(self) -> str:
        return f"{_OBJECT_ID_PREFIX}{self._chance.getrandbits(_OBJECT_ID_BITS):026X}"

    def _new_number(self, entity: str) -> str:
        number = str(self._numbers[entity])
        self._numbers[entity] += 1
        return number.zfill(_NUMBER_DIGITS) if self._switches.leading_zeros else number
