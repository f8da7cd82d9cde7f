"""The demo's chapters, its project folder, its counters, and the example data."""

from __future__ import annotations

import io
import itertools
import unicodedata
from typing import TYPE_CHECKING, Self

import pytest
from demo import __main__ as play
from demo import project
from demo.expectations import Expectation, IssueIs, NoRecord
from demo.project import Project, SessionFailedError
from demo.scene import Chapter, Scene
from demo.scenes import CHAPTERS
from demo.screen import Screen
from demo.snapshot import Snapshot, read_items, read_records
from demo.traffic import Traffic, read_traffic
from emulators.c4c.service import C4CService
from emulators.graph.service import GraphService
from emulators.seed import PERSONAL_MARK, Amounts, Seeder
from rich.console import Console

if TYPE_CHECKING:
    from pathlib import Path


SCENES = [scene for chapter in CHAPTERS for scene in chapter.scenes]


def _names(scene: Scene) -> set[str]:
    people = {name for wanted in scene.expect for name in wanted.names}
    return people | {act.name for act in (*scene.before, *scene.acts) if hasattr(act, "name")}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.title)
def test_scenes_of_a_session_do_not_share_people(chapter: Chapter) -> None:
    for one, other in itertools.combinations(chapter.scenes, 2):
        assert not _names(one) & _names(other), (one.title, other.title)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.title)
def test_every_scene_expects_something_and_can_be_told(scene: Scene) -> None:
    assert scene.expect
    assert all("\n" not in act.tell() and len(act.tell()) > 10 for act in scene.acts)


def test_the_last_session_is_quiet() -> None:
    assert CHAPTERS[-1].is_quiet
    assert not any(scene.acts for scene in CHAPTERS[-1].scenes)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.title)
def test_screen_shows_scene_and_failures(scene: Scene) -> None:
    console = Console(record=True, width=200, file=io.StringIO())
    Screen(console).scene(scene, Snapshot((), ()), ["it went wrong"])
    shown = console.export_text()
    assert scene.title in shown
    assert "✘ it went wrong" in shown
    assert all(act.tell() in shown for act in scene.acts)


class _Stage:
    """Stands in for emulators and Meltano; `session_fails` as a plugin would."""

    session_fails = False
    runs = 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @property
    def project(self) -> _Stage:
        return self

    def set_up(self, _: object) -> None:
        pass

    def describe(self) -> str:
        return "nobody"

    def act(self, _: Chapter) -> None:
        pass

    def run_session(self, _: Chapter) -> Traffic:
        if self.session_fails:
            raise SessionFailedError("the cause")
        return Traffic(0, 0, 0, 0, {}, 0, 0)

    def look(self) -> Snapshot:
        return Snapshot((), ())

    def failures(self, *_: object) -> list[str]:
        return []


@pytest.mark.parametrize(
    ("expectation", "session_fails", "code", "shown"),
    [
        (NoRecord("Ann"), False, 0, "Everything as specified"),
        (IssueIs("conflict"), False, 1, "✘ a scene: no open issue conflict"),
        (NoRecord("Ann"), True, 1, "the session failed"),
    ],
)
def test_exit_code_says_whether_all_was_as_specified(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    expectation: Expectation,
    session_fails: bool,
    code: int,
    shown: str,
) -> None:
    monkeypatch.setattr(play, "Stage", _Stage)
    monkeypatch.setattr(_Stage, "session_fails", session_fails)
    monkeypatch.setattr(play, "CHAPTERS", (Chapter("one", (Scene("a scene", (expectation,)),)),))
    assert play.main() == code
    assert shown in capsys.readouterr().out


def test_traffic_is_read_from_both_counters() -> None:
    graph = {
        "batches": 2,
        "delta_calls": 5,
        "writes": 3,
        "requests": {"GET /a": {"top": 6, "inner": 1}, "POST /$batch": {"top": 2, "inner": 0}},
    }
    c4c = {
        "requests": {"GET ContactCollection": 2, "POST $batch": 1, "PATCH ContactCollection": 4},
        "writes": {"PATCH ContactCollection": 4},
    }
    traffic = read_traffic(graph, c4c)
    assert traffic == Traffic(
        graph_calls=8,
        delta_calls=5,
        graph_batches=2,
        graph_writes=3,
        c4c_reads={"Contact": 2},
        c4c_batches=1,
        c4c_writes=4,
    )
    assert traffic.writes == 7
    assert traffic.lines() == (
        "Exchange: 8 calls (5 delta, 2 batches), 3 writes",
        "C4C: 2 Contact reads, 1 batches, 4 writes",
    )


def test_project_folder_is_new_and_searched(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "old").write_text("xyzzy")
    found = Project(folder)
    found.write_settings({"c4c_username": "xyzzy", "sync_store": "/s.db"})
    assert (folder / ".env").read_text() == "C4C_USERNAME='xyzzy'\nCONTACT_SYNC_STORE='/s.db'\n"
    assert (folder / "meltano.yml").read_bytes() == (project.ROOT / "meltano.yml").read_bytes()
    assert found.files_with("xyzzy") == [".env"]


def test_users_own_settings_stay_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TAP_C4C_VIEWS", "CONTACT_SYNC_STORE", "MELTANO_ENVIRONMENT", "C4C_PASSWORD"):
        monkeypatch.setenv(name, "of the user")
    monkeypatch.setenv("HTTPS_PROXY", "kept")
    found = project._environment()
    assert "of the user" not in found.values()
    assert found["HTTPS_PROXY"] == "kept"


def _seeded(seed: int = 0) -> tuple[GraphService, C4CService]:
    graph, c4c = GraphService(), C4CService()
    amounts = Amounts(accounts=40, contacts=40, individual_customers=40, personal=10)
    Seeder(graph.admin, c4c.admin, seed).fill(amounts=amounts)
    return graph, c4c


def test_example_data_have_different_names_and_keep_personal_ones_apart() -> None:
    graph, c4c = _seeded()
    items, records = read_items(graph.admin.dump()), read_records(c4c.admin.dump())
    assert len(records) == len({record.name for record in records}) == 120
    assert len(items) == 20
    assert all(PERSONAL_MARK in item.name for item in items)
    assert not any(PERSONAL_MARK in str(record.values) for record in records)
    assert all(unicodedata.is_normalized("NFC", record.name) for record in records)
    assert sum(not record.name.isascii() for record in records) > 60


def test_example_data_depend_on_the_seed_alone() -> None:
    def names(seed: int) -> list[str]:
        _, c4c = _seeded(seed)
        return sorted(record.name for record in read_records(c4c.admin.dump()))

    assert names(1) == names(1)
    assert names(1) != names(2)
