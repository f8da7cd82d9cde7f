from __future__ import annotations

from typing import Any

import pytest

CONTACTS = "ContactCollection"
ACCOUNTS = "CorporateAccountCollection"
CUSTOMERS = "IndividualCustomerCollection"


def _contact(c4c: Any, **props: Any) -> str:
    return f"{CONTACTS}('{c4c.admin.create_contact({'LastName': 'Byron', **props})}')"


def test_a_create_answers_with_the_row_location_and_etag(c4c: Any) -> None:
    answer = c4c.call("POST", CONTACTS, body={"LastName": "Byron", "FirstName": "Ada"})
    row = answer.get_json()["d"]["results"]
    assert answer.status_code == 201
    assert answer.headers["location"] == row["__metadata"]["uri"]
    assert answer.headers["etag"] == row["__metadata"]["etag"]
    assert (row["Name"], row["ContactID"], len(row["ObjectID"])) == ("Ada Byron", "1000001", 32)
    assert row["ContactUUID"].replace("-", "") == row["ObjectID"]


def test_status_defaults_to_in_preparation(c4c: Any) -> None:
    assert c4c.post(CONTACTS, LastName="Byron")["StatusCode"] == "1"
    row = c4c.post(CUSTOMERS, LastName="Byron", RoleCode="CRM000", LifeCycleStatusCode="2")
    assert (row["LifeCycleStatusCode"], row["FormattedName"]) == ("2", "Byron")


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        (CONTACTS, {}, "'LastName' is mandatory"),
        (CONTACTS, {"LastName": ""}, "'LastName' is mandatory"),
        (ACCOUNTS, {"Name": "Alpha"}, "'RoleCode' is mandatory"),
        (ACCOUNTS, {"RoleCode": "CRM000"}, "'Name' is mandatory"),
        (CUSTOMERS, {"LastName": "Byron"}, "'RoleCode' is mandatory"),
        (CONTACTS, {"LastName": "x" * 41}, "exceeds length 40"),
        (CONTACTS, {"LastName": "B", "Surname": "x"}, "Property 'Surname' not found"),
        (CONTACTS, {"LastName": "B", "lastname": "x"}, "Property 'lastname' not found"),
        (CONTACTS, {"LastName": "B", "Name": "x"}, "'Name' is not creatable"),
        (CONTACTS, {"LastName": "B", "StatusCodeText": "Active"}, "is not creatable"),
        (CONTACTS, {"LastName": "B", "ETag": None}, "'ETag' is not creatable"),
        (CONTACTS, {"LastName": "B", "FirstName": None}, "Invalid value for property 'FirstName'"),
        (CONTACTS, {"LastName": "B", "FirstName": 5}, "Invalid value"),
        (CONTACTS, {"LastName": "B", "EmailInvalidIndicator": "no"}, "Invalid value"),
        (CONTACTS, {"LastName": "B", "BirthDate": "/Date(0)/"}, "Invalid value"),
        (CONTACTS, {"LastName": "B", "BirthDate": "1980-02-29"}, "Invalid value"),
        (CONTACTS, {"LastName": "B", "BirthDate": "1980-02-29T10:00:00"}, "Invalid value"),
        (CONTACTS, {"LastName": "B", "BirthDate": "1981-02-29T00:00:00"}, "Invalid value"),
        (CONTACTS, {"LastName": "B", "StatusCode": "4"}, "Status 4 is not allowed"),
        (CONTACTS, {"LastName": "B", "StatusCode": "9"}, "not in its code list"),
        (CONTACTS, {"LastName": "B", "TitleCode": "Mr."}, "not in its code list"),
        (CONTACTS, {"LastName": "B", "ContactID": "7"}, "External number"),
        (CONTACTS, {"LastName": "B", "AccountID": "7"}, "AccountID is missing or unknown"),
        (CONTACTS, {"LastName": "B", "ContactIsContactPersonFor": []}, "is not creatable"),
        (
            ACCOUNTS,
            {"Name": "A", "RoleCode": "CRM000", "StateCode": "TX"},
            "requires 'CountryCode'",
        ),
        (
            ACCOUNTS,
            {"Name": "A", "RoleCode": "CRM000", "StateCode": "TX", "CountryCode": "DE"},
            "not in its code list",
        ),
        ("CorporateAccountAddressCollection", {"City": "Bonn"}, "ParentObjectID"),
    ],
)
def test_refused_creates(c4c: Any, path: str, body: dict[str, Any], error: str) -> None:
    answer = c4c.call("POST", path, body=body)
    assert answer.status_code == 400
    assert error in answer.get_json()["error"]["message"]["value"]
    assert c4c.admin.counters()["writes"] == {}
    assert not any(c4c.admin.dump().values())


