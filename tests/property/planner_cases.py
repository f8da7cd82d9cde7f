"""Plays cases: a world, what users do in it, sessions until it is at rest, and the verdict.

`run_cases` is the door for long runs; a failing case is replayed by its seed alone.
"""

from __future__ import annotations

import gc
import random
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from contact_sync.core.model import Side
from property.planner_edits import Edits
from property.planner_fields import tiny_contracts
from property.planner_histories import choose_config, light_config
from property.planner_ledger import track
from property.planner_operator import Operator
from property.planner_player import Player
from property.planner_referee import Referee
from property.planner_world import MOMENTS, World

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

#: I26: after the last act of a user, so many sessions may still write.
SESSIONS_TO_REST = 2

#: Sessions after which a world that still writes is given up.
_GIVE_UP = 5

#: Share of cases with one type, a pair or two, and one round of acts on both sides.
_LIGHT = 0.97

#: Pairs of each type: the guard needs a few, to tell some from all.
_PAIRS = (1, 1, 2, 2, 3, 5)
_LIGHT_PAIRS = (1, 1, 1, 1, 2)

#: Seeded anew for every step, and for every case that is played: all may share them, as others
#: are slow to make.
_LUCK = random.Random(0)
_ORDER = random.Random(0)

#: Cases between two looks for garbage; a world that is taken apart leaves none.
_CASES_PER_COLLECTION = 10_000


@dataclass
class PlannerReport:
    """What a run of cases found.

    Attributes:
        cases: How many worlds were played.
        light: How many of them were light ones.
        steps: How many acts of users.
        sessions: How many sessions.
        writes: How many writes of the engine.
        to_rest: Sessions that wrote or changed the store after the last act -> how often.
        violations: (seed of the case, text).
    """

    cases: int = 0
    light: int = 0
    steps: int = 0
    sessions: int = 0
    writes: int = 0
    to_rest: Counter[int] = field(default_factory=Counter)
    violations: list[tuple[int, str]] = field(default_factory=list)

    def add(self, case: Case) -> None:
        """Add a case that was played."""
        self.cases += 1
        self.light += case.is_light
        self.steps += case.steps
        self.sessions += case.world.sessions
        self.writes += case.referee.total
        self.to_rest.update(case.rests)
        self.violations += [(case.seed, text) for text in case.violations]


