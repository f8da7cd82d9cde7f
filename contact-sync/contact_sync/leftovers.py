"""What a killed session leaves behind: files in which Meltano hands a plugin its settings (I37).

Meltano deletes them at the end of a session; after a SIGKILL or a power cut they stay, passwords
and all. A plugin reads its file once, at its start, so that an old one is of no use to anybody.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

#: Longer than a session, and its wait for another one, may take.
_OLD = timedelta(days=1)
_PATTERN = "run/*/*.config.json"


def remove_old_configs(folder: str | None, *, now: datetime) -> int:
    """Delete settings files of sessions that were cut off.

    Args:
        folder: Meltano's own folder (`MELTANO_SYS_DIR_ROOT`); None without Meltano.
        now: The present time.

    Returns:
        How many there were.
    """
    count = 0
    for file in Path(folder).glob(_PATTERN) if folder else ():
        # Another session may do the same.
        with suppress(OSError):
            if file.lstat().st_mtime < (now - _OLD).timestamp():
                file.unlink()
                count += 1
    return count
