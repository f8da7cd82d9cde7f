"""The fault menu: what may go wrong in a session, each with a way to tell that it did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from histories.kills import POINTS, Kill

if TYPE_CHECKING:
    from harness.world import World

_WRITES = {
    "graph": ("contacts.create", "contacts.update", "contacts.delete", "folders.create"),
    "c4c": tuple(
        f"{collection}.{verb}"
        for collection in (
            "CorporateAccountCollection",
            "ContactCollection",
            "IndividualCustomerCollection",
        )
        for verb in ("create", "update")
    ),
}


def _menu() -> dict[str, dict[str, Any]]:
    """Return name -> fault with `service`; conditions are wide, so that most of them fire."""
    menu: dict[str, dict[str, Any]] = {}
    for service, operations in _WRITES.items():
        for operation in operations:
            for kind in ("cut_before", "cut_after"):
                name = f"{service} {kind} {operation}"
                menu[name] = {"service": service, "kind": kind, "operation": operation}
        for status in (401, 429, 500, 503):
            name = f"{service} {status}"
            headers = {"Retry-After": "2"} if status in (429, 503) else {}
            menu[name] = {
                "service": service,
                "kind": "status",
                "status": status,
                "headers": headers,
            }
        menu[f"{service} html"] = {
            "service": service,
            "kind": "status",
            "status": 502,
            "body": "html",
        }
        menu[f"{service} cut"] = {"service": service, "kind": "cut_before"}
    for operation in ("contacts.update", "contacts.delete"):
        menu[f"graph 412 {operation}"] = {
            "service": "graph",
            "kind": "status",
            "status": 412,
            "operation": operation,
        }
    for kind in ("truncate", "repeat_link"):
        options = {"keep": 1} if kind == "truncate" else {}
        menu[f"graph {kind}"] = {
            "service": "graph",
            "kind": kind,
            "operation": "contacts.delta",
            "options": options,
        }
    menu["graph list truncate"] = {
        "service": "graph",
        "kind": "truncate",
        "operation": "contacts.list",
        "options": {"keep": 1},
    }
    for operation in ("ContactCollection.list", "CorporateAccountCollection.list"):
        for kind in ("short_page", "empty_page", "repeat_next", "duplicate_row", "maintenance"):
            menu[f"c4c {kind} {operation}"] = {
                "service": "c4c",
                "kind": kind,
                "operation": operation,
            }
    for operation in ("ContactCollection.update", "CorporateAccountCollection.update"):
        menu[f"c4c locked {operation}"] = {
            "service": "c4c",
            "kind": "locked",
            "operation": operation,
        }
        menu[f"c4c 412 {operation}"] = {
            "service": "c4c",
            "kind": "status",
            "status": 412,
            "operation": operation,
        }
    return menu


MENU = _menu()
NAMES = (*sorted(MENU), *(f"kill {point}" for point in POINTS))


@dataclass
class Armed:
    """The faults of one session."""

    kill: Kill | None = None
    names: list[str] = field(default_factory=list)


def arm(world: World, choices: list[tuple[str, int]]) -> Armed:
    """Set the chosen faults, each for its nth matching call."""
    armed = Armed()
    for name, nth in choices:
        if name.startswith("kill "):
            armed.kill = Kill(name.removeprefix("kill "), nth)
            armed.names.append(name)
        else:
            fault = dict(MENU[name])
            admin = world.graph if fault.pop("service") == "graph" else world.c4c
            admin.add_fault(nth=nth, **fault)
            armed.names.append(name)
    return armed


def disarm(world: World, armed: Armed) -> Counter[str]:
    """Take all faults away; return how often each that was chosen fired."""
    fired: Counter[str] = Counter()
    reports = {"graph": world.graph.fault_report(), "c4c": world.c4c.fault_report()}
    position = Counter[str]()
    for name in armed.names:
        if name.startswith("kill "):
            fired[name] += armed.kill is not None and armed.kill.has_fired
        else:
            service = str(MENU[name]["service"])
            fired[name] += int(reports[service][position[service]]["fired"])
            position[service] += 1
    world.graph.clear_faults()
    world.c4c.clear_faults()
    return fired
