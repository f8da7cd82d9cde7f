"""Seeded defects in what taps and clients read: pages, deltas, links, throttling."""

from __future__ import annotations

from mutants import Mutant

_C4C = "clients/c4c-client/c4c_client"
_GRAPH = "clients/exchange-client/exchange_client"
_TAP = "tap-exchange-contacts/tap_exchange_contacts"
_UNIT = "tests/unit"
_EMULATED = "tests/conformance/test_tap_exchange_contacts_emulated.py"

READING = (
    Mutant(
        "what a short page lacks counts as deleted",
        ("I7",),
        "tap-c4c/tap_c4c/type_pass.py",
        "            found = self._get(reads, chunk)",
        "            found = dict.fromkeys(chunk)",
        (f"{_UNIT}/tap_c4c/test_tap_c4c.py", "tests/conformance/test_tap_c4c_emulated.py"),
    ),
    Mutant(
        "a removal that a delta reports is believed",
        ("I7",),
        f"{_TAP}/reading.py",
        "    return found is not None and found.folder_id in tree",
        "    return False",
        (f"{_UNIT}/tap_exchange/test_tap_exchange_contacts_removals.py",),
    ),
    Mutant(
        "pages follow row numbers, not keys",
        ("I30",),
        f"{_C4C}/paging.py",
        "        yield from _new(_by_key(source, filter_, options, page_size), seen)",
        "        raise _KeyOrderError",
        (f"{_UNIT}/test_c4c_client_paging.py",),
    ),
    Mutant(
        "a short page ends the walk",
        ("I30", "I7"),
        f"{_C4C}/paging.py",
        "        number += len(records)\n        last = records[-1].object_id",
        "        number += len(records)\n        if len(page.rows) < page_size:\n            return\n"
        "        last = records[-1].object_id",
        (f"{_UNIT}/test_c4c_client_paging.py",),
    ),
    Mutant(
        "an expired delta token loses what was deleted meanwhile",
        ("I29",),
        f"{_TAP}/mailbox.py",
        "        if changes.is_full:\n            self._listing.full_folders.append(folder_id)",
        "        if not changes.is_full:\n            self._listing.full_folders.append(folder_id)",
        (f"{_UNIT}/tap_exchange/test_tap_exchange_contacts_removals.py", _EMULATED),
    ),
    Mutant(
        "the state moves on before everything was emitted",
        ("I43", "I29"),
        f"{_TAP}/streams.py",
        "            self._source.finished.append(findings)\n            if not",
        "            self._source.finished.append(findings)\n            self.advance(findings)\n"
        "            if not",
        (f"{_UNIT}/tap_exchange/test_tap_exchange_contacts_state.py",),
    ),
    Mutant(
        "personal contacts leave the mailbox",
        ("I18", "I37"),
        f"{_TAP}/mailbox.py",
        "        if self._asked.remembers(contact.id) or self._scope.admits(contact, self._managed):",
        "        if self._asked.has_store or self._scope.admits(contact, self._managed):",
        (
            f"{_UNIT}/tap_exchange/test_tap_exchange_contacts.py",
            "tests/system/test_rules_routing.py",
        ),
    ),
    Mutant(
        "Retry-After is not waited for",
        ("I33",),
        f"{_GRAPH}/gate.py",
        "            state.closed_until = max(state.closed_until, self._clock() + seconds)",
        "            state.closed_until = self._clock()",
        (f"{_UNIT}/exchange/test_exchange_client_transport.py",),
    ),
    Mutant(
        "next links to other hosts are followed",
        ("I23",),
        f"{_GRAPH}/api.py",
        '            raise ProtocolError("a link leads to another server", code="foreign_link")',
        "            pass",
        (f"{_UNIT}/exchange/test_exchange_client_transport.py::test_foreign_links_are_refused",),
    ),
    Mutant(
        "redirects are followed, credentials and all",
        ("I23",),
        f"{_C4C}/connection.py",
        "                    allow_redirects=False,",
        "                    allow_redirects=True,",
        (f"{_UNIT}/test_c4c_client_http.py", f"{_UNIT}/test_c4c_client_connection.py"),
    ),
    Mutant(
        "times of two clocks decide what is read next",
        ("I32",),
        "tap-c4c/tap_c4c/reading.py",
        "    if was is not None:\n        seen = max(was, seen)",
        "    if was is None:\n        return _format_time(datetime.now(timezone.utc))",
        (f"{_UNIT}/tap_c4c/test_tap_c4c_reading.py", f"{_UNIT}/tap_c4c/test_tap_c4c.py"),
    ),
    Mutant(
        "a clock that was set back is not noticed",
        ("I32",),
        "tap-c4c/tap_c4c/type_pass.py",
        "        if self._has_clock_moved(reads):",
        "        if False:",
        ("tests/system/test_traps.py",),
    ),
    Mutant(
        "a time of change from a clock ahead hides what changes until then",
        ("I32",),
        "tap-c4c/tap_c4c/reading.py",
        "        seen = min(seen, began_there)",
        "        seen = max(seen, began_there)",
        (f"{_UNIT}/tap_c4c/test_tap_c4c_reading.py", "tests/system/test_traps.py"),
    ),
)
