from __future__ import annotations

from typing import Any

import pytest

LINK = "String {6e1c9e0a-55b7-4d4b-8f54-5f8a3c6f7a11} Name SyncLink"


def removed(item: str) -> dict[str, Any]:
    return {"id": item, "@removed": {"reason": "deleted"}}


def delta_path(folder: str) -> str:
    return f"/contactFolders/{folder}/contacts/delta"


def test_a_first_round_is_a_full_read_of_one_folder(graph: Any) -> None:
    item = graph.add(graph.sales, givenName="Ada")
    graph.add(givenName="elsewhere")

    entries, link = graph.delta(graph.sales)

    assert [entry["id"] for entry in entries] == [item]
    assert entries[0]["givenName"] == "Ada"
    assert link.startswith("https://localhost/v1.0/users('anna@contoso.example')/contactFolders('")
    assert graph.delta(graph.sales, link)[0] == []


def test_an_update_carries_only_what_changed(graph: Any) -> None:
    item = graph.add(graph.sales, givenName="Ada", surname="Byron", jobTitle="x")
    _, link = graph.delta(graph.sales)
    graph.admin.edit_contact(graph.box, item, {"jobTitle": "y"})

    (entry,), _ = graph.delta(graph.sales, link)

    kept = {"@odata.type", "@odata.etag", "id", "jobTitle", "changeKey", "lastModifiedDateTime"}
    assert set(entry) == kept
    graph.switch(delta_partial_updates=False)
    (entry,), _ = graph.delta(graph.sales, link)
    assert (entry["givenName"], entry["jobTitle"]) == ("Ada", "y")


def test_own_writes_come_back(graph: Any) -> None:
    _, link = graph.delta(graph.sales)
    made = graph.post(f"/contactFolders/{graph.sales}/contacts", {"givenName": "Ada"})

    (entry,), _ = graph.delta(graph.sales, link)

    assert (entry["id"], entry["changeKey"]) == (made["id"], made["changeKey"])


def test_deletions_and_moves_are_removals_in_the_old_folder(graph: Any) -> None:
    home = graph.get("/contactFolders/contacts")["id"]
    gone, moved = graph.add(graph.sales, givenName="a"), graph.add(graph.sales, givenName="b")
    _, old = graph.delta(graph.sales)
    _, new = graph.delta(home)
    graph.admin.delete_contact(graph.box, gone)
    graph.admin.move_contact(graph.box, moved, home)

    assert graph.delta(graph.sales, old)[0] == [removed(gone), removed(moved)]
    (entry,), _ = graph.delta(home, new)
    assert (entry["id"], entry["givenName"], entry["parentFolderId"]) == (moved, "b", home)
    graph.switch(delta_removed_reason="changed")
    entries, _ = graph.delta(graph.sales, old)
    assert entries[0]["@removed"] == {"reason": "changed"}


def test_with_classic_ids_a_move_gives_a_new_id(graph: Any) -> None:
    item = graph.add(graph.sales, givenName="a")
    home = graph.get("/contactFolders/contacts")["id"]
    (first,), old = graph.delta(graph.sales, prefer="")
    graph.admin.move_contact(graph.box, item, home)
    graph.admin.move_contact(graph.box, item, graph.sales)

    entries, _ = graph.delta(graph.sales, old, prefer="")

    assert entries[0] == removed(first["id"])
    assert entries[1]["id"] not in {first["id"], item}


def test_an_immutable_item_that_came_back_stays_hidden_until_it_changes(graph: Any) -> None:
    item = graph.add(graph.sales, givenName="a")
    home = graph.get("/contactFolders/contacts")["id"]
    _, link = graph.delta(graph.sales)
    graph.admin.move_contact(graph.box, item, home)
    graph.admin.move_contact(graph.box, item, graph.sales)

    entries, later = graph.delta(graph.sales, link)

    assert entries == [removed(item)]
    assert graph.delta(graph.sales, later)[0] == []
    assert graph.get(f"/contacts/{item}")["parentFolderId"] == graph.sales
    graph.admin.edit_contact(graph.box, item, {"surname": "b"})
    assert [entry["id"] for entry in graph.delta(graph.sales, later)[0]] == [item]
    graph.switch(delta_immutable_return_hidden=False)
    assert "@removed" not in graph.delta(graph.sales, link)[0][0]


