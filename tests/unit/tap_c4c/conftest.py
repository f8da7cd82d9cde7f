"""A tenant for tap-c4c."""

from __future__ import annotations

import pytest
from fakes.c4c import FakeC4C


@pytest.fixture
def c4c() -> FakeC4C:
    """A tenant with one contact, changed at ten."""
    tenant = FakeC4C()
    tenant.matches = {
        "Vip eq true": lambda record: bool(record.get("Vip")),
        "Vip eq false": lambda record: not record.get("Vip"),
    }
    tenant.put("A", "10:00", Vip=True)
    return tenant
