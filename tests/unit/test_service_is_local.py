"""I46: an environment's rules do not stay unused because its services are another's."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from c4c_client import settings as c4c
from exchange_client import settings as exchange

ROOT = Path(__file__).resolve().parents[2]
_C4C = {"username": "user", "password": "hush"}
_EXCHANGE = {"tenant_id": "contoso.example", "client_id": "app", "client_secret": "hush"}

LOCAL = (
    "https://127.0.0.1:8443",
    "https://127.8.9.1/x",
    "https://[::1]:8443/",
    "https://localhost/c4c",
    "https://LOCALHOST:1",
    "https://c4c.localhost/",
)
ELSEWHERE = (
    "https://my000000.crm.example/sap",
    "https://10.0.0.1/",
    "https://localhost.example.com/",
    "https://127.0.0.1.example.com/",
    "https://[2001:db8::1]/",
)
PLACES = [*product(LOCAL, [True]), *product(ELSEWHERE, [False])]


def _settings(service: str, url: str, **given: Any) -> list[str]:
    if service == "c4c":
        return c4c.problems({**_C4C, "base_url": url, **given})
    return exchange.problems({**_EXCHANGE, "graph_url": url, "authority_url": url, **given})


@pytest.mark.parametrize("service", ["c4c", "exchange"])
@pytest.mark.parametrize(("url", "is_local"), PLACES)
def test_i46_a_service_that_is_not_where_it_belongs_is_refused(
    service: str, url: str, *, is_local: bool
) -> None:
    assert _settings(service, url) == []
    assert _settings(service, url, service_is_local=None) == []
    assert _settings(service, url, service_is_local=is_local) == []
    lines = _settings(service, url, service_is_local=not is_local)
    assert lines
    for line in lines:
        assert "meltano --environment=prod run sync" in line
        assert url not in line


def test_i46_the_clouds_own_addresses_are_elsewhere() -> None:
    for cloud in ("global", "us_gov", "us_gov_dod", "china"):
        config = {**_EXCHANGE, "cloud": cloud}
        assert exchange.problems({**config, "service_is_local": False}) == []
        names = [
            line.partition(":")[0]
            for line in exchange.problems({**config, "service_is_local": True})
        ]
        assert names == ["graph_url", "authority_url"]


@pytest.mark.parametrize(("environment", "expected"), [("emulators", True), ("prod", False)])
def test_i46_every_connector_is_told_in_every_environment(
    environment: str, *, expected: bool
) -> None:
    project = yaml.safe_load((ROOT / "meltano.yml").read_text("utf-8"))
    (found,) = [entry for entry in project["environments"] if entry["name"] == environment]
    plugins = found["config"]["plugins"]
    told = {
        plugin["name"]: plugin["config"]
        for group in ("extractors", "loaders")
        for plugin in plugins[group]
    }
    connectors = ("tap-exchange-contacts", "tap-c4c", "target-c4c", "target-exchange-contacts")
    assert told == {name: {"service_is_local": expected} for name in connectors}
    assert [entry["name"] for entry in project["environments"]] == ["emulators", "prod"]
    assert project["default_environment"] == "emulators"
