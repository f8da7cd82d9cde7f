"""Connection settings of C4C as plain data, and the client they make."""

from __future__ import annotations

from typing import Any

import pytest
from c4c_client import BasicAuth, ClientCertificate, SamlBearer, settings

GOOD: dict[str, Any] = {
    "base_url": "https://my000000.example/sap/c4c/odata/v1/c4codataapi",
    "username": "user",
    "password": "canary-secret",
}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            {"auth_method": "basic", "username": "u", "password": "p"},
            BasicAuth("u", "p"),
        ),
        (
            {"auth_method": "certificate", "certificate_file": "c", "key_file": "k"},
            ClientCertificate("c", "k"),
        ),
        (
            {
                "auth_method": "saml_bearer",
                "base_url": "https://h.example:8443/x",
                "oauth_client_id": "id",
                "oauth_client_secret": "s",
                "saml_issuer": "i",
                "username": "u",
                "certificate_file": "c",
                "key_file": "k",
            },
            SamlBearer(
                token_url="https://h.example:8443/sap/bc/sec/oauth2/token",
                client_id="id",
                client_secret="s",
                issuer="i",
                username="u",
                cert_file="c",
                key_file="k",
            ),
        ),
    ],
)
def test_c4c_ways_to_sign_in(config: dict[str, Any], expected: object) -> None:
    assert settings._auth(config) == expected


def test_defaults_need_not_be_filled_in_and_blank_means_unset() -> None:
    blank = {name: "" for name in settings.SCHEMA if name not in GOOD}
    for config in (GOOD, {**GOOD, **blank}, {**GOOD, **dict.fromkeys(blank)}):
        assert settings.problems(config) == []
        assert settings.connect(config).identity == "my000000.example"


def test_a_setting_of_zero_is_a_setting() -> None:
    with pytest.raises(ValueError, match="limits must be positive"):
        settings.connect({**GOOD, "timeout_seconds": 0})
    assert settings.connect({**GOOD, "max_retries": 0})


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"base_url": "https://[canary"}, "base_url: is no URL"),
        ({"base_url": ""}, "base_url: must be an https:// URL"),
        ({"password": " "}, "password: required by auth_method basic"),
        ({"saml_token_url": "http://canary.example"}, "saml_token_url: must be an https:// URL"),
        ({"ca_file": "canary.pem"}, "ca_file: there is no such file"),
    ],
)
def test_problems_name_the_setting_and_never_the_value(
    config: dict[str, Any], expected: str
) -> None:
    assert settings.problems({**GOOD, **config}) == [expected]


def test_every_setting_explains_itself() -> None:
    secrets = {name for name, schema in settings.SCHEMA.items() if schema.get("secret")}
    assert secrets == {"password", "oauth_client_secret"}
    for schema in settings.SCHEMA.values():
        assert schema["title"]
        assert schema["description"]
    assert {*settings.REQUIRED} <= {*settings.SCHEMA}
