"""Which contacts may leave the mailbox. Pure: no request, no store, no clock.

A personal contact (neither in a managed folder, nor with a routing category, nor known to the
sync) must never be emitted or logged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from exchange_client import Contact, Folder

#: Categories of the calendar sync; they never bring a contact into the sync.
CALENDAR_CATEGORIES = frozenset({"error in sap cloud for customer ssi", "visit"})


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The rule that decides on one contact.

    Attributes:
        is_everything: Every contact of the mailbox is wanted.
        folder_names: Names of managed folders, case-folded.
        categories: Routing categories, case-folded.
        folder_ids: Managed folders that were remembered by id, whatever their name is now.
    """

    is_everything: bool
    folder_names: frozenset[str]
    categories: frozenset[str]
    folder_ids: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        *,
        scope: str,
        managed_folders: Iterable[str],
        routing_categories: Iterable[str],
        folder_ids: Collection[str] = (),
    ) -> Scope:
        """Build the rule from the settings and the remembered folders."""
        return cls(
            is_everything=scope == "all",
            folder_names=_folded(managed_folders),
            categories=_folded(routing_categories) - CALENDAR_CATEGORIES,
            folder_ids=frozenset(folder_ids),
        )

    def managed(self, folders: Iterable[Folder]) -> frozenset[str]:
        """Return the ids of the managed folders among `folders`, and of all below them."""
        folders = tuple(folders)
        found = {
            folder.id
            for folder in folders
            if folder.id in self.folder_ids or _fold(folder.display_name) in self.folder_names
        }
        while below := {f.id for f in folders if f.parent_id in found} - found:
            found |= below
        return frozenset(found)

    def admits(self, contact: Contact, managed: Collection[str]) -> bool:
        """Whether the contact may leave, `managed` being the ids of the managed folders."""
        return (
            self.is_everything
            or contact.folder_id in managed
            or not self.categories.isdisjoint(_folded(contact.properties.get("categories") or ()))
        )


def _fold(name: str) -> str:
    return name.strip().casefold()


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(_fold(name) for name in names)
