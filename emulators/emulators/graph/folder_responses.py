"""Contact folders and master categories over the API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from emulators.graph import exceptions, paging, query
from emulators.graph.annotations import without_type
from emulators.graph.messages import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emulators.graph.access import Access
    from emulators.graph.mailbox import MailboxEditor
    from emulators.graph.messages import GraphRequest
    from emulators.graph.models import Folder, Mailbox, MasterCategory
    from emulators.graph.switches import Switches
    from emulators.graph.urls import Route

COLORS = frozenset({"none", *(f"preset{number}" for number in range(25))})
_LIST = frozenset({"$top", "$skip", "$count"})
_BY_NAME = re.compile(
    r"displayName eq '(?P<whole>(?:[^']|'')*)'"
    r"|startswith\(displayName,\s*'(?P<start>(?:[^']|'')*)'\)"
)
_NONE: frozenset[str] = frozenset()


class FolderResponses:
    """One method per operation; callers hold the service's lock."""

    def __init__(self, access: Access, editor: MailboxEditor, switches: Switches) -> None:
        self._access = access
        self._editor = editor
        self._switches = switches

    def list_folders(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `GET …/contactFolders`, without the default folder, and `…/childFolders`."""
        given = {name: text for name, text in request.query.items() if name != "$filter"}
        options = query.parse_options(given, _LIST)
        is_asked_for = _name_filter(request.query.get("$filter"))
        rows = [folder for folder in self._children(mailbox, route) if is_asked_for(folder)]
        return Reply(200, paging.list_body(request, options, rows, folder_json))

    def count(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `…/$count`."""
        query.refuse_others(request.query, _NONE)
        return Reply(200, str(len(self._children(mailbox, route))), content_type="text/plain")

    def get(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer a GET of one folder, the default one included."""
        query.refuse_others(request.query, _NONE)
        return _folder_reply(request, self._access.folder(mailbox, route), 200)

    def create(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `POST …/contactFolders` (below Contacts) and `…/childFolders`."""
        query.refuse_others(request.query, _NONE)
        parent = self._access.folder(mailbox, route)
        name = _folder_name(request)
        self._refuse_taken(mailbox, parent.id, name)
        return _folder_reply(request, self._editor.create_folder(mailbox, name, parent.id), 201)

    def update(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `PATCH …/contactFolders/{id}`; a new `parentFolderId` has no effect."""
        query.refuse_others(request.query, _NONE)
        folder = self._own_folder(mailbox, route)
        name = _folder_name(request)
        if name.lower() != folder.display_name.lower():
            self._refuse_taken(mailbox, folder.parent_id, name)
        folder.display_name = name
        return _folder_reply(request, folder, 200)

    def delete(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `DELETE …/contactFolders/{id}`: to Deleted Items, with all it holds."""
        query.refuse_others(request.query, _NONE)
        folder = self._own_folder(mailbox, route)
        if self._switches.folder_name_clash_on_delete:
            self._refuse_taken(mailbox, mailbox.deleted_folder_id, folder.display_name)
        self._editor.delete_folder(mailbox, folder)
        return Reply(204)

    def permanent_delete(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer `POST …/contactFolders/{id}/permanentDelete`."""
        query.refuse_others(request.query, _NONE)
        self._editor.purge_folder(mailbox, self._own_folder(mailbox, route))
        return Reply(204)

    def _children(self, mailbox: Mailbox, route: Route) -> Sequence[Folder]:
        return mailbox.child_folders(self._access.folder(mailbox, route).id)

    def _own_folder(self, mailbox: Mailbox, route: Route) -> Folder:
        folder = self._access.folder(mailbox, route)
        if folder.id == mailbox.default_folder_id:
            text = "Distinguished folders cannot be changed or deleted."
            raise exceptions.GraphError(403, "ErrorDeleteDistinguishedFolder", text)
        return folder

    def _refuse_taken(self, mailbox: Mailbox, parent_id: str, name: str) -> None:
        taken = (folder.display_name.lower() for folder in mailbox.child_folders(parent_id))
        if name.lower() in taken:
            raise exceptions.folder_exists()


class CategoryResponses:
    """Master categories, one method per operation; callers hold the service's lock."""

    def __init__(self, editor: MailboxEditor, switches: Switches) -> None:
        self._editor = editor
        self._switches = switches

    def list_categories(self, request: GraphRequest, _: Route, mailbox: Mailbox) -> Reply:
        """Answer `GET …/masterCategories`."""
        self._refuse_absent()
        options = query.parse_options(request.query, _LIST)
        rows = list(mailbox.categories.values())
        return Reply(200, paging.list_body(request, options, rows, category_json))

    def count(self, request: GraphRequest, _: Route, mailbox: Mailbox) -> Reply:
        """Answer `…/$count`."""
        self._refuse_absent()
        query.refuse_others(request.query, _NONE)
        return Reply(200, str(len(mailbox.categories)), content_type="text/plain")

    def create(self, request: GraphRequest, _: Route, mailbox: Mailbox) -> Reply:
        """Answer `POST …/masterCategories`."""
        self._refuse_absent()
        body = _object(request, "outlookCategory", {"displayName", "color"})
        name = _required_text(body, "displayName")
        category = self._editor.create_category(mailbox, name, _color(body.get("color", "none")))
        return Reply(201, {"@odata.context": paging.context(request), **category_json(category)})

    def get(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer a GET of one category."""
        category = self._category(mailbox, route)
        return Reply(200, {"@odata.context": paging.context(request), **category_json(category)})

    def update(self, request: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer a PATCH: only the colour can change."""
        category = self._category(mailbox, route)
        category.color = _color(_object(request, "outlookCategory", {"color"}).get("color"))
        return Reply(200, {"@odata.context": paging.context(request), **category_json(category)})

    def delete(self, _: GraphRequest, route: Route, mailbox: Mailbox) -> Reply:
        """Answer a DELETE; contacts keep the name."""
        del mailbox.categories[self._category(mailbox, route).id]
        return Reply(204)

    def _category(self, mailbox: Mailbox, route: Route) -> MasterCategory:
        self._refuse_absent()
        category = mailbox.categories.get(route.category_id or "")
        if category is None:
            raise exceptions.item_not_found()
        return category

    def _refuse_absent(self) -> None:
        if self._switches.master_categories == "absent":
            text = "Resource not found for the segment 'masterCategories'."
            raise exceptions.bad_request(text, "BadRequest")


def folder_json(folder: Folder) -> dict[str, Any]:
    """Return a folder as the API shows it."""
    return {
        "id": folder.id,
        "parentFolderId": folder.parent_id,
        "displayName": folder.display_name,
    }


def category_json(category: MasterCategory) -> dict[str, Any]:
    """Return a master category as the API shows it."""
    return {"id": category.id, "displayName": category.display_name, "color": category.color}


def _folder_reply(request: GraphRequest, folder: Folder, status: int) -> Reply:
    return Reply(status, {"@odata.context": paging.context(request), **folder_json(folder)})


def _folder_name(request: GraphRequest) -> str:
    body = _object(request, "contactFolder", {"displayName", "parentFolderId"})
    return _required_text(body, "displayName")


def _object(request: GraphRequest, kind: str, allowed: set[str]) -> dict[str, Any]:
    body = request.json()
    if not isinstance(body, dict):
        raise exceptions.bad_request("The request body is not a JSON object.")
    body = without_type(body, kind)
    for name in body:
        if name not in allowed:
            raise exceptions.invalid_property(name)
    return body


def _name_filter(text: str | None) -> Callable[[Folder], bool]:
    """Compile the `$filter` of a folder list: the name, compared without regard to case."""
    if text is None:
        return lambda _: True
    match = _BY_NAME.fullmatch(text.strip())
    if match is None:
        raise exceptions.bad_request("The $filter option is not supported for folders.")
    wanted = (match["whole"] or match["start"] or "").replace("''", "'").lower()
    if match["start"] is not None:
        return lambda folder: folder.display_name.lower().startswith(wanted)
    return lambda folder: folder.display_name.lower() == wanted


def _required_text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise exceptions.bad_request(f"The value of '{name}' is missing.")
    return value


def _color(value: object) -> str:
    if value not in COLORS:
        raise exceptions.bad_request("The value of 'color' is not a category color.")
    return str(value)
