"""The names by which Outlook lists a person: display name and file-as.

Responsible for the first ones of a new item, and for telling a name that the server derived from
one that a user chose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contact_sync.core.text import comparable

if TYPE_CHECKING:
    from collections.abc import Mapping


def of_person(first: str, last: str) -> dict[str, object]:
    """Return the Graph properties of a new person: "First Last", filed under "Last, First"."""
    shown, filed = " ".join(filter(None, (first, last))), ", ".join(filter(None, (last, first)))
    return {"displayName": shown, "fileAs": filed} if shown else {}


def is_derived(contact: Mapping[str, object]) -> bool:
    """Whether a contact's display name says no more than its names do.

    Whatever the order, the punctuation and the parts left out: then the server's next derivation
    loses nothing, and after a change of the name it is wanted.
    """
    parts = ("title", "givenName", "middleName", "surname", "generation", "companyName")
    known = {word for part in parts for word in _words(contact.get(part))}
    return known.issuperset(_words(contact.get("displayName")))


def _words(value: object) -> list[str]:
    return (
        comparable(str(value or "")).replace(",", " ").replace("(", " ").replace(")", " ").split()
    )
