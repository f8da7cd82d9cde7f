from __future__ import annotations

from typing import Any

import pytest

CONTACTS = "ContactCollection"
CONTACT_LINKS = "ContactIsContactPersonForCollection"
ACCOUNT_LINKS = "CorporateAccountHasContactPersonCollection"


@pytest.fixture
def beta(c4c: Any) -> Any:
    object_id = c4c.admin.create_account({"Name": "Beta", "AdditionalName": "Holding"})
    return c4c.admin.get("CorporateAccountCollection", object_id)


@pytest.fixture
def contact(c4c: Any, account: Any) -> Any:
    props = {"LastName": "Byron", "AccountID": account["AccountID"], "Phone": "+49 228 12345"}
    return c4c.post(CONTACTS, **props)


def _links(c4c: Any, contact: Any) -> dict[str, bool]:
    """Return account number -> is it the main one."""
    rows = c4c.get(CONTACT_LINKS, filter=f"ContactID eq '{contact['ContactID']}'")
    return {row["AccountID"]: row["ReverseMainIndicator"] for row in rows}


def _path(contact: Any) -> str:
    return f"{CONTACTS}('{contact['ObjectID']}')"


def test_a_contact_gets_a_main_link_that_shares_its_work_fields(
    c4c: Any, contact: Any, account: Any
) -> None:
    assert contact["AccountFormattedName"] == "Alpha"
    assert contact["AccountUUID"] == account["UUID"]
    (link,) = c4c.get(CONTACT_LINKS, filter=f"ParentObjectID eq '{contact['ObjectID']}'")
    assert (link["ReverseMainIndicator"], link["Phone"]) == (True, contact["Phone"])
    c4c.patch(_path(contact), Phone="+49 228 99999", VIPContactCode="1")
    (link,) = c4c.get(ACCOUNT_LINKS, filter=f"ContactID eq '{contact['ContactID']}'")
    assert (link["Phone"], link["VIPReasonCode"]) == ("+49 2289 9999", "1")
    assert link["ParentObjectID"] == account["ObjectID"]
    c4c.patch(f"{CONTACT_LINKS}('{link['ObjectID']}')", JobTitle="Poet")
    assert c4c.get(_path(contact))["JobTitle"] == "Poet"


def test_the_formatted_account_name_joins_all_name_fields(c4c: Any, beta: Any) -> None:
    row = c4c.post(CONTACTS, LastName="Byron", AccountUUID=beta["UUID"])
    assert row["AccountFormattedName"] == "Beta Holding"
    c4c.admin.edit("CorporateAccountCollection", beta["ObjectID"], {"Name": "Gamma"})
    renamed = c4c.get(_path(row))
    assert renamed["AccountFormattedName"] == "Gamma Holding"
    assert renamed["ChangedOn"] == row["ChangedOn"]


@pytest.mark.parametrize(("change", "kept"), [("add", True), ("replace", False)])
def test_another_main_account(
    c4c: Any, contact: Any, account: Any, beta: Any, *, change: str, kept: bool
) -> None:
    c4c.switch(account_change=change)
    c4c.patch(_path(contact), AccountID=beta["AccountID"])
    row = c4c.get(_path(contact))
    assert (row["AccountID"], row["Phone"]) == (beta["AccountID"], contact["Phone"])
    old = {account["AccountID"]: False} if kept else {}
    assert _links(c4c, contact) == {**old, beta["AccountID"]: True}
    c4c.patch(_path(contact), AccountID=account["AccountID"])
    assert _links(c4c, contact)[account["AccountID"]] is True


def test_taking_the_account_away_removes_the_main_link(c4c: Any, contact: Any) -> None:
    c4c.patch(_path(contact), AccountID="")
    row = c4c.get(_path(contact))
    assert (row["AccountID"], row["AccountFormattedName"]) == ("", "")
    assert _links(c4c, contact) == {}


def test_links_can_be_posted_from_either_side(c4c: Any, account: Any, beta: Any) -> None:
    contact = c4c.post(CONTACTS, LastName="Byron", JobTitle="Poet")
    path = f"CorporateAccountCollection('{account['ObjectID']}')/CorporateAccountHasContactPerson"
    link = c4c.post(path, ContactID=contact["ContactID"], MainIndicator=True)
    assert (link["ContactFormattedName"], link["JobTitle"]) == ("Byron", "Poet")
    assert c4c.get(_path(contact))["AccountID"] == account["AccountID"]
    body = {"ContactID": contact["ContactID"], "AccountID": beta["AccountID"]}
    second = c4c.post(CONTACT_LINKS, **body, ReverseMainIndicator=True, Phone="+49 1")
    assert _links(c4c, contact) == {account["AccountID"]: False, beta["AccountID"]: True}
    assert c4c.get(_path(contact))["Phone"] == "+49 1"
    assert "already" in c4c.post(CONTACT_LINKS, 400, **body)
    assert "ContactID" in c4c.post(ACCOUNT_LINKS, 400, AccountID=beta["AccountID"])
    moved = c4c.patch(f"{ACCOUNT_LINKS}('{second['ObjectID']}')", 400, AccountID="1")
    assert "cannot be changed" in moved


