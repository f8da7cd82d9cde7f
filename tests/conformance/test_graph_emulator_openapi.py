"""The emulator's answers, and the checker itself, against a description of Graph."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.graph_openapi import GraphDescription, description_or_skip
from emulators.graph.service import GraphService
from werkzeug.test import Client

BOX = "anna@contoso.example"
USER = f"/users/{BOX}"
LINK = "String {6e1c9e0a-55b7-4d4b-8f54-5f8a3c6f7a11} Name SyncLink"
FULL_CONTACT: dict[str, Any] = {
    "givenName": "Ada",
    "surname": "Byron",
    "birthday": "1815-12-10T11:59:00Z",
    "businessPhones": ["1", "2"],
    "categories": ["Account"],
    "emailAddresses": [{"address": "ada@b.example"}, {"address": "no address"}],
    "homeAddress": {"city": "London", "countryOrRegion": "UK"},
    "imAddresses": ["x"],
    "personalNotes": "notes",
    "singleValueExtendedProperties": [{"id": LINK, "value": "X"}],
}


@pytest.fixture
def description() -> GraphDescription:
    return description_or_skip()


class Session:
    """Talks to a fresh emulator that records everything."""

    def __init__(self) -> None:
        self.service = GraphService(seed=3)
        self.admin = self.service.admin
        self.admin.add_mailbox(BOX, folders=["Sales"])
        self.http = Client(self.service.wsgi_app)
        given = self.service.credentials("https://localhost")
        form = {
            "client_id": given["graph_client_id"],
            "client_secret": given["graph_client_secret"],
            "grant_type": "client_credentials",
            "scope": "https://graph.microsoft.com/.default",
        }
        path = f"/{given['graph_tenant_id']}/oauth2/v2.0/token"
        self.token = self.http.post(path, data=form).get_json()["access_token"]
        self.admin.record_traffic()

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        url = "/v1.0" + path.removeprefix("https://localhost/v1.0")
        return self.http.open(
            url,
            method=method,
            json=body,
            headers=headers,
            base_url="https://localhost",
            **options,
        ).get_json(silent=True)

    def delta(self, path: str) -> str:
        while True:
            page = self.call("GET", path, headers={"Prefer": "odata.maxpagesize=2"})
            if "@odata.deltaLink" in page:
                return str(page["@odata.deltaLink"])
            path = page["@odata.nextLink"]


def use_folders(session: Session) -> str:
    sales = str(session.call("GET", f"{USER}/contactFolders?$top=5")["value"][0]["id"])
    session.call("GET", f"{USER}/contactFolders/contacts")
    session.call("GET", f"{USER}/contactFolders/$count")
    path = f"{USER}/contactFolders/{sales}/childFolders"
    child = session.call("POST", path, {"displayName": "North"})["id"]
    session.call("POST", path, {"displayName": "north"})
    session.call("PATCH", f"{USER}/contactFolders/{child}", {"displayName": "South"})
    session.call("GET", f"{path}/{child}/contacts")
    session.call("DELETE", f"{USER}/contactFolders/{child}")
    return sales


def use_contacts(session: Session, folder: str) -> None:
    path = f"{USER}/contactFolders/{folder}/contacts"
    made = [session.call("POST", path, FULL_CONTACT) for _ in range(5)]
    link = session.delta(f"{path}/delta?$select=givenName,emailAddresses,birthday")
    first, second = f"{path}/{made[0]['id']}", f"{path}/{made[1]['id']}"
    etag = {"If-Match": made[0]["@odata.etag"]}
    session.call("PATCH", first, {"surname": "King", "homeAddress": {}}, headers=etag)
    session.call("PATCH", first, {"surname": "K"}, headers=etag)
    session.call("PATCH", first, {"nonsense": 1})
    expand = f"$expand=singleValueExtendedProperties($filter=id eq '{LINK}')"
    session.call("GET", f"{first}?$select=id&{expand}")
    session.call("GET", f"{path}?$top=2&$count=true&$filter=categories/any(c:c eq 'Account')")
    session.call("GET", f"{path}/$count")
    session.call("PUT", f"{first}/photo/$value", data=b"x", content_type="image/jpeg")
    session.call("GET", f"{first}/photo/$value")
    session.call("GET", f"{second}/photo/$value")
    session.call("DELETE", first)
    session.call("POST", f"{second}/permanentDelete")
    link = session.delta(link)
    session.admin.expire_delta_tokens()
    session.call("GET", link)
    session.call("GET", f"{USER}/contacts/delta()")


def use_the_rest(session: Session) -> None:
    path = f"{USER}/outlook/masterCategories"
    category = session.call("POST", path, {"displayName": "Account", "color": "preset1"})
    session.call("GET", f"{path}?$top=5")
    session.call("PATCH", f"{path}/{category['id']}", {"color": "none"})
    session.call("GET", f"{path}/{category['id']}")
    session.call("DELETE", f"{path}/{category['id']}")
    session.admin.add_fault(kind="status", status=429, operation="contacts.get")
    session.admin.add_fault(kind="status", status=503, operation="contacts.count", body="html")
    session.call("GET", f"{USER}/contacts/$count")
    json_body = {"Content-Type": "application/json"}
    requests = [
        {"id": "1", "method": "GET", "url": f"{USER}/contacts/nonsense"},
        {"id": "2", "method": "GET", "url": f"{USER}/contacts?$top=1"},
        {
            "id": "3",
            "method": "POST",
            "url": f"{USER}/contacts",
            "headers": json_body,
            "body": FULL_CONTACT,
        },
    ]
    session.call("POST", "/$batch", {"requests": requests})
    session.call("POST", "/$batch", {"requests": []})
    session.call("GET", "/users/nobody@contoso.example/contacts")


#: On Microsoft's own pages ("Update profilephoto"), and not in the description.
SPELLINGS = {("PATCH", "/$value")}


def test_a_whole_session_follows_the_description(description: GraphDescription) -> None:
    session = Session()
    sales = use_folders(session)
    use_contacts(session, sales)
    use_the_rest(session)

    records = session.admin.recorded_traffic()

    assert {200, 201, 204, 400, 404, 409, 410, 412, 429, 503} <= {r["status"] for r in records}
    assert any(record["is_inner"] for record in records)
    assert description.check(records) == []


def test_all_emulated_paths_are_described(description: GraphDescription) -> None:
    from emulators.graph import urls  # noqa: PLC0415 - the only test that looks inside

    for rule in urls._MAP.iter_rules():
        template, _ = rule.endpoint
        path = template.replace("{", "").replace("}", "")
        for method in (rule.methods or set()) - {"HEAD"}:
            if (method, path.rpartition("/photo")[2]) in SPELLINGS:
                continue
            found = description.operation(method, path)
            assert found is not None, f"{method} {template}"
            assert found[0] == template


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"path": "/users/x/kontakte"}, "no such operation"),
        ({"method": "PUT"}, "no such operation"),
        ({"query": {"$select": "id", "$format": "json"}}, "undeclared query parameter $format"),
        ({"query": {"$top": "ten"}}, "query parameter $top is not of its type"),
        ({"query": {"$select": "id,id"}}, "query parameter $select is not of its type"),
        ({"headers": {"If-Match": "x"}}, "undeclared header If-Match"),
        ({"body": {"givenName": "x"}}, "undeclared body"),
        ({"response": {"value": [{"birthday": "yesterday"}]}}, "value/0/birthday breaks pattern"),
        ({"response": {"value": [{"businessPhones": None}]}}, "businessPhones breaks type"),
        ({"content_type": "text/html"}, "undeclared content type"),
        ({"status": 302}, "undeclared status"),
    ],
)
def test_the_checker_finds_what_is_wrong(
    description: GraphDescription, change: dict[str, Any], finding: str
) -> None:
    good = {
        "method": "GET",
        "path": "/users/x/contacts",
        "template": "/users/{user-id}/contacts",
        "query": {"$top": "5"},
        "headers": {"Prefer": "x"},
        "body": None,
        "status": 200,
        "response": {"value": [{"id": "1", "birthday": None}]},
        "content_type": "application/json",
    }
    assert description.check([good]) == []

    findings = description.check([{**good, **change}])

    assert any(finding in text for text in findings), findings


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        (None, "the body is missing"),
        ({"givenName": 1}, "givenName breaks type"),
        ({"gender": "x"}, "undeclared property gender"),
        ({"@odata.etag": "x"}, "breaks"),
    ],
)
def test_the_checker_looks_into_bodies(
    description: GraphDescription, body: Any, finding: str
) -> None:
    record = {
        "method": "POST",
        "path": "/users/x/contactFolders/y/contacts",
        "template": "",
        "query": {},
        "headers": {},
        "body": body,
        "status": 201,
        "response": {"id": "1"},
        "content_type": "application/json",
    }

    findings = description.check([record])

    assert any(finding in text for text in findings), findings
