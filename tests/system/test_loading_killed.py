"""Plain loading dies at any write; running it again leaves each record exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes.loading import DELETED, Loading, Person
from fakes.plugins import Runner
from harness.crashes import Cut, Tape
from harness.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE = [
    Person("Ada", "Able", "ada@private.example"),
    Person("Ben", "Baker", "ben@private.example"),
    Person("Cyd", "Charly", "cyd@private.example"),
]
TARGETS = ("target-c4c", "target-exchange-contacts")
#: Ada is there and is changed, Dan is there and is gone, the others are new.
WRITES = 4


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("after", range(WRITES + 1))
@pytest.mark.parametrize("name", TARGETS)
def test_i11_a_load_that_dies_at_any_write_is_made_good_by_the_next(
    world: World,
    name: str,
    after: int,
    is_late: bool,  # noqa: FBT001 - a parameter of the test
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    loading = Loading(world, name, Runner(caplog, capsys))
    loading.empty()
    dan = Person("Dan", "Dubois", "dan@private.example")
    for person in (PEOPLE[0], dan):
        loading.put(person)
    title = "JobTitle" if loading.is_c4c else "jobTitle"
    records = [
        *(loading.columns(person, **{title: "Poet"}) for person in PEOPLE),
        loading.columns(dan, **DELETED),
    ]
    keys = loading.keys("email")
    tape = Tape(cut=Cut(after, is_late=is_late))
    with tape.doors():
        tape.run(name, lambda: loading.load(keys, *records))
    assert len(tape.effects) == after
    ended = loading.load(keys, *records)
    assert (ended.exit_code, ended.errors) == (0, [])
    assert loading.writes() == WRITES - after
    assert loading.people() == PEOPLE
