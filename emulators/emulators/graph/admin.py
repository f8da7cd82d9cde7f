"""What a test or a demo does to the tenant: users in Outlook, administrators, the weather.

Users act on the model directly: no permission, fault or limit stands in their way. Ids of
contacts are immutable ids in arguments and results; folders are named by id or by well-known
name `contacts`. All values are JSON, so each method works in process and over HTTP alike.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from emulators.admin import ServiceAdmin
from emulators.graph import exceptions, fields
from emulators.graph.access import WELL_KNOWN

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from emulators.clock import Clock
    from emulators.faults import FaultScript
    from emulators.graph.access import Tenant
    from emulators.graph.directory import Directory
    from emulators.graph.mailbox import MailboxEditor
    from emulators.graph.models import Contact, Mailbox
    from emulators.graph.switches import Switches
    from emulators.graph.traffic import Counters, Recorder


class GraphAdmin(ServiceAdmin):
    """Administration of the Graph emulator; see `ServiceAdmin` for clock and faults."""

    def __init__(  # noqa: PLR0913 - the service's parts, named at the only call
        self,
        *,
        clock: Clock,
        faults: FaultScript,
        lock: threading.RLock,
        tenant: Tenant,
        directory: Directory,
        editor: MailboxEditor,
        switches: Switches,
        counters: Counters,
        recorder: Recorder,
    ) -> None:
        super().__init__(clock, faults)
        self._lock = lock
        self._tenant = tenant
        self._directory = directory
        self._editor = editor
        self._switches = switches
        self._counters = counters
        self._recorder = recorder

    def add_mailbox(
        self,
        address: str,
        licensed: bool = True,  # noqa: FBT001, FBT002 - reads well over HTTP
        folders: Sequence[str] = (),
        categories: Sequence[str] = (),
    ) -> str:
        """Create a user's mailbox with folders below Contacts; return the user's id.

        Raises:
            ValueError: The address is taken.
        """
        with self._lock:
            if self._tenant.find(address) is not None:
                raise ValueError("the mailbox exists")
            mailbox = self._editor.create_mailbox(address, is_licensed=licensed)
            self._tenant.mailboxes[mailbox.address] = mailbox
            self._directory.device_user = self._directory.device_user or mailbox.address
            for name in folders:
                self._editor.create_folder(mailbox, name, mailbox.default_folder_id)
            for name in categories:
                self._editor.create_category(mailbox, name, "none")
            return mailbox.user_id

    def create_folder(self, mailbox: str, name: str, parent: str | None = None) -> str:
        """Create a folder below Contacts or another folder; an equal name is no obstacle."""
        with self._lock:
            box = self._mailbox(mailbox)
            return self._editor.create_folder(box, name, self._folder(box, parent)).id

    def rename_folder(self, mailbox: str, folder: str, name: str) -> None:
        """Give a folder another name."""
        with self._lock:
            box = self._mailbox(mailbox)
            box.folders[self._folder(box, folder)].display_name = name

    def delete_folder(self, mailbox: str, folder: str) -> None:
        """Move a folder with all it holds to Deleted Items."""
        with self._lock:
            box = self._mailbox(mailbox)
            self._editor.delete_folder(box, box.folders[self._folder(box, folder)])

    def restore_folder(self, mailbox: str, folder: str, parent: str | None = None) -> None:
        """Move a folder out of Deleted Items, or below another folder."""
        with self._lock:
            box = self._mailbox(mailbox)
            box.folders[self._folder(box, folder)].parent_id = self._folder(box, parent)

    def create_contact(
        self,
        mailbox: str,
        folder: str | None,
        properties: dict[str, Any],
        extended: dict[str, str] | None = None,
        photo_base64: str | None = None,
    ) -> str:
        """Create a contact as a user does; return its immutable id.

        Args:
            mailbox: Address or user id.
            folder: Folder id; None or `contacts` = the default folder.
            properties: Graph v1.0 names and shapes.
            extended: Extended property id -> value.
            photo_base64: JPEG bytes.
        """
        with self._lock:
            box = self._mailbox(mailbox)
            write = self._write(properties, extended, fields.empty_properties())
            photo = None if photo_base64 is None else base64.b64decode(photo_base64)
            contact = self._editor.create(
                box, self._folder(box, folder), write, photo, by_user=True
            )
            self._editor.settle()
            return contact.immutable_id

    def edit_contact(
        self,
        mailbox: str,
        contact: str,
        properties: dict[str, Any],
        extended: dict[str, str] | None = None,
    ) -> None:
        """Change properties of a contact; lists and addresses are replaced, as in a PATCH."""
        with self._lock:
            box, item = self._contact(mailbox, contact)
            write = self._write(properties, extended, item.properties)
            self._editor.update(box, item, write, by_user=True)

    def set_categories(self, mailbox: str, contact: str, categories: Sequence[str]) -> None:
        """Replace the categories of a contact."""
        self.edit_contact(mailbox, contact, {"categories": list(categories)})

    def set_photo(self, mailbox: str, contact: str, photo_base64: str | None) -> None:
        """Set or remove the photo of a contact."""
        with self._lock:
            _, item = self._contact(mailbox, contact)
            self._editor.set_photo(item, base64.b64decode(photo_base64 or ""))

    def delete_contact(self, mailbox: str, contact: str) -> None:
        """Move a contact to Deleted Items; one that lies there is removed for good."""
        with self._lock:
            self._editor.delete(*self._contact(mailbox, contact))

    def restore_contact(self, mailbox: str, contact: str, folder: str | None) -> None:
        """Move a contact from Deleted Items to a folder."""
        self.move_contact(mailbox, contact, folder)

    def move_contact(self, mailbox: str, contact: str, folder: str | None) -> None:
        """Drag a contact to another folder: the immutable id stays, the classic one is new."""
        with self._lock:
            box, item = self._contact(mailbox, contact)
            self._editor.move(box, item, self._folder(box, folder))
            self._editor.settle()

    def copy_contact(self, mailbox: str, contact: str, folder: str | None) -> str:
        """Copy a contact with everything on it, its extended properties included."""
        with self._lock:
            box, item = self._contact(mailbox, contact)
            write = fields.Write(dict(item.properties), dict(item.extended), None)
            copy = self._editor.create(
                box, self._folder(box, folder), write, item.photo, by_user=True
            )
            self._editor.settle()
            return copy.immutable_id

    def purge(self, mailbox: str, contact: str | None = None) -> None:
        """Remove a contact for good, or empty Deleted Items."""
        with self._lock:
            box = self._mailbox(mailbox)
            if contact is not None:
                self._editor.purge(*self._contact(mailbox, contact))
                return
            for folder in box.child_folders(box.deleted_folder_id):
                self._editor.purge_folder(box, folder)
            for item in box.contacts_in(box.deleted_folder_id):
                self._editor.purge(box, item)

    def bump_change_key(self, mailbox: str, contact: str) -> None:
        """Give a contact a new version although nothing in it has changed."""
        with self._lock:
            self._editor.bump_change_key(*self._contact(mailbox, contact))

    def expire_delta_tokens(self, mailbox: str | None = None) -> None:
        """Let all delta and next links of one mailbox, or of all, expire."""
        with self._lock:
            for box in self._boxes(mailbox):
                box.delta_epoch += 1

    def expire_tokens(self) -> None:
        """Let all access tokens given out so far expire."""
        with self._lock:
            self._directory.grants.clear()

    def set_mailbox(
        self,
        mailbox: str,
        licensed: bool | None = None,  # noqa: FBT001 - reads well over HTTP
        denied: bool | None = None,  # noqa: FBT001 - as above
        full: bool | None = None,  # noqa: FBT001 - as above
        named_full: bool | None = None,  # noqa: FBT001 - as above
    ) -> None:
        """Change a mailbox: its licence, the app's access to it, its quotas. None = as it is."""
        with self._lock:
            box = self._mailbox(mailbox)
            box.is_licensed = box.is_licensed if licensed is None else licensed
            box.is_denied = box.is_denied if denied is None else denied
            box.is_full = box.is_full if full is None else full
            box.is_named_full = box.is_named_full if named_full is None else named_full

    def replace_mailbox(self, mailbox: str) -> None:
        """Put a new, empty mailbox under the same address; the ids of the old one mean nothing."""
        with self._lock:
            old = self._mailbox(mailbox)
            new = self._editor.create_mailbox(old.address, is_licensed=True)
            new.foreign = {*old.foreign, *old.contacts, *old.aliases, *old.folders}
            self._tenant.mailboxes[old.address] = new

    def set_app_roles(self, roles: Sequence[str]) -> None:
        """Replace the application permissions with consent."""
        with self._lock:
            self._directory.roles = frozenset(roles)

    def set_device_user(self, address: str) -> None:
        """Choose the user who completes device code flows."""
        with self._lock:
            self._directory.device_user = self._mailbox(address).address

    def register_certificate(self, certificate_pem: str) -> None:
        """Register the app's certificate (PEM), replacing the one before."""
        with self._lock:
            self._directory.certificate_pem = certificate_pem

    def set_switch(self, name: str, value: Any) -> None:  # noqa: ANN401 - a value of the switch
        """Set one of `switches.Switches`.

        Raises:
            ValueError: No such switch, or a value it does not know.
        """
        with self._lock:
            self._switches.set(name, value)

    def switches(self) -> dict[str, Any]:
        """Return all switches with their values."""
        return asdict(self._switches)

    def counters(self) -> dict[str, Any]:
        """Return the numbers of requests, batches, delta calls and committed writes."""
        return self._counters.report()

    def reset_counters(self) -> None:
        """Set all numbers to zero."""
        self._counters.reset()

    def record_traffic(self, on: bool = True) -> None:  # noqa: FBT001, FBT002 - reads well over HTTP
        """Start with an empty record of requests and answers, or stop recording."""
        self._recorder.is_on = on
        if on:
            self._recorder.clear()

    def recorded_traffic(self) -> list[dict[str, Any]]:
        """Return the recorded requests with their answers, oldest first."""
        return self._recorder.records()

    def dump(self) -> dict[str, Any]:
        """Return the state of all mailboxes, in an order that does not depend on its history."""
        with self._lock:
            return {
                "mailboxes": {
                    address: _mailbox_dump(box)
                    for address, box in sorted(self._tenant.mailboxes.items())
                }
            }

    @override
    def add_fault(self, **fault: Any) -> int:
        """Register a fault; kinds `outlook_before`/`outlook_after` name a method of this class.

        Raises:
            ValueError: Unknown kind or method.
            TypeError: Unknown attribute.
        """
        call = fault.get("options", {}).get("call")
        if call is not None and (call.startswith("_") or not hasattr(self, call)):
            raise ValueError(f"unknown administration method {call!r}")
        return super().add_fault(**fault)

    def _write(
        self, properties: dict[str, Any], extended: dict[str, str] | None, before: dict[str, Any]
    ) -> fields.Write:
        values = [{"id": key, "value": value} for key, value in (extended or {}).items()]
        body = {**properties, "singleValueExtendedProperties": values}
        try:
            return fields.parse_write(body, before, self._switches)
        except exceptions.GraphError as error:
            raise ValueError(error.message) from error

    def _boxes(self, mailbox: str | None) -> list[Mailbox]:
        if mailbox is None:
            return list(self._tenant.mailboxes.values())
        return [self._mailbox(mailbox)]

    def _mailbox(self, mailbox: str) -> Mailbox:
        found = self._tenant.find(mailbox)
        if found is None:
            raise LookupError("no such mailbox")
        return found

    def _folder(self, box: Mailbox, folder: str | None) -> str:
        if folder in {None, WELL_KNOWN}:
            return box.default_folder_id
        if folder not in box.folders:
            raise LookupError("no such folder")
        return str(folder)

    def _contact(self, mailbox: str, contact: str) -> tuple[Mailbox, Contact]:
        box = self._mailbox(mailbox)
        found = box.find(contact)
        if found is None:
            raise LookupError("no such contact")
        return box, found


