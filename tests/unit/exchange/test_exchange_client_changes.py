from __future__ import annotations

from typing import Any

import pytest
from exchange_client import (
    CursorExpiredError,
    ExchangeError,
    FolderGoneError,
    MailboxError,
    ProtocolError,
    RejectedError,
    TransientError,
)
from exchange_client.contact_fields import PROPERTIES

BOX = "anna@contoso.example"
ITEMS = f"/users/{BOX}/contactFolders/F/contacts"
DELTA = f"{ITEMS}/delta"
ROOT = "https://graph.microsoft.com/v1.0"
CURSOR = f"{ROOT}{DELTA}?$deltatoken=1"
NEXT = f"{ROOT}{DELTA}?$skiptoken="


def page(reply: Any, *entries: dict[str, Any], link: str = "", cursor: str = "") -> Any:
    links = {"@odata.nextLink": link} if link else {}
    ends = {"@odata.deltaLink": cursor} if cursor else {}
    return reply(body={"value": list(entries), **links, **ends})


def gone(contact_id: str, reason: str = "deleted") -> dict[str, Any]:
    return {"id": contact_id, "@removed": {"reason": reason}}


def test_a_first_round(service: Any, reply: Any, entity: Any) -> None:
    service.on(
        "GET",
        DELTA,
        page(reply, entity("1", givenName="old"), gone("2"), link=NEXT + "1"),
        page(reply, link=NEXT + "2"),
        page(reply, gone("3", "changed"), entity("1", givenName="new"), cursor=CURSOR),
    )

    changes = service.client().read_changes(BOX, "F", None)

    (contact,) = changes.contacts
    assert contact.properties["givenName"] == "new"
    assert (contact.folder_id, contact.version, contact.is_expanded) == ("F", "ck-1", False)
    assert not any("@" in name for name in contact.properties)
    assert changes.removed == ["2", "3"]
    assert (changes.cursor, changes.is_full) == (CURSOR, True)
    calls = service.graph_calls()
    assert [call.query for call in calls] == [
        "$select=" + ",".join(PROPERTIES),
        "$skiptoken=1",
        "$skiptoken=2",
    ]
    prefer = 'IdType="ImmutableId", odata.maxpagesize=50'
    assert {call.headers["Prefer"] for call in calls} == {prefer}


def test_a_later_round_calls_the_cursor_as_it_is(service: Any, reply: Any) -> None:
    service.on("GET", DELTA, page(reply, gone("2"), cursor=CURSOR + "x"))

    changes = service.client().read_changes(BOX, "F", CURSOR)

    assert (changes.contacts, changes.removed, changes.is_full) == ([], ["2"], False)
    assert [call.url for call in service.graph_calls()] == [CURSOR]
    assert "token" not in repr(changes)


def test_removed_and_back_again_is_live(service: Any, reply: Any, entity: Any) -> None:
    service.on("GET", DELTA, page(reply, gone("1"), entity("1"), cursor=CURSOR))

    changes = service.client().read_changes(BOX, "F", CURSOR)

    assert ([c.id for c in changes.contacts], changes.removed) == (["1"], [])


def test_partial_entries_are_read_again(service: Any, reply: Any, entity: Any) -> None:
    partial = {"id": "1", "givenName": "new"}
    service.on("GET", DELTA, page(reply, partial, {"id": "2"}, cursor=CURSOR))
    service.on("GET", f"{ITEMS}/1", reply(body=entity("1", givenName="newer")))
    root = {"id": "D", "displayName": "Contacts"}
    service.on("GET", f"/users/{BOX}/contactFolders/contacts", reply(body=root))
    service.on("GET", f"/users/{BOX}/contactFolders", page(reply))

    changes = service.client().read_changes(BOX, "F", CURSOR)

    (contact,) = changes.contacts
    assert (contact.properties["givenName"], contact.is_expanded) == ("newer", True)
    assert changes.removed == ["2"]


