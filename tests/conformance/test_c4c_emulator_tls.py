"""The emulator as an ordinary HTTP client meets it: over TLS, with cookies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from emulators.c4c.service import C4CService
from emulators.server import EmulatorServer
from emulators.tls import create_tls

if TYPE_CHECKING:
    from collections.abc import Iterator


class Tenant:
    """A running emulator and a session that talks to it."""

    def __init__(self, server: EmulatorServer, ca_file: str) -> None:
        self.server = server
        self.settings = server.service.credentials(server.base_url)
        self.ca_file = ca_file
        self.session = requests.Session()
        self.session.auth = (self.settings["c4c_username"], self.settings["c4c_password"])
        self.session.headers["Accept"] = "application/json"

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        url = path if path.startswith("https:") else self.settings["c4c_base_url"] + path
        return self.session.request(method, url, verify=self.ca_file, timeout=10, **options)


@pytest.fixture
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    tls = create_tls(tmp_path_factory.mktemp("tls"))
    with EmulatorServer(C4CService(seed=1), tls) as server:
        tenant = Tenant(server, str(tls.ca_file))
        with tenant.session:
            yield tenant


def test_create_read_update_over_tls(tenant: Tenant) -> None:
    token = tenant.send("GET", "ContactCollection?$top=1", headers={"x-csrf-token": "fetch"})
    headers = {"x-csrf-token": token.headers["x-csrf-token"]}
    created = tenant.send("POST", "ContactCollection", json={"LastName": "Byron"}, headers=headers)
    assert created.status_code == 201
    location = created.headers["location"]
    assert location.startswith(tenant.settings["c4c_base_url"])
    headers["If-Match"] = created.headers["etag"]
    body = {"FirstName": "Ada"}
    assert tenant.send("PATCH", location, json=body, headers=headers).status_code == 204
    assert tenant.send("PATCH", location, json=body, headers=headers).status_code == 412
    row = tenant.send("GET", location).json()["d"]["results"]
    assert (row["FirstName"], row["Name"]) == ("Ada", "Ada Byron")


def test_next_links_lead_to_the_emulator(tenant: Tenant) -> None:
    proxy = tenant.server.admin_proxy()
    proxy.set_switch("page_size", 2)
    for number in range(5):
        proxy.create_account({"Name": f"Account {number}"})
    url, names = "CorporateAccountCollection?$orderby=ObjectID&$select=Name", []
    while url:
        page = tenant.send("GET", url).json()["d"]
        names += [row["Name"] for row in page["results"]]
        url = page.get("__next", "")
    assert sorted(names) == [f"Account {number}" for number in range(5)]


def test_a_lost_answer_is_a_connection_error(tenant: Tenant) -> None:
    proxy = tenant.server.admin_proxy()
    proxy.set_switch("csrf", "none")
    proxy.add_fault(kind="cut_after", operation="ContactCollection.create")
    with pytest.raises(requests.ConnectionError):
        tenant.send("POST", "ContactCollection", json={"LastName": "Byron"})
    assert len(tenant.send("GET", "ContactCollection").json()["d"]["results"]) == 1
    assert proxy.unused_faults() == []
    assert proxy.counters()["writes"] == {"create ContactCollection": 1}