def test_a_given_object_id_is_ignored_on_create(c4c: Any) -> None:
    assert c4c.post(CONTACTS, LastName="Byron", ObjectID="x")["ObjectID"] != "x"


def test_overlength_can_mean_truncation(c4c: Any) -> None:
    c4c.switch(overlength="truncate")
    assert c4c.post(CONTACTS, LastName="x" * 50)["LastName"] == "x" * 40


def test_numbers_with_zeros_are_found_in_either_form(c4c: Any) -> None:
    c4c.switch(leading_zeros=True)
    account = c4c.post(ACCOUNTS, Name="Alpha", RoleCode="CRM000")
    assert account["AccountID"] == "0001000001"
    contact = c4c.post(CONTACTS, LastName="Byron", AccountID="1000001")
    assert contact["AccountID"] == "0001000001"
    assert c4c.get(CONTACTS, filter="AccountID eq '1000001'") == []


def test_numbers_chosen_by_the_caller(c4c: Any) -> None:
    c4c.switch(external_numbers="accept")
    assert c4c.post(CONTACTS, LastName="Byron", ContactID="77")["ContactID"] == "77"
    assert "in use" in c4c.post(CONTACTS, 400, LastName="King", ContactID="77")


def test_dates_are_written_as_midnight(c4c: Any) -> None:
    row = c4c.post(CONTACTS, LastName="Byron", BirthDate="1815-12-10T00:00:00")
    assert row["BirthDate"] == "/Date(-4861728000000)/"
    path = f"{CONTACTS}('{row['ObjectID']}')"
    c4c.patch(path, BirthDate=None)
    assert c4c.get(path)["BirthDate"] is None
    c4c.switch(date_input="both", null_strings=True)
    c4c.patch(path, BirthDate="/Date(0)/", FirstName=None)
    assert (c4c.get(path)["BirthDate"], c4c.get(path)["FirstName"]) == ("/Date(0)/", "")


def test_a_patch_is_204_and_moves_the_etag(c4c: Any) -> None:
    path = _contact(c4c)
    before = c4c.get(path)
    assert c4c.patch(path, FirstName="Ada") is None
    after = c4c.get(path)
    assert (after["FirstName"], after["LastName"]) == ("Ada", "Byron")
    assert after["__metadata"]["etag"] != before["__metadata"]["etag"]
    assert (after["CreatedBy"], after["ChangedBy"]) == ("Eddie User", "Contact Sync Integration")


def test_an_old_etag_is_412(c4c: Any) -> None:
    path = _contact(c4c)
    headers = {"If-Match": c4c.get(path)["__metadata"]["etag"]}
    body = {"FirstName": "Ada"}
    assert c4c.call("PATCH", path, body=body, headers=headers).status_code == 204
    assert c4c.call("PATCH", path, body=body, headers=headers).status_code == 412
    assert c4c.call("PATCH", path, body=body, headers={"If-Match": "*"}).status_code == 204
    decoded = c4c.get(path)["__metadata"]["etag"].replace("%3A", ":")
    assert c4c.call("PATCH", path, body=body, headers={"If-Match": decoded}).status_code == 412
    c4c.switch(require_if_match=True)
    assert "If-Match" in c4c.patch(path, 428, **body)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"Name": "Someone else"}, 400),
        ({"ContactID": "1"}, 400),
        ({"ETag": "whatever", "StatusCodeText": "whatever"}, 204),
        ({"LastName": ""}, 400),
        ({"Surname": "x"}, 400),
        ({"CorporateAccount": {}}, 400),
        ({}, 204),
    ],
)
def test_patch_rules(c4c: Any, body: dict[str, Any], status: int) -> None:
    path = _contact(c4c)
    c4c.patch(path, status, **body)


