"""Which record type an Outlook item is (rules R1 to R5), and which folders are managed.

Responsible for folder and category names. Knows nothing of links.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from contact_sync.core.model import RecordType, TypePolicy

#: Categories of the calendar sync; they never route anything (R5).
CALENDAR_CATEGORIES = frozenset({"error in sap cloud for customer ssi", "visit"})


@dataclass(frozen=True)
class FolderFact:
    """One contact folder as the tap saw it."""

    folder_id: str
    name: str
    parent_id: str | None
    is_default: bool


@dataclass(frozen=True)
class Folders:
    """The contact folders of one mailbox, with their meaning.

    Attributes:
        names: Folder id -> display name, every folder of the tree.
        managed: Record type -> id of its managed folder; types without one are missing.
        typed: Folder id -> record type: managed folders, aliases, namesakes, and what lies below.
        lost: Types whose remembered folder is no longer in the tree.
    """

    names: Mapping[str, str]
    managed: Mapping[RecordType, str]
    typed: Mapping[str, RecordType]
    lost: frozenset[RecordType]


def find_folders(
    facts: Sequence[FolderFact],
    policies: Mapping[RecordType, TypePolicy],
    remembered: Mapping[RecordType, str],
) -> Folders:
    """Tell which folders are managed: the remembered id first, then name, then aliases.

    Several folders of one name (users and other tools make them): a direct child of the default
    folder beats deeper ones, then the lowest id, so that the choice never depends on the order
    of the listing. The others still route to the type, and so do all folders below one that does:
    sorting contacts into subfolders is no deletion. Their items are moved to the managed folder.
    """
    names = {fact.folder_id: fact.name for fact in facts}
    default = {fact.folder_id for fact in facts if fact.is_default}
    owners = {folder_id: record_type for record_type, folder_id in remembered.items()}
    managed: dict[RecordType, str] = {}
    typed: dict[str, RecordType] = {}
    for record_type, policy in policies.items():
        # A remembered folder keeps its type even when it was renamed to another type's name.
        ranked = [
            folder_id
            for folder_id in _ranked(facts, policy, default)
            if owners.get(folder_id, record_type) is record_type
        ]
        keep = remembered.get(record_type)
        if keep in names:
            managed[record_type] = keep
        elif ranked:
            managed[record_type] = ranked[0]
        for folder_id in ranked:
            typed.setdefault(folder_id, record_type)
    typed.update({folder_id: record_type for record_type, folder_id in managed.items()})
    typed = _with_subfolders(typed, facts)
    lost = frozenset(kind for kind, folder_id in remembered.items() if folder_id not in names)
    return Folders(names, managed, typed, lost)


def _with_subfolders(
    typed: Mapping[str, RecordType], facts: Iterable[FolderFact]
) -> dict[str, RecordType]:
    parents = {fact.folder_id: fact.parent_id for fact in facts}
    found = dict(typed)
    for folder_id in parents:
        path = [folder_id]
        while (above := parents.get(path[-1])) and path[-1] not in typed and above not in path:
            path.append(above)
        if path[-1] in typed:
            found[folder_id] = typed[path[-1]]
    return found


def _ranked(facts: Iterable[FolderFact], policy: TypePolicy, default: set[str]) -> list[str]:
    wanted = [name.casefold() for name in (policy.folder, *policy.folder_aliases)]
    hits = [
        (wanted.index(name), fact.parent_id not in default, fact.folder_id)
        for fact in facts
        if (name := fact.name.strip().casefold()) in wanted
    ]
    return [folder_id for _, _, folder_id in sorted(hits)]


@dataclass(frozen=True)
class Route:
    """Where an item belongs: a record type, nothing, or too many types."""

    record_type: RecordType | None = None
    is_ambiguous: bool = False


def route(
    folder_id: str,
    categories: Sequence[str],
    folders: Folders,
    policies: Mapping[RecordType, TypePolicy],
) -> Route:
    """Apply R1 to R5: the folder decides, then exactly one routing category.

    A category equal to the name of the item's own folder was put there by Exchange itself and
    does not route (reference: Exchange adds folder names as categories).
    """
    by_folder = folders.typed.get(folder_id)
    if by_folder is not None:
        return Route(by_folder)
    own_folder = folders.names.get(folder_id, "").casefold()
    borne = {entry.strip().casefold() for entry in categories} - {own_folder}
    types = {
        record_type
        for record_type, policy in policies.items()
        if not borne.isdisjoint(routing_categories(policy))
    }
    if len(types) > 1:
        return Route(is_ambiguous=True)
    return Route(next(iter(types), None))


def routing_categories(policy: TypePolicy) -> tuple[str, ...]:
    """Return the category names that route to a type, in lower case; never the calendar's."""
    names = _folded((policy.category, *policy.category_aliases))
    return tuple(name for name in names if name and name not in CALENDAR_CATEGORIES)


@lru_cache
def _folded(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of the settings as they are compared; asked for with every item."""
    return tuple(name.strip().casefold() for name in names)


def foreign_categories(
    record_type: RecordType | None, policies: Mapping[RecordType, TypePolicy]
) -> tuple[str, ...]:
    """Return the routing categories that an item of this type must not bear, in lower case.

    `None` stands for an item that left the sync: it must bear none.
    """
    own = routing_categories(policies[record_type]) if record_type else ()
    names = {name for policy in policies.values() for name in routing_categories(policy)}
    return tuple(sorted(names - set(own)))


def is_marked(
    record_type: RecordType,
    categories: Sequence[str],
    policies: Mapping[RecordType, TypePolicy],
) -> bool:
    """Whether a linked item bears its type's category and no other type's (I20)."""
    present = {entry.strip().casefold() for entry in categories}
    policy = policies[record_type]
    has_own = not policy.mark_with_category or policy.category.strip().casefold() in present
    return has_own and not present & set(foreign_categories(record_type, policies))


def with_mark(categories: Sequence[str], own: str, foreign: Sequence[str]) -> list[str]:
    """Return the categories with our own added and other types' taken off; the rest in order.

    Args:
        categories: What the item bears.
        own: Category to add; "" for none.
        foreign: Names to take off, lower case.
    """
    kept = [entry for entry in categories if entry.strip().casefold() not in foreign]
    if own and own.strip().casefold() not in {entry.strip().casefold() for entry in kept}:
        kept.append(own)
    return kept
