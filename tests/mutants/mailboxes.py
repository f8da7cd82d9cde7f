"""Seeded defects about mailboxes that come, go and come back."""

from __future__ import annotations

from mutants import Mutant

_PRODUCT = "contact-sync/contact_sync"
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
)
