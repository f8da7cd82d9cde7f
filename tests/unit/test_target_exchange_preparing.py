"""Folders and categories of a mailbox: what stands in the way of what (I45)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from contact_sync.contract import Contract, Op
from contact_sync.core.model import RecordType
from contact_sync.store import Store
from exchange_client import (
    AuthError,
    ExchangeClient,
    ExchangeError,
    Folder,
    MailboxError,
    MailboxProblem,
    RejectedError,
    ThrottledError,
    TransientError,
)
from target_exchange_contacts.preparing import prepare

if TYPE_CHECKING:
    from pathlib import Path

BOX = "ada@contoso.example"
DENIED = MailboxError(MailboxProblem.DENIED)
TROUBLE = (
    TransientError("down"),
    ThrottledError("busy", retry_after_seconds=1),
    RejectedError("refused", status=409),
)


class _Mailbox:
    """One whose categories are in trouble."""

    def __init__(self, broken: str, error: ExchangeError) -> None:
        self._broken = broken
        self._error = error

    def list_folders(self, mailbox: str) -> list[Folder]:
        assert mailbox == BOX
        return [Folder(id="F", display_name="Clients", parent_id=None, is_default=False)]

    def list_categories(self, mailbox: str) -> list[str]:
        assert mailbox == BOX
        if self._broken == "list":
            raise self._error
        return []

    def create_category(self, mailbox: str, name: str) -> None:
        assert (mailbox, name) == (BOX, "Client")
        if self._broken == "create":
            raise self._error


def _contract() -> Contract:
    names: dict[str, Any] = {"name": "Clients", "aliases": [], "category": "Client"}
    return Contract(
        op=Op.PREPARE,
        link="",
        mailbox=BOX,
        folders={"contact": names},
        policy={"fingerprint": "names"},
    )


@pytest.mark.parametrize("broken", ["list", "create"])
@pytest.mark.parametrize(
    ("error", "is_settled"), [(DENIED, True), *((error, False) for error in TROUBLE)]
)
def test_i45_trouble_with_categories_is_nobodys_and_passes(
    tmp_path: Path, broken: str, error: ExchangeError, *, is_settled: bool
) -> None:
    client = cast("ExchangeClient", _Mailbox(broken, error))
    with Store.open(str(tmp_path / "sync.db")) as store:
        prepare(client, store, _contract())
        assert store.folders.get(BOX) == {RecordType.CONTACT: "F"}
        assert (store.settings.get(f"prepared:{BOX}") == "names") is is_settled
        prepare(cast("ExchangeClient", _Mailbox("", error)), store, _contract())
        assert store.settings.get(f"prepared:{BOX}") == "names"


def test_i45_a_refused_token_is_everybodys(tmp_path: Path) -> None:
    client = cast("ExchangeClient", _Mailbox("list", AuthError("no")))
    with Store.open(str(tmp_path / "sync.db")) as store, pytest.raises(AuthError):
        prepare(client, store, _contract())
