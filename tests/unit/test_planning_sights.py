"""A pair that fell out of a changed view is asked about until its record was seen again (I49)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contact_sync.core.model import Link, Phase, RecordType, Side
from contact_sync.mapper import ContactSyncMapper
from contact_sync.planning.session import Session
from contact_sync.planning.sights import Sights
from contact_sync.settings import parse
from contact_sync.store import EVERYTHING, Store

if TYPE_CHECKING:
    from pathlib import Path

ADA = "ada@contoso.example"
CONTACT = RecordType.CONTACT


def settled(
    store: Store, shown: set[str], view: str = "changed", *, was_full: bool = False
) -> set[str]:
    """Play the end of a session that has read a view; return the pairs that ask first."""
    given = {"mapping": "c4c-to-exchange", "mailboxes": [ADA], "sync_store": "sync.db"}
    settings = parse(dict(ContactSyncMapper(config=given).config))
    sights = Sights(Session(store, settings, Side.C4C, lambda: ""))
    read = {"record_type": "contact", "view_name": "all", "is_complete": True}
    sights.read({**read, "filter_hash": view, "was_full": was_full})
    return set(sights.settle(ADA, CONTACT, shown))


def test_i49_a_pair_asks_session_after_session_until_its_record_was_seen(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "sync.db")) as store:
        for name in ("a", "b", "c"):
            link = Link(
                link_id=name,
                mailbox=ADA,
                record_type=CONTACT,
                phase=Phase.ACTIVE,
                exchange_id=f"x{name}",
                c4c_id=f"c{name}",
                in_view=name != "c",
            )
            store.links.save(link)
        assert settled(store, {"ca", "cb"}, "old") == set()
        assert settled(store, set()) == {"a", "b"}
        # Cut off, or of a tap that reads only what changed: the question is not used up.
        assert settled(store, set()) == {"a", "b"}
        assert settled(store, {"ca"}) == {"b"}
        # Seen once, a pair is like any other.
        assert settled(store, set()) == {"b"}
        assert settled(store, {"cb"}) == set()
        assert settled(store, set()) == set()


def test_i49_all_is_read_again_where_a_change_was_read_in_part(tmp_path: Path) -> None:
    """What fell out of sight shows only then."""
    for number, was_full in enumerate((True, False)):
        with Store.open(str(tmp_path / f"{number}.db")) as store:
            settled(store, set(), was_full=was_full)
            asked = [one.record_type for one in store.requests.list_(Side.C4C)]
            assert asked == ([] if was_full else [CONTACT])
            assert all(one.remote_id == EVERYTHING for one in store.requests.list_(Side.C4C))
