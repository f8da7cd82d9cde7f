"""Emulated tenants behind TLS, with the settings a tap needs to reach them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from emulators.c4c.service import C4CService
from emulators.graph.service import GraphService
from emulators.server import EmulatorServer
from emulators.tls import create_tls

if TYPE_CHECKING:
    from pathlib import Path

    from emulators.c4c.admin import C4CAdmin
    from emulators.graph.admin import GraphAdmin

_Admin = TypeVar("_Admin")


@dataclass(frozen=True)
class Tenant(Generic[_Admin]):
    """A running tenant; `stop` the server when done."""

    config: dict[str, Any]
    admin: _Admin
    server: EmulatorServer


def start_graph(folder: Path, *mailboxes: str) -> Tenant[GraphAdmin]:
    """Start Exchange Online with these mailboxes, each with a managed folder."""
    service = GraphService(seed=1)
    for address in mailboxes:
        service.admin.add_mailbox(address, folders=["SAP C4C Contacts", "Family"])
    server, ca_file = _start(service, folder)
    login = service.credentials(server.base_url)
    config = {
        "mailboxes": list(mailboxes),
        "tenant_id": login["graph_tenant_id"],
        "client_id": login["graph_client_id"],
        "client_secret": login["graph_client_secret"],
        "authority_url": server.base_url,
        "graph_url": login["graph_root"],
        "ca_file": ca_file,
        "max_retries": 0,
    }
    return Tenant(config, service.admin, server)


def start_c4c(folder: Path) -> Tenant[C4CAdmin]:
    """Start an empty C4C tenant with one custom field on contacts."""
    service = C4CService(seed=1)
    service.admin.add_custom_field("Contact", "Hobby_KUT")
    server, ca_file = _start(service, folder)
    login = service.credentials(server.base_url)
    config = {
        "base_url": login["c4c_base_url"],
        "username": login["c4c_username"],
        "password": login["c4c_password"],
        "ca_file": ca_file,
        "max_retries": 0,
    }
    return Tenant(config, service.admin, server)


def _start(service: GraphService | C4CService, folder: Path) -> tuple[EmulatorServer, str]:
    tls = create_tls(folder)
    server = EmulatorServer(service, tls)
    server.start()
    return server, str(tls.ca_file)
