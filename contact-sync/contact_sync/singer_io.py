"""How mapper and targets read messages and fail: one clear line, and no content of a record.

Responsible for the places where the SDK would print record content or setting values: unparsable
lines, missing keys, unknown messages, schema validation, tracebacks.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from typing import IO, TYPE_CHECKING, Any, ClassVar

from singer_sdk.exceptions import ConfigurationError, ConfigValidationError
from singer_sdk.io_base import SingerReader
from singer_sdk.plugin_base import JSONSchemaValidator, PluginBase
from typing_extensions import override

from contact_sync import json_text
from contact_sync.contract import ContractError
from contact_sync.errors import ContactSyncError, SessionLockedError
from contact_sync.known_settings import unknown_settings, unknown_variables
from contact_sync.last_words import note_failure
from contact_sync.quiet import keep_log_clean
from contact_sync.secret_files import warn_of_exposed

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    import click
    from singer_sdk.plugin_base import _ConfigInput


_NOT_UTF8 = "The input is not UTF-8 text. Does a Singer tap write it?"


class MessageError(ContactSyncError):
    """The input is not what a Singer stream of this sync looks like; nothing of it is used."""


class QuietReader(SingerReader):
    """Reads Singer messages and never repeats them in an error."""

    _line = 0

    @override
    def process_lines(
        self,
        file_input: IO[str] | None,
        callbacks: dict[str, Callable[[dict[str, Any]], None]],
    ) -> Counter[str]:
        """Process all lines; a line that cannot be decoded is an error without its content."""
        self._line = 0
        try:
            return super().process_lines(file_input, callbacks)
        except UnicodeDecodeError:
            raise MessageError(_NOT_UTF8) from None

    @override
    def deserialize_json(self, line: str) -> dict[str, Any]:
        """Parse one line.

        Raises:
            MessageError: It is not a JSON object, or it is nested too deeply.
        """
        self._line += 1
        try:
            # In the C locale Python hands broken bytes on as halves of surrogate pairs.
            line.encode("utf-8")
        except UnicodeEncodeError:
            raise MessageError(_NOT_UTF8) from None
        try:
            message = json_text.loads(line)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            raise MessageError(
                f"Line {self._line} of the input is not a Singer message (a JSON object)."
            )
        return message

    @staticmethod
    @override
    def assert_line_requires(line_dict: dict[str, Any], requires: set[str]) -> None:
        """Check for members that a message must have.

        Raises:
            MessageError: One is missing, or its type is no text.
        """
        missing = sorted(requires - set(line_dict))
        if missing:
            raise MessageError(f"A Singer message lacks: {', '.join(missing)}.")
        if "type" in requires and not isinstance(line_dict["type"], str):
            raise MessageError("A Singer message has an unknown type.")

    @override
    def _process_unknown_message(self, message_dict: dict[str, Any]) -> None:
        raise MessageError("A Singer message has an unknown type.")


class QuietPlugin(PluginBase):
    """Mix-in for mapper and targets: every failure is one line on stderr and exit code 1."""

    #: Errors whose text is made for people and free of personal data and secrets.
    plain_errors: ClassVar[tuple[type[Exception], ...]] = (
        ContactSyncError,
        ContractError,
        ConfigurationError,
    )

    @classmethod
    @override
    def invoke(cls, **arguments: Any) -> None:
        """Run the plugin; turn exceptions into one line and an exit code."""
        keep_log_clean()
        logger = logging.getLogger(cls.name)
        given = arguments.get("config")
        warn_of_exposed(given.config if given else {}, logger)
        try:
            super().invoke(**arguments)
        except BrokenPipeError:
            # Not the cause of the session's end, so it is not noted.
            logger.error("The next plugin of the pipeline has stopped; see its message.")  # noqa: TRY400
        except SessionLockedError as error:
            logger.error(str(error))  # noqa: TRY400 - a traceback could show values
        except Exception as error:  # noqa: BLE001 - the last door; the text may hold values
            lines = cls._lines_of(error)
            for line in lines:
                logger.error(line)  # noqa: TRY400 - a traceback could show values
            note_failure(given and given.config.get("sync_store"), cls.name, "; ".join(lines))
        else:
            return
        sys.exit(1)

    @classmethod
    def _lines_of(cls, error: Exception) -> list[str]:
        if isinstance(error, ConfigValidationError):
            return list(error.errors or [str(error)])
        if isinstance(error, cls.plain_errors):
            return [str(error)]
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
        return [f"Unexpected {type(error).__name__} ({places}); please report it."]

    @classmethod
    @override
    def cb_config(
        cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]
    ) -> _ConfigInput:
        """Read the configuration files; a traceback of a parser could show what is in them."""
        try:
            return super().cb_config(ctx, param, value)
        except (OSError, RecursionError, TypeError, ValueError):
            # Before logging is set up: the text goes to stderr, the exit code is 1.
            sys.exit("--config: a file is not there, or is no JSON object. Check path and content.")

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Check the settings; messages name settings, never values."""
        self.append_builtin_config(self.config_jsonschema)
        errors = unknown_settings(self.config_jsonschema, self._config)
        errors += unknown_variables(self.config_jsonschema, self._env_var_prefix, os.environ)
        for error in JSONSchemaValidator(self.config_jsonschema).iter_errors(self._config):
            path = ".".join(str(part) for part in error.absolute_path)
            if error.validator == "required":
                missing = sorted(set(error.validator_value) - set(error.instance))
                prefix = f"{path}." if path else ""
                errors += [f"Setting `{prefix}{name}` is missing." for name in missing]
            elif error.validator == "enum":
                allowed = ", ".join(str(value) for value in error.validator_value)
                errors.append(f"Setting `{path}` must be one of: {allowed}.")
            else:
                errors.append(f"Setting `{path}` has a value of the wrong kind.")
        # The validator reports every missing setting once for each that is missing.
        errors = list(dict.fromkeys(errors))
        if errors and raise_errors:
            raise ConfigValidationError(errors[0], errors=errors)
        return errors
