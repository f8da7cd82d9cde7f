"""Pages of a list: `$top`, `$skip`, and a nextLink that counts rows.

The link is not a bookmark: rows that come or go while a client pages shift the rest, so that a
row can be missed or come twice, as with Outlook's own lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from emulators.graph.messages import GraphRequest
    from emulators.graph.query import Options

    Row = TypeVar("Row")

_KEY_SAFE = "@=-_'"


def list_body(
    request: GraphRequest,
    options: Options,
    rows: Sequence[Row],
    render: Callable[[Row], dict[str, Any]],
    *,
    repeats_row: bool = False,
) -> dict[str, Any]:
    """Return the body of one page.

    Args:
        request: Its path and query make the context and the next link.
        options: Page size and offset.
        rows: All rows of the list.
        render: Makes a row's JSON.
        repeats_row: The next page begins with the last row of this one.
    """
    end = options.skip + options.top
    body: dict[str, Any] = {"@odata.context": context(request)}
    if options.is_counted:
        body["@odata.count"] = len(rows)
    if end < len(rows):
        skip = end - 1 if repeats_row and options.top > 1 else end
        body["@odata.nextLink"] = link(request, {**request.query, "$skip": str(skip)})
    body["value"] = [render(row) for row in rows[options.skip : end]]
    return body


def link(request: GraphRequest, query: dict[str, str]) -> str:
    """Return a full URL for the request's path with another query."""
    path = quote(request.path, safe="/$@()'=-_")
    return f"{request.base_url}/v1.0{path}?{urlencode(query, safe='$')}"


def key_link(request: GraphRequest, query: dict[str, str]) -> str:
    """Return such a URL in the key syntax of delta links: `contactFolders('<id>')`."""
    *head, collection, function = request.path.strip("/").split("/")
    keyed = [
        f"{name}('{quote(key.replace(chr(39), chr(39) * 2), safe=_KEY_SAFE)}')"
        for name, key in zip(head[::2], head[1::2], strict=True)
    ]
    path = "/".join([*keyed, collection, function])
    return f"{request.base_url}/v1.0/{path}?{urlencode(query, safe='$')}"


def context(request: GraphRequest) -> str:
    """Return the value of `@odata.context`."""
    return f"{request.base_url}/v1.0/$metadata#{quote(request.path.strip('/'), safe='/@')}"
