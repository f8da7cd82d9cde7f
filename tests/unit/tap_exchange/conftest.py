"""Mailboxes for tap-exchange-contacts."""

from __future__ import annotations

import pytest
from fakes.exchange import FakeExchange, FakeMailbox


@pytest.fixture
def box() -> FakeMailbox:
    """A mailbox with a managed folder, a personal folder and nothing in them."""
    box = FakeMailbox()
    box.add_folder("managed", "sap contacts")
    box.add_folder("personal", "Family")
    return box


@pytest.fixture
def exchange(box: FakeMailbox) -> FakeExchange:
    return FakeExchange(anna=box)
