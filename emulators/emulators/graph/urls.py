"""The paths of the emulated part of Graph v1.0, in the spelling of the OpenAPI description.

An operation's name is what fault scripts match (`contacts.create`). Paths that exist in Graph
but are not emulated answer 501, so that a gap is not mistaken for a refusal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule

from emulators.graph import exceptions

NOT_EMULATED = "not_emulated"

_CONTACTS = {
    "": {"GET": "contacts.list", "POST": "contacts.create"},
    "/$count": {"GET": "contacts.count"},
    "/delta": {"GET": "contacts.delta"},
    "/delta()": {"GET": "contacts.delta"},
    "/{contact-id}": {
        "GET": "contacts.get",
        "PATCH": "contacts.update",
        "DELETE": "contacts.delete",
    },
    "/{contact-id}/permanentDelete": {"POST": "contacts.permanent_delete"},
    "/{contact-id}/photo": {"GET": NOT_EMULATED, "PATCH": NOT_EMULATED},
    "/{contact-id}/photo/$value": {
        "GET": "photo.get",
        "PUT": "photo.put",
        "PATCH": "photo.put",
    },
    "/{contact-id}/extensions": {"GET": NOT_EMULATED, "POST": NOT_EMULATED},
    "/{contact-id}/extensions/$count": {"GET": NOT_EMULATED},
    "/{contact-id}/extensions/{extension-id}": {
        "GET": NOT_EMULATED,
        "PATCH": NOT_EMULATED,
        "DELETE": NOT_EMULATED,
    },
}
_FOLDERS = {
    "": {"GET": "folders.list", "POST": "folders.create"},
    "/$count": {"GET": "folders.count"},
    "/delta": {"GET": NOT_EMULATED},
    "/delta()": {"GET": NOT_EMULATED},
}
_FOLDER = {
    "": {"GET": "folders.get", "PATCH": "folders.update", "DELETE": "folders.delete"},
    "/permanentDelete": {"POST": "folders.permanent_delete"},
}
_CATEGORIES = {
    "": {"GET": "categories.list", "POST": "categories.create"},
    "/$count": {"GET": "categories.count"},
    "/{outlookCategory-id}": {
        "GET": "categories.get",
        "PATCH": "categories.update",
        "DELETE": "categories.delete",
    },
}
_USER = "/users/{user-id}"
_TOP_FOLDERS = f"{_USER}/contactFolders"
_TOP_FOLDER = f"{_TOP_FOLDERS}/{{contactFolder-id}}"
_CHILD_FOLDERS = f"{_TOP_FOLDER}/childFolders"
_CHILD_FOLDER = f"{_CHILD_FOLDERS}/{{contactFolder-id1}}"
_TREE = (
    (f"{_USER}/contacts", _CONTACTS),
    (_TOP_FOLDERS, _FOLDERS),
    (_TOP_FOLDER, _FOLDER),
    (f"{_TOP_FOLDER}/contacts", _CONTACTS),
    (_CHILD_FOLDERS, _FOLDERS),
    (_CHILD_FOLDER, _FOLDER),
    (f"{_CHILD_FOLDER}/contacts", _CONTACTS),
    (f"{_USER}/outlook/masterCategories", _CATEGORIES),
)
#: Every operation's name; `batch` and the token endpoints are the service's own.
OPERATIONS = frozenset(
    operation
    for _, branch in _TREE
    for methods in branch.values()
    for operation in methods.values()
    if operation != NOT_EMULATED
)
_PARAMETER = re.compile(r"\{([A-Za-z0-9-]+)\}")
_KEY = re.compile(r"\('((?:[^'/]|'')*)'\)")


@dataclass(frozen=True)
class Route:
    """A matched path.

    Attributes:
        template: Path in the spelling of the OpenAPI description.
        operation: Name for handlers and faults.
        user: User id or principal name.
        folder_id: Folder the path names last; None = the default folder.
        parent_id: Folder before that, in a nested path.
    """

    template: str
    operation: str
    user: str
    folder_id: str | None
    parent_id: str | None
    contact_id: str | None
    category_id: str | None


def normal_path(path: str) -> str:
    """Return a decoded path with `name('key')` spelt `name/key`, as the service's links use it."""
    return _KEY.sub(lambda key: "/" + key[1].replace("''", "'"), path)


def match(method: str, path: str) -> Route:
    """Find the route of a decoded path below the version root.

    Raises:
        GraphError: 400 for no such path, 405 for a method it does not have, 501 if not emulated.
    """
    adapter = _MAP.bind("graph")
    try:
        rule, values = adapter.match(path, method, return_rule=True)
    except MethodNotAllowed:
        text = "The OData request is not supported."
        raise exceptions.GraphError(405, "ErrorInvalidRequest", text) from None
    except HTTPException:
        segment = path.strip("/").rpartition("/")[2]
        text = f"Resource not found for the segment '{segment}'."
        raise exceptions.bad_request(text, "BadRequest") from None
    template, operation = rule.endpoint
    if operation == NOT_EMULATED:
        raise exceptions.GraphError(501, "NotImplemented", "This path is not emulated.")
    return Route(
        template=template,
        operation=operation,
        user=values["user_id"],
        folder_id=values.get("contactFolder_id1", values.get("contactFolder_id")),
        parent_id=values["contactFolder_id"] if "contactFolder_id1" in values else None,
        contact_id=values.get("contact_id"),
        category_id=values.get("outlookCategory_id"),
    )


def _rules() -> list[Rule]:
    rules = []
    for prefix, branch in _TREE:
        for suffix, methods in branch.items():
            template = prefix + suffix
            pattern = _PARAMETER.sub(lambda name: f"<{name[1].replace('-', '_')}>", template)
            rules += [
                Rule(pattern, methods=[method], endpoint=(template, operation))
                for method, operation in methods.items()
            ]
    return rules


_MAP = Map(_rules(), merge_slashes=False)