@pytest.mark.parametrize(
    ("description", "status", "code", "with_cursor", "without"),
    [
        ("expired", 410, "SyncStateNotFound", CursorExpiredError, TransientError),
        ("expired, no code", 410, "", CursorExpiredError, TransientError),
        ("lower case", 404, "syncstatenotfound", CursorExpiredError, TransientError),
        ("resync", 400, "resyncRequired", CursorExpiredError, TransientError),
        ("invalid", 400, "SyncStateInvalid", CursorExpiredError, TransientError),
        ("malformed", 400, "ErrorInvalidIdMalformed", CursorExpiredError, RejectedError),
        ("plain 400", 400, "", CursorExpiredError, RejectedError),
        ("folder gone", 404, "ErrorSyncFolderNotFound", FolderGoneError, FolderGoneError),
        ("folder not found", 404, "ErrorItemNotFound", FolderGoneError, FolderGoneError),
        ("no mailbox", 404, "MailboxNotEnabledForRESTAPI", MailboxError, MailboxError),
        ("bad user", 400, "ErrorInvalidUser", MailboxError, MailboxError),
        ("denied", 403, "ErrorAccessDenied", MailboxError, MailboxError),
        ("broken", 500, "", TransientError, TransientError),
    ],
)
def test_refused_rounds(
    service: Any,
    reply: Any,
    description: str,
    status: int,
    code: str,
    with_cursor: type[ExchangeError],
    without: type[ExchangeError],
) -> None:
    for path in (DELTA, ITEMS):
        service.on("GET", path, reply.error(status, code))
    client = service.client(max_retries=0)

    for cursor, expected in ((CURSOR, with_cursor), (None, without), ("", without)):
        with pytest.raises(ExchangeError) as caught:
            client.read_changes(BOX, "F", cursor)
        assert type(caught.value) is expected, description


@pytest.mark.parametrize("cursor", [None, CURSOR])
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "ErrorInvalidIdMalformed"),
        (404, ""),
        (404, "ResourceNotFound"),
        (404, "UnknownError"),
        (405, ""),
        (500, "ErrorInternalServerError"),
        (501, "NotImplemented"),
    ],
)
def test_i45_a_folder_without_changes_is_listed(
    service: Any, reply: Any, entity: Any, status: int, code: str, cursor: str | None
) -> None:
    service.on("GET", DELTA, reply.error(status, code))
    service.on("GET", ITEMS, page(reply, entity("1"), entity("2")))
    client = service.client(max_retries=0)

    try:
        changes = client.read_changes(BOX, "F", cursor)
    except CursorExpiredError:
        changes = client.read_changes(BOX, "F", None)

    assert [contact.id for contact in changes.contacts] == ["1", "2"]
    assert (changes.is_full, changes.is_plain) == (True, True)
    assert changes.cursor == cursor or changes.cursor.startswith("listed:")


@pytest.mark.parametrize("code", ["ErrorItemNotFound", "ErrorSyncFolderNotFound"])
def test_i45_not_found_from_the_first_delta_is_asked_by_listing_the_folder(
    service: Any, reply: Any, entity: Any, code: str
) -> None:
    service.on("GET", DELTA, reply.error(404, code))
    service.on("GET", ITEMS, page(reply, entity("1")))
    assert service.client().read_changes(BOX, "F", None).is_plain


@pytest.mark.parametrize("cloud", ["global", "china"])
def test_i45_without_deltas_a_folder_is_listed_and_compared_by_change_key(
    service: Any, reply: Any, entity: Any, cloud: str
) -> None:
    service.on("GET", DELTA, reply.error(400, "ErrorInvalidIdMalformed"))
    service.on("GET", ITEMS, page(reply, entity("1"), entity("2")))
    client = service.client(
        cloud=cloud,
        authority_url="https://login.microsoftonline.com",
        graph_url="https://graph.microsoft.com",
    )
    first = client.read_changes(BOX, "F", None)
    service.on("GET", ITEMS, page(reply, entity("1"), entity("2", changeKey="new"), entity("3")))
    second = client.read_changes(BOX, "F", first.cursor)
    assert ([c.id for c in first.contacts], first.unchanged) == (["1", "2"], [])
    assert ([c.id for c in second.contacts], second.unchanged) == (["2", "3"], ["1"])
    assert second.is_full
    asked = [call for call in service.graph_calls() if call.path.endswith("/delta")]
    assert len(asked) == (0 if cloud == "china" else 2)


