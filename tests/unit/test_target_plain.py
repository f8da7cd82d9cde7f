"""Plain records: values, and what happens when others write at the same time."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from c4c_client import (
    AuthError,
    C4CRecord,
    Create,
    EntityType,
    Metadata,
    PreconditionFailedError,
    Property,
    ThrottledError,
    UnknownOutcomeError,
    Update,
    WriteResult,
)
from contact_sync.core.loading import plan_stream
from contact_sync.core.model import RecordType, Side
from contact_sync.plain import PlainBook, UnfitRecordError
from target_c4c import plain_values as c4c_values
from target_c4c.plain import PlainC4C
from target_c4c.plain_columns import TenantTables
from target_exchange_contacts import plain_values as graph_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from c4c_client import C4CError, Write


def prop(name: str, edm_type: str = "Edm.String") -> Property:
    return Property(
        name=name,
        edm_type=edm_type,
        max_length=None,
        nullable=True,
        creatable=True,
        updatable=True,
        filterable=True,
    )


# -- values of C4C ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edm_type", "value", "sent"),
    [
        ("Edm.String", "a", "a"),
        ("Edm.String", None, ""),
        ("Edm.String", 2, "2"),
        ("Edm.Guid", None, None),
        ("Edm.Boolean", False, False),
        ("Edm.Boolean", None, None),
        ("Edm.Decimal", "1.50", "1.50"),
        ("Edm.Decimal", 1.5, 1.5),
        ("Edm.DateTime", "1815-12-10", "1815-12-10T00:00:00"),
        ("Edm.DateTime", "1815-12-10T00:00:00.000Z", "1815-12-10T00:00:00"),
        ("Edm.DateTime", "", None),
        ("Edm.DateTime", "0001-01-01T00:00:00.000Z", None),
    ],
)
def test_c4c_values_are_sent_in_the_form_of_their_type(
    edm_type: str, value: object, sent: object
) -> None:
    assert c4c_values.to_body([prop("P", edm_type)], {"P": value, "Q": 1}) == {"P": sent}


@pytest.mark.parametrize(
    ("edm_type", "value"),
    [
        ("Edm.String", True),
        ("Edm.String", ["a"]),
        ("Edm.String", {"a": 1}),
        ("Edm.Boolean", "true"),
        ("Edm.Boolean", 1),
        ("Edm.Decimal", "one"),
        ("Edm.Decimal", float("nan")),
        ("Edm.Decimal", True),
        ("Edm.DateTime", "tomorrow"),
        ("Edm.DateTime", "2026-02-30"),
    ],
)
def test_c4c_values_of_another_kind_are_refused_by_name(edm_type: str, value: object) -> None:
    with pytest.raises(UnfitRecordError) as refused:
        c4c_values.to_body([prop("P", edm_type)], {"P": value})
    assert refused.value.fields == ("P",)


def test_c4c_instants_are_left_out() -> None:
    assert c4c_values.to_body([prop("P", "Edm.DateTimeOffset")], {"P": "x"}) == {}


@pytest.mark.parametrize(
    ("edm_type", "sent", "held", "is_held"),
    [
        ("Edm.String", "a", "a", True),
        ("Edm.String", "a  ", "a", True),
        ("Edm.String", "", None, True),
        ("Edm.String", "a", "b", False),
        ("Edm.String", "", "b", False),
        ("Edm.Guid", "AB", "ab", True),
        ("Edm.Boolean", False, None, False),
        ("Edm.Boolean", False, False, True),
        ("Edm.Boolean", True, False, False),
        ("Edm.Decimal", "1.5", "1.50", True),
        ("Edm.Int32", 0, 0, True),
        ("Edm.Int32", 0, "", False),
        ("Edm.DateTime", "1815-12-10T00:00:00", "1815-12-10T00:00:00.000Z", True),
        ("Edm.DateTime", None, "0001-01-01T00:00:00.000Z", True),
        ("Edm.DateTime", None, "1815-12-10T00:00:00.000Z", False),
    ],
)
def test_c4c_equal_values_are_known_in_any_form(
    edm_type: str, sent: object, held: object, *, is_held: bool
) -> None:
    assert c4c_values.is_held(prop("P", edm_type), sent, held) is is_held


# -- values of Graph -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sent", "held", "is_held"),
    [
        ("surname", "a", "a", True),
        ("surname", "", None, True),
        ("surname", "a", None, False),
        ("businessPhones", [], None, True),
        ("businessPhones", ["1", "2"], ["2", "1"], False),
        ("homePhones", ["1", "2", "3"], ["1", "2"], True),
        ("categories", ["Red"], ["Red", "My Folder"], True),
        ("categories", ["Red", "my folder"], ["Red"], True),
        ("categories", ["Red", "Blue"], ["Blue", "Red"], False),
        ("emailAddresses", [{"address": "a@b"}], [{"address": "a@b", "name": "a@b"}], True),
        ("emailAddresses", [{"address": "a@b"}], [{"address": "c@d"}], False),
        ("homeAddress", {"city": "Ulm", "street": None}, {"city": "Ulm"}, True),
        ("homeAddress", {"city": "Ulm"}, {"city": "Ulm", "street": "1"}, False),
        ("homeAddress", {}, {"city": ""}, True),
        ("birthday", "1815-12-10T11:59:00Z", "1815-12-10T00:00:00Z", True),
        ("birthday", None, "4501-01-01T00:00:00Z", True),
        ("birthday", None, "1815-12-10T00:00:00Z", False),
    ],
)
def test_graph_equal_values_are_known_in_any_form(
    name: str, sent: object, held: object, *, is_held: bool
) -> None:
    assert graph_values.is_held(name, sent, held, "My Folder") is is_held


def test_graph_a_day_is_written_so_that_it_stays() -> None:
    body = graph_values.to_body({"birthday": "1815-12-10", "id": "x", "changeKey": "y"})
    assert body == {"birthday": "1815-12-10T11:59:00Z"}
    assert graph_values.to_body({"birthday": ""}) == {"birthday": None}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("surname", 1),
        ("businessPhones", "1"),
        ("businessPhones", [1]),
        ("emailAddresses", [["a"]]),
        ("homeAddress", {"city": {"deep": {}}}),
        ("birthday", 1815),
    ],
)
def test_graph_values_of_another_shape_are_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(UnfitRecordError) as refused:
        graph_values.to_body({name: value})
    assert refused.value.fields == (name,)


# -- races and lost answers ------------------------------------------------------------------------


@dataclass
class Tenant:
    """One contact; each write is answered by the next of `answers`, None for success."""

    answers: list[C4CError | None]
    version: int = 1
    writes: list[Write] = field(default_factory=list)

    def get_metadata(self, entity_types: Sequence[str]) -> Metadata:
        del entity_types
        entity = EntityType(name="Contact", key=("ObjectID",), properties=(prop("LastName"),))
        return Metadata({"Contact": entity}, {"ContactCollection": "Contact"})

    def check_connection(self) -> None:
        """Be there."""

    def get_records(self, collection: str, ids: Sequence[str]) -> dict[str, C4CRecord | None]:
        del collection
        return {key: C4CRecord(key, f"v{self.version}", {"LastName": "Old"}) for key in ids}

    def search(
        self, collection: str, filters: Sequence[str], select: Sequence[str]
    ) -> list[list[C4CRecord]]:
        del collection, select
        return [[] for _ in filters]

    def execute(self, writes: Sequence[Write]) -> list[WriteResult]:
        self.writes += writes
        self.version += 1
        return [WriteResult(error=self.answers.pop(0)) for _ in writes]


def load(tenant: Tenant, *records: dict[str, Any]) -> PlainBook:
    client: Any = tenant
    tables = TenantTables(client)
    table = tables.table(RecordType.CONTACT)
    plan = plan_stream(table, "contacts", ["ObjectID", "LastName"], ["LastName"])
    book = PlainBook(Side.C4C, None, logging.getLogger("test"), {"contacts": plan})
    plain = PlainC4C(client, book, tables)
    plain.run("contacts", RecordType.CONTACT, records)
    return book


def test_a_record_that_moved_on_is_read_again_before_it_is_written() -> None:
    tenant = Tenant([PreconditionFailedError("412"), None])
    book = load(tenant, {"ObjectID": "1", "LastName": "New"})
    assert book.counts == {"updated": 1}
    assert [write.etag for write in tenant.writes if isinstance(write, Update)] == ["v1", "v2"]


def test_a_record_that_keeps_moving_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    tenant = Tenant([PreconditionFailedError("412")] * 3)
    book = load(tenant, {"ObjectID": "1", "LastName": "New"})
    assert (book.failures, len(tenant.writes)) == (1, 3)
    assert "unavailable (changed again and again meanwhile)" in caplog.text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnknownOutcomeError("lost"), "unknown_outcome"),
        (ThrottledError("busy"), "unavailable"),
        (PreconditionFailedError("412"), "unavailable"),
    ],
)
def test_a_failed_create_is_never_repeated(
    error: C4CError, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    tenant = Tenant([error])
    book = load(tenant, {"LastName": "New"})
    assert book.failures == 1
    assert f"record 1 of contacts: {code}" in caplog.text
    assert [type(write) for write in tenant.writes] == [Create]


def test_a_refused_sign_in_ends_the_load() -> None:
    with pytest.raises(AuthError):
        load(Tenant([AuthError("401")]), {"ObjectID": "1", "LastName": "New"})
