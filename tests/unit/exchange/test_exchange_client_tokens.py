from __future__ import annotations

import datetime as dt
import stat
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from exchange_client import (
    AuthError,
    DeviceCode,
    ExchangeError,
    PemCertificate,
    PfxCertificate,
    ThrottledError,
    TransientError,
)

if TYPE_CHECKING:
    from pathlib import Path

BOX = "anna@contoso.example"
DEFAULT = f"/users/{BOX}/contactFolders/contacts"
LOGIN = "https://login.microsoftonline.com/contoso.example"
TOKEN = f"{LOGIN}/oauth2/v2.0/token"
DISCOVERY = f"{LOGIN}/v2.0/.well-known/openid-configuration"


def aadsts(reply: Any, code: str, error: str = "invalid_client") -> Any:
    text = f"{code}: Anna's thing failed. Trace ID: 1"
    return reply(401, {"error": error, "error_description": text})


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("AADSTS7000215", "secret"),
        ("AADSTS700016", "client id"),
        ("AADSTS700027", "certificate"),
        ("AADSTS424242", "check tenant"),
    ],
)
def test_a_refusal_names_code_and_remedy_only(
    service: Any, reply: Any, code: str, remedy: str
) -> None:
    service.on("POST", TOKEN, aadsts(reply, code))

    with pytest.raises(AuthError, match=remedy) as caught:
        service.client().check_mailbox(BOX)

    assert caught.value.code == code
    assert "Anna" not in str(caught.value)
    assert service.graph_calls() == []


def test_an_unknown_tenant_is_seen_in_the_discovery(service: Any, reply: Any) -> None:
    body = {"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant not found."}
    service.on("GET", DISCOVERY, reply(400, body))

    with pytest.raises(AuthError, match="tenant does not exist") as caught:
        service.client().check_mailbox(BOX)

    assert caught.value.code == "AADSTS90002"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [((503, {}), TransientError), ((429, {"Retry-After": "900"}), ThrottledError)],
)
def test_a_token_service_in_trouble_is_no_wrong_password(
    service: Any, reply: Any, answer: tuple[int, dict[str, str]], expected: type[ExchangeError]
) -> None:
    status, headers = answer
    service.on("POST", TOKEN, reply(status, headers=headers))

    with pytest.raises(expected):
        service.client(max_retries=1).check_mailbox(BOX)


def test_a_token_is_asked_for_once_and_may_lack_roles(service: Any, reply: Any) -> None:
    service.on("GET", DEFAULT, reply(body={"id": "F"}))
    client = service.client()

    for _ in range(3):
        client.check_mailbox(BOX)

    assert sum(seen.method == "POST" for seen in service.seen) == 1


@pytest.mark.parametrize(
    ("cloud", "login", "graph"),
    [
        ("us_gov", "login.microsoftonline.us", "graph.microsoft.us"),
        ("us_gov_dod", "login.microsoftonline.us", "dod-graph.microsoft.us"),
        ("china", "login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn"),
    ],
)
def test_national_clouds(service: Any, reply: Any, cloud: str, login: str, graph: str) -> None:
    root = f"https://{login}/contoso.example"
    endpoints = {
        "issuer": root,
        "authorization_endpoint": f"{root}/authorize",
        "token_endpoint": f"{root}/token",
    }
    service.on("GET", f"{root}/v2.0/.well-known/openid-configuration", reply(body=endpoints))
    service.on("POST", f"{root}/token", reply(body={"access_token": "t", "expires_in": 3600}))
    service.on("GET", DEFAULT, reply(body={"id": "F"}))

    service.client(cloud=cloud).check_mailbox(BOX)

    assert service.seen[1].body.count(f"scope=https%3A%2F%2F{graph}%2F.default") == 1
    assert service.seen[-1].url.startswith(f"https://{graph}/v1.0/users/")
    # Nobody else is asked whether the authority can be trusted.
    assert {seen.url.split("/")[2] for seen in service.seen} == {login, graph}


def test_a_private_cloud(service: Any, reply: Any) -> None:
    root = "https://127.0.0.1:8443/contoso.example"
    endpoints = {
        "issuer": root,
        "authorization_endpoint": f"{root}/authorize",
        "token_endpoint": f"{root}/token",
    }
    service.on("GET", f"{root}/v2.0/.well-known/openid-configuration", reply(body=endpoints))
    service.on("POST", f"{root}/token", reply(body={"access_token": "t", "expires_in": 3600}))
    service.on("GET", DEFAULT, reply(body={"id": "F"}))

    service.client(
        authority_url="https://127.0.0.1:8443/", graph_url="https://127.0.0.1:9443/"
    ).check_mailbox(BOX)

    assert {seen.url.split("/")[2] for seen in service.seen} == {"127.0.0.1:8443", "127.0.0.1:9443"}


