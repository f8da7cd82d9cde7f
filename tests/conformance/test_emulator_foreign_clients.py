"""The emulators under clients that we did not write: they must not be shaped by our own habits.

pyodata for C4C; Office365-REST-Python-Client with msal for Graph. What a client cannot do because
the real service is as it is, stands here as well: the emulator must refuse it too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msal  # type: ignore[import-untyped]  # msal ships no types
import pyodata  # type: ignore[import-untyped]  # pyodata ships no types
import pytest
import requests
from harness.world import ALICE, World
from office365 import azure_env
from office365.graph_client import GraphClient
from office365.runtime.client_request_exception import ClientRequestException
from pyodata.exceptions import HttpError  # type: ignore[import-untyped]  # as above

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTACTS = "ContactCollection"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("world")) as world, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", world.ca_file)
        yield world


# -- Graph, by Office365-REST-Python-Client --------------------------------------------------------


@pytest.fixture(scope="module")
def graph(world: World) -> Iterator[Any]:
    """One mailbox, signed in by msal as that client's documentation shows it."""
    found = world.graph_server.service.credentials(world.graph_server.base_url)
    app = msal.ConfidentialClientApplication(
        found["graph_client_id"],
        found["graph_client_secret"],
        authority=found["graph_authority"],
        instance_discovery=False,
    )
    scopes = [f"{found['graph_root']}/.default"]
    with pytest.MonkeyPatch.context() as patch:
        endpoints = azure_env._ENDPOINTS[azure_env.AzureEnvironment.Global]
        patch.setitem(endpoints, "graph", found["graph_root"])
        client = GraphClient(lambda: app.acquire_token_for_client(scopes))
        yield client.with_transport(verify=world.ca_file).users[ALICE]


def refused(code: str) -> Any:
    return pytest.raises(ClientRequestException, match=code)


def test_graph_folders_are_made_found_renamed_and_deleted(world: World, graph: Any) -> None:
    folder = graph.contact_folders.add("Customers").execute_query()
    with refused("ErrorFolderExists"):
        graph.contact_folders.add("customers").execute_query()
    assert graph.contact_folders.ensure("Customers").execute_query().id == folder.id
    child = folder.child_folders.add(displayName="North").execute_query()
    names = [entry.display_name for entry in graph.contact_folders.get().execute_query()]
    assert names == ["Customers"], "neither the default folder nor one further down"
    assert [entry.id for entry in folder.child_folders.get().execute_query()] == [child.id]
    child.set_property("displayName", "South").update().execute_query()
    assert child.get().execute_query().display_name == "South"
    folder.delete_object().execute_query()
    assert list(graph.contact_folders.get().execute_query()) == []
    assert world.items() == []


def test_graph_contacts_are_made_read_changed_and_deleted(world: World, graph: Any) -> None:
    contact = graph.contacts.add("Ada", "Lovelace", "ada@x.example", "+44 1").execute_query()
    assert contact.display_name == "Ada Lovelace"
    contact.set_property("jobTitle", "Countess")
    contact.mobile_phone = "+44 2"
    contact.update().execute_query()
    stored = world.item(surname="Lovelace")
    assert stored is not None
    assert stored["properties"]["jobTitle"] == "Countess"
    assert stored["properties"]["emailAddresses"] == [
        {"name": "Ada Lovelace", "address": "ada@x.example"}
    ]
    read = graph.contacts[contact.id].get().execute_query()
    assert read.properties["mobilePhone"] == "+44 2"
    assert list(read.properties["businessPhones"]) == ["+44 1"]
    contact.delete_object().execute_query()
    assert [entry["properties"]["surname"] for entry in world.deleted_items()] == ["Lovelace"]
    second = graph.contacts.add("Ada", "King").execute_query()
    second.permanent_delete().execute_query()
    assert len(world.deleted_items()) == 1
    with refused("ErrorItemNotFound"):
        graph.contacts[second.id].get().execute_query()


def test_graph_lists_are_paged_filtered_and_followed_by_delta(world: World, graph: Any) -> None:
    folder = graph.contact_folders.add("Pages").execute_query()
    for number in range(23):
        world.graph.create_contact(ALICE, folder.id, {"surname": f"P{number}"})

    def surnames(collection: Any) -> list[str]:
        return sorted(entry.properties["surname"] for entry in collection.execute_query())

    everyone = sorted(f"P{number}" for number in range(23))
    assert len(folder.contacts.get().execute_query()) == 10
    assert surnames(folder.contacts.get_all()) == everyone
    assert len(folder.contacts.get().top(5).execute_query()) == 5
    assert surnames(folder.contacts.get().filter("surname eq 'P7'")) == ["P7"]
    (chosen,) = folder.contacts.get().select(["id", "surname"]).top(1).execute_query()
    assert "givenName" not in chosen.properties
    # A round may have an empty page, and repeat items.
    changes = folder.contacts.delta.get_all().execute_query()
    assert {entry.properties["surname"] for entry in changes} == set(everyone)


