"""Asking for contacts by id, wherever they sit, and what counts as proof that one is gone (I7).

The flat path `/contacts/{id}` is documented for the default folder alone ("Get contact"), so an
item is asked for in the folder it was seen in, and by the flat path only when it is not there.
Whether the flat path finds items of every folder is tried, not believed: where it does not, "not
found" is proof only after each folder of the mailbox has said so, twice, in opposite orders. An
item that its owner moves once between two answers cannot slip through both rounds.

Nor is "not found" to a look by id believed alone: an item in trouble may answer it for good, while
its folder still shows it (I45). So a second witness is wanted: the folder, which reported the item
as gone, or does not list it.
"""

from __future__ import annotations

from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING

from exchange_client.answers import is_proven_absent
from exchange_client.api import entries_of, query_of
from exchange_client.batch import MAX_PARTS, read_batches
from exchange_client.contact_fields import EXPAND, contact_of
from exchange_client.errors import (
    ExchangeError,
    MailboxError,
    NotFoundError,
    ProtocolError,
    RejectedError,
    ThrottledError,
)
from exchange_client.folders import list_folders
from exchange_client.model import Contact
from exchange_client.reads import contact_path, expect_id, folder_path, listed_ids
from exchange_client.trouble import sorted_out

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from exchange_client.api import GraphApi
    from exchange_client.batch import PartAnswer
    from exchange_client.model import Folder, Found


def get_contacts(
    api: GraphApi,
    mailbox: str,
    places: Mapping[str, str | None],
    removed: Collection[str] = frozenset(),
) -> dict[str, Found]:
    """Read by id, expanded; None only for ids proven not to exist, an error for unreadable ones.

    Args:
        api: Where to ask.
        mailbox: Whose contacts.
        places: Id -> folder it was last seen in, None if that is not known.
        removed: Ids that their folders do not show any more.

    Raises:
        AuthError: Nothing works for any mailbox.
        MailboxError: The mailbox cannot be used.
        ThrottledError: It cannot be used for now.
    """
    search = _Search(api, mailbox, list(places))
    search.ask([(contact_id, folder) for contact_id, folder in places.items() if folder])
    search.ask([(contact_id, None) for contact_id in places if contact_id not in search.found])
    search.prove_absent()
    search.look_into_folders(
        {i: folder for i, folder in places.items() if i not in search.found and i not in removed}
    )
    return search.result()


def _told(answer: PartAnswer, folder_id: str | None) -> PartAnswer:
    """Keep only a proven absence; any other "not found" may come from a gateway.

    Of a folder, which may be gone itself, each says no more than that the item is not there.
    """
    is_flat = folder_id is None
    if is_flat and isinstance(answer, NotFoundError) and not is_proven_absent(answer):
        return RejectedError(
            "not found, and not said to be absent",
            code=answer.code,
            status=answer.status,
            request_id=answer.request_id,
        )
    return answer


