"""I37: settings files that killed sessions left behind are removed."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from contact_sync.leftovers import remove_old_configs

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 28, tzinfo=timezone.utc)


def test_i37_settings_files_of_killed_sessions_are_removed_those_at_work_stay(
    tmp_path: Path,
) -> None:
    run = tmp_path / "run" / "tap-c4c"
    run.mkdir(parents=True)
    ages = {"tap.1.config.json": 25, "tap.2.config.json": 23, "tap.properties.json": 1000}
    for name, hours in ages.items():
        (run / name).touch()
        moment = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(run / name, (moment, moment))
    assert remove_old_configs(str(tmp_path), now=NOW) == 1
    assert {file.name for file in run.iterdir()} == {"tap.2.config.json", "tap.properties.json"}
    assert remove_old_configs(str(tmp_path), now=NOW) == 0
    assert remove_old_configs(None, now=NOW) == 0
    assert remove_old_configs(str(tmp_path / "nowhere"), now=NOW) == 0
