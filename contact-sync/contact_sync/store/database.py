"""The database: opening it safely, and the transactions that all repositories share.

Responsible for the engine, the file's mode and the current transaction of a thread. Must never put
SQL parameters or a URL into an error.
"""

from __future__ import annotations

import json
import os
import re
import threading
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from contact_sync.errors import StoreUnreadableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

_BUSY_SECONDS = 30
_KINDS = "give a file path, sqlite:///path or postgresql://…"
_URL = (
    f"{_KINDS}; in user and password write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and "
    "% as %25"
)
#: A URL with a slip or without its beginning, or a list of `password=…`.
_NO_PATH = re.compile(
    r"^\s*(postgres|postgresql|sqlite)(\+\w*)?(:|//)|:[^/\\]*@|\b(password|passwd|pwd)\s*=",
    re.IGNORECASE,
)
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700

# A read must not take SQLite's write lock; a write takes it at once, because a transaction that
# starts reading and writes later fails with "locked" whatever the time-out.
_WRITES = {"sqlite_begin": "BEGIN IMMEDIATE"}


class Database:
    """One engine and, per thread, at most one current transaction."""

    def __init__(self, url: sa.URL) -> None:
        self._engine = _create_engine(url)
        self._writer = self._engine.execution_options(**_WRITES)
        self._local = threading.local()
        # Building one takes longer than running it; a table is always written with whole rows.
        self._upserts: dict[str, sa.Insert] = {}

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a SQLite file."""
        return self._engine.dialect.name == "sqlite"

    @property
    def is_in_transaction(self) -> bool:
        """Whether this thread is inside `transaction`."""
        return self._current() is not None

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def allow_readers_beside_writer(self) -> None:
        """Put a SQLite file into WAL mode, for good. Only for a file that is ours."""
        with self._translated():
            connection = self._engine.raw_connection()
            try:
                # Outside a transaction, where SQLite does not allow it.
                connection.cursor().execute("PRAGMA journal_mode = WAL").close()
            finally:
                connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit the block as a whole, or nothing of it.

        Inside another transaction the block is a savepoint of it: what fails and is caught there
        is undone alone, and nothing is durable before the outer one ends.
        """
        outer = self._current()
        if outer is None:
            with self.write():
                yield
        else:
            with outer.begin_nested():
                yield

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give the connection for a read: the current transaction's, else a snapshot."""
        current = self._current()
        if current is not None:
            yield current
            return
        with self._translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give the connection for writes: the current transaction's, else a new transaction."""
        current = self._current()
        if current is not None:
            yield current
            return
        with self._translated(), self._writer.begin() as connection:
            self._local.connection = connection
            try:
                yield connection
            finally:
                self._local.connection = None

    def fetch(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        """Return all rows of one query."""
        with self.read() as connection:
            return connection.execute(query).all()

    def upsert(
        self, table: sa.Table, rows: Sequence[Mapping[str, Any]], *, keys: Collection[str] = ()
    ) -> None:
        """Insert whole rows; replace those whose `keys` (default: primary key) exist."""
        if not rows:
            return
        names = tuple(keys) or tuple(column.name for column in table.primary_key)
        if table.name not in self._upserts:
            insert = self.insert(table)
            changed = {name: insert.excluded[name] for name in rows[0] if name not in names}
            self._upserts[table.name] = insert.on_conflict_do_update(
                index_elements=names, set_=changed
            )
        with self.write() as connection:
            connection.execute(self._upserts[table.name], list(rows))

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """Return an insert that knows `on_conflict_…`; both dialects spell it alike."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def _current(self) -> sa.Connection | None:
        return getattr(self._local, "connection", None)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.IntegrityError:
            raise
        except sa.exc.DBAPIError as error:
            # SQLite's texts name no value; others may, and name hosts and users.
            kind = type(error.orig).__name__
            cause = str(error.orig) if self.is_sqlite else f"the database reported {kind}"
            raise StoreUnreadableError(cause) from error


def database_url(setting: str) -> sa.URL:
    """Read the setting `sync_store`: a path, `sqlite:///path` or a PostgreSQL URL.

    Raises:
        StoreUnreadableError: It is none of these.
    """
    if not setting:
        raise StoreUnreadableError("it is not set", _KINDS)
    if "://" not in setting:
        if _NO_PATH.search(setting):
            # A file with the password in its name would be made.
            raise StoreUnreadableError("it is no path and no URL", _URL)
        url = sa.URL.create("sqlite", database=str(Path(setting).expanduser()))
    else:
        try:
            url = sa.make_url(setting)
        except (sa.exc.ArgumentError, ValueError):
            # ValueError: what follows the last colon is no port; the text would quote it.
            raise StoreUnreadableError("it is no path and no URL", _URL) from None
        if set(f"{url.host}{url.database}") & set("@"):
            raise StoreUnreadableError("its host is none", _URL)
        if url.get_backend_name() == "sqlite" and (url.host or url.username or url.query):
            raise StoreUnreadableError("a file has no host, user or options", _KINDS)
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    # Several processes share the store, so it cannot live in the memory of one.
    is_file = url.drivername == "sqlite" and url.database not in (None, "", ":memory:")
    if is_file or url.drivername == "postgresql+psycopg":
        return url
    raise StoreUnreadableError("this kind of database is not supported", _KINDS)


def sqlite_path(url: sa.URL) -> Path | None:
    """Return the file of a SQLite URL, else None."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def prepare_file(path: Path, *, must_exist: bool) -> None:
    """Create an empty database file that only its owner can read, unless there is a file.

    SQLite gives the -wal and -shm files the mode of the database file.

    Raises:
        StoreUnreadableError: The file or its folder cannot be created; or it must exist.
    """
    try:
        if must_exist and not path.exists():
            raise StoreUnreadableError("there is no such file", "give the path of the store")
        path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        # Only ever opened when it is new: closing a descriptor of a database that SQLite has open
        # in this process would drop SQLite's locks on it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE_FILE))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreUnreadableError(error.strerror or type(error).__name__) from error


@lru_cache(maxsize=4)
def _create_engine(url: sa.URL) -> sa.Engine:
    """Return the engine of a database: one per process, for it keeps the compiled statements."""
    try:
        engine = sa.create_engine(
            url,
            # Rows hold ids and a mailbox address; errors must not repeat them.
            hide_parameters=True,
            json_serializer=partial(json.dumps, sort_keys=True, separators=(",", ":")),
        )
    except ImportError as error:
        raise StoreUnreadableError(
            "the PostgreSQL driver is missing", "install contact-sync[postgres], or use a file"
        ) from error
    if url.get_backend_name() == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's, untyped in SQLAlchemy
    # The driver's own transactions start late and end at DDL; `_begin_sqlite` opens ours.
    connection.isolation_level = None
    for pragma in (f"busy_timeout = {_BUSY_SECONDS * 1000}", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(options.get("sqlite_begin", "BEGIN"))
