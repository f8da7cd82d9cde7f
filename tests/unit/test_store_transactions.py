"""Transactions: all or nothing, nested or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contact_sync.core.model import Link, RecordType, Side
from contact_sync.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class CutOffError(Exception):
    """Stands for a crash."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "sync.db")) as opened:
        yield opened


def link(link_id: str) -> Link:
    return Link(link_id=link_id, mailbox="ada@contoso.example", record_type=RecordType.CONTACT)


def ids(store: Store) -> list[str]:
    return [entry.link_id for entry in store.links.list_()]


def test_block_is_committed_as_a_whole(store: Store) -> None:
    with store.transaction():
        store.links.save(link("one"))
        store.links.save(link("two"))
        assert ids(store) == ["one", "two"]
    assert ids(store) == ["one", "two"]


def test_cut_off_block_leaves_nothing_behind(store: Store) -> None:
    store.links.save(link("before"))
    opened = store.intents.open(Side.C4C, "create", ["before"])

    def cut_off_at_the_end() -> None:
        with store.transaction():
            store.links.save(link("one"))
            store.intents.close(opened["before"], "done")
            store.folders.set_("ada@contoso.example", RecordType.CONTACT, "folder")
            raise CutOffError

    with pytest.raises(CutOffError):
        cut_off_at_the_end()
    assert ids(store) == ["before"]
    assert len(store.intents.list_open()) == 1
    assert store.folders.get("ada@contoso.example") == {}


def test_inner_block_joins_the_outer_one(store: Store) -> None:
    def cut_off_behind_the_inner_block() -> None:
        with store.transaction():
            with store.transaction():
                store.links.save(link("inner"))
            raise CutOffError

    with pytest.raises(CutOffError):
        cut_off_behind_the_inner_block()
    assert ids(store) == []


def test_inner_failure_that_is_caught_is_undone_alone(store: Store) -> None:
    def fail_inside() -> None:
        with store.transaction():
            store.links.save(link("inner"))
            raise CutOffError

    with store.transaction():
        store.links.save(link("outer"))
        with pytest.raises(CutOffError):
            fail_inside()
        store.links.save(link("later"))
    assert ids(store) == ["later", "outer"]


def test_store_is_usable_after_a_failed_block(store: Store) -> None:
    with pytest.raises(CutOffError), store.transaction():
        raise CutOffError
    store.links.save(link("after"))
    assert ids(store) == ["after"]


def test_process_that_dies_in_a_block_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "sync.db")) as dying:
        block = dying.transaction()
        block.__enter__()
        dying.links.save(link("half"))
        # The connection goes away with the process, without a rollback being asked for.
        dying._database._current().connection.dbapi_connection.close()  # type: ignore[union-attr]
        assert ids(store) == []
        store.links.save(link("other"))
        assert ids(store) == ["other"]
        with pytest.raises(Exception, match="closed"):
            block.__exit__(None, None, None)
