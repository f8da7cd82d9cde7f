"""`@odata.type` in the body of a write: the one annotation that clients may send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulators.graph import exceptions

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPE = "@odata.type"


def without_type(body: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the body without its type, which must be the expected one.

    Microsoft's own SDKs and others send it with every write (OData JSON format, "type"). All other
    annotations are refused like unknown properties.
    Unconfirmed: how exact the spelling must be; clients in use send other cases and no `#`.

    Args:
        body: An object of the request.
        kind: Name of its type in the namespace `microsoft.graph`.

    Raises:
        GraphError: 400 for another type.
    """
    if _TYPE in body:
        named = str(body[_TYPE]).removeprefix("#").lower()
        if named != f"microsoft.graph.{kind}".lower():
            raise exceptions.bad_request(f"The type of the {kind} is another one.")
    return {name: value for name, value in body.items() if name != _TYPE}
