"""What a plugin lets into its log: lines of its own, without control characters (I37, I51).

Libraries log URLs, headers and statements, on any level: a header line that is none brings the
whole head of an answer into a warning of urllib3, cookies and tokens included. Nothing of theirs
is needed, since each failure becomes a line of ours.
"""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: All that may have loggers beside ours and the SDK's, by the first part of their names.
LIBRARIES = (
    *("urllib3", "requests", "http", "msal", "charset_normalizer", "chardet", "idna", "certifi"),
    *("sqlalchemy", "alembic", "psycopg", "asyncio", "concurrent", "cryptography", "jwt"),
    *("signxml", "lxml", "defusedxml", "azure", "fsspec", "babel", "phonenumbers", "pycountry"),
    *("jsonpath_ng", "jsonschema", "referencing", "packaging", "dotenv", "yaml", "dateutil"),
    *("upath", "backoff", "filelock", "rich", "typer"),
)
_NEVER = logging.CRITICAL + 1


def keep_log_clean() -> None:
    """Silence libraries on every level, and escape what would change a terminal; for good."""
    for name in LIBRARIES:
        library = logging.getLogger(name)
        # Levels can be set again, for each of its loggers; what does not go up is not shown.
        library.propagate = False
        library.handlers = [logging.NullHandler()]
        library.setLevel(_NEVER)
        warnings.filterwarnings("ignore", module=rf"{name}(\..*)?$")
    if not isinstance(logging.getLogRecordFactory(), _Printable):
        logging.setLogRecordFactory(_Printable(logging.getLogRecordFactory()))


def printable(text: str) -> str:
    """Give a text with control characters, line breaks and reversed writing shown as escapes."""
    if text.isprintable():
        return text
    return "".join(
        mark if mark.isprintable() else mark.encode("unicode_escape").decode("ascii")
        for mark in text
    )


class _Printable:
    """Makes records whose text is one printable line."""

    def __init__(self, inner: Callable[..., logging.LogRecord]) -> None:
        self._inner = inner

    def __call__(self, *arguments: object, **options: object) -> logging.LogRecord:
        record = self._inner(*arguments, **options)
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):  # logging itself tells of these
            return record
        if not text.isprintable():
            record.msg, record.args = printable(text), ()
        return record
