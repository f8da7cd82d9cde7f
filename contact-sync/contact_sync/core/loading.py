"""Plain loading: which columns and keys a stream may have, and which record a key means.

Responsible for refusing what would be dropped or doubled before anything is written, and for
never taking one person for another (semantics of a first match). Reads and writes nothing.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from contact_sync.core.matching import Likeness, compare_names
from contact_sync.core.text import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: Columns that loaders and the SDK add; of these only `_sdc_deleted_at` is acted upon.
METADATA_PREFIX = "_sdc_"

#: What names of columns are made of. Anything else might be personal, and is not repeated.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,79}")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One property of a service.

    Attributes:
        name: Vendor name.
        is_creatable: A new record may be sent with it.
        is_updatable: It can be changed later.
        no_key_because: Why records cannot be looked up by it; empty if they can.
        is_email: Holds e-mail addresses, which are one in any case.
        is_identifier: It names the record, and is no trait that two people may share.
    """

    name: str
    is_creatable: bool = True
    is_updatable: bool = True
    no_key_because: str = ""
    is_email: bool = False
    is_identifier: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a service knows of one kind of record.

    Attributes:
        service: Its name, for messages.
        id_name: Property by which the service itself addresses a record.
        columns: Name -> property.
        own: Columns of our own taps that are no properties of the service.
        scope: Further key properties that say where a record is, not which one it is.
        first_name: Property of a person's first name; empty for companies.
        last_name: Property of the last name, or of a company's name.
        company: Property that names a company where a record may be one; empty if none may.
    """

    service: str
    id_name: str
    columns: Mapping[str, Column]
    own: frozenset[str] = frozenset()
    scope: frozenset[str] = frozenset()
    first_name: str = ""
    last_name: str = ""
    company: str = ""


#: First name, last name (or a company's name), company.
Names: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class StreamPlan:
    """How the records of one stream are loaded.

    Attributes:
        table: What the service knows.
        key: Columns by which a record without the service's id is looked up; empty: by none.
        allows_unknown: Whether columns that the service does not know are let go.
        notes: What is not written, one line each, to be said once.
    """

    table: Table
    key: tuple[Column, ...] = ()
    allows_unknown: bool = False
    notes: tuple[str, ...] = ()

    @property
    def compares_names(self) -> bool:
        """Whether a key is no proof of who it is: it is made of what two people may share."""
        return bool(self.table.last_name) and not any(column.is_identifier for column in self.key)

    def names_of(self, values: Mapping[str, object]) -> Names | None:
        """Return the names of a record, for `choose`; None if they do not matter."""
        if not self.compares_names:
            return None
        table = self.table
        first, last, company = (
            value.strip() if isinstance(value := values.get(name), str) else ""
            for name in (table.first_name, table.last_name, table.company)
        )
        return first, last, company

    def is_known(self, name: str) -> bool:
        """Whether a column of a record is one of the service, of our taps or of the SDK."""
        return _is_known(self.table, name)


class UnfitStreamError(ValueError):
    """A stream that cannot be loaded without dropping or doubling something; one line."""


def plan_stream(
    table: Table,
    stream: str,
    declared: Iterable[str],
    keys: Sequence[str],
    *,
    allows_unknown: bool = False,
) -> StreamPlan:
    """Decide how a stream is loaded, from its SCHEMA message.

    Args:
        table: What the service knows.
        stream: Its name, one of those that are loaded.
        declared: Names of its columns.
        keys: Its `key_properties`.
        allows_unknown: The setting `unknown_columns`.

    Raises:
        UnfitStreamError: It cannot be loaded; the text names the columns and the remedy.
    """
    declared = list(declared)
    unknown = [name for name in declared if not _is_known(table, name)]
    if unknown and not allows_unknown:
        raise UnfitStreamError(
            f"Stream {stream} has columns that {table.service} does not know: "
            f"{_listed(table, unknown)}. Correct or deselect them in the tap, or set "
            "`unknown_columns` to `ignore`; nothing was written."
        )
    key = _key_of(table, stream, declared, keys)
    return StreamPlan(
        table=table,
        key=key,
        allows_unknown=allows_unknown,
        notes=tuple(_notes(table, stream, declared, unknown)),
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like this one, in any case; empty if none is."""
    folded = {entry.casefold(): entry for entry in sorted(known)}
    found = difflib.get_close_matches(name.casefold(), list(folded))
    return folded[found[0]] if found else ""


def safe_name(name: object) -> str:
    """Return the name of a column for a message; one that might be anything is not repeated."""
    return name if isinstance(name, str) and _NAME.fullmatch(name) else "(unprintable name)"


def key_form(column: Column, value: object) -> str | None:
    """Return a value of a key for comparison; None if it is no text.

    Trimmed and composed (Unicode NFC), otherwise exact; e-mail addresses in any case. Of a list of
    e-mail addresses the first one counts.
    """
    text = key_text(column, value)
    if text is None:
        return None
    composed = unicodedata.normalize("NFC", text)
    return composed.casefold() if column.is_email else composed


def key_text(column: Column, value: object) -> str | None:
    """Return a value of a key as it was sent, trimmed; empty if there is none; None if no text."""
    if column.is_email and isinstance(value, list):
        addresses = [entry.get("address") for entry in value if isinstance(entry, dict)]
        if len(addresses) < len(value):
            return None
        value = next((address for address in addresses if address), "")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else None


