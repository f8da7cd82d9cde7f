"""New ids: the one place in which the store draws random numbers for them."""

from __future__ import annotations

import uuid

_HOLD_DIGITS = 6


def new_id() -> str:
    """Return a new UUID as text."""
    return str(uuid.uuid4())


def new_hold_id() -> str:
    """Return an id that a person can type. Short, so the caller looks for a collision."""
    return f"h-{uuid.uuid4().hex[:_HOLD_DIGITS]}"
