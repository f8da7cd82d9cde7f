from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msal  # type: ignore[import-untyped]  # ships no types
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from emulators.graph.service import GraphService
from emulators.server import EmulatorServer
from emulators.tls import create_tls

if TYPE_CHECKING:
    from collections.abc import Iterator

SCOPES = ["https://graph.microsoft.com/.default"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EmulatorServer, str]]:
    tls = create_tls(tmp_path_factory.mktemp("tls"))
    service = GraphService()
    service.admin.add_mailbox("anna@contoso.example")
    with EmulatorServer(service, tls) as running:
        yield running, str(tls.ca_file)


@pytest.fixture(autouse=True)
def _only_the_given_authority(monkeypatch: pytest.MonkeyPatch) -> None:
    # `requests` prefers these to the `verify` of a session.
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)


@pytest.fixture(scope="module")
def key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app")])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def confidential(server: Any, credential: Any = None, **options: Any) -> Any:
    running, ca_file = server
    given = running.service.credentials(running.base_url)
    settings = {
        "client_id": given["graph_client_id"],
        "client_credential": credential or given["graph_client_secret"],
        "authority": given["graph_authority"],
        "instance_discovery": False,
        "verify": ca_file,
        **options,
    }
    return msal.ConfidentialClientApplication(**settings)


def call(server: Any, token: str, path: str = "/users/anna@contoso.example/contacts") -> int:

    running, ca_file = server
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{running.base_url}/v1.0{path}"
    return requests.get(url, headers=headers, verify=ca_file, timeout=10).status_code


def test_msal_with_a_secret(server: Any) -> None:
    result = confidential(server).acquire_token_for_client(SCOPES)

    assert result["token_type"] == "Bearer"
    assert call(server, result["access_token"]) == 200


def test_msal_with_the_oidc_form_of_the_authority(server: Any) -> None:
    running, _ = server
    authority = running.service.credentials(running.base_url)["graph_authority"] + "/v2.0"

    app = confidential(server, authority=None, oidc_authority=authority)

    assert "access_token" in app.acquire_token_for_client([f"{running.base_url}/.default"])


@pytest.mark.parametrize("form", ["public_certificate", "thumbprint"])
def test_msal_with_a_certificate(server: Any, key_pair: tuple[str, str], form: str) -> None:
    private, public = key_pair
    thumbprint = x509.load_pem_x509_certificate(public.encode()).fingerprint(hashes.SHA1()).hex()
    value = public if form == "public_certificate" else thumbprint
    credential = {"private_key": private, form: value}
    if form == "public_certificate":
        unregistered = confidential(server, credential).acquire_token_for_client(SCOPES)
        assert unregistered["error"] == "invalid_client"

    server[0].service.admin.register_certificate(public)

    result = confidential(server, credential).acquire_token_for_client(SCOPES)
    assert call(server, result["access_token"]) == 200


def test_a_foreign_key_is_refused(server: Any, key_pair: tuple[str, str]) -> None:
    server[0].service.admin.register_certificate(key_pair[1])
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    credential = {"private_key": other.decode(), "thumbprint": "00" * 20}

    result = confidential(server, credential).acquire_token_for_client(SCOPES)

    assert "AADSTS700027" in result["error_description"]


def test_msal_with_a_device_code(server: Any) -> None:
    running, ca_file = server
    given = running.service.credentials(running.base_url)
    running.service.admin.add_mailbox("bob@contoso.example")
    app = msal.PublicClientApplication(
        given["graph_client_id"],
        authority=given["graph_authority"],
        instance_discovery=False,
        verify=ca_file,
    )
    flow = app.initiate_device_flow(scopes=["Contacts.ReadWrite"])

    result = app.acquire_token_by_device_flow(flow)

    assert call(server, result["access_token"]) == 200
    assert call(server, result["access_token"], "/users/bob@contoso.example/contacts") == 403
    (account,) = app.get_accounts()
    assert account["username"] == "anna@contoso.example"
    silent = app.acquire_token_silent(["Contacts.ReadWrite"], account, force_refresh=True)
    assert silent["access_token"] != result["access_token"]


