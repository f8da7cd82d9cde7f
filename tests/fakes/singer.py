"""Runs a tap in this process and sorts what it writes."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from singer_sdk import Tap


@dataclass(frozen=True)
class Output:
    """The messages of one run, in order."""

    messages: list[dict[str, Any]]

    def records(self, stream: str) -> list[dict[str, Any]]:
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    @property
    def states(self) -> list[dict[str, Any]]:
        return [message["value"] for message in self.messages if message["type"] == "STATE"]

    @property
    def state(self) -> dict[str, Any]:
        return self.states[-1]

    @property
    def text(self) -> str:
        return "\n".join(json.dumps(message) for message in self.messages)


def run(tap: Tap) -> Output:
    """Sync all streams of a tap; an exception of the tap passes through."""
    output, _ = run_until_failure(tap, expected=())
    return output


def run_until_failure(
    tap: Tap, expected: type[Exception] | tuple[type[Exception], ...] = Exception
) -> tuple[Output, Exception | None]:
    """Sync all streams; give what was written, and the failure if there was one."""
    buffer = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    failure = None
    with redirect_stdout(buffer):
        try:
            tap.sync_all()
        except expected as error:
            failure = error
    buffer.seek(0)
    return Output([json.loads(line) for line in buffer.read().splitlines()]), failure
