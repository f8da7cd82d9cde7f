"""Links: saving, finding, counting."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from contact_sync.core.model import Link, Owes, Phase, RecordType, Side
from contact_sync.store import Store
from contact_sync.store.tables import link as link_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADA = "ada@contoso.example"
BOB = "bob@contoso.example"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "sync.db")) as opened:
        yield opened


def link(link_id: str, phase: Phase = Phase.ACTIVE, **others: object) -> Link:
    base = Link(link_id=link_id, mailbox=ADA, record_type=RecordType.CONTACT, phase=phase)
    return base.but(**others)


FULL = Link(
    link_id="full",
    mailbox=ADA,
    record_type=RecordType.INDIVIDUAL_CUSTOMER,
    phase=Phase.CONVERTING,
    owes=Owes.MOVE,
    exchange_id="item",
    exchange_version="key",
    exchange_folder_id="folder",
    c4c_id="A" * 32,
    c4c_etag="W/\"datetimeoffset'2026-11-22T10:00:00.0000000Z'\"",
    c4c_changed_at="2026-11-22T10:00:00Z",
    account_id="1000123",
    in_view=True,
    is_hidden=True,
    successor="other",
    base_exchange={"email": "11", "city": "22"},
    base_c4c={"email": "33"},
)


def test_table_has_a_column_for_each_attribute() -> None:
    assert [column.name for column in link_table.columns] == [
        *(attribute.name for attribute in dataclasses.fields(Link)),
        *("names_exchange", "names_c4c"),
    ]


@pytest.mark.parametrize("entry", [FULL, link("bare", Phase.PENDING)])
def test_link_comes_back_as_it_was_saved(store: Store, entry: Link) -> None:
    store.links.save(entry)
    assert store.links.get(entry.link_id) == entry


def test_saving_replaces_the_whole_row(store: Store) -> None:
    store.links.save(FULL)
    bare = link("full", Phase.RETIRED)
    store.links.save(bare)
    assert store.links.list_() == [bare]


def test_bases_are_stored_with_sorted_keys(store: Store) -> None:
    store.links.save(FULL)
    with store.connection() as connection:
        stored = connection.exec_driver_sql("SELECT base_exchange FROM link").scalar()
    assert stored == '{"city":"22","email":"11"}'


def test_i48_pairs_are_found_by_their_names_on_either_side(store: Store) -> None:
    ann = {"first_name": "a", "last_name": "l", "email": "e"}
    store.links.save(
        link("1", base_exchange=ann),
        link("2", Phase.RETIRED, base_exchange=ann, base_c4c={"last_name": "m"}),
        link("3", base_c4c={"name": "al"}),
        link("4", base_exchange={"last_name": "l"}),
        dataclasses.replace(link("5", base_exchange=ann), mailbox=BOB),
    )

    def found(side: Side, names: str) -> list[str]:
        return [entry.link_id for entry in store.links.by_names(ADA, side, names)]

    assert found(Side.EXCHANGE, "al") == ["1", "2", "3"]
    assert found(Side.C4C, "al") == ["1", "3"]
    assert found(Side.C4C, "am") == ["2"]
    # What a pair is becomes what it was saved as last.
    store.links.save(link("1"))
    assert found(Side.EXCHANGE, "al") == ["2", "3"]


def test_saving_nothing_and_reading_the_unknown(store: Store) -> None:
    store.links.save()
    assert store.links.get("unknown") is None
    assert store.links.by_exchange_id(ADA, "unknown") is None
    assert store.links.by_c4c_id(ADA, "unknown") is None
    assert store.links.list_() == []


@pytest.mark.parametrize("better", [Phase.ACTIVE, Phase.PENDING, Phase.ASLEEP, Phase.CONVERTING])
def test_link_that_is_not_retired_is_found_first(store: Store, better: Phase) -> None:
    same = {"exchange_id": "item", "c4c_id": "record"}
    store.links.save(link("a", Phase.RETIRED, **same))
    assert store.links.by_exchange_id(ADA, "item") == link("a", Phase.RETIRED, **same)
    assert store.links.by_c4c_id(ADA, "record") == link("a", Phase.RETIRED, **same)
    expected = link("b", better, **same)
    store.links.save(expected)
    assert store.links.by_exchange_id(ADA, "item") == expected
    assert store.links.by_c4c_id(ADA, "record") == expected


def test_new_link_of_a_converted_item_is_found_before_the_old_one(store: Store) -> None:
    store.links.save(link("a", Phase.CONVERTING, exchange_id="item"))
    store.links.save(link("b", Phase.PENDING, exchange_id="item"))
    found = store.links.by_exchange_id(ADA, "item")
    assert found is not None
    assert found.link_id == "b"


def test_mailboxes_do_not_see_each_other(store: Store) -> None:
    one = link("1", exchange_id="item", c4c_id="record", account_id="7")
    two = link("2", mailbox=BOB, exchange_id="item", c4c_id="record", account_id="7")
    store.links.save(two, one)
    assert store.links.by_exchange_id(BOB, "item") == two
    assert store.links.by_c4c_id(ADA, "record") == one
    assert store.links.contacts_of_account(ADA, "7") == [one]
    assert store.links.all_by_c4c_id("record") == [one, two]
    assert store.links.all_by_exchange_id("item") == [one, two]


def test_contacts_of_an_account_are_the_live_ones(store: Store) -> None:
    store.links.save(
        link("1", account_id="7"),
        link("2", Phase.PINNED, account_id="7"),
        link("3", Phase.ASLEEP, account_id="7"),
        link("4", account_id="8"),
        link("5", record_type=RecordType.ACCOUNT, account_id="7"),
    )
    found = store.links.contacts_of_account(ADA, "7")
    assert [entry.link_id for entry in found] == ["1", "2"]


def test_list_filters_by_every_given_condition(store: Store) -> None:
    store.links.save(
        link("4"),
        link("3", mailbox=BOB),
        link("2", Phase.PENDING, owes=Owes.CREATE),
        link("1", record_type=RecordType.ACCOUNT),
    )

    def ids(**conditions: object) -> str:
        return "".join(entry.link_id for entry in store.links.list_(**conditions))  # type: ignore[arg-type]

    assert ids() == "1234"
    assert ids(mailbox=ADA) == "124"
    assert ids(record_type=RecordType.CONTACT) == "234"
    assert ids(phases=[Phase.ACTIVE]) == "134"
    assert ids(phases={Phase.ACTIVE, Phase.PENDING}, mailbox=ADA) == "124"
    assert ids(phases=[]) == ""
    assert ids(owes=[Owes.CREATE, Owes.MOVE]) == "2"


def test_live_count_takes_items_and_items_to_be_recreated(store: Store) -> None:
    store.links.save(
        link("1", exchange_id="a"),
        link("2", Phase.PINNED, exchange_id="b"),
        link("3", owes=Owes.CREATE),
        link("4"),
        link("5", Phase.ASLEEP, exchange_id="c"),
        link("6", exchange_id="d", record_type=RecordType.ACCOUNT),
        link("7", exchange_id="e", mailbox=BOB),
    )
    assert store.links.live_count(ADA, RecordType.CONTACT) == 3


@pytest.mark.parametrize("surplus", [0, 2000])
def test_is_linked_answers_for_any_number_of_ids(store: Store, surplus: int) -> None:
    store.links.save(
        link("1", c4c_id="active"),
        link("2", Phase.CONVERTING, c4c_id="converting"),
        link("3", Phase.RETIRED, c4c_id="retired"),
        link("4", mailbox=BOB, c4c_id="bobs"),
        link("5"),
    )
    asked = ["active", "converting", "retired", "bobs", *(f"x{n}" for n in range(surplus))]
    assert store.links.is_linked(ADA, asked) == {"active", "converting"}


def test_a_record_that_waits_for_its_item_is_free_unless_one_is_being_created(
    store: Store,
) -> None:
    store.links.save(
        link("1", Phase.PENDING, c4c_id="waits"),
        link("2", Phase.PENDING, c4c_id="is created"),
        link("3", Phase.PENDING, c4c_id="joined", exchange_id="item"),
        link("4", Phase.PENDING, exchange_id="unmatched"),
        link("5", Phase.PENDING, exchange_id="of a customer", record_type=FULL.record_type),
    )
    store.intents.open(Side.EXCHANGE, "create", ["2"])
    asked = ["waits", "is created", "joined"]
    assert store.links.is_linked(ADA, asked) == {"is created", "joined"}
    waiting = [entry.link_id for name in asked for entry in store.links.waiting_for_item(ADA, name)]
    assert waiting == ["1"]
    (unmatched,) = store.links.waiting_for_record(ADA, RecordType.CONTACT)
    assert unmatched.link_id == "4"


def test_linked_items_give_the_folder_of_the_preferred_link(store: Store) -> None:
    store.links.save(
        link("1", Phase.CONVERTING, exchange_id="item", exchange_folder_id="old"),
        link("2", exchange_id="item", exchange_folder_id="new"),
        link("3", Phase.ASLEEP, exchange_id="sleeper"),
        link("4", Phase.RETIRED, exchange_id="retired", exchange_folder_id="old"),
        link("5"),
    )
    assert store.links.linked_items(ADA) == {"item": "new", "sleeper": None}


def test_deleting_takes_intents_and_places_in_holds_along(store: Store) -> None:
    store.links.save(link("1"), link("2"))
    store.intents.open(Side.C4C, "retire", ["1", "2"])
    store.holds.put(ADA, RecordType.CONTACT, Side.C4C, "guard", ["1", "2"])
    store.links.delete()
    store.links.delete("1", "unknown")
    assert [entry.link_id for entry in store.links.list_()] == ["2"]
    assert [entry.link_id for entry in store.intents.list_open()] == ["2"]
    assert store.holds.list_()[0].link_ids == ("2",)


def test_a_thousand_links_are_one_transaction(store: Store) -> None:
    links = [link(f"{number:04}", exchange_id=f"item{number}") for number in range(1000)]
    store.links.save(*links)
    assert store.links.list_() == links
