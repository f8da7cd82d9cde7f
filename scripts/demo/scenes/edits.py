"""Edits on one side, on the other, and on both; and what happens in C4C meanwhile."""

from __future__ import annotations

from demo.acts import ALICE, NewRecord, changes, edits, makes_obsolete, removes
from demo.expectations import IssueIs, NoItem, NoRecord, item, record, retired
from demo.scene import Chapter, Scene

CHAPTER = Chapter(
    "Edits on either side",
    (
        Scene(
            "E2: edited in Outlook",
            before=(NewRecord("contact", "Olga Outlook", {"JobTitle": "Buyer"}),),
            acts=(edits(ALICE, "Olga Outlook", jobTitle="Head of Buying"),),
            expect=(
                record("contact", "Olga Outlook", JobTitle="Head of Buying"),
                item("Olga Outlook", "contact", jobTitle="Head of Buying"),
            ),
        ),
        Scene(
            "C2: edited in C4C",
            before=(NewRecord("contact", "Carla Cloud", {"JobTitle": "Buyer"}),),
            acts=(changes("contact", "Carla Cloud", JobTitle="Auditor"),),
            expect=(
                record("contact", "Carla Cloud", JobTitle="Auditor"),
                item("Carla Cloud", "contact", jobTitle="Auditor"),
            ),
        ),
        Scene(
            "Different fields on both sides: both survive",
            before=(NewRecord("contact", "Bo Beide", {"JobTitle": "a", "Department": "b"}),),
            acts=(
                edits(ALICE, "Bo Beide", jobTitle="from Outlook"),
                changes("contact", "Bo Beide", Department="from C4C"),
            ),
            expect=(
                record("contact", "Bo Beide", JobTitle="from Outlook", Department="from C4C"),
                item("Bo Beide", "contact", jobTitle="from Outlook", department="from C4C"),
            ),
        ),
        Scene(
            "The same field on both sides: C4C wins, the conflict is reported",
            before=(NewRecord("contact", "Kim Konflikt", {"JobTitle": "a"}),),
            acts=(
                edits(ALICE, "Kim Konflikt", jobTitle="from Outlook"),
                changes("contact", "Kim Konflikt", JobTitle="from C4C"),
            ),
            expect=(
                record("contact", "Kim Konflikt", JobTitle="from C4C"),
                item("Kim Konflikt", "contact", jobTitle="from C4C"),
                IssueIs("conflict"),
            ),
        ),
        Scene(
            "Emptied in Outlook: emptied in C4C",
            before=(NewRecord("contact", "Ella Leer", {"Department": "Sales"}),),
            acts=(edits(ALICE, "Ella Leer", department=None),),
            expect=(
                record("contact", "Ella Leer", Department=""),
                item("Ella Leer", "contact", department=""),
            ),
        ),
        Scene(
            "C1: new in C4C",
            acts=(NewRecord("individual_customer", "Nils Neu", {"City": "Malmö"}),),
            expect=(item("Nils Neu", "individual_customer", city="Malmö"),),
        ),
        Scene(
            "C3: set to Obsolete in C4C",
            before=(NewRecord("contact", "Oda Obsolet"),),
            acts=(makes_obsolete("contact", "Oda Obsolet"),),
            expect=retired("contact", "Oda Obsolet"),
        ),
        Scene(
            "C3: gone from C4C altogether",
            before=(NewRecord("individual_customer", "Gina Gelöscht"),),
            acts=(removes("individual_customer", "Gina Gelöscht"),),
            expect=(NoItem("Gina Gelöscht"), NoRecord("Gina Gelöscht")),
        ),
        Scene(
            "C7: account renamed: the company of its contacts follows",
            before=(
                NewRecord("account", "Altname Werke"),
                NewRecord("contact", "Rita Rename", {"account": "Altname Werke"}),
            ),
            acts=(changes("account", "Altname Werke", Name="Neuname Werke"),),
            expect=(
                item("Neuname Werke", "account"),
                item("Rita Rename", "contact", companyName="Neuname Werke"),
            ),
        ),
    ),
)
