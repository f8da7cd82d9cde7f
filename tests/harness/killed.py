"""Real programs in a pipe, one of them killed by SIGKILL while a service keeps its answer back.

Responsible for the moment: a write has been committed, its answer has not been sent. No clock
decides when that is; the service itself says so and waits.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from emulators.faults import Call, FaultScript, Interception
from typing_extensions import override

from harness.crashes import CrashWorld
from harness.processes import PipedWorld, program
from harness.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class _Held(Interception):
    """A call that has taken effect and is not answered before the gate opens."""

    gate: Gate

    @override
    def finish(self) -> None:
        self.gate.is_committed.set()
        if not self.gate.is_open.wait(_PATIENCE_SECONDS):
            raise AssertionError("nobody opened the gate")
        super().finish()


class Gate:
    """Keeps back the answer to the first call of an operation, on whatever service."""

    def __init__(self, operation: str) -> None:
        self._operation = operation
        self._is_used = False
        self.is_committed = threading.Event()
        self.is_open = threading.Event()

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Stand in the way while the block runs."""
        begin = FaultScript.begin

        def held(script: FaultScript, call: Call) -> Interception:
            found = begin(script, call)
            if self._is_used or call.operation != self._operation:
                return found
            self._is_used = True
            return _Held(**vars(found), gate=self)

        with mock.patch.object(FaultScript, "begin", held):
            try:
                yield
            finally:
                self.is_open.set()


class KilledWorld(CrashWorld, PipedWorld):
    """Sessions run in this process; a stage that is to be killed is a pipe of real programs."""

    session = World.session

    def kill(self, stage: tuple[str, ...], operation: str, *, is_whole_pipe: bool = False) -> str:
        """Run a stage, and kill it when the service has carried out an operation.

        Args:
            stage: Tap, mapping and target.
            operation: As the service calls it; its first call is the one.
            is_whole_pipe: Kill everything, the parent too; otherwise the target alone.

        Returns:
            What the target had printed.
        """
        gate = Gate(operation)
        printed = self.folder / "printed"
        pid = self.folder / "target.pid"
        line = " | ".join(
            [
                *(self._command(name) for name in stage[:2]),
                f"sh -c 'echo $$ > {pid}; exec \"$@\"' sh {self._command(stage[2])} > {printed}",
            ]
        )
        with gate.shut():
            # The shell is what `meltano run` is otherwise: the parent by which a session is known.
            pipe = subprocess.Popen(
                ["sh", "-c", line], start_new_session=True, stderr=subprocess.DEVNULL
            )
            if not gate.is_committed.wait(_PATIENCE_SECONDS):
                raise AssertionError(f"{operation} never happened")
            if is_whole_pipe:
                os.killpg(pipe.pid, signal.SIGKILL)
            else:
                os.kill(int(pid.read_text("ascii")), signal.SIGKILL)
            code = pipe.wait(_PATIENCE_SECONDS)
        # A shell tells of a killed child by 128 and the number of the signal.
        assert code in (-signal.SIGKILL, 128 + signal.SIGKILL), code
        return Path(printed).read_text("utf-8")

    def _command(self, name: str) -> str:
        return shlex.join([program(name), *self._arguments(name)])
