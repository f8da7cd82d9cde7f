"""Sessions that may fail: what is left of a stage goes on to the next plugin, as in a pipe."""

from __future__ import annotations

import contextlib
import io
import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from contact_sync.mapper import ContactSyncMapper
from harness.world import PLUGINS, STAGES, World

from histories.kills import Kill, Killed

if TYPE_CHECKING:
    from collections.abc import Callable

#: How a plugin ends that was asked to end, or could not go on.
_ENDS = (Exception, SystemExit, Killed)


class FaultySessions(World):
    """A world whose sessions report failures instead of raising them."""

    def attempt(self, kill: Kill | None = None) -> list[BaseException]:
        """Run a session; return what ended plugins early. A failed stage ends the session."""
        self.graph.reset_counters()
        self.c4c.reset_counters()
        with ExitStack() as stack:
            if kill is not None:
                stack.enter_context(kill.armed())
            for stage in STAGES:
                failures = self._attempt_stage(kill, *stage)
                if failures:
                    return failures
        return []

    def _attempt_stage(
        self, kill: Kill | None, tap_name: str, mapping: str, target_name: str
    ) -> list[BaseException]:
        failures: list[BaseException] = []

        def run(plugin: Callable[[], Callable[[], object]]) -> str:
            text = io.StringIO()
            with contextlib.redirect_stdout(text):
                try:
                    plugin()()
                except _ENDS as failure:
                    failures.append(failure)
            if kill is not None:
                kill.revive()
            return text.getvalue()

        facts = run(lambda: self._tap(tap_name))
        operations = run(lambda: _listener(ContactSyncMapper(config=self.settings(mapping)), facts))
        target = PLUGINS[target_name]
        states = run(lambda: _listener(target(config=self.settings(target_name)), operations))
        # Meltano keeps the last state that a target gave out, also of a run that failed later.
        lines = [line for line in states.splitlines() if line.strip()]
        if lines:
            self.state[tap_name] = json.loads(lines[-1])
        return failures

    def _tap(self, name: str) -> Callable[[], object]:
        source = PLUGINS[name](
            config=self.settings(name),
            catalog=self.catalogs.get(name),
            state=json.loads(json.dumps(self.state.get(name) or {})),
        )
        if name not in self.catalogs:
            self.catalogs[name] = source.catalog_dict
        run: Callable[[], object] = source.sync_all
        return run


def _listener(plugin: Any, text: str) -> Callable[[], object]:
    return lambda: plugin.listen(io.StringIO(text))
