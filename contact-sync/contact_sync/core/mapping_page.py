"""The table of `docs/mapping.md`, printed from the field table so that it cannot go stale.

To renew it, put the output of
`python -c "from contact_sync.core.mapping_page import table; print(table())"` into the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contact_sync.core.field_table import FIELDS, Field
from contact_sync.core.model import Direction, RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable

_TITLES = {
    RecordType.CONTACT: "Contact",
    RecordType.ACCOUNT: "CorporateAccount",
    RecordType.INDIVIDUAL_CUSTOMER: "IndividualCustomer",
}


def table() -> str:
    """Return the table as Markdown; an asterisk marks required fields."""
    head = ("field", "kind", "Graph contact", *_TITLES.values(), "longest", "direction")
    return "\n".join(map(_line, (head, ("---",) * len(head), *map(_row, FIELDS))))


def _row(field: Field) -> Iterable[str]:
    c4c = [_properties(field, record_type) for record_type in _TITLES]
    longest = ", ".join(map(str, field.max_lengths))
    return (field.name, field.kind.value, f"`{field.graph}`", *c4c, longest, _directions(field))


def _properties(field: Field, record_type: RecordType) -> str:
    names = ", ".join(f"`{name}`" for name in field.c4c.get(record_type, ()))
    return f"{names} \\*" if record_type in field.required else names


def _directions(field: Field) -> str:
    special = [f"{kind.value}: {direction.value}" for kind, direction in field.directions.items()]
    usual = [Direction.BOTH.value] if len(special) < len(field.c4c) else []
    return "; ".join(usual + special)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
