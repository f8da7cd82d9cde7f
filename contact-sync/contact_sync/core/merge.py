"""Three-way merge per field, on digests: what is written, what is agreed, who lost.

Responsible for section 4 of the rules (edits on both sides) and for the first match of two
existing records. Never sees a value: callers pass digests and the set of blank fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contact_sync.core.model import Side, Winner

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from contact_sync.core.model import TypePolicy


def edited_fields(base: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields whose digest is not the base's; an unknown base counts as edited."""
    return tuple(sorted(name for name, digest in now.items() if base.get(name) != digest))


def echoes(sent: Iterable[Mapping[str, str]], live: Mapping[str, str]) -> dict[str, str]:
    """Return the digests by which a record shows what we wrote ourselves (I13).

    Args:
        sent: Digests of what was sent in updates whose outcome nobody noted, per update.
        live: Digests of the record as just read. A value that is not what was sent is not ours:
            the update never arrived, or somebody has edited the field since.
    """
    return {
        name: digest
        for written in sent
        for name, digest in written.items()
        if live.get(name) == digest
    }


@dataclass(frozen=True)
class Edits:
    """The edited fields of one side, by what may happen to them.

    Attributes:
        forward: Written to the other side.
        restore: May not be written there; the other side's value comes back over the edit.
        settle: Neither way is allowed, or nothing is known on both sides but one is blank:
            the digests become the base as they are.
        unknown: No base on either side (new field, lost digest key): a first match is due.
    """

    forward: tuple[str, ...] = ()
    restore: tuple[str, ...] = ()
    settle: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def sort_edits(
    side: Side,
    now: Mapping[str, str],
    base: Mapping[str, str],
    other_base: Mapping[str, str],
    policy: TypePolicy,
) -> Edits:
    """Sort the edits of `side` by the arrows of the type and of each field (I17)."""
    other = Side.C4C if side is Side.EXCHANGE else Side.EXCHANGE
    forward: list[str] = []
    restore: list[str] = []
    settle: list[str] = []
    unknown: list[str] = []
    for name in edited_fields(base, now):
        if name not in base and name not in other_base:
            unknown.append(name)
        elif policy.may_write(other, name):
            forward.append(name)
        elif policy.may_write(side, name):
            restore.append(name)
        else:
            settle.append(name)
    return Edits(tuple(forward), tuple(restore), tuple(settle), tuple(unknown))


@dataclass(frozen=True)
class Merge:
    """Outcome of merging an update into a record that may have moved on.

    Attributes:
        write: Fields to write: untouched there, or the conflict was won.
        agreed: Fields that already have the wanted value.
        lost: Conflicts lost; the other side's value stays and travels back by its own stage.
        conflicts: All fields that both sides edited differently, for the issue.
    """

    write: tuple[str, ...]
    agreed: tuple[str, ...]
    lost: tuple[str, ...]
    conflicts: tuple[str, ...]


def merge_update(  # noqa: PLR0913 - one argument per column of the rule
    fields: Iterable[str],
    *,
    source: Mapping[str, str],
    base: Mapping[str, str],
    live: Mapping[str, str],
    source_side: Side,
    on_conflict: Mapping[str, Winner],
    exchange_is_newer: bool,
) -> Merge:
    """Merge `fields` of `source` into the live record of the other side.

    Args:
        fields: Fields edited on the source side.
        source: Digests of the values to be written.
        base: Base digests of the record that is written to.
        live: Digests of its values as just read.
        source_side: Where the edit came from.
        on_conflict: Winner per field; a missing field means C4C.
        exchange_is_newer: For `newest`: see `newest.is_exchange_newer`.
    """
    write: list[str] = []
    agreed: list[str] = []
    lost: list[str] = []
    conflicts: list[str] = []
    for name in sorted(fields):
        if live.get(name) == source.get(name):
            agreed.append(name)
        elif live.get(name) == base.get(name):
            write.append(name)
        else:
            conflicts.append(name)
            exchange_wins = _exchange_wins(on_conflict.get(name), is_newer=exchange_is_newer)
            won = exchange_wins is (source_side is Side.EXCHANGE)
            (write if won else lost).append(name)
    return Merge(tuple(write), tuple(agreed), tuple(lost), tuple(conflicts))


@dataclass(frozen=True)
class FirstMerge:
    """Outcome of the first match of two existing records, per field.

    Attributes:
        to_c4c: The Exchange value is written to C4C.
        to_exchange: The C4C value is owed to Exchange.
        settled: Equal, or both keep what they have.
        conflicts: Different values on both sides.
        overridden: Edited on one side, and the other side's value is written over the edit: the
            field does not travel that way.
    """

    to_c4c: tuple[str, ...]
    to_exchange: tuple[str, ...]
    settled: tuple[str, ...]
    conflicts: tuple[str, ...]
    overridden: tuple[str, ...] = ()


def never_filled(
    values: Mapping[str, str], names: Iterable[str], base: Mapping[str, str]
) -> set[str]:
    """Return those of `names` that are blank and that nobody has emptied: there is no base."""
    return {name for name in names if not values.get(name) and name not in base}


def merge_first(  # noqa: PLR0913 - one argument per column of the rule
    fields: Iterable[str],
    *,
    exchange: Mapping[str, str],
    c4c: Mapping[str, str],
    blank_exchange: Collection[str],
    blank_c4c: Collection[str],
    may_write_c4c: Collection[str],
    may_write_exchange: Collection[str],
    on_conflict: Mapping[str, Winner],
    exchange_is_newer: bool,
    untouched_exchange: Collection[str] = (),
    untouched_c4c: Collection[str] = (),
) -> FirstMerge:
    """Merge two records that meet for the first time: a blank never overwrites a value.

    A pair that meets again has bases: fields untouched on a side take the other side's value, and
    a field that was emptied counts as edited (see `never_filled`).
    """
    to_c4c: list[str] = []
    to_exchange: list[str] = []
    settled: list[str] = []
    conflicts: list[str] = []
    overridden: list[str] = []
    for name in sorted(fields):
        up, down = name in may_write_c4c, name in may_write_exchange
        is_same = name in untouched_exchange, name in untouched_c4c
        if exchange.get(name) == c4c.get(name) or all(is_same):
            settled.append(name)
        elif any(is_same):
            rises = up and (is_same[1] or not down)
            (to_c4c if rises else to_exchange if down else settled).append(name)
            if is_same[0] if rises else is_same[1] and down:
                overridden.append(name)
        elif name in blank_exchange:
            (to_exchange if down else settled).append(name)
        elif name in blank_c4c:
            (to_c4c if up else settled).append(name)
        else:
            conflicts.append(name)
            exchange_wins = _exchange_wins(on_conflict.get(name), is_newer=exchange_is_newer)
            # A one-way field has only one way to agree, whoever would win.
            if up and (exchange_wins or not down):
                to_c4c.append(name)
            elif down:
                to_exchange.append(name)
            else:
                settled.append(name)
    return FirstMerge(
        tuple(to_c4c), tuple(to_exchange), tuple(settled), tuple(conflicts), tuple(overridden)
    )


def _exchange_wins(winner: Winner | None, *, is_newer: bool) -> bool:
    return is_newer if winner is Winner.NEWEST else winner is Winner.EXCHANGE
