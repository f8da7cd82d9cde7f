"""First matches of accounts: what is found by a few columns is read whole before it is joined."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from contact_sync.core.model import RecordType
from fakes.c4c_service import Service
from target_c4c.accounts import AccountBook
from target_c4c.lookups import find_candidates

ACCOUNTS = "CorporateAccountCollection"


class Notes:
    """A book that only remembers failures."""

    def __init__(self) -> None:
        self.failures: list[str] = []

    def failed(self, task: Any, error: Exception, intent: str | None = None) -> None:
        del error, intent
        self.failures.append(task.link.link_id)

    unreadable = failed


def newcomer(name: str) -> Any:
    return SimpleNamespace(
        kind=RecordType.ACCOUNT,
        collection=ACCOUNTS,
        values={"name": name},
        link=SimpleNamespace(link_id=name, c4c_id=None),
    )


@pytest.fixture
def service() -> Service:
    service = Service()
    for name in ("Acme", "ACME", "Ácme", "Acme AG"):
        service.admin.create_account({"RoleCode": "CRM000", "Name": name, "City": "Bonn"})
    return service


def candidates(service: Service, name: str, notes: Any) -> list[Any]:
    task = newcomer(name)
    found = find_candidates(service.client, AccountBook(service.client), [task], notes)
    return found.get(task.link.link_id, [])


def test_i3_candidates_are_whole_records(service: Service) -> None:
    found = candidates(service, "Acme", Notes())
    assert {"Acme"} <= {record.properties["Name"] for record in found}
    assert all(record.properties["City"] == "Bonn" for record in found)
    assert all(record.etag for record in found)
    assert "Acme AG" not in {record.properties["Name"] for record in found}


@pytest.mark.parametrize("name", ["acme", "Globex"])
def test_only_what_bears_the_name_is_read(service: Service, name: str) -> None:
    found = candidates(service, name, Notes())
    assert {record.properties["Name"].casefold() for record in found} <= {"acme", "ácme"}
    assert bool(found) == (name == "acme")


def test_i45_a_candidate_that_cannot_be_read_is_an_issue_of_its_item(service: Service) -> None:
    fault = {"operation": f"{ACCOUNTS}.get", "kind": "status", "status": 400, "count": 0}
    service.admin.add_fault(**fault)
    notes = Notes()
    assert candidates(service, "Acme", notes) == []
    assert set(notes.failures) == {"Acme"}
