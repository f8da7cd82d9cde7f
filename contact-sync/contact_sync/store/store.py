"""The sync store: one object that opens the database and hands out its repositories."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Self

from contact_sync.errors import BindingError, StoreKeyError
from contact_sync.store import digest_key as keys
from contact_sync.store.database import Database, database_url, prepare_file, sqlite_path
from contact_sync.store.folders import Folders
from contact_sync.store.holds import Holds
from contact_sync.store.intents import Intents
from contact_sync.store.issues import Issues
from contact_sync.store.links import Links
from contact_sync.store.locks import Locks
from contact_sync.store.rereads import Requests
from contact_sync.store.runs import Runs
from contact_sync.store.schema import upgrade
from contact_sync.store.seen_settings import SeenSettings
from contact_sync.store.state_lists import StateLists

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import TracebackType

    import sqlalchemy as sa

    from contact_sync.core.model import Side


def utc_now() -> datetime:
    """Return the present time, UTC and aware."""
    return datetime.now(timezone.utc)


class Store:
    """Links, intents, issues and all else that outlives a session.

    Several processes may have one store open. Each repository method is a transaction of its own
    unless it is called inside `transaction`.

    Attributes:
        links: Pairs of an item and a record.
        intents: The write-ahead log.
        issues: Records that could not be synced.
        requests: Ids that a tap is asked to read again.
        holds: Removals that wait for a person.
        folders: Managed folders by id.
        runs: What the stages did.
        locks: One session per mailbox.
        settings: Small facts by name.
        states: What the tenant calls its states.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._digest_key: bytes | None = None
        self.links = Links(database)
        self.intents = Intents(database, now)
        self.issues = Issues(database, now)
        self.requests = Requests(database)
        self.holds = Holds(database, now)
        self.folders = Folders(database)
        self.runs = Runs(database, now)
        self.locks = Locks(database, now)
        self.settings = SeenSettings(database)
        self.states = StateLists(self.settings, now)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        digest_key: str | None = None,
        now: Callable[[], datetime] = utc_now,
        needs_digest_key: bool = True,
        must_exist: bool = False,
    ) -> Store:
        """Open the store, create it at first use, and run missing migrations.

        Args:
            url: A file path, `sqlite:///path`, or a PostgreSQL URL.
            digest_key: 64 to 128 hex digits. None: the file `<path>.key`, made at first use.
            now: The clock; returns aware times.
            needs_digest_key: False for those that make no digests: they neither create nor change
                a key, and `digest_key` is not available.
            must_exist: Refuse to create a database file.

        Raises:
            StoreUnreadableError: The database cannot be opened, or is something else.
            StoreNewerError: A newer version wrote it.
            StoreKeyError: The digest key is unusable.
        """
        target = database_url(url)
        path = sqlite_path(target)
        if path is not None:
            prepare_file(path, must_exist=must_exist)
        store = cls(Database(target), now)
        try:
            upgrade(store._database)
            if needs_digest_key:
                key_file = path and path.with_name(f"{path.name}.key")
                store._digest_key = keys.settle(store, digest_key, key_file)
        except BaseException:
            store.close()
            raise
        return store

    @property
    def digest_key(self) -> bytes:
        """The key of all digests.

        Raises:
            StoreKeyError: The store was opened without it.
        """
        if self._digest_key is None:
            raise StoreKeyError("the store was opened without it", "open the store with a key")
        return self._digest_key

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def __enter__(self) -> Self:
        """Return the store itself; it is closed at the end of the block."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the store."""
        self.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Return a block that is committed as a whole or not at all; see `Database.transaction`."""
        return self._database.transaction()

    def connection(self) -> AbstractContextManager[sa.Connection]:
        """Return the connection for writes that no repository offers."""
        return self._database.write()

    def bind(self, side: Side, identity: str) -> None:
        """Tie the store to a tenant; the first one holds for ever.

        Args:
            side: The system.
            identity: Tenant id, domain or host of the tenant; case does not matter.

        Raises:
            BindingError: The store belongs to another tenant.
        """
        found = identity.lower()
        bound = self.binding(side) or self.settings.keep_first(_binding_name(side), found)
        if bound != found:
            raise BindingError(side.value, bound, found)

    def binding(self, side: Side) -> str | None:
        """Return what the store is tied to."""
        return self.settings.get(_binding_name(side))


def _binding_name(side: Side) -> str:
    return f"binding.{side.value}"
