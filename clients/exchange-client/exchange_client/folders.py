"""Contact folders: the tree, one by its id, a new one.

Source: Graph docs, "List contactFolders". The default folder is not in that list; its
well-known name `contacts` stands in for the id (as used by Evolution on v1.0).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from exchange_client.answers import is_foreign_id, is_proven_absent, parse_object
from exchange_client.api import DEFAULT_FOLDER, GraphApi, entries_of, path_of, query_of
from exchange_client.batch import body_of, read_batches
from exchange_client.errors import (
    ExchangeError,
    NotFoundError,
    ProtocolError,
    RejectedError,
    TransientError,
)
from exchange_client.model import Folder
from exchange_client.retry import Safety
from exchange_client.trouble import of_default_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_PAGE = query_of({"$top": "999"})
#: More levels than anybody nests; a chain of parents that is longer is none.
_DEEPEST = 50


def list_folders(api: GraphApi, mailbox: str) -> list[Folder]:
    """Read the tree level by level: one round trip per level (of up to 20 folders)."""
    default, top = read_batches(
        api,
        mailbox,
        [
            path_of(mailbox, "contactFolders", DEFAULT_FOLDER),
            path_of(mailbox, "contactFolders") + _PAGE,
        ],
    )
    if isinstance(default, ExchangeError):
        raise of_default_folder(default)
    root = _folder(default, parent_id=None, is_default=True)
    folders = {root.id: root}
    level = [
        _folder(entry, parent_id=root.id) for entry in _all_entries(api, mailbox, body_of(top))
    ]
    while level := [folder for folder in level if folder.id not in folders]:
        folders.update({folder.id: folder for folder in level})
        level = _children(api, mailbox, level)
    return list(folders.values())


def create_folder(api: GraphApi, mailbox: str, display_name: str) -> Folder:
    """Create below the default folder; the name is the key, so a repetition is harmless."""
    path = path_of(mailbox, "contactFolders")
    body = {"displayName": display_name}
    try:
        response = api.post(mailbox, path, body, safety=Safety.REPEATABLE)
    except RejectedError as error:
        if error.status != HTTPStatus.CONFLICT and error.code.lower() != "errorfolderexists":
            raise
        existing = _find(api, mailbox, display_name)
        if existing is None:
            raise
        return existing
    return _folder(parse_object(response.content), parent_id=None)


def find_folder(
    api: GraphApi, mailbox: str, folder_id: str, tree: Collection[str]
) -> Folder | None:
    """Read a folder by its id; None only if it is proven not to be a contact folder any more.

    A listing that lacks a folder proves nothing; one that was deleted may still answer, with a
    parent that no contact folder is.

    Args:
        api: The service.
        mailbox: Whose it is.
        folder_id: The folder.
        tree: Ids of folders that are known to be contact folders, the default one among them.
    """
    found: Folder | None = None
    above: str | None = folder_id
    for _ in range(_DEEPEST):
        if above is None:
            return None
        try:
            folder = _folder(
                api.get(mailbox, path_of(mailbox, "contactFolders", above)), parent_id=None
            )
        except ExchangeError as error:
            if is_proven_absent(error) or is_foreign_id(error):
                return None
            raise
        found = found or folder
        above = folder.parent_id
        if above in tree:
            return found
    return None


def _find(api: GraphApi, mailbox: str, display_name: str) -> Folder | None:
    """Names compare in any case; of several, the same one is chosen every time."""
    found = [
        folder
        for folder in (
            _folder(entry, parent_id=None)
            for entry in api.items(mailbox, path_of(mailbox, "contactFolders") + _PAGE)
        )
        if folder.display_name.casefold() == display_name.casefold()
    ]
    return min(found, key=lambda f: (f.display_name != display_name, f.id), default=None)


def _children(api: GraphApi, mailbox: str, parents: list[Folder]) -> list[Folder]:
    paths = [path_of(mailbox, "contactFolders", f.id, "childFolders") + _PAGE for f in parents]
    children: list[Folder] = []
    try:
        for parent, answer in zip(parents, read_batches(api, mailbox, paths), strict=True):
            entries = _all_entries(api, mailbox, body_of(answer))
            children += [_folder(entry, parent_id=parent.id) for entry in entries]
    except NotFoundError as error:
        # A tree with a hole must not pass for the whole tree.
        raise TransientError(
            "the folders changed while they were read", code=error.code, status=error.status
        ) from None
    return children


def _all_entries(
    api: GraphApi, mailbox: str, first_page: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    yield from entries_of(first_page)
    if link := first_page.get("@odata.nextLink"):
        yield from api.items(mailbox, api.own_link(link))


def _folder(entity: dict[str, Any], *, parent_id: str | None, is_default: bool = False) -> Folder:
    folder_id, name = entity.get("id"), entity.get("displayName")
    above = entity.get("parentFolderId") or parent_id
    if not isinstance(folder_id, str) or not isinstance(name, str):
        raise ProtocolError("a folder without id or name", code="bad_folder")
    if above is not None and not isinstance(above, str):
        raise ProtocolError("a folder without a usable parent", code="bad_folder")
    return Folder(
        id=folder_id,
        display_name=name,
        parent_id=above,
        is_default=is_default,
    )
