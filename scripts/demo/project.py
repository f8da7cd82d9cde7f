"""A Meltano project of its own in `.demo/`, so that the user's `.env`, store and state stay as is.

It has the real `meltano.yml` and uses the plugins installed for the real project.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulators.environment import plugin_names, write_env_file

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".demo"
_PLUGIN_FOLDERS = ("extractors", "loaders", "mappers", "utilities")
_OWN_VARIABLES = ("MELTANO_", "CONTACT_SYNC_", "GRAPH_", "C4C_", "TAP_", "TARGET_", "PYTHONPATH")
_TIMEOUT_SECONDS = 600
_LINES_SHOWN = 15


class SessionFailedError(Exception):
    """Meltano or the operator's command ended with an error; the text ends with its last lines."""


class Project:
    """The project; its folder is made anew and stays for a look afterwards.

    Attributes:
        runs: Number of sessions so far.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        (folder / ".meltano").mkdir(mode=0o700)
        (folder / "logs").mkdir()
        shutil.copy(ROOT / "meltano.yml", folder)
        for name in _PLUGIN_FOLDERS:
            (folder / ".meltano" / name).symlink_to(ROOT / ".meltano" / name)
        self.runs = 0

    def write_settings(self, settings: Mapping[str, str]) -> None:
        """Write `.env`; names as in `emulators.environment.PLUGIN_NAMES`."""
        write_env_file(self.folder / ".env", settings, plugin_names)

    def run_session(self, settings: Mapping[str, str]) -> None:
        """Run `meltano run sync`.

        Args:
            settings: Environment variables that are set for this session only.

        Raises:
            SessionFailedError: It did not end well.
        """
        self.runs += 1
        log = self.folder / "logs" / f"session-{self.runs}.log"
        with log.open("w") as stream:
            done = subprocess.run(  # noqa: S603 - our own command
                [_program("meltano"), "run", "sync"],
                cwd=self.folder,
                env=_environment() | dict(settings),
                stdout=stream,
                stderr=subprocess.STDOUT,
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
        if done.returncode:
            raise SessionFailedError(_tail(log.read_text("utf-8"), f"see {log}"))

    def ask(self, *command: str) -> dict[str, Any]:
        """Run an operator's command, such as `status`, and return what it says as JSON.

        Raises:
            SessionFailedError: The command failed.
        """
        store = str(self.folder / "contact-sync.db")
        done = subprocess.run(  # noqa: S603 - our own command
            [_program("contact-sync"), *command, "--json", "--sync-store", store],
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SessionFailedError(_tail(done.stderr, f"contact-sync {command[0]}"))
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def files_with(self, mark: str) -> list[str]:
        """Return the files of the project (store, state, logs) that contain a text."""
        return [
            str(path.relative_to(self.folder))
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and mark.encode() in path.read_bytes()
        ]


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _environment() -> dict[str, str]:
    # The user's own project must not shine through; the rest (proxies, paths) is needed.
    return {k: v for k, v in os.environ.items() if not k.startswith(_OWN_VARIABLES)}


def _tail(text: str, where: str) -> str:
    lines = [line for line in text.splitlines() if "METRIC:" not in line]
    return "\n".join([*lines[-_LINES_SHOWN:], f"({where})"])
