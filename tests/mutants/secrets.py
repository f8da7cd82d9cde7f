"""Seeded defects: time that a service takes, memory that it fills, secrets, texts on a terminal."""

from __future__ import annotations

from mutants import Mutant

_GRAPH = "clients/exchange-client/exchange_client"
_C4C = "clients/c4c-client/c4c_client"
_P = "tests/property"
_U = "tests/unit"

SECRETS = (
    Mutant(
        "a pooled connection waits for ever",
        ("I26",),
        f"{_GRAPH}/deadline.py",
        "        if self.sock is not None:",
        "        if self.sock is None:",
        (f"{_P}/test_slow_services.py",),
    ),
    Mutant(
        "a proxy may take as long as it likes",
        ("I26",),
        f"{_C4C}/deadline.py",
        "            _use_our_pools(manager)",
        "            return manager",
        (f"{_P}/test_slow_services.py",),
    ),
    Mutant(
        "an answer that was cut off by the deadline counts as whole",
        ("I10",),
        f"{_GRAPH}/deadline.py",
        "            if self._is_over:\n                raise LateAnswerError from None",
        "            if self._is_over and not self._lines:\n                raise LateAnswerError from None",
        (f"{_P}/test_slow_services.py",),
    ),
    Mutant(
        "a late answer to a write counts as not sent",
        ("I10",),
        f"{_C4C}/connection.py",
        "            raise BrokenConnectionError(was_sent=True) from None",
        "            raise BrokenConnectionError(was_sent=False) from None",
        (f"{_P}/test_slow_services.py",),
    ),
    Mutant(
        "the client secret goes where a discovery document says",
        ("I51",),
        f"{_GRAPH}/authority.py",
        "            raise ForeignEndpointError",
        "            pass",
        (f"{_U}/exchange/test_exchange_client_sign_in.py",),
    ),
    Mutant(
        "secrets that a killed session left stay for good",
        ("I37",),
        "contact-sync/contact_sync/leftovers.py",
        "                file.unlink()",
        "                file.lstat()",
        (f"{_U}/test_leftovers.py",),
    ),
    Mutant(
        "a URL with a slip becomes a file with the password in its name",
        ("I37", "I51"),
        "contact-sync/contact_sync/store/database.py",
        "        if _NO_PATH.search(setting):",
        "        if not setting:",
        (f"{_U}/test_store_open.py",),
    ),
    Mutant(
        "an option of a database file is shown with its value",
        ("I51",),
        "contact-sync/contact_sync/store/database.py",
        "(url.host or url.username or url.query)",
        "(url.host or url.username)",
        (f"{_U}/test_store_open.py",),
    ),
    Mutant(
        "the store's URL is no secret",
        ("I51",),
        "meltano.yml",
        "    - {name: mapping}\n    - {name: sync_store, sensitive: true,",
        "    - {name: mapping}\n    - {name: sync_store,",
        (f"{_U}/test_workspace.py",),
    ),
    Mutant(
        "the settings of a session at work are removed",
        ("I37",),
        "contact-sync/contact_sync/leftovers.py",
        "            if file.lstat().st_mtime < (now - _OLD).timestamp():",
        "            if file.lstat().st_mtime < now.timestamp():",
        (f"{_U}/test_leftovers.py",),
    ),
    Mutant(
        "a scheduler waits for somebody to type a code",
        ("I51",),
        f"{_GRAPH}/tokens.py",
        "self._interactive() if self._has_terminal() else",
        "self._interactive() if self._show else",
        (f"{_U}/exchange/test_exchange_client_sign_in.py",),
    ),
    Mutant(
        "a session that hangs needs nobody",
        ("I51",),
        "contact-sync/contact_sync/cli/report.py",
        "row.started_at < stale_before",
        "row.started_at < row.started_at",
        (f"{_U}/test_last_words.py",),
    ),
    Mutant(
        "the line that a tap ends with is lost",
        ("I51",),
        "tap-c4c/tap_c4c/errors.py",
        "                note_failure(sync_store, plugin, line_of(error))",
        "                pass",
        (f"{_U}/test_last_words.py",),
    ),
    Mutant(
        "a secret that a group may read is not told of",
        ("I51",),
        "tap-c4c/tap_c4c/secret_files.py",
        "_BY_OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH",
        "_BY_OTHERS = stat.S_IROTH | stat.S_IWOTH",
        (f"{_U}/test_secret_files.py",),
    ),
    Mutant(
        "libraries log at the levels that they are given",
        ("I37", "I51"),
        "tap-c4c/tap_c4c/quiet.py",
        "        library.propagate = False",
        "        library.propagate = True",
        (f"{_U}/test_quiet_logs.py",),
    ),
    Mutant(
        "what a service says goes to the terminal as it is",
        ("I51",),
        "contact-sync/contact_sync/cli/render.py",
        "    console.print(printable(text), style=style, soft_wrap=True)",
        "    console.print(text, style=style, soft_wrap=True)",
        (f"{_U}/test_cli_terminal.py",),
    ),
    Mutant(
        "a text in a table goes to the terminal as it is",
        ("I51",),
        "contact-sync/contact_sync/cli/terminal.py",
        "    return printable(text) if cut <= 0 else",
        "    return text if cut <= 0 else",
        (f"{_U}/test_cli_terminal.py",),
    ),
    Mutant(
        "a short text may become any number of values",
        ("I50",),
        f"{_C4C}/json_text.py",
        "    if _has_too_many_values(text):",
        "    if not text:",
        (f"{_U}/test_json_text.py", f"{_P}/test_fuzz_sockets.py"),
    ),
)
