"""Connection settings of Exchange as plain data, and the client they make."""

from __future__ import annotations

from typing import Any

import pytest
from exchange_client import ClientSecret, DeviceCode, PemCertificate, PfxCertificate, settings

GOOD: dict[str, Any] = {
    "tenant_id": "contoso.example",
    "client_id": "app",
    "client_secret": "canary-secret",
}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"client_secret": "s"}, ClientSecret(client_id="app", client_secret="s")),
        (
            {"certificate_file": "c.pem", "certificate_key_file": "k.pem"},
            PemCertificate(client_id="app", private_key_file="k.pem", certificate_file="c.pem"),
        ),
        (
            {"certificate_file": "c.PFX", "certificate_password": "p"},
            PfxCertificate(client_id="app", pfx_file="c.PFX", passphrase="p"),
        ),
        (
            {"device_code": True, "token_cache_file": "t"},
            DeviceCode(client_id="app", token_cache_file="t"),
        ),
    ],
)
def test_exchange_ways_to_sign_in(config: dict[str, Any], expected: object) -> None:
    assert settings._credentials({"client_id": "app", **config}) == expected


def test_defaults_need_not_be_filled_in_and_blank_means_unset() -> None:
    blank = {name: "" for name in settings.SCHEMA if name not in GOOD}
    for config in (GOOD, {**GOOD, **blank}, {**GOOD, **dict.fromkeys(blank)}):
        assert settings.problems(config) == []
        assert settings.connect(config).identity == "contoso.example"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"graph_url": "https://[canary"}, "graph_url: is no URL"),
        ({"graph_url": "https://canary@h.example"}, "graph_url: must be host and path only"),
        ({"authority_url": "http://canary"}, "authority_url: must be an https:// URL"),
        ({"tenant_id": "canary/x"}, "tenant_id: must be a tenant id or a domain"),
        (
            {"client_secret": ""},
            "client_secret, certificate_file, device_code: set exactly one of them, not none",
        ),
        ({"ca_file": "canary.pem"}, "ca_file: there is no such file"),
    ],
)
def test_problems_name_the_setting_and_never_the_value(
    config: dict[str, Any], expected: str
) -> None:
    assert settings.problems({**GOOD, **config}) == [expected]


def test_every_setting_explains_itself() -> None:
    secrets = {name for name, schema in settings.SCHEMA.items() if schema.get("secret")}
    assert secrets == {"client_secret", "certificate_password"}
    for schema in settings.SCHEMA.values():
        assert schema["title"]
        assert schema["description"]
    assert {*settings.REQUIRED} <= {*settings.SCHEMA}