def test_only_one_contact_is_the_main_one_of_an_account(c4c: Any, account: Any) -> None:
    for name in ("Byron", "King"):
        row = c4c.post(CONTACTS, LastName=name)
        path = f"CorporateAccountCollection('{account['ObjectID']}')"
        path += "/CorporateAccountHasContactPerson"
        c4c.post(path, ContactID=row["ContactID"], MainIndicator=True)
    rows = c4c.get(ACCOUNT_LINKS, filter=f"AccountID eq '{account['AccountID']}'")
    flags = {row["ContactFormattedName"]: row["MainIndicator"] for row in rows}
    assert flags == {"Byron": False, "King": True}


def test_a_deleted_main_link_leaves_no_account(c4c: Any, contact: Any) -> None:
    (link,) = c4c.get(CONTACT_LINKS, filter=f"ContactID eq '{contact['ContactID']}'")
    assert c4c.call("DELETE", f"{CONTACT_LINKS}('{link['ObjectID']}')").status_code == 204
    assert c4c.get(_path(contact))["AccountID"] == ""


def test_the_etag_belongs_to_the_business_object(c4c: Any, contact: Any, account: Any) -> None:
    c4c.admin.advance_clock(60)
    before = c4c.get(_path(contact))
    (link,) = c4c.get(CONTACT_LINKS, filter=f"ContactID eq '{contact['ContactID']}'")
    c4c.patch(f"{CONTACT_LINKS}('{link['ObjectID']}')", Building="7")
    after = c4c.get(_path(contact))
    link = c4c.get(f"{CONTACT_LINKS}('{link['ObjectID']}')")
    assert after["ChangedOn"] != before["ChangedOn"]
    assert link["__metadata"]["etag"] == after["__metadata"]["etag"]
    touched = c4c.admin.get("CorporateAccountCollection", account["ObjectID"])
    assert touched["etag"] == after["__metadata"]["etag"]


def test_links_need_not_touch_the_account(c4c: Any, account: Any) -> None:
    c4c.switch(links_touch_account=False)
    c4c.post(CONTACTS, LastName="Byron", AccountID=account["AccountID"])
    after = c4c.admin.get("CorporateAccountCollection", account["ObjectID"])
    assert after["etag"] == account["etag"]


def test_a_child_moves_changed_on_but_not_the_roots_entity_stamp(c4c: Any, account: Any) -> None:
    props = {"ParentObjectID": account["ObjectID"], "City": "Ulm"}
    c4c.admin.advance_clock(60)
    c4c.post("CorporateAccountAddressCollection", **props)
    after = c4c.admin.get("CorporateAccountCollection", account["ObjectID"])
    assert after["ChangedOn"] != account["ChangedOn"]
    assert after["EntityLastChangedOn"] == account["EntityLastChangedOn"]
    c4c.switch(children_touch_root=True)
    c4c.post("CorporateAccountAddressCollection", **props)
    after = c4c.admin.get("CorporateAccountCollection", account["ObjectID"])
    assert after["EntityLastChangedOn"] == after["ChangedOn"]


def test_the_account_shows_its_main_address(c4c: Any, account: Any) -> None:
    path = f"CorporateAccountCollection('{account['ObjectID']}')"
    props = {"City": "Ulm", "MainIndicator": True}
    new = c4c.post(f"{path}/CorporateAccountAddress", **props)
    row = c4c.get(path, expand="CorporateAccountAddress")
    assert (row["City"], row["CurrentDefaultAddressUUID"]) == ("Ulm", new["UUID"])
    mains = [item["MainIndicator"] for item in row["CorporateAccountAddress"]]
    assert sorted(mains) == [False, True]
    c4c.patch(path, Street="Main St", HouseNumber="1")
    shown = c4c.get(f"CorporateAccountAddressCollection('{new['ObjectID']}')")
    assert shown["FormattedPostalAddressDescription"] == "Main St 1 / Ulm"


def test_addresses_can_be_inserted_with_their_parent(c4c: Any) -> None:
    rows = [{"City": "Bonn"}, {"City": "Ulm"}]
    for sent in (rows, {"results": rows}):
        row = c4c.post(CONTACTS, LastName="Byron", ContactPersonalAddress=sent)
        found = c4c.get(f"{_path(row)}/ContactPersonalAddress", orderby="City")
        assert [item["City"] for item in found] == ["Bonn", "Ulm"]
        assert found[0]["ContactID"] == row["ContactID"]
    bad = {"LastName": "King", "ContactPersonalAddress": [{"Town": "Bonn"}]}
    assert "Town" in c4c.post(CONTACTS, 400, **bad)
    assert c4c.get(CONTACTS, filter="LastName eq 'King'") == []


def test_a_contact_may_show_its_accounts_address(c4c: Any, contact: Any) -> None:
    assert contact["BusinessAddressCity"] == ""
    c4c.switch(business_address="account_when_blank")
    assert c4c.get(_path(contact))["BusinessAddressCity"] == "Bonn"
    assert len(c4c.get(CONTACTS, filter="BusinessAddressCity eq 'Bonn'")) == 1
    c4c.patch(_path(contact), BusinessAddressCity="Ulm")
    assert c4c.get(_path(contact))["BusinessAddressCity"] == "Ulm"


def test_contacts_without_account_can_be_refused(c4c: Any) -> None:
    c4c.switch(contact_needs_account=True)
    assert "needs an account" in c4c.post(CONTACTS, 400, LastName="Byron")
