from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest


def _fill(c4c: Any, count: int) -> None:
    for number in range(count):
        c4c.admin.create_contact({"LastName": f"L{number:05}"})


def test_a_collection_links_to_its_next_page_with_the_port(c4c: Any) -> None:
    _fill(c4c, 1001)
    answer = c4c.call("GET", "ContactCollection", {"$select": "ObjectID"}).get_json()["d"]
    assert len(answer["results"]) == 1000
    assert answer["__next"].startswith("https://localhost:443/sap/c4c/")
    assert answer["__next"].endswith("$select=ObjectID&$skiptoken=1001")


def test_a_unique_order_makes_pages_complete(c4c: Any) -> None:
    c4c.switch(page_size=4)
    _fill(c4c, 10)
    pages = c4c.pages("ContactCollection", orderby="ObjectID desc", filter="StatusCode eq '2'")
    ids = [row["ObjectID"] for page in pages for row in page]
    assert [len(page) for page in pages] == [4, 4, 2]
    assert ids == sorted(ids, reverse=True)


def test_without_order_pages_lose_and_repeat_rows(c4c: Any) -> None:
    c4c.switch(page_size=10)
    _fill(c4c, 30)
    ids = [row["ObjectID"] for page in c4c.pages("ContactCollection") for row in page]
    assert len(ids) == 30
    assert len(set(ids)) < 30


def test_order_can_be_made_stable(c4c: Any) -> None:
    c4c.switch(page_size=10, order="stable")
    _fill(c4c, 30)
    ids = {row["ObjectID"] for page in c4c.pages("ContactCollection") for row in page}
    assert len(ids) == 30


def test_expand_shrinks_the_page(c4c: Any) -> None:
    _fill(c4c, 101)
    page = c4c.call("GET", "ContactCollection", {"$expand": "CorporateAccount"}).get_json()["d"]
    assert (len(page["results"]), "__next" in page) == (100, True)
    assert page["results"][0]["CorporateAccount"] is None


def test_top_is_capped_silently(c4c: Any) -> None:
    c4c.switch(max_top=3)
    _fill(c4c, 5)
    answer = c4c.call("GET", "ContactCollection", {"$top": "5000"}).get_json()["d"]
    assert (len(answer["results"]), "__next" in answer) == (3, False)


def test_skip_and_top(c4c: Any) -> None:
    _fill(c4c, 5)
    rows = c4c.get("ContactCollection", orderby="LastName", skip="3", top="9", select="LastName")
    assert [row["LastName"] for row in rows] == ["L00003", "L00004"]


def test_count_is_a_path_not_an_option(c4c: Any) -> None:
    _fill(c4c, 3)
    answer = c4c.call("GET", "ContactCollection/$count", {"$filter": "LastName ge 'L00001'"})
    assert answer.get_data(as_text=True) == "2"
    assert "$count" in c4c.get("ContactCollection", 400, count="true")
    answer = c4c.call("GET", "ContactCollection", {"$inlinecount": "allpages"})
    assert answer.get_json()["d"]["__count"] == "3"
    c4c.switch(inlinecount=False)
    assert "$inlinecount" in c4c.get("ContactCollection", 400, inlinecount="allpages")


def test_orderby_may_be_refused_or_ignored(c4c: Any) -> None:
    _fill(c4c, 9)
    c4c.switch(order="stable", orderby="ignored")
    rows = c4c.get("ContactCollection", orderby="LastName desc")
    assert [row["LastName"] for row in rows] == [f"L0000{number}" for number in range(9)]
    assert rows != sorted(rows, key=lambda row: row["ObjectID"])
    c4c.switch(orderby="refused")
    assert "$orderby" in c4c.get("ContactCollection", 501, orderby="LastName")


@pytest.mark.parametrize("options", [{}, {"$top": "6"}, {"$skip": "2", "$top": "6"}])
def test_short_pages_lead_on_to_all_that_was_asked_for(c4c: Any, options: dict[str, str]) -> None:
    _fill(c4c, 10)
    c4c.switch(short_pages=True, page_size=6)
    sizes, names = [], []
    query = {**options, "$orderby": "LastName"}
    while query:
        page = c4c.call("GET", "ContactCollection", query).get_json()["d"]
        sizes.append(len(page["results"]))
        names += [row["LastName"] for row in page["results"]]
        query = dict(parse_qsl(urlsplit(page.get("__next", "")).query))
    first = int(options.get("$skip", "0"))
    last = first + int(options.get("$top", "10"))
    assert names == [f"L{number:05}" for number in range(first, min(last, 10))]
    assert max(sizes) <= 3
    assert all(sizes[1:])


def test_a_single_row_comes_as_an_object_named_results(c4c: Any, account: Any) -> None:
    answer = c4c.call("GET", f"CorporateAccountCollection('{account['ObjectID']}')")
    row = answer.get_json()["d"]["results"]
    assert row["Name"] == "Alpha"
    assert answer.headers["etag"] == row["__metadata"]["etag"]
    assert row["__metadata"]["type"] == "c4codata.CorporateAccount"
    uri = f"https://localhost:443{c4c_root()}CorporateAccountCollection('{account['ObjectID']}')"
    assert row["__metadata"]["uri"] == uri
    assert row["CorporateAccountAddress"]["__deferred"]["uri"] == f"{uri}/CorporateAccountAddress"


