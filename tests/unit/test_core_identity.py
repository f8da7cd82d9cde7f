"""Identity of a pair: what a new item is beside the pairs that are the same (E10, I48)."""

from __future__ import annotations

from itertools import permutations, product

import pytest
from contact_sync.core.identity import (
    Twin,
    choose_twin,
    digests_of,
    identity_of,
    names_key,
    without_blanks,
)
from contact_sync.core.model import Link, Phase, RecordType, Side

CONTACT, ACCOUNT = RecordType.CONTACT, RecordType.ACCOUNT
CUSTOMER = RecordType.INDIVIDUAL_CUSTOMER
BLANKS = dict.fromkeys(("email", "first_name", "last_name", "company", "name", "phone"), "-")
ANN = {"email": "e", "first_name": "a", "last_name": "l", "company": "c", "phone": "p"}


@pytest.mark.parametrize(
    ("description", "kind", "changes", "is_known"),
    [
        ("all filled", CONTACT, {}, True),
        ("no company, but an address", CONTACT, {"company": "-"}, True),
        ("no address, but a company", CONTACT, {"email": "-"}, True),
        ("neither", CONTACT, {"email": "-", "company": "-"}, False),
        ("no first name", CONTACT, {"first_name": "-"}, False),
        ("no last name", CONTACT, {"last_name": "-"}, False),
        ("a customer without an address", CUSTOMER, {"email": "-", "company": ""}, False),
        ("an account", ACCOUNT, {"name": "n"}, True),
        ("an account without a name", ACCOUNT, {"name": "-"}, False),
        ("an account whose name is not mapped", ACCOUNT, {}, False),
    ],
)
def test_e10_an_identity_is_filled(
    description: str,
    kind: RecordType,
    changes: dict[str, str],
    is_known: bool,  # noqa: FBT001 - a column of the table
) -> None:
    found = identity_of(kind, {**ANN, **changes}, BLANKS)
    assert (found is not None) is is_known, description


@pytest.mark.parametrize("name", ["email", "first_name", "last_name"])
def test_e10_with_an_address_it_and_both_names_must_be_equal(name: str) -> None:
    assert identity_of(CONTACT, ANN, BLANKS) != identity_of(CONTACT, {**ANN, name: "x"}, BLANKS)
    assert identity_of(CONTACT, ANN, BLANKS) == identity_of(
        CUSTOMER, {**ANN, "company": "x"}, BLANKS
    )


def test_e10_one_address_is_not_none() -> None:
    without = {**ANN, "email": "-"}
    assert identity_of(CONTACT, ANN, BLANKS) != identity_of(CONTACT, without, BLANKS)
    assert identity_of(CONTACT, without, BLANKS) != identity_of(
        CONTACT, {**without, "company": "x"}, BLANKS
    )


def test_names_are_found_where_both_are_known() -> None:
    assert names_key(ANN) == "al"
    assert names_key({"name": "n", "email": "e"}) == "n"
    assert names_key({"last_name": "l"}) is None
    assert names_key({}) is None


def test_a_pair_is_what_each_side_shows() -> None:
    link = Link(
        link_id="1", mailbox="m", record_type=CONTACT, base_exchange={"a": "1"}, base_c4c={"a": "2"}
    )
    assert digests_of(link, Side.EXCHANGE) == {"a": "1"}
    assert digests_of(link, Side.C4C) == {"a": "2"}


def test_i48_a_blank_is_compared_with_nothing() -> None:
    link = Link(link_id="1", mailbox="m", record_type=CONTACT, base_exchange=ANN, base_c4c=ANN)
    met = without_blanks(link, {**ANN, "phone": "-"}, BLANKS)
    assert met.base_exchange == met.base_c4c == {n: d for n, d in ANN.items() if n != "phone"}


def twin(
    link_id: str = "1", phase: Phase = Phase.ACTIVE, kind: RecordType = CONTACT, **facts: bool
) -> Twin:
    link = Link(link_id=link_id, mailbox="m", record_type=kind, phase=phase)
    return Twin(link=link, **{"is_gone": False, **facts})


#: Phase -> (its item is gone, its item is there).
FATES = {
    Phase.ACTIVE: ("relink", "copy"),
    Phase.PINNED: ("relink", "copy"),
    Phase.ASLEEP: ("relink", "relink"),
    Phase.CONVERTING: ("copy", "copy"),
    Phase.PENDING: ("new", "new"),
    Phase.RETIRED: ("new", "new"),
}


@pytest.mark.parametrize(
    ("phase", "is_gone", "is_unsettled", "is_copied"),
    list(product(Phase, [True, False], [True, False], [True, False])),
)
def test_e10_what_a_new_item_is_beside_one_pair(
    phase: Phase, *, is_gone: bool, is_unsettled: bool, is_copied: bool
) -> None:
    one = twin(phase=phase, is_gone=is_gone, is_unsettled=is_unsettled, is_copied=is_copied)
    expected = FATES[phase][0 if is_gone else 1]
    if is_copied:
        expected = "copy"
    if is_unsettled:
        expected = "wait"
    assert choose_twin(CONTACT, [one])[0] == expected
    # In the folder of another type: only where the pair's own item is gone for sure.
    is_dragged = phase.is_live and is_gone and not is_unsettled and not is_copied
    assert choose_twin(CUSTOMER, [one])[0] == ("relink" if is_dragged else "new")


def test_i25_of_several_pairs_one_is_chosen_in_whatever_order() -> None:
    there, gone, sleeps = twin("1"), twin("2", is_gone=True), twin("0", Phase.ASLEEP)
    other = twin("00", kind=CUSTOMER, is_gone=True)
    for order in permutations([there, gone, sleeps, other]):
        assert choose_twin(CONTACT, order) == ("relink", gone.link)
    for order in permutations([there, sleeps, other]):
        assert choose_twin(CONTACT, order) == ("relink", sleeps.link)
    for order in permutations([there, other]):
        assert choose_twin(CONTACT, order) == ("copy", there.link)
    assert choose_twin(CONTACT, []) == ("new", None)
