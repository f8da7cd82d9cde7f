"""I46: every plugin refuses what it does not know, on every level, and says what was meant."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contact_sync import settings_schema
from contact_sync.known_settings import _paths, unknown_settings, unknown_variables
from contact_sync.mapper import ContactSyncMapper
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers import capabilities
from tap_c4c.tap import TapC4C
from tap_exchange_contacts.tap import TapExchangeContacts
from target_c4c.target import TargetC4C
from target_exchange_contacts.target import TargetExchangeContacts

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]

_EXCHANGE = {"tenant_id": "contoso.example", "client_id": "app", "client_secret": "hush"}
_C4C = {"base_url": "https://c4c.example/", "username": "user", "password": "hush"}
_FIELD = {"job_title": {"direction": "off", "on_conflict": "c4c"}}
_CUSTOM = {"shoe_size": {"exchange": "profession", "c4c": "Shoe_KUT"}}

#: Plugin -> settings that are sound, with an entry wherever a setting has members.
PLUGINS: dict[Any, dict[str, Any]] = {
    ContactSyncMapper: {
        "mapping": "exchange-to-c4c",
        "sync_store": "sync.db",
        "mailboxes": ["alice@contoso.example"],
        "owners": [{"mailbox": "alice@contoso.example", "owner_id": "7"}],
        "views": [{"mailbox": "alice@contoso.example", "record_type": "contact", "view": "v"}],
        "account": {},
        "contact": {"fields": _FIELD, "custom_fields": _CUSTOM},
        "individual_customer": {},
    },
    TapC4C: {
        **_C4C,
        "views": [{"name": "sales", "record_type": "contact", "filter": "true"}],
        "batch_config": {"encoding": {"format": "jsonl"}, "storage": {"root": "file://x"}},
        "stream_map_config": {"free": {"to": "choose"}},
        "stream_maps": {"contacts": {"LastName": "LastName"}},
    },
    TapExchangeContacts: {**_EXCHANGE, "mailboxes": ["alice@contoso.example"]},
    TargetC4C: _C4C,
    TargetExchangeContacts: _EXCHANGE,
}


def _schema(plugin: Any) -> dict[str, Any]:
    schema: dict[str, Any] = copy.deepcopy(plugin.config_jsonschema)
    plugin.append_builtin_config(schema)
    return schema


def _places(schema: dict[str, Any], value: Any, path: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the path of every object of known members that is given, and these members."""
    if isinstance(value, list):
        for position, entry in enumerate(value):
            yield from _places(schema["items"], entry, (*path, position))
    elif isinstance(value, dict) and "properties" in schema:
        others = schema.get("additionalProperties")
        if schema["properties"] and not isinstance(others, dict):
            yield path, tuple(schema["properties"])
        for name, entry in value.items():
            member = schema["properties"].get(name, others)
            if isinstance(member, dict):
                yield from _places(member, entry, (*path, name))


