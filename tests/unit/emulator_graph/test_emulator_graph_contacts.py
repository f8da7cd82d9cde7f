from __future__ import annotations

import base64
from typing import Any

import pytest

LINK = "String {6e1c9e0a-55b7-4d4b-8f54-5f8a3c6f7a11} Name SyncLink"
LINK_IN_CAPITALS = "string {6E1C9E0A-55B7-4D4B-8F54-5F8A3C6F7A11} Name SyncLink"


def test_a_create_answers_with_the_whole_contact(graph: Any) -> None:
    made = graph.post("/contacts", {"givenName": "Ada", "surname": "Byron"})

    assert (made["displayName"], made["fileAs"]) == ("Ada Byron", None)
    assert made["@odata.etag"] == f'W/"{made["changeKey"]}"'
    assert (made["businessPhones"], made["homeAddress"], made["jobTitle"]) == ([], {}, None)
    assert made["createdDateTime"] == "2026-11-22T10:00:00Z"
    assert made["primaryEmailAddress"] is None


def test_file_as_is_derived_where_a_user_writes_or_a_switch_says_so(graph: Any) -> None:
    item = graph.add(givenName="Ada", surname="Byron")
    assert graph.get(f"/contacts/{item}")["fileAs"] == "Byron, Ada"
    graph.switch(file_as_derived=True)
    made = graph.post("/contacts", {"givenName": "Ada", "surname": "Byron"})
    assert made["fileAs"] == "Byron, Ada"


def test_the_display_name_follows_the_names_unless_sent(graph: Any) -> None:
    item = graph.add(givenName="Ada", surname="Byron")

    assert graph.patch(f"/contacts/{item}", {"jobTitle": "x"})["displayName"] == "Ada Byron"
    assert graph.patch(f"/contacts/{item}", {"surname": "King"})["displayName"] == "Ada King"
    kept = graph.patch(f"/contacts/{item}", {"surname": "L", "displayName": "Countess"})
    assert kept["displayName"] == "Countess"


@pytest.mark.parametrize(
    "body",
    [
        {"id": "x"},
        {"changeKey": "x"},
        {"lastModifiedDateTime": "2026-01-01T00:00:00Z"},
        {"@odata.etag": 'W/"x"'},
        {"gender": "x"},
        {"photo": None},
        {"givenName": 1},
        {"emailAddresses": None},
        {"homeAddress": None},
        {"homeAddress": {"zip": "1"}},
        {"birthday": "1970-01-01"},
        {"businessPhones": ["1", "2", "3"]},
        {"emailAddresses": [{"address": f"a{n}@b.example"} for n in range(4)]},
        {"emailAddresses": [], "primaryEmailAddress": None},
        {"singleValueExtendedProperties": [{"id": "nonsense", "value": "x"}]},
        {"singleValueExtendedProperties": [{"id": LINK, "value": None}]},
    ],
)
def test_bodies_that_are_refused(graph: Any, body: dict[str, Any]) -> None:
    item = graph.add(givenName="Ada")

    assert graph.refused("PATCH", f"/contacts/{item}", body)[0] == 400
    assert graph.refused("POST", "/contacts", body)[0] == 400


def test_a_fourth_email_names_the_limit(graph: Any) -> None:
    emails = [{"address": f"a{n}@b.example"} for n in range(4)]

    answer = graph.call("POST", "/contacts", {"emailAddresses": emails})

    assert "exceeds the max allowed value" in answer.get_json()["error"]["message"]


def test_a_third_home_phone_is_dropped_or_refused(graph: Any) -> None:
    body = {"homePhones": ["1", "2", "3"], "imAddresses": ["a", "b", "c", "d"]}

    made = graph.post("/contacts", body)

    assert (made["homePhones"], made["imAddresses"]) == (["1", "2"], ["a", "b", "c"])
    graph.switch(slot_overflow="refused")
    assert graph.refused("POST", "/contacts", body)[0] == 400


