"""The Graph emulator in process, on a virtual clock, with a token in hand."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from emulators.clock import Clock
from emulators.graph.service import GraphService
from werkzeug.test import Client

BOX = "anna@contoso.example"
IMMUTABLE = 'IdType="ImmutableId"'


class Graph:
    """Calls the service as its one app; `get`, `post` … return the decoded body."""

    def __init__(self) -> None:
        self.service = GraphService(Clock(datetime(2026, 11, 22, 10, tzinfo=timezone.utc)), seed=7)
        self.admin = self.service.admin
        self.credentials = self.service.credentials("https://localhost")
        self.http = Client(self.service.wsgi_app)
        self.box = BOX
        self.admin.add_mailbox(BOX, folders=["Sales"])
        self.token = self.sign_in()
        self.sales: str = self.get("/contactFolders")["value"][0]["id"]

    def sign_in(self) -> str:
        form = {
            "client_id": self.credentials["graph_client_id"],
            "client_secret": self.credentials["graph_client_secret"],
            "grant_type": "client_credentials",
            "scope": "https://graph.microsoft.com/.default",
        }
        answer = self.token_request(form)
        assert answer.status_code == 200
        return str(answer.get_json()["access_token"])

    def token_request(self, form: dict[str, str], tenant: str | None = None) -> Any:
        tenant = tenant or self.credentials["graph_tenant_id"]
        return self.http.post(
            f"/{tenant}/oauth2/v2.0/token", data=form, base_url="https://localhost"
        )

    def switch(self, **switches: Any) -> None:
        for name, value in switches.items():
            self.admin.set_switch(name, value)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        prefer: str = IMMUTABLE,
        headers: dict[str, str] | None = None,
        data: bytes | None = None,
        content_type: str | None = None,
    ) -> Any:
        """Send one request; a path without `/users` is one of the mailbox, a URL is followed."""
        if path.startswith("https://"):
            parts = urlsplit(path)
            url = f"{parts.path}?{parts.query}"
        else:
            prefix = "" if path.startswith(("/users", "/$")) else f"/users/{quote(self.box)}"
            url = f"/v1.0{prefix}{path}"
        all_headers = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if prefer:
            all_headers["Prefer"] = prefer
        return self.http.open(
            url,
            method=method,
            json=body,
            data=data,
            headers=all_headers,
            content_type=content_type,
            base_url="https://localhost",
        )

    def get(self, path: str, **options: Any) -> Any:
        answer = self.call("GET", path, **options)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def post(self, path: str, body: Any) -> Any:
        answer = self.call("POST", path, body)
        assert answer.status_code in {200, 201}, answer.get_data(as_text=True)
        return answer.get_json()

    def patch(self, path: str, body: Any, **options: Any) -> Any:
        answer = self.call("PATCH", path, body, **options)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def refused(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, str]:
        """Send a request that must fail; return status and error code."""
        answer = self.call(method, path, body, **options)
        assert answer.status_code >= 400
        return answer.status_code, answer.get_json()["error"]["code"]

    def add(self, folder: str | None = None, **properties: Any) -> str:
        """Let the user create a contact."""
        return self.admin.create_contact(self.box, folder, properties)

    def delta(self, folder: str, link: str = "", **options: Any) -> tuple[list[Any], str]:
        """Read a round to its end; return all entries and the deltaLink."""
        path = link or f"/contactFolders/{folder}/contacts/delta"
        entries: list[Any] = []
        while True:
            page = self.get(path, **options)
            entries += page["value"]
            if "@odata.deltaLink" in page:
                return entries, page["@odata.deltaLink"]
            path = page["@odata.nextLink"]

    def batch(self, *requests: dict[str, Any]) -> dict[str, Any]:
        """Send a batch; return its answers by id."""
        numbered = [{"id": str(at), **entry} for at, entry in enumerate(requests)]
        answers = self.post("/$batch", {"requests": numbered})["responses"]
        return {entry["id"]: entry for entry in answers}


@pytest.fixture
def graph() -> Graph:
    found = Graph()
    # Short paths for most tests; `test_emulator_graph_trouble.py` has the default.
    found.admin.set_switch("flat_contact_path", "all")
    return found
