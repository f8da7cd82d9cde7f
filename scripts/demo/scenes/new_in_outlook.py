"""Contacts become records: by folder, by category, and the account that belongs to them."""

from __future__ import annotations

from demo.acts import (
    ALICE,
    BOB,
    PERSONAL,
    NewItem,
    NewRecord,
    categorises,
    drags,
    new_item,
    personal,
)
from demo.expectations import IssueIs, NoRecord, item, record, stays_personal
from demo.scene import Chapter, Scene

_ACCOUNT, _CONTACT, _CUSTOMER = "Account", "SAP Cloud for Customer SSI", "Individual Customer"


def _company(name: str) -> NewItem:
    return NewItem(ALICE, name, PERSONAL, {"companyName": name})


_BY_FOLDER = Scene(
    "R1: dragged into each of the three folders",
    before=(
        _company("Tischlerei Dragsholm"),
        personal(ALICE, "Greta Gezogen", email="greta@x.example"),
        personal(BOB, "Ivo Indjić", phone="+43 1 / 505 60 70"),
    ),
    acts=(
        drags(ALICE, "Tischlerei Dragsholm", "account"),
        drags(ALICE, "Greta Gezogen", "contact"),
        drags(BOB, "Ivo Indjić", "individual_customer"),
    ),
    expect=(
        item("Tischlerei Dragsholm", "account"),
        record("account", "Tischlerei Dragsholm"),
        item("Greta Gezogen", "contact", categories=[_CONTACT]),
        record("contact", "Greta Gezogen", Email="greta@x.example"),
        item("Ivo Indjić", "individual_customer"),
        record("individual_customer", "Ivo Indjić"),
    ),
)
_BY_CATEGORY = Scene(
    "R2: categorised in the personal folder: moved, then synced; other categories stay",
    before=(
        _company("Café Kategorie"),
        personal(ALICE, "Karl Kategorie", categories=["Blue category"]),
        personal(BOB, "Ida Individuell"),
    ),
    acts=(
        categorises(ALICE, "Café Kategorie", _ACCOUNT),
        categorises(ALICE, "Karl Kategorie", "Blue category", _CONTACT),
        categorises(BOB, "Ida Individuell", _CUSTOMER),
    ),
    expect=(
        item("Café Kategorie", "account", categories=[_ACCOUNT]),
        record("account", "Café Kategorie"),
        item("Karl Kategorie", "contact", (ALICE,), categories=["Blue category", _CONTACT]),
        item("Karl Kategorie", "contact", (BOB,)),
        record("contact", "Karl Kategorie"),
        item("Ida Individuell", "individual_customer"),
        record("individual_customer", "Ida Individuell"),
    ),
)
_CALENDAR = Scene(
    "R5: the two categories of the calendar sync route nothing",
    before=(personal(ALICE, "Vera Visite"), personal(ALICE, "Erik Error")),
    acts=(
        categorises(ALICE, "Vera Visite", "Visit"),
        categorises(ALICE, "Erik Error", "Error in SAP Cloud for Customer SSI"),
    ),
    expect=(*stays_personal(ALICE, "Vera Visite"), *stays_personal(ALICE, "Erik Error")),
)
_AMBIGUOUS = Scene(
    "R3: categories of two types: not synced, but reported",
    before=(personal(ALICE, "Zora Zweideutig"),),
    acts=(categorises(ALICE, "Zora Zweideutig", _CONTACT, _CUSTOMER),),
    expect=(*stays_personal(ALICE, "Zora Zweideutig"), IssueIs("ambiguous_category")),
)
_MISSING_NAME = Scene(
    "A contact without last name: an issue, nothing is sent, the rest goes on",
    acts=(NewItem(ALICE, "Prince", "contact", {"givenName": "Prince"}),),
    expect=(NoRecord("Prince"), IssueIs("missing_last_name")),
    apart=("Prince",),
)


def _joins(title: str, name: str, company: str, account: str, city: str = "") -> Scene:
    """A new contact of a company; the account's name is empty if none may be chosen."""
    return Scene(
        title,
        acts=(new_item(ALICE, name, "contact", companyName=company),),
        expect=(
            record("contact", name, AccountFormattedName=account, account_city=city),
            item(name, "contact", (BOB,), companyName=account),
        ),
    )


_CASCADE = (
    Scene(
        "Account cascade: the accounts that are there",
        before=(
            NewRecord("account", "Exakta Maschinen", {"City": "Graz"}),
            NewRecord("account", "Exakta Maschinen Vertrieb", {"City": "Linz"}),
            NewRecord("account", "Zwilling Handel", {"City": "Oslo"}, on="2021-05-01"),
            NewRecord("account", "Zwilling Handel", {"City": "Bergen"}, on="2019-05-01"),
            NewRecord("account", "Nordre Fjordlaks Export", {"City": "Ålesund"}),
            NewRecord("account", "Wiener Kaffeehaus Betriebe", {"City": "Wien"}),
            NewRecord("account", "Grazer Kaffeehaus Betriebe", {"City": "Graz"}),
        ),
        expect=(item("Exakta Maschinen", "account"),),
    ),
    _joins(
        "… exactly one of that name", "Eva Exakt", "Exakta  Maschinen", "Exakta Maschinen", "Graz"
    ),
    _joins(
        "… several: the one created first (2019)",
        "Sven Zwilling",
        "Zwilling Handel",
        "Zwilling Handel",
        "Bergen",
    ),
    _joins(
        "… part of one name only",
        "Tone Teil",
        "fjordlaks",
        "Nordre Fjordlaks Export",
        "Ålesund",
    ),
    _joins("… part of several names: no account", "Mia Mehrere", "Kaffeehaus", ""),
    _joins("… of no name: no account", "Nora Niemand", "Gibt Es Nicht AG", ""),
    _joins("… company empty: no account", "Leo Leer", "", ""),
    Scene(
        "… account and contact new in Outlook in the same session",
        acts=(
            new_item(ALICE, "Gleichzeitig & Co.", "account"),
            new_item(ALICE, "Gustav Gleich", "contact", companyName="Gleichzeitig & Co."),
        ),
        expect=(
            record("account", "Gleichzeitig & Co."),
            record("contact", "Gustav Gleich", AccountFormattedName="Gleichzeitig & Co."),
        ),
    ),
)

CHAPTER = Chapter(
    "New in Outlook: folders, categories, accounts",
    (_BY_FOLDER, _BY_CATEGORY, _CALENDAR, _AMBIGUOUS, _MISSING_NAME, *_CASCADE),
)
