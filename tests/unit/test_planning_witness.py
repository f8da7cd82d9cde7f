"""Stage 1 removes nothing in C4C before the mailbox was read to its end (I7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import Link, Phase, RecordType
from contact_sync.mapper import ContactSyncMapper
from contact_sync.planning.upload import Upload
from contact_sync.settings import parse
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
    given = {"mapping": "exchange-to-c4c", "mailboxes": [ADA], "sync_store": "sync.db"}
    settings = parse(dict(ContactSyncMapper(config=given).config))
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
        planner = Upload(store, settings)
        operations = list(planner.start())
        for folder in FOLDERS:
            operations += planner.record("contact_folders", folder)
        operations += planner.record("contacts", TOMBSTONE)
        if end is not None:
            operations += planner.record("mailbox_reads", end)
        operations += planner.finish()
    assert [operation.record["ObjectID"] for operation in operations] == removals, description
