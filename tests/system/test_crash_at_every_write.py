"""A program of a session dies at a write; the next session ends in the world of an uncut one.

By default one scene of each kind of write is cut once at each moment, at another write each time.
`CRASH_FULL=1` (`make crashes`) plays all scenes with every write at every moment, and with a death
between any two effects, commits of taps and mappers included.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness.canonical import Canon, canon, differences
from harness.crash_scenes import SCENES
from harness.crashes import CrashWorld, Cut, Effect, Kind, Moment, cuts_at
from harness.snapshots import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IS_FULL = bool(os.environ.get("CRASH_FULL"))

#: One for each kind of write; the others vary them. The first session creates in Exchange;
#: `test_update_echoes.py` has the updates.
CHOSEN = (
    *("first_session", "create_in_c4c", "retire", "trash", "move", "convert", "adopt"),
    *("re_create", "revive"),
)
#: Whether the reply came shows in nothing that outlives the program: by default one of the two.
MOMENTS = tuple(Moment) if IS_FULL else (Moment.UNSENT, Moment.APPLIED, Moment.STORED)
KEY = "5a" * 32


@dataclass
class Played:
    """A scene that was played without a cut, ready to be played again.

    Attributes:
        scene: Its name.
        world: The world, to be put back first.
        before: As users left it.
        effects: Of the session that is cut.
        expected: What the world comes to.
    """

    scene: str
    world: CrashWorld
    before: Snapshot
    effects: list[Effect]
    expected: Canon

    @property
    def writes(self) -> list[int]:
        """Places of the remote writes among the effects."""
        return [at for at, effect in enumerate(self.effects) if effect.kind is Kind.WRITE]

    def again(self, cut: Cut) -> list[str]:
        """Play the scene with a cut; return what is not as it should be in the end."""
        self.before.put_back(self.world)
        self.world.play(cut)
        self.world.session()
        found = differences(self.expected, canon(self.world))
        if found or IS_FULL:
            # Another session may follow; the one after it must have nothing left to do.
            try:
                self.world.settle(sessions=2)
            except AssertionError as error:
                return [f"{cut}: {error}"]
            found = differences(self.expected, canon(self.world))
        return [f"{cut}: {line}" for line in found]


@pytest.fixture(
    scope="module",
    params=[
        # One worker plays all cuts of a scene.
        pytest.param(name, marks=pytest.mark.xdist_group(f"crash {name}"))
        for name in (SCENES if IS_FULL else CHOSEN)
    ],
)
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Played]:
    scene = SCENES[request.param]
    folder = tmp_path_factory.mktemp("crash")
    with CrashWorld(folder, mapper=dict(scene.mapper), views=scene.views) as world:
        # Equal keys make equal digests.
        key = Path(f"{world.store_path}.key")
        key.touch(mode=0o600)
        key.write_text(KEY, "ascii")
        scene.ground(world)
        scene.act(world)
        before = Snapshot(world)
        effects = world.play().effects
        world.settle()
        expected = canon(world)
        assert expected["intents"] == []
        yield Played(scene.name, world, before, effects, expected)


def chosen(played: Played, moment: Moment) -> list[int]:
    """Return the writes to be cut at a moment: all, or another one for each moment."""
    if IS_FULL:
        return played.writes
    turn = MOMENTS.index(moment)
    return [played.writes[turn * len(played.writes) // len(MOMENTS)]]


def assert_same_world(played: Played, cuts: list[Cut], note: Callable[[str, object], None]) -> None:
    """Play every cut, however many differ; leave their numbers for a summary."""
    lines = [line for cut in cuts for line in played.again(cut)]
    note("crash", {"scene": played.scene, "cuts": len(cuts), "differences": len(lines)})
    assert lines == []


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.name.lower())
def test_i11_cut_at_a_write(
    played: Played, moment: Moment, record_property: Callable[[str, object], None]
) -> None:
    cuts = [cuts_at(played.effects, write)[moment] for write in chosen(played, moment)]
    assert_same_world(played, cuts, record_property)


if IS_FULL:

    @pytest.mark.parametrize("is_lost", [False, True], ids=["printed", "lost"])
    def test_i11_death_between_any_two_effects(
        played: Played, record_property: Callable[[str, object], None], *, is_lost: bool
    ) -> None:
        targets = [effect.program.startswith("target") for effect in played.effects]
        at_writes = {cut for at in played.writes for cut in cuts_at(played.effects, at).values()}
        cuts = [
            Cut(after, is_lost=is_lost)
            for after, is_target in enumerate(targets)
            # What a target prints is its last word.
            if not (is_lost and is_target)
        ]
        cuts = [cut for cut in cuts if cut not in at_writes]
        assert_same_world(played, cuts, record_property)
