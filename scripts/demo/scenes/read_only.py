"""Contacts kept read-only: C4C is never written, Outlook is put right. And E9, a restore."""

from __future__ import annotations

from demo.acts import ALICE, PERSONAL, NewRecord, deletes, drags, edits, new_item, restores
from demo.expectations import IssueIs, ItemIn, NoItem, NoRecord, item, record
from demo.scene import Chapter, Scene
from demo.snapshot import FOLDERS

CHAPTER = Chapter(
    "Contacts read-only (the other types are not)",
    (
        Scene(
            "E3 read-only: deleted, re-created",
            before=(NewRecord("contact", "Rosa Readonly"),),
            acts=(deletes(ALICE, "Rosa Readonly"),),
            expect=(record("contact", "Rosa Readonly"), item("Rosa Readonly", "contact")),
        ),
        Scene(
            "E3, E7 read-only: moved out, re-created; the moved item loses the category",
            before=(NewRecord("contact", "Rolf Raus"),),
            acts=(drags(ALICE, "Rolf Raus", PERSONAL),),
            expect=(
                record("contact", "Rolf Raus"),
                ItemIn("Rolf Raus", FOLDERS["contact"], is_only=False),
                ItemIn("Rolf Raus", PERSONAL, {"categories": []}, (ALICE,), is_only=False),
            ),
        ),
        Scene(
            "E2 read-only: edited, C4C's value comes back",
            before=(NewRecord("contact", "Rike Rück", {"JobTitle": "Buyer"}),),
            acts=(edits(ALICE, "Rike Rück", jobTitle="Queen"),),
            expect=(
                record("contact", "Rike Rück", JobTitle="Buyer"),
                item("Rike Rück", "contact", jobTitle="Buyer"),
                IssueIs("read_only_edit"),
            ),
        ),
        Scene(
            "E1 read-only: a new item goes to Deleted Items",
            acts=(new_item(ALICE, "Nele Neu", "contact"),),
            expect=(
                NoItem("Nele Neu", (ALICE,)),
                NoRecord("Nele Neu"),
                IssueIs("read_only_new_item"),
            ),
        ),
        Scene(
            "E4 read-only: dragged to another managed folder, moved back",
            before=(NewRecord("contact", "Zeno Zurück"),),
            acts=(drags(ALICE, "Zeno Zurück", "individual_customer"),),
            expect=(
                record("contact", "Zeno Zurück"),
                item("Zeno Zurück", "contact"),
                IssueIs("moved_back"),
            ),
        ),
        Scene(
            "E9: restored from Deleted Items: the record is set Active again",
            acts=(restores(ALICE, "Dora Delete", "individual_customer"),),
            expect=(
                record("individual_customer", "Dora Delete"),
                item("Dora Delete", "individual_customer", (ALICE,)),
            ),
        ),
    ),
    settings={
        "CONTACT_SYNC_CONTACT_READ_ONLY": "true",
        # The type has just become read-only; else what lies there already would be asked about.
        "CONTACT_SYNC_CONTACT_FIRST_SESSION_REMOVALS": "act",
    },
)
