"""Administration of the C4C emulator: what users and operators do behind the API's back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from emulators.admin import ServiceAdmin
from emulators.c4c.derived import Reader
from emulators.c4c.exceptions import ODataError, unknown_property
from emulators.c4c.facts import (
    ACCOUNT,
    CONTACT,
    CONTACT_LINK,
    CUSTOMER,
    STATUS_PROPERTY,
    EntityFact,
    Kind,
    PropertyFact,
)
from emulators.c4c.models import User, table_of
from emulators.c4c.values import Value, decode, to_etag

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from emulators.c4c.models import Node
    from emulators.c4c.tenant import Tenant

_KUT_KINDS: dict[str, Kind] = {kind.name.lower(): kind for kind in Kind}
DEFAULT_USER = "Eddie User"


class C4CAdmin(ServiceAdmin):
    """Methods take and return JSON values; collections are named like the entity sets.

    Edits here are those of a user of the C4C screens: not bound by `creatable` and `updatable`,
    not counted as writes, stamped with the user's name.
    """

    def __init__(self, tenant: Tenant) -> None:
        super().__init__(tenant.clock, tenant.faults)
        self._tenant = tenant
        self._users: dict[str, User] = {}

    def reset(self) -> None:
        """Forget all rows, custom fields, restrictions, locks, counters, faults and sessions.

        Switches return to their defaults, the clock stays.
        """
        tenant = self._tenant
        with tenant.lock:
            defaults = type(tenant.switches)().as_dict()
            for name, value in defaults.items():
                tenant.switches.set(name, value)
            tenant.clear()
            tenant.security.drop_sessions()
            tenant.faults.clear()
            self.reset_counters()

    def create_account(self, props: dict[str, Any], user: str = DEFAULT_USER) -> str:
        """Create an account (Active customer unless told otherwise); return its ObjectID."""
        defaults = {"RoleCode": "CRM000", "LifeCycleStatusCode": "2"}
        return self._create(ACCOUNT, {**defaults, **props}, user)

    def create_contact(self, props: dict[str, Any], user: str = DEFAULT_USER) -> str:
        """Create a contact (Active unless told otherwise); return its ObjectID."""
        return self._create(CONTACT, {"StatusCode": "2", **props}, user)

    def create_individual_customer(self, props: dict[str, Any], user: str = DEFAULT_USER) -> str:
        """Create an individual customer (Active unless told otherwise); return its ObjectID."""
        defaults = {"RoleCode": "CRM000", "LifeCycleStatusCode": "2"}
        return self._create(CUSTOMER, {**defaults, **props}, user)

    def create(self, collection: str, props: dict[str, Any], user: str = DEFAULT_USER) -> str:
        """Create a row of any set, children need `ParentObjectID`; return its ObjectID."""
        return self._create(self._entity(collection).name, props, user)

    def link(
        self, contact_id: str, account_id: str, *, is_main: bool = False, user: str = DEFAULT_USER
    ) -> str:
        """Link a contact to an account, both named by ObjectID; return the link's ObjectID."""
        contact, account = self._node(CONTACT, contact_id), self._node(ACCOUNT, account_id)
        props = {
            "ContactID": contact.text("ContactID"),
            "AccountID": account.text("AccountID"),
            "ReverseMainIndicator": is_main,
        }
        return self._create(CONTACT_LINK, props, user)

    def edit(
        self, collection: str, object_id: str, props: dict[str, Any], user: str = DEFAULT_USER
    ) -> None:
        """Change properties of a row as a user.

        Dates are `YYYY-MM-DDT00:00:00` or `/Date(ms)/`, so that sentinels can be planted.

        Raises:
            ValueError: The service could not hold these values.
            LookupError: Unknown set or row.
        """
        entity = self._entity(collection)
        with self._translated(), self._tenant.unit_of_work():
            node = self._node(entity.name, object_id)
            values = _values(entity, props)
            self._tenant.editor.update(entity.name, node, values, self._as(user))

    def set_status(
        self, collection: str, object_id: str, status: str, user: str = DEFAULT_USER
    ) -> None:
        """Set the status (1 in preparation, 2 active, 3 blocked, 4 obsolete) as a user."""
        name = STATUS_PROPERTY[self._entity(collection).name]
        self.edit(collection, object_id, {name: status}, user)

    def remove(self, collection: str, object_id: str, user: str = DEFAULT_USER) -> None:
        """Remove a row physically, as a data-protection run does; no trace stays."""
        entity = self._entity(collection)
        with self._tenant.unit_of_work():
            node = self._node(entity.name, object_id)
            self._tenant.editor.remove(entity.name, node, self._as(user))

    def lock(self, object_id: str, user: str = DEFAULT_USER) -> None:
        """Let a user hold a contact, account or customer open: writes to it are refused."""
        with self._tenant.lock:
            self._tenant.locks[object_id] = user

    def unlock(self, object_id: str) -> None:
        """End `lock`."""
        with self._tenant.lock:
            self._tenant.locks.pop(object_id, None)

    def hide(self, object_ids: list[str]) -> None:
        """Take the authorisation for rows away: reads leave them out, keys answer 404."""
        with self._tenant.lock:
            self._tenant.hidden.update(object_ids)

    def unhide(self, object_ids: list[str] | None = None) -> None:
        """Give the authorisation back, for all rows if none are named."""
        with self._tenant.lock:
            given = set(self._tenant.hidden) if object_ids is None else set(object_ids)
            self._tenant.hidden -= given

    def get(self, collection: str, object_id: str) -> dict[str, Any] | None:
        """Return one row as `dump` shows it; None if there is none."""
        entity = self._entity(collection)
        with self._tenant.lock:
            node = self._tenant.world.get(table_of(entity.name), object_id)
            return None if node is None else self._show(entity, node)

    def dump(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the whole state: set -> ObjectID -> properties in their JSON form and `etag`."""
        with self._tenant.lock:
            return {
                entity.set_name: {
                    node.object_id: self._show(entity, node)
                    for node in sorted(
                        self._tenant.world.all(table_of(entity.name)),
                        key=lambda node: node.object_id,
                    )
                }
                for entity in self._tenant.facts.entities.values()
            }

    def counters(self) -> dict[str, dict[str, int]]:
        """Return `requests` (verb and set, parts of batches too) and `writes` (committed, API)."""
        with self._tenant.lock:
            return {
                "requests": dict(sorted(self._tenant.requests.items())),
                "writes": dict(sorted(self._tenant.writes.items())),
            }

    def reset_counters(self) -> None:
        """Set all counters to zero."""
        with self._tenant.lock:
            self._tenant.requests.clear()
            self._tenant.writes.clear()

    def set_switch(self, name: str, value: Any) -> None:  # noqa: ANN401 - bool, number, text or table
        """Turn a switch; see `switches.Switches`.

        Raises:
            ValueError: No such switch or value.
        """
        with self._tenant.lock:
            self._tenant.switches.set(name, value)

    def switches(self) -> dict[str, Any]:
        """Return all switches."""
        return self._tenant.switches.as_dict()

    def add_custom_field(  # noqa: PLR0913 - one flag per annotation
        self,
        entity: str,
        name: str,
        kind: str = "text",
        max_length: int | None = 40,
        *,
        is_creatable: bool = True,
        is_updatable: bool = True,
        is_filterable: bool = True,
    ) -> None:
        """Add a tenant's own field such as `Hobby_KUT` to an entity type.

        Args:
            entity: Name of the type, e.g. `Contact`.
            name: Name of the property.
            kind: text, guid, date, instant, flag or decimal.
            max_length: For texts.
            is_creatable: `sap:creatable`.
            is_updatable: `sap:updatable`.
            is_filterable: `sap:filterable`.
        """
        fact = PropertyFact(
            name,
            _KUT_KINDS[kind],
            max_length if kind == "text" else None,
            is_creatable=is_creatable,
            is_updatable=is_updatable,
            is_filterable=is_filterable,
        )
        with self._tenant.lock:
            self._tenant.facts.add_custom_field(entity, fact)

    def add_login(self, login: str, password: str, name: str) -> None:
        """Allow another user to call the API; `name` is what `ChangedBy` shows."""
        with self._tenant.lock:
            self._tenant.security.add_user(login, password, self._as(name))

    def catch_up(self) -> None:
        """End the lag of reads (`stale_reads`) after the writes so far."""
        with self._tenant.lock:
            self._tenant.catch_up()

    def drop_sessions(self) -> None:
        """Forget cookies, CSRF tokens and bearer tokens."""
        with self._tenant.lock:
            self._tenant.security.drop_sessions()

    def _create(self, entity: str, props: Mapping[str, Any], user: str) -> str:
        fact = self._tenant.facts.entities[entity]
        with self._translated(), self._tenant.unit_of_work():
            values = _values(fact, props)
            return self._tenant.editor.create(entity, values, self._as(user)).object_id

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except ODataError as error:
            raise ValueError(error.message) from None

    def _entity(self, collection: str) -> EntityFact:
        return self._tenant.facts.by_set[collection]

    def _node(self, entity: str, object_id: str) -> Node:
        node = self._tenant.world.get(table_of(entity), object_id)
        if node is None:
            raise LookupError(f"no {entity} {object_id}")
        return node

    def _show(self, entity: EntityFact, node: Node) -> dict[str, Any]:
        reader = Reader(self._tenant.facts, self._tenant.switches, self._tenant.world)
        row: dict[str, Any] = {
            name: reader.shown(fact, reader.value(entity, node, fact))
            for name, fact in entity.properties.items()
        }
        return row | {"etag": to_etag(reader.etag_ticks(entity.name, node))}

    def _as(self, name: str) -> User:
        if name not in self._users:
            self._users[name] = User(name, self._tenant.new_uuid())
        return self._users[name]


def _values(entity: EntityFact, props: Mapping[str, Any]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, raw in props.items():
        if name not in entity.properties:
            raise unknown_property(name)
        fact = entity.properties[name]
        values[name] = decode(fact, raw, "both", null_strings=True)
        if fact.max_length and len(str(values[name])) > fact.max_length:
            raise ODataError(f"{name} is longer than {fact.max_length}")
    return values