def test_the_target_folder_can_lack_a_moved_item(graph: Any) -> None:
    item = graph.add(givenName="a")
    _, link = graph.delta(graph.sales)
    graph.admin.move_contact(graph.box, item, graph.sales)
    assert len(graph.delta(graph.sales, link)[0]) == 1

    graph.switch(delta_immutable_add_hidden=True)

    assert graph.delta(graph.sales, link)[0] == []


def test_photos_and_extended_properties_raise_no_entry(graph: Any) -> None:
    item = graph.add(graph.sales, givenName="a")
    _, link = graph.delta(graph.sales)
    body = {"singleValueExtendedProperties": [{"id": LINK, "value": "X"}]}
    graph.patch(f"/contacts/{item}", body)
    graph.call("PUT", f"/contacts/{item}/photo/$value", data=b"x", content_type="image/jpeg")

    assert graph.delta(graph.sales, link)[0] == []

    graph.switch(delta_extended_changes=True)
    graph.patch(f"/contacts/{item}", body)
    assert len(graph.delta(graph.sales, link)[0]) == 1


@pytest.mark.parametrize("is_odd", [True, False])
def test_long_rounds_have_an_empty_page_and_repeat_an_item(graph: Any, is_odd: bool) -> None:  # noqa: FBT001 - a parameter of the table
    graph.switch(delta_empty_page=is_odd, delta_repeats=is_odd)
    items = [graph.add(graph.sales, givenName=str(n)) for n in range(5)]
    path, sizes, seen = delta_path(graph.sales), [], []
    while path:
        page = graph.get(path, prefer='IdType="ImmutableId", odata.maxpagesize=3')
        sizes.append(len(page["value"]))
        seen += [entry["id"] for entry in page["value"]]
        path = page.get("@odata.nextLink", "")

    assert sizes == ([3, 0, 3] if is_odd else [3, 2])
    assert seen == ([*items[:3], items[2], *items[3:]] if is_odd else items)


def test_the_preferences_of_a_round_are_not_remembered(graph: Any) -> None:
    item = graph.add(graph.sales, givenName="a")
    _, link = graph.delta(graph.sales)
    graph.admin.edit_contact(graph.box, item, {"surname": "b"})

    (entry,), _ = graph.delta(graph.sales, link, prefer="")

    assert entry["id"] != item


def test_the_selection_is_remembered(graph: Any) -> None:
    item = graph.add(graph.sales, givenName="a")
    page = graph.get(delta_path(graph.sales) + "?$select=surname")
    assert page["value"][0].keys() == {"@odata.type", "@odata.etag", "id", "surname"}
    graph.admin.edit_contact(graph.box, item, {"surname": "b", "jobTitle": "c"})

    (entry,), _ = graph.delta(graph.sales, page["@odata.deltaLink"])

    assert entry.keys() == {"@odata.type", "@odata.etag", "id", "surname"}


@pytest.mark.parametrize(
    "option",
    ["$filter=surname eq 'a'", "$orderby=surname", "$top=5", "$expand=photo", "$skip=1"],
)
def test_options_that_deltas_do_not_have(graph: Any, option: str) -> None:
    assert graph.refused("GET", f"{delta_path(graph.sales)}?{option}")[0] == 400


