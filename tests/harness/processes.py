"""Sessions with the installed programs, connected by pipes as Meltano connects them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.world import STAGES, SessionResult, World

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROGRAMS = {
    "exchange-to-c4c": "contact-sync-mapper",
    "c4c-to-exchange": "contact-sync-mapper",
}


def program(name: str) -> str:
    """Return the path of an installed program, beside the running interpreter."""
    return str(Path(sys.executable).with_name(_PROGRAMS.get(name, name)))


class PipedWorld(World):
    """A world whose sessions are pipelines of real processes.

    Attributes:
        env: Extra environment of every plugin, such as a log level.
    """

    env: Mapping[str, str] = {}

    def session(self) -> SessionResult:
        """Run both pipelines; keep all that crosses pipes and stderr.

        Raises:
            AssertionError: A program failed.
        """
        self.graph.reset_counters()
        self.c4c.reset_counters()
        output: dict[str, str] = {}
        for stage in STAGES:
            text, codes = self.run_stage(stage, output)
            assert not any(codes), f"exit codes {codes}: {output['stderr']}"
            lines = text.strip().splitlines()
            if lines:
                self.state[stage[0]] = json.loads(lines[-1])
        return SessionResult(self.writes(), output)

    def run_stage(self, stage: tuple[str, ...], output: dict[str, str]) -> tuple[str, list[int]]:
        """Run one pipeline; return the last program's stdout and all exit codes."""
        text: str | None = None
        codes = []
        for name in stage:
            done = subprocess.run(
                [program(name), *self._arguments(name)],
                input=text,
                capture_output=True,
                text=True,
                encoding="utf-8",
                env={**os.environ, **self.env},
                timeout=120,
                check=False,
            )
            text = done.stdout
            codes.append(done.returncode)
            output[name] = text
            output["stderr"] = output.get("stderr", "") + done.stderr
        return text or "", codes

    def _arguments(self, name: str) -> list[str]:
        config = self._write(f"{name}.json", self.settings(name))
        arguments = ["--config", config]
        state = self.state.get(name)
        if state is not None:
            arguments += ["--state", self._write(f"{name}.state.json", state)]
        return arguments

    def _write(self, name: str, content: Any) -> str:
        path = self.folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)
