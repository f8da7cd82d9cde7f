"""Readings of the services that a history may meet, besides the emulators' harsh defaults."""

from __future__ import annotations

from typing import Any

SWITCHES: tuple[tuple[str, str, Any], ...] = (
    ("graph", "if_match", "ignored"),
    ("graph", "deleted_items_readable", False),
    ("graph", "folder_name_category", "all"),
    ("graph", "folder_name_category_late", True),
    ("graph", "delta_immutable_return_hidden", False),
    ("graph", "delta_removed_reason", "changed"),
    ("graph", "delta_replays", True),
    ("graph", "delta_expiry", "ResyncRequired"),
    ("graph", "delta_expiry", "SyncStateInvalid"),
    ("graph", "delta_extended_changes", True),
    ("graph", "list_repeats_row", True),
    ("graph", "delta_lag_seconds", 45.0),
    ("graph", "list_lag_seconds", 45.0),
    ("c4c", "page_size", 3),
    ("c4c", "stale_reads", 2),
    ("c4c", "stale_reads", 7),
    ("c4c", "leading_zeros", True),
    ("c4c", "blank_padding", True),
    ("c4c", "obsolete_read_only", True),
    ("c4c", "children_touch_root", True),
    ("c4c", "null_strings", True),
    ("c4c", "require_if_match", True),
    ("c4c", "max_top", 2),
    ("c4c", "delete_status", 405),
)
