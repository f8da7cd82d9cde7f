"""Builds every URL this client sends; host and path always come from our own settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from c4c_client.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Mapping

_COLLECTION = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_PORTS = {"https": 443, "http": 80}


def service_root(base_url: str) -> str:
    """Return the service root with its trailing slash, without which C4C redirects.

    Raises:
        ValueError: Not an `https` URL (plain `http` is allowed on the loopback host only),
            or one with credentials, query or fragment.
    """
    parts = urlsplit(base_url.strip())
    is_local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or is_local):
        raise ValueError("base_url must be an https URL")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("base_url must hold neither credentials, query nor fragment")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"


def tenant_identity(root: str) -> str:
    """Return the lower-case host of a service root, with its port unless it is the default."""
    parts = urlsplit(root)
    host = (parts.hostname or "").lower()
    if parts.port is None or parts.port == _DEFAULT_PORTS[parts.scheme]:
        return host
    return f"{host}:{parts.port}"


def collection_path(collection: str) -> str:
    """Return the collection's path below the service root.

    Raises:
        ValueError: Not a plain collection name.
    """
    if not _COLLECTION.fullmatch(collection):
        raise ValueError("not a collection name")
    return collection


def entity_path(collection: str, object_id: str) -> str:
    """Return `Collection('<ObjectID>')`, with the key quoted and encoded."""
    key = quote(object_id.replace("'", "''"), safe="'")
    return f"{collection_path(collection)}('{key}')"


def with_options(path: str, options: Mapping[str, str]) -> str:
    """Append query options, values percent-encoded, and ask for JSON."""
    given = {**options, "$format": "json"}
    return f"{path}?" + "&".join(f"{name}={quote(given[name], safe=',')}" for name in given)


def next_path(root: str, collection: str, link: str) -> str:
    """Return a server's next link as a path below our own service root.

    Its host and port are ignored: tenants write `:443` into them, and credentials must not
    follow a link elsewhere. The path must still be the collection's own.

    Raises:
        ProtocolError: The link leads to another path, or has no query.
    """
    try:
        parts = urlsplit(link)
    except ValueError:
        raise ProtocolError("C4C sent a next link that is no URL") from None
    own = {collection, f"{urlsplit(root).path}{collection}"}
    if parts.path not in own or not parts.query:
        raise ProtocolError("C4C sent a next link that leads elsewhere")
    if re.search(r"[\x00-\x20\x7f]", parts.query):
        raise ProtocolError("C4C sent a next link that is no URL")
    query = parts.query if "$format=" in parts.query else f"{parts.query}&$format=json"
    return f"{collection}?{query}"
