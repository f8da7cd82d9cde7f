"""Histories from one seed, without a search: for sessions that are dear and faults that are rare.

Responsible for a history from its seed to its verdict. Users, faults, kills and the oracle are
those of the state machine; a history that fails is told as the list of its steps.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from histories.faults import MENU, NAMES
from histories.ledger import CANARY, KINDS
from histories.machine import SyncMachine
from histories.meltano_sessions import MeltanoSessions

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Days of a history; each ends with a session that has something of everything to write.
_DAYS = 2
_KILL_CHANCE = 0.6
_KILLS = [name for name in NAMES if name not in MENU]

#: Steps that a script draws from, with the names of their arguments.
ACTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("outlook_creates", ("kind", "is_routed", "where")),
    ("outlook_edits", ("pick", "name")),
    ("outlook_deletes", ("pick",)),
    ("outlook_moves_out", ("pick",)),
    ("outlook_drags", ("pick", "kind")),
    ("outlook_copies", ("pick",)),
    ("outlook_restores", ("pick",)),
    ("c4c_creates", ("kind",)),
    ("c4c_edits", ("pick", "name")),
    ("both_edit_alike", ("pick", "name")),
    ("c4c_ends", ("pick", "is_removed")),
    ("c4c_revives", ("pick",)),
    ("delta_tokens_expire", ()),
    ("singer_state_is_lost", ("tap",)),
)


class MeltanoMachine(SyncMachine):
    """A history whose sessions are real `meltano run sync`."""

    sessions = MeltanoSessions

    @override
    def _assert_private(self) -> None:
        super()._assert_private()
        assert isinstance(self._world, MeltanoSessions)
        found = self._world.project.files_with(CANARY)
        assert not found, f"I37 personal data in {found}"


@dataclass(frozen=True)
class Played:
    """A history that came to its end.

    Attributes:
        steps: What happened, as calls of the machine.
        violation: What did not hold; empty if all went well.
    """

    steps: tuple[str, ...]
    violation: str


def play(
    seed: int,
    machine: type[SyncMachine],
    fault: str | None = None,
    population: int | None = None,
    switch: tuple[str, str, Any] | None = None,
) -> Played:
    """Play the history of a seed.

    Args:
        seed: Which one.
        machine: How its sessions run.
        fault: It alone goes wrong; None: some, by chance.
        population: How many records there are at the beginning; None: a few.
        switch: Service, name and value of the switch that is turned, if any.
    """
    rng = random.Random(f"{seed}/{fault or ''}")
    steps: list[str] = []
    history = machine()
    try:
        for name, arguments in _script(rng, fault, population, switch):
            steps.append(f"{name}({', '.join(f'{k}={v!r}' for k, v in arguments.items())})")
            getattr(history, name)(**arguments)
        history._assert_private()
    except AssertionError as violation:
        return Played(tuple(steps), f"{violation}\n{violation.__cause__ or ''}")
    finally:
        history._stack.close()
    return Played(tuple(steps), "")


def _script(
    rng: random.Random,
    fault: str | None,
    population: int | None,
    switch: tuple[str, str, Any] | None,
) -> Iterator[tuple[str, dict[str, Any]]]:
    yield (
        "begin",
        {
            "read_only": rng.choice(((), (), ("contact",))) if fault is None else (),
            "own": own(rng),
            "has_view": rng.random() < 0.3,
            "boxes": 1,
            "switches": [] if switch is None else [switch],
            "population": population or rng.randint(2, 5),
            "palette": [fault] if fault is not None else _palette(rng),
            "chosen": _faults(rng, fault),
        },
    )
    for _ in range(_DAYS):
        for _ in range(rng.randint(1, 4)):
            name, names = rng.choice(ACTS)
            yield name, {one: argument(rng, one) for one in names}
        yield "a_busy_day", {"pick": rng.randrange(998)}
        yield "session", {"chosen": _faults(rng, fault)}
        yield "rest", {}


def _palette(rng: random.Random) -> list[str]:
    chosen = rng.sample(sorted(MENU), 5)
    return [*chosen, rng.choice(_KILLS)] if rng.random() < _KILL_CHANCE else chosen


def _faults(rng: random.Random, fault: str | None) -> list[tuple[int, int]]:
    if fault is not None:
        return [(0, 1)]
    return [(rng.randrange(998), rng.randint(1, 3)) for _ in range(3)]


def own(rng: random.Random) -> dict[str, dict[str, str]]:
    """Draw what the mapper is told about each type."""
    return {kind: {"on_conflict": rng.choice(("c4c", "exchange", "newest"))} for kind in KINDS}


def argument(rng: random.Random, name: str) -> object:
    """Draw an argument of a step."""
    match name:
        case "kind":
            return rng.choice(KINDS)
        case "tap":
            return rng.choice(("tap-exchange-contacts", "tap-c4c"))
        case "is_routed" | "is_removed":
            return rng.random() < 0.5
        case _:
            return rng.randrange(998)
