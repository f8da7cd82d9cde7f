"""Reading a folder plainly where its changes are not to be had, compared by change key.

The cursor of a listing holds what the folder showed: a digest per item of its id and change key, by
which the next one tells what is new. It says nothing about anybody.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from exchange_client.model import Changes, Contact
from exchange_client.reads import list_contacts

if TYPE_CHECKING:
    from exchange_client.api import GraphApi

_PREFIX = "listed:"
_SIZE = 9  # bytes: twelve characters of base64, and no two items alike


def is_listed(cursor: str) -> bool:
    """Whether a cursor is that of a listing."""
    return str(cursor).startswith(_PREFIX)


def read(
    api: GraphApi, mailbox: str, folder_id: str, cursor: str | None, page_size: int
) -> Changes:
    """Read a folder plainly.

    The delta link of a full mailbox stays: when there is room again, it goes on from there.
    """
    present = list(list_contacts(api, mailbox, folder_id, page_size))
    if cursor and not is_listed(cursor):
        return Changes(contacts=present, removed=[], cursor=cursor, is_full=True, is_plain=True)
    before = _seen(cursor or "")
    return Changes(
        contacts=[item for item in present if _mark(item) not in before],
        removed=[],
        cursor=_PREFIX + base64.b64encode(b"".join(sorted(map(_mark, present)))).decode("ascii"),
        is_full=True,
        unchanged=[item.id for item in present if _mark(item) in before],
        is_plain=True,
    )


def _mark(item: Contact) -> bytes:
    return hashlib.blake2b(f"{item.id} {item.version}".encode(), digest_size=_SIZE).digest()


def _seen(cursor: str) -> set[bytes]:
    try:
        marks = base64.b64decode(cursor.removeprefix(_PREFIX), validate=True)
    except ValueError:
        return set()
    return {marks[at : at + _SIZE] for at in range(0, len(marks), _SIZE)}
