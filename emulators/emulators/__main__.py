"""`python -m emulators serve`: both services on loopback ports until SIGTERM or SIGINT.

`python -m emulators call SERVICE METHOD [ARGUMENT...]` acts as a user or an administrator there:
`call c4c create_account '{"Name": "Nordlicht"}'`. Arguments are JSON; what is none is a text.
"""

from __future__ import annotations

import argparse
import json
import signal
import tempfile
import threading
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulators.admin import AdminError, AdminProxy
from emulators.clock import Clock
from emulators.environment import default_name, plugin_names, read_env_file, write_env_file
from emulators.seed import MAILBOXES, Seeder
from emulators.server import EmulatorServer, Service
from emulators.tls import create_tls

if TYPE_CHECKING:
    from collections.abc import Sequence

SERVICES = {
    "graph": "emulators.graph.service:GraphService",
    "c4c": "emulators.c4c.service:C4CService",
}


def create_service(name: str, seed: int) -> Service:
    """Create a service by name; imported late, so that one works without the other.

    Args:
        name: A key of `SERVICES`.
        seed: For everything the service chooses at random.
    """
    module, _, attribute = SERVICES[name].partition(":")
    service: Service = getattr(import_module(module), attribute)(clock=Clock(), seed=seed)
    return service


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line; serve, or make one call."""
    parser = argparse.ArgumentParser(prog="emulators")
    commands = parser.add_subparsers(dest="command", required=True)
    serve_parser = commands.add_parser("serve", help="serve both emulators until interrupted")
    serve_parser.add_argument("--env-file", type=Path, required=True)
    serve_parser.add_argument("--graph-port", type=int, default=0)
    serve_parser.add_argument("--c4c-port", type=int, default=0)
    serve_parser.add_argument("--seed", type=int, default=0)
    serve_parser.add_argument(
        "--project",
        type=Path,
        metavar="FOLDER",
        help="fill both with example data and write the names that meltano.yml knows; "
        "store and state of the sync go to this folder",
    )
    call_parser = commands.add_parser("call", help="act as a user, or look")
    call_parser.add_argument("service", choices=SERVICES)
    call_parser.add_argument("method")
    call_parser.add_argument("arguments", nargs="*")
    call_parser.add_argument("--env-file", type=Path, default=Path(".env"))
    options = parser.parse_args(arguments)
    if options.command == "call":
        call(options.env_file, options.service, options.method, options.arguments)
    else:
        ports = {"graph": options.graph_port, "c4c": options.c4c_port}
        serve(options.env_file, ports, options.seed, options.project)


def serve(env_file: Path, ports: dict[str, int], seed: int, project: Path | None = None) -> None:
    """Serve until a signal arrives; the environment file is complete before the first answer.

    Args:
        env_file: Gets addresses and credentials.
        ports: Service -> port, 0 for any free one.
        seed: For everything the services choose at random.
        project: Folder for store and state of a Meltano project; None serves empty services
            under neutral names.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="emulators-")))
        tls = create_tls(folder)
        settings = {"ca_file": str(tls.ca_file)}
        admins: dict[str, Any] = {}
        for name, port in ports.items():
            server = EmulatorServer(create_service(name, seed), tls, port)
            stack.enter_context(server)
            settings |= server.service.credentials(server.base_url)
            settings |= {
                f"{name}_admin_url": server.base_url,
                f"{name}_admin_token": server.admin_token,
            }
            admins[name] = server.service.admin
        if project is not None:
            Seeder(admins["graph"], admins["c4c"]).fill()
            settings |= project_settings(project)
        write_env_file(env_file, settings, default_name if project is None else plugin_names)
        print(f"emulators ready: {', '.join(ports)}", flush=True)  # noqa: T201 - readiness line
        stop.wait()


def project_settings(folder: Path, mailboxes: Sequence[str] = MAILBOXES) -> dict[str, str]:
    """Return the settings of a Meltano project that keeps store and state in a folder."""
    return {
        "mailboxes": json.dumps(mailboxes),
        "sync_store": str(folder.absolute() / "contact-sync.db"),
        "meltano_environment": "emulators",
        "meltano_database": f"sqlite:///{folder.absolute() / 'meltano.db'}",
    }


def call(env_file: Path, service: str, method: str, arguments: Sequence[str]) -> None:
    """Make one administration call and print its result as JSON.

    Raises:
        SystemExit: The call was refused; the text says why.
    """
    values = read_env_file(env_file)
    url, token, ca_file = (
        values[default_name(name)]
        for name in (f"{service}_admin_url", f"{service}_admin_token", "ca_file")
    )
    try:
        result = getattr(AdminProxy(url, service, token, ca_file), method)(*map(_json, arguments))
    except AdminError as error:
        raise SystemExit(f"Refused: {error}") from None
    print(json.dumps(result, indent=2, ensure_ascii=False))  # noqa: T201 - the answer


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
