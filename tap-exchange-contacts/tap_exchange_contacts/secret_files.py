"""Files with secrets that others on this machine may read: told once, at the start (I51)."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator, Mapping

_SETTINGS = ("certificate_key_file", "key_file", "token_cache_file")
#: Of a container of certificate and key.
_CONTAINERS = (".pfx", ".p12")
_BESIDE_THE_STORE = ("", "-wal", "-shm", ".key")


def warn_of_exposed(config: Mapping[str, object], logger: logging.Logger) -> None:
    """Log one line that names the settings whose files others may read, if there are any."""
    found = sorted({name for name, path in _secret_files(config) if _is_exposed(path)})
    if found:
        logger.warning(
            "Others on this machine can read secrets of: %s. Give these files mode 0600.",
            ", ".join(found),
        )


def _secret_files(config: Mapping[str, object]) -> Iterator[tuple[str, Path]]:
    for name in _SETTINGS:
        if isinstance(value := config.get(name), str) and value:
            yield name, Path(value)
    container = config.get("certificate_file")
    if isinstance(container, str) and container.lower().endswith(_CONTAINERS):
        yield "certificate_file", Path(container)
    store = config.get("sync_store")
    if isinstance(store, str) and store and "://" not in store:
        for ending in _BESIDE_THE_STORE:
            yield "sync_store", Path(f"{store}{ending}").expanduser()
    yield ".env", Path(".env")


def _is_exposed(path: Path) -> bool:
    if os.name != "posix":
        return False  # modes say nothing there
    try:
        found = path.stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(found.st_mode) and bool(found.st_mode & (stat.S_IRGRP | stat.S_IROTH))