def c4c_root() -> str:
    return "/sap/c4c/odata/v1/c4codataapi/"


def test_json_dates_are_cut_to_milliseconds_but_the_etag_is_not(c4c: Any) -> None:
    c4c.admin.set_clock("2026-01-02T03:04:05.678912Z")
    object_id = c4c.admin.create_contact({"LastName": "Byron"})
    row = c4c.get(f"ContactCollection('{object_id}')")
    assert row["ChangedOn"] == row["EntityLastChangedOn"] == "/Date(1767323045678)/"
    etag = "W/\"datetimeoffset'2026-01-02T03%3A04%3A05.6789120Z'\""
    assert row["__metadata"]["etag"] == etag


def test_missing_texts_are_empty_and_missing_dates_null(c4c: Any) -> None:
    object_id = c4c.admin.create_contact({"LastName": "Byron"})
    row = c4c.get(f"ContactCollection('{object_id}')")
    assert (row["FirstName"], row["BirthDate"], row["AccountUUID"]) == ("", None, None)
    assert row["EmailInvalidIndicator"] is False


def test_sentinel_dates_can_be_planted(c4c: Any) -> None:
    props = {"LastName": "Byron", "BirthDate": "/Date(-62135769600000)/"}
    object_id = c4c.admin.create_contact(props)
    path = f"ContactCollection('{object_id}')"
    assert c4c.get(path)["BirthDate"] == "/Date(-62135769600000)/"
    c4c.admin.edit("ContactCollection", object_id, {"BirthDate": "9999-12-31T00:00:00"})
    assert c4c.get(path)["BirthDate"] == "/Date(253402214400000)/"


def test_code_descriptions_can_be_left_out(c4c: Any) -> None:
    object_id = c4c.admin.create_contact({"LastName": "Byron"})
    path = f"ContactCollection('{object_id}')"
    assert c4c.get(path)["StatusCodeText"] == "Active"
    headers = {"odata-no-codedescs": "true"}
    bare = c4c.call("GET", path, headers=headers).get_json()["d"]["results"]
    assert not [name for name in bare if name.endswith("CodeText")]


def test_texts_can_come_padded(c4c: Any) -> None:
    c4c.switch(blank_padding=True)
    object_id = c4c.admin.create_contact({"LastName": "Byron"})
    assert c4c.get(f"ContactCollection('{object_id}')")["LastName"] == "Byron".ljust(40)


def test_select_keeps_what_was_asked_for(c4c: Any, account: Any) -> None:
    link = {"LastName": "Byron", "AccountID": account["AccountID"]}
    c4c.admin.create_contact(link)
    options = {"select": "LastName,CorporateAccount/Name", "expand": "CorporateAccount"}
    (row,) = c4c.get("ContactCollection", **options)
    assert row.keys() == {"__metadata", "LastName", "CorporateAccount"}
    assert row["CorporateAccount"].keys() == {"__metadata", "Name"}
    assert "FirstNam" in c4c.get("ContactCollection", 400, select="FirstNam")
    assert "Accounts" in c4c.get("ContactCollection", 400, expand="Accounts")


@pytest.mark.parametrize("shape", ["array", "results"])
def test_expanded_rows_come_in_two_shapes(c4c: Any, account: Any, shape: str) -> None:
    c4c.switch(expand_shape=shape)
    path = f"CorporateAccountCollection('{account['ObjectID']}')"
    rows = c4c.get(path, expand="CorporateAccountAddress")["CorporateAccountAddress"]
    rows = rows["results"] if shape == "results" else rows
    assert [row["City"] for row in rows] == ["Bonn"]


def test_navigation(c4c: Any, account: Any) -> None:
    props = {"LastName": "Byron", "AccountID": account["AccountID"]}
    contact = c4c.admin.create_contact(props)
    lonely = c4c.admin.create_contact({"LastName": "King"})
    path = f"ContactCollection('{contact}')"
    assert c4c.get(f"{path}/CorporateAccount")["Name"] == "Alpha"
    assert len(c4c.get(f"{path}/ContactIsContactPersonFor")) == 1
    c4c.get(f"ContactCollection('{lonely}')/CorporateAccount", 404)
    c4c.get(f"{path}/Nonsense", 404)
    (address,) = c4c.get(
        f"CorporateAccountCollection('{account['ObjectID']}')/CorporateAccountAddress"
    )
    back = f"CorporateAccountAddressCollection('{address['ObjectID']}')/CorporateAccount"
    assert c4c.get(back)["AccountID"] == account["AccountID"]


