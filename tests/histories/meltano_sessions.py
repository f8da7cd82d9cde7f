"""Sessions that are what users run: `meltano run sync`, with the installed plugins as processes.

Responsible for the same interface as `sessions.FaultySessions`. A kill is a SIGKILL of Meltano and
all its plugins, while a service carries out a write or keeps its answer back.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from emulators.faults import Call, ConnectionCut, FaultScript, Interception
from harness.meltano_project import MeltanoProject
from harness.processes import program
from harness.world import STAGES
from typing_extensions import override

from histories.sessions import FaultySessions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from histories.kills import Kill

_STATE_IDS = {tap: f"emulators:{tap}-to-{target}" for tap, _, target in STAGES}
_PATIENCE_SECONDS = 240
_WRITES = ("create", "update", "delete")


class MeltanoFailedError(Exception):
    """`meltano run` ended with an error, or was killed; the text has its last lines."""


@dataclass(frozen=True, kw_only=True)
class _Fatal(Interception):
    """A call after whose effect the caller dies; nobody is left to be answered."""

    die: Callable[[], None]

    @override
    def finish(self) -> None:
        self.die()
        raise ConnectionCut("the caller is dead")


class MeltanoSessions(FaultySessions):
    """A world whose sessions are runs of the Meltano project's job."""

    _project: MeltanoProject | None = None

    @property
    def project(self) -> MeltanoProject:
        """The Meltano project over this world, made at first use."""
        if self._project is None:
            self._project = MeltanoProject(self.folder / "project", self)
            self._handed: dict[str, Any] = {}
        return self._project

    @property
    @override
    def store_path(self) -> str:
        return str(self.folder / "project" / "contact-sync.db")

    @override
    def attempt(self, kill: Kill | None = None) -> list[BaseException]:
        """Run the job; return what ended it early."""
        self.graph.reset_counters()
        self.c4c.reset_counters()
        self._let_issues_wait_no_longer()
        self._hand_state_in()
        log = self.project.folder / "logs" / "last.log"
        with log.open("w") as stream:
            run = subprocess.Popen(
                # A killed run counts as running for some minutes.
                [program("meltano"), "run", "--force", "sync"],
                cwd=self.project.folder,
                env=self.project._environment() | self._variables(),
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            with _armed(kill, lambda: os.killpg(run.pid, signal.SIGKILL)):
                code = run.wait(_PATIENCE_SECONDS)
        self._take_state_out()
        return [MeltanoFailedError(log.read_text("utf-8")[-3000:])] if code else []

    def _variables(self) -> dict[str, str]:
        """Return the mapper's and the tap's settings as environment variables."""
        found = {"TAP_C4C_VIEWS": json.dumps(self.views), "LOGLEVEL": "INFO"}
        for kind, settings in self.mapper.items():
            for name, value in settings.items():
                text = value if isinstance(value, str) else json.dumps(value)
                found[f"CONTACT_SYNC_{kind}_{name}".upper()] = text
        return found

    def _let_issues_wait_no_longer(self) -> None:
        """Let the pauses before the next try be over: processes look at the system's clock."""
        if Path(self.store_path).exists():
            with closing(sqlite3.connect(self.store_path)) as store, store:
                store.execute("UPDATE issue SET next_attempt_at = '2020-01-01T00:00:00.000000Z'")

    # -- the state that Meltano keeps -----------------------------------------------------------

    def _hand_state_in(self) -> None:
        """Give Meltano the states that a history has changed."""
        project = self.project
        for tap, state_id in _STATE_IDS.items():
            state = self.state.get(tap)
            if state == self._handed.get(tap):
                continue
            if state is None:
                done = project.meltano("state", "clear", "--force", state_id)
            else:
                text = json.dumps({"singer_state": state})
                done = project.meltano("state", "set", "--force", state_id, text)
            assert done.returncode == 0, done.stderr

    def _take_state_out(self) -> None:
        query = "SELECT completed_state, partial_state FROM state WHERE state_id = ?"
        with closing(sqlite3.connect(self.project.folder / "meltano.db")) as database:
            for tap, state_id in _STATE_IDS.items():
                row = database.execute(query, (state_id,)).fetchone()
                texts = [text for text in row or () if text]
                states = [json.loads(text).get("singer_state") for text in texts]
                if any(states):
                    self.state[tap] = next(filter(None, states))
        self._handed = json.loads(json.dumps(self.state))


@contextmanager
def _armed(kill: Kill | None, die: Callable[[], None]) -> Iterator[None]:
    """Watch the services' writes while the block runs; the nth one is the last."""
    if kill is None or kill.has_fired:
        yield
        return
    begin = FaultScript.begin
    passed = 0

    def watched(script: FaultScript, call: Call) -> Interception:
        nonlocal passed
        found = begin(script, call)
        if kill.has_fired or call.operation.rpartition(".")[2] not in _WRITES:
            return found
        passed += 1
        if passed < kill.nth:
            return found
        kill.has_fired = True
        if kill.point.startswith("before"):
            die()
            raise ConnectionCut("the caller is dead")
        return _Fatal(**vars(found), die=die)

    with mock.patch.object(FaultScript, "begin", watched):
        yield
