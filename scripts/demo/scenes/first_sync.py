"""The first session: a filled C4C meets two mailboxes."""

from __future__ import annotations

from demo.acts import ALICE, NewRecord, new_item, personal
from demo.expectations import item, record, stays_personal
from demo.scene import Chapter, Scene

CHAPTER = Chapter(
    "First sync of a filled C4C",
    (
        Scene(
            "C1: records of C4C appear in their folders in both mailboxes",
            before=(
                NewRecord("account", "Ljósberi Ångström & Söhne", {"City": "Reykjavík"}),
                NewRecord(
                    "contact",
                    "Þóra Sæmundsdóttir",
                    {
                        "account": "Ljósberi Ångström & Söhne",
                        "Email": "Thora@ljosberi.example",
                        "Phone": "+354 (0)555 / 12 34",
                        "BusinessAddressStreet": "Straße des 17. Juni",
                        "BusinessAddressHouseNumber": "135a",
                        "BusinessAddressCountryCode": "IS",
                    },
                ),
                NewRecord("individual_customer", "Nguyễn Thị 山田", {"Email": "n@mail.example"}),
            ),
            expect=(
                item("Ljósberi Ångström & Söhne", "account", city="Reykjavík"),
                item(
                    "Þóra Sæmundsdóttir",
                    "contact",
                    companyName="Ljósberi Ångström & Söhne",
                    street="Straße des 17. Juni 135a",
                    country="Iceland",
                    categories=["SAP Cloud for Customer SSI"],
                ),
                item("Nguyễn Thị 山田", "individual_customer", email="n@mail.example"),
            ),
        ),
        Scene(
            "First match: who is there already is linked, not doubled; no blank overwrites a value",
            before=(
                new_item(ALICE, "Hanna Doppel", "contact", email="hanna@x.example", jobTitle="CEO"),
                NewRecord("contact", "Hanna Doppel", {"Email": "Hanna@X.example"}),
            ),
            expect=(
                item("Hanna Doppel", "contact", jobTitle="CEO"),
                record("contact", "Hanna Doppel", JobTitle="CEO"),
            ),
        ),
        Scene(
            "R4: personal contacts never leave the mailbox",
            before=(personal(ALICE, "Oma Erna", mobilePhone="0171 / 23 45 67"),),
            expect=stays_personal(ALICE, "Oma Erna"),
        ),
    ),
)
