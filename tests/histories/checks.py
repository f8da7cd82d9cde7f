"""What a history checks of the text that sessions leave behind, and how it ends."""

from __future__ import annotations

import gc
import warnings
from typing import TYPE_CHECKING, Any

from histories.ledger import CANARY, CANARY_DIGITS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def assert_not_poorer(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """I43: no tap's Singer state has lost a bookmark in a session."""
    for tap, state in before.items():
        marks = now[tap].get("bookmarks", {})
        lost = [name for name, mark in state["bookmarks"].items() if mark and name not in marks]
        assert not lost, f"I43 the state of {tap} lost {lost}"


def assert_private(folder: Path, state: Mapping[str, Any]) -> None:
    """I37: nothing that a user typed is in the store or in the Singer state."""
    for path in folder.glob("sync.db*"):
        for canary in (CANARY.encode(), CANARY_DIGITS.encode()):
            assert canary not in path.read_bytes(), f"I37 personal data in {path.name}"
    assert CANARY not in str(state), "I37 personal data in the state"


def bury() -> None:
    """Collect the killed plugins, whose connections nobody closed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
