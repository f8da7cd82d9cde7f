"""The shared base of the emulators: fault script, clock, administration, TLS server."""

from __future__ import annotations

import stat
import threading
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest
import requests
from emulators.admin import TOKEN_HEADER, AdminError, ServiceAdmin
from emulators.c4c.service import C4CService
from emulators.clock import Clock, parse_instant, to_ticks
from emulators.environment import write_env_file
from emulators.faults import ANSWERS, Call, ConnectionCut, Fault, FaultScript, for_good
from emulators.graph.service import GraphService
from emulators.server import EmulatorServer
from emulators.tls import TlsMaterial, create_tls
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
READ = Call("GET", "things?$top=1", "things.list")
WRITE = Call("POST", "things", "things.create")


@pytest.fixture
def script() -> FaultScript:
    return FaultScript(Clock(START), frozenset({"odd"}))


class EchoService:
    """Answers with the body it got, after asking the fault script."""

    name = "echo"

    def __init__(self) -> None:
        clock = Clock(START)
        self.faults = FaultScript(clock)
        self.admin = ServiceAdmin(clock, self.faults)
        self.commits = 0
        self.ports: set[int] = set()

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.answer(Request(environ))(environ, start_response)

    def answer(self, request: Request) -> Response:
        self.ports.add(request.environ["REMOTE_PORT"])
        hit = self.faults.begin(Call(request.method, request.path.lstrip("/"), "echo"))
        if hit.answer:
            return hit.answer.response("{}")
        self.commits += 1
        hit.finish()
        return Response(request.get_data())

    def credentials(self, base_url: str) -> dict[str, str]:
        return {"echo_url": base_url}


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsMaterial:
    return create_tls(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(tls: TlsMaterial) -> Iterator[EmulatorServer]:
    with EmulatorServer(EchoService(), tls) as running:
        yield running


def test_a_fault_hits_only_calls_that_meet_all_its_conditions(script: FaultScript) -> None:
    script.add(Fault("status", method="GET", path=r"\$top", operation="things.list"))
    assert script.begin(WRITE).answer is None
    assert script.begin(READ).answer is not None


def test_nth_and_count_choose_the_calls(script: FaultScript) -> None:
    script.add(Fault("status", method="GET", nth=2, count=2))
    hits = [script.begin(READ).answer is not None for _ in range(5)]
    assert hits == [False, True, True, False, False]


def test_count_zero_never_ends(script: FaultScript) -> None:
    script.add(Fault("status", count=0))
    assert all(script.begin(READ).answer for _ in range(4))


def test_unused_lists_what_never_fired(script: FaultScript) -> None:
    script.add(Fault("status", method="GET"))
    idle = script.add(Fault("status", method="GET", nth=3))
    script.begin(READ)
    assert [fault["id"] for fault in script.unused()] == [idle]
    assert [fault["seen"] for fault in script.report()] == [1, 1]
    script.clear()
    assert script.unused() == []


def test_cut_after_lets_the_call_happen(script: FaultScript) -> None:
    script.add(Fault("cut_after", method="POST"))
    hit = script.begin(WRITE)
    with pytest.raises(ConnectionCut):
        hit.finish()


def test_cut_before_stops_the_call(script: FaultScript) -> None:
    script.add(Fault("cut_before"))
    with pytest.raises(ConnectionCut):
        script.begin(WRITE)


def test_a_fault_that_comes_too_late_on_a_call_waits_for_the_next(script: FaultScript) -> None:
    script.add(Fault("cut_before"))
    script.add(Fault("status", status=429))
    script.add(Fault("odd", options={"a": 1}))
    with pytest.raises(ConnectionCut):
        script.begin(READ)
    assert [fault["fired"] for fault in script.report()] == [1, 0, 0]
    second = script.begin(READ)
    assert (second.answer is not None, dict(second.named)) == (True, {})
    assert dict(script.begin(READ).named) == {"odd": {"a": 1}}
    assert script.unused() == []


def test_of_two_faults_of_a_kind_on_one_call_the_second_waits_for_the_next(
    script: FaultScript,
) -> None:
    for text in ("first", "second"):
        script.add(Fault("odd", options={"text": text}))
    assert script.begin(READ).named == {"odd": {"text": "first"}}
    assert [fault["options"] for fault in script.unused()] == [{"text": "second"}]
    assert script.begin(READ).named == {"odd": {"text": "second"}}
    assert script.unused() == []


@pytest.mark.parametrize("answer", ANSWERS)
def test_i45_trouble_for_good_lasts_until_it_is_cleared(answer: str) -> None:
    script = FaultScript(Clock(START), operations=frozenset({"things.list", "things.create"}))
    script.add(for_good(answer, path="things", content="Ada", seconds=0.0))
    asked = Call("POST", "things", "things.create", '{"name": "Ada"}')
    assert script.begin(WRITE).answer is None
    hits = [_is_hit(script, asked) for _ in range(3)]
    assert hits == ([True, False, False] if answer == "401 once" else [True] * 3)
    script.clear()
    assert not _is_hit(script, asked)


def _is_hit(script: FaultScript, call: Call) -> bool:
    try:
        return script.begin(call).answer is not None
    except ConnectionCut:
        return True


def test_a_hang_ends_with_the_script() -> None:
    script = FaultScript(Clock(START))
    script.add(for_good("hang"))
    ended: list[bool] = []
    caller = threading.Thread(target=lambda: ended.append(_is_hit(script, READ)))
    caller.start()
    script.clear()
    caller.join(timeout=20)
    assert ended in ([True], [False])


@pytest.mark.parametrize("service", [GraphService, C4CService])
def test_i45_faults_name_operations_that_the_service_has(
    service: type[GraphService | C4CService],
) -> None:
    admin = service(clock=Clock(START), seed=1).admin
    assert len(admin.operations()) > 20
    for operation in admin.operations():
        admin.trouble_for_good("403", operation=operation)
    with pytest.raises(ValueError, match="unknown operation"):
        admin.trouble_for_good("403", operation="contacts.no_such")
    with pytest.raises(ValueError, match="unknown answer"):
        admin.trouble_for_good("418")


def test_latency_moves_a_virtual_clock(script: FaultScript) -> None:
    clock = Clock(START)
    script = FaultScript(clock)
    script.add(Fault("latency", seconds=90))
    script.begin(READ)
    assert (clock.now() - START).total_seconds() == 90


def test_named_kinds_carry_their_options(script: FaultScript) -> None:
    script.add(Fault("odd", options={"rows": 2}))
    assert script.begin(READ).named == {"odd": {"rows": 2}}


@pytest.mark.parametrize("fault", [Fault("no_such_kind"), Fault("status", body="yaml")])
def test_a_mistyped_fault_is_refused(script: FaultScript, fault: Fault) -> None:
    with pytest.raises(ValueError, match=r"kind|body"):
        script.add(fault)


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [("json", "application/json", "{}"), ("html", "text/html", "<html"), ("empty", "text/", "")],
)
def test_status_faults_have_three_kinds_of_body(body: str, content_type: str, text: str) -> None:
    response = Fault("status", status=429, headers={"Retry-After": "7"}, body=body).response("{}")
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "7"
    assert response.headers["Content-Type"].startswith(content_type)
    assert response.get_data(as_text=True).startswith(text)


