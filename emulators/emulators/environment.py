"""Writes what a client needs to reach the emulators into an environment file.

The one place that knows environment names. Services give neutral setting names; a mapping turns
them into those of the consumer, so that a change of the plugins' settings is made here only.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

PREFIX = "EMULATOR_"

#: Neutral name -> what meltano.yml calls it (`.env.example` explains them). `ca_file` keeps its
#: own name too: whoever administrates the emulators needs it.
PLUGIN_NAMES: dict[str, tuple[str, ...]] = {
    "ca_file": (f"{PREFIX}CA_FILE", "GRAPH_CA_FILE", "C4C_CA_FILE"),
    "graph_root": ("GRAPH_URL", "GRAPH_AUTHORITY_URL"),
    "graph_tenant_id": ("GRAPH_TENANT_ID",),
    "graph_client_id": ("GRAPH_CLIENT_ID",),
    "graph_client_secret": ("GRAPH_CLIENT_SECRET",),
    "c4c_base_url": ("C4C_BASE_URL",),
    "c4c_username": ("C4C_USERNAME",),
    "c4c_password": ("C4C_PASSWORD",),
    "mailboxes": ("CONTACT_SYNC_MAILBOXES",),
    "sync_store": ("CONTACT_SYNC_STORE",),
    "meltano_environment": ("MELTANO_ENVIRONMENT",),
    "meltano_database": ("MELTANO_DATABASE_URI",),
}


def default_name(setting: str) -> str:
    """Name a setting for the environment: `c4c_base_url` -> `EMULATOR_C4C_BASE_URL`."""
    return PREFIX + setting.upper()


def plugin_names(setting: str) -> tuple[str, ...]:
    """Name a setting as the Meltano project does; others get their default name."""
    return PLUGIN_NAMES.get(setting, (default_name(setting),))


def write_env_file(
    path: Path,
    settings: Mapping[str, str],
    name: Callable[[str], str | tuple[str, ...]] = default_name,
) -> None:
    """Write `NAME='value'` lines, mode 0600, replacing the file in one step.

    Args:
        path: The file; its folder must exist.
        settings: Neutral setting name -> value.
        name: Environment name or names of a setting; an empty tuple leaves it out.
    """
    lines: list[str] = []
    for setting, value in settings.items():
        names = name(setting)
        variables = (names,) if isinstance(names, str) else names
        lines.extend(f"{variable}={_quote(value)}\n" for variable in variables)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.writelines(lines)
    draft.replace(path)


def read_env_file(path: Path) -> dict[str, str]:
    """Read a file of `write_env_file`.

    Raises:
        FileNotFoundError: There is none.
    """
    pairs = (line.partition("=") for line in path.read_text("utf-8").splitlines() if line)
    return {name: value[1:-1].replace("'\\''", "'") for name, _, value in pairs}


def _quote(value: str) -> str:
    # Understood alike by shells and by dotenv readers.
    return "'" + value.replace("'", "'\\''") + "'"
