from __future__ import annotations

from typing import Any

import pytest

CONTACTS = "ContactCollection"


def test_user_edits_wear_the_users_name_and_are_not_counted(c4c: Any) -> None:
    object_id = c4c.admin.create_contact({"LastName": "Byron"}, user="Max Miller")
    before = c4c.admin.get(CONTACTS, object_id)
    c4c.admin.edit(CONTACTS, object_id, {"FirstName": "Ada"}, user="Eva Smith")
    after = c4c.admin.get(CONTACTS, object_id)
    assert (after["CreatedBy"], after["ChangedBy"]) == ("Max Miller", "Eva Smith")
    assert after["etag"] != before["etag"]
    assert c4c.admin.counters()["writes"] == {}


def test_users_are_not_bound_by_status_rules(c4c: Any) -> None:
    object_id = c4c.admin.create_contact({"LastName": "Byron"})
    c4c.admin.set_status(CONTACTS, object_id, "4")
    c4c.admin.set_status(CONTACTS, object_id, "1")
    assert c4c.admin.get(CONTACTS, object_id)["StatusCode"] == "1"
    customer = c4c.admin.create_individual_customer({"LastName": "King"})
    c4c.admin.set_status("IndividualCustomerCollection", customer, "4")
    row = c4c.admin.get("IndividualCustomerCollection", customer)
    assert row["LifeCycleStatusCodeText"] == "Obsolete"


def test_remove_takes_children_and_links_along(c4c: Any, account: Any) -> None:
    contact = c4c.admin.create_contact({"LastName": "B", "AccountID": account["AccountID"]})
    c4c.admin.create("ContactPersonalAddressCollection", {"ParentObjectID": contact})
    c4c.admin.remove("CorporateAccountCollection", account["ObjectID"])
    assert c4c.get(f"{CONTACTS}('{contact}')")["AccountID"] == ""
    c4c.admin.remove(CONTACTS, contact)
    c4c.get(f"{CONTACTS}('{contact}')", 404)
    assert not any(c4c.admin.dump().values())


def test_link_by_hand(c4c: Any, account: Any) -> None:
    contact = c4c.admin.create_contact({"LastName": "Byron"})
    link = c4c.admin.link(contact, account["ObjectID"], is_main=True)
    assert c4c.admin.get(CONTACTS, contact)["AccountID"] == account["AccountID"]
    c4c.admin.remove("ContactIsContactPersonForCollection", link)
    assert c4c.admin.get(CONTACTS, contact)["AccountID"] == ""


def test_counters_tell_reads_and_committed_writes(c4c: Any) -> None:
    c4c.admin.reset_counters()
    created = c4c.post(CONTACTS, LastName="Byron")
    c4c.patch(f"{CONTACTS}('{created['ObjectID']}')", FirstName="Ada")
    c4c.patch(f"{CONTACTS}('{created['ObjectID']}')", 400, LastName="")
    c4c.get(CONTACTS)
    assert c4c.admin.counters() == {
        "requests": {
            "GET ContactCollection": 1,
            "PATCH ContactCollection": 2,
            "POST ContactCollection": 1,
        },
        "writes": {"create ContactCollection": 1, "update ContactCollection": 1},
    }


@pytest.mark.parametrize(
    ("name", "value"), [("no_such", True), ("gt_lt", "yes"), ("overlength", "ignore")]
)
def test_mistyped_switches_are_refused(c4c: Any, name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"switch"):
        c4c.admin.set_switch(name, value)


@pytest.mark.parametrize("props", [{"Nope": "x"}, {"BirthDate": "x"}, {"FirstName": "x" * 41}])
def test_impossible_edits_are_refused(c4c: Any, props: dict[str, Any]) -> None:
    object_id = c4c.admin.create_contact({"LastName": "Byron"})
    with pytest.raises(ValueError, match=r"Nope|BirthDate|FirstName"):
        c4c.admin.edit(CONTACTS, object_id, props)
    with pytest.raises(LookupError):
        c4c.admin.edit(CONTACTS, "nope", {"FirstName": "x"})
    assert c4c.admin.get(CONTACTS, "nope") is None


def test_reset_returns_to_an_empty_tenant(c4c: Any) -> None:
    c4c.admin.create_contact({"LastName": "Byron"})
    c4c.admin.add_custom_field("Contact", "Hobby_KUT")
    c4c.switch(gt_lt=True)
    c4c.admin.add_fault(kind="locked")
    c4c.admin.reset()
    assert c4c.call("POST", CONTACTS, body={"LastName": "B"}).status_code == 403
    c4c.token = c4c.fetch_token()
    assert c4c.get(CONTACTS) == []
    assert (c4c.admin.switches()["gt_lt"], c4c.admin.fault_report()) == (False, [])
    assert "Hobby_KUT" in c4c.post(CONTACTS, 400, LastName="B", Hobby_KUT="x")


def test_equal_seeds_make_equal_worlds(c4c: Any) -> None:
    other = type(c4c)()
    for tenant in (c4c, other):
        for name in ("Byron", "King"):
            tenant.admin.create_contact({"LastName": name})
    assert c4c.admin.dump() == other.admin.dump()
