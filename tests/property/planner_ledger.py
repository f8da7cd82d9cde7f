"""What users did, in order, and what a session could know of it.

Responsible for the oracle's memory: it is written by the player alone, never by the product.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contact_sync.core.model import Side
    from property.planner_world import World

#: Stands for every field: the item or record came, went or changed its place as a whole.
WHOLE = "*"


@dataclass(frozen=True, slots=True)
class Deed:
    """One act of a user.

    Attributes:
        side: Where.
        what: edit / create / delete / move / restore / view / status / mark.
        key: Soul of the item, or ObjectID.
        field: Canonical field of an edit; `WHOLE` for anything else.
        value: What was typed.
        seq: Place in the order of all deeds and reads.
    """

    side: Side
    what: str
    key: str
    field: str
    value: str
    seq: int


@dataclass
class Ledger:
    """Deeds, and the times at which sessions read and had written.

    Attributes:
        arrivals: Side -> (read at, written to the other side at) of every stage, in order.
    """

    deeds: list[Deed] = field(default_factory=list)
    arrivals: dict[Side, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    same: set[tuple[str, str]] = field(default_factory=set)
    seq: int = 0

    def next(self) -> int:
        self.seq += 1
        return self.seq

    def note(self, side: Side, what: str, key: str, name: str = WHOLE, value: str = "") -> None:
        self.deeds.append(Deed(side, what, key, name, value, self.next()))

    def of(self, keys: Iterable[str]) -> Iterator[Deed]:
        """Yield the deeds on any of these items and records, in order."""
        wanted = set(keys)
        return (deed for deed in self.deeds if deed.key in wanted)

    def arrived(self, deed: Deed) -> int | None:
        """Return from when on the other side shows a deed; None: it never got there."""
        for read_at, written_at in self.arrivals[deed.side]:
            if read_at > deed.seq:
                return written_at
        return None

    def is_concurrent(self, one: Deed, other: Deed) -> bool:
        """Whether neither user could have seen what the other did."""
        first, second = sorted((one, other), key=lambda deed: deed.seq)
        arrived = self.arrived(first)
        return arrived is None or arrived > second.seq


def track(world: World, ledger: Ledger) -> None:
    """Let a world tell a ledger when its sessions read and write."""
    read_at: dict[Side, int] = {}

    def read(side: Side) -> None:
        read_at[side] = ledger.next()

    def written(side: Side) -> None:
        ledger.arrivals[side].append((read_at[side], ledger.next()))

    world.on_read, world.on_written = read, written


class Groups:
    """Items and records that belong together: every pair that a link ever held."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._group: dict[str, set[str]] = {}
        for one, other in pairs:
            merged = self.of(one) | self.of(other)
            for key in merged:
                self._group[key] = merged

    def of(self, key: str) -> set[str]:
        """Return all keys of a group, the given one included."""
        return self._group.get(key, {key})
