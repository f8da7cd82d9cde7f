"""Finds what a request names, and refuses what it may not see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulators.graph import exceptions
from emulators.graph.ids import is_well_formed

if TYPE_CHECKING:
    from emulators.graph.directory import Directory, Grant
    from emulators.graph.models import Contact, Folder, Mailbox
    from emulators.graph.switches import Switches
    from emulators.graph.urls import Route

WELL_KNOWN = "contacts"


@dataclass
class Tenant:
    """All mailboxes, by address."""

    mailboxes: dict[str, Mailbox] = field(default_factory=dict)

    def find(self, user: str) -> Mailbox | None:
        """Return the mailbox of a principal name or a directory id."""
        found = self.mailboxes.get(user.lower())
        if found is not None:
            return found
        return next((box for box in self.mailboxes.values() if box.user_id == user.lower()), None)


class Access:
    """Resolves the parts of a route; callers hold the service's lock."""

    def __init__(self, tenant: Tenant, directory: Directory, switches: Switches) -> None:
        self._tenant = tenant
        self._directory = directory
        self._switches = switches

    def mailbox(self, route: Route, grant: Grant, method: str) -> Mailbox:
        """Return the mailbox, if the token allows the operation on it.

        Raises:
            GraphError: 403 permission or mailbox scope; 404 unknown user or no mailbox.
        """
        area = "MailboxSettings" if route.operation.startswith("categories.") else "Contacts"
        accepted = {f"{area}.ReadWrite"} | ({f"{area}.Read"} if method == "GET" else set())
        if not accepted & self._directory.permissions(grant):
            raise exceptions.access_denied()
        mailbox = self._tenant.find(route.user)
        if mailbox is None:
            raise exceptions.unknown_user(route.user)
        if not mailbox.is_licensed:
            raise exceptions.no_mailbox()
        if mailbox.is_denied or grant.user not in {None, mailbox.address}:
            raise exceptions.access_denied()
        return mailbox

    def folder(self, mailbox: Mailbox, route: Route) -> Folder:
        """Return the folder a path names; the default folder if it names none.

        Raises:
            GraphError: 400 malformed id; 404 no such contact folder. v1.0 does not show deleted
                folders, nor Deleted Items.
        """
        folder = self._folder(mailbox, route.folder_id)
        if route.parent_id is not None:
            parent = self._folder(mailbox, route.parent_id)
            if folder.parent_id != parent.id:
                raise exceptions.item_not_found()
        return folder

    def contact(self, mailbox: Mailbox, route: Route) -> Contact:
        """Return the item a path names; without a folder in the path, from any folder.

        Raises:
            GraphError: 400 malformed id; 404 not there, or not in the folder that is named.
        """
        contact_id = route.contact_id or ""
        if not is_well_formed(contact_id):
            raise exceptions.malformed_id()
        contact = mailbox.find(contact_id)
        if contact is None:
            raise self._unknown(mailbox, contact_id)
        is_flat = route.folder_id is None and self._switches.flat_contact_path != "all"
        if is_flat and contact.folder_id != mailbox.default_folder_id:
            raise exceptions.item_not_found()
        if route.folder_id is not None and self.folder(mailbox, route).id != contact.folder_id:
            raise exceptions.item_not_found()
        is_hidden = not self._switches.deleted_items_readable
        if is_hidden and mailbox.is_deleted_folder(contact.folder_id):
            raise exceptions.item_not_found()
        return contact

    def _unknown(self, mailbox: Mailbox, wanted: str) -> exceptions.GraphError:
        """Return the refusal of an id that the mailbox does not have."""
        others = (box for box in self._tenant.mailboxes.values() if box is not mailbox)
        is_foreign = wanted in mailbox.foreign or any(box.knows(wanted) for box in others)
        if is_foreign:
            return exceptions.foreign_id(self._switches.foreign_id)
        return exceptions.item_not_found()

    def check_version(self, contact: Contact, if_match: str | None) -> None:
        """Compare an `If-Match` header with the item's change key.

        Raises:
            GraphError: 412.
        """
        if if_match is None or if_match == "*" or self._switches.if_match == "ignored":
            return
        if if_match.removeprefix("W/").strip('"') != contact.change_key:
            raise exceptions.conflict()

    def _folder(self, mailbox: Mailbox, folder_id: str | None) -> Folder:
        if folder_id in {None, WELL_KNOWN}:
            return mailbox.folders[mailbox.default_folder_id]
        if not is_well_formed(folder_id or ""):
            raise exceptions.malformed_id()
        folder = mailbox.folders.get(folder_id or "")
        if folder is None:
            raise self._unknown(mailbox, folder_id or "")
        if mailbox.is_deleted_folder(folder.id):
            raise exceptions.item_not_found()
        return folder
