"""`python -m emulators serve`: both services on loopback ports until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import signal
import tempfile
import threading
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

from emulators.clock import Clock
from emulators.environment import write_env_file
from emulators.server import EmulatorServer, Service
from emulators.tls import create_tls

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
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="emulators")
    commands = parser.add_subparsers(dest="command", required=True)
    serve_parser = commands.add_parser("serve", help="serve both emulators until interrupted")
    serve_parser.add_argument("--env-file", type=Path, required=True)
    serve_parser.add_argument("--graph-port", type=int, default=0)
    serve_parser.add_argument("--c4c-port", type=int, default=0)
    serve_parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    serve(options.env_file, {"graph": options.graph_port, "c4c": options.c4c_port}, options.seed)


def serve(env_file: Path, ports: dict[str, int], seed: int) -> None:
    """Serve until a signal arrives; the environment file is complete before the first answer."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="emulators-")))
        tls = create_tls(folder)
        settings = {"ca_file": str(tls.ca_file)}
        for name, port in ports.items():
            server = EmulatorServer(create_service(name, seed), tls, port)
            stack.enter_context(server)
            settings |= server.service.credentials(server.base_url)
            settings |= {
                f"{name}_admin_url": server.base_url,
                f"{name}_admin_token": server.admin_token,
            }
        write_env_file(env_file, settings)
        print(f"emulators ready: {', '.join(ports)}", flush=True)  # noqa: T201 - readiness line
        stop.wait()


if __name__ == "__main__":
    main()
