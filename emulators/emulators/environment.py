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


def default_name(setting: str) -> str:
    """Name a setting for the environment: `c4c_base_url` -> `EMULATOR_C4C_BASE_URL`."""
    return PREFIX + setting.upper()


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


def _quote(value: str) -> str:
    # Understood alike by shells and by dotenv readers.
    return "'" + value.replace("'", "'\\''") + "'"
