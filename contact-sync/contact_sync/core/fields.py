"""Field mapping: vendor records to canonical values and back.

Responsible for what a field is called, what counts as equal, and what cannot be written. Values
pass through; none is stored or logged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contact_sync.core import c4c_values, countries, display_names, graph_values, phones
from contact_sync.core.digest import digest
from contact_sync.core.field_table import FIELDS, Field, Kind
from contact_sync.core.model import Direction, FieldPolicy, RecordType, Side
from contact_sync.core.text import collapse, comparable
from contact_sync.core.websites import normalise as normalise_website

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contact_sync.core.states import StateList

__all__ = ["CUSTOM_GRAPH_PROPERTIES", "FIELDS", "Field", "FieldMap", "Kind", "Problem"]
__all__ += ["canonical_names"]

#: Graph properties that a custom field may use, if the record type does not map them already.
CUSTOM_GRAPH_PROPERTIES = (
    *("assistantName", "businessHomePage", "companyName", "department", "generation", "initials"),
    *("jobTitle", "manager", "middleName", "mobilePhone", "nickName", "officeLocation"),
    *("personalNotes", "profession", "spouseName", "title"),
    *("yomiCompanyName", "yomiGivenName", "yomiSurname"),
)

_UNMAPPED = {Kind.COUNTRY: "unmapped_country", Kind.STATE: "unmapped_state"}
_MISSING = {"last_name": "missing_last_name", "name": "missing_name"}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A value that cannot be sent to C4C.

    Attributes:
        code: `missing_last_name`, `missing_name`, `value_too_long`, `unmapped_country` or
            `unmapped_state`.
        field: Canonical name.
        is_blocking: Nothing of the record may be sent; otherwise only this field is left out.
    """

    code: str
    field: str
    is_blocking: bool


def canonical_names(record_type: RecordType) -> tuple[str, ...]:
    """Return the names of a record type's default fields, in table order."""
    return tuple(field.name for field in FIELDS if record_type in field.c4c)