class Case:
    """One world from its seed to its rest.

    Args:
        seed: Decides about the world, its settings and its users.
        order: Decides about the order of listings and operations alone.
        without: Numbers of steps that are left out; the others stay as they are.

    Attributes:
        is_light: One type, a pair or two, one round of acts on both sides.
        steps: How many acts of users were played.
        planned: How many there were to play.
        rests: Sessions that every round needed.
        on_step: Told the number and the name of every step that was played.
    """

    def __init__(self, seed: int, *, order: int = 0, without: Collection[int] = ()) -> None:
        self.seed = seed
        self._rng = random.Random(seed)
        self.is_light = self._rng.random() < _LIGHT
        self.config = (light_config if self.is_light else choose_config)(self._rng)
        self.world = World(self.config, _ORDER)
        self._order = seed << 8 | order
        self.player = Player(self.world, _LUCK)
        self.operator = Operator(self.world, self.player.ledger, _LUCK)
        self.referee = Referee(self.world, self.player.ledger)
        self.rests: list[int] = []
        self.steps = 0
        self.planned = 0
        self.on_step: Callable[[int, str], None] = lambda *_: None
        self._without = without
        track(self.world, self.player.ledger)

    @property
    def violations(self) -> list[str]:
        return self.referee.violations

    def play(self) -> None:
        """Play all rounds."""
        _ORDER.seed(self._order)
        self.player.populate(self._luck(), _LIGHT_PAIRS if self.is_light else _PAIRS)
        if self.is_light:
            sides = [Side.EXCHANGE, Side.C4C]
            self._rng.shuffle(sides)
            for side in sides:
                self._act(self._rng.choice((1, 1, 1, 1, 2)), side)
            self._settle({})
            return
        for number in range(self._rng.choice((1, 1, 1, 2, 2, 3))):
            if number:
                self._operate()
            self._act(self._rng.choice((1, 1, 2, 2, 3, 4, 6)))
            self._settle(self._meanwhile())

    def _luck(self) -> int:
        return self._rng.getrandbits(32)

    def _act(self, count: int, side: Side | None = None) -> None:
        for _ in range(count):
            self._play(partial(self.player.step, side=side), self._luck())

    def _operate(self) -> None:
        """Let the operator look at the holds and, now and then, at the settings."""
        steps = [self.operator.decide_holds]
        if self._rng.random() < 0.15:
            steps.append(self.operator.change_settings)
        for step in steps:
            self._play(step, self._luck())

    def _play(self, step: Callable[[int], str], luck: int) -> None:
        number = self.planned
        self.planned += 1
        if number not in self._without:
            self.steps += 1
            self.on_step(number, step(luck))

    def _meanwhile(self) -> dict[str, Callable[[], None]]:
        chosen = [moment for moment in MOMENTS if self._rng.random() < 0.12]
        return {moment: lambda: self._act(self._rng.choice((1, 1, 2))) for moment in chosen}

    def _settle(self, meanwhile: dict[str, Callable[[], None]]) -> None:
        """Run sessions until one changes nothing (I2), and judge (I26 and the world)."""
        if meanwhile:
            self._session(meanwhile)
        working = writing = 0
        after = (self.world.memory.snapshot(), self._versions())
        while True:
            before = after
            self._session({})
            after = (self.world.memory.snapshot(), self._versions())
            is_quiet = self.referee.writes == 0
            if is_quiet and after == before:
                break
            working += 1
            writing += not is_quiet
            if working > _GIVE_UP:
                self._wrong("I2", "never at rest")
                break
        if writing > SESSIONS_TO_REST or working > SESSIONS_TO_REST + 1:
            # The session after the last write may still take note of what it brought about.
            self._wrong("I26", f"{writing} sessions wrote, {working} worked")
        self.rests.append(working)
        groups = self.referee.groups()
        found = Edits(self.world, self.player.ledger, groups).violations()
        self.violations.extend(f"{text} (at rest)" for text in found)

    def _session(self, meanwhile: dict[str, Callable[[], None]]) -> None:
        self.referee.begin(is_disturbed=bool(meanwhile))
        self.world.session(meanwhile)
        self.referee.end()
        size = len(self.world.mailbox.items) + len(self.world.tenant.records)
        if len(self.world.planned) > 3 * size + 3:
            self._wrong("I26", f"{len(self.world.planned)} operations for {size} records")

    def _versions(self) -> tuple[dict[str, int], dict[str, int]]:
        items, records = self.world.mailbox.items, self.world.tenant.records
        return (
            {key: item.version for key, item in items.items()},
            {key: record.version for key, record in records.items()},
        )

    def _wrong(self, number: str, text: str) -> None:
        self.violations.append(f"{number}: {text} (session {self.world.sessions})")

    def take_apart(self) -> None:
        """Let go of the world, whose parts know each other: it is freed at once."""
        for part in (self.world.mailbox, self.world.tenant, self.world, self.referee, self.player):
            vars(part).clear()


def run_cases(seed: int, count: int | None = None, seconds: float | None = None) -> PlannerReport:
    """Play cases until so many were played, or so much time has passed.

    Args:
        seed: Of the run; case `n` has the seed `seed * 1_000_003 + n`.
        count: Number of cases; None: no limit.
        seconds: Processor time; None: no limit.

    Raises:
        ValueError: There is no limit at all.
    """
    if count is None and seconds is None:
        raise ValueError("say how many cases, or how many seconds")
    report = PlannerReport()
    with tiny_contracts(), _rare_collections():
        for case_seed in _seeds(seed, count, seconds):
            case = Case(case_seed)
            case.play()
            report.add(case)
            case.take_apart()
            if report.cases % _CASES_PER_COLLECTION == 0:
                gc.collect()
    return report


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for garbage among the cases only, and rarely: worlds are taken apart."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def _seeds(seed: int, count: int | None, seconds: float | None) -> Iterator[int]:
    started = time.process_time()
    number = 0
    while count is None or number < count:
        if seconds is not None and time.process_time() - started >= seconds:
            return
        yield seed * 1_000_003 + number
        number += 1