def test_i45_a_contact_that_cannot_be_read_is_named_and_others_go_on(
    service: Any, reply: Any, entity: Any
) -> None:
    service.on("GET", DELTA, page(reply, {"id": "1"}, entity("2"), cursor=CURSOR))
    service.on("GET", f"{ITEMS}/1", reply.error(500, "ErrorCorruptData"))

    changes = service.client(max_retries=0).read_changes(BOX, "F", CURSOR)

    assert [contact.id for contact in changes.contacts] == ["2"]
    assert {key: error.code for key, error in changes.unreadable.items()} == {
        "1": "ErrorCorruptData"
    }
    assert changes.removed == []


def test_a_full_mailbox_is_listed(service: Any, reply: Any, entity: Any) -> None:
    service.on("GET", DELTA, reply.error(403, "ErrorQuotaExceeded"))
    link = f"{ROOT}{ITEMS}?$skip=2"
    service.on(
        "GET",
        ITEMS,
        page(reply, entity("1"), entity("2"), link=link),
        page(reply, entity("2"), entity("3")),
    )
    client = service.client()

    changes = client.read_changes(BOX, "F", CURSOR)

    assert [c.id for c in changes.contacts] == ["1", "2", "3"]
    assert (changes.cursor, changes.is_full, changes.removed) == (CURSOR, True, [])
    assert client.read_changes(BOX, "F", None).cursor.startswith("listed:")


@pytest.mark.parametrize(
    ("description", "pages"),
    [
        ("no end", [{"value": []}]),
        ("a circle", [{"value": [], "@odata.nextLink": NEXT + "1"}]),
        ("no list", [{"@odata.deltaLink": CURSOR}]),
        ("no id", [{"value": [{"givenName": "x"}], "@odata.deltaLink": CURSOR}]),
        ("an end elsewhere", [{"value": [], "@odata.deltaLink": "https://evil.example/v1.0/x"}]),
    ],
)
def test_broken_rounds(
    service: Any, reply: Any, description: str, pages: list[dict[str, Any]]
) -> None:
    service.on("GET", DELTA, *[reply(body=body) for body in pages])

    with pytest.raises(ProtocolError):
        service.client().read_changes(BOX, "F", None)

    assert len(service.graph_calls()) <= 2, description


def test_a_cursor_of_another_cloud_is_refused_unsent(service: Any) -> None:
    with pytest.raises(ProtocolError):
        service.client().read_changes(BOX, "F", "https://graph.microsoft.us/v1.0/users/x")

    assert service.seen == []


def test_control_characters_in_texts_are_tolerated(service: Any, reply: Any, entity: Any) -> None:
    import json  # noqa: PLC0415 - used once

    body = json.dumps({"value": [entity("1", personalNotes="a#b")], "@odata.deltaLink": CURSOR})
    service.on("GET", DELTA, reply(body=body.replace("#", "\x0b").encode()))

    (contact,) = service.client().read_changes(BOX, "F", None).contacts

    assert contact.properties["personalNotes"] == "a\x0bb"


def test_broken_json_quotes_nothing(service: Any, reply: Any) -> None:
    service.on("GET", DELTA, reply(body=b'{"value": "anna'))

    with pytest.raises(ProtocolError) as caught:
        service.client().read_changes(BOX, "F", None)

    assert "anna" not in str(caught.value)
    assert caught.value.__cause__ is None
