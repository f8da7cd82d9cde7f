"""Links between contacts and accounts, and the fields which a contact shares with its main link.

In a recorded contact the work fields equal those of its main link, so writing one side writes
the other. Unconfirmed: what a new `Contact.AccountID` does to the old link (switch
`account_change`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.c4c.derived import account_of, contact_of
from emulators.c4c.exceptions import ODataError
from emulators.c4c.models import LINK, Node

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulators.c4c.models import Stamp, World
    from emulators.c4c.switches import Switches
    from emulators.c4c.values import Value

_SHARED = (
    "Building",
    "Floor",
    "Room",
    "JobTitle",
    "FunctionCode",
    "DepartmentCode",
    "Department",
    "Phone",
    "Mobile",
    "Fax",
    "Email",
    "EmailInvalidIndicator",
    "BestReachedByCode",
)
SHARED_FIELDS = {**{name: name for name in _SHARED}, "VIPContactCode": "VIPReasonCode"}
"""Contact property -> link property."""

CONTACT_FLAG = "ReverseMainIndicator"
"""The link leads to the contact's main account."""
ACCOUNT_FLAG = "MainIndicator"
"""The link leads to the account's main contact."""


class Relations:
    """Reads and writes the links of one world."""

    def __init__(self, world: World, switches: Switches) -> None:
        self._world = world
        self._switches = switches

    def links_of(self, contact: Node) -> list[Node]:
        """Return all links of a contact."""
        return self._world.find(LINK, "ContactID", contact.text("ContactID"))

    def main_link(self, contact: Node) -> Node | None:
        """Return the link to the contact's main account."""
        return next((row for row in self.links_of(contact) if row.values[CONTACT_FLAG]), None)

    def pair(self, contact: Node, account: Node) -> Node | None:
        """Return the link between the two."""
        number = account.text("AccountID")
        return next(
            (row for row in self.links_of(contact) if row.text("AccountID") == number), None
        )

    def attach(
        self,
        contact: Node,
        account: Node,
        values: Mapping[str, Value],
        stamp: Stamp,
        object_id: str,
    ) -> Node:
        """Add a link; the first one of a contact is its main one.

        Raises:
            ODataError: The two are linked already.
        """
        if self.pair(contact, account):
            raise ODataError("Contact is already assigned to the account", code="ERROR")
        is_main = bool(values.get(CONTACT_FLAG)) or not contact.text("AccountID")
        row: dict[str, Value] = {CONTACT_FLAG: False, ACCOUNT_FLAG: False, **values}
        if is_main:
            row = {**_work_fields(contact), **row, CONTACT_FLAG: True}
        row["ContactID"] = contact.text("ContactID")
        row["AccountID"] = account.text("AccountID")
        link = Node(LINK, object_id, row, stamp, stamp, stamp.ticks)
        self._world.put(link)
        self.settle(link, stamp)
        return link

    def settle(self, link: Node, stamp: Stamp) -> None:
        """Make flags unique and the contact equal to its main link, after a link was written."""
        contact, account = contact_of(self._world, link), account_of(self._world, link)
        if account and link.values[ACCOUNT_FLAG]:
            others = self._world.find(LINK, "AccountID", account.text("AccountID"))
            self._lower(others, ACCOUNT_FLAG, link, stamp)
        if contact and link.values[CONTACT_FLAG]:
            self._lower(self.links_of(contact), CONTACT_FLAG, link, stamp)
            shown = {
                own: link.values.get(theirs, _blank(own)) for own, theirs in SHARED_FIELDS.items()
            }
            self._write_contact(contact, {**shown, "AccountID": link.text("AccountID")}, stamp)
        elif contact and contact.text("AccountID") == link.text("AccountID"):
            self._write_contact(contact, {"AccountID": ""}, stamp)

    def share(self, contact: Node, changed: Mapping[str, Value], stamp: Stamp) -> None:
        """Copy what was written on the contact to its main link."""
        link = self.main_link(contact)
        copied = {SHARED_FIELDS[name]: changed[name] for name in changed if name in SHARED_FIELDS}
        if link and copied:
            self._world.put(link.with_values(copied, stamp))

    def move(self, contact: Node, account: Node | None, stamp: Stamp, object_id: str) -> None:
        """Carry out a new `Contact.AccountID`; None takes the main account away."""
        old = self.main_link(contact)
        existing = self.pair(contact, account) if account else None
        if old and (account is None or self._switches.account_change == "replace"):
            self._world.drop(old)
        elif old:
            self._world.put(old.with_values({CONTACT_FLAG: False}, stamp))
        if account is None:
            self._write_contact(contact, {"AccountID": ""}, stamp)
        elif existing:
            self._world.put(link := existing.with_values({CONTACT_FLAG: True}, stamp))
            self.settle(link, stamp)
        else:
            self.attach(contact, account, {CONTACT_FLAG: True}, stamp, object_id)

    def detach(self, link: Node, stamp: Stamp) -> None:
        """Remove a link; without its main link a contact has no account."""
        contact = contact_of(self._world, link)
        self._world.drop(link)
        if contact and link.values[CONTACT_FLAG]:
            self._write_contact(contact, {"AccountID": ""}, stamp)

    def _lower(self, links: list[Node], flag: str, keep: Node, stamp: Stamp) -> None:
        for link in links:
            if link.object_id != keep.object_id and link.values[flag]:
                self._world.put(link.with_values({flag: False}, stamp))

    def _write_contact(self, contact: Node, values: Mapping[str, Value], stamp: Stamp) -> None:
        changed = {
            name: value
            for name, value in values.items()
            if contact.values.get(name, _blank(name)) != value
        }
        if changed:
            self._world.put(contact.with_values(changed, stamp))


def _work_fields(contact: Node) -> dict[str, Value]:
    given = contact.values
    return {theirs: given[own] for own, theirs in SHARED_FIELDS.items() if own in given}


def _blank(name: str) -> Value:
    return False if name.endswith("Indicator") else ""
