"""Starts both emulators in the background, filled with example data, and stops them again.

`start` writes `.env`; an `.env` that is not the emulators' own is left alone. Store and state of
the sync lie in `.emulators/` and begin anew with each start, as the data do.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".emulators"
ENV_FILE = ROOT / ".env"
_COMMAND = "emulators serve"
_STOP_SECONDS = 10


def start() -> None:
    """Start the emulators, unless they run.

    Raises:
        SystemExit: They cannot start, or `.env` belongs to somebody else.
    """
    if running_process() is not None:
        print("The emulators run already. Stop them with: make emulators-stop")
        return
    if ENV_FILE.exists() and "\nEMULATOR_" not in "\n" + ENV_FILE.read_text("utf-8"):
        sys.exit(".env is not the emulators' own. Move it away, then try again.")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(mode=0o700)
    # A new seed makes new tenants: nothing that remembers the old ones takes them for these.
    command = [sys.executable, "-m", *_COMMAND.split(), "--env-file", str(ENV_FILE)]
    command += ["--project", str(FOLDER), "--seed", str(secrets.randbelow(2**31))]
    with (FOLDER / "log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
    assert process.stdout is not None  # noqa: S101 - asked for above
    with process.stdout as output:
        is_ready = bool(output.readline())
    if not is_ready:
        sys.exit(f"The emulators did not start; see {FOLDER / 'log'}.")
    (FOLDER / "pid").write_text(f"{process.pid}\n")
    # It outlives this process on purpose: nobody is going to wait for it.
    process.returncode = 0
    print("The emulators run; addresses and credentials are in .env. Try: meltano run sync")


def stop() -> None:
    """Stop the emulators, if they run, and wait for their end."""
    process = running_process()
    if process is None:
        print("The emulators do not run.")
        return
    os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while running_process() is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    print("The emulators have stopped.")


def running_process() -> int | None:
    """Return the process id of the emulators; None if the number now names something else."""
    try:
        number = int((FOLDER / "pid").read_text())
    except (OSError, ValueError):
        return None
    command = ["ps", "-o", "command=", "-p", str(number)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a number
    return number if _COMMAND in found.stdout else None


if __name__ == "__main__":
    {"start": start, "stop": stop}[sys.argv[1]]()
