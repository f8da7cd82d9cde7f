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
    """Faults that wait for their call, over as many sessions as that takes.

    Attributes:
        kill: The kill, at most one at a time.
        names: Names of all faults.
        numbers: (service, number of the fault there, name) of those that a service plays.
    """

    kill: Kill | None = None
    names: list[str] = field(default_factory=list)
    numbers: list[tuple[str, int, str]] = field(default_factory=list)


def arm(world: World, armed: Armed, choices: list[tuple[str, int]]) -> None:
    """Set the chosen faults, each for its nth matching call from now on."""
    for name, nth in choices:
        if name.startswith("kill "):
            if armed.kill is not None:
                continue
            armed.kill = Kill(name.removeprefix("kill "), nth)
        else:
            fault = dict(MENU[name])
            service = str(fault.pop("service"))
            admin = world.graph if service == "graph" else world.c4c
            armed.numbers.append((service, admin.add_fault(nth=nth, **fault), name))
        armed.names.append(name)


def fired(world: World, armed: Armed) -> Counter[str]:
    """Return how often each fault that was set has fired so far."""
    counts: Counter[str] = Counter()
    if armed.kill is not None and armed.kill.has_fired:
        counts[f"kill {armed.kill.point}"] += 1
    reports = {"graph": world.graph.fault_report(), "c4c": world.c4c.fault_report()}
    for service, number, name in armed.numbers:
        counts[name] += int(reports[service][number]["fired"])
    return +counts
