"""tap-exchange-contacts over a fake mailbox, and short forms of what it emits."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, cast

from tap_exchange_contacts.tap import TapExchangeContacts

if TYPE_CHECKING:
    from exchange_client import ExchangeClient
    from fakes.exchange import FakeContactRequests, FakeExchange
    from fakes.singer import Output

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=timezone.utc)
ANNA = "anna@contoso.example"
BEN = "ben@contoso.example"
CONFIG: dict[str, Any] = {
    "mailboxes": [ANNA],
    "tenant_id": "contoso.example",
    "client_id": "app",
    "client_secret": "not-a-secret",
}


def tap(
    exchange: FakeExchange,
    *,
    requests: FakeContactRequests | None = None,
    state: dict[str, Any] | None = None,
    catalog: dict[str, Any] | None = None,
    **config: Any,
) -> TapExchangeContacts:
    return TapExchangeContacts(
        config={**CONFIG, **config},
        client=cast("ExchangeClient", exchange),
        requests=requests,
        now=lambda: NOW,
        state=state,
        catalog=catalog,
    )


def ids(output: Output) -> list[str]:
    """Ids of the live contacts that were emitted."""
    return sorted(r["id"] for r in output.records("contacts") if "_sdc_deleted_at" not in r)


def gone(output: Output) -> list[str]:
    """Ids of the tombstones that were emitted."""
    return [r["id"] for r in output.records("contacts") if "_sdc_deleted_at" in r]


def cursors(state: dict[str, Any], mailbox: str = ANNA) -> dict[str, str]:
    partitions = state["bookmarks"].get("contacts", {}).get("partitions", [])
    return next((p["folders"] for p in partitions if p["context"] == {"mailbox": mailbox}), {})
