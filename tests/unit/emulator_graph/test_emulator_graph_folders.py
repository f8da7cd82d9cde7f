from __future__ import annotations

from typing import Any

CATEGORIES = "/outlook/masterCategories"


def test_the_default_folder_is_not_listed_but_has_a_well_known_name(graph: Any) -> None:
    default = graph.get("/contactFolders/contacts")

    listed = graph.get("/contactFolders")["value"]

    assert [folder["displayName"] for folder in listed] == ["Sales"]
    assert listed[0]["parentFolderId"] == default["id"]
    assert graph.get(f"/contactFolders/{default['id']}")["displayName"] == "Contacts"


def test_folders_nest_and_are_addressed_flat_or_nested(graph: Any) -> None:
    child = graph.post(f"/contactFolders/{graph.sales}/childFolders", {"displayName": "North"})
    item = graph.add(child["id"], givenName="Ada")

    assert graph.get(f"/contactFolders/{graph.sales}/childFolders")["value"] == [
        {name: child[name] for name in ("id", "parentFolderId", "displayName")}
    ]
    assert graph.get(f"/contactFolders/{child['id']}")["displayName"] == "North"
    nested = f"/contactFolders/{graph.sales}/childFolders/{child['id']}/contacts"
    assert graph.get(nested)["value"][0]["id"] == item
    wrong = f"/contactFolders/{child['id']}/childFolders/{graph.sales}/contacts"
    assert graph.refused("GET", wrong) == (404, "ErrorItemNotFound")
    assert graph.call("GET", "/contactFolders/$count").data == b"1"


def test_a_taken_name_is_refused_to_the_api_but_not_to_users(graph: Any) -> None:
    taken = (409, "ErrorFolderExists")

    assert graph.refused("POST", "/contactFolders", {"displayName": "SALES"}) == taken
    graph.admin.create_folder(graph.box, "Sales")
    assert len(graph.get("/contactFolders")["value"]) == 2
    other = graph.post("/contactFolders", {"displayName": "Other"})["id"]
    assert graph.refused("PATCH", f"/contactFolders/{other}", {"displayName": "sales"}) == taken


def test_renaming_keeps_the_id_and_moving_has_no_effect(graph: Any) -> None:
    other = graph.post("/contactFolders", {"displayName": "Other"})["id"]

    body = {"displayName": "Renamed", "parentFolderId": graph.sales}
    changed = graph.patch(f"/contactFolders/{other}", body)

    assert (changed["id"], changed["displayName"]) == (other, "Renamed")
    assert changed["parentFolderId"] == graph.get("/contactFolders/contacts")["id"]
    assert graph.refused("PATCH", f"/contactFolders/{other}", {"displayName": " "})[0] == 400
    assert graph.refused("PATCH", f"/contactFolders/{other}", {"id": "x"})[0] == 400


def test_a_deleted_folder_is_hidden_and_its_name_blocks_the_next(graph: Any) -> None:
    item = graph.add(graph.sales, givenName="Ada")
    path = f"/contactFolders/{graph.sales}"

    assert graph.call("DELETE", path).status_code == 204

    assert graph.get("/contactFolders")["value"] == []
    assert graph.refused("GET", path) == (404, "ErrorItemNotFound")
    assert graph.refused("GET", f"{path}/contacts/delta") == (404, "ErrorSyncFolderNotFound")
    assert graph.get(f"/contacts/{item}")["parentFolderId"] == graph.sales
    second = graph.post("/contactFolders", {"displayName": "Sales"})["id"]
    clash = graph.refused("DELETE", f"/contactFolders/{second}")
    assert clash == (409, "ErrorFolderExists")
    third = graph.post("/contactFolders", {"displayName": "Third"})["id"]
    graph.admin.rename_folder(graph.box, third, "Sales")
    graph.switch(folder_name_clash_on_delete=False)
    assert graph.call("DELETE", f"/contactFolders/{third}").status_code == 204
    assert graph.call("POST", f"/contactFolders/{second}/permanentDelete").status_code == 204
    graph.admin.restore_folder(graph.box, graph.sales)
    assert [f["displayName"] for f in graph.get("/contactFolders")["value"]] == ["Sales"]


def test_the_default_folder_cannot_be_deleted(graph: Any) -> None:
    assert graph.refused("DELETE", "/contactFolders/contacts")[0] == 403


def test_master_categories(graph: Any) -> None:
    made = graph.post(CATEGORIES, {"displayName": "Account", "color": "preset3"})

    listed = graph.get(CATEGORIES)["value"]
    assert listed == [{"id": made["id"], "displayName": "Account", "color": "preset3"}]
    assert graph.refused("POST", CATEGORIES, {"displayName": "ACCOUNT"})[0] == 409
    assert graph.refused("POST", CATEGORIES, {"displayName": "B", "color": "red"})[0] == 400
    path = f"{CATEGORIES}/{made['id']}"
    assert graph.patch(path, {"color": "none"})["color"] == "none"
    assert graph.refused("PATCH", path, {"displayName": "B"})[0] == 400
    assert graph.get(path)["displayName"] == "Account"
    assert graph.call("GET", f"{CATEGORIES}/$count").data == b"1"
    assert graph.call("DELETE", path).status_code == 204
    assert graph.refused("GET", path)[0] == 404


def test_master_categories_can_be_absent(graph: Any) -> None:
    graph.switch(master_categories="absent")

    assert graph.refused("GET", CATEGORIES) == (400, "BadRequest")


def test_paths_that_do_not_exist_or_are_not_emulated(graph: Any) -> None:
    assert graph.refused("GET", "/contactsFolders") == (400, "BadRequest")
    assert graph.refused("PATCH", "/contacts", {}) == (405, "ErrorInvalidRequest")
    assert graph.refused("GET", "/contactFolders/delta") == (501, "NotImplemented")
