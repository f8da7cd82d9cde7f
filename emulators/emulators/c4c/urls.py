"""Addresses of the service and what a path below its root means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from werkzeug.datastructures import Headers

from emulators.c4c.exceptions import not_found
from emulators.c4c.query import split_options
from emulators.faults import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulators.c4c.facts import Facts
    from emulators.c4c.models import User

ROOT = "/sap/c4c/odata/v1/c4codataapi/"
TOKEN_PATH = "/sap/bc/sec/oauth2/token"  # noqa: S105 - a path
BATCH = "$batch"
METADATA = "$metadata"
WRITING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_PATH = re.compile(
    r"(?P<set>\w+)(?:\((?:ObjectID=)?'(?P<key>[^']*)'\))?(?:/(?P<navigation>\w+))?(?P<count>/\$count)?"
)
_VERBS = {"POST": "create", "PATCH": "update", "PUT": "replace", "DELETE": "delete"}


@dataclass(frozen=True)
class Resource:
    """What a path names.

    Attributes:
        set_name: Entity set.
        key: ObjectID, if one row is meant.
        navigation: Navigation followed from that row.
        is_count: The number of rows is asked for.
    """

    set_name: str
    key: str | None = None
    navigation: str | None = None
    is_count: bool = False


@dataclass(frozen=True)
class ODataRequest:
    """One request, alone or as part of a batch.

    Attributes:
        method: HTTP verb, upper case.
        path: Below the service root, decoded.
        options: Query options, decoded.
        headers: Its own headers; parts of a batch inherit none.
        host: Host and port as addressed; the port is always there.
        user: Who asks.
    """

    method: str
    path: str
    host: str
    user: User
    options: Mapping[str, str] = field(default_factory=dict)
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def root_url(self) -> str:
        """Address of the service root, with its port as real answers show it."""
        return f"https://{self.host}{ROOT}"

    @property
    def wants_json(self) -> bool:
        """Whether JSON was asked for; the default is Atom."""
        is_accepted = "application/json" in self.headers.get("Accept", "")
        return is_accepted or self.options.get("$format") == "json"

    def call(self) -> Call:
        """Describe the request to the fault script."""
        query = "&".join(f"{name}={value}" for name, value in self.options.items())
        path = f"{self.path}?{query}" if query else self.path
        content = self.body.decode("utf-8", errors="replace")
        return Call(self.method, path, operation(self.method, self.path), content)


def split_target(target: str) -> tuple[str, dict[str, str]]:
    """Split `path?query`, both percent-encoded, into path and decoded options."""
    path, _, query = target.partition("?")
    return unquote(path), split_options(query)


def parse_path(path: str) -> Resource:
    """Read a path below the service root.

    Raises:
        ODataError: 404, it has no form the service knows.
    """
    match = _PATH.fullmatch(path)
    if match is None or (match["navigation"] and match["key"] is None):
        raise not_found(f"Resource not found for segment '{path.partition('/')[0]}'")
    return Resource(match["set"], match["key"], match["navigation"], bool(match["count"]))


def operation(method: str, path: str) -> str:
    """Name a request: `ContactCollection.list`, `.get`, `.create`, …, `$batch`, `$metadata`.

    Reading a navigation is `<set>.navigate`, `/$count` is `<set>.count`.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        return path or "root"
    if method in _VERBS:
        verb = _VERBS[method]
    elif match["count"]:
        verb = "count"
    elif match["navigation"]:
        verb = "navigate"
    else:
        verb = "list" if match["key"] is None else "get"
    return f"{match['set']}.{verb}"


def operations(facts: Facts) -> frozenset[str]:
    """Return the name of every operation of a tenant, as `operation` gives them."""
    verbs = ("list", "count", "get", "navigate", *_VERBS.values())
    return frozenset(
        {
            BATCH,
            METADATA,
            "root",
            "token",
            *(f"{name}.{verb}" for name in facts.by_set for verb in verbs),
            *(f"{name}.{verb}" for name in facts.code_properties() for verb in ("list", "count")),
        }
    )
