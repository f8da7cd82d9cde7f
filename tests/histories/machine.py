"""The state machine: users, sessions with faults, and rest; every rest is judged by the oracle."""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contact_sync.store import session_owner
from harness.world import ALICE
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from histories import draws
from histories.checks import assert_not_poorer, assert_private, bury
from histories.decisions import noted
from histories.draws import BOTH, VIEW_OF, VIEWS, faults, kinds, picks
from histories.faults import Armed, arm, fired
from histories.ledger import KINDS, Ledger
from histories.oracle import Config, Oracle
from histories.sessions import FaultySessions
from histories.tally import TALLY
from histories.users import Users
from histories.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Callable

    from histories.users import Interruption

#: Sessions until one writes nothing. Two do the work: the first may have to find out what a
#: cut-off write did before the second can go on.
MOST_SESSIONS = 4
#: After it every issue is tried again.
_LONGEST_PAUSE = 25 * 3600.0


class SyncMachine(RuleBasedStateMachine):
    """One history.

    Attributes:
        sessions: How its sessions run.
        busy: Mailboxes that users work in; empty for all.
    """

    sessions: type[FaultySessions] = FaultySessions
    busy: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        logging.disable(logging.CRITICAL)
        self._stack.callback(logging.disable, logging.NOTSET)
        self._stack.callback(bury)
        self._stack.enter_context(noted())
        self._folder = Path(tempfile.mkdtemp(prefix="history-"))
        self._stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        TALLY.histories += 1

    @initialize(
        read_only=draws.read_onlys,
        own=draws.settings,
        has_view=st.booleans(),
        boxes=st.sampled_from((1, 1, 2)),
        switches=draws.switches,
        population=draws.populations,
        palette=draws.palettes,
        chosen=faults,
    )
    def begin(
        self,
        read_only: tuple[str, ...],
        own: dict[str, dict[str, str]],
        has_view: bool,  # noqa: FBT001 - the strategy's name
        boxes: int,
        switches: list[tuple[str, str, Any]],
        population: int,
        palette: list[str],
        chosen: list[tuple[int, int]],
    ) -> None:
        """Build a world of some people, and let the first session run."""
        self._config = Config(read_only, has_view, own)
        mapper: dict[str, Any] = {
            kind: {**own[kind], "read_only": kind in read_only} for kind in KINDS
        }
        if has_view:
            mapper["views"] = VIEW_OF[:boxes]
        views = VIEWS[:boxes] if has_view else []
        world = self.sessions(self._folder, BOTH[:boxes], mapper, views)
        self._world = self._stack.enter_context(world)
        self._palette = palette
        self._time = VirtualTime()
        self._stack.enter_context(self._time.rule(world))
        for service, name, value in switches:
            admin = world.graph if service == "graph" else world.c4c
            admin.set_switch(name, value)
        self._ledger = Ledger()
        self._users = Users(world, self._ledger, self.busy or world.mailboxes)
        self._oracle = Oracle(world, self._ledger, self._config)
        self._states: list[dict[str, Any]] = []
        for number in range(population):
            self._users.new_record(KINDS[number % 3])
        self._users.new_personal_item()
        self._armed = Armed()
        self._has_unseen_jump = False
        self._waiting: Interruption | None = None
        self._session(chosen)
        self.rest()

    # -- users ---------------------------------------------------------------------------------

    @rule(kind=kinds, is_routed=st.booleans(), where=picks)
    def outlook_creates(self, kind: str, is_routed: bool, where: int) -> None:  # noqa: FBT001
        self._step()
        self._users.new_item(kind, where, is_routed=is_routed)

    @rule(pick=picks, name=picks)
    def outlook_edits(self, pick: int, name: int) -> None:
        self._step()
        self._users.edit_item(pick, name)

    @rule(pick=picks, name=picks)
    def outlook_clears(self, pick: int, name: int) -> None:
        self._step()
        self._users.edit_item(pick, name, value="")

    @rule(pick=picks)
    def outlook_reformats(self, pick: int) -> None:
        self._step()
        self._users.reformat_item(pick)

    @rule(pick=picks)
    def outlook_decorates(self, pick: int) -> None:
        self._step()
        self._users.decorate_item(pick)

    @rule(pick=picks)
    def outlook_bumps(self, pick: int) -> None:
        self._step()
        self._users.bump_item(pick)

    @rule(pick=picks, choice=st.integers(0, 3))
    def outlook_recategorises(self, pick: int, choice: int) -> None:
        self._step()
        self._users.recategorise_item(pick, choice)

    @rule(pick=picks)
    def outlook_deletes(self, pick: int) -> None:
        self._step()
        self._users.delete_item(pick)

    @rule(pick=picks)
    def outlook_moves_out(self, pick: int) -> None:
        self._step()
        self._users.move_item_out(pick)

    @rule(pick=picks, kind=kinds)
    def outlook_drags(self, pick: int, kind: str) -> None:
        self._step()
        self._users.drag_item(pick, kind)

    @rule(pick=picks)
    def outlook_copies(self, pick: int) -> None:
        self._step()
        self._users.copy_item(pick)

    @rule(pick=picks)
    def outlook_restores(self, pick: int) -> None:
        self._step()
        self._users.restore_item(pick)

    @rule(kind=kinds, what=st.sampled_from(("rename", "twin", "delete")), where=picks)
    def outlook_changes_folder(self, kind: str, what: str, where: int) -> None:
        self._step()
        {
            "rename": self._users.rename_folder,
            "twin": self._users.twin_folder,
            "delete": self._users.delete_folder,
        }[what](kind, where)

    @rule(kind=kinds)
    def c4c_creates(self, kind: str) -> None:
        self._step()
        self._users.new_record(kind)

    @rule(pick=picks, name=picks)
    def c4c_edits(self, pick: int, name: int) -> None:
        self._step()
        self._users.edit_record(pick, name)

    @rule(pick=picks, name=picks)
    def c4c_clears(self, pick: int, name: int) -> None:
        self._step()
        self._users.edit_record(pick, name, value="")

    @rule(pick=picks, name=picks)
    def both_edit_alike(self, pick: int, name: int) -> None:
        self._step()
        self._users.edit_both_alike(pick, name)

    @rule(pick=picks, is_removed=st.booleans())
    def c4c_ends(self, pick: int, is_removed: bool) -> None:  # noqa: FBT001
        self._step()
        self._users.end_record(pick, is_removed=is_removed)

    @rule(pick=picks)
    def c4c_revives(self, pick: int) -> None:
        self._step()
        self._users.revive_record(pick)

    @precondition(lambda self: self._config.has_view)
    @rule(pick=picks)
    def c4c_turns_view(self, pick: int) -> None:
        self._step()
        self._users.turn_view(pick)

    @rule(pick=picks)
    def a_busy_day(self, pick: int) -> None:
        """Everybody works: the next session has something of everything to write."""
        for number, kind in enumerate(KINDS):
            self._step()
            self._users.new_item(kind, pick + number, is_routed=number == pick % 3)
            self._users.new_record(kind)
            self._users.edit_item(pick + number, number)
            self._users.edit_record(pick * 3 + number, number)
        self._step()
        self._users.delete_item(pick)
        self._users.end_record(pick + 1, is_removed=False)

    # -- the world -----------------------------------------------------------------------------

    @rule(seconds=st.sampled_from((-7200, -30, 0, 30, 7200, 80000)), is_c4c=st.booleans())
    def a_clock_jumps(self, seconds: int, is_c4c: bool) -> None:  # noqa: FBT001
        if is_c4c and self._has_unseen_jump:
            return  # forth and back between two sessions: nobody could tell
        self._has_unseen_jump |= is_c4c
        self._time.skew(self._world.c4c if is_c4c else self._world.graph, seconds)

    @rule()
    def delta_tokens_expire(self) -> None:
        self._world.graph.expire_delta_tokens()

    @rule(tap=st.sampled_from(("tap-exchange-contacts", "tap-c4c")))
    def singer_state_is_lost(self, tap: str) -> None:
        self._world.state.pop(tap, None)

    @rule(back=st.integers(1, 5))
    def singer_state_is_restored(self, back: int) -> None:
        if self._states:
            self._world.state = dict(self._states[-min(back, len(self._states))])

    @rule()
    def sessions_overlap(self) -> None:
        """Another session holds the mailbox: this one must not write."""
        with self._world.store() as store:
            store.locks.acquire(ALICE, "elsewhere:1:1")
        failures = self._world.attempt()
        assert failures, "I10 a second session was let in"
        assert sum(self._world.writes().values()) == 0, "I10 a second session wrote"
        with self._world.store() as store:
            store.locks.release_all("elsewhere:1:1")

    @rule(chosen=faults)
    def session(self, chosen: list[tuple[int, int]]) -> None:
        self._session(chosen)

    @rule(chosen=faults, pick=picks, name=picks, nth=st.integers(1, 3))
    def session_while_outlook_edits(
        self, chosen: list[tuple[int, int]], pick: int, name: int, nth: int
    ) -> None:
        """A user edits an item right before one of the session's writes to the mailbox."""
        self._step()
        self._session(chosen, lambda: self._users.interrupt_with_item(pick, name, nth))

    @rule(chosen=faults, pick=picks, name=picks, nth=st.integers(1, 3))
    def session_while_c4c_edits(
        self, chosen: list[tuple[int, int]], pick: int, name: int, nth: int
    ) -> None:
        """A user edits a record right before one of the session's writes to C4C."""
        self._step()
        self._session(chosen, lambda: self._users.interrupt_with_record(pick, name, nth))

    @rule()
    def rest(self) -> None:
        """Let sessions run until one writes nothing, then judge; holds are decided and judged."""
        self._disarm()
        self._settle()
        self._judge()
        with self._world.store() as store:
            holds = store.holds.list_(("pending",))
            for position, hold in enumerate(holds):
                is_rejected = position % 2 or (len(holds) == 1 and self._ledger.steps % 2)
                (store.holds.reject if is_rejected else store.holds.approve)(hold.hold_id)
                self._oracle.note_decision(hold, "rejected" if is_rejected else "approved")
        if holds:
            self._settle()
            self._judge()

    def teardown(self) -> None:
        """Judge once more at the end of a history that went well."""
        try:
            if sys.exc_info()[0] is None and hasattr(self, "_oracle"):
                self.rest()
                self._assert_private()
        finally:
            self._stack.close()

    # -- helpers -------------------------------------------------------------------------------

    def _step(self) -> None:
        TALLY.steps += 1
        self._ledger.steps += 1
        # Times of change have whole seconds in C4C; no user is quicker than that.
        self._time.sleep(40)

    def _session(
        self,
        chosen: list[tuple[int, int]],
        interrupt: Callable[[], Interruption | None] = lambda: None,
    ) -> None:
        before = dict(self._world.state)
        earlier = fired(self._world, self._armed)
        if self._palette:
            names = [(self._palette[pick % len(self._palette)], nth) for pick, nth in chosen]
            arm(self._world, self._armed, names)
        # One at a time: nobody could tell in which order two came about.
        self._waiting = self._waiting or interrupt()
        failures = self._attempt(self._armed.kill)
        if self._waiting is not None and self._waiting.has_fired():
            self._users.note(self._waiting)
            self._waiting = None
        news = fired(self._world, self._armed) - earlier
        if failures and not news:
            raise AssertionError("a session failed although nothing went wrong") from failures[0]
        if news["graph truncate"]:
            # Entries of a delta that the service keeps to itself never come again: only a full
            # read finds them, as an operator would order who hears of such a defect.
            self._world.state.pop("tap-exchange-contacts", None)
            before.pop("tap-exchange-contacts", None)
        self._has_unseen_jump &= bool(failures)
        assert_not_poorer(before, self._world.state)
        self._states.append(dict(self._world.state))

    def _disarm(self) -> None:
        """Take away the faults that nothing has met so far."""
        TALLY.chosen.update(self._armed.names)
        TALLY.fired.update(fired(self._world, self._armed))
        self._world.graph.clear_faults()
        self._world.c4c.clear_faults()
        self._armed = Armed()
        self._waiting = None

    def _attempt(self, kill: Any = None) -> list[BaseException]:
        TALLY.sessions += 1
        self._ledger.sessions += 1
        self._time.sleep(31 * 60)
        failures = self._world.attempt(kill)
        with self._world.store() as store:
            store.locks.release_all(session_owner())
        self._oracle.note_conflicts()
        return failures

    def _settle(self) -> None:
        """Let days pass, so that everything that waits for its next try has had it."""
        for number in range(MOST_SESSIONS + 1):
            self._let_a_day_pass()
            for failure in self._attempt():
                raise AssertionError("a session failed although nothing went wrong") from failure
            if sum(self._world.writes().values()) == 0:
                TALLY.to_rest[number] += 1
                break
        else:
            raise AssertionError(f"I26 no rest after {MOST_SESSIONS} sessions")
        self._has_unseen_jump = False
        self._let_a_day_pass()
        self._attempt()
        assert sum(self._world.writes().values()) == 0, "I2 a session at rest writes"

    def _let_a_day_pass(self) -> None:
        self._time.sleep(_LONGEST_PAUSE)
        self._world.c4c.catch_up()  # reads lag for minutes, not for days

    def _judge(self) -> None:
        assert not (violations := self._oracle.violations()), "\n".join(violations)
        with self._world.store() as store:
            assert not store.intents.list_open(), "I11 an intent is open at rest"
            assert not store.intents.list_updates(), "I11 an update is open at rest"

    def _assert_private(self) -> None:
        assert_private(self._folder, self._world.state)
