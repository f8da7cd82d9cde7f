"""Plays cases: a world, what users do in it, sessions until it is at rest, and the verdict.

`run_cases` is the door for long runs; a failing case is replayed by its seed alone.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from property.planner_edits import Edits
from property.planner_fields import tiny_contracts
from property.planner_histories import choose_config
from property.planner_ledger import track
from property.planner_player import Player
from property.planner_referee import Referee
from property.planner_world import MOMENTS, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: I26: after the last act of a user, so many sessions may still write.
SESSIONS_TO_REST = 2

#: Sessions after which a world that still writes is given up.
_GIVE_UP = 5


@dataclass
class PlannerReport:
    """What a run of cases found.

    Attributes:
        cases: How many worlds were played.
        steps: How many acts of users.
        sessions: How many sessions.
        writes: How many writes of the engine.
        to_rest: Sessions that wrote or changed the store after the last act -> how often.
        violations: (seed of the case, text).
    """

    cases: int = 0
    steps: int = 0
    sessions: int = 0
    writes: int = 0
    to_rest: Counter[int] = field(default_factory=Counter)
    violations: list[tuple[int, str]] = field(default_factory=list)


class Case:
    """One world from its seed to its rest."""

    def __init__(self, seed: int, *, order: int = 0, is_simple: bool = False) -> None:
        """Build the world; `order` changes the order of listings and operations alone."""
        self.seed = seed
        self._rng = random.Random(seed)
        self.config = choose_config(self._rng)
        self.world = World(self.config, random.Random(f"{seed}/{order}"))
        self.player = Player(self.world, self._rng)
        self.referee = Referee(self.world, self.player.ledger)
        self.rests: list[int] = []
        self.steps = 0
        self._is_simple = is_simple
        track(self.world, self.player.ledger)

    @property
    def violations(self) -> list[str]:
        return self.referee.violations

    def play(self) -> None:
        """Play all rounds."""
        self.player.populate()
        rounds = 1 if self._is_simple else self._rng.choice((1, 1, 1, 2, 2, 3))
        for number in range(rounds):
            if number:
                self.player.decide_holds()
                if self._rng.random() < 0.15:
                    self.player.change_settings()
            self._act(self._rng.choice((1, 1, 2, 2, 3, 4, 6)))
            meanwhile = {} if self._is_simple else self._meanwhile()
            self._settle(meanwhile)

    def _act(self, count: int) -> None:
        for _ in range(count):
            self.player.step()
        self.steps += count

    def _meanwhile(self) -> dict[str, Callable[[], None]]:
        chosen = [moment for moment in MOMENTS if self._rng.random() < 0.12]
        return {moment: lambda: self._act(self._rng.choice((1, 1, 2))) for moment in chosen}

    def _settle(self, meanwhile: dict[str, Callable[[], None]]) -> None:
        """Run sessions until one changes nothing (I2), and judge (I26 and the world)."""
        if meanwhile:
            self._session(meanwhile)
        working = writing = 0
        while True:
            before = (self.world.memory.snapshot(), self._versions())
            self._session({})
            is_quiet = self.referee.writes == 0
            is_same = (self.world.memory.snapshot(), self._versions()) == before
            if is_quiet and is_same:
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
    with tiny_contracts():
        for case_seed in _seeds(seed, count, seconds):
            play_into(report, case_seed)
    return report


def play_into(report: PlannerReport, case_seed: int) -> Case:
    """Play one case and add it to a report."""
    case = Case(case_seed)
    case.play()
    report.cases += 1
    report.steps += case.steps
    report.sessions += case.world.sessions
    report.writes += case.referee.total
    report.to_rest.update(case.rests)
    report.violations += [(case_seed, text) for text in case.violations]
    return case


def _seeds(seed: int, count: int | None, seconds: float | None) -> Iterator[int]:
    started = time.process_time()
    number = 0
    while count is None or number < count:
        if seconds is not None and time.process_time() - started >= seconds:
            return
        yield seed * 1_000_003 + number
        number += 1