def test_lists_and_addresses_are_replaced_as_a_whole(graph: Any) -> None:
    item = graph.add(
        businessPhones=["1", "2"], categories=["A", "B"], homeAddress={"city": "X", "street": "Y"}
    )

    body = {"businessPhones": ["3"], "categories": ["C"], "homeAddress": {"city": "Z"}}
    changed = graph.patch(f"/contacts/{item}", body)

    assert (changed["businessPhones"], changed["categories"]) == (["3"], ["C"])
    assert changed["homeAddress"] == {"city": "Z"}
    assert graph.patch(f"/contacts/{item}", {"homeAddress": {}})["homeAddress"] == {}


def test_what_the_service_makes_of_email_addresses(graph: Any) -> None:
    made = graph.post(
        "/contacts", {"emailAddresses": [{"address": "a@b.example"}, {"address": "no address"}]}
    )

    assert made["emailAddresses"] == [
        {"name": "a@b.example", "address": "a@b.example"},
        {"name": "no address"},
    ]
    body = {"emailAddresses": [{"name": "Ada", "address": "A@b.example"}]}
    changed = graph.patch(f"/contacts/{made['id']}", body)
    assert changed["emailAddresses"] == [{"name": "a@b.example", "address": "A@b.example"}]
    graph.switch(email_name_change_ignored=False)
    assert graph.patch(f"/contacts/{made['id']}", body)["emailAddresses"][0]["name"] == "Ada"


def test_an_email_name_can_stay_missing(graph: Any) -> None:
    graph.switch(email_name_filled=False)

    made = graph.post("/contacts", {"emailAddresses": [{"address": "a@b.example"}]})

    assert made["emailAddresses"] == [{"address": "a@b.example"}]


def test_slots_and_list_are_two_views_of_the_same(graph: Any) -> None:
    emails = [{"name": str(n), "address": f"a{n}@b.example"} for n in range(3)]
    item = graph.add(emailAddresses=emails)

    changed = graph.patch(f"/contacts/{item}", {"secondaryEmailAddress": None})

    assert changed["emailAddresses"] == [emails[0], emails[2]]
    assert changed["tertiaryEmailAddress"] == emails[2]
    changed = graph.patch(f"/contacts/{item}", {"emailAddresses": [emails[1]]})
    assert (changed["primaryEmailAddress"], changed["tertiaryEmailAddress"]) == (emails[1], None)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("1815-12-10T11:59:00Z", "1815-12-10T11:59:00Z"),
        ("1815-12-10T00:00:00Z", "1815-12-09T11:59:00Z"),
        ("1815-12-10T01:00:00+02:00", "1815-12-09T23:00:00Z"),
    ],
)
def test_birthdays_at_midnight_lose_a_day(graph: Any, sent: str, stored: str) -> None:
    assert graph.post("/contacts", {"birthday": sent})["birthday"] == stored


def test_birthdays_are_echoed_when_the_shift_is_off(graph: Any) -> None:
    graph.switch(birthday_midnight_shift=False)

    made = graph.post("/contacts", {"birthday": "1815-12-10T00:00:00Z"})

    assert made["birthday"] == "1815-12-10T00:00:00Z"


def test_if_match_guards_update_and_delete(graph: Any) -> None:
    item = graph.add(givenName="Ada")
    old = graph.get(f"/contacts/{item}")["@odata.etag"]
    graph.admin.edit_contact(graph.box, item, {"givenName": "Eve"})
    stale = {"If-Match": old}

    refusal = (412, "ErrorIrresolvableConflict")
    assert graph.refused("PATCH", f"/contacts/{item}", {}, headers=stale) == refusal
    assert graph.refused("DELETE", f"/contacts/{item}", headers=stale) == refusal
    now = {"If-Match": graph.get(f"/contacts/{item}")["@odata.etag"]}
    assert graph.patch(f"/contacts/{item}", {"surname": "K"}, headers=now)["surname"] == "K"
    graph.switch(if_match="ignored")
    assert graph.patch(f"/contacts/{item}", {"surname": "L"}, headers=stale)["surname"] == "L"


