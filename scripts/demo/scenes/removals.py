"""Items deleted, moved out, dragged elsewhere, copied."""

from __future__ import annotations

from demo.acts import (
    ALICE,
    BOB,
    PERSONAL,
    NewRecord,
    categorises,
    changes,
    copies,
    deletes,
    drags,
    edits,
    makes_obsolete,
)
from demo.expectations import IssueIs, ItemIn, NoItem, item, obsolete, record, retired
from demo.scene import Chapter, Scene

CHAPTER = Chapter(
    "Deleted and moved",
    (
        Scene(
            "E3: deleted in Outlook: the record is set to Obsolete",
            before=(NewRecord("individual_customer", "Dora Delete"),),
            acts=(deletes(ALICE, "Dora Delete"),),
            expect=retired("individual_customer", "Dora Delete"),
        ),
        Scene(
            "E3: moved out of the folder: the record is set to Obsolete, the item stays personal",
            before=(NewRecord("contact", "Mona Moved"),),
            acts=(drags(ALICE, "Mona Moved", PERSONAL),),
            expect=(
                obsolete("contact", "Mona Moved"),
                ItemIn("Mona Moved", PERSONAL, {}, (ALICE,)),
                NoItem("Mona Moved", (BOB,)),
            ),
        ),
        Scene(
            "E4: dragged to another managed folder: converted",
            before=(NewRecord("contact", "Kuno Konvert", {"Email": "kuno@x.example"}),),
            acts=(drags(ALICE, "Kuno Konvert", "individual_customer"),),
            expect=(
                obsolete("contact", "Kuno Konvert"),
                record("individual_customer", "Kuno Konvert", Email="kuno@x.example"),
                item("Kuno Konvert", "individual_customer"),
            ),
        ),
        Scene(
            "E5: deleted in Outlook, edited in C4C: the edit wins",
            before=(NewRecord("contact", "Ede Edit", {"JobTitle": "a"}),),
            acts=(
                deletes(ALICE, "Ede Edit"),
                changes("contact", "Ede Edit", JobTitle="still needed"),
            ),
            expect=(
                record("contact", "Ede Edit", JobTitle="still needed"),
                item("Ede Edit", "contact", jobTitle="still needed"),
                IssueIs("delete_vs_edit"),
            ),
        ),
        Scene(
            "C4: set to Obsolete in C4C, edited in Outlook: the deletion wins",
            before=(NewRecord("contact", "Dirk Dropped", {"JobTitle": "a"}),),
            acts=(
                edits(ALICE, "Dirk Dropped", jobTitle="too late"),
                makes_obsolete("contact", "Dirk Dropped"),
            ),
            expect=(*retired("contact", "Dirk Dropped"), IssueIs("deletion_dropped_edit")),
        ),
        Scene(
            "E6: category removed: put back",
            before=(NewRecord("contact", "Kai Kategorielos"),),
            acts=(categorises(ALICE, "Kai Kategorielos", "Important"),),
            expect=(
                item(
                    "Kai Kategorielos",
                    "contact",
                    (ALICE,),
                    categories=["Important", "SAP Cloud for Customer SSI"],
                ),
                record("contact", "Kai Kategorielos"),
            ),
        ),
        Scene(
            "E8: a copy of a linked item is not synced",
            before=(NewRecord("contact", "Cora Copy"),),
            acts=(copies(ALICE, "Cora Copy"),),
            expect=(
                record("contact", "Cora Copy"),
                item("Cora Copy", "contact", (BOB,)),
                IssueIs("duplicate_of_linked"),
            ),
            apart=("Cora Copy",),
        ),
    ),
)
