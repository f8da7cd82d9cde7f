"""Seeded defects about reads: what is read again, what is asked, what counts as complete."""

from __future__ import annotations

from mutants import Mutant

_UNIT = "tests/unit"
_TAP = "tap-c4c/tap_c4c"
_PAGING = "clients/c4c-client/c4c_client/paging.py"
_ACCOUNTS = "target-c4c/target_c4c/accounts.py"
_SEARCH = f"{_UNIT}/test_account_search.py"

READS = (
    Mutant(
        "what an import changed is read again in every session",
        ("I50",),
        f"{_TAP}/reading.py",
        "        seen += overlap + _TICK\n",
        "        seen += timedelta(0)\n",
        (f"{_UNIT}/tap_c4c/test_tap_c4c_reading.py", f"{_UNIT}/tap_c4c/test_tap_c4c_clocks.py"),
    ),
    Mutant(
        "what is committed late is not read",
        ("I43", "I50"),
        f"{_TAP}/reading.py",
        "        seen += overlap + _TICK\n",
        "        seen = began_there + overlap\n",
        (f"{_UNIT}/tap_c4c/test_tap_c4c_reading.py",),
    ),
    Mutant(
        "a mailbox that takes part in each session misses what was read",
        ("I1", "I50"),
        f"{_TAP}/type_pass.py",
        "None if bookmark is None else bookmark - self._overlap",
        "None if bookmark is None else bookmark - 2 * self._overlap",
        (f"{_UNIT}/tap_c4c/test_tap_c4c_clocks.py",),
    ),
    Mutant(
        "accounts are searched for without bound",
        ("I50",),
        _ACCOUNTS,
        "        self._read([*controls, *new], ROWS)\n",
        "        self._read([*controls, *new], None)\n",
        (_SEARCH,),
    ),
    Mutant(
        "each company is searched for by itself",
        ("I50",),
        _ACCOUNTS,
        "            self._search(wanted)\n",
        "            for company in wanted:\n                self._search([company])\n",
        (_SEARCH,),
    ),
    Mutant(
        "an account search that was cut off counts as all there is",
        ("I24",),
        _ACCOUNTS,
        "            all(len(self._answers[text]) < rows for text in group) for group in groups\n",
        "            all(len(self._answers[text]) <= rows for text in group) for group in groups\n",
        (_SEARCH,),
    ),
    Mutant(
        "a single hit among many that were not shown is the account",
        ("I24",),
        "contact-sync/contact_sync/core/cascade.py",
        "    return sum(wanted in comparable(name) for name in names) > 1\n",
        "    return sum(wanted in comparable(name) for name in names) > 0\n",
        (f"{_UNIT}/test_core_cascade.py", _SEARCH),
    ),
    Mutant(
        "a whole name that shows something else is relied on",
        ("I24",),
        _ACCOUNTS,
        "            self._has_whole_names = _are_whole(named, whole)\n",
        "            self._has_whole_names = named is not whole\n",
        (_SEARCH,),
    ),
    Mutant(
        "what an account search shows is joined, columns that it lacks as blanks",
        ("I3",),
        _ACCOUNTS,
        '    return "ChangedOn" in record.properties\n',
        "    return bool(record.properties)\n",
        (f"{_UNIT}/test_account_matches.py",),
    ),
    Mutant(
        "a tenant that refuses `$orderby` cannot be read",
        ("I7",),
        _PAGING,
        "    except _RefusedError:\n        pass\n",
        "    except _RefusedError:\n        raise\n",
        (f"{_UNIT}/test_c4c_client_paging.py",),
    ),
    Mutant(
        "`$orderby` is sent again to a tenant that refuses it",
        ("I7",),
        _PAGING,
        "    except _RefusedError:\n        pass\n",
        "    except _RefusedError:\n        options |= _ORDERED\n",
        (f"{_UNIT}/test_c4c_client_paging.py",),
    ),
    Mutant(
        "a listing that repeats a row counts as whole",
        ("I7",),
        _PAGING,
        '                is_shaken |= walked.get(record.object_id, "") == record.etag\n',
        "                is_shaken |= record.etag is walked\n",
        (f"{_UNIT}/test_c4c_client_paging.py",),
    ),
    Mutant(
        "a listing that falls short of the count counts as whole",
        ("I7",),
        _PAGING,
        "(announced is None or len(walked) >= announced)",
        "(announced is None or len(walked) >= 0)",
        (f"{_UNIT}/test_c4c_client_paging.py",),
    ),
    Mutant(
        "pages that happen to be in order are not counted",
        ("I7",),
        _PAGING,
        "    if announced is not None and number < announced:\n",
        "    if announced is not None and number < 0:\n",
        (f"{_UNIT}/test_c4c_client_paging.py",),
    ),
    Mutant(
        "a page without news ends a listing, whatever its next link",
        ("I7",),
        _PAGING,
        "        if any(record.object_id != last for record in records):\n            break\n",
        "        break\n",
        (f"{_UNIT}/test_c4c_client_listings.py",),
    ),
    Mutant(
        "an empty page with a next link ends the session",
        ("I7",),
        _PAGING,
        "        if was_empty and not page.rows and page.next_link:\n",
        "        if was_empty or (not page.rows and page.next_link):\n",
        (f"{_UNIT}/test_c4c_client_paging.py",),
    ),
    Mutant(
        "a capped `$top` counts as all there is",
        ("I7",),
        "clients/c4c-client/c4c_client/reading.py",
        "    return 0 < rows < top and (page.total is None or page.total > rows)\n",
        "    return 0 < rows < top and page.total is not None and page.total < 0\n",
        (f"{_UNIT}/test_c4c_client_listings.py",),
    ),
    Mutant(
        "an issue does not say that a view was shown in part",
        ("I7",),
        f"{_TAP}/reading.py",
        '    detail = "incomplete" if isinstance(error, IncompleteListingError) else "no answer"\n',
        '    detail = "no answer"\n',
        (f"{_UNIT}/tap_c4c/test_tap_c4c.py",),
    ),
    Mutant(
        "a code list whose pages repeat rows counts as whole",
        ("I7",),
        "clients/c4c-client/c4c_client/reading.py",
        "        if not first.next_link or shown == sorted(set(shown)):\n",
        "        if not first.next_link or shown:\n",
        (f"{_UNIT}/test_c4c_client_listings.py",),
    ),
    Mutant(
        "companies that were edited are asked for one by one",
        ("I50",),
        "target-c4c/target_c4c/updating.py",
        "        self._accounts.look_up(\n",
        "        list(\n",
        ("tests/system/test_bounded_requests.py",),
    ),
)
