"""Everything one emulated tenant holds, and the units of work on it."""

from __future__ import annotations

import random
import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from emulators.c4c.derived import Reader, root_of
from emulators.c4c.editor import Editor
from emulators.c4c.exceptions import locked
from emulators.c4c.facts import Facts
from emulators.c4c.models import User, World
from emulators.c4c.rules import InputRules
from emulators.c4c.security import Security
from emulators.c4c.switches import Switches
from emulators.c4c.urls import operations
from emulators.faults import FaultScript

if TYPE_CHECKING:
    from collections.abc import Generator

    from emulators.c4c.models import Node
    from emulators.clock import Clock

NAMED_FAULTS = frozenset(
    {
        "short_page",
        "empty_page",
        "repeat_next",
        "duplicate_row",
        "locked",
        "maintenance",
        "broken_row",
        "user_edit",
    }
)
TECHNICAL_LOGIN = "_CONTACTSYNC"


class Tenant:
    """State of the service. Whoever reads or writes it holds `lock`."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self.clock = clock
        self.chance = random.Random(seed)  # noqa: S311 - reproducible by intention
        self.lock = threading.RLock()
        self.switches = Switches()
        self.faults = FaultScript(clock, NAMED_FAULTS, operations(Facts()))
        # The name shown in CreatedBy is not the login name: nobody may compare the two.
        technical = User("Contact Sync Integration", self.new_uuid())
        self.password = f"Pw-{self.chance.getrandbits(64):016x}"
        account = (TECHNICAL_LOGIN, self.password, technical)
        self.security = Security(clock, self.switches, account)
        self.requests: Counter[str] = Counter()
        self.writes: Counter[str] = Counter()
        self.clear()

    def clear(self) -> None:
        """Forget all rows, restrictions, locks and custom fields; users and switches stay."""
        self.facts = Facts()
        self.world = World()
        self.rules = InputRules(self.switches)
        self.editor = Editor(self.facts, self.switches, self.world, self.clock, self.chance)
        self.hidden: set[str] = set()
        self.locks: dict[str, str] = {}
        self._journal: list[str] = []
        self._is_working = False
        self._stale: World | None = None
        self._stale_reads = 0

    def new_uuid(self) -> str:
        """Return a random GUID."""
        digits = f"{self.chance.getrandbits(128):032X}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    @contextmanager
    def unit_of_work(self) -> Generator[None]:
        """Run a block that takes effect as a whole or not at all; an inner one joins the outer."""
        with self.lock:
            if self._is_working:
                yield
                return
            may_go_stale = self.switches.stale_reads > 0 and self._stale is None
            before = self.world.copy() if may_go_stale else None
            self._journal.clear()
            self._is_working = True
            try:
                with self.world.transaction():
                    yield
            finally:
                self._is_working = False
            self.writes.update(self._journal)
            if self._journal and before is not None:
                self._stale, self._stale_reads = before, self.switches.stale_reads

    def catch_up(self) -> None:
        """Let reads see the present, however many were still to lag."""
        self._stale = None

    def record_write(self, name: str) -> None:
        """Count a write of the API, if the unit of work commits."""
        self._journal.append(name)

    def reader(self, *, is_collection: bool) -> Reader:
        """Return a reader of the present world, or of an old one while reads are stale."""
        world = self.world
        applies = is_collection or self.switches.stale_scope == "all"
        if self._stale is not None and applies:
            world = self._stale
            self._stale_reads -= 1
            if self._stale_reads <= 0:
                self._stale = None
        return Reader(self.facts, self.switches, world)

    def check_lock(self, entity: str, node: Node) -> None:
        """Refuse a write while a user has the business object open.

        Raises:
            ODataError: It is locked.
        """
        user = self.locks.get(root_of(self.world, entity, node).object_id)
        if user is not None:
            raise locked(user)