def test_a_readonly_value_may_be_sent_back_unchanged(c4c: Any) -> None:
    path = _contact(c4c)
    row = c4c.get(path)
    same = {name: row[name] for name in ("ObjectID", "ContactID", "Name", "CreationOn")}
    c4c.patch(path, 204, **same, FirstName="Ada")


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("1", "2", 204),
        ("1", "3", 400),
        ("2", "3", 204),
        ("2", "4", 204),
        ("2", "1", 400),
        ("4", "2", 204),
        ("4", "3", 400),
        ("4", "4", 204),
    ],
)
def test_status_transitions(c4c: Any, before: str, after: str, status: int) -> None:
    path = _contact(c4c, StatusCode=before)
    c4c.patch(path, status, StatusCode=after)


def test_revival_and_edits_of_obsolete_records_can_be_refused(c4c: Any) -> None:
    path = _contact(c4c, StatusCode="4")
    c4c.patch(path, FirstName="Ada")
    c4c.switch(obsolete_read_only=True, status_transitions={"2": ["4"]})
    assert "obsolete" in c4c.patch(path, 400, FirstName="Bob")
    assert "Status change" in c4c.patch(path, 400, StatusCode="2")


def test_put_replaces_everything_it_does_not_name(c4c: Any) -> None:
    path = _contact(c4c, FirstName="Ada", Email="ada@alpha.example")
    answer = c4c.call("PUT", path, body={"LastName": "King"})
    assert answer.status_code == 204
    row = c4c.get(path)
    assert (row["LastName"], row["FirstName"], row["Email"]) == ("King", "", "")
    assert c4c.call("PUT", path, body={"FirstName": "Ada"}).status_code == 400


def test_master_data_cannot_be_deleted(c4c: Any) -> None:
    path = _contact(c4c)
    answer = c4c.call("DELETE", path)
    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"]) == (403, "ERROR")
    assert error["message"]["value"] == "No delete authorization"
    assert "x-csrf-token" not in answer.headers
    gone = c4c.call("DELETE", f"{CONTACTS}('nope')")
    assert (gone.status_code, "does not exist" in gone.get_data(as_text=True)) == (404, True)


def test_children_can_be_deleted(c4c: Any, account: Any) -> None:
    sets = "CorporateAccountAddressCollection"
    (address,) = c4c.get(sets, filter=f"ParentObjectID eq '{account['ObjectID']}'")
    etag = address["__metadata"]["etag"]
    path = f"{sets}('{address['ObjectID']}')"
    assert c4c.call("DELETE", path, headers={"If-Match": 'W/"x"'}).status_code == 412
    assert c4c.call("DELETE", path, headers={"If-Match": etag}).status_code == 204
    c4c.get(path, 404)


def test_duplicates_are_allowed(c4c: Any) -> None:
    ids = {c4c.post(CONTACTS, LastName="Byron", Email="a@b")["ObjectID"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("MERGE", "ContactCollection('x')", 405),
        ("PATCH", "ContactCollection", 405),
        ("DELETE", "ContactCollection('x')/ContactIsContactPersonFor", 405),
        ("POST", "ContactStatusCodeCollection", 404),
        ("PATCH", "ContactCollection('x')", 404),
    ],
)
def test_verbs_in_the_wrong_place(c4c: Any, method: str, path: str, status: int) -> None:
    assert c4c.call(method, path, body={}).status_code == status


def test_bodies_must_be_json_objects(c4c: Any) -> None:
    json_type = {"Content-Type": "application/json"}
    assert c4c.call("POST", CONTACTS, data=b"<x/>").status_code == 415
    assert c4c.call("POST", CONTACTS, data=b"{", headers=json_type).status_code == 400
    assert c4c.call("POST", CONTACTS, data=b"[]", headers=json_type).status_code == 400


def test_the_payload_of_a_create_can_be_left_out(c4c: Any) -> None:
    headers = {"odata-no-response-payload": "true"}
    answer = c4c.call("POST", CONTACTS, body={"LastName": "Byron"}, headers=headers)
    assert (answer.status_code, answer.get_data()) == (201, b"")
    assert CONTACTS in answer.headers["location"]


def test_a_record_open_on_a_screen_is_locked(c4c: Any) -> None:
    path = _contact(c4c)
    object_id = c4c.get(path)["ObjectID"]
    c4c.admin.lock(object_id, "Max Miller")
    assert "locked by user Max Miller" in c4c.patch(path, 400, FirstName="Ada")
    c4c.admin.unlock(object_id)
    c4c.patch(path, FirstName="Ada")


