"""Files with secrets that others on this machine may read: told once, at the start (I51)."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator, Mapping

#: Who may change a key file or `.env` has the sync work for them.
_BY_OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH
_SETTINGS = ("certificate_key_file", "key_file", "token_cache_file")
#: Of a container of certificate and key.
_CONTAINERS = (".pfx", ".p12")
_ALL = (*_SETTINGS, "certificate_file", "sync_store")
_FILE_URL = "sqlite:///"
_BESIDE_THE_STORE = ("", "-wal", "-shm", ".key")


def warn_of_exposed(config: Mapping[str, object], logger: logging.Logger) -> None:
    """Log one line that names the settings whose files others may read, if there are any.

    Args:
        config: The settings, as far as they are known before they are checked.
        logger: Of the plugin, with its name.
    """
    prefix = logger.name.upper().replace("-", "_") + "_"
    # With `--config=ENV` a setting stands in a variable.
    known = {name: os.environ.get(prefix + name.upper()) for name in _ALL} | dict(config)
    found = sorted({name for name, path in _secret_files(known) if _is_exposed(path)})
    if found:
        logger.warning(
            "Others on this machine can read or change secrets of: %s. Give these files mode 0600.",
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
    path = store.removeprefix(_FILE_URL) if isinstance(store, str) else ""
    if path and "://" not in path:
        for ending in _BESIDE_THE_STORE:
            yield "sync_store", Path(f"{path}{ending}")
    # Meltano starts a plugin in any folder, and says where the project is.
    yield ".env", Path(os.environ.get("MELTANO_PROJECT_ROOT", "")) / ".env"


def _is_exposed(path: Path) -> bool:
    if os.name != "posix":
        return False  # modes say nothing there
    try:
        found = path.expanduser().stat()
    except (OSError, RuntimeError, ValueError):  # RuntimeError: a home of nobody
        return False
    return stat.S_ISREG(found.st_mode) and bool(found.st_mode & _BY_OTHERS)