class FieldMap:
    """Field mapping of one record type.

    Attributes:
        record_type: The type.
        names: Canonical names in table order, custom ones last; fields switched off left out.
    """

    def __init__(
        self,
        record_type: RecordType,
        *,
        region: str | None = None,
        custom: Mapping[str, tuple[str, str]] | None = None,
        directions: Mapping[str, FieldPolicy] | None = None,
        states: StateList | None = None,
    ) -> None:
        """Build the mapping.

        Args:
            record_type: The type.
            region: ISO country that phone numbers without a country code belong to.
            custom: Canonical name -> (Graph property, C4C property); text on both sides.
            directions: Canonical name -> policy; fields not named have their default direction.
            states: The tenant's states; without them no text means a code, and no code a text.

        Raises:
            ValueError: A custom field uses a name or property that is mapped already, or a Graph
                property that is not in `CUSTOM_GRAPH_PROPERTIES`.
        """
        self.record_type = record_type
        self._region = region
        self._states = states
        self._directions = directions or {}
        every = [field for field in FIELDS if record_type in field.c4c]
        for name, (graph, c4c) in (custom or {}).items():
            every.append(_custom_field(name, graph, c4c, record_type, every))
        self._fields = {
            field.name: field for field in every if self._direction(field) is not Direction.OFF
        }
        self.names: tuple[str, ...] = tuple(self._fields)

    def default_direction(self, name: str) -> Direction:
        """Return the direction of a field that the settings do not name."""
        return self._fields[name].default_direction(self.record_type)

    def direction(self, name: str) -> Direction:
        """Return the direction of a field: the settings', else the default one."""
        return self._direction(self._fields[name])

    def from_graph(self, contact: Mapping[str, object]) -> dict[str, str]:
        """Return canonical values of a Graph contact, '' for blank.

        A field whose property the contact does not carry at all is left out: not selected is not
        the same as emptied. Countries stay as typed; states become codes where they can be mapped.
        """
        read = {
            name: graph_values.read(field, contact, self._states)
            for name, field in self._fields.items()
        }
        return {name: value for name, value in read.items() if value is not None}

    def from_c4c(self, record: Mapping[str, object]) -> dict[str, str]:
        """Return canonical values of a C4C record, '' for blank.

        As in `from_graph`, fields that the record does not carry are left out.
        """
        read = {
            name: c4c_values.read(field, self.record_type, record)
            for name, field in self._fields.items()
        }
        return {name: value for name, value in read.items() if value is not None}

    def to_graph(
        self, values: Mapping[str, str], live: Mapping[str, object] | None = None
    ) -> dict[str, object]:
        """Return the Graph properties that give a contact these values.

        Blank: null for scalars, `[]` for lists, `{}` for an address. Values that the live contact
        shows already, spelling aside, are left out. The first e-mail address or phone is not
        removed while others follow it (see `graph_values`).

        Args:
            values: Canonical values; only these fields are written.
            live: The contact as it is, whose unmapped list entries and address members are kept;
                None for a contact that is to be created.
        """
        shown = {} if live is None else self.normalised(self.from_graph(live))
        written: dict[str, object] = {}
        for name, field in self._fields.items():
            if name not in values or shown.get(name) == self.normalise(name, values[name]):
                continue
            root = graph_values.root_property(field)
            text: str | None = values[name]
            if field.kind is Kind.STATE:
                text = graph_values.shown_state(values[name], self._states)
            if text is None:
                # No words for the code: what Outlook shows is left alone.
                continue
            value = graph_values.write(field, text, live or {}, written)
            is_kept = live is not None and root in live and live[root] == value
            if not is_kept:
                written[root] = value
        written.update(self._display_names(values, written, live))
        return written

    def to_c4c(self, values: Mapping[str, str]) -> dict[str, object]:
        """Return the C4C properties for these values; blank strings are "", a blank date None.

        Left out: the company (read-only) and every value that `problems` objects to. A state is
        written only if `from_graph` made a code of it; beside a new country it is emptied.
        """
        written: dict[str, object] = {}
        for name, field in self._fields.items():
            if name in values and field.kind is not Kind.COMPANY:
                properties = c4c_values.write(field, self.record_type, values, self._region)
                is_state = properties is None and field.kind is Kind.STATE
                country = values.get("country")
                if is_state and (country == "" or (country and countries.country_code(country))):
                    # Whatever code stands there belongs to another country.
                    properties = {field.c4c[self.record_type][0]: ""}
                written.update(properties or {})
        return written

    def normalise(self, name: str, value: str) -> str:
        """Return what equal values of a field have in common; applying it twice changes nothing.

        The result is for comparing and digests only, never for writing.
        """
        match self._fields[name].kind:
            case Kind.EMAIL | Kind.STATE:
                return comparable(value)
            case Kind.PHONE:
                return phones.normalise(value, self._region)
            case Kind.COUNTRY:
                return countries.country_code(value) or comparable(value)
            case Kind.URL:
                return normalise_website(value)
            case _:
                return collapse(value)

    def normalised(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return every mapped value normalised."""
        return {name: self.normalise(name, values[name]) for name in self.names if name in values}

    def digests(self, key: bytes, values: Mapping[str, str]) -> dict[str, str]:
        """Return canonical name -> keyed digest (32 hex digits) of the normalised value."""
        return {name: digest(key, name, value) for name, value in self.normalised(values).items()}

    def problems(self, values: Mapping[str, str], *, is_create: bool) -> list[Problem]:
        """Return what keeps these values from being sent to C4C, in table order.

        Fields that do not travel to C4C have no problems, except that a required one is required.

        Args:
            values: The values of the record. A missing required field is a problem of a create, a
                blank one always.
            is_create: Whether the record is to be created.
        """
        problems = (
            self._problem(field, values, is_create=is_create) for field in self._fields.values()
        )
        return [problem for problem in problems if problem is not None]

    def _problem(
        self, field: Field, values: Mapping[str, str], *, is_create: bool
    ) -> Problem | None:
        is_required = self.record_type in field.required
        is_blank = not values[field.name].strip() if field.name in values else is_create
        if is_required and is_blank:
            return Problem(code=_MISSING[field.name], field=field.name, is_blocking=True)
        travels = field.kind is not Kind.COMPANY and self._direction(field).reaches(Side.C4C)
        if field.name not in values or not travels:
            return None
        if c4c_values.write(field, self.record_type, values, self._region) is not None:
            return None
        code = _UNMAPPED.get(field.kind, "value_too_long")
        return Problem(code=code, field=field.name, is_blocking=is_required and is_create)

    def _direction(self, field: Field) -> Direction:
        policy = self._directions.get(field.name)
        return field.default_direction(self.record_type) if policy is None else policy.direction

    def _display_names(
        self,
        values: Mapping[str, str],
        written: Mapping[str, object],
        live: Mapping[str, object] | None,
    ) -> dict[str, object]:
        """Return the names that Outlook shows and sorts by in its lists.

        An account's follow its company name. A new person gets first ones: Graph may leave the
        file-as empty. Later both are the user's and the server's business (it derives the display
        name when a name changes); a display name that is not a derived one is sent along with every
        update, which is the documented way to keep it (I19).
        """
        if self.record_type is RecordType.ACCOUNT:
            name = written.get("companyName")
            return {"displayName": name, "fileAs": name} if name else {}
        if live is not None:
            shown = live.get("displayName")
            is_kept = written and shown and not display_names.is_derived(live)
            return {"displayName": shown} if is_kept else {}
        first, last = (collapse(values.get(name, "")) for name in ("first_name", "last_name"))
        return display_names.of_person(first, last)


def _custom_field(
    name: str, graph: str, c4c: str, record_type: RecordType, others: Iterable[Field]
) -> Field:
    if graph not in CUSTOM_GRAPH_PROPERTIES:
        raise ValueError(f"Custom field {name!r}: Graph property {graph!r} cannot be mapped.")
    for other in others:
        mapped = {other.name, graph_values.root_property(other), *other.c4c[record_type]}
        taken = sorted(mapped & {name, graph, c4c})
        if taken:
            raise ValueError(f"Custom field {name!r}: {taken[0]!r} is mapped already.")
    properties = {record_type: (c4c,)}
    return Field(name=name, kind=Kind.TEXT, graph=graph, c4c=properties)
