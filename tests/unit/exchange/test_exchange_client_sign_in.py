"""Sign-in that cannot work: no secret goes astray, nobody waits, one line says what to do (I51)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from exchange_client import AuthError, DeviceCode, PemCertificate
from exchange_client.tokens import _FALLBACK_REMEDY, _REMEDIES

if TYPE_CHECKING:
    from pathlib import Path

BOX = "anna@contoso.example"
DEFAULT = f"/users/{BOX}/contactFolders/contacts"
TENANT = "contoso.example"
LOGIN = f"https://login.microsoftonline.com/{TENANT}"
TOKEN = f"{LOGIN}/oauth2/v2.0/token"
DEVICE = f"{LOGIN}/oauth2/v2.0/devicecode"
DISCOVERY = f"{LOGIN}/v2.0/.well-known/openid-configuration"
PEM = serialization.Encoding.PEM
PKCS8 = serialization.PrivateFormat.PKCS8
PLAIN = serialization.NoEncryption()


def refused(service: Any, **options: Any) -> AuthError:
    with pytest.raises(AuthError) as caught:
        service.client(**options).check_mailbox(BOX)
    text = str(caught.value)
    assert "report" not in text
    assert text.isprintable()
    return caught.value


def document(token: str, device: str = DEVICE) -> dict[str, str]:
    return {
        "issuer": f"{LOGIN}/v2.0",
        "authorization_endpoint": f"{LOGIN}/oauth2/v2.0/authorize",
        "token_endpoint": token,
        "device_authorization_endpoint": device,
    }


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example",
        "http://login.microsoftonline.com",
        "https://login.microsoftonline.com:444",
        "https://login.microsoftonline.com.evil.example",
        "https://login.microsoftonline.com@evil.example",
        "https://login.microsoftonline.us",
        "https://graph.microsoft.com",
    ],
)
@pytest.mark.parametrize("is_own", [True, False])
def test_i51_no_secret_is_sent_to_another_host(
    service: Any, reply: Any, place: str, *, is_own: bool
) -> None:
    root = "https://sts.example" if is_own else "https://login.microsoftonline.com"
    address = f"{root}/{TENANT}/v2.0/.well-known/openid-configuration"
    service.on("GET", address, reply(body=document(f"{place}/{TENANT}/oauth2/v2.0/token")))

    error = refused(service, **({"authority_url": root} if is_own else {}))

    # Without TLS, msal itself will have nothing to do with it.
    expected = "foreign_endpoint" if place.startswith("https:") else "bad_authority_or_key"
    assert error.code == expected
    assert {seen.url for seen in service.seen} == {address}


@pytest.mark.parametrize(
    "host", ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com"]
)
def test_names_of_one_service_are_one(service: Any, reply: Any, host: str) -> None:
    token = f"https://{host}/{TENANT}/oauth2/v2.0/token"
    service.on("GET", DISCOVERY, reply(body=document(token)))
    service.on("POST", token, reply(body={"access_token": "t", "expires_in": 3600}))

    service.client().check_mailbox(BOX)

    assert service.graph_calls()[-1].headers["Authorization"] == "Bearer t"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("step", [("GET", DISCOVERY), ("POST", TOKEN)])
def test_a_redirect_has_a_text_of_its_own(
    service: Any, reply: Any, status: int, step: tuple[str, str]
) -> None:
    service.on(*step, reply(status, headers={"Location": "https://evil.example/"}))

    error = refused(service)

    assert error.code == "redirected"
    assert "authority_url" in str(error)
    assert all("evil" not in seen.url for seen in service.seen)


@pytest.mark.parametrize(
    "code",
    [
        *("AADSTS700024", "AADSTS50173", "AADSTS70043", "AADSTS53003", "AADSTS7000112"),
        *("AADSTS7000229", "AADSTS7000218"),
    ],
)
def test_each_code_has_a_text_of_its_own(service: Any, reply: Any, code: str) -> None:
    body = {"error": "invalid_client", "error_description": f"{code}: Anna's \x1b[31mthing"}
    service.on("POST", TOKEN, reply(401, body))

    error = refused(service)

    assert error.code == code
    assert _FALLBACK_REMEDY not in str(error)
    assert sum(text == _REMEDIES[code] for text in _REMEDIES.values()) == 1


def keys() -> dict[str, bytes]:
    password = serialization.BestAvailableEncryption(b"hush")
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    curve = ec.generate_private_key(ec.SECP256R1())
    return {
        "EC": curve.private_bytes(PEM, PKCS8, PLAIN),
        "Ed25519": ed25519.Ed25519PrivateKey.generate().private_bytes(PEM, PKCS8, PLAIN),
        "with a password": rsa_key.private_bytes(PEM, PKCS8, password),
        "cut off": rsa_key.private_bytes(PEM, PKCS8, PLAIN)[:300],
        "public": rsa_key.public_key().public_bytes(
            PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        "binary": bytes(range(256)),
        "empty": b"",
    }


def test_a_key_that_cannot_be_used_is_one_line(service: Any, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    (tmp_path / "cert.pem").write_text("no certificate", "ascii")
    for kind, content in keys().items():
        file.write_bytes(content)
        credentials = PemCertificate(
            client_id="app", private_key_file=str(file), certificate_file=str(tmp_path / "cert.pem")
        )
        error = refused(service, credentials=credentials)
        assert error.code == "certificate_key_unusable", kind
        assert "RSA" in str(error)
    assert service.graph_calls() == []


@pytest.mark.parametrize(
    "content",
    ["[1]", "1", "null", '"x"', "{broken", '{"Account": [1]}', '{"Account": {"a": 1}}', "[" * 9999],
)
def test_a_token_cache_that_is_none_is_one_line(service: Any, tmp_path: Path, content: str) -> None:
    file = tmp_path / "tokens.json"
    file.write_text(content, "utf-8")
    credentials = DeviceCode(client_id="app", token_cache_file=str(file))

    assert refused(service, credentials=credentials).code == "token_cache_unreadable"


def test_a_token_cache_that_is_a_folder_is_one_line(service: Any, tmp_path: Path) -> None:
    credentials = DeviceCode(client_id="app", token_cache_file=str(tmp_path))
    assert refused(service, credentials=credentials).code == "token_cache_unreadable"


def signed_in(service: Any, reply: Any, tmp_path: Path, *, has_terminal: bool) -> DeviceCode:
    flow = {
        "device_code": "d",
        "user_code": "U",
        "verification_uri": "https://login.example",
        "expires_in": 900,
        "interval": 0,
        "message": "go and sign in",
    }
    service.on("POST", DEVICE, reply(body=flow))
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
    file = str(tmp_path / "tokens.json")
    quiet: dict[str, Any] = {"show": lambda _: None, "client_id": "app", "token_cache_file": file}
    service.client(credentials=DeviceCode(**quiet, has_terminal=lambda: True)).check_mailbox(BOX)
    cache = json.loads((tmp_path / "tokens.json").read_text("utf-8"))
    for entry in cache["AccessToken"].values():
        entry["expires_on"] = entry["extended_expires_on"] = "1"
    (tmp_path / "tokens.json").write_text(json.dumps(cache), "utf-8")
    service.seen.clear()
    return DeviceCode(**quiet, has_terminal=lambda: has_terminal)


@pytest.mark.parametrize("code", ["AADSTS50173", "AADSTS70043", "AADSTS700082"])
def test_a_revoked_sign_in_waits_for_nobody(
    service: Any, reply: Any, tmp_path: Path, code: str
) -> None:
    credentials = signed_in(service, reply, tmp_path, has_terminal=False)
    body = {"error": "invalid_grant", "error_description": f"{code}: revoked"}
    service.on("POST", TOKEN, reply(400, body))

    error = refused(service, credentials=credentials)

    assert error.code == code
    assert "sign in again" in str(error)
    assert all(seen.url != DEVICE for seen in service.seen)


def test_a_first_sign_in_needs_a_terminal(service: Any, tmp_path: Path) -> None:
    credentials = DeviceCode(
        client_id="app", token_cache_file=str(tmp_path / "t.json"), has_terminal=lambda: False
    )
    error = refused(service, credentials=credentials)
    assert error.code == "no_terminal"
    assert all(seen.method == "GET" for seen in service.seen)
