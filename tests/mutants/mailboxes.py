"""Seeded defects about mailboxes that come, go and come back."""

from __future__ import annotations

from mutants import Mutant

_PRODUCT = "contact-sync/contact_sync"
_CLIENT = "clients/exchange-client/exchange_client"
_TAP = "tap-exchange-contacts/tap_exchange_contacts"
_TROUBLE = "tests/system/test_rules_mailbox_trouble.py"
_APART = "tests/unit/exchange/test_exchange_client_apart.py"
_MATRIX = "tests/system/test_nobody_stops_anybody.py::test_i45_nobody_stops_anybody"
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
    Mutant(
        "a part that fails its batch fails its neighbours",
        ("I45",),
        f"{_CLIENT}/batch.py",
        "        return {n: self.run([part], is_patient=False)[0] for n, part in parts.items()}",
        "        return dict.fromkeys(parts, error)",
        (_APART,),
    ),
    Mutant(
        "a mailbox that answers no batch is not told from a part that fails one",
        ("I45",),
        f"{_CLIENT}/batch.py",
        "        self._unusable = self._trouble(error)\n",
        "",
        (_APART,),
    ),
    Mutant(
        "who is asked to wait is in trouble",
        ("I45",),
        f"{_CLIENT}/batch.py",
        "            if is_patient:\n                raise",
        "            raise",
        (_APART,),
    ),
    Mutant(
        "a batch that was not found says of its only part that it is gone",
        ("I45", "I7"),
        f"{_CLIENT}/batch.py",
        "            return dict.fromkeys(parts, _of_the_part(error))\n        return {",
        "            return dict.fromkeys(parts, error)\n        return {",
        (_APART,),
    ),
    Mutant(
        "an item that is listed and not found counts as gone",
        ("I45", "I7"),
        f"{_CLIENT}/lookup.py",
        "            for contact_id in listed:\n",
        "            for contact_id in set[str]():\n",
        (_APART,),
    ),
    Mutant(
        "without its witness an item counts as gone",
        ("I45", "I7"),
        f"{_CLIENT}/lookup.py",
        "                self.found.update({i: self._read(told, i) for i in unseen - self.found.keys()})"
        "\n",
        "                del unseen\n",
        (_APART,),
    ),
    Mutant(
        "what its folder reports as gone is listed all the same",
        ("I50",),
        f"{_CLIENT}/lookup.py",
        " and i not in removed}",
        "}",
        (_APART,),
    ),
    *(
        Mutant(
            f"what got no answer is sent with its neighbours again: {name}",
            ("I45",),
            f"target-exchange-contacts/target_exchange_contacts/{file}.py",
            text,
            "",
            (f"{_MATRIX}[batch-reset-{whom}]",),
        )
        for name, file, text, whom in (
            (
                "updates",
                "writing",
                "                write.is_alone = isinstance(result.error, UnknownOutcomeError)\n",
                "Troubleson",
            ),
            (
                "removals",
                "removing",
                "                    is_alone=task.link.link_id in self._unanswered,\n",
                "Goneson",
            ),
            (
                "creates",
                "creating",
                "                    is_alone=task.link.link_id in not_done,\n",
                "Newson",
            ),
            (
                "copies",
                "moving",
                "                    is_alone=task.link.link_id in not_done,\n",
                "bobmoved",
            ),
        )
    ),
    Mutant(
        "a photo that is said to be gone counts as none",
        ("I45",),
        f"{_CLIENT}/copying.py",
        "        if error.status == HTTPStatus.NOT_FOUND:\n            return None",
        "        if error.status:\n            return None",
        (f"{_MATRIX}[photo.get-410-bobmoved]",),
    ),
)
