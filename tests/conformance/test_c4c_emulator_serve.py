"""`python -m emulators serve` as scripts use it."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import requests
from emulators.admin import AdminProxy

if TYPE_CHECKING:
    from pathlib import Path


def test_serve_writes_the_environment_and_stops_on_sigterm(tmp_path: Path) -> None:
    env_file = tmp_path / "emulators.env"
    command = [sys.executable, "-m", "emulators", "serve", "--env-file", str(env_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "emulators ready: graph, c4c\n"
            lines = env_file.read_text(encoding="utf-8").splitlines()
            pairs = (line.partition("=") for line in lines)
            env = {name: shlex.split(value)[0] for name, _, value in pairs}
            ca_file = env["EMULATOR_CA_FILE"]
            login = (env["EMULATOR_C4C_USERNAME"], env["EMULATOR_C4C_PASSWORD"])
            answer = requests.get(
                env["EMULATOR_C4C_BASE_URL"], auth=login, verify=ca_file, timeout=10
            )
            assert answer.status_code == 200
            url, token = env["EMULATOR_C4C_ADMIN_URL"], env["EMULATOR_C4C_ADMIN_TOKEN"]
            admin = AdminProxy(url, "c4c", token, ca_file)
            assert len(admin.create_account({"Name": "Alpha"})) == 32
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