def test_a_version_can_change_without_an_edit(graph: Any) -> None:
    item = graph.add(givenName="Ada")
    before = graph.get(f"/contacts/{item}")

    graph.admin.bump_change_key(graph.box, item)

    after = graph.get(f"/contacts/{item}")
    assert before.pop("changeKey") != after.pop("changeKey")
    assert before.pop("@odata.etag") != after.pop("@odata.etag")
    assert before == after


def test_writing_the_parent_folder_does_not_move(graph: Any) -> None:
    item = graph.add(givenName="Ada")
    home = graph.get(f"/contacts/{item}")["parentFolderId"]

    patched = graph.patch(f"/contacts/{item}", {"parentFolderId": graph.sales})

    assert patched["parentFolderId"] == home
    graph.switch(patch_parent_folder="refused")
    assert graph.refused("PATCH", f"/contacts/{item}", {"parentFolderId": graph.sales})[0] == 400
    graph.switch(patch_parent_folder="moves")
    patched = graph.patch(f"/contacts/{item}", {"parentFolderId": graph.sales})
    assert patched["parentFolderId"] == graph.sales


def test_a_deleted_item_can_still_be_read(graph: Any) -> None:
    item = graph.add(graph.sales, givenName="Ada")

    assert graph.call("DELETE", f"/contacts/{item}").status_code == 204

    shown = graph.get(f"/contacts/{item}")
    folders = graph.get("/contactFolders")["value"] + [graph.get("/contactFolders/contacts")]
    assert shown["parentFolderId"] not in {folder["id"] for folder in folders}
    gone = (404, "ErrorItemNotFound")
    assert graph.refused("GET", f"/contactFolders/{shown['parentFolderId']}/contacts") == gone
    graph.switch(deleted_items_readable=False)
    assert graph.refused("GET", f"/contacts/{item}") == gone


def test_a_second_delete_and_permanent_delete_are_final(graph: Any) -> None:
    first, second = graph.add(givenName="Ada"), graph.add(givenName="Eve")

    graph.call("DELETE", f"/contacts/{first}")
    refused = (403, "ErrorCannotDeleteObject")
    assert graph.refused("DELETE", f"/contacts/{first}") == refused
    graph.switch(delete_again="purges")
    graph.call("DELETE", f"/contacts/{first}")
    assert graph.call("POST", f"/contacts/{second}/permanentDelete").status_code == 204

    for item in (first, second):
        assert graph.refused("GET", f"/contacts/{item}") == (404, "ErrorItemNotFound")


def test_classic_ids_change_on_a_move_and_immutable_ones_do_not(graph: Any) -> None:
    item = graph.add(givenName="Ada")
    classic = graph.get(f"/contacts/{item}", prefer="")["id"]
    assert (len(item), len(classic)) == (72, 135)

    graph.admin.move_contact(graph.box, item, graph.sales)

    assert graph.refused("GET", f"/contacts/{classic}") == (404, "ErrorItemNotFound")
    assert graph.get(f"/contacts/{item}")["parentFolderId"] == graph.sales
    assert graph.get(f"/contacts/{item}", prefer="")["id"] != classic


def test_an_item_is_found_in_its_own_folder_only(graph: Any) -> None:
    item = graph.add(graph.sales, givenName="Ada")

    assert graph.get(f"/contactFolders/{graph.sales}/contacts/{item}")["givenName"] == "Ada"
    path = f"/contactFolders/contacts/contacts/{item}"
    assert graph.refused("GET", path) == (404, "ErrorItemNotFound")


def test_ids_are_case_sensitive_and_checked_for_their_form(graph: Any) -> None:
    items = [graph.add(givenName=str(n)) for n in range(4)]

    lowered = {item.lower() for item in items}
    assert len(lowered) < len(items), "some ids differ by case alone"
    assert len({graph.get(f"/contacts/{item}")["givenName"] for item in items}) == 4
    assert graph.refused("GET", "/contacts/nonsense") == (400, "ErrorInvalidIdMalformed")


