"""I46, I36: a setting that decides what items and records must show is compared anew when changed.

Which settings those are is told for every setting of the schema: a new one has to take a side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contact_sync.core.model import RecordType
from contact_sync.mapper import ContactSyncMapper
from contact_sync.settings import parse
from contact_sync.settings_schema import jsonschema

if TYPE_CHECKING:
    from collections.abc import Mapping

_REQUIRED: dict[str, Any] = {
    "mapping": "exchange-to-c4c",
    "sync_store": "sync.db",
    "mailboxes": ["ada@contoso.example"],
}
#: Settings of a type -> a value that is not the default, where pairs look different with it.
_SHOWN: dict[str, Any] = {
    "category": "Kunden",
    "custom_fields": {"hobby": {"exchange": "profession", "c4c": "Hobby_KUT"}},
    "direction": "to_exchange",
    "fields": {"mobile": {"direction": "to_exchange"}},
    "mark_with_category": False,
    "read_only": True,
    "read_only_new_item": "leave",
}
#: Those that decide on events to come: nothing that was settled becomes unsettled by them.
_EVENTS = {
    "account_no_match": "create",
    "c4c_delete": "unlink",
    "category_aliases": ["Kundschaft"],
    "company_change": "relink",
    "delete_vs_edit": "delete",
    "exchange_delete": "ignore",
    "folder": "Kunden",
    "folder_aliases": ["Kundschaft"],
    "match_existing": False,
    "on_conflict": "exchange",
    "on_leave_view": "keep",
    "first_session_removals": "act",
    "role_code": "CRM001",
}
#: Settings beside the types.
_SHOWN_BY_ALL = {"region": "DE"}
_EVENTS_OF_ALL = {
    "guard_min_removals": 50,
    "guard_percent": 1,
    "info_issue_days": 3,
    "owners": [{"mailbox": "ada@contoso.example", "owner_id": "7"}],
}
#: Views are remembered pair by pair (I49); another digest key makes every base unknown.
_APART = {"views", "digest_key"}


def _fingerprints(config: Mapping[str, Any]) -> dict[RecordType, str]:
    mapper = ContactSyncMapper(config={**_REQUIRED, **config})
    settings = parse(mapper.config)
    return {kind: settings.fingerprint(kind) for kind in RecordType}


def _properties(schema: Mapping[str, Any]) -> set[str]:
    return set(schema["properties"])


@pytest.mark.parametrize("kind", RecordType)
def test_every_setting_of_a_type_takes_a_side(kind: RecordType) -> None:
    known = _properties(jsonschema()["properties"][kind.value])
    assert known - set(_SHOWN) - set(_EVENTS) == set()


def test_every_setting_beside_the_types_takes_a_side() -> None:
    known = _properties(jsonschema()) - set(_REQUIRED) - {kind.value for kind in RecordType}
    assert known - set(_SHOWN_BY_ALL) - set(_EVENTS_OF_ALL) - _APART == set()


@pytest.mark.parametrize("kind", RecordType)
@pytest.mark.parametrize("name", _SHOWN)
def test_i36_what_decides_how_a_type_looks_is_compared_anew(kind: RecordType, name: str) -> None:
    before, after = _fingerprints({}), _fingerprints({kind.value: {name: _SHOWN[name]}})
    assert {k for k in RecordType if before[k] != after[k]} == {kind}


@pytest.mark.parametrize("name", _SHOWN_BY_ALL)
def test_i36_what_decides_how_all_look_is_compared_anew(name: str) -> None:
    before, after = _fingerprints({}), _fingerprints({name: _SHOWN_BY_ALL[name]})
    assert all(before[kind] != after[kind] for kind in RecordType)


@pytest.mark.parametrize("kind", RecordType)
@pytest.mark.parametrize("name", _EVENTS)
def test_i50_what_decides_on_events_alone_reads_nothing_again(kind: RecordType, name: str) -> None:
    if name in _properties(jsonschema()["properties"][kind.value]):
        assert _fingerprints({kind.value: {name: _EVENTS[name]}}) == _fingerprints({})


@pytest.mark.parametrize("name", _EVENTS_OF_ALL)
def test_i50_a_limit_reads_nothing_again(name: str) -> None:
    if name in _properties(jsonschema()):
        assert _fingerprints({name: _EVENTS_OF_ALL[name]}) == _fingerprints({})
