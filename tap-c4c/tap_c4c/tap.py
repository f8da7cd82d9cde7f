"""The tap: settings in, streams out."""

from __future__ import annotations

import copy
import os
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, cast

from singer_sdk import Tap
from singer_sdk.exceptions import ConfigurationError, ConfigValidationError
from singer_sdk.plugin_base import JSONSchemaValidator
from typing_extensions import override

from tap_c4c import files, schemas, settings, streams
from tap_c4c.errors import OneLineCommand, explained, noted
from tap_c4c.known_settings import unknown_settings, unknown_variables
from tap_c4c.record_types import RECORD_TYPES
from tap_c4c.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    import click
    from c4c_client import C4CClient
    from singer_sdk import Stream
    from singer_sdk.plugin_base import _ConfigInput

    from tap_c4c.connect import Requests
    from tap_c4c.record_types import RecordType


def utc_now() -> datetime:
    """Return the present moment, UTC and aware."""
    return datetime.now(timezone.utc)


class TapC4C(Tap):
    """Singer tap for contacts, accounts and individual customers of SAP Cloud for Customer.

    Args:
        client: Instead of the client that the settings describe.
        requests: Instead of the sync store that the settings name.
        now: The clock; returns aware times.
        kwargs: What the SDK takes: config, catalog, state and so on.
    """

    name = "tap-c4c"
    config_jsonschema = settings.SETTINGS
    dynamic_catalog = True

    def __init__(
        self,
        *,
        client: C4CClient | None = None,
        requests: Requests | None = None,
        now: Callable[[], datetime] = utc_now,
        **kwargs: Any,  # noqa: ANN401 - the SDK's own
    ) -> None:
        self._client = client
        self._requests = requests
        self._now = now
        super().__init__(**kwargs)

    @override
    def discover_streams(self) -> list[Stream]:
        source = Source(self.config, client=self._client, requests=self._requests, now=self._now)
        return [
            *(
                streams.RecordStream(self, source, entry, self._schema(source, entry))
                for entry in RECORD_TYPES
            ),
            streams.CodeListsStream(self, source),
            streams.ViewProblemsStream(self, source),
            streams.ViewReadsStream(self, source),
        ]

    def _schema(self, source: Source, record_type: RecordType) -> dict[str, Any]:
        if self.input_catalog is None:
            with explained():
                return schemas.record_schema(source.metadata.entity_type(record_type.entity_type))
        # The catalog is the schema; a stream that it does not name is not read.
        entry = self.input_catalog.get_stream(record_type.stream)
        return entry.schema.to_dict() if entry else schemas.record_schema(None)

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        # The SDK keeps bookmarks only; nothing that was received may get lost.
        received = copy.deepcopy(state)
        super().load_state(received)
        in_use = cast("dict[str, Any]", self.state)
        for key, value in received.items():
            in_use.setdefault(key, value)

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        # The SDK's own messages quote the offending value, which may be a secret.
        self.append_builtin_config(self.config_jsonschema)
        validator = JSONSchemaValidator(self.config_jsonschema)
        found = unknown_settings(self.config_jsonschema, self._config)
        found += unknown_variables(self.config_jsonschema, self._env_var_prefix, os.environ)
        found += [settings.describe(error) for error in validator.iter_errors(self._config)]
        # The validator reports every missing setting once for each that is missing.
        errors = list(dict.fromkeys(found)) or settings.problems(self._config)
        if errors and raise_errors:
            raise ConfigValidationError("Config validation failed", errors=errors)
        return errors

    @override
    @classmethod
    def invoke(cls, **arguments: Any) -> None:
        with noted(cls.name, arguments.get("config")):
            try:
                super().invoke(**files.checked(arguments))
            except ConfigValidationError as error:
                # The SDK would write a line for each error, and another one.
                raise ConfigurationError("; ".join(error.errors)) from None

    @override
    @classmethod
    def cb_config(
        cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]
    ) -> _ConfigInput:
        try:
            return super().cb_config(ctx, param, value)
        except (OSError, RecursionError, TypeError, ValueError):
            raise ConfigurationError(
                "--config: a file is not there, or is no JSON object. Check path and content."
            ) from None

    @override
    @classmethod
    def get_singer_command(cls) -> click.Command:
        command = super().get_singer_command()
        return OneLineCommand(
            name=command.name,
            callback=command.callback,
            params=command.params,
            help=command.help,
            context_settings=command.context_settings,
            logger=cls.logger,
        )
