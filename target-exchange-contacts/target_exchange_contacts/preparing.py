"""Folders and categories of a mailbox: found by id or name, created when missing.

Responsible for remembering each managed folder by its id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contact_sync.core.model import RecordType
from exchange_client import AuthError, ExchangeError, MailboxError

if TYPE_CHECKING:
    from contact_sync.contract import Contract
    from contact_sync.store import Store
    from exchange_client import ExchangeClient


def prepare(client: ExchangeClient, store: Store, contract: Contract) -> None:
    """Make sure that every enabled type has its folder and its category in the mailbox."""
    mailbox = contract.mailbox
    folders = client.list_folders(mailbox)
    present = {folder.id for folder in folders}
    by_name = {folder.display_name.strip().casefold(): folder.id for folder in reversed(folders)}
    known = store.folders.get(mailbox)
    for kind in RecordType:
        wanted = contract.folders.get(kind.value)
        if wanted is None or _is_there(client, mailbox, known.get(kind), present):
            continue
        names = [str(name).strip().casefold() for name in (wanted["name"], *wanted["aliases"])]
        found = next((by_name[name] for name in names if name in by_name), None)
        folder_id = found or client.create_folder(mailbox, wanted["name"]).id
        store.folders.set_(mailbox, kind, folder_id)
    if _prepare_categories(client, contract):
        store.settings.set_(f"prepared:{mailbox}", contract.policy["fingerprint"])


def _is_there(
    client: ExchangeClient, mailbox: str, folder_id: str | None, present: set[str]
) -> bool:
    """Whether a remembered folder exists: a listing that lacks it proves nothing."""
    if folder_id is None or folder_id in present:
        return folder_id is not None
    return client.find_folder(mailbox, folder_id, present) is not None


def _prepare_categories(client: ExchangeClient, contract: Contract) -> bool:
    """Create missing master categories; without them a category shows without colour.

    Nothing else depends on them, so their trouble is nobody's (I45).

    Returns:
        Whether that is all: False if it is to be tried again.
    """
    try:
        listed = client.list_categories(contract.mailbox)
        if listed is None:
            return True
        present = {name.casefold() for name in listed}
        for wanted in contract.folders.values():
            category = wanted["category"]
            if category and category.casefold() not in present:
                client.create_category(contract.mailbox, category)
    except AuthError:
        raise
    except MailboxError:
        # It takes a permission of its own (MailboxSettings.ReadWrite), which an operator may
        # withhold.
        return True
    except ExchangeError:
        return False
    return True
