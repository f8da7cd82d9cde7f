"""When a record is gone: C4C knows its key neither here nor in a listing (I7, I45)."""

from __future__ import annotations

import pytest
from c4c_client import NotFoundError
from fakes.c4c_tenant import CONTACTS, Inner, Tenant, error, people


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("is_told", [True, False])
def test_i45_a_record_that_is_listed_and_not_found_is_in_trouble(
    status: int,
    is_told: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    tenant = Tenant(
        people("A", "B"), on_part=lambda _, path: error(status) if "('A')" in path else None
    )
    failed: dict[str, Exception] = {}
    if not is_told:
        with pytest.raises(NotFoundError):
            tenant.client().get_records(CONTACTS, ["A", "B", "X"])
        return
    found = tenant.client().get_records(CONTACTS, ["A", "B", "X"], failed.__setitem__)
    assert list(found) == ["B", "X"]
    assert found["X"] is None
    assert {key: type(reason) for key, reason in failed.items()} == {"A": NotFoundError}


def test_i45_a_record_whose_listing_fails_is_in_trouble_alone() -> None:
    def part(_: str, path: str) -> Inner | None:
        return error(500) if "ObjectID eq 'X'" in path else None

    tenant = Tenant(people("A"), on_part=part)
    failed: dict[str, Exception] = {}
    found = tenant.client(max_retries=0).get_records(CONTACTS, list("AXY"), failed.__setitem__)
    assert list(found) == ["A", "Y"]
    assert found["Y"] is None
    assert list(failed) == ["X"]
