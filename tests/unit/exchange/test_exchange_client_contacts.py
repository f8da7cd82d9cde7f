from __future__ import annotations

from typing import Any

import pytest
import requests
from exchange_client import (
    LINK_PROPERTY,
    ContactCopy,
    ContactCreate,
    ContactTrash,
    ContactUpdate,
    ExchangeError,
    MailboxError,
    NotFoundError,
    PreconditionFailedError,
    RejectedError,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
)
from exchange_client.contact_fields import READ_ONLY, canonical

BOX = "anna@contoso.example"
ITEMS = f"/users/{BOX}/contactFolders/F/contacts"


def item(contact_id: str) -> str:
    return f"/users/{BOX}/contacts/{contact_id}"


def only_default(service: Any, reply: Any) -> None:
    """The mailbox has no folder but the default one: the flat path finds everything there is."""
    folder = {"id": "D", "displayName": "Contacts"}
    service.on("GET", f"/users/{BOX}/contactFolders/contacts", reply(body=folder))
    service.on("GET", f"/users/{BOX}/contactFolders", reply(body={"value": []}))


def extended(**values: str) -> list[dict[str, str]]:
    ids = {
        "link": LINK_PROPERTY.lower().replace("contactsynclink", "ContactSyncLink"),
        "sensitivity": "Integer 0x36",
        "fax": "String 0x3a24",
    }
    return [{"id": ids[name], "value": value} for name, value in values.items()]


def create(link: str | None = "L", **properties: Any) -> ContactCreate:
    return ContactCreate(folder_id="F", properties=properties, link=link)


def test_get_contacts_is_expanded_and_complete(service: Any, reply: Any, entity: Any) -> None:
    props = extended(link="L1", sensitivity="2")
    service.on("GET", item("1"), reply(body=entity("1", singleValueExtendedProperties=props)))
    service.on("GET", item("2"), reply(body=entity("2")))
    only_default(service, reply)

    found = service.client().get_contacts(BOX, ["1", "2", "3", "1"])

    first, second = found["1"], found["2"]
    assert (first.link, first.is_private, first.is_expanded) == ("L1", True, True)
    assert (second.link, second.is_private, second.is_expanded) == (None, False, True)
    assert found["3"] is None
    assert service.batches == [3, 2]
    assert all(part.headers == {"Prefer": 'IdType="ImmutableId"'} for part in service.parts)
    assert service.parts[0].query == (
        "$expand=singleValueExtendedProperties"
        f"($filter=id eq '{LINK_PROPERTY}' or id eq 'Integer 0x36')"
    )
    assert " " not in service.parts[0].url


def test_only_refused_parts_are_repeated_after_the_longest_wait(
    service: Any, reply: Any, entity: Any
) -> None:
    done = {str(n): reply(201, entity(str(n))) for n in range(3)}
    service.on(
        "POST",
        ITEMS,
        done["0"],
        reply.error(429, "ApplicationThrottled", Retry_After="3"),
        reply.error(503, "", Retry_After="7.5"),
        done["1"],
        done["2"],
    )

    outcomes = service.client().create_contacts(BOX, [create() for _ in range(3)])

    assert [o.contact.id for o in outcomes] == ["0", "1", "2"]
    assert service.batches == [3, 2]
    assert service.clock.sleeps == [8.0]