def test_errors_that_msal_hands_on(server: Any) -> None:
    wrong_secret = confidential(server, "nonsense").acquire_token_for_client(SCOPES)
    assert (wrong_secret["error"], wrong_secret["error_codes"]) == ("invalid_client", [7000215])

    wrong_app = confidential(server, client_id="x").acquire_token_for_client(SCOPES)
    assert "AADSTS700016" in wrong_app["error_description"]

    with pytest.raises(ValueError, match="double check your tenant"):
        confidential(server, authority=f"{server[0].base_url}/elsewhere.example")

    wrong_scope = confidential(server).acquire_token_for_client(["https://x.example/.default"])
    assert wrong_scope["error_codes"] == [500011]


def form_of(graph: Any, **changes: str) -> dict[str, str]:
    return {
        "client_id": graph.credentials["graph_client_id"],
        "client_secret": graph.credentials["graph_client_secret"],
        "grant_type": "client_credentials",
        "scope": SCOPES[0],
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "status", "number"),
    [
        ({"client_secret": "x"}, 401, 7000215),
        ({"client_id": "x"}, 400, 700016),
        ({"grant_type": "password"}, 400, 70003),
        ({"scope": "Contacts.Read"}, 400, 1002012),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, 9002313),
        ({"grant_type": "device_code", "device_code": "x"}, 400, 70000),
        ({"client_assertion": "a.b.c"}, 401, 700027),
    ],
)
def test_token_errors(graph: Any, changes: dict[str, str], status: int, number: int) -> None:
    answer = graph.token_request(form_of(graph, **changes))

    body = answer.get_json()
    assert (answer.status_code, body["error_codes"]) == (status, [number])
    assert body["error_description"].startswith(f"AADSTS{number}: ")


def test_unknown_tenants_and_missing_credentials(graph: Any) -> None:
    answer = graph.token_request(form_of(graph), "elsewhere.example")
    assert answer.get_json()["error_codes"] == [90002]
    form = form_of(graph)
    del form["client_secret"]
    assert graph.token_request(form).get_json()["error_codes"] == [7000218]
    assert graph.token_request(form_of(graph), "contoso.example").status_code == 200


@pytest.mark.parametrize(
    ("mode", "error"),
    [("pending", "authorization_pending"), ("declined", "authorization_declined")],
)
def test_a_device_code_that_is_not_approved(graph: Any, mode: str, error: str) -> None:
    graph.switch(device_flow=mode)
    tenant = graph.credentials["graph_tenant_id"]
    form = {"client_id": graph.credentials["graph_client_id"], "scope": "Contacts.Read openid"}
    flow = graph.http.post(f"/{tenant}/oauth2/v2.0/devicecode", data=form).get_json()

    form |= {"grant_type": "device_code", "device_code": flow["device_code"]}
    assert graph.token_request(form).get_json()["error"] == error


def test_tokens_expire(graph: Any) -> None:
    unauthorized = (401, "InvalidAuthenticationToken")
    graph.switch(token_lifetime_seconds=60)
    graph.token = graph.sign_in()
    graph.admin.advance_clock(59)
    assert graph.get("/contacts")["value"] == []
    graph.admin.advance_clock(1)
    assert graph.refused("GET", "/contacts") == unauthorized

    graph.token = graph.sign_in()
    assert graph.get("/contacts")["value"] == []
    graph.admin.expire_tokens()
    assert graph.refused("GET", "/contacts") == unauthorized
    assert graph.refused("POST", "/$batch", {"requests": []}) == unauthorized


def test_a_request_without_a_token(graph: Any) -> None:
    answer = graph.http.get("/v1.0/users/x/contacts")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_token_endpoint_can_fail(graph: Any) -> None:
    graph.admin.add_fault(
        kind="status", status=429, operation="entra.token", headers={"Retry-After": "3"}
    )

    answer = graph.token_request(form_of(graph))

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert graph.token_request(form_of(graph)).status_code == 200