def test_graph_batches_answer_each_request(world: World, graph: Any) -> None:
    first = graph.contacts.add("Bea", "Batch").execute_query()
    first.set_property("jobTitle", "Lead").update()
    folders, contacts = graph.contact_folders.get(), graph.contacts.get().top(50)
    graph.context.execute_batch()
    assert world.item(surname="Batch")["properties"]["jobTitle"] == "Lead"  # type: ignore[index]
    assert "Pages" in [folder.display_name for folder in folders]
    assert "Batch" in [entry.properties["surname"] for entry in contacts]


def test_graph_refuses_what_is_no_contact(graph: Any) -> None:
    contact = graph.contacts.add("Cy", "Odd").execute_query()
    for name, value in (("@odata.etag", "x"), ("changeKey", "x"), ("noSuchProperty", "x")):
        changed = graph.contacts[contact.id]
        changed.set_property(name, value)
        with refused("ErrorInvalidPropertySet|noSuchProperty"):
            changed.update().execute_query()
    with refused("segment 'singleValueExtendedProperties'"):
        contact.single_value_extended_properties.get().execute_query()


# -- C4C, by pyodata -------------------------------------------------------------------------------


@dataclass
class Tenant:
    """One tenant under pyodata; `session` is the requests session that pyodata was given."""

    client: Any
    session: requests.Session
    root: str

    @property
    def contacts(self) -> Any:
        return self.client.entity_sets.ContactCollection

    def fetch_token(self) -> None:
        """Do what pyodata leaves to its users: fetch the CSRF token; the cookies stay."""
        answer = self.session.get(f"{self.root}?$format=json", headers={"x-csrf-token": "fetch"})
        self.session.headers["x-csrf-token"] = answer.headers["x-csrf-token"]


@pytest.fixture
def tenant(world: World) -> Iterator[Tenant]:
    world.c4c.reset()
    found = world.c4c_server.service.credentials(world.c4c_server.base_url)
    with requests.Session() as session:
        session.auth = (found["c4c_username"], found["c4c_password"])
        root = found["c4c_base_url"]
        yield Tenant(pyodata.Client(root, session), session, root)


def unwrap(answer: requests.Response, *_: Any, **__: Any) -> requests.Response:
    """Turn C4C's `{"d": {"results": {…}}}` into the `{"d": {…}}` that pyodata knows.

    Of the real service the same was found (fact sheet, section 1: pyodata fails on this shape).
    """
    lines = [_unwrapped(line) for line in answer.content.split(b"\r\n")]
    answer._content = b"\r\n".join(lines)
    return answer


def _unwrapped(line: bytes) -> bytes:
    content = json.loads(line) if line.startswith(b'{"d"') else {}
    inner = content.get("d")
    if isinstance(inner, dict) and isinstance(inner.get("results"), dict):
        return json.dumps({"d": inner["results"]}).encode()
    return line


def test_c4c_metadata_is_understood(tenant: Tenant) -> None:
    schema = tenant.client.schema
    contact = schema.entity_type("Contact")
    last_name, birth_date = contact.proprty("LastName"), contact.proprty("BirthDate")
    assert [prop.name for prop in contact.key_proprties] == ["ObjectID"]
    assert (last_name.typ.name, last_name.max_length) == ("Edm.String", 40)
    assert (last_name.nullable, last_name.filterable) == (False, True)
    assert birth_date.typ.name == "Edm.DateTime"
    assert not contact.proprty("ExternalID").creatable
    assert {"ContactCollection", "CorporateAccountCollection", "IndividualCustomerCollection"} <= {
        entity_set.name for entity_set in schema.entity_sets
    }


def test_c4c_lists_are_filtered_ordered_and_counted(world: World, tenant: Tenant) -> None:
    for name in ("O'Neil", "Neal", "Müller & Sohn"):
        world.c4c.create_contact({"LastName": name})
    entities = tenant.contacts.get_entities
    assert entities().count().execute() == 3
    found = entities().filter(LastName="O'Neil").execute()
    assert [contact.LastName for contact in found] == ["O'Neil"]
    found = entities().filter("LastName eq 'Müller & Sohn'").execute()
    assert [contact.LastName for contact in found] == ["Müller & Sohn"]
    found = entities().filter("startswith(LastName,'Ne')").execute()
    assert [contact.LastName for contact in found] == ["Neal"]
    found = entities().order_by("LastName desc").top(2).select("LastName").execute()
    assert [contact.LastName for contact in found] == ["O'Neil", "Neal"]
    with pytest.raises(HttpError, match="400"):
        entities().filter("substringof('Ne',LastName)").execute()


