"""What the service accepts in the body of a write.

Sources: SAP's archived developer guide (framework rules on properties) and `$metadata`.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from emulators.c4c import codes
from emulators.c4c.exceptions import ODataError, unknown_property
from emulators.c4c.facts import NUMBER_PROPERTY, STATUS_PROPERTY, EntityFact, Kind, PropertyFact
from emulators.c4c.values import Value, blank, decode, show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emulators.c4c.switches import Switches

IN_PREPARATION = "1"
OBSOLETE = "4"
_CREATABLE_STATUSES = ("1", "2")
_CALLER_CHOSEN = frozenset({"UUID", *NUMBER_PROPERTY.values()})


class Mode(Enum):
    """Which kind of write a body belongs to."""

    CREATE = "POST"
    UPDATE = "PATCH"
    REPLACE = "PUT"


class InputRules:
    """Checks bodies of one tenant."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    def clean(
        self,
        entity: EntityFact,
        body: Mapping[str, Any],
        mode: Mode,
        current: Callable[[PropertyFact], Value],
    ) -> dict[str, Value]:
        """Return the values to store.

        Args:
            entity: Type of the row.
            body: JSON object without navigations.
            mode: Kind of write.
            current: Present value of a property; blank for a row that is created.

        Raises:
            ODataError: Something in the body is not allowed.
        """
        values: dict[str, Value] = {}
        for name, raw in body.items():
            fact = entity.properties.get(name)
            if fact is None:
                raise unknown_property(name)
            if self._is_ignored(fact, raw, mode, current):
                continue
            values[name] = self._value(fact, raw)
        if mode is Mode.REPLACE:
            values = {**_blanks(entity), **values}
        self._check_mandatory(entity, values, mode)
        self._check_codes(entity, values, current)
        self._check_status(entity, values, mode, current)
        if mode is Mode.CREATE:
            self._check_numbers(entity, values)
        return values

    def _is_ignored(
        self, fact: PropertyFact, raw: object, mode: Mode, current: Callable[[PropertyFact], Value]
    ) -> bool:
        if mode is Mode.CREATE:
            if not fact.is_creatable and not fact.is_mandatory:
                raise ODataError(f"Property '{fact.name}' is not creatable")
            return not fact.is_creatable
        if fact.is_updatable:
            return False
        if fact.name != "ETag" and not fact.text_of and raw != show(fact, current(fact)):
            raise ODataError(f"Property '{fact.name}' is not updatable")
        return True

    def _value(self, fact: PropertyFact, raw: object) -> Value:
        value = decode(
            fact, raw, self._switches.date_input, null_strings=self._switches.null_strings
        )
        if isinstance(value, str) and fact.max_length and len(value) > fact.max_length:
            if self._switches.overlength == "reject":
                raise ODataError(
                    f"Value of property '{fact.name}' exceeds length {fact.max_length}"
                )
            return value[: fact.max_length]
        return value

    def _check_mandatory(self, entity: EntityFact, values: Mapping[str, Value], mode: Mode) -> None:
        for fact in entity.properties.values():
            if not (fact.is_mandatory and fact.is_creatable):
                continue
            is_missing = fact.name not in values and mode is not Mode.UPDATE
            if is_missing or not values.get(fact.name, " "):
                raise ODataError(f"Property '{fact.name}' is mandatory")

    def _check_codes(
        self,
        entity: EntityFact,
        values: Mapping[str, Value],
        current: Callable[[PropertyFact], Value],
    ) -> None:
        def after(name: str) -> str:
            value = values[name] if name in values else current(entity.properties[name])
            return str(value or "")

        for fact in entity.properties.values():
            context = fact.code_context or ""
            if not fact.code_set or not {fact.name, context} & values.keys():
                continue
            code, place = after(fact.name), after(context) if context else ""
            if context and code and not place:
                raise ODataError(f"Property '{fact.name}' requires '{context}'")
            if self._switches.check_codes and not codes.is_known(fact, code, place):
                raise ODataError(f"Value of property '{fact.name}' is not in its code list")

    def _check_status(
        self,
        entity: EntityFact,
        values: Mapping[str, Value],
        mode: Mode,
        current: Callable[[PropertyFact], Value],
    ) -> None:
        name = STATUS_PROPERTY.get(entity.name)
        if name is None:
            return
        before = current(entity.properties[name])
        after = values.get(name, before)
        if mode is Mode.CREATE:
            if values.get(name, IN_PREPARATION) not in _CREATABLE_STATUSES:
                raise ODataError(f"Status {after} is not allowed for a new object", code="ERROR")
        elif after != before:
            if after not in self._switches.status_transitions.get(str(before), ()):
                raise ODataError(f"Status change from {before} to {after} is not allowed")
        elif before == OBSOLETE and self._switches.obsolete_read_only:
            raise ODataError("Object is obsolete and cannot be changed", code="ERROR")

    def _check_numbers(self, entity: EntityFact, values: Mapping[str, Value]) -> None:
        is_root = entity.parent is None
        chosen = _CALLER_CHOSEN & values.keys() - {"AccountID" if entity.name == "Contact" else ""}
        if is_root and chosen and self._switches.external_numbers == "reject":
            raise ODataError(f"External number assignment is not allowed: {min(chosen)}")


def _blanks(entity: EntityFact) -> dict[str, Value]:
    status = STATUS_PROPERTY.get(entity.name)
    return {
        fact.name: blank(fact.kind)
        for fact in entity.properties.values()
        if fact.is_updatable and fact.name != status and not _is_computed(fact)
    }


def _is_computed(fact: PropertyFact) -> bool:
    # Replaced through the property they stand for, and mandatory ones must be given.
    return fact.is_mandatory or (fact.kind is Kind.GUID)