# -- which record a key means ----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A record that bears the key.

    Attributes:
        remote_id: Its id.
        names: Its names; None if they do not matter.
        is_live: Whether it is not Obsolete.
    """

    remote_id: str
    names: Names | None = None
    is_live: bool = True


@dataclass(frozen=True)
class Found:
    """The record is this one."""

    remote_id: str


@dataclass(frozen=True)
class NotFound:
    """There is no such record yet."""


@dataclass(frozen=True)
class Doubtful:
    """It may be any of these; nothing is written.

    Attributes:
        remote_ids: The records, sorted.
        why: Which rule was broken.
    """

    remote_ids: tuple[str, ...]
    why: str


Choice: TypeAlias = Found | NotFound | Doubtful


def choose(names: Names | None, hits: Iterable[Hit], *, is_one_source: bool = False) -> Choice:
    """Choose among the records that bear the key of one that is to be loaded.

    Live records go before obsolete ones: those are left over from a person or company that was
    made anew. Names decide where the key is no proof (I47).

    Args:
        names: Of what is to be loaded; None if names do not matter.
        hits: Records with the same key.
        is_one_source: They are of the same stream and run: rows that repeat a key, where one of
            them may hold no names at all.
    """
    distinct = {hit.remote_id: hit for hit in hits}.values()
    for is_live in (True, False):
        verdicts = {
            hit.remote_id: _compared(names, hit.names, is_one_source=is_one_source)
            for hit in distinct
            if hit.is_live is is_live
        }
        choice = _choose(verdicts)
        if not isinstance(choice, NotFound):
            return choice
    return NotFound()


def _choose(verdicts: Mapping[str, Likeness]) -> Choice:
    same = sorted(one for one, likeness in verdicts.items() if likeness is Likeness.SAME)
    if len(same) == 1:
        return Found(same[0])
    if same:
        return Doubtful(tuple(same), "several records have its key")
    doubtful = sorted(one for one, likeness in verdicts.items() if likeness is Likeness.DOUBTFUL)
    if doubtful:
        return Doubtful(tuple(doubtful), "its key alone proves nobody, and the names do not agree")
    return NotFound()


def _compared(one: Names | None, other: Names | None, *, is_one_source: bool) -> Likeness:
    if one is None or other is None:
        return Likeness.SAME
    is_nameless = not any(one[:2]), not any(other[:2])
    if all(is_nameless):
        # Companies, and what has nothing but its key.
        is_same = comparable(one[2]) == comparable(other[2]) or is_one_source
        return Likeness.SAME if is_same else Likeness.DOUBTFUL
    if is_one_source and any(is_nameless):
        # Rows of one source and one key are one row, unless names deny it.
        return Likeness.SAME
    return compare_names(
        {"first_name": one[0], "last_name": one[1]}, {"first_name": other[0], "last_name": other[1]}
    )


# -- columns and keys ------------------------------------------------------------------------------


def _is_known(table: Table, name: str) -> bool:
    return (
        name in table.columns
        or name in table.own
        or name in table.scope
        or name == table.id_name
        or name.startswith(METADATA_PREFIX)
    )


def _listed(table: Table, names: Iterable[str]) -> str:
    shown = []
    for name in names:
        near = nearest(name, {*table.columns, table.id_name})
        shown.append(safe_name(name) + (f" (nearest: {near})" if near else ""))
    return ", ".join(shown)


def _key_of(
    table: Table, stream: str, declared: Sequence[str], keys: Sequence[str]
) -> tuple[Column, ...]:
    """Return the columns to look records up by; none if the service's own id is the key."""
    named = [name for name in dict.fromkeys(keys) if name not in table.scope]
    if table.id_name in named or (not keys and (not declared or table.id_name in declared)):
        return ()
    if not named:
        raise UnfitStreamError(
            f"Stream {stream} has no key_properties: loaded twice, it would create every record "
            f"twice. {_remedy(table)}"
        )
    refused = [
        f"{safe_name(name)} ({_why_no_key(table, name)})"
        for name in named
        if _why_no_key(table, name)
    ]
    if refused:
        raise UnfitStreamError(
            f"Stream {stream} has key_properties by which {table.service} cannot be searched: "
            f"{', '.join(refused)}. {_remedy(table)}"
        )
    return tuple(table.columns[name] for name in named)


def _why_no_key(table: Table, name: str) -> str:
    column = table.columns.get(name)
    if column is not None:
        return column.no_key_because
    near = nearest(name, {*table.columns, table.id_name})
    return "unknown" + (f", nearest: {near}" if near else "")


def _remedy(table: Table) -> str:
    scope = "".join(f"{name} and " for name in sorted(table.scope))
    return (
        f"Let the tap name {scope}{table.id_name}, or properties that can be looked up (see "
        "docs/loading.md; in Meltano: `table-key-properties`); nothing was written."
    )


def _notes(
    table: Table, stream: str, declared: Sequence[str], unknown: Sequence[str]
) -> Iterable[str]:
    columns = [table.columns[name] for name in declared if name in table.columns]
    fixed = [
        column.name
        for column in columns
        if not (column.is_creatable or column.is_updatable) and column.name != table.id_name
    ]
    once = [column.name for column in columns if column.is_creatable and not column.is_updatable]
    facts = [name for name in declared if name in table.own and name not in table.columns]
    for names, what in (
        (unknown, f"are unknown to {table.service} and not written (`unknown_columns`)"),
        (fixed, f"are set by {table.service} itself and not written"),
        (once, "are written with new records only"),
        (facts, "are facts of the tap and not written"),
    ):
        if names:
            shown = ", ".join(safe_name(name) for name in names)
            yield f"Stream {stream}: these columns {what}: {shown}"