def _slips(name: str) -> set[str]:
    """Return what comes of a name by one slip of each kind, at several places."""
    places = {0, len(name) // 2, len(name) - 1}
    dropped = {name[:place] + name[place + 1 :] for place in places}
    doubled = {name[:place] + name[place] + name[place:] for place in places}
    swapped = {
        name[:place] + name[place : place + 2][::-1] + name[place + 2 :] for place in range(2)
    }
    return dropped | doubled | swapped | {name.replace("_", "-"), name.replace("_", "")}


def _shown(path: tuple[Any, ...], name: str) -> str:
    text = ""
    for part in (*path, name):
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text[1:]


CASES = [
    pytest.param(plugin, path, names, id=f"{plugin.name}-{_shown(path, '*')}")
    for plugin, config in PLUGINS.items()
    for path, names in _places(_schema(plugin), config, ())
]


@pytest.mark.parametrize("plugin", PLUGINS)
def test_i46_sound_settings_are_accepted(plugin: Any) -> None:
    assert unknown_settings(_schema(plugin), PLUGINS[plugin]) == []


@pytest.mark.parametrize(("plugin", "path", "names"), CASES)
def test_i46_a_slip_in_any_setting_is_refused_and_the_setting_told(
    plugin: Any, path: tuple[Any, ...], names: tuple[str, ...]
) -> None:
    """Names that are a slip apart from each other, or as short as three letters, are told too."""
    schema = _schema(plugin)
    for name in names:
        for slip in _slips(name) - set(names):
            config = copy.deepcopy(PLUGINS[plugin])
            place = config
            for part in path:
                place = place[part]
            place[slip] = "hush-hush"
            (line,) = unknown_settings(schema, config)
            shown = _shown(path, slip)
            assert line.startswith(f"Setting `{shown}` is unknown; the nearest one is `"), line
            assert line.endswith(f"`{_shown(path, name)}`."), line


@pytest.mark.parametrize(("plugin", "path", "names"), CASES)
def test_i46_a_plugin_with_an_unknown_setting_does_not_start(
    plugin: Any, path: tuple[Any, ...], names: tuple[str, ...]
) -> None:
    config = copy.deepcopy(PLUGINS[plugin])
    place = config
    for part in path:
        place = place[part]
    place[names[0] + "x"] = "hush-hush"
    with pytest.raises(ConfigValidationError) as caught:
        plugin(config=config)
    assert f"Setting `{_shown(path, names[0] + 'x')}` is unknown" in caught.value.errors[0]
    assert "hush" not in "".join(caught.value.errors)


_MELTANO = {"MELTANO_PROJECT_ROOT": "/somewhere"}


@pytest.mark.parametrize("plugin", PLUGINS)
def test_i46_a_variable_with_a_slip_is_refused_under_meltano(plugin: Any) -> None:
    schema, prefix = _schema(plugin), plugin.name.upper().replace("-", "_") + "_"
    # Members of stream maps are of any name.
    paths = [path for path in _paths(schema, "") if "[" not in path and "__" not in path]
    known = {prefix + path.upper().replace(".", "_") for path in paths}
    assert unknown_variables(schema, prefix, {**dict.fromkeys(known, "x"), **_MELTANO}) == []
    for name in sorted(known):
        slip = name[:-1] + name[-1] * 2
        if slip in known:
            continue
        (line,) = unknown_variables(schema, prefix, {slip: "hush", **_MELTANO})
        assert line == f"Variable `{slip}` is unknown; the nearest one is `{name}`."
        assert unknown_variables(schema, prefix, {slip: "hush"}) == []


@pytest.mark.parametrize(
    "variable",
    [
        "CONTACT_SYNC_STORE",
        "CONTACT_SYNC_LOGLEVEL",
        "CONTACT_SYNC__MAPPING",
        "CONTACT_SYNC__MAPPING_NAME",
        "CONTACT_SYNC_CONTACT_FIELDS_JOB_TITLE_DIRECTION",
        "CONTACT_SYNC_CONTACT",
        "CONTACT_SYNC_",
        "TAP_C4C_VIEW",
    ],
)
def test_i46_variables_of_others_are_nobodys_slip(variable: str) -> None:
    schema = settings_schema.jsonschema()
    assert unknown_variables(schema, "CONTACT_SYNC_", {variable: "x", **_MELTANO}) == []


@pytest.mark.parametrize("plugin", PLUGINS)
def test_i46_a_plugin_whose_variable_has_a_slip_does_not_start(
    plugin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = plugin.name.upper().replace("-", "_") + "_"
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", "/somewhere")
    monkeypatch.setenv(f"{prefix}SYNC_STORR", "hush")
    with pytest.raises(ConfigValidationError) as caught:
        plugin(config=copy.deepcopy(PLUGINS[plugin]))
    assert f"the nearest one is `{prefix}SYNC_STORE`." in caught.value.errors[0]


def test_i46_a_setting_of_another_level_is_told_where_it_belongs() -> None:
    (line,) = unknown_settings(settings_schema.jsonschema(), {"on_conflict": "newest"})
    assert line.endswith("the nearest one is `account.on_conflict`.")


def _offered() -> set[str]:
    """Return all settings that the SDK offers to any plugin."""
    schemas = [value for name, value in vars(capabilities).items() if name.endswith("_CONFIG")]
    return {name for entry in schemas for name in entry["properties"]}


#: What the SDK carries out by itself for a tap; a target or mapper of ours does not use it.
_OF_TAPS = {"stream_maps", "stream_map_config", "faker_config", "batch_config"}
_OF_TAPS |= {name for name in _offered() if name.startswith("flattening_")}


@pytest.mark.parametrize("plugin", PLUGINS)
def test_i46_a_setting_of_the_sdk_is_known_exactly_where_it_has_an_effect(plugin: Any) -> None:
    known = set(_schema(plugin)["properties"]) & _offered()
    assert known == (_OF_TAPS if plugin in (TapC4C, TapExchangeContacts) else set())


def test_the_copies_of_the_module_are_the_same() -> None:
    texts = {path.read_text("utf-8") for path in ROOT.glob("*/*/known_settings.py")}
    assert len(list(ROOT.glob("*/*/known_settings.py"))) == 3
    assert len(texts) == 1


# -- names that must exist -------------------------------------------------------------------------

_BOX = {"mailbox": "alice@contoso.example"}
_NOBODY = {"mailbox": "nobody@contoso.example"}
_VIEW = {"record_type": "contact", "view": "sales"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"owners": [{**_NOBODY, "owner_id": "7"}]}, "`owners[0].mailbox` names a mailbox that"),
        (
            {"owners": [{**_BOX, "owner_id": "7"}, {**_BOX, "owner_id": "8"}]},
            "`owners[1]` repeats the mailbox of",
        ),
        ({"owners": [{**_BOX, "owner_id": " "}]}, "`owners[0].owner_id` is blank"),
        ({"views": [{**_NOBODY, **_VIEW}]}, "`views[0].mailbox` names a mailbox that"),
        (
            {"views": [{**_BOX, **_VIEW}, {**_BOX, **_VIEW, "view": "other"}]},
            "`views[1]` repeats the mailbox and record_type of",
        ),
        ({"views": [{**_BOX, **_VIEW, "view": ""}]}, "`views[0].view` is blank"),
        ({"views": [{**_BOX, **_VIEW, "record_type": "lead"}]}, "`views.0.record_type` must be"),
        (
            {"contact": {"fields": {"jobtitle": {"direction": "off"}}}},
            "`contact.fields.jobtitle` is unknown; the nearest one is `contact.fields.job_title`",
        ),
        (
            {"account": {"fields": {"job_title": {"direction": "off"}}}},
            "`account.fields.job_title` is unknown",
        ),
        (
            {"contact": {"fields": {"job_title": {"direction": "up"}}}},
            "`contact.fields.job_title.direction` must be one of: both, ",
        ),
        (
            {"contact": {"fields": {"job_title": {"on_conflict": "me"}}}},
            "`contact.fields.job_title.on_conflict` must be one of: c4c, ",
        ),
        (
            {"contact": {"custom_fields": {"shoe": {"exchange": "shoeSize", "c4c": "S_KUT"}}}},
            "`contact.custom_fields`: Custom field 'shoe': Graph property 'shoeSize' cannot be",
        ),
        (
            {"contact": {"custom_fields": {"shoe": {"exchange": "jobTitle", "c4c": "S_KUT"}}}},
            "`contact.custom_fields`: Custom field 'shoe': 'jobTitle' is mapped already",
        ),
        (
            {"contact": {"custom_fields": {"shoe": {"exchange": "profession"}}}},
            "`contact.custom_fields.shoe.c4c` is missing",
        ),
        ({"region": "Germany"}, "`region` must be a country code"),
        ({"region": "de"}, "`region` must be a country code"),
        ({"contact": {"folder_aliases": [" "]}}, "`contact.folder` (or an alias) is blank"),
    ],
)
def test_i46_a_name_that_does_not_exist_is_refused(settings: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigValidationError) as caught:
        ContactSyncMapper(config={**PLUGINS[ContactSyncMapper], **settings})
    found = "; ".join(caught.value.errors or [str(caught.value)])
    assert expected in found
    assert "contoso" not in found
