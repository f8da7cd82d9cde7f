"""What reaches a log: nothing of libraries, and nothing that a terminal would act on (I37, I51)."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import unicodedata
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import contact_sync.quiet
import pytest
import tap_c4c.quiet
import tap_exchange_contacts.quiet
from c4c_client import BasicAuth, C4CClient
from contact_sync.mapper import ContactSyncMapper
from emulators.tls import create_tls
from fakes import c4c_calls
from fakes.wire import RawServer, http
from hypothesis import given
from hypothesis import strategies as st
from tap_c4c.tap import TapC4C
from tap_exchange_contacts.tap import TapExchangeContacts
from target_c4c.target import TargetC4C
from target_exchange_contacts.target import TargetExchangeContacts

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = (contact_sync.quiet, tap_c4c.quiet, tap_exchange_contacts.quiet)
PLUGINS = (TapC4C, TapExchangeContacts, TargetC4C, TargetExchangeContacts, ContactSyncMapper)
LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)
OURS = {
    *("c4c_client", "contact_sync", "exchange_client", "tap_c4c", "tap_exchange_contacts"),
    *("target_c4c", "target_exchange_contacts", "singer_sdk"),
    *("contact-sync", "tap-c4c", "tap-exchange-contacts", "target-c4c", "target-exchange-contacts"),
}
CANARY = "https://x.example/?q=zqxcanary"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (*contact_sync.quiet.LIBRARIES, "")]
    before = [(entry, entry.propagate, entry.handlers[:], entry.level) for entry in loggers]
    factory = logging.getLogRecordFactory()
    with warnings.catch_warnings():
        yield
    logging.setLogRecordFactory(factory)
    for entry, propagate, handlers, level in before:
        entry.propagate, entry.handlers = propagate, handlers
        entry.setLevel(level)


@pytest.fixture
def shown() -> io.StringIO:
    text = io.StringIO()
    root = logging.getLogger()
    root.addHandler(logging.StreamHandler(text))
    root.setLevel(1)
    return text


def loggers_of_libraries() -> list[str]:
    """Ask a process that has loaded all plugins, their drivers included, for its loggers."""
    program = (
        "import logging, alembic.runtime.migration, sqlalchemy.pool, signxml, requests, msal\n"
        "import tap_c4c.tap, tap_exchange_contacts.tap, target_c4c.target, c4c_client.saml\n"
        "import target_exchange_contacts.target, contact_sync.mapper, urllib3.util.retry\n"
        "print(*logging.root.manager.loggerDict)"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True
    )
    return [name for name in ran.stdout.split() if name.partition(".")[0] not in OURS]


def test_i37_no_library_reaches_the_log_on_any_level(shown: io.StringIO) -> None:
    names = loggers_of_libraries()
    assert {"urllib3.connectionpool", "msal.authority"} <= set(names)
    contact_sync.quiet.keep_log_clean()
    for name in (*names, *contact_sync.quiet.LIBRARIES, "urllib3.new.part"):
        for level in LEVELS:
            logging.getLogger(name).setLevel(logging.DEBUG)
            logging.getLogger(name).log(level, CANARY)
    assert shown.getvalue() == ""
    logging.getLogger("tap-c4c").info("ours")
    assert shown.getvalue() == "ours\n"


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_each_plugin_keeps_its_log_clean(plugin: Any, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text("{}", "utf-8")
    logging.getLogger("urllib3").propagate = True
    with pytest.raises(SystemExit):
        plugin.cli(["--config", str(config)])
    assert not logging.getLogger("urllib3").propagate


def test_i51_a_header_line_that_is_none_is_not_told(shown: io.StringIO, tmp_path: Path) -> None:
    contact_sync.quiet.keep_log_clean()
    heads = ("x-csrf-token: zqxcanary", "Set-Cookie: a=zqxcanary", "this is no header")
    with RawServer(create_tls(tmp_path)) as server:
        server.answers = [http(200, b"{}", *heads)]
        client = C4CClient(
            server.root + c4c_calls.PATH,
            BasicAuth("user", "hush-4711"),
            ca_file=str(server.tls.ca_file),
            max_retries=0,
            sleep=lambda _: None,
        )
        c4c_calls.outcome_of(lambda: client.get_record(c4c_calls.CONTACTS, "A"))
    assert shown.getvalue() == ""


def test_warnings_of_libraries_are_not_told() -> None:
    contact_sync.quiet.keep_log_clean()
    for module in ("urllib3.connection", "msal.authority", "sqlalchemy"):
        warnings.warn_explicit(CANARY, UserWarning, "x.py", 1, module=module)
    with pytest.raises(UserWarning):
        warnings.warn_explicit("ours", UserWarning, "x.py", 1, module="contact_sync.x")


@given(text=st.text(st.characters(exclude_categories=())))
def test_i51_a_line_of_a_log_is_one_printable_line(text: str) -> None:
    for module in MODULES:
        once = module.printable(text)
        assert once.isprintable()
        assert module.printable(once) == once
        assert not {unicodedata.category(mark) for mark in once} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    "text", ["\x1b]0;x\x07", "a\nb", "\x9b31m", "\u202eevil", "\x7f", "\ud800"]
)
def test_i51_what_a_service_says_cannot_change_the_terminal(text: str, shown: io.StringIO) -> None:
    for module in MODULES:
        module.keep_log_clean()
    logging.getLogger("tap-c4c").error("refused (%s)", text)
    line = shown.getvalue().removesuffix("\n")
    assert line.isprintable()
    assert line.startswith("refused (")
    assert ascii(text).strip("'") in line


def test_the_three_are_the_same() -> None:
    assert len({Path(str(module.__file__)).read_text("utf-8") for module in MODULES}) == 1
