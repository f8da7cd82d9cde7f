"""Seeded defects in what stands between the product and bad or hostile input."""

from __future__ import annotations

from mutants import Mutant

_SYNC = "contact-sync/contact_sync"
_C4C = "clients/c4c-client/c4c_client"
_GRAPH = "clients/exchange-client/exchange_client"
_P = "tests/property"

HOSTILE = (
    Mutant(
        "a structure is written as the text of a value",
        ("I3",),
        f"{_SYNC}/core/shapes.py",
        "    return value is None or isinstance(value, (str, int))\n",
        "    return True\n",
        ("tests/unit/test_core_shapes.py",),
    ),
    Mutant(
        "any word is taken for the proof of a deletion",
        ("I7",),
        f"{_SYNC}/core/shapes.py",
        "(isinstance(value, str) and _DATE.fullmatch(value) is not None)",
        "isinstance(value, str)",
        ("tests/unit/test_core_shapes.py",),
    ),
    Mutant(
        "the mapper does not look at the shape of facts",
        ("I7", "I3"),
        f"{_SYNC}/mapper.py",
        "        if misfits:\n",
        "        if misfits and not record:\n",
        (f"{_P}/test_fuzz_singer.py::test_deep_nesting_ends_the_mapper_in_one_line",),
    ),
    Mutant(
        "an operation that lost its contract is loaded as a plain record",
        ("I16", "I15"),
        f"{_SYNC}/singer_target.py",
        "        elif stream in self._contracted:",
        "        elif stream in ():",
        (
            f"{_P}/test_fuzz_singer.py"
            "::test_i16_an_operation_without_its_contract_is_no_plain_record",
        ),
    ),
    Mutant(
        "members of a contract may have any type",
        ("I15",),
        f"{_SYNC}/contract.py",
        "        if not all(_MEMBERS[name](value) for name, value in message.items()):",
        "        if not all(_MEMBERS[name] for name, value in message.items()):",
        ("tests/unit/test_contract_shape.py",),
    ),
    Mutant(
        "half a surrogate pair goes through",
        ("I27",),
        f"{_SYNC}/json_text.py",
        "    if _HAS_SURROGATE.search(text):",
        "    if not text:",
        ("tests/unit/test_json_text.py",),
    ),
    Mutant(
        "names are searched for as they were typed only",
        ("I38", "I10"),
        f"{_SYNC}/core/text.py",
        '    return text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)',
        "    return text, text, text",
        (
            "tests/system/test_hostile_names.py"
            "::test_i38_composed_and_decomposed_names_are_matched_without_an_address",
        ),
    ),
    Mutant(
        "quotes in a filter are not doubled",
        ("I38", "I24"),
        f"{_C4C}/filters.py",
        'return "\'" + value.replace("\'", "\'\'") + "\'"',
        'return "\'" + value + "\'"',
        (f"{_P}/test_fuzz_requests.py",),
    ),
    Mutant(
        "a key is not encoded in the URL",
        ("I7",),
        f"{_C4C}/urls.py",
        '    key = quote(object_id.replace("\'", "\'\'"), safe="\'")',
        '    key = object_id.replace("\'", "\'\'")',
        (f"{_P}/test_fuzz_requests.py",),
    ),
    Mutant(
        "an etag may bring header lines of its own",
        ("I15",),
        f"{_C4C}/batch.py",
        "        if any(map(_UNSENDABLE.search, (self.path, *self.headers.values()))):",
        "        if _UNSENDABLE.search(self.path):",
        (f"{_P}/test_fuzz_requests.py::test_i15_an_etag_that_is_no_header_is_not_sent",),
    ),
    Mutant(
        "answers of a batch may be swapped",
        ("I7", "I3"),
        f"{_C4C}/answers.py",
        "    if record.object_id.lower() != object_id.lower():",
        "    if not record.object_id:",
        (f"{_P}/test_fuzz_c4c.py::test_i07_parts_that_are_mixed_up_are_noticed",),
    ),
    Mutant(
        "redirects are followed, credentials and all (C4C)",
        ("I37",),
        f"{_C4C}/connection.py",
        "                    allow_redirects=False,",
        "                    allow_redirects=True,",
        (f"{_P}/test_fuzz_sockets.py::test_i37_a_redirect_is_not_followed",),
    ),
    Mutant(
        "redirects are followed, credentials and all (Graph)",
        ("I37",),
        f"{_GRAPH}/transport.py",
        "            allow_redirects=False,",
        "            allow_redirects=True,",
        (f"{_P}/test_fuzz_sockets.py::test_i37_a_redirect_is_not_followed",),
    ),
    Mutant(
        "a next link with a user in it is ours",
        ("I37",),
        f"{_GRAPH}/api.py",
        "                and found.username is None\n",
        "",
        (f"{_P}/test_fuzz_graph_links.py",),
    ),
    Mutant(
        "a next link to another port is ours",
        ("I37",),
        f"{_GRAPH}/api.py",
        "(found.scheme, found.hostname, found.port or _HTTPS_PORT)",
        "(found.scheme, found.hostname, own.port or _HTTPS_PORT)",
        (f"{_P}/test_fuzz_graph_links.py",),
    ),
    Mutant(
        "a next link of C4C is followed on its own host",
        ("I37",),
        f"{_C4C}/reading.py",
        "next_path(self._transport.root, self._collection, link))\n",
        "link if '//' in link else next_path(self._transport.root, self._collection, link))\n",
        (f"{_P}/test_fuzz_c4c_links.py",),
    ),
    Mutant(
        "pages without end are read for ever",
        ("I26",),
        f"{_GRAPH}/api.py",
        "            if idle > _MAX_IDLE_PAGES:",
        "            if idle > 10**9:",
        (f"{_P}/test_fuzz_graph_links.py",),
    ),
    Mutant(
        "code lists without end are read for ever",
        ("I26",),
        f"{_C4C}/reading.py",
        "            if page.next_link and page.rows and len(found) == before:",
        "            if page.next_link and page.rows and len(found) < before:",
        (f"{_P}/test_fuzz_c4c_links.py",),
    ),
    Mutant(
        "the service's own words go into messages",
        ("I37",),
        f"{_GRAPH}/answers.py",
        '    return text if isinstance(text, str) and _SAFE.fullmatch(text) else ""',
        '    return str(text or "")',
        (f"{_P}/test_fuzz_graph.py",),
    ),
    Mutant(
        "a broken answer to a create counts as not sent",
        ("I10",),
        f"{_GRAPH}/transport.py",
        '            raise UnknownOutcomeError(_MISSING, code="bad_request") from None',
        '            raise ProtocolError("no usable answer", code="bad_request") from None',
        (f"{_P}/test_fuzz_sockets.py",),
    ),
    Mutant(
        "answers may be of any size",
        ("I26",),
        f"{_C4C}/connection.py",
        "            if len(body) > LONGEST_ANSWER_BYTES:",
        "            if not chunk:",
        (f"{_P}/test_fuzz_sockets.py",),
    ),
    Mutant(
        "a broken state file stops the tap in the middle",
        ("I43",),
        "tap-exchange-contacts/tap_exchange_contacts/files.py",
        "    return isinstance(bookmarks, dict) and all(map(_is_bookmark, bookmarks.values()))",
        "    return isinstance(bookmarks, dict)",
        (f"{_P}/test_fuzz_files.py",),
    ),
    Mutant(
        "the mapper keeps every record that it has read",
        ("I26",),
        f"{_SYNC}/mapper.py",
        "        side = Side.EXCHANGE if self._is_upload else Side.C4C\n",
        "        self.__dict__.setdefault('kept', []).append(record)\n"
        "        side = Side.EXCHANGE if self._is_upload else Side.C4C\n",
        (f"{_P}/test_fuzz_programs.py::test_the_mapper_forgets_what_it_has_read",),
    ),
)
