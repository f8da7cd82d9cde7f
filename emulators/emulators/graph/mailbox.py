"""What happens inside a mailbox, whoever asks for it: the API or a user in Outlook.

Every change gets a sequence number and, unless deltas are blind to it, an entry in the log of
its folder. Rules about requests (versions, permissions, shapes) are not made here.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from emulators.graph import exceptions, fields
from emulators.graph.models import Contact, Folder, LogEntry, Mailbox, MasterCategory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emulators.clock import Clock
    from emulators.graph.ids import IdFactory
    from emulators.graph.switches import Switches

DEFAULT_FOLDER_NAME = "Contacts"
DELETED_FOLDER_NAME = "Deleted Items"


class MailboxEditor:
    """Changes mailboxes; callers hold the service's lock."""

    def __init__(self, clock: Clock, ids: IdFactory, switches: Switches) -> None:
        self._clock = clock
        self._ids = ids
        self._switches = switches
        self._late: list[Callable[[], None]] = []

    def create_mailbox(self, address: str, *, is_licensed: bool) -> Mailbox:
        """Return a new mailbox with its two built-in folders."""
        root_id = self._ids.folder()
        contacts = Folder(self._ids.folder(), DEFAULT_FOLDER_NAME, root_id)
        deleted = Folder(self._ids.folder(), DELETED_FOLDER_NAME, root_id)
        mailbox = Mailbox(
            user_id=self._ids.guid(),
            address=address.lower(),
            default_folder_id=contacts.id,
            deleted_folder_id=deleted.id,
            is_licensed=is_licensed,
        )
        mailbox.folders = {contacts.id: contacts, deleted.id: deleted}
        return mailbox

    def settle(self) -> None:
        """Let the service do what it does after it has answered."""
        late, self._late = self._late, []
        for change in late:
            change()

    def create(
        self,
        mailbox: Mailbox,
        folder_id: str,
        write: fields.Write,
        photo: bytes | None = None,
        *,
        by_user: bool = False,
    ) -> Contact:
        """Add an item to a folder; Outlook files what its user makes."""
        now = self._clock.now()
        mailbox.created_count += 1
        contact = Contact(
            immutable_id=self._ids.immutable(),
            classic_id=self._ids.classic(),
            folder_id=folder_id,
            number=mailbox.created_count,
            properties=fields.empty_properties() | write.properties,
            extended=dict(write.extended),
            photo=photo,
            change_key=self._ids.change_key(),
            created=now,
            modified=now,
            changed_at=0,
            moved_at=0,
        )
        is_filed = by_user or self._switches.file_as_derived
        fields.complete_names(contact.properties, write.properties, is_new=True, is_filed=is_filed)
        mailbox.contacts[contact.immutable_id] = contact
        mailbox.aliases[contact.classic_id] = contact.immutable_id
        contact.changed_at = contact.moved_at = self._log(mailbox, "created", contact)
        self._add_folder_category(mailbox, contact, contact.moved_at)
        return contact

    def update(
        self, mailbox: Mailbox, contact: Contact, write: fields.Write, *, by_user: bool = False
    ) -> None:
        """Apply a write to an item; an empty one gives it a new version all the same."""
        before = dict(contact.properties)
        contact.properties |= write.properties
        is_filed = by_user or self._switches.file_as_derived
        fields.complete_names(contact.properties, write.properties, is_new=False, is_filed=is_filed)
        contact.extended |= write.extended
        self._touch(contact)
        if write.extended and not write.properties and not self._switches.delta_extended_changes:
            return
        sequence = self._log(mailbox, "changed", contact)
        self._note_changes(contact, before, sequence)
        if "categories" in write.properties and not by_user:
            self._add_folder_category(mailbox, contact, sequence)

    def move(self, mailbox: Mailbox, contact: Contact, folder_id: str) -> None:
        """Move an item: the immutable id stays, the classic one is new."""
        self._log(mailbox, "removed", contact)
        del mailbox.aliases[contact.classic_id]
        contact.classic_id = self._ids.classic()
        contact.folder_id = folder_id
        mailbox.aliases[contact.classic_id] = contact.immutable_id
        self._touch(contact)
        contact.moved_at = self._log(mailbox, "arrived", contact)
        self._add_folder_category(mailbox, contact, contact.moved_at)

    def delete(self, mailbox: Mailbox, contact: Contact) -> None:
        """Move an item to Deleted Items; one that lies there already is gone."""
        if mailbox.is_deleted_folder(contact.folder_id):
            self.purge(mailbox, contact)
        else:
            self.move(mailbox, contact, mailbox.deleted_folder_id)

    def purge(self, mailbox: Mailbox, contact: Contact) -> None:
        """Remove an item for good."""
        self._log(mailbox, "removed", contact)
        del mailbox.contacts[contact.immutable_id]
        del mailbox.aliases[contact.classic_id]

    def set_photo(self, contact: Contact, photo: bytes) -> None:
        """Store a photo, or remove it if empty; deltas do not see it."""
        contact.photo = photo or None
        self._touch(contact)

    def bump_change_key(self, mailbox: Mailbox, contact: Contact) -> None:
        """Give an item a new version although nothing in it has changed."""
        contact.change_key = self._ids.change_key()
        contact.changed_at = self._log(mailbox, "changed", contact)

    def create_folder(self, mailbox: Mailbox, name: str, parent_id: str) -> Folder:
        """Add a folder; names are not checked, two clients can make the same one."""
        folder = Folder(self._ids.folder(), name, parent_id)
        mailbox.folders[folder.id] = folder
        return folder

    def delete_folder(self, mailbox: Mailbox, folder: Folder) -> None:
        """Move a folder with all it holds to Deleted Items."""
        folder.parent_id = mailbox.deleted_folder_id

    def purge_folder(self, mailbox: Mailbox, folder: Folder) -> None:
        """Remove a folder with all it holds for good."""
        for child in mailbox.child_folders(folder.id):
            self.purge_folder(mailbox, child)
        for contact in mailbox.contacts_in(folder.id):
            self.purge(mailbox, contact)
        del mailbox.folders[folder.id]

    def create_category(self, mailbox: Mailbox, name: str, color: str) -> MasterCategory:
        """Add a master category.

        Raises:
            GraphError: 409, the name is taken. Unconfirmed: status and code.
        """
        if any(old.display_name.lower() == name.lower() for old in mailbox.categories.values()):
            text = "A category with the specified name already exists."
            raise exceptions.GraphError(409, "ErrorItemExists", text)
        category = MasterCategory(self._ids.guid(), name, color)
        mailbox.categories[category.id] = category
        return category

    def _touch(self, contact: Contact) -> None:
        contact.change_key = self._ids.change_key()
        contact.modified = self._clock.now()

    def _log(self, mailbox: Mailbox, kind: str, contact: Contact) -> int:
        mailbox.sequence += 1
        entry = LogEntry(
            mailbox.sequence,
            self._clock.now(),
            contact.folder_id,
            kind,
            contact,
            contact.classic_id,
        )
        mailbox.log.setdefault(contact.folder_id, []).append(entry)
        return mailbox.sequence

    def _note_changes(self, contact: Contact, before: Mapping[str, Any], sequence: int) -> None:
        contact.changed_at = sequence
        changed = {name for name, value in contact.properties.items() if before[name] != value}
        if changed.intersection(fields.EMAIL_SLOTS):
            changed |= {*fields.EMAIL_SLOTS, "emailAddresses"}
        contact.property_changed_at |= dict.fromkeys(changed, sequence)

    def _add_folder_category(self, mailbox: Mailbox, contact: Contact, sequence: int) -> None:
        mode = self._switches.folder_name_category
        is_chosen = mode == "all" or (mode == "some" and contact.number % 2 == 0)
        folder = mailbox.folders[contact.folder_id]
        is_default = folder.id == mailbox.default_folder_id
        if not is_chosen or is_default or mailbox.is_deleted_folder(folder.id):
            return
        name = folder.display_name
        if name.lower() in (text.lower() for text in contact.properties["categories"]):
            return
        if self._switches.folder_name_category_late:
            self._late.append(partial(self._add_category_late, mailbox, contact, name))
        else:
            contact.properties["categories"] = [*contact.properties["categories"], name]
            contact.property_changed_at["categories"] = sequence

    def _add_category_late(self, mailbox: Mailbox, contact: Contact, name: str) -> None:
        categories = [*contact.properties["categories"], name]
        write = fields.Write({"categories": categories}, {}, None)
        if contact.immutable_id in mailbox.contacts:
            self.update(mailbox, contact, write, by_user=True)
