"""The settings of the target: of the connection, of plain loading and of the sync store."""

from __future__ import annotations

from typing import Any

from contact_sync.plain_streams import LOADING_SETTINGS
from contact_sync.singer_target import STORE_SETTINGS
from exchange_client import settings as connection

SETTINGS: dict[str, Any] = {
    "type": "object",
    "properties": {**connection.SCHEMA, **LOADING_SETTINGS, **STORE_SETTINGS},
    "required": [*connection.REQUIRED],
}