def test_links_are_followed_as_they_are(graph: Any) -> None:
    _, link = graph.delta(graph.sales)
    home = graph.get("/contactFolders/contacts")["id"]
    refusal = (400, "SyncStateInvalid")

    assert graph.refused("GET", link + "&$select=id")[0] == 400
    assert graph.refused("GET", link.replace(graph.sales, home)) == refusal
    assert graph.refused("GET", link.replace("deltatoken", "skiptoken")) == refusal
    assert graph.refused("GET", f"{delta_path(graph.sales)}?$deltatoken=latest") == refusal


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("SyncStateNotFound", 410),
        ("ResyncRequired", 410),
        ("SyncStateInvalid", 400),
        ("ErrorInvalidIdMalformed", 400),
    ],
)
def test_links_expire(graph: Any, code: str, status: int) -> None:
    graph.switch(delta_expiry=code)
    _, link = graph.delta(graph.sales)
    graph.admin.expire_delta_tokens()

    answer = graph.call("GET", link)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)
    assert ("Location" in answer.headers) is (status == 410)
    _, fresh = graph.delta(graph.sales)
    assert graph.delta(graph.sales, fresh)[0] == []


def test_a_link_can_be_used_again(graph: Any) -> None:
    _, link = graph.delta(graph.sales)
    graph.add(graph.sales, givenName="a")

    first, _ = graph.delta(graph.sales, link)

    assert graph.delta(graph.sales, link)[0] == first


def test_changes_made_while_paging_are_not_lost(graph: Any) -> None:
    items = [graph.add(graph.sales, givenName=str(n)) for n in range(12)]
    page = graph.get(delta_path(graph.sales))
    graph.admin.edit_contact(graph.box, items[0], {"surname": "x"})
    graph.admin.delete_contact(graph.box, items[11])
    late = graph.add(graph.sales, givenName="late")

    entries, link = graph.delta(graph.sales, page["@odata.nextLink"])

    assert removed(items[11]) in entries
    again, _ = graph.delta(graph.sales, link)
    assert [entry["id"] for entry in again] == [items[0], items[11], late]


def test_changes_can_be_replayed(graph: Any) -> None:
    graph.switch(delta_replays=True)
    _, first = graph.delta(graph.sales)
    graph.add(graph.sales, givenName="a")
    _, second = graph.delta(graph.sales, first)

    assert [entry["givenName"] for entry in graph.delta(graph.sales, second)[0]] == ["a"]


def test_changes_can_show_with_a_delay(graph: Any) -> None:
    _, link = graph.delta(graph.sales)
    graph.switch(delta_lag_seconds=30)
    item = graph.add(graph.sales, givenName="a")

    entries, link = graph.delta(graph.sales, link)

    assert entries == []
    assert graph.delta(graph.sales)[0] == []
    graph.admin.advance_clock(30)
    assert [entry["id"] for entry in graph.delta(graph.sales, link)[0]] == [item]


def test_a_first_round_names_items_that_left_before(graph: Any) -> None:
    item = graph.add(graph.sales, givenName="a")
    graph.admin.delete_contact(graph.box, item)

    assert graph.delta(graph.sales)[0] == [removed(item)]

    graph.switch(delta_first_round_removed=False)
    assert graph.delta(graph.sales)[0] == []


def test_a_full_mailbox_refuses_deltas_but_not_lists(graph: Any) -> None:
    _, link = graph.delta(graph.sales)
    graph.admin.set_mailbox(graph.box, full=True)

    assert graph.refused("GET", link) == (403, "ErrorQuotaExceeded")
    assert graph.get(f"/contactFolders/{graph.sales}/contacts")["value"] == []


def test_a_restored_item_arrives_with_its_old_immutable_id(graph: Any) -> None:
    item = graph.add(graph.sales, givenName="a")
    graph.admin.delete_contact(graph.box, item)
    _, link = graph.delta(graph.sales)

    graph.admin.restore_contact(graph.box, item, graph.sales)

    (entry,), link = graph.delta(graph.sales, link)
    assert (entry["id"], entry["givenName"]) == (item, "a")
    graph.admin.purge(graph.box, item)
    assert graph.delta(graph.sales, link)[0] == [removed(item)]


def test_the_short_form_is_the_default_folder(graph: Any) -> None:
    item = graph.add(givenName="a")

    page = graph.get("/contacts/delta()")

    assert [entry["id"] for entry in page["value"]] == [item]
    assert graph.delta("", page["@odata.deltaLink"])[0] == []
