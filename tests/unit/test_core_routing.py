"""Which folders are managed, what lies below them, and what categories make of an item."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from contact_sync.core.model import RecordType, TypePolicy
from contact_sync.core.routing import (
    FolderFact,
    Route,
    find_folders,
    foreign_categories,
    is_marked,
    route,
    routing_categories,
    with_mark,
)

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


def test_a_remembered_folder_that_is_gone_gives_way_to_one_of_that_name() -> None:
    facts = [ROOT, FolderFact("c", "SAP C4C Contacts", "root", is_default=False)]
    remembered = {RecordType.CONTACT: "gone", RecordType.ACCOUNT: "gone too"}
    folders = find_folders(facts, POLICIES, remembered)
    assert folders.managed == {RecordType.CONTACT: "c"}
    assert folders.lost == {RecordType.CONTACT, RecordType.ACCOUNT}
    assert folders.names == {"root": "Contacts", "c": "SAP C4C Contacts"}


ALIASED = {
    RecordType.CONTACT: replace(
        POLICIES[RecordType.CONTACT], category=" C ", category_aliases=("Customer", "Visit", "")
    ),
    RecordType.ACCOUNT: POLICIES[RecordType.ACCOUNT],
}
TREE = find_folders(
    [
        ROOT,
        FolderFact("c", "SAP C4C Contacts", "root", is_default=False),
        FolderFact("a-folder", "A", "root", is_default=False),
        FolderFact("friends", "Friends", "root", is_default=False),
    ],
    ALIASED,
    {},
)


@pytest.mark.parametrize(
    ("description", "folder", "categories", "expected"),
    [
        ("R1: the folder decides", "c", ["A"], Route(RecordType.CONTACT)),
        ("R2: one category", "friends", ["Red", "a "], Route(RecordType.ACCOUNT)),
        ("an alias routes as well", "friends", ["CUSTOMER"], Route(RecordType.CONTACT)),
        ("two names of one type", "friends", ["Customer", "C"], Route(RecordType.CONTACT)),
        ("R3: two types", "friends", ["A", "C"], Route(is_ambiguous=True)),
        ("R4: none", "friends", ["Red"], Route()),
        ("no categories", "root", [], Route()),
        ("R5: the calendar's category", "friends", ["Visit"], Route()),
        ("a blank category", "friends", [""], Route()),
        ("what Exchange called after the folder", "a-folder", ["A"], Route()),
        ("and the user's own beside it", "a-folder", ["A", "C"], Route(RecordType.CONTACT)),
        ("a folder that was not listed", "?", ["A"], Route(RecordType.ACCOUNT)),
    ],
)
def test_r1_to_r5_an_item_is_routed(
    description: str, folder: str, categories: list[str], expected: Route
) -> None:
    assert route(folder, categories, TREE, ALIASED) == expected, description


def test_routing_categories_are_in_lower_case_and_never_the_calendars() -> None:
    assert routing_categories(ALIASED[RecordType.CONTACT]) == ("c", "customer")
    calendar = replace(ALIASED[RecordType.ACCOUNT], category="Error in SAP Cloud for Customer SSI ")
    assert routing_categories(calendar) == ()


def test_i20_the_categories_of_other_types_are_foreign() -> None:
    assert foreign_categories(RecordType.ACCOUNT, ALIASED) == ("c", "customer")
    assert foreign_categories(RecordType.CONTACT, ALIASED) == ("a",)
    assert foreign_categories(None, ALIASED) == ("a", "c", "customer")
    shared = ALIASED | {RecordType.ACCOUNT: replace(POLICIES[RecordType.ACCOUNT], category="C")}
    assert foreign_categories(RecordType.ACCOUNT, shared) == ("customer",)


@pytest.mark.parametrize(
    ("description", "categories", "marks", "expected"),
    [
        ("its own", ["Red", " c"], True, True),
        ("none", ["Red"], True, False),
        ("an alias is not the mark", ["Customer"], True, False),
        ("another type's beside its own", ["C", "A"], True, False),
        ("types that are not marked need none", [], False, True),
        ("but must not bear another's", ["a"], False, False),
    ],
)
def test_i20_an_item_is_marked(
    description: str,
    categories: list[str],
    marks: bool,  # noqa: FBT001 - a column of the table
    expected: bool,  # noqa: FBT001 - the same
) -> None:
    own = replace(ALIASED[RecordType.CONTACT], mark_with_category=marks)
    policies = ALIASED | {RecordType.CONTACT: own}
    assert is_marked(RecordType.CONTACT, categories, policies) is expected, description


@pytest.mark.parametrize(
    ("description", "categories", "own", "expected"),
    [
        ("added behind the user's", ["Red", "Blue"], "C", ["Red", "Blue", "C"]),
        ("there already, in the user's spelling", ["c ", "Red"], "C", ["c ", "Red"]),
        ("others' are taken off", ["Red", " A", "Blue"], "C", ["Red", "Blue", "C"]),
        ("nothing of our own to add", ["Red", "A"], "", ["Red"]),
        ("none at all", [], "", []),
    ],
)
def test_i19_marking_keeps_the_users_categories(
    description: str, categories: list[str], own: str, expected: list[str]
) -> None:
    before = list(categories)
    assert with_mark(categories, own, ("a",)) == expected, description
    assert categories == before
