"""The settings of target-exchange-contacts: those of the connection and of the sync store."""

from __future__ import annotations

from typing import Any

from contact_sync.singer_target import STORE_SETTINGS
from exchange_client import settings as connection

SETTINGS: dict[str, Any] = {
    "type": "object",
    "properties": {**connection.SCHEMA, **STORE_SETTINGS},
    "required": [*connection.REQUIRED],
}