def test_extended_properties_are_shown_only_when_asked_for(graph: Any) -> None:
    body = {"singleValueExtendedProperties": [{"id": LINK_IN_CAPITALS, "value": "X-1"}]}
    item = graph.post("/contacts", body)["id"]
    expand = (
        f"$expand=singleValueExtendedProperties($filter=id eq '{LINK}' or id eq 'Integer 0x0036')"
    )

    shown = graph.get(f"/contacts/{item}?$select=id&{expand}")

    assert shown["singleValueExtendedProperties"] == [
        {"id": LINK, "value": "X-1"},
        {"id": "Integer 0x36", "value": "0"},
    ]
    assert "singleValueExtendedProperties" not in graph.get(f"/contacts/{item}")
    other = expand.replace("SyncLink", "synclink").split(" or ")[0] + ")"
    assert "singleValueExtendedProperties" not in graph.get(f"/contacts/{item}?{other}")
    refused = graph.refused("GET", f"/contacts/{item}?$expand=singleValueExtendedProperties")
    assert refused[0] == 400


def test_photos(graph: Any) -> None:
    item = graph.add(givenName="Ada")
    path = f"/contacts/{item}/photo/$value"

    assert graph.refused("GET", path) == (404, "ImageNotFound")
    assert graph.refused("PUT", path, data=b"x", content_type="text/plain")[0] == 415
    assert graph.call("PUT", path, data=b"jpeg", content_type="image/jpeg").status_code == 200
    assert graph.call("GET", path).data == b"jpeg"
    assert graph.refused("DELETE", path) == (405, "ErrorInvalidRequest")
    graph.admin.set_photo(graph.box, item, base64.b64encode(b"other").decode())
    assert graph.call("GET", path).data == b"other"
    graph.call("PUT", path, data=b"", content_type="image/jpeg")
    assert graph.refused("GET", path)[0] == 404


@pytest.mark.parametrize(("mode", "named"), [("off", 0), ("some", 2), ("all", 4)])
def test_the_service_adds_the_folder_name_as_a_category(graph: Any, mode: str, named: int) -> None:
    graph.switch(folder_name_category=mode)
    path = f"/contactFolders/{graph.sales}/contacts"

    made = [graph.post(path, {"categories": ["VIP"]})["categories"] for _ in range(4)]

    assert sorted(made) == sorted([["VIP"]] * (4 - named) + [["VIP", "Sales"]] * named)
    assert graph.post("/contacts", {})["categories"] == []


def test_the_folder_category_can_come_late_as_a_change_of_its_own(graph: Any) -> None:
    graph.switch(folder_name_category="all")
    graph.switch(folder_name_category_late=True)

    made = graph.post(f"/contactFolders/{graph.sales}/contacts", {})

    now = graph.get(f"/contacts/{made['id']}")
    assert (made["categories"], now["categories"]) == ([], ["Sales"])
    assert made["changeKey"] != now["changeKey"]


def test_control_characters_make_the_json_invalid(graph: Any) -> None:
    item = graph.add(personalNotes="a\x0bb\\u000b\nc")

    assert b"a\x0bb\\\\u000b\\nc" in graph.call("GET", f"/contacts/{item}").data
    graph.switch(raw_control_characters=False)
    assert graph.get(f"/contacts/{item}")["personalNotes"] == "a\x0bb\\u000b\nc"


def test_a_full_mailbox_takes_no_new_items(graph: Any) -> None:
    graph.admin.set_mailbox(graph.box, full=True)

    assert graph.refused("POST", "/contacts", {}) == (403, "ErrorQuotaExceeded")
    assert graph.get("/contacts")["value"] == []


def test_a_copy_carries_everything_but_the_id(graph: Any) -> None:
    item = graph.admin.create_contact(
        graph.box, None, {"givenName": "Ada"}, {LINK: "X-1"}, base64.b64encode(b"j").decode()
    )

    graph.admin.copy_contact(graph.box, item, graph.sales)

    first, second = graph.admin.dump()["mailboxes"][graph.box]["contacts"]
    assert first["extended"] == second["extended"] == {LINK: "X-1"}
    assert first["photo_sha256"] == second["photo_sha256"] is not None
    assert first["id"] != second["id"]
