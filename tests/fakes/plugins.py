"""Runs a tap, mapper or target in this process the way its command line does."""

from __future__ import annotations

import io
import json
import logging
import signal
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from singer_sdk.plugin_base import _ConfigInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import pytest
    from contact_sync.singer_io import QuietPlugin
    from singer_sdk import Tap


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    Attributes:
        exit_code: 0 or 1.
        stdout: STATE lines of a target, messages of a mapper or tap.
        errors: Texts of the errors, as an operator sees them.
        log: Everything that was logged, debug level included.
    """

    exit_code: int
    stdout: str
    errors: list[str]
    log: str

    def line(self, *emitted: str) -> str:
        """Return the one line of a failure; assert that it is one.

        Args:
            emitted: Types of messages that may have been emitted before; none else may.
        """
        assert self.exit_code == 1
        assert {json.loads(message)["type"] for message in self.stdout.splitlines()} <= {*emitted}
        (line,) = self.errors
        assert "\n" not in line
        assert "Unexpected" not in line
        return line


class _Runner:
    """Runs programs; `caplog` and `capsys` of the test."""

    def __init__(
        self, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._caplog = caplog
        self._capsys = capsys

    def _run(self, program: Callable[[], object]) -> Ended:
        self._caplog.clear()
        exit_code = 0
        with self._caplog.at_level(logging.DEBUG), _same_process():
            try:
                program()
            except SystemExit as stop:
                exit_code = stop.code if isinstance(stop.code, int) else 1
        errors = [
            record.getMessage()
            for record in self._caplog.records
            if record.levelno >= logging.ERROR
        ]
        return Ended(exit_code, self._capsys.readouterr().out, errors, self._caplog.text)


class Runner(_Runner):
    """Runs mappers and targets."""

    def __call__(
        self,
        plugin: type[QuietPlugin],
        config: Mapping[str, Any],
        *messages: Mapping[str, Any] | bytes,
    ) -> Ended:
        """Run with these messages; bytes are a line as it is."""
        lines = [m if isinstance(m, bytes) else json.dumps(m).encode() for m in messages]
        source = io.TextIOWrapper(io.BytesIO(b"".join(line + b"\n" for line in lines)), "utf-8")
        settings = _ConfigInput(config=dict(config))
        return self._run(lambda: plugin.invoke(config=settings, file_input=source))


class TapRunner(_Runner):
    """Runs taps."""

    def __call__(self, plugin: type[Tap], config_file: Path, *arguments: str) -> Ended:
        """Run with a configuration file, whatever is in it."""
        command = plugin.get_singer_command()
        return self._run(lambda: command.main(["--config", str(config_file), *arguments]))


def schema(stream: str, *keys: str, **properties: Any) -> dict[str, Any]:
    """Return a SCHEMA message."""
    body = {"type": "object", "properties": properties}
    return {"type": "SCHEMA", "stream": stream, "schema": body, "key_properties": [*keys]}


def record(stream: str, **properties: Any) -> dict[str, Any]:
    """Return a RECORD message."""
    return {"type": "RECORD", "stream": stream, "record": properties}


def state(**value: Any) -> dict[str, Any]:
    """Return a STATE message."""
    return {"type": "STATE", "value": value}


@contextmanager
def _same_process() -> Iterator[None]:
    """Undo what a plugin does to a process of its own."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    excepthook = sys.excepthook
    try:
        yield
    finally:
        sys.excepthook = excepthook
        logging.captureWarnings(capture=False)
        for number, handler in before.items():
            signal.signal(number, handler)
