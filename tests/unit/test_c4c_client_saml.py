"""The OAuth SAML bearer flow of the C4C client: assertion, token, renewal."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import trustme
from c4c_client import AuthError, ProtocolError, SamlBearer
from c4c_client.answers import Answer
from c4c_client.credentials import SamlCredentials
from c4c_client.saml import signed_assertion
from lxml import etree
from signxml.verifier import XMLVerifier

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
SAML = {"s": "urn:oasis:names:tc:SAML:2.0:assertion"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> SamlBearer:
    folder = tmp_path_factory.mktemp("saml")
    issued = trustme.CA().issue_cert("client.example", key_type=trustme.KeyType.RSA)
    issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    return SamlBearer(
        token_url="https://tenant.example/sap/bc/sec/oauth2/token",
        client_id="_client",
        client_secret="hidden",
        issuer="our-provider",
        username="USER1",
        cert_file=str(folder / "cert.pem"),
        key_file=str(folder / "key.pem"),
    )


@dataclass
class TokenEndpoint:
    """Gives out one prepared answer after the other."""

    answers: list[Answer]
    now: float = 0.0
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        self.seen.append((url, headers, body))
        return self.answers.pop(0)

    def credentials(self, settings: SamlBearer) -> SamlCredentials:
        return SamlCredentials(settings, self.post, clock=lambda: self.now, now=lambda: NOW)


def token(name: str, lifetime: Any = 3600) -> Answer:
    body = f'{{"access_token": "{name}", "expires_in": {lifetime}}}'
    return Answer(200, {}, body.encode())


def test_the_assertion_is_signed_and_says_who_asks_for_whom(settings: SamlBearer) -> None:
    document = base64.b64decode(signed_assertion(settings, NOW))
    certificate = Path(settings.cert_file).read_text(encoding="ascii")
    result = XMLVerifier().verify(document, x509_cert=certificate)
    assert not isinstance(result, list)
    assert result.signed_xml is not None
    signed = result.signed_xml
    tags = ("Issuer", "NameID", "Audience", "AttributeValue")
    assert {tag: signed.findtext(f".//s:{tag}", namespaces=SAML) for tag in tags} == {
        "Issuer": "our-provider",
        "NameID": "USER1",
        "Audience": "tenant.example",
        "AttributeValue": "_client",
    }
    conditions = signed.find("s:Conditions", namespaces=SAML)
    assert conditions is not None
    assert {name: conditions.get(name) for name in ("NotBefore", "NotOnOrAfter")} == {
        "NotBefore": "2026-01-02T02:59:05Z",
        "NotOnOrAfter": "2026-01-02T03:14:05Z",
    }


def test_the_signature_is_sha256_and_stands_where_the_schema_wants_it(
    settings: SamlBearer,
) -> None:
    root = etree.fromstring(base64.b64decode(signed_assertion(settings, NOW)))
    names = [etree.QName(child).localname for child in root]
    assert names[:3] == ["Issuer", "Signature", "Subject"]
    methods = [root.find(f".//{{*}}{tag}") for tag in ("SignatureMethod", "DigestMethod")]
    algorithms = [str(method.get("Algorithm")) for method in methods if method is not None]
    assert [name.rpartition("#")[2] for name in algorithms] == ["rsa-sha256", "sha256"]


def test_an_audience_can_be_set(settings: SamlBearer) -> None:
    text = signed_assertion(replace(settings, audience="provider"), NOW)
    root = etree.fromstring(base64.b64decode(text))
    assert root.findtext(".//s:Audience", namespaces=SAML) == "provider"


def test_the_assertion_is_exchanged_as_a_form(settings: SamlBearer) -> None:
    endpoint = TokenEndpoint([token("T1")])
    assert endpoint.credentials(settings).headers() == {"Authorization": "Bearer T1"}
    ((url, headers, body),) = endpoint.seen
    assert url == settings.token_url
    assert base64.b64decode(headers["Authorization"][6:]) == b"_client:hidden"
    form = parse_qs(body.decode("ascii"))
    assert form.pop("assertion")
    assert form == {
        "grant_type": ["urn:ietf:params:oauth:grant-type:saml2-bearer"],
        "client_id": ["_client"],
        "scope": ["UIWC:CC_HOME"],
    }


def test_a_token_is_kept_until_shortly_before_its_end(settings: SamlBearer) -> None:
    endpoint = TokenEndpoint([token("T1"), token("T2")])
    credentials = endpoint.credentials(settings)
    credentials.headers()
    endpoint.now = 3539
    assert credentials.headers() == {"Authorization": "Bearer T1"}
    endpoint.now = 3540
    assert credentials.headers() == {"Authorization": "Bearer T2"}


def test_a_refused_token_is_dropped_only_if_it_is_still_the_current_one(
    settings: SamlBearer,
) -> None:
    endpoint = TokenEndpoint([token("T1"), token("T2")])
    credentials = endpoint.credentials(settings)
    refused = credentials.headers()
    assert credentials.renew(refused)
    renewed = credentials.headers()
    # A second thread reports the same old token: the new one stays.
    assert credentials.renew(refused)
    assert credentials.headers() == renewed == {"Authorization": "Bearer T2"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(400, {}, b"{}"), AuthError),
        (Answer(401, {}, b"{}"), AuthError),
        (Answer(302, {"location": "https://x.example"}, b""), AuthError),
        (Answer(200, {}, b"<html>"), ProtocolError),
        (Answer(200, {}, b"{}"), ProtocolError),
        (token("T", '"soon"'), ProtocolError),
        (token("two\\nlines"), ProtocolError),
    ],
)
def test_without_a_token_there_is_an_error(
    settings: SamlBearer, answer: Answer, error: type[Exception]
) -> None:
    with pytest.raises(error):
        TokenEndpoint([answer]).credentials(settings).headers()


@pytest.mark.parametrize("kind", ["no PEM", "elliptic curve", "missing"])
def test_a_key_that_cannot_sign_is_an_auth_error(
    settings: SamlBearer, tmp_path: Path, kind: str
) -> None:
    key = tmp_path / "key.pem"
    if kind == "elliptic curve":
        trustme.CA().issue_cert("x.example").private_key_pem.write_to_path(str(key))
    elif kind == "no PEM":
        key.write_text("no key")
    with pytest.raises(AuthError):
        TokenEndpoint([]).credentials(replace(settings, key_file=str(key))).headers()


def test_a_token_url_without_tls_is_refused(settings: SamlBearer) -> None:
    with pytest.raises(ValueError, match="https"):
        TokenEndpoint([]).credentials(replace(settings, token_url="http://tenant.example/t"))


def test_secrets_stay_out_of_the_repr(settings: SamlBearer) -> None:
    assert "hidden" not in repr(settings)
    assert "USER1" not in repr(settings)
