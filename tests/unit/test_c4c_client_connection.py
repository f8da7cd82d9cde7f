"""The C4C client's door to the network: TLS, redirects, foreign credentials, parallelism."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import requests
from c4c_client import ProtocolError
from c4c_client.connection import BrokenConnectionError, Connection
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://tenant.example/x/"


@dataclass
class Recorder(BaseAdapter):
    """Answers everything alike and remembers how it was asked."""

    status: int = 200
    location: str = ""
    failure: Exception | None = None
    seen: list[requests.PreparedRequest] = field(default_factory=list)
    options: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def close(self) -> None:
        pass

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]  # as requests calls it
        self.seen.append(request)
        self.options.append(options)
        if self.failure:
            raise self.failure
        answer = requests.Response()
        answer.status_code, answer.request, answer._content = self.status, request, b""
        answer.headers["location"] = self.location
        return answer

    def connection(self, **settings: Any) -> Connection:
        session = requests.Session()
        session.mount("https://", self)
        usual: dict[str, Any] = {
            "ca_file": None,
            "certificate": None,
            "timeout_seconds": 7,
            "max_parallel_requests": 2,
            "language": "EN",
        }
        return Connection(session, **{**usual, **settings})


@pytest.fixture
def polluted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, "/from/the/environment.pem")


@pytest.mark.usefixtures("polluted")
def test_the_ca_setting_wins_over_the_environment() -> None:
    recorder = Recorder()
    recorder.connection(ca_file="/own/ca.pem").exchange("GET", URL, {})
    assert recorder.options[0]["verify"] == "/own/ca.pem"


@pytest.mark.usefixtures("polluted")
def test_without_a_ca_setting_the_environment_counts() -> None:
    recorder = Recorder()
    recorder.connection().exchange("GET", URL, {})
    assert recorder.options[0]["verify"] == "/from/the/environment.pem"


def test_tls_is_verified_without_any_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    recorder = Recorder()
    recorder.connection().exchange("GET", URL, {})
    assert recorder.options[0]["verify"] is True
    assert recorder.options[0]["timeout"] == 7


def test_a_netrc_entry_is_never_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine tenant.example login other password wrong")
    monkeypatch.setenv("NETRC", str(netrc))
    recorder = Recorder()
    recorder.connection(certificate=("c.pem", "k.pem")).exchange("GET", URL, {})
    assert "Authorization" not in recorder.seen[0].headers
    assert recorder.options[0]["cert"] == ("c.pem", "k.pem")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_handed_over_not_followed(status: int) -> None:
    recorder = Recorder(status, "https://elsewhere.example/")
    assert recorder.connection().exchange("GET", URL, {"Authorization": "x"}).status == status
    assert len(recorder.seen) == 1


def test_a_redirect_to_nonsense_is_a_broken_answer() -> None:
    with pytest.raises(BrokenConnectionError) as caught:
        Recorder(302, "https://[broken").connection().exchange("POST", URL, {}, b"")
    assert caught.value.was_sent


def wrapped(reason: Exception) -> MaxRetryError:
    return MaxRetryError(None, "", reason)  # type: ignore[arg-type]  # without a pool


@pytest.mark.parametrize(
    ("failure", "was_sent"),
    [
        (requests.ConnectTimeout(), False),
        (
            requests.ConnectionError(wrapped(NewConnectionError(None, "refused"))),  # type: ignore[arg-type]  # without a pool
            False,
        ),
        (requests.ConnectionError(ConnectionResetError()), True),
        (requests.ReadTimeout(), True),
        (requests.exceptions.ChunkedEncodingError(), True),
        (requests.exceptions.SSLError(ssl.SSLEOFError()), True),
    ],
)
def test_only_a_connection_never_made_counts_as_not_sent(
    failure: Exception, *, was_sent: bool
) -> None:
    with pytest.raises(BrokenConnectionError) as caught:
        Recorder(failure=failure).connection().exchange("POST", URL, {}, b"")
    assert caught.value.was_sent is was_sent


def test_an_untrusted_certificate_is_named() -> None:
    reason = wrapped(ssl.SSLCertVerificationError("self-signed"))
    recorder = Recorder(failure=requests.exceptions.SSLError(reason))
    with pytest.raises(ProtocolError, match="certificate"):
        recorder.connection().exchange("GET", URL, {})


def test_an_own_session_keeps_as_many_connections_as_requests_run() -> None:
    connection = Connection(
        None,
        ca_file=None,
        certificate=None,
        timeout_seconds=7,
        max_parallel_requests=3,
        language="EN",
    )
    adapter = connection._session.get_adapter(URL)
    assert isinstance(adapter, HTTPAdapter)
    assert adapter.poolmanager.connection_pool_kw["maxsize"] == 3


def test_parallel_requests_are_capped() -> None:
    entered, leave = threading.Semaphore(0), threading.Event()

    class Slow(Recorder):
        def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]  # as above
            entered.release()
            assert leave.wait(10)
            return super().send(request, **options)

    slow = Slow()
    connection = slow.connection(max_parallel_requests=2)
    reads = [threading.Thread(target=connection.exchange, args=("GET", URL, {})) for _ in range(3)]
    for read in reads:
        read.start()
    assert entered.acquire(timeout=10)
    assert entered.acquire(timeout=10)
    assert not entered.acquire(blocking=False)
    leave.set()
    for read in reads:
        read.join(10)
    assert len(slow.seen) == 3
