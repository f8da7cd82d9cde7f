"""A Meltano project of its own over the emulators of a world: real `meltano`, installed plugins."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from demo.project import ROOT, Project, _environment
from emulators.__main__ import project_settings

from harness.processes import program

if TYPE_CHECKING:
    from pathlib import Path

    from harness.world import World

_LOG_CONFIG = "logging-debug.yaml"


class MeltanoProject(Project):
    """The project's real `meltano.yml`; `.env` as `make emulators` writes it.

    Args:
        folder: For the project; made anew.
        world: Its emulators are the two services.
        has_store: Whether `.env` names the sync store.
    """

    def __init__(self, folder: Path, world: World, *, has_store: bool = True) -> None:
        if not (ROOT / ".meltano" / ".installed").exists():
            pytest.fail("The Meltano plugins are not installed: run `make install` first.")
        super().__init__(folder)
        shutil.copy(ROOT / _LOG_CONFIG, folder)
        settings = {"ca_file": world.ca_file, **project_settings(folder, world.mailboxes)}
        for server in (world.graph_server, world.c4c_server):
            settings |= server.service.credentials(server.base_url)
        if not has_store:
            del settings["sync_store"]
        self.write_settings(settings)

    def meltano(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `meltano` with the plugins at debug level; any exit code is fine."""
        return subprocess.run(
            [program("meltano"), f"--log-config={_LOG_CONFIG}", *arguments],
            cwd=self.folder,
            env=self._environment() | variables,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )

    @staticmethod
    def _environment() -> dict[str, str]:
        environment = _environment()
        # A session starts nine Python processes; without byte code each needs twice the time.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return {**environment, "LOGLEVEL": "DEBUG"}

    def lines(self, stream: str) -> list[dict[str, Any]]:
        """Return the records that target-jsonl wrote of a stream."""
        text = (self.folder / "output" / f"{stream}.jsonl").read_text("utf-8")
        return [json.loads(line) for line in text.splitlines()]