class _Search:
    """One look-up; `found` are the ids with an answer that is final."""

    def __init__(self, api: GraphApi, mailbox: str, asked: Sequence[str]) -> None:
        self._api = api
        self._mailbox = mailbox
        self._asked = asked
        self.found: dict[str, Found] = {}

    def ask(self, questions: Sequence[tuple[str, str | None]]) -> None:
        """Ask for ids in the given folders; None: by the flat path."""
        query = query_of({"$expand": EXPAND})
        paths = [
            contact_path(self._mailbox, i, folder_id=folder) + query for i, folder in questions
        ]
        answers = [
            _told(answer, folder)
            for (_, folder), answer in zip(
                questions, read_batches(self._api, self._mailbox, paths), strict=True
            )
        ]
        sorted_answers = sorted_out(self._api, self._mailbox, answers)
        for (contact_id, _), answer in zip(questions, sorted_answers, strict=True):
            if isinstance(answer, (MailboxError, ThrottledError)):
                raise answer
            if not isinstance(answer, NotFoundError):
                self.found.setdefault(contact_id, self._read(answer, contact_id))

    def _read(self, answer: PartAnswer, contact_id: str) -> Found:
        if isinstance(answer, ExchangeError):
            return answer
        try:
            contact = contact_of(answer, is_expanded=True)
        except ProtocolError as error:
            return RejectedError("an item without a usable form", code=error.code)
        return expect_id(contact, contact_id, self._asked)

    @cached_property
    def _folders(self) -> list[Folder]:
        return list_folders(self._api, self._mailbox)

    def prove_absent(self) -> None:
        """Prove what was not found to be absent: from each folder, where the flat path is narrow.

        What is found meanwhile has its answer.
        """
        missing = [contact_id for contact_id in self._asked if contact_id not in self.found]
        if missing and not self._api.is_flat_path_wide:
            folders = self._folders
            if not self._is_flat_path_wide(folders):
                ids = [folder.id for folder in folders if not folder.is_default]
                for order in (ids, ids[::-1]):
                    self._sweep(missing, order)

    def look_into_folders(self, places: Mapping[str, str | None]) -> None:
        """Look for ids in listings; one that is listed and not found is in trouble, not gone."""
        folder_ids = {folder for folder in places.values() if folder}
        if None in places.values():
            folder_ids.update(folder.id for folder in self._folders)
        for folder_id in sorted(folder_ids):
            try:
                listed = listed_ids(self._api, self._mailbox, folder_id, places)
            except ExchangeError as error:
                # Without its witness nothing is said of an item; the others have their answers.
                (told,) = sorted_out(self._api, self._mailbox, [error])
                if isinstance(told, (MailboxError, ThrottledError)):
                    raise told from None
                unseen = {i for i, folder in places.items() if folder in {folder_id, None}}
                self.found.update({i: self._read(told, i) for i in unseen - self.found.keys()})
                continue
            for contact_id in listed:
                self.found[contact_id] = RejectedError(
                    "listed, and not found by its id",
                    code="listed_and_not_found",
                    status=HTTPStatus.NOT_FOUND,
                )

    def result(self) -> dict[str, Found]:
        """Give all answers."""
        return {contact_id: self.found.get(contact_id) for contact_id in self._asked}

    def _sweep(self, missing: Sequence[str], folder_ids: Sequence[str]) -> None:
        for folder_id in folder_ids:
            self.ask([(i, folder_id) for i in missing if i not in self.found])

    def _is_flat_path_wide(self, folders: Collection[Folder]) -> bool:
        """Whether the flat path finds items outside the default folder, tried with one of them."""
        if all(folder.is_default for folder in folders):
            return True
        if self._api.is_flat_path_wide is None:
            default = {folder.id for folder in folders if folder.is_default}
            witness = next(
                (
                    entry.id
                    for entry in self.found.values()
                    if isinstance(entry, Contact) and entry.folder_id not in default
                ),
                None,
            ) or self._any_outside(folders)
            if witness is None:
                return False
            (answer,) = read_batches(
                self._api, self._mailbox, [contact_path(self._mailbox, witness)]
            )
            if isinstance(answer, ExchangeError) and not is_proven_absent(answer):
                return False
            self._api.is_flat_path_wide = not isinstance(answer, ExchangeError)
        return self._api.is_flat_path_wide

    def _any_outside(self, folders: Collection[Folder]) -> str | None:
        """Give the id of an item that sits outside the default folder."""
        query = query_of({"$top": "1", "$select": "id"})
        others = [folder.id for folder in folders if not folder.is_default][:MAX_PARTS]
        paths = [folder_path(self._mailbox, folder_id) + query for folder_id in others]
        for answer in read_batches(self._api, self._mailbox, paths):
            if not isinstance(answer, ExchangeError):
                for entry in entries_of(answer):
                    return str(entry.get("id"))
        return None
