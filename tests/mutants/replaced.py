"""Seeded defects about mailboxes that were replaced, and about what proves that an item is gone."""

from __future__ import annotations

from mutants import Mutant

_CLIENT = "clients/exchange-client/exchange_client"
_SYNC = "contact-sync/contact_sync"
_TAP = "tap-exchange-contacts/tap_exchange_contacts"
_REPLACED = "tests/system/test_rules_mailboxes_replaced.py"
_LOOKUP = "tests/unit/exchange/test_exchange_client_lookup.py"

REPLACED = (
    Mutant(
        "the flat path's not found is believed of every folder",
        ("I7",),
        f"{_CLIENT}/lookup.py",
        "        if missing and not self._api.is_flat_path_wide:",
        "        if False:",
        (_LOOKUP,),
    ),
    Mutant(
        "folders are asked once, in one order",
        ("I7",),
        f"{_CLIENT}/lookup.py",
        "for order in (ids, ids[::-1]):",
        "for order in (ids,):",
        (_LOOKUP,),
    ),
    Mutant(
        "a part of a batch whose token is refused is not sent again",
        ("I45",),
        f"{_CLIENT}/batch.py",
        "                is_renewed = True\n                pending",
        "                is_renewed = True\n                _",
        (_LOOKUP,),
    ),
    Mutant(
        "a replaced mailbox is taken for one that was emptied",
        ("I45", "I7"),
        f"{_TAP}/mailbox.py",
        "        if is_another_mailbox(self._asked, self._old_cursors, self._folders):",
        "        if False:",
        (_REPLACED,),
    ),
    Mutant(
        "a listing without delta compares nothing",
        ("I45",),
        f"{_CLIENT}/listing.py",
        "        contacts=[item for item in present if _mark(item) not in before],",
        "        contacts=[item for item in present if not before],",
        ("tests/unit/exchange/test_exchange_client_changes.py",),
    ),
    Mutant(
        "what was to be forgotten of a mailbox stays",
        ("I45",),
        f"{_SYNC}/store/forgetting.py",
        '                ("links", tables.link),\n',
        "",
        (_REPLACED,),
    ),
)
