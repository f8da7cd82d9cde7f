"""tap-c4c over a fake tenant, and short forms of what it emits."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, cast

from tap_c4c.tap import TapC4C

if TYPE_CHECKING:
    from c4c_client import C4CClient
    from fakes.c4c import FakeC4C, FakeRecordRequests
    from fakes.singer import Output

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=timezone.utc)
CONFIG: dict[str, Any] = {
    "base_url": "https://my000000.example/sap/c4c/odata/v1/c4codataapi",
    "username": "user",
    "password": "not-a-secret",
}
VIPS = {"name": "vips", "record_type": "contact", "filter": "Vip eq true"}
REST = {"name": "rest", "record_type": "contact", "filter": "Vip eq false"}
SINCE_1000 = "ChangedOn ge datetimeoffset'2026-11-01T09:50:00.000000Z'"


def tap(
    c4c: FakeC4C,
    *,
    requests: FakeRecordRequests | None = None,
    state: dict[str, Any] | None = None,
    catalog: dict[str, Any] | None = None,
    **config: Any,
) -> TapC4C:
    return TapC4C(
        config={**CONFIG, **config},
        client=cast("C4CClient", c4c),
        requests=requests,
        now=lambda: NOW,
        state=state,
        catalog=catalog,
    )


def shown(output: Output, stream: str = "contacts") -> list[tuple[str, str, bool | None]]:
    """(ObjectID, view, in view) of the records; None for tombstones."""
    return [(r["ObjectID"], r["view_name"], r.get("in_view")) for r in output.records(stream)]


def bookmark(state: dict[str, Any], view: str = "all") -> str | None:
    partitions = state["bookmarks"].get("contacts", {}).get("partitions", [])
    found = [p for p in partitions if p["context"] == {"view": view}]
    return found[0].get("replication_key_value") if found else None


def reads(output: Output) -> dict[str, dict[str, Any]]:
    """The read records of the contacts' views, by view."""
    found = [r for r in output.records("view_reads") if r["record_type"] == "contact"]
    return {r["view_name"]: r for r in found}
