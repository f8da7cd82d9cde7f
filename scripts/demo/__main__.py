"""`python -m demo`: play all chapters; the exit code says whether everything was as specified."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from demo.project import SessionFailedError
from demo.scenes import CHAPTERS
from demo.screen import Screen
from demo.stage import Stage

if TYPE_CHECKING:
    from demo.scene import Chapter


def main() -> int:
    """Play; return the exit code."""
    screen, started = Screen(), time.monotonic()
    failures: list[str] = []
    with Stage() as stage:
        stage.set_up(CHAPTERS)
        screen.say(stage.describe())
        for number, chapter in enumerate(CHAPTERS, start=1):
            screen.chapter(number, chapter)
            try:
                failures += play(screen, stage, chapter)
            except SessionFailedError as error:
                # The later chapters build on this one.
                screen.say(str(error), style="red")
                failures.append(f"{chapter.title}: the session failed, the rest is not played")
                break
    seconds = time.monotonic() - started
    screen.say(f"\n{stage.project.runs} sessions, {seconds:.0f} s", style="bold")
    for failure in failures:
        screen.say(f"✘ {failure}", style="bold red")
    if not failures:
        screen.say("✔ Everything as specified.", style="bold green")
    return 1 if failures else 0


def play(screen: Screen, stage: Stage, chapter: Chapter) -> list[str]:
    """Play one chapter, show it, and return what was not as specified.

    Raises:
        SessionFailedError: The session did not end well.
    """
    stage.act(chapter)
    started = time.monotonic()
    with screen.working("meltano run sync"):
        traffic = stage.run_session(chapter)
    seconds = time.monotonic() - started
    now = stage.look()
    failures: list[str] = []
    for scene in chapter.scenes:
        found = [failure for wanted in scene.expect for failure in wanted.failures(now)]
        screen.scene(scene, now, found)
        failures += (f"{scene.title}: {failure}" for failure in found)
    found = stage.failures(chapter, now, traffic)
    screen.session(traffic, seconds, found)
    return failures + [f"{chapter.title}: {failure}" for failure in found]


if __name__ == "__main__":
    sys.exit(main())