def test_c4c_pages_are_followed_by_their_links(world: World, tenant: Tenant) -> None:
    for number in range(25):
        world.c4c.create_contact({"LastName": f"P{number}"})
    world.c4c.set_switch("page_size", 10)
    try:
        page = tenant.contacts.get_entities().order_by("ObjectID").execute()
        pages = [list(page)]
        while page.next_url:
            page = tenant.contacts.get_entities().next_url(page.next_url).execute()
            pages.append(list(page))
    finally:
        world.c4c.set_switch("page_size", 1000)
    assert [len(rows) for rows in pages] == [10, 10, 5]
    assert len({contact.ObjectID for rows in pages for contact in rows}) == 25


def test_c4c_a_single_record_is_wrapped_as_only_c4c_does(world: World, tenant: Tenant) -> None:
    object_id = world.c4c.create_contact({"LastName": "Roe", "BirthDate": "1980-01-02T00:00:00"})
    bare = tenant.contacts.get_entity(object_id).execute()
    with pytest.raises(AttributeError):
        _ = bare.LastName
    tenant.session.hooks["response"].append(unwrap)
    contact = tenant.contacts.get_entity(object_id).execute()
    assert (contact.LastName, contact.BirthDate.date().isoformat()) == ("Roe", "1980-01-02")
    assert contact.etag.startswith("W/\"datetimeoffset'")


def test_c4c_a_write_needs_token_cookies_and_the_version_seen(world: World, tenant: Tenant) -> None:
    tenant.session.hooks["response"].append(unwrap)
    with pytest.raises(HttpError, match="403"):
        tenant.contacts.create_entity().set(LastName="Roe").execute()
    tenant.fetch_token()
    created = tenant.contacts.create_entity().set(LastName="Röe 'x'", Email="r@x.example").execute()
    assert world.record("contact", LastName="Röe 'x'", Email="r@x.example")

    def update(title: str, etag: str) -> None:
        request = tenant.contacts.update_entity(created.ObjectID).set(JobTitle=title)
        request.add_headers({"If-Match": etag})
        request.execute()

    seen = tenant.contacts.get_entity(created.ObjectID).execute().etag
    update("First", seen)
    with pytest.raises(HttpError, match="412"):
        update("Second", seen)
    assert world.record("contact", JobTitle="First")
    with pytest.raises(HttpError, match="403"):
        tenant.contacts.delete_entity(created.ObjectID).execute()
    cookies, tenant.session.cookies = tenant.session.cookies, requests.cookies.RequestsCookieJar()
    with pytest.raises(HttpError, match="403"):
        tenant.contacts.create_entity().set(LastName="No cookies").execute()
    tenant.session.cookies = cookies


def test_c4c_a_changeset_is_all_or_nothing(world: World, tenant: Tenant) -> None:
    tenant.session.hooks["response"].append(unwrap)
    tenant.fetch_token()

    def send(*names: str) -> Any:
        batch, changes = tenant.client.create_batch(), tenant.client.create_changeset()
        for name in names:
            changes.add_request(tenant.contacts.create_entity().set(LastName=name))
        batch.add_request(tenant.contacts.get_entities().top(1))
        batch.add_request(changes)
        return batch.execute()

    read, written = send("One", "Two")
    assert list(read) == []
    assert [contact.LastName for contact in written] == ["One", "Two"]
    with pytest.raises(HttpError, match="400"):
        send("Three", "x" * 41)
    assert {record["LastName"] for record in world.records("contact").values()} == {"One", "Two"}


def test_c4c_accounts_and_contacts_are_joined(world: World, tenant: Tenant) -> None:
    account_id = world.c4c.create_account({"Name": "Alpha"})
    number = world.records("account")[account_id]["AccountID"]
    tenant.session.hooks["response"].append(unwrap)
    tenant.fetch_token()
    contact = tenant.contacts.create_entity().set(LastName="Roe", AccountID=number).execute()
    accounts = tenant.client.entity_sets.CorporateAccountCollection
    links = accounts.get_entity(account_id).nav("CorporateAccountHasContactPerson")
    (link,) = links.get_entities().execute()
    assert link.ContactID == contact.ContactID
    codes = tenant.client.entity_sets.ContactStatusCodeCollection.get_entities().execute()
    assert {"1", "2", "3", "4"} <= {code.Code for code in codes}