def test_stamps_never_repeat_but_follow_a_clock_set_back() -> None:
    clock = Clock(START)
    assert [clock.stamp() - to_ticks(START) for _ in range(3)] == [0, 1, 2]
    clock.advance(-3600)
    assert clock.stamp() < to_ticks(START)


def test_clock_can_be_set_moved_and_released() -> None:
    clock = Clock()
    clock.set(parse_instant("2026-03-01T00:00:00Z"))
    clock.advance(1.5)
    assert clock.now().isoformat() == "2026-03-01T00:00:01.500000+00:00"
    clock.release()
    assert clock.now() > START
    with pytest.raises(ValueError, match="zone"):
        parse_instant("2026-03-01T00:00:00")


def test_server_verifies_and_keeps_the_connection_alive(
    server: EmulatorServer, tls: TlsMaterial
) -> None:
    with requests.Session() as session:
        for text in ("one", "two"):
            url = server.base_url + "/x"
            answer = session.post(url, data=text, verify=str(tls.ca_file), timeout=10)
            assert answer.text == text
    assert isinstance(server.service, EchoService)
    assert len(server.service.ports) == 1


def test_cut_after_closes_the_socket_after_the_commit(
    server: EmulatorServer, tls: TlsMaterial
) -> None:
    server.service.admin.add_fault(kind="cut_after", method="POST")
    with requests.Session() as session, pytest.raises(requests.ConnectionError):
        session.post(server.base_url, data="x", verify=str(tls.ca_file), timeout=10)
    assert isinstance(server.service, EchoService)
    assert server.service.commits == 1
    assert server.service.admin.unused_faults() == []


def test_status_after_hits_what_is_handled(script: FaultScript) -> None:
    script.add(Fault("status_after", method="POST", status=500))
    script.add(Fault("status", method="POST"))
    first, second = script.begin(WRITE), script.begin(WRITE)
    assert (first.answer is not None, first.after) == (True, None)
    assert second.answer is None
    assert second.after is not None
    assert second.after.status == 500


def test_admin_proxy_calls_the_same_methods(server: EmulatorServer) -> None:
    proxy = server.admin_proxy()
    number = proxy.add_fault(kind="status", status=503)
    proxy.advance_clock(60)
    assert [fault["id"] for fault in proxy.unused_faults()] == [number]
    assert proxy.now() == "2026-01-01T00:01:00+00:00"
    with pytest.raises(AdminError, match="unknown fault kind"):
        proxy.add_fault(kind="nonsense")
    with pytest.raises(AdminError, match="no such"):
        proxy.does_not_exist()


def test_admin_needs_its_token_and_hides_private_names(
    server: EmulatorServer, tls: TlsMaterial
) -> None:
    ca_file = str(tls.ca_file)
    url = f"{server.base_url}/_admin/echo/"
    refused = requests.post(url + "now", json={}, timeout=10, verify=ca_file)
    headers = {TOKEN_HEADER: server.admin_token}
    hidden = requests.post(url + "_clock", json={}, headers=headers, timeout=10, verify=ca_file)
    assert (refused.status_code, hidden.status_code) == (403, 404)


def test_stop_ends_idle_connections_and_all_threads(tls: TlsMaterial) -> None:
    before = threading.active_count()
    server = EmulatorServer(EchoService(), tls)
    server.start()
    with requests.Session() as session:
        session.get(server.base_url, verify=str(tls.ca_file), timeout=10)
        server.stop()
    assert threading.active_count() == before


def test_server_key_is_private(tls: TlsMaterial) -> None:
    mode = (tls.ca_file.parent / "server.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_env_file_is_private_and_takes_a_name_mapping(tmp_path: Path) -> None:
    path = tmp_path / "emulators.env"
    names: dict[str, str | tuple[str, ...]] = {"ca_file": ("TAP_CA", "TARGET_CA"), "secret": ()}
    write_env_file(path, {"ca_file": "/a b'c", "secret": "x"}, names.__getitem__)
    assert path.read_text() == "TAP_CA='/a b'\\''c'\nTARGET_CA='/a b'\\''c'\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