@pytest.mark.parametrize(
    ("description", "answer", "expected"),
    [
        ("missing", None, UnknownOutcomeError),
        ("500", (500, ""), UnknownOutcomeError),
        ("502", (502, ""), UnknownOutcomeError),
        ("504", (504, ""), UnknownOutcomeError),
        ("503 without a wait", (503, ""), UnknownOutcomeError),
        ("429 for ever", (429, ""), ThrottledError),
        ("rejected", (400, "ErrorInvalidRequest"), RejectedError),
        ("full", (403, "ErrorQuotaExceeded"), MailboxError),
        ("denied", (403, "ErrorAccessDenied"), MailboxError),
        ("folder gone", (404, "ErrorItemNotFound"), TransientError),
    ],
)
def test_a_failed_create_does_not_touch_its_neighbours(
    service: Any,
    reply: Any,
    entity: Any,
    description: str,
    answer: tuple[int, str] | None,
    expected: type[ExchangeError],
) -> None:
    bad = None if answer is None else reply.error(*answer)

    def by_name(seen: Any) -> Any:
        return bad if seen.body["surname"] == "bad" else reply(201, entity("1"))

    service.on("POST", ITEMS, by_name)

    outcomes = service.client(max_retries=1).create_contacts(
        BOX, [create(surname="good"), create(surname="bad"), create(surname="good")]
    )

    assert [o.error is None for o in outcomes] == [True, False, True], description
    assert type(outcomes[1].error) is expected, description


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_lost_batch_leaves_every_write_unknown(service: Any, reply: Any, status: int) -> None:
    service.on("POST", "/$batch", reply(status))
    client = service.client()
    trash = ContactTrash(id="1", etag="e")
    update = ContactUpdate(id="1", properties={}, etag="e")

    for outcomes in (
        client.create_contacts(BOX, [create(), create()]),
        client.update_contacts(BOX, [update]),
        client.trash_contacts(BOX, [trash]),
    ):
        assert all(isinstance(o.error, UnknownOutcomeError) for o in outcomes)
    assert len(service.graph_calls()) == 3


@pytest.mark.parametrize("body", [b"<html>", b'{"responses": 7}', b'{"responses": [7, {}]}'])
def test_an_unreadable_batch_leaves_every_write_unknown(
    service: Any, reply: Any, body: bytes
) -> None:
    service.on("POST", "/$batch", reply(body=body))

    (outcome,) = service.client().create_contacts(BOX, [create()])

    assert isinstance(outcome.error, UnknownOutcomeError)


def test_earlier_batches_survive_a_later_failure(service: Any, reply: Any, entity: Any) -> None:
    ok = [{"id": str(n), "status": 201, "body": entity(str(n))} for n in range(20)]
    service.on(
        "POST",
        "/$batch",
        reply(body={"responses": ok}),
        requests.ConnectionError("reset"),
    )

    outcomes = service.client().create_contacts(BOX, [create() for _ in range(21)])

    assert [o.error is None for o in outcomes] == [True] * 20 + [False]


def test_a_create_carries_its_link_and_nothing_read_only(
    service: Any, reply: Any, entity: Any
) -> None:
    service.on("POST", ITEMS, reply(201, entity("1")))
    echoed = entity("9", givenName="G")

    (outcome,) = service.client().create_contacts(BOX, [create("L", **echoed)])

    (part,) = service.parts
    assert part.body["singleValueExtendedProperties"] == [{"id": LINK_PROPERTY, "value": "L"}]
    assert not {*READ_ONLY, "@odata.etag"} & set(part.body)
    assert part.headers["Content-Type"] == "application/json"
    assert (outcome.contact.link, outcome.contact.is_expanded) == ("L", True)


def test_an_update_sends_only_what_changed(service: Any, reply: Any, entity: Any) -> None:
    service.on("PATCH", item("1"), reply(200, entity("1", changeKey="ck-2")))
    updates = [
        ContactUpdate(id="1", properties={"surname": None}, etag='W/"ck-1"'),
        ContactUpdate(id="1", properties={}, etag=None, link="L"),
    ]

    outcomes = service.client().update_contacts(BOX, updates)

    first, second = service.parts
    assert first.body == {"surname": None}
    assert first.headers["If-Match"] == 'W/"ck-1"'
    assert second.body == {"singleValueExtendedProperties": [{"id": LINK_PROPERTY, "value": "L"}]}
    assert "If-Match" not in second.headers
    assert [(o.contact.version, o.contact.link, o.contact.is_expanded) for o in outcomes] == [
        ("ck-2", None, False),
        ("ck-2", "L", False),
    ]


