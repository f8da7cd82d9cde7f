"""Bad settings of tap-exchange-contacts are refused before any request, without their values."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.exceptions import ConfigurationError, ConfigValidationError
from tap_exchange_contacts import connect
from tap_exchange_contacts.tap import TapExchangeContacts

if TYPE_CHECKING:
    from pathlib import Path

GOOD: dict[str, Any] = {
    "mailboxes": ["anna@contoso.example"],
    "tenant_id": "contoso.example",
    "client_id": "app",
    "client_secret": "canary-secret",
}

CASES: list[tuple[str, dict[str, Any], str]] = [
    ("no mailbox", {"mailboxes": []}, "mailboxes"),
    ("blank mailbox", {"mailboxes": ["a@contoso.example", " "]}, "mailboxes[1]"),
    (
        "mailbox twice",
        {"mailboxes": ["a@contoso.example", "A@contoso.example "]},
        "mailboxes[1]",
    ),
    ("mailboxes as text", {"mailboxes": "canary@contoso.example"}, "mailboxes"),
    ("mailboxes missing", {"mailboxes": None}, "mailboxes"),
    ("unknown cloud", {"cloud": "canary"}, "cloud"),
    ("unknown scope", {"scope": "canary"}, "scope"),
    ("tenant missing", {"tenant_id": None}, "tenant_id"),
    ("tenant is no tenant", {"tenant_id": "canary/../x"}, "tenant_id"),
    ("client id blank", {"client_id": " "}, "client_id"),
    ("no credential", {"client_secret": None}, "client_secret"),
    (
        "two credentials",
        {"device_code": True, "token_cache_file": "cache"},
        "client_secret and device_code",
    ),
    (
        "certificate without key",
        {"client_secret": None, "certificate_file": "HERE"},
        "certificate_key_file",
    ),
    (
        "certificate missing on disk",
        {"client_secret": None, "certificate_file": "canary.pfx"},
        "certificate_file",
    ),
    ("key without certificate", {"certificate_key_file": "HERE"}, "certificate_key_file"),
    ("password without certificate", {"certificate_password": "canary"}, "certificate_password"),
    (
        "device code without cache",
        {"client_secret": None, "device_code": True},
        "token_cache_file",
    ),
    ("plain http", {"graph_url": "http://canary.example"}, "graph_url"),
    ("authority without host", {"authority_url": "https:///canary"}, "authority_url"),
    ("no such CA file", {"ca_file": "canary.pem"}, "ca_file"),
    ("no time at all", {"timeout_seconds": 0}, "timeout_seconds"),
    ("negative retries", {"max_retries": -1}, "max_retries"),
]


@pytest.mark.parametrize(("config", "named"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_bad_settings(config: dict[str, Any], named: str, tmp_path: Path) -> None:
    there = tmp_path / "cert.pem"
    there.touch()
    merged = {**GOOD, **config}
    given = {k: str(there) if v == "HERE" else v for k, v in merged.items() if v is not None}
    with pytest.raises(ConfigValidationError) as caught:
        TapExchangeContacts(config=given)
    text = "; ".join(caught.value.errors)
    assert named in text
    assert "canary" not in text


def test_the_client_is_built_from_the_settings_without_a_request() -> None:
    tap = TapExchangeContacts(config=dict(GOOD))
    assert connect.exchange_client(tap.config).identity == "contoso.example"


def test_a_store_that_cannot_be_used_is_an_error_that_names_the_setting(tmp_path: Path) -> None:
    broken = tmp_path / "store.db"
    broken.write_text("this is no database, though it is long enough to be looked at" * 20)
    with pytest.raises(ConfigurationError, match="sync_store"):
        connect.sync_requests({"sync_store": str(broken)}, "contoso.example")


def test_a_store_belongs_to_one_tenant(tmp_path: Path) -> None:
    config = {"sync_store": str(tmp_path / "store.db")}
    assert connect.sync_requests(config, "contoso.example") is not None
    with pytest.raises(ConfigurationError, match="sync_store"):
        connect.sync_requests(config, "fabrikam.example")


def test_discovery_works_without_settings(capsys: pytest.CaptureFixture[str]) -> None:
    command = TapExchangeContacts.get_singer_command()
    with pytest.raises(SystemExit) as caught:
        command.main(["--discover"])
    assert caught.value.code == 0
    streams = json.loads(capsys.readouterr().out)["streams"]
    assert [stream["tap_stream_id"] for stream in streams] == [
        "contact_folders",
        "contacts",
        "mailbox_problems",
        "mailbox_reads",
    ]


class TestCommandLine:
    @pytest.fixture
    def config_file(self, tmp_path: Path) -> str:
        path = tmp_path / "config.json"
        path.write_text(
            '{"mailboxes": ["anna@contoso.example"], "tenant_id": "contoso.example",'
            ' "client_id": "app", "client_secret": "canary"}'
        )
        return str(path)

    @pytest.mark.parametrize("arguments", [[], ["--test"]])
    def test_a_defect_ends_as_one_line_without_values(
        self,
        arguments: list[str],
        config_file: str,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def fail(config: object) -> None:
            del config
            raise KeyError("canary")

        monkeypatch.setattr(connect, "exchange_client", fail)
        with pytest.raises(SystemExit) as caught:
            TapExchangeContacts.get_singer_command().main(["--config", config_file, *arguments])
        assert caught.value.code == 1
        [line] = [r for r in caplog.records if r.levelno >= logging.ERROR]
        assert line.getMessage().startswith("Unexpected KeyError at ")
        assert line.exc_info is None
        assert "canary" not in caplog.text

    @pytest.mark.parametrize("arguments", [[], ["--test"]])
    def test_a_configuration_error_ends_as_one_line(
        self,
        arguments: list[str],
        config_file: str,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def fail(config: object) -> None:
            del config
            raise ConfigurationError("ca_file: cannot be read")

        monkeypatch.setattr(connect, "exchange_client", fail)
        with pytest.raises(SystemExit) as caught:
            TapExchangeContacts.get_singer_command().main(["--config", config_file, *arguments])
        assert caught.value.code == 1
        [line] = [r for r in caplog.records if r.levelno >= logging.ERROR]
        assert line.getMessage() == "ca_file: cannot be read"
        assert line.exc_info is None
