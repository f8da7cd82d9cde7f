"""A batch that fails as a whole, and an item that is listed and not found: whose trouble (I45)."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import requests
from exchange_client import (
    Contact,
    ContactCreate,
    ContactTrash,
    ContactUpdate,
    MailboxError,
    MailboxProblem,
    NotFoundError,
    RejectedError,
    TransientError,
    UnknownOutcomeError,
)

BOX = "anna@contoso.example"
ROOT = f"/users/{BOX}"
IDS = [f"i{number}" for number in range(20)]
ANSWERS = (400, 403, 404, 409, 410, 413, 500, 503, None)


def item(contact_id: str) -> str:
    return f"{ROOT}/contacts/{contact_id}"


class Fussy:
    """Answers `$batch` as a whole with an error, where its bad parts are among the parts."""

    def __init__(self, service: Any, reply: Any, status: int | None, *bad: str) -> None:
        self.sent = 0
        self._service, self._reply, self._status, self._bad = service, reply, status, bad
        service.on("POST", "/$batch", self)

    def __call__(self, seen: Any) -> Any:
        self.sent += 1
        parts = [f"{part['url']}{part.get('body')}" for part in seen.body["requests"]]
        if any(bad in part for bad in self._bad for part in parts):
            if self._status is None:
                raise requests.ConnectionError("reset")
            return self._reply.error(self._status, "ErrorItemNotFound")
        return None


@pytest.mark.parametrize("status", ANSWERS)
@pytest.mark.parametrize("bad", [("i0?",), ("i19?",), ("i3?", "i11?")])
def test_i45_one_part_that_fails_its_batch_fails_no_other(
    service: Any, reply: Any, entity: Any, status: int | None, bad: tuple[str, ...]
) -> None:
    for contact_id in IDS:
        service.on("GET", item(contact_id), reply(body=entity(contact_id)))
    fussy = Fussy(service, reply, status, *bad)

    found = service.client(max_retries=0).get_contacts(BOX, IDS)

    failed = {contact_id for contact_id, one in found.items() if not isinstance(one, Contact)}
    assert failed == {one.rstrip("?") for one in bad}
    # None would be a proof that it is gone, and a whole batch proves nothing of one item.
    assert all(isinstance(found[one], (RejectedError, TransientError)) for one in failed)
    assert fussy.sent <= 1 + 20 + 2 * 2, "bounded"


@pytest.mark.parametrize("status", ANSWERS)
def test_i45_a_mailbox_that_answers_no_batch_is_in_trouble_itself(
    service: Any, reply: Any, status: int | None
) -> None:
    fussy = Fussy(service, reply, status, "/users/")

    with pytest.raises(MailboxError):
        service.client(max_retries=0).get_contacts(BOX, [*IDS, "more"])

    assert fussy.sent == 2, "its other batches are not sent"


def test_i45_to_be_asked_to_wait_is_no_trouble_of_a_part(
    service: Any, reply: Any, entity: Any
) -> None:
    for contact_id in IDS:
        service.on("GET", item(contact_id), reply(body=entity(contact_id)))
    fussy = Fussy(service, reply, 500, "i3?")
    busy = iter([False, False, True, False, True])

    def answer(seen: Any) -> Any:
        return reply.error(429, "", Retry_After="2") if next(busy, False) else fussy(seen)

    service.on("POST", "/$batch", answer)

    found = service.client(max_retries=1).get_contacts(BOX, IDS)

    assert {i for i, one in found.items() if not isinstance(one, Contact)} == {"i3"}


def test_i45_a_harmless_batch_without_an_answer_to_its_part_tells_of_the_mailbox(
    service: Any, reply: Any
) -> None:
    service.on("POST", "/$batch", reply.error(500, ""), reply(body={"responses": []}))

    with pytest.raises(MailboxError) as caught:
        service.client(max_retries=0).get_contacts(BOX, ["i1"])

    assert caught.value.reason is MailboxProblem.UNAVAILABLE


@pytest.mark.parametrize("status", [400, 404, 409, 413])
def test_i45_creates_of_a_batch_that_was_refused_are_sent_one_by_one(
    service: Any, reply: Any, entity: Any, status: int
) -> None:
    service.on("POST", f"{ROOT}/contactFolders/F/contacts", reply(201, entity("new")))
    Fussy(service, reply, status, "Odd")
    creates = [
        ContactCreate(folder_id="F", properties={"surname": name}, link="L")
        for name in ("One", "Odd", "Two")
    ]

    outcomes = service.client().create_contacts(BOX, creates)

    assert [outcome.contact is not None for outcome in outcomes] == [True, False, True]
    assert not isinstance(outcomes[1].error, (MailboxError, NotFoundError))


def test_i45_writes_without_an_answer_are_not_repeated_before_they_are_looked_at(
    service: Any, reply: Any
) -> None:
    fussy = Fussy(service, reply, None, "i1")
    updates = [ContactUpdate(id=one, properties={"title": "x"}, etag="W/1") for one in ("i0", "i1")]

    outcomes = service.client().update_contacts(BOX, updates)

    assert all(isinstance(outcome.error, UnknownOutcomeError) for outcome in outcomes)
    assert fussy.sent == 1


def test_i45_what_got_no_answer_can_be_sent_alone(service: Any, reply: Any, entity: Any) -> None:
    service.on("PATCH", item("i0"), reply(body=entity("i0")))
    service.on("PATCH", item("i2"), reply(body=entity("i2")))
    Fussy(service, reply, None, "i1")
    updates = [
        ContactUpdate(id=f"i{n}", properties={"title": "x"}, etag="W/1", is_alone=n > 0)
        for n in range(3)
    ]

    outcomes = service.client().update_contacts(BOX, updates)

    assert [outcome.contact is not None for outcome in outcomes] == [True, False, True]


@pytest.mark.parametrize("kind", ["create", "trash"])
def test_i45_creates_and_removals_can_be_sent_alone(service: Any, kind: str) -> None:
    client = service.client()
    if kind == "create":
        create = ContactCreate(folder_id="F", properties={}, is_alone=True)
        client.create_contacts(BOX, [create, create])
    else:
        trashes = [ContactTrash(id=one, etag=None, is_alone=True) for one in ("1", "2")]
        client.trash_contacts(BOX, trashes)

    assert service.batches == [1, 1]


@pytest.mark.parametrize("status", [400, 403, 409, 410, 413, 500, 503])
def test_i45_without_a_listing_nothing_is_said_of_an_item_that_is_not_found(
    service: Any, reply: Any, entity: Any, status: int
) -> None:
    default = {"id": "default", "displayName": "Contacts"}
    service.on("GET", f"{ROOT}/contactFolders/contacts", reply(body=default))
    service.on("GET", f"{ROOT}/contactFolders", reply(body={"value": []}))
    service.on("GET", f"{ROOT}/contactFolders/default/contacts", reply.error(status, ""))
    service.on("GET", item("2"), reply(body=entity("2")))

    found = service.client(max_retries=0).get_contacts(BOX, ["1", "2"], {"1": "default"})

    assert isinstance(found["1"], (RejectedError, TransientError, NotFoundError))
    assert isinstance(found["2"], Contact)


@pytest.mark.parametrize(
    ("is_known", "is_listed", "is_reported"), list(product([True, False], repeat=3))
)
def test_i07_what_is_listed_and_not_found_is_in_trouble_and_not_gone(
    service: Any,
    reply: Any,
    entity: Any,
    is_known: bool,  # noqa: FBT001 - a parameter
    is_listed: bool,  # noqa: FBT001 - a parameter
    is_reported: bool,  # noqa: FBT001 - a parameter
) -> None:
    default = {"id": "default", "displayName": "Contacts"}
    service.on("GET", f"{ROOT}/contactFolders/contacts", reply(body=default))
    service.on("GET", f"{ROOT}/contactFolders", reply(body={"value": []}))
    folder = f"{ROOT}/contactFolders/default"
    listed = [entity("1")] if is_listed else []
    service.on("GET", f"{folder}/contacts", reply(body={"value": listed}))

    found = service.client().get_contacts(
        BOX, ["1"], {"1": "default"} if is_known else None, {"1"} if is_reported else ()
    )

    was_listed = any(seen.path == f"{folder}/contacts" for seen in service.graph_calls())
    if is_listed and not is_reported:
        assert isinstance(found["1"], RejectedError)
        assert found["1"].status == 404
    else:
        assert found["1"] is None
    assert was_listed is not is_reported, "a folder that reports it is not asked again"