@pytest.mark.parametrize(
    ("status", "code"),
    [(412, ""), (409, "errorIrresolvableConflict"), (400, "ErrorIrresolvableConflict")],
)
def test_another_version_is_a_failed_precondition(
    service: Any, reply: Any, status: int, code: str
) -> None:
    service.on("PATCH", item("1"), reply.error(status, code))
    update = ContactUpdate(id="1", properties={"surname": "x"}, etag="e")

    (outcome,) = service.client().update_contacts(BOX, [update])

    assert isinstance(outcome.error, PreconditionFailedError)
    assert outcome.contact is None


def test_a_write_answered_without_a_contact_is_unknown(service: Any, reply: Any) -> None:
    service.on("POST", ITEMS, reply(201, None))

    (outcome,) = service.client().create_contacts(BOX, [create()])

    assert isinstance(outcome.error, UnknownOutcomeError)


def test_trash(service: Any, reply: Any) -> None:
    service.on("DELETE", item("1"), reply(204))
    trashes = [ContactTrash(id="1", etag="e"), ContactTrash(id="2", etag=None)]

    first, second = service.client().trash_contacts(BOX, trashes)

    assert (first.contact, first.error) == (None, None)
    assert isinstance(second.error, NotFoundError)
    assert [part.headers.get("If-Match") for part in service.parts] == ["e", None]
    assert {part.method for part in service.parts} == {"DELETE"}


def test_find_by_link_compares_exactly(service: Any, reply: Any, entity: Any) -> None:
    link = "o'hare/Contact/1"
    entities = [
        entity("1", singleValueExtendedProperties=extended(link=link)),
        entity("2", singleValueExtendedProperties=extended(link=link.upper())),
        entity("3"),
    ]
    service.on("GET", ITEMS, reply(body={"value": entities}))

    found = service.client().find_by_link(BOX, "F", link)

    assert [contact.id for contact in found] == ["1"]
    assert "ep/value eq 'o''hare/Contact/1')" in service.graph_calls()[0].query


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("String 0x3A24", "String 0x3a24", True),
        ("Integer 0x0036", "Integer 0x36", True),
        ("String {AB} Name X", "string {ab} Name X", True),
        ("String {ab} Name X", "String {ab} Name x", False),
        ("String 0x3A24", "Integer 0x3A24", False),
        ("String {AB} Id 0x804F", "string {ab} id 0x804f", True),
        ("String {ab} Id 0x804F", "String {ab} Id 0x8050", False),
        ("String 0xZZ", "String 0x3A24", False),
    ],
)
def test_spellings_of_extended_properties(one: str, other: str, *, is_same: bool) -> None:
    assert (canonical(one) == canonical(other)) is is_same


def copy(source_id: str = "S", **properties: Any) -> ContactCopy:
    return ContactCopy(source_id=source_id, folder_id="F", properties=properties, link="new")


def source(service: Any, reply: Any, entity: Any) -> None:
    props = extended(link="old", sensitivity="2", fax="+49 1")
    body = entity(
        "S",
        parentFolderId="elsewhere",
        givenName="G",
        surname="S",
        categories=["A", "B"],
        birthday="1990-05-03T00:00:00Z",
        homePhones=[],
        otherAddress={},
        businessAddress={"street": "x", "city": "y"},
        singleValueExtendedProperties=props,
    )
    service.on("GET", item("S"), reply(body=body))
    service.on("POST", ITEMS, reply(201, entity("N")))