def test_a_lock_can_be_scripted(c4c: Any) -> None:
    path = _contact(c4c)
    c4c.admin.add_fault(kind="locked", operation="ContactCollection.update", options={"user": "M"})
    assert "locked by user M" in c4c.patch(path, 400, FirstName="Ada")
    c4c.patch(path, FirstName="Ada")


@pytest.mark.parametrize(
    ("country", "written", "shown", "normalised"),
    [
        ("US", "+1 865 813 0643", "+1 (865) 813-0643", "+18658130643"),
        ("US", "865-813-0643", "+1 (865) 813-0643", "+18658130643"),
        ("US", "1 865 813 0643", "+1 (865) 813-0643", "+18658130643"),
        ("DE", "+49 6227 7-47474", "+49 6227 747474", "+496227747474"),
        ("DE", "06227 747474", "+49 6227 747474", "+496227747474"),
        ("DE", "0049 6227 747474", "+49 0496 227747474", "+490496227747474"),
        ("DE", "112", "+49 112", "+49112"),
        ("", "06227 747474", "06227 747474", "06227747474"),
        ("DE", "on request", "on request", ""),
        ("DE", "+999 1234", "+999 1234", "+9991234"),
    ],
)
def test_phones_are_reformatted(
    c4c: Any, country: str, written: str, shown: str, normalised: str
) -> None:
    props = {"Name": "Alpha", "RoleCode": "CRM000", "CountryCode": country}
    account = c4c.post(ACCOUNTS, **props)["AccountID"]
    row = c4c.post(CONTACTS, LastName="Byron", AccountID=account, Phone=written, Mobile=written)
    assert (row["Phone"], row["NormalisedPhone"]) == (shown, normalised)
    assert (row["Mobile"], row["NormalisedMobile"]) == (shown, normalised)
    path = f"{CONTACTS}('{row['ObjectID']}')"
    c4c.patch(path, Phone=shown)
    assert c4c.get(path)["Phone"] == shown


def test_phones_of_a_contact_without_account_follow_its_own_country(c4c: Any) -> None:
    props = {"LastName": "Byron", "BusinessAddressCountryCode": "FR", "Phone": "01 23 45 67 89"}
    assert c4c.post(CONTACTS, **props)["Phone"] == "+33 1234 56789"
    c4c.switch(format_phones=False)
    assert c4c.post(CONTACTS, **props)["Phone"] == "01 23 45 67 89"


def test_custom_fields(c4c: Any) -> None:
    c4c.admin.add_custom_field("Contact", "Hobby_KUT", max_length=5)
    row = c4c.post(CONTACTS, LastName="Byron", Hobby_KUT="Chess")
    assert row["Hobby_KUT"] == "Chess"
    assert len(c4c.get(CONTACTS, filter="Hobby_KUT eq 'Chess'")) == 1
    assert "exceeds length 5" in c4c.post(CONTACTS, 400, LastName="Byron", Hobby_KUT="Sewing")
    with pytest.raises(ValueError, match="has a property"):
        c4c.admin.add_custom_field("Contact", "Hobby_KUT")


def test_a_lost_answer_leaves_the_create_in_place(c4c: Any) -> None:
    c4c.admin.add_fault(kind="cut_after", operation="ContactCollection.create")
    with pytest.raises(ConnectionError):
        c4c.post(CONTACTS, LastName="Byron")
    c4c.admin.add_fault(kind="cut_before", operation="ContactCollection.create")
    with pytest.raises(ConnectionError):
        c4c.post(CONTACTS, LastName="King")
    assert [row["LastName"] for row in c4c.get(CONTACTS)] == ["Byron"]
    assert c4c.admin.unused_faults() == []


def test_a_user_can_be_quicker_than_a_patch(c4c: Any) -> None:
    path = _contact(c4c)
    props = {"FirstName": "Bob"}
    c4c.admin.add_fault(
        kind="user_edit", operation="ContactCollection.update", options={"props": props}
    )
    headers = {"If-Match": c4c.get(path)["__metadata"]["etag"]}
    answer = c4c.call("PATCH", path, body={"FirstName": "Ada"}, headers=headers)
    assert answer.status_code == 412
    assert c4c.get(path)["FirstName"] == "Bob"