def test_child_sets_refuse_an_unfiltered_read(c4c: Any, account: Any) -> None:
    sets = "CorporateAccountAddressCollection"
    assert "not supported by the processor" in c4c.get(sets, 400)
    assert len(c4c.get(sets, filter=f"ParentObjectID eq '{account['ObjectID']}'")) == 1
    assert len(c4c.get(sets, filter=f"AccountID eq '{account['AccountID']}'")) == 1
    c4c.switch(refuse_unfiltered_children=False)
    assert len(c4c.get(sets)) == 1


def test_code_lists(c4c: Any) -> None:
    rows = c4c.get("ContactStatusCodeCollection", orderby="Code")
    names = [(row["Code"], row["Description"]) for row in rows]
    assert names == [("1", "In Preparation"), ("2", "Active"), ("3", "Blocked"), ("4", "Obsolete")]
    options = {"filter": "Context eq 'US' and Code eq 'TX'"}
    (state,) = c4c.get("ContactBusinessAddressStateCodeCollection", **options)
    assert (state["Description"], state["Context"]) == ("Texas", "US")


def test_rows_without_authorisation_are_silently_absent(c4c: Any) -> None:
    _fill(c4c, 2)
    hidden = c4c.get("ContactCollection")[0]["ObjectID"]
    c4c.admin.hide([hidden])
    assert len(c4c.get("ContactCollection")) == 1
    c4c.get(f"ContactCollection('{hidden}')", 404)
    c4c.admin.unhide()
    assert len(c4c.get("ContactCollection")) == 2


def test_stale_reads_end_after_their_number(c4c: Any) -> None:
    c4c.switch(stale_reads=2)
    created = c4c.post("ContactCollection", LastName="Byron")
    sizes = [len(c4c.get("ContactCollection")) for _ in range(3)]
    assert sizes == [0, 0, 1]
    c4c.patch(f"ContactCollection('{created['ObjectID']}')", FirstName="Ada")
    assert c4c.get(f"ContactCollection('{created['ObjectID']}')")["FirstName"] == "Ada"
    assert c4c.get("ContactCollection")[0]["FirstName"] == ""


def test_scripted_page_faults_answer_200(c4c: Any) -> None:
    c4c.switch(page_size=4, order="stable")
    _fill(c4c, 6)
    for kind in ("short_page", "empty_page", "repeat_next"):
        c4c.admin.add_fault(kind=kind, operation="ContactCollection.list", options={})
        page = c4c.call("GET", "ContactCollection").get_json()["d"]
        c4c.admin.clear_faults()
        got = (len(page["results"]), page.get("__next", "").rpartition("=")[2])
        expected = {
            "short_page": (2, ""),
            "empty_page": (0, ""),
            "repeat_next": (4, "1"),
        }
        assert got == expected[kind]


def test_a_row_can_come_again_on_the_next_page(c4c: Any) -> None:
    c4c.switch(page_size=4)
    _fill(c4c, 9)
    c4c.admin.add_fault(kind="duplicate_row", path="skiptoken=5")
    pages = c4c.pages("ContactCollection", orderby="ObjectID")
    assert [len(page) for page in pages] == [4, 5, 1]
    assert pages[0][-1]["ObjectID"] == pages[1][0]["ObjectID"]


@pytest.mark.parametrize(("only", "count"), [("", 8), ("Contact", 4), ("IndividualCustomer", 2)])
def test_metadata_can_be_restricted_and_labelled(c4c: Any, only: str, count: int) -> None:
    options = {"$filter": only, "sap-label": "true"} if only else {}
    text = c4c.call("GET", "$metadata", options).get_data(as_text=True)
    assert text.count("<EntityType ") == count + 2
    assert ('sap:label="Last Name"' in text) == bool(only)


def test_the_next_link_may_name_another_host(c4c: Any) -> None:
    c4c.switch(page_size=1, next_link_host="elsewhere.example:443")
    _fill(c4c, 2)
    page = c4c.call("GET", "ContactCollection").get_json()["d"]
    assert page["__next"].startswith("https://elsewhere.example:443/sap/")


def test_maintenance_is_html_with_200(c4c: Any) -> None:
    c4c.admin.add_fault(kind="maintenance", method="GET")
    answer = c4c.call("GET", "ContactCollection")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")


def test_scripted_status_wears_the_service_error_format(c4c: Any) -> None:
    c4c.admin.add_fault(kind="status", status=503, path=r"\$top=1", message="busy")
    assert c4c.get("ContactCollection", 503, top="1") == "busy"
    assert c4c.admin.unused_faults() == []


def test_atom_is_the_default_format(c4c: Any, account: Any) -> None:
    answer = c4c.call("GET", "CorporateAccountCollection", headers={"Accept": "*/*"})
    assert answer.mimetype == "application/atom+xml"
    assert f"<d:Name>{account['Name']}</d:Name>" in answer.get_data(as_text=True)


def test_service_document_and_unknown_paths(c4c: Any) -> None:
    sets = c4c.call("GET", "").get_json()["d"]["EntitySets"]
    assert {"ContactCollection", "ContactStatusCodeCollection"} <= set(sets)
    for path in ("contactcollection", "ContactCollection('x')", "ContactCollection/Nav", "?/!"):
        assert c4c.call("GET", path.replace("?", "%3F")).status_code == 404