@pytest.fixture(scope="module")
def key_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app")])
    day = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(day)
        .not_valid_after(day + dt.timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    phrase = serialization.BestAvailableEncryption(b"hush")
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, phrase)
    )
    (folder / "app.pfx").write_bytes(
        pkcs12.serialize_key_and_certificates(b"app", key, certificate, None, phrase)
    )
    return folder


def pem(folder: Path, passphrase: str | None = "hush") -> PemCertificate:
    return PemCertificate(
        client_id="app",
        private_key_file=str(folder / "key.pem"),
        certificate_file=str(folder / "cert.pem"),
        passphrase=passphrase,
    )


@pytest.mark.parametrize("kind", ["pem", "pfx"])
def test_a_certificate_signs_an_assertion(
    service: Any, reply: Any, key_files: Path, kind: str
) -> None:
    pfx = PfxCertificate(client_id="app", pfx_file=str(key_files / "app.pfx"), passphrase="hush")
    service.on("GET", DEFAULT, reply(body={"id": "F"}))

    service.client(credentials=pem(key_files) if kind == "pem" else pfx).check_mailbox(BOX)

    (posted,) = [seen.body for seen in service.seen if seen.method == "POST"]
    assert "client_assertion=" in posted
    assert "hush" not in repr(pfx)


@pytest.mark.parametrize(
    ("description", "credentials"),
    [
        ("wrong passphrase", lambda folder: pem(folder, "wrong")),
        ("no passphrase", lambda folder: pem(folder, None)),
        ("missing file", lambda folder: pem(folder / "nowhere")),
        (
            "no PFX",
            lambda folder: PfxCertificate(client_id="app", pfx_file=str(folder / "cert.pem")),
        ),
    ],
)
def test_an_unusable_certificate_is_an_auth_error(
    service: Any, key_files: Path, description: str, credentials: Any
) -> None:
    with pytest.raises(AuthError) as caught:
        service.client(credentials=credentials(key_files)).check_mailbox(BOX)

    assert str(key_files) not in str(caught.value), description


def device(
    service: Any, reply: Any, folder: Path, *, has_terminal: bool = True
) -> tuple[DeviceCode, list[str]]:
    shown: list[str] = []
    flow = {
        "device_code": "d",
        "user_code": "U",
        "verification_uri": "https://login.example",
        "expires_in": 900,
        "interval": 0,
        "message": "go and sign in",
    }
    service.on("POST", f"{LOGIN}/oauth2/v2.0/devicecode", reply(body=flow))
    service.on("GET", DEFAULT, reply(body={"id": "F"}))
    tokens = {
        "access_token": "user-token",
        "refresh_token": "refresh",
        "token_type": "Bearer",
        "expires_in": 3600,
        "client_info": "eyJ1aWQiOiJ1IiwidXRpZCI6InQifQ",
        "scope": "https://graph.microsoft.com/Contacts.ReadWrite "
        "https://graph.microsoft.com/MailboxSettings.ReadWrite",
    }
    service.on("POST", TOKEN, reply(body=tokens))
    file = str(folder / "tokens.json")
    credentials = DeviceCode(
        client_id="app",
        token_cache_file=file,
        show=shown.append,
        has_terminal=lambda: has_terminal,
    )
    return credentials, shown


def test_a_user_signs_in_once(service: Any, reply: Any, tmp_path: Path) -> None:
    credentials, shown = device(service, reply, tmp_path)

    service.client(credentials=credentials).check_mailbox(BOX)
    service.client(credentials=credentials).check_mailbox(BOX)

    (file,) = tmp_path.iterdir()
    assert shown == ["go and sign in"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert service.graph_calls()[-1].headers["Authorization"] == "Bearer user-token"


def test_a_broken_token_cache_is_an_auth_error(service: Any, reply: Any, tmp_path: Path) -> None:
    credentials, _ = device(service, reply, tmp_path)
    (tmp_path / "tokens.json").write_text("{broken")

    with pytest.raises(AuthError, match="sign in again"):
        service.client(credentials=credentials).check_mailbox(BOX)


def test_device_codes_can_be_forbidden(service: Any, reply: Any, tmp_path: Path) -> None:
    credentials, shown = device(service, reply, tmp_path)
    path = f"{LOGIN}/oauth2/v2.0/devicecode"
    service.on("POST", path, aadsts(reply, "AADSTS7000218"))

    with pytest.raises(AuthError, match="public client"):
        service.client(credentials=credentials).check_mailbox(BOX)

    assert shown == []
