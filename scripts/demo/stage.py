"""The stage: both emulators with their data, the project, and the look at both sides."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Self, cast

from emulators.__main__ import create_service, project_settings
from emulators.seed import PERSONAL_MARK, Seeder
from emulators.server import EmulatorServer
from emulators.tls import create_tls

from demo import expectations
from demo.project import Project
from demo.snapshot import Snapshot
from demo.tenants import Tenants
from demo.traffic import Traffic, read_traffic

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from emulators.c4c.admin import C4CAdmin
    from emulators.graph.admin import GraphAdmin

    from demo.scene import Chapter


class Stage(Tenants):
    """Everything the scenes need; a context manager that serves the emulators."""

    def __init__(self) -> None:
        self.project = Project()
        tls = create_tls(self.project.folder / "tls")
        graph, c4c = create_service("graph", 1), create_service("c4c", 1)
        super().__init__(cast("GraphAdmin", graph.admin), cast("C4CAdmin", c4c.admin))
        self._servers = [EmulatorServer(service, tls) for service in (graph, c4c)]
        self._stack = ExitStack()
        self._apart: set[str] = set()
        Seeder(self.graph, self.c4c).fill()
        self._personal = self.items()
        settings = {"ca_file": str(tls.ca_file), **project_settings(self.project.folder)}
        for server in self._servers:
            settings |= server.service.credentials(server.base_url)
        self.project.write_settings(settings)

    def __enter__(self) -> Self:
        """Start the servers."""
        for server in self._servers:
            self._stack.enter_context(server)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the servers."""
        self._stack.close()

    def set_up(self, chapters: Iterable[Chapter]) -> None:
        """Put everybody on the stage who is there before the first session."""
        for chapter in chapters:
            for scene in chapter.scenes:
                for act in scene.before:
                    act.do(self)

    def describe(self) -> str:
        """Say in one line what there is."""
        items, records = self.items(), self.records()
        mailboxes = {item.mailbox for item in items}
        return (
            f"{len(records)} records in C4C, {len(mailboxes)} mailboxes with "
            f"{len(items)} contacts of their own, {len(self._personal)} of them marked: "
            "nothing of those may leave."
        )

    def act(self, chapter: Chapter) -> None:
        """Let the users do what a chapter says."""
        for scene in chapter.scenes:
            self._apart.update(scene.apart)
            for act in scene.acts:
                act.do(self)

    def run_session(self, chapter: Chapter) -> Traffic:
        """Run the session of a chapter and return what it cost.

        Raises:
            SessionFailedError: It did not end well.
        """
        self.graph.reset_counters()
        self.c4c.reset_counters()
        self.project.run_session(chapter.settings)
        return read_traffic(self.graph.counters(), self.c4c.counters())

    def look(self) -> Snapshot:
        """Return both sides as they are now, with issues and holds."""
        status = self.project.ask("status")
        return Snapshot(
            items=self.items(),
            records=self.records(),
            issues=tuple(status["issues"]),
            holds=len(status["pending_holds"]),
        )

    def failures(self, chapter: Chapter, now: Snapshot, traffic: Traffic) -> list[str]:
        """Say what is wrong beside the scenes: agreement of the sides, privacy, quiet."""
        found = [
            *expectations.left_alone(self._personal, now.items, PERSONAL_MARK),
            *expectations.leaked(now.records, PERSONAL_MARK),
            *(f"personal data in {name}" for name in self.project.files_with(PERSONAL_MARK)),
        ]
        if chapter.agrees:
            found += expectations.disagreements(now, self._apart)
        if chapter.is_quiet and traffic.writes:
            found.append(f"{traffic.writes} writes in a session with nothing to do")
        return found

    def reject_holds(self) -> None:
        """Let the operator reject all holds."""
        for hold_id in self.project.ask("status")["pending_holds"]:
            self.project.ask("reject", hold_id)