def test_a_copy_carries_everything_visible(service: Any, reply: Any, entity: Any) -> None:
    source(service, reply, entity)
    photo = f"{item('S')}/photo/$value"
    service.on("GET", photo, reply(body=b"jpeg", headers={"Content-Type": "image/png"}))
    service.on("PUT", f"{ITEMS}/N/photo/$value", reply(200))
    service.on("GET", f"{ITEMS}/N", reply(body=entity("N", changeKey="ck-photo")))

    (outcome,) = service.client().copy_contacts(BOX, [copy(surname="T")])

    (posted,) = [part.body for part in service.parts if part.method == "POST"]
    assert posted == {
        "givenName": "G",
        "surname": "T",
        "categories": ["A", "B"],
        "birthday": "1990-05-03T11:59:00Z",
        "businessAddress": {"street": "x", "city": "y"},
        "singleValueExtendedProperties": [
            {"id": "String 0x3A24", "value": "+49 1"},
            {"id": "Integer 0x36", "value": "2"},
            {"id": LINK_PROPERTY, "value": "new"},
        ],
    }
    (put,) = [seen for seen in service.seen if seen.method == "PUT"]
    assert (put.body, put.headers["Content-Type"]) == (b"jpeg", "image/png")
    assert (outcome.contact.version, outcome.error) == ("ck-photo", None)


def test_a_source_that_changes_between_its_reads_is_not_copied(
    service: Any, reply: Any, entity: Any
) -> None:
    """Its extended properties are read in several steps; half of each version would be neither."""
    versions = (reply(body=entity("S", changeKey=f"ck{n}")) for n in range(99))
    service.on("GET", item("S"), *versions)

    (outcome,) = service.client().copy_contacts(BOX, [copy()])

    assert isinstance(outcome.error, PreconditionFailedError)
    assert not [part for part in service.parts if part.method == "POST"]


def test_a_copy_without_a_photo(service: Any, reply: Any, entity: Any) -> None:
    source(service, reply, entity)

    (outcome,) = service.client().copy_contacts(BOX, [copy()])

    assert outcome.error is None
    assert (outcome.contact.id, outcome.contact.link) == ("N", "new")
    assert outcome.contact.is_private
    assert not any(seen.method == "PUT" for seen in service.seen)


def test_a_failed_photo_does_not_lose_the_new_id(service: Any, reply: Any, entity: Any) -> None:
    source(service, reply, entity)
    service.on("GET", f"{item('S')}/photo/$value", reply(body=b"jpeg"))
    service.on("PUT", f"{item('N')}/photo/$value", reply.error(404, "ErrorItemNotFound"))

    (outcome,) = service.client().copy_contacts(BOX, [copy()])

    assert outcome.contact.id == "N"
    assert isinstance(outcome.error, NotFoundError)


def test_copies_fail_one_by_one(service: Any, reply: Any, entity: Any) -> None:
    source(service, reply, entity)

    outcomes = service.client().copy_contacts(BOX, [copy("gone"), copy(), copy("gone")])

    assert [o.contact.id if o.contact else None for o in outcomes] == [None, "N", None]
    assert isinstance(outcomes[0].error, NotFoundError)


def test_a_copy_without_an_answer_is_unknown(service: Any, reply: Any, entity: Any) -> None:
    source(service, reply, entity)
    service.on("POST", ITEMS, reply.error(504, ""))

    (outcome,) = service.client().copy_contacts(BOX, [copy()])

    assert isinstance(outcome.error, UnknownOutcomeError)
    assert outcome.contact is None


def test_nothing_to_do_is_no_call(service: Any) -> None:
    client = service.client()

    assert client.get_contacts(BOX, []) == {}
    assert client.create_contacts(BOX, []) == []
    assert client.copy_contacts(BOX, []) == []
    assert service.seen == []


def test_no_personal_value_in_a_repr(service: Any, reply: Any, entity: Any) -> None:
    service.on("POST", ITEMS, reply(201, entity("1", surname="Canary")))
    wanted = create(surname="Canary")

    outcomes = service.client().create_contacts(BOX, [wanted])

    assert "Canary" not in repr((wanted, outcomes, copy(surname="Canary")))
