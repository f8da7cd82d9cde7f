"""What Exchange takes of plain records: properties as columns, and which can be keys. Pure."""

from __future__ import annotations

from contact_sync.core.loading import Column, Table
from exchange_client.contact_fields import READ_ONLY, WRITABLE

#: Columns that tap-exchange-contacts adds to the properties of Graph.
_OWN = frozenset({"syncLink", "syncLinkRead", "isPrivate"})

_LISTS = frozenset({"businessPhones", "categories", "children", "homePhones", "imAddresses"})
_NO_KEY = {
    **dict.fromkeys(_LISTS, "a list"),
    **dict.fromkeys(("businessAddress", "homeAddress", "otherAddress"), "an object"),
    **dict.fromkeys(READ_ONLY, "set by Exchange itself"),
    "birthday": "no text",
    # Line ends and mark-up may come back in another form.
    "personalNotes": "shown in another form than it was sent",
}

CONTACTS = Table(
    service="Exchange",
    id_name="id",
    columns={
        name: Column(
            name=name,
            is_creatable=name in WRITABLE or name == "parentFolderId",
            is_updatable=name in WRITABLE,
            no_key_because=_NO_KEY.get(name, ""),
            is_email=name == "emailAddresses",
        )
        for name in (*READ_ONLY, *WRITABLE)
    },
    own=_OWN,
    scope=frozenset({"mailbox"}),
    first_name="givenName",
    last_name="surname",
    company="companyName",
)