def _mailbox_dump(box: Mailbox) -> dict[str, Any]:
    return {
        "user_id": box.user_id,
        "folders": [
            {
                "id": folder.id,
                "display_name": folder.display_name,
                "parent_id": folder.parent_id,
                "is_default": folder.id == box.default_folder_id,
                "is_deleted": box.is_deleted_folder(folder.id),
            }
            for folder in sorted(box.folders.values(), key=lambda folder: folder.id)
        ],
        "contacts": [
            _contact_dump(box, item)
            for item in sorted(box.contacts.values(), key=lambda item: item.immutable_id)
        ],
        "categories": sorted(
            (asdict(category) for category in box.categories.values()),
            key=lambda category: str(category["display_name"]),
        ),
    }


def _contact_dump(box: Mailbox, item: Contact) -> dict[str, Any]:
    folder = box.folders[item.folder_id]
    return {
        "id": item.immutable_id,
        "classic_id": item.classic_id,
        "folder_id": folder.id,
        "folder": folder.display_name,
        "in_deleted_items": box.is_deleted_folder(folder.id),
        "change_key": item.change_key,
        "created": item.created.isoformat(),
        "modified": item.modified.isoformat(),
        "properties": fields.visible_properties(item.properties),
        "extended": dict(sorted(item.extended.items())),
        "photo_sha256": None if item.photo is None else hashlib.sha256(item.photo).hexdigest(),
    }
