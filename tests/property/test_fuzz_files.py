"""Broken files for `--state`, `--catalog` and `--config`: one line that names option and remedy."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import tap_c4c.files
import tap_exchange_contacts.files
from contact_sync.mapper import ContactSyncMapper
from fakes.plugins import TapRunner
from harness import hostile
from harness.hostile import CANARY
from harness.world import ALICE, World
from hypothesis import given
from hypothesis import strategies as st
from singer_sdk.exceptions import FatalAPIError
from tap_c4c.tap import TapC4C
from tap_exchange_contacts.tap import TapExchangeContacts
from target_c4c.target import TargetC4C
from target_exchange_contacts.target import TargetExchangeContacts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What is no JSON object at all.
NO_OBJECT: dict[str, bytes] = {
    "nothing": b"",
    "cut": b'{"bookmarks": {"%s' % CANARY.encode(),
    "no UTF-8": b'{"a": "\xff\xfe"}',
    "a list": json.dumps([CANARY]).encode(),
    "a text": json.dumps(CANARY).encode(),
    "a number": b"5",
    "null": b"null",
    "deep": b'{"a":' * 100_000,
    "deep and closed": b'{"a":' * 900 + b"1" + b"}" * 900,
    "HTML": f"<html>{CANARY}</html>".encode(),
    "NUL": b"\0" * 9,
    "no number": b'{"bookmarks": {"x": NaN}}',
}
NO_STATE: dict[str, bytes] = {
    **NO_OBJECT,
    "bookmarks that are none": json.dumps({"bookmarks": CANARY}).encode(),
    "a stream that is none": json.dumps({"bookmarks": {"contacts": [CANARY]}}).encode(),
    "partitions that are none": json.dumps(
        {"bookmarks": {"contacts": {"partitions": {CANARY: 1}}}}
    ).encode(),
    "a partition that is none": json.dumps(
        {"bookmarks": {"contacts": {"partitions": [CANARY]}}}
    ).encode(),
    "a context that is none": json.dumps(
        {"bookmarks": {"contacts": {"partitions": [{"context": {"mailbox": [CANARY]}}]}}}
    ).encode(),
}
NO_CATALOG: dict[str, bytes] = {
    **NO_OBJECT,
    "streams that are none": json.dumps({"streams": CANARY}).encode(),
    "a stream that is none": json.dumps({"streams": [CANARY]}).encode(),
    "a stream without a schema": json.dumps({"streams": [{"tap_stream_id": CANARY}]}).encode(),
    "a schema that is none": json.dumps(
        {"streams": [{"tap_stream_id": "contacts", "schema": {"properties": [CANARY]}}]}
    ).encode(),
    "types that are none": json.dumps(
        {
            "streams": [
                {"tap_stream_id": "contacts", "schema": {"properties": {"id": {"type": [{}]}}}}
            ]
        }
    ).encode(),
}
REMEDIES = {
    "--state": "Give it the file of the last run, or leave it out",
    "--catalog": "Write it anew with --discover",
}


@pytest.mark.parametrize("plugin", [TapC4C, TapExchangeContacts])
@pytest.mark.parametrize(
    ("option", "content"),
    [
        *(pytest.param("--state", body, id=f"state: {what}") for what, body in NO_STATE.items()),
        *(
            pytest.param("--catalog", body, id=f"catalog: {what}")
            for what, body in NO_CATALOG.items()
        ),
    ],
)
def test_i43_a_broken_file_is_told_before_anything_is_sent(
    plugin: Any,
    option: str,
    content: bytes,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken, config = tmp_path / "broken.json", tmp_path / "config.json"
    broken.write_bytes(content)
    config.write_text("{}")
    ended = TapRunner(caplog, capsys)(plugin, config, option, str(broken))
    line = ended.line()
    assert line.startswith(f"{option}: ")
    assert REMEDIES[option] in line
    assert ended.stdout == ""
    for marker in ("Zebedaeus", str(tmp_path), "Traceback"):
        assert marker not in ended.log


@pytest.mark.parametrize("content", NO_OBJECT.values(), ids=[*NO_OBJECT])
def test_a_broken_configuration_of_a_tap_is_told(
    content: bytes,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = tmp_path / "config.json"
    config.write_bytes(content)
    for plugin in (TapC4C, TapExchangeContacts):
        ended = TapRunner(caplog, capsys)(plugin, config)
        assert ended.exit_code == 1
        (line,) = ended.errors
        # A deep object that can be read is an object; its settings are missing.
        assert line.startswith("--config: ") or "is missing" in line
        assert "Zebedaeus" not in ended.log


@pytest.mark.parametrize("plugin", [ContactSyncMapper, TargetC4C, TargetExchangeContacts])
@pytest.mark.parametrize("content", NO_OBJECT.values(), ids=[*NO_OBJECT])
def test_a_broken_configuration_of_mapper_or_target_is_told(
    plugin: Any, content: bytes, tmp_path: Path
) -> None:
    config = tmp_path / "config.json"
    config.write_bytes(content)
    if content == NO_OBJECT["deep and closed"]:
        # It is an object after all.
        plugin.cb_config(None, None, (str(config),))
        return
    with pytest.raises(SystemExit) as stopped:
        plugin.cb_config(None, None, (str(config),))
    assert str(stopped.value.code).startswith("--config: ")
    assert "Zebedaeus" not in str(stopped.value.code)


# -- files that are almost sound -------------------------------------------------------------------


@dataclass
class Tap:
    """One tap with a state and a catalog of its own, and a tenant to read from."""

    plugin: Any
    checks: Any
    config: dict[str, Any]
    state: dict[str, Any]
    catalog: dict[str, Any]


@pytest.fixture(scope="module")
def taps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Tap]]:
    with World(tmp_path_factory.mktemp("world")) as world:
        world.c4c.create_contact({"LastName": CANARY})
        world.graph.create_contact(ALICE, None, {"surname": CANARY})
        world.session()
        found = []
        for name, plugin, checks in (
            ("tap-c4c", TapC4C, tap_c4c.files),
            ("tap-exchange-contacts", TapExchangeContacts, tap_exchange_contacts.files),
        ):
            config = {**world.settings(name), "max_retries": 0}
            del config["sync_store"]
            catalog = json.loads(json.dumps(world.catalogs[name]))
            for stream in catalog["streams"]:
                properties = stream["schema"]["properties"]
                kept = [key for key in properties if key in stream["key_properties"]][:2]
                stream["schema"]["properties"] = {
                    key: properties[key] for key in [*kept, *properties][:5]
                }
                stream["metadata"] = stream["metadata"][:4]
            found.append(Tap(plugin, checks, config, world.state[name], catalog))
        yield found


@hostile.cases(25)
@given(data=st.data())
def test_i43_what_passes_the_check_can_be_used(taps: list[Tap], data: st.DataObject) -> None:
    tap = data.draw(st.sampled_from(taps))
    state, catalog = tap.state, tap.catalog
    if data.draw(st.booleans()):
        state = data.draw(hostile.spoilt(state))
    else:
        catalog = data.draw(hostile.spoilt(catalog))
    # As a file would hold it.
    state, catalog = (json.loads(json.dumps(content)) for content in (state, catalog))
    if not tap.checks.is_state(state) or not tap.checks.is_catalog(catalog):
        return
    source = tap.plugin(config=dict(tap.config), state=state, catalog=catalog)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(FatalAPIError):
        # A cursor is a link of the service; one to elsewhere is not followed.
        source.sync_all()


def test_sound_files_are_sound(taps: list[Tap]) -> None:
    for tap in taps:
        assert tap.checks.is_state(tap.state)
        assert tap.checks.is_state({})
        assert tap.checks.is_catalog(tap.catalog)
