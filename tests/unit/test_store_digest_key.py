"""The digest key: made once, never in the database, and no link is lost with it."""

from __future__ import annotations

import logging
import stat
from typing import TYPE_CHECKING

import pytest
from contact_sync.core.model import Link, Phase, RecordType, Side
from contact_sync.store import Store, StoreKeyError
from contact_sync.store import digest_key as key_module

if TYPE_CHECKING:
    from pathlib import Path

ADA = "ada@contoso.example"
ONE = "11" * 32
TWO = "22" * 32
LINK = Link(
    link_id="link",
    mailbox=ADA,
    record_type=RecordType.CONTACT,
    phase=Phase.ACTIVE,
    exchange_id="item",
    c4c_id="record",
    base_exchange={"email": "aa"},
    base_c4c={"email": "bb"},
)
WITHOUT_BASES = LINK.but(base_exchange={}, base_c4c={})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sync.db"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "sync.db.key"


def fill(path: Path, digest_key: str | None = None) -> bytes:
    with Store.open(str(path), digest_key=digest_key) as store:
        store.links.save(LINK)
        return store.digest_key


def test_key_file_is_made_once_and_private(path: Path, key_file: Path) -> None:
    first = fill(path)
    assert len(first) == 32
    assert bytes.fromhex(key_file.read_text()) == first
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    with Store.open(str(path)) as store:
        assert store.digest_key == first
        assert store.links.get("link") == LINK


def test_key_is_not_in_the_database(path: Path) -> None:
    key = fill(path)
    content = b"".join(
        file.read_bytes() for file in path.parent.glob("sync.db*") if file.suffix != ".key"
    )
    assert key not in content
    assert key.hex().encode() not in content


def test_setting_is_the_key_and_makes_no_file(path: Path, key_file: Path) -> None:
    assert fill(path, ONE) == bytes.fromhex(ONE)
    with Store.open(str(path), digest_key=f" {ONE}\n") as store:
        assert store.links.get("link") == LINK
    assert not key_file.exists()


@pytest.mark.parametrize("loss", ["file lost", "file to setting", "setting changed"])
def test_other_key_keeps_links_clears_digests_and_asks_for_everything(
    path: Path, key_file: Path, caplog: pytest.LogCaptureFixture, loss: str
) -> None:
    fill(path, ONE if loss == "setting changed" else None)
    if loss == "file lost":
        key_file.unlink()
    with (
        caplog.at_level(logging.WARNING),
        Store.open(str(path), digest_key=None if loss == "file lost" else TWO) as store,
    ):
        assert store.links.list_() == [WITHOUT_BASES]
        assert [(row.stage, row.outcome, row.counts) for row in store.runs.last(5)] == [
            ("digest_key", "changed", {"links": 1})
        ]
        exchange = [
            (entry.mailbox, entry.remote_id) for entry in store.requests.list_(Side.EXCHANGE)
        ]
        c4c = {(entry.record_type, entry.remote_id) for entry in store.requests.list_(Side.C4C)}
        key = store.digest_key
    assert exchange == [(ADA, "*")]
    assert c4c == {(record_type, "*") for record_type in RecordType}
    assert len([row for row in caplog.records if row.name.startswith("contact_sync")]) == 1
    assert key.hex() not in caplog.text
    with Store.open(str(path), digest_key=None if loss == "file lost" else TWO) as store:
        assert len(store.runs.last(5)) == 1, "the change happens once"


def test_key_lost_before_any_link_asks_for_nothing(path: Path, key_file: Path) -> None:
    Store.open(str(path)).close()
    key_file.unlink()
    with Store.open(str(path)) as store:
        assert store.requests.list_(Side.C4C) == []


def test_crash_while_a_lost_key_is_replaced_is_repaired_next_time(
    path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(path)
    key_file.unlink()

    def crash(_store: Store) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(key_module, "_forget_digests", crash)
        with pytest.raises(KeyboardInterrupt):
            Store.open(str(path))
    assert key_file.exists()
    with Store.open(str(path)) as store:
        assert store.links.list_() == [WITHOUT_BASES]


def test_draft_of_a_crashed_process_is_replaced(path: Path, key_file: Path) -> None:
    draft = key_file.with_name("sync.db.key.new")
    draft.write_text("half a k")
    fill(path)
    assert not draft.exists()
    assert len(bytes.fromhex(key_file.read_text())) == 32


def test_setting_that_was_forgotten_costs_nothing(path: Path, key_file: Path) -> None:
    fill(path, ONE)
    with pytest.raises(StoreKeyError, match=r"set before.*digest_key"):
        Store.open(str(path))
    assert not key_file.exists()
    with Store.open(str(path), digest_key=ONE) as store:
        assert store.links.list_() == [LINK]


def test_i37_key_that_moves_from_the_file_into_the_setting_costs_nothing(
    path: Path, key_file: Path
) -> None:
    key = fill(path).hex()
    key_file.unlink()
    assert fill(path, key).hex() == key
    # A plugin that was not given the setting makes no new one, which would clear all digests.
    with pytest.raises(StoreKeyError, match="not set now"):
        Store.open(str(path))
    assert not key_file.exists()
    with Store.open(str(path), digest_key=key) as store:
        assert store.links.get("link") == LINK
        assert store.requests.list_(Side.C4C) == []


def test_empty_setting_is_no_setting(path: Path, key_file: Path) -> None:
    fill(path, "")
    assert key_file.exists()


@pytest.mark.parametrize("text", ["short", "11" * 31, "11" * 65, "zz" * 32])
def test_setting_that_is_no_key_is_refused_and_not_repeated(path: Path, text: str) -> None:
    with pytest.raises(StoreKeyError, match="hex digits") as caught:
        Store.open(str(path), digest_key=text)
    assert text not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"not a key", b"\xff\xfe"])
def test_spoilt_key_file_is_refused_and_kept(path: Path, key_file: Path, content: bytes) -> None:
    fill(path)
    key_file.write_bytes(content)
    with pytest.raises(StoreKeyError, match=r"key file .*digest_key"):
        Store.open(str(path))
    assert key_file.read_bytes() == content
    with Store.open(str(path), needs_digest_key=False) as store:
        assert store.links.list_() == [LINK]


def test_key_file_that_cannot_be_written_is_named(path: Path, key_file: Path) -> None:
    key_file.with_name("sync.db.key.new").mkdir()
    with pytest.raises(StoreKeyError, match="cannot be written"):
        Store.open(str(path))


def test_store_without_a_key_neither_makes_nor_gives_one(path: Path, key_file: Path) -> None:
    with Store.open(str(path), needs_digest_key=False) as store:
        with pytest.raises(StoreKeyError, match="without it"):
            _ = store.digest_key
        assert not key_file.exists()
