"""Which folders are managed, and what lies below them; the order of a listing never matters."""

from __future__ import annotations

from itertools import permutations

from contact_sync.core.model import RecordType, TypePolicy
from contact_sync.core.routing import FolderFact, find_folders

POLICIES = {
    RecordType.CONTACT: TypePolicy(
        record_type=RecordType.CONTACT,
        folder="SAP C4C Contacts",
        folder_aliases=("SAP Contacts",),
        category="C",
        category_aliases=(),
    ),
    RecordType.ACCOUNT: TypePolicy(
        record_type=RecordType.ACCOUNT,
        folder="SAP C4C Accounts",
        folder_aliases=(),
        category="A",
        category_aliases=(),
    ),
}
ROOT = FolderFact("root", "Contacts", None, is_default=True)


def test_i25_of_several_folders_of_one_name_the_same_is_managed_in_any_order() -> None:
    facts = [
        ROOT,
        FolderFact("b", "SAP C4C Contacts", "root", is_default=False),
        FolderFact("a", "sap c4c contacts ", "root", is_default=False),
        FolderFact("0", "SAP C4C Contacts", "b", is_default=False),
        FolderFact("1", "SAP Contacts", "root", is_default=False),
    ]
    for order in permutations(facts):
        folders = find_folders(order, POLICIES, {})
        assert folders.managed == {RecordType.CONTACT: "a"}
        assert set(folders.typed) == {"a", "b", "0", "1"}


def test_a_remembered_folder_stays_the_managed_one() -> None:
    facts = [
        ROOT,
        FolderFact("renamed", "SAP C4C Accounts", "root", is_default=False),
        FolderFact("named", "SAP C4C Contacts", "root", is_default=False),
    ]
    folders = find_folders(facts, POLICIES, {RecordType.CONTACT: "renamed"})
    assert folders.managed[RecordType.CONTACT] == "renamed"
    assert folders.typed == {"renamed": RecordType.CONTACT, "named": RecordType.CONTACT}
    assert folders.lost == frozenset()
    assert find_folders(facts, POLICIES, {RecordType.CONTACT: "gone"}).lost == {RecordType.CONTACT}


def test_r1_what_lies_below_a_managed_folder_has_its_type() -> None:
    facts = [
        ROOT,
        FolderFact("c", "SAP C4C Contacts", "root", is_default=False),
        FolderFact("c1", "A to M", "c", is_default=False),
        FolderFact("c2", "Deeper", "c1", is_default=False),
        FolderFact("a", "SAP C4C Accounts", "c2", is_default=False),
        FolderFact("a1", "Below", "a", is_default=False),
        FolderFact("p", "Friends", "root", is_default=False),
        FolderFact("loop", "Loop", "loop", is_default=False),
    ]
    for order in (facts, facts[::-1]):
        typed = find_folders(order, POLICIES, {}).typed
        assert typed == {
            **dict.fromkeys(("c", "c1", "c2"), RecordType.CONTACT),
            **dict.fromkeys(("a", "a1"), RecordType.ACCOUNT),
        }
