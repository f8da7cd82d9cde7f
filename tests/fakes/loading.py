"""Loads plain records of both services into the emulators, in one vocabulary.

A person is (first name, last name, e-mail address, customer number); each service has its own
columns for them, and the customer number of C4C is a tenant's own field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakes.plugins import Ended, Runner, record, schema, state
from harness.world import ALICE
from target_c4c.target import TargetC4C
from target_exchange_contacts.target import TargetExchangeContacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.world import World

NUMBER = "CustomerNumber_KUT"
DELETED = {"_sdc_deleted_at": "2026-11-22T10:00:00Z"}


@dataclass(frozen=True)
class Person:
    """One record to be loaded; `more` are columns of the service."""

    first: str = ""
    last: str = ""
    email: str = ""
    number: str = ""


class Loading:
    """One target, its emulator, and what is there after a run."""

    def __init__(self, world: World, name: str, run: Runner) -> None:
        self.is_c4c = name == "target-c4c"
        self.admin: Any = world.c4c if self.is_c4c else world.graph
        self._world = world
        self._run = run
        self._plugin: Any = TargetC4C if self.is_c4c else TargetExchangeContacts
        settings = world.settings(name)
        self._config = {key: value for key, value in settings.items() if key != "sync_store"}
        self.create_operation = "ContactCollection.create" if self.is_c4c else "contacts.create"

    def columns(self, person: Person, **more: Any) -> dict[str, Any]:
        """Return a person as a record; what is blank is left out."""
        if self.is_c4c:
            record: dict[str, Any] = {
                "FirstName": person.first,
                "LastName": person.last,
                "Email": person.email,
                NUMBER: person.number,
            }
        else:
            addresses = [{"address": person.email}] if person.email else []
            record = {
                "givenName": person.first,
                "surname": person.last,
                "emailAddresses": addresses,
                "companyName": person.number,
            }
        scope = {} if self.is_c4c else {"mailbox": ALICE}
        return {**scope, **{name: value for name, value in record.items() if value}, **more}

    def keys(self, *kinds: str) -> tuple[str, ...]:
        """Return the columns of some kinds: first, last, email, number."""
        columns = {
            "first": ("FirstName", "givenName"),
            "last": ("LastName", "surname"),
            "email": ("Email", "emailAddresses"),
            "number": (NUMBER, "companyName"),
        }
        at = 0 if self.is_c4c else 1
        return (*(() if self.is_c4c else ("mailbox",)), *(columns[kind][at] for kind in kinds))

    def load(self, keys: tuple[str, ...], *records: dict[str, Any], **settings: Any) -> Ended:
        """Run the target over records of one stream."""
        messages = [record("contacts", **properties) for properties in records]
        return self.run(schema("contacts", *keys), *messages, **settings)

    def run(self, *messages: Mapping[str, Any] | bytes, **settings: Any) -> Ended:
        """Run the target over messages and a STATE."""
        self.admin.reset_counters()
        config = {**self._config, "max_retries": 0, **settings}
        return self._run(self._plugin, config, *messages, state(seen=1))

    def writes(self) -> int:
        """Return how many writes the last run sent."""
        counted = self.admin.counters()["writes"]
        return counted if isinstance(counted, int) else sum(counted.values())

    def put(self, person: Person, *, is_private: bool = False) -> str:
        """Let somebody be there before the run; return the id. Only items can be private."""
        properties = self.columns(person)
        properties.pop("mailbox", None)
        if self.is_c4c:
            return str(self.admin.create_contact(properties))
        extended = {"Integer 0x36": "2"} if is_private else {}
        return str(self.admin.create_contact(ALICE, None, properties, extended))

    def people(self) -> list[Person]:
        """Return who is there and not ended, sorted by all that is known."""
        found = self._c4c_people() if self.is_c4c else self._exchange_people()
        return sorted(found, key=lambda one: (one.last, one.first, one.email, one.number))

    def _c4c_people(self) -> list[Person]:
        return [
            Person(row["FirstName"], row["LastName"], row["Email"], row.get(NUMBER) or "")
            for row in self.admin.dump()["ContactCollection"].values()
            if row["StatusCode"] != "4"
        ]

    def _exchange_people(self) -> list[Person]:
        items = self.admin.dump()["mailboxes"][ALICE]["contacts"]
        return [
            Person(
                held.get("givenName") or "",
                held.get("surname") or "",
                (held.get("emailAddresses") or [{"address": ""}])[0]["address"],
                held.get("companyName") or "",
            )
            for held in (item["properties"] for item in items if not item["in_deleted_items"])
        ]

    def empty(self) -> None:
        """Remove everybody."""
        if self.is_c4c:
            self.admin.reset()
            self.admin.add_custom_field("Contact", NUMBER)
            return
        for item in self._world.items():
            self._world.graph.delete_contact(ALICE, item["id"])
        self._world.graph.purge(ALICE)
