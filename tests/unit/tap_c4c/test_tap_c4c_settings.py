"""Bad settings of tap-c4c are refused before any request, without their values."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.exceptions import ConfigurationError, ConfigValidationError
from tap_c4c import connect
from tap_c4c.tap import TapC4C

if TYPE_CHECKING:
    from pathlib import Path

GOOD: dict[str, Any] = {
    "base_url": "https://my000000.example/sap/c4c/odata/v1/c4codataapi",
    "username": "user",
    "password": "canary-secret",
}
VIEW = {"name": "vips", "record_type": "contact", "filter": "Name eq 'canary'"}

CASES: list[tuple[str, dict[str, Any], str]] = [
    ("no URL", {"base_url": None}, "base_url"),
    ("plain http", {"base_url": "http://canary.example/"}, "base_url"),
    ("no URL at all", {"base_url": "canary"}, "base_url"),
    ("credentials in the URL", {"base_url": "https://u:canary@h.example/"}, "base_url"),
    ("query in the URL", {"base_url": "https://h.example/?canary"}, "base_url"),
    ("unknown way to sign in", {"auth_method": "canary"}, "auth_method"),
    ("no user", {"username": None}, "username"),
    ("blank user", {"username": " "}, "username"),
    ("no password", {"password": None}, "password"),
    ("no certificate", {"auth_method": "certificate", "key_file": "HERE"}, "certificate_file"),
    ("no key", {"auth_method": "certificate", "certificate_file": "HERE"}, "key_file"),
    (
        "certificate missing on disk",
        {"auth_method": "certificate", "certificate_file": "canary", "key_file": "HERE"},
        "certificate_file",
    ),
    ("no issuer", {"auth_method": "saml_bearer"}, "saml_issuer"),
    ("no OAuth client", {"auth_method": "saml_bearer"}, "oauth_client_id"),
    ("token URL is plain http", {"saml_token_url": "http://canary.example"}, "saml_token_url"),
    ("no such CA file", {"ca_file": "canary.pem"}, "ca_file"),
    ("view of no type", {"views": [{**VIEW, "record_type": "canary"}]}, "views.0.record_type"),
    ("view without a name", {"views": [{"record_type": "contact"}]}, "name"),
    ("view with a blank name", {"views": [{**VIEW, "name": " "}]}, "views[0].name"),
    ("view twice", {"views": [VIEW, {**VIEW, "filter": "other"}]}, "views[1].name"),
    ("views as text", {"views": "canary"}, "views"),
    ("negative overlap", {"overlap_minutes": -1}, "overlap_minutes"),
    ("no parallel requests", {"max_parallel_requests": 0}, "max_parallel_requests"),
    ("empty batches", {"batch_size": 0}, "batch_size"),
    ("no time at all", {"timeout_seconds": 0}, "timeout_seconds"),
    ("negative retries", {"max_retries": -1}, "max_retries"),
]


@pytest.mark.parametrize(("config", "named"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_bad_settings(config: dict[str, Any], named: str, tmp_path: Path) -> None:
    there = tmp_path / "file.pem"
    there.touch()
    merged = {**GOOD, **config}
    given = {k: str(there) if v == "HERE" else v for k, v in merged.items() if v is not None}
    with pytest.raises(ConfigValidationError) as caught:
        TapC4C(config=given)
    text = "; ".join(caught.value.errors)
    assert named in text
    assert "canary" not in text


def test_the_client_is_built_from_the_settings_without_a_request() -> None:
    catalog: dict[str, Any] = {"streams": []}
    tap = TapC4C(config=dict(GOOD), catalog=catalog)
    assert connect.c4c_client(tap.config).identity == "my000000.example"


def test_a_store_that_cannot_be_used_is_an_error_that_names_the_setting(tmp_path: Path) -> None:
    broken = tmp_path / "store.db"
    broken.write_text("this is no database, though it is long enough to be looked at" * 20)
    with pytest.raises(ConfigurationError, match="sync_store"):
        connect.sync_requests({"sync_store": str(broken)}, "my000000.example")


def test_a_store_belongs_to_one_tenant(tmp_path: Path) -> None:
    config = {"sync_store": str(tmp_path / "store.db")}
    assert connect.sync_requests(config, "my000000.example") is not None
    with pytest.raises(ConfigurationError, match="sync_store"):
        connect.sync_requests(config, "my000001.example")


class TestCommandLine:
    @pytest.mark.parametrize("arguments", [[], ["--test"], ["--discover"]])
    @pytest.mark.parametrize(
        "outcome",
        [
            (KeyError("canary"), "Unexpected KeyError at "),
            (ConfigurationError("ca_file: cannot be read"), "ca_file: cannot be read"),
        ],
        ids=["defect", "error"],
    )
    def test_a_failure_ends_as_one_line_without_values(
        self,
        arguments: list[str],
        outcome: tuple[Exception, str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def fail(config: object) -> None:
            del config
            raise error

        error, line = outcome
        config_file = tmp_path / "config.json"
        config_file.write_text(json.dumps(GOOD))
        monkeypatch.setattr(connect, "c4c_client", fail)
        with pytest.raises(SystemExit) as caught:
            TapC4C.get_singer_command().main(["--config", str(config_file), *arguments])
        assert caught.value.code == 1
        [logged] = [r for r in caplog.records if r.levelno >= logging.ERROR]
        assert logged.getMessage().startswith(line)
        assert logged.exc_info is None
        assert "canary" not in caplog.text

    def test_bad_settings_end_with_their_names(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        config_file = tmp_path / "config.json"
        config_file.write_text(json.dumps({**GOOD, "batch_size": 0}))
        with pytest.raises(SystemExit) as caught:
            TapC4C.get_singer_command().main(["--config", str(config_file)])
        assert caught.value.code == 1
        assert "batch_size" in caplog.text
        assert "canary" not in caplog.text
