"""What leaves the C4C client and how it reacts: credentials, tokens, TLS, waiting."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from http.client import HTTPMessage
from typing import TYPE_CHECKING, Any

import pytest
import requests
import trustme
from c4c_client import (
    AuthError,
    BasicAuth,
    C4CClient,
    ClientCertificate,
    Create,
    NotFoundError,
    ProtocolError,
    SamlBearer,
    ThrottledError,
    TransientError,
)
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

if TYPE_CHECKING:
    from pathlib import Path

ROOT = "https://tenant.example/sap/c4c/odata/v1/c4codataapi/"
RECORD = b'{"d": {"results": {"ObjectID": "A", "LastName": "Roe"}}}'
TOKEN_REQUIRED = (403, {"x-csrf-token": "Required"}, b"CSRF token validation failed")
ONE_PART = (
    b"--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + RECORD + b"\r\n--b--"
)
BATCH = (202, {"content-type": "multipart/mixed; boundary=b"}, ONE_PART)

Reply = tuple[int, dict[str, str], bytes] | Exception
REFUSED: Reply = (401, {}, b"")


@dataclass
class Original:
    """What requests reads cookies from."""

    msg: HTTPMessage

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        pass


@dataclass
class Script(HTTPAdapter):
    """Answers requests with prepared replies and remembers what it saw."""

    replies: list[Reply]
    seen: list[requests.PreparedRequest] = field(default_factory=list)
    options: list[dict[str, Any]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        super().__init__()

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        self.seen.append(request)
        self.options.append(options)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        status, headers, body = reply
        message = HTTPMessage()
        for name, value in headers.items():
            message[name] = value
        raw = HTTPResponse(
            body=io.BytesIO(body),
            headers=headers,
            status=status,
            preload_content=False,
            original_response=Original(message),  # type: ignore[arg-type]  # as much as is read
        )
        return self.build_response(request, raw)

    def headers(self, name: str) -> list[str | None]:
        return [request.headers.get(name) for request in self.seen]

    def client(self, auth: Any = None, **settings: Any) -> C4CClient:
        session = requests.Session()
        session.mount("https://", self)
        return C4CClient(
            ROOT,
            auth or BasicAuth("user", "pässword"),
            session=session,
            sleep=self.waits.append,
            clock=lambda: self.now,
            **settings,
        )


@pytest.fixture
def pem(tmp_path: Path) -> dict[str, str]:
    """Return paths of a certificate, its key and the authority that signed it."""
    authority = trustme.CA()
    issued = authority.issue_cert("client.example", key_type=trustme.KeyType.RSA)
    paths = {name: str(tmp_path / f"{name}.pem") for name in ("cert", "key", "ca")}
    issued.cert_chain_pems[0].write_to_path(paths["cert"])
    issued.private_key_pem.write_to_path(paths["key"])
    authority.cert_pem.write_to_path(paths["ca"])
    return paths


def test_a_read_asks_for_json_as_the_user() -> None:
    script = Script([(200, {}, RECORD)])
    script.client(language="DE").get_record("ContactCollection", "A")
    (request,) = script.seen
    assert request.url == f"{ROOT}ContactCollection('A')?$format=json"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Accept-Language"] == "DE"
    assert request.headers["User-Agent"].startswith("c4c-client/")
    assert request.headers["odata-no-codedescs"] == "true"
    scheme, _, pair = request.headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(pair).decode()) == ("Basic", "user:pässword")
    assert "x-csrf-token" not in request.headers
    assert script.options[0]["timeout"] == 120


def test_code_texts_can_be_asked_for() -> None:
    script = Script([(200, {}, RECORD)])
    script.client(code_texts=True).get_record("ContactCollection", "A")
    assert script.headers("odata-no-codedescs") == [None]


@pytest.mark.parametrize(
    "settings",
    [
        {"ca_file": "/nowhere.pem"},
        {"auth": ClientCertificate("/nowhere.pem", "/nowhere.key")},
        {"batch_size": 0},
        {"max_parallel_requests": 0},
        {"timeout_seconds": 0},
        {"max_retries": -1},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"names no file|limits"):
        Script([]).client(**settings)


def test_the_token_is_fetched_once_and_its_cookies_go_along() -> None:
    fetched = (200, {"x-csrf-token": "T1", "set-cookie": "sap-XSRF=abc; path=/"}, b"{}")
    script = Script([fetched, BATCH, BATCH])
    client = script.client()
    for _ in range(2):
        assert client.get_records("ContactCollection", ["A"])["A"]
    assert [request.method for request in script.seen] == ["GET", "POST", "POST"]
    assert script.headers("x-csrf-token") == ["fetch", "T1", "T1"]
    assert script.headers("Cookie") == [None, "sap-XSRF=abc", "sap-XSRF=abc"]


def test_an_expired_token_is_fetched_anew_once() -> None:
    first, second = ((200, {"x-csrf-token": token}, b"{}") for token in ("T1", "T2"))
    script = Script([first, TOKEN_REQUIRED, second, BATCH])
    assert script.client().get_records("ContactCollection", ["A"])["A"]
    assert script.headers("x-csrf-token") == ["fetch", "T1", "fetch", "T2"]


def test_a_token_refused_twice_is_an_auth_error() -> None:
    token = (200, {"x-csrf-token": "T"}, b"{}")
    script = Script([token, TOKEN_REQUIRED, token, TOKEN_REQUIRED])
    with pytest.raises(AuthError):
        script.client().get_records("ContactCollection", ["A"])
    assert not script.replies


def test_a_403_about_rights_does_not_fetch_a_token() -> None:
    script = Script([(200, {"x-csrf-token": "T"}, b"{}"), (403, {}, b"No authorization")])
    with pytest.raises(AuthError):
        script.client().get_records("ContactCollection", ["A"])
    assert not script.replies


def test_a_technical_user_may_get_no_token() -> None:
    script = Script([(200, {}, b"{}"), BATCH])
    assert script.client().get_records("ContactCollection", ["A"])["A"]
    assert script.headers("x-csrf-token") == ["fetch", None]


def test_a_certificate_needs_a_token_only_if_c4c_says_so(pem: dict[str, str]) -> None:
    script = Script([TOKEN_REQUIRED, (200, {"x-csrf-token": "T"}, b"{}"), BATCH])
    client = script.client(ClientCertificate(pem["cert"], pem["key"]))
    assert client.get_records("ContactCollection", ["A"])["A"]
    assert script.headers("x-csrf-token") == [None, "fetch", "T"]


def test_a_wrong_password_is_tried_once() -> None:
    script = Script([REFUSED])
    with pytest.raises(AuthError):
        script.client().check_connection()


def test_the_connection_check_reads_the_service_document() -> None:
    script = Script([(200, {"content-type": "application/json"}, b'{"d":{"EntitySets":[]}}')])
    script.client().check_connection()
    assert script.seen[0].url == f"{ROOT}?$format=json"


def test_a_logon_page_is_no_connection() -> None:
    script = Script([(200, {"content-type": "text/html"}, b"<html>")])
    with pytest.raises(ProtocolError):
        script.client().check_connection()


def test_reads_wait_as_asked_and_go_on() -> None:
    broken = requests.ConnectionError("secret url")
    script = Script([(429, {"retry-after": "9"}, b""), (503, {}, b""), broken, (200, {}, RECORD)])
    assert script.client().get_record("ContactCollection", "A").object_id == "A"
    assert script.waits == [9, 2, 4]


def test_patience_ends_with_the_last_error() -> None:
    script = Script([(429, {"retry-after": "1"}, b"")] * 2)
    with pytest.raises(ThrottledError) as caught:
        script.client(max_retries=1).get_record("ContactCollection", "A")
    assert caught.value.retry_after_seconds == 1


def test_no_connection_is_transient_and_names_no_url() -> None:
    script = Script([requests.ReadTimeout("https://tenant.example/?secret")] * 2)
    with pytest.raises(TransientError) as caught:
        script.client(max_retries=1).get_record("ContactCollection", "A")
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_metadata_is_asked_for_with_labels() -> None:
    body = b'<x xmlns="y"><EntityType Name="Contact"/></x>'
    script = Script([(200, {}, body)])
    metadata = script.client().get_metadata(["Contact", "CorporateAccount"])
    assert metadata.entity_type("Contact").properties == ()
    assert script.seen[0].url == f"{ROOT}$metadata?sap-label=true&$filter=Contact,CorporateAccount"
    assert script.headers("Accept") == ["application/xml"]


def test_code_lists_are_read_over_all_pages() -> None:
    first = (
        b'{"d": {"results": [{"Code": "1", "Description": "One"}],'
        b'"__next": "https://x:443/sap/c4c/odata/v1/c4codataapi/ACollection?$skiptoken=1001"}}'
    )
    second = b'{"d": {"results": [{"Code": "BY", "Description": "Bavaria", "Context": "DE"}]}}'
    script = Script([(200, {}, first), (200, {}, second)])
    codes = script.client().list_codes("ACollection", "DE")
    assert [(code.code, code.description, code.context) for code in codes] == [
        ("1", "One", None),
        ("BY", "Bavaria", "DE"),
    ]
    first_options = "$orderby=Code&$filter=Context%20eq%20%27DE%27&$format=json"
    assert script.seen[0].url == f"{ROOT}ACollection?{first_options}"
    assert script.seen[1].url == f"{ROOT}ACollection?$skiptoken=1001&$format=json"


def test_a_row_without_code_is_no_code_list() -> None:
    script = Script([(200, {}, b'{"d": {"results": [{"ObjectID": "A"}]}}')])
    with pytest.raises(ProtocolError):
        script.client().list_codes("ContactCollection")


def saml(pem: dict[str, str]) -> SamlBearer:
    return SamlBearer(
        token_url="https://tenant.example/sap/bc/sec/oauth2/token",
        client_id="_client",
        client_secret="hidden",
        issuer="our-provider",
        username="USER1",
        cert_file=pem["cert"],
        key_file=pem["key"],
    )


def access_token(token: str) -> Reply:
    return (200, {}, f'{{"access_token": "{token}", "expires_in": 3600}}'.encode())


def test_an_access_token_is_renewed_once_after_a_401(pem: dict[str, str]) -> None:
    replies = [access_token("T1"), REFUSED, access_token("T2"), (200, {}, RECORD)]
    script = Script(replies)
    script.client(saml(pem)).get_record("ContactCollection", "A")
    sent = [value for value in script.headers("Authorization") if value and "Bearer" in value]
    assert sent == ["Bearer T1", "Bearer T2"]


def test_a_second_401_ends_it(pem: dict[str, str]) -> None:
    script = Script([access_token("T1"), REFUSED, access_token("T2"), REFUSED])
    with pytest.raises(AuthError):
        script.client(saml(pem)).get_record("ContactCollection", "A")
    assert not script.replies


def test_a_token_endpoint_that_is_down_is_transient(pem: dict[str, str]) -> None:
    script = Script([(500, {}, b""), (500, {}, b"")])
    with pytest.raises(TransientError):
        script.client(saml(pem), max_retries=1).get_record("ContactCollection", "A")


def test_the_password_stays_out_of_the_repr() -> None:
    assert "pw" not in repr(BasicAuth("user", "pw"))


@pytest.mark.parametrize("is_still_there", [True, False])
def test_a_listing_proves_that_the_last_row_is_gone(*, is_still_there: bool) -> None:
    row, none = b'{"d": {"results": [{"ObjectID": "A"}]}}', b'{"d": {"results": []}}'
    by_key: Reply = (200, {}, RECORD) if is_still_there else (404, {}, b"")
    unfiltered: list[Reply] = [(200, {}, row), (200, {}, b"1")] if is_still_there else []
    script = Script([(200, {}, row), (200, {}, none), by_key, *unfiltered])
    records = script.client().list_records("ContactCollection", select=["LastName"])
    assert [record.object_id for record in records] == ["A"]
    assert script.seen[1].url == (
        f"{ROOT}ContactCollection?$select=ObjectID,LastName&$orderby=ObjectID"
        "&$filter=ObjectID%20ge%20%27A%27&$format=json"
    )
    assert not script.replies


def test_a_batch_that_was_never_sent_may_be_sent() -> None:
    token = (200, {"x-csrf-token": "T"}, b"{}")
    script = Script([token, requests.ConnectTimeout(), BATCH])
    (result,) = script.client().execute([Create("ContactCollection", {"LastName": "Roe"})])
    assert result.record is not None
    assert script.waits == [1]


def test_a_redirect_is_no_c4c_answer() -> None:
    script = Script([(302, {"location": "https://elsewhere.example/"}, b"")])
    with pytest.raises(ProtocolError, match="302"):
        script.client().get_record("ContactCollection", "A")


def test_a_client_certificate_is_used_for_the_handshake(pem: dict[str, str]) -> None:
    script = Script([(200, {}, RECORD)])
    settings = {"auth": ClientCertificate(pem["cert"], pem["key"]), "ca_file": pem["ca"]}
    script.client(**settings).get_record("ContactCollection", "A")
    assert script.headers("Authorization") == [None]
    assert script.options[0]["cert"] == (pem["cert"], pem["key"])
    assert script.options[0]["verify"] == pem["ca"]


def test_a_missing_collection_is_not_taken_for_missing_records() -> None:
    gone = ONE_PART.replace(b"200 OK", b"404 Not Found")
    token = (200, {"x-csrf-token": "T"}, b"{}")
    script = Script([token, *[(BATCH[0], BATCH[1], gone)] * 2])
    with pytest.raises(NotFoundError):
        script.client().get_records("ContactCollection", ["A"])
