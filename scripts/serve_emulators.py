"""`start` serves both emulators in the background and writes `.env` for them; `stop` ends them.

All that such a run leaves behind lies in `.demo/` and is removed by the next start: the emulators
begin empty of any former session, so must Meltano's state and the sync store.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from dotenv import dotenv_values
from emulators.admin import AdminProxy
from emulators.environment import write_env_file

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".demo"
PROCESS_FILE = FOLDER / "emulators.pid"
ENV_FILE = ROOT / ".env"

MAILBOXES = ("anna.berg@contoso.example", "omar.diaz@contoso.example")

#: Variable of `.env` -> what the emulators call it. The first line tells our file from a user's.
VARIABLES = {
    "EMULATORS": "EMULATOR_CA_FILE",
    "GRAPH_URL": "EMULATOR_GRAPH_ROOT",
    "GRAPH_AUTHORITY_URL": "EMULATOR_GRAPH_ROOT",
    "GRAPH_TENANT_ID": "EMULATOR_GRAPH_TENANT_ID",
    "GRAPH_CLIENT_ID": "EMULATOR_GRAPH_CLIENT_ID",
    "GRAPH_CLIENT_SECRET": "EMULATOR_GRAPH_CLIENT_SECRET",
    "GRAPH_CA_FILE": "EMULATOR_CA_FILE",
    "C4C_BASE_URL": "EMULATOR_C4C_BASE_URL",
    "C4C_USERNAME": "EMULATOR_C4C_USERNAME",
    "C4C_PASSWORD": "EMULATOR_C4C_PASSWORD",
    "C4C_CA_FILE": "EMULATOR_CA_FILE",
    "EMULATOR_GRAPH_ADMIN_URL": "EMULATOR_GRAPH_ADMIN_URL",
    "EMULATOR_GRAPH_ADMIN_TOKEN": "EMULATOR_GRAPH_ADMIN_TOKEN",
    "EMULATOR_C4C_ADMIN_URL": "EMULATOR_C4C_ADMIN_URL",
    "EMULATOR_C4C_ADMIN_TOKEN": "EMULATOR_C4C_ADMIN_TOKEN",
}
_START_SECONDS = 30


def start() -> None:
    """Start the emulators, create their mailboxes, write `.env`."""
    if ENV_FILE.exists() and "EMULATORS" not in dotenv_values(ENV_FILE):
        sys.exit("`.env` holds settings of yours; move it away before `make emulators`.")
    if running_process() is not None:
        sys.exit("The emulators are running; `make emulators-stop` ends them.")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    served = _serve(FOLDER / "served.env", FOLDER / "emulators.log")
    graph = AdminProxy(
        served["EMULATOR_GRAPH_ADMIN_URL"],
        "graph",
        served["EMULATOR_GRAPH_ADMIN_TOKEN"],
        served["EMULATOR_CA_FILE"],
    )
    for mailbox in MAILBOXES:
        graph.add_mailbox(mailbox)
    settings = {variable: served[name] for variable, name in VARIABLES.items()} | {
        "MELTANO_ENVIRONMENT": "emulators",
        "MELTANO_DATABASE_URI": f"sqlite:///{FOLDER / 'meltano.db'}",
        "CONTACT_SYNC_MAILBOXES": "[" + ", ".join(f'"{name}"' for name in MAILBOXES) + "]",
        "CONTACT_SYNC_STORE": str(FOLDER / "contact-sync.db"),
    }
    write_env_file(ENV_FILE, settings, name=str)
    print("Both emulators are running; .env has their addresses. Try:")
    print("  .venv/bin/meltano run sync")
    print("  .venv/bin/meltano invoke contact-sync status")
    print("`make emulators-stop` ends them.")


def stop() -> None:
    """End the emulators and take their `.env` away."""
    process = running_process()
    if process is None:
        sys.exit("The emulators are not running.")
    os.kill(process, signal.SIGTERM)
    PROCESS_FILE.unlink()
    if "EMULATORS" in dotenv_values(ENV_FILE):
        ENV_FILE.unlink()


def running_process() -> int | None:
    """Return the emulators' process id while they run."""
    try:
        process = int(PROCESS_FILE.read_text())
        os.kill(process, 0)
    except (OSError, ValueError):
        return None
    return process


def _serve(env_file: Path, log_file: Path) -> dict[str, str]:
    command = [sys.executable, "-m", "emulators", "serve", "--env-file", str(env_file)]
    with log_file.open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    PROCESS_FILE.write_text(str(process.pid))
    deadline = time.monotonic() + _START_SECONDS
    while "emulators ready" not in log_file.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            process.terminate()
            sys.exit(f"The emulators did not start; see {log_file}.")
        time.sleep(0.1)
    return {name: value or "" for name, value in dotenv_values(env_file).items()}


if __name__ == "__main__":
    {"start": start, "stop": stop}[sys.argv[1]]()
