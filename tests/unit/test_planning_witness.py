"""Stage 1: a removal in C4C needs a witness (I7), and is not forgotten before it is made (I11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Link, Phase, RecordType, Side
from contact_sync.mapper import ContactSyncMapper
from contact_sync.planning.upload import Upload
from contact_sync.settings import SyncSettings, parse
from contact_sync.store import Store

if TYPE_CHECKING:
    from pathlib import Path

ADA = "ada@contoso.example"
FOLDERS: list[dict[str, Any]] = [
    {"mailbox": ADA, "id": "default", "displayName": "Contacts", "isDefault": True},
    {"mailbox": ADA, "id": "managed", "displayName": "SAP C4C Contacts"},
]
TOMBSTONE = {"mailbox": ADA, "id": "item-1", "_sdc_deleted_at": "2026-11-27T12:00:00Z"}


@pytest.mark.parametrize(
    ("description", "end", "removals"),
    [
        ("read to its end", {"mailbox": ADA, "is_complete": True}, ["object-1"]),
        ("the tap says that it is not all", {"mailbox": ADA, "is_complete": False}, []),
        ("the tap ended early", None, []),
    ],
)
def test_i07_a_deletion_needs_a_mailbox_that_was_read_to_its_end(
    tmp_path: Path, description: str, end: dict[str, Any] | None, removals: list[str]
) -> None:
    with Store.open(str(tmp_path / "sync.db")) as store:
        for number in range(1, 4):
            store.links.save(
                Link(
                    link_id=f"link-{number}",
                    mailbox=ADA,
                    record_type=RecordType.CONTACT,
                    phase=Phase.ACTIVE,
                    exchange_id=f"item-{number}",
                    exchange_folder_id="managed",
                    c4c_id=f"object-{number}",
                )
            )
        planner = Upload(store, _settings())
        operations = list(planner.start())
        for folder in FOLDERS:
            operations += planner.record("contact_folders", folder)
        operations += planner.record("contacts", TOMBSTONE)
        if end is not None:
            operations += planner.record("mailbox_reads", end)
        operations += planner.finish()
    assert [operation.record["ObjectID"] for operation in operations] == removals, description


def test_i11_a_deleted_item_is_read_again_when_it_ends_a_conversion(tmp_path: Path) -> None:
    """Its old record is to be retired then; a session may end before that is carried out."""
    with Store.open(str(tmp_path / "sync.db")) as store:
        old = Link(
            link_id="old",
            mailbox=ADA,
            record_type=RecordType.ACCOUNT,
            phase=Phase.CONVERTING,
            c4c_id="object-1",
            successor="new",
        )
        new = Link(link_id="new", mailbox=ADA, record_type=RecordType.CONTACT, exchange_id="item-1")
        store.links.save(old, new)
        planner = Upload(store, _settings())
        assert [*planner.start(), *planner.record("contacts", TOMBSTONE)] == []
        assert store.links.get("old") == old.but(
            phase=Phase.ACTIVE, successor=None, exchange_id="item-1"
        )
        asked = store.requests.list_(Side.EXCHANGE)
    assert [request.remote_id for request in asked] == ["item-1"]


def _settings() -> SyncSettings:
    given = {"mapping": "exchange-to-c4c", "mailboxes": [ADA], "sync_store": "sync.db"}
    return parse(dict(ContactSyncMapper(config=given).config))
