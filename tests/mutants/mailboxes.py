"""Seeded defects about mailboxes that come, go and come back."""

from __future__ import annotations

from mutants import Mutant

_PRODUCT = "contact-sync/contact_sync"
_CLIENT = "clients/exchange-client/exchange_client"
_TAP = "tap-exchange-contacts/tap_exchange_contacts"
_TROUBLE = "tests/system/test_rules_mailbox_trouble.py"
_NEW = "tests/system/test_rules_new_mailbox.py"

MAILBOXES = (
    Mutant(
        "a mailbox that is added gets only what changes from then on",
        ("I1",),
        f"{_PRODUCT}/planning/upload.py",
        "        Coverage(self._session).begin()\n",
        "",
        (_NEW,),
    ),
    Mutant(
        "a mailbox that was away misses what came meanwhile",
        ("I1",),
        f"{_PRODUCT}/core/coverage.py",
        "    return window.since is not None and (not covered_until or covered_until < window.since)",
        "    return window.since is not None and not covered_until",
        (_NEW, "tests/unit/test_core_coverage.py"),
    ),
    Mutant(
        "a refusal of one item is taken for one of its mailbox",
        ("I45",),
        f"{_CLIENT}/trouble.py",
        "        found = None\n    return [",
        "        found = MailboxError(MailboxProblem.UNAVAILABLE)\n    return [",
        (_TROUBLE, "tests/unit/exchange/test_exchange_client_refusals.py"),
    ),
    Mutant(
        "an item that cannot be read counts as gone",
        ("I45", "I7"),
        f"{_TAP}/mailbox.py",
        "                self._unreadable[contact_id] = contact\n            elif",
        "                gone.append(contact_id)\n            elif",
        (_TROUBLE,),
    ),
    Mutant(
        "a mailbox in trouble takes part in stage 2",
        ("I45",),
        f"{_PRODUCT}/planning/download.py",
        "tuple(m for m in settings.mailboxes if m not in troubled)",
        "tuple(settings.mailboxes)",
        (_TROUBLE,),
    ),
    Mutant(
        "what could not be written to a mailbox is not asked for again",
        ("I45", "I3"),
        "target-exchange-contacts/target_exchange_contacts/executor.py",
        "        for task in tasks:\n            self.book.ask_again(task.link, Side.C4C)",
        "        del tasks",
        (_TROUBLE,),
    ),
    Mutant(
        "a denied record is taken for a mailbox that takes no writes",
        ("I45",),
        f"{_PRODUCT}/book.py",
        "                or mailbox in self._writable\n",
        "",
        ("tests/unit/test_book.py",),
    ),
    Mutant(
        "trouble with categories stops the mailbox",
        ("I45",),
        "target-exchange-contacts/target_exchange_contacts/preparing.py",
        "    except ExchangeError:\n        return False",
        "    except MailboxError:\n        return False",
        ("tests/unit/test_target_exchange_preparing.py",),
    ),
    Mutant(
        "a folder that a listing lacks is not asked for by its id",
        ("I9", "I7"),
        f"{_TAP}/source.py",
        "sorted(self._remembered(mailbox) - known)",
        "sorted(set[str]())",
        ("tests/system/test_rules_short_folder_list.py",),
    ),
)
