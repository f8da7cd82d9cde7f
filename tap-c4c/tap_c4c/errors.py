"""The one place where failures become a line that says what to do.

Messages name settings, codes and remedies; never names, field values, URLs or secrets.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from c4c_client import (
    AuthError,
    C4CError,
    NotFoundError,
    RejectedError,
    ThrottledError,
    TransientError,
)
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError, SingerSDKError
from singer_sdk.plugin_base import SingerCommand
from typing_extensions import override

from tap_c4c.quiet import keep_log_clean
from tap_c4c.secret_files import warn_of_exposed

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from types import TracebackType

    from tap_c4c.record_types import RecordType, View


def explain(error: C4CError) -> SingerSDKError:
    """Turn an error of the client into the SDK's kind, with the remedy in its text."""
    if isinstance(error, AuthError):
        return FatalAPIError(
            f"Cannot sign in: {error}. Check auth_method and its settings, and that the service "
            "is ticked in the user's communication arrangement."
        )
    if isinstance(error, (ThrottledError, TransientError)):
        return RetriableAPIError(
            f"C4C is not available: {error}. Check base_url and the network, or run again later."
        )
    if isinstance(error, NotFoundError):
        return FatalAPIError(
            f"base_url: {error}. Check the service root, and the services ticked in the "
            "communication arrangement."
        )
    return FatalAPIError(f"C4C gave an unexpected answer: {error}. Check base_url and ca_file.")


def explain_filter(record_type: RecordType, view: View, error: RejectedError) -> FatalAPIError:
    """Turn a refused listing into an error that names the setting behind it."""
    if view.filter is None:
        return FatalAPIError(f"C4C refused to list {record_type.collection}: {error}")
    return FatalAPIError(
        f"views: C4C refused the filter of view {view.name} ({record_type.name}): {error}"
    )


def explain_views(
    troubled: Sequence[tuple[RecordType, View, C4CError | None]],
) -> SingerSDKError:
    """Turn trouble of every view into one error; the first one stands for all."""
    record_type, view, error = troubled[0]
    if isinstance(error, RejectedError):
        return explain_filter(record_type, view, error)
    return explain(error or C4CError("nothing can be read"))


@contextmanager
def explained() -> Generator[None, None, None]:
    """Let errors of the client leave the block as the SDK's errors."""
    try:
        yield
    except C4CError as error:
        # The cause stays out of reach of loggers that print chains.
        raise explain(error) from None


class OneLineCommand(SingerCommand):
    """The command line: a failure ends as one line at error level and exit code 1.

    The SDK prints tracebacks; their messages may hold values of records.
    """

    @override
    def main(self, *args: Any, **kwargs: Any) -> Any:
        keep_log_clean()
        try:
            return super().main(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the last stop of every defect
            self.logger.error("%s", line_of(error))  # noqa: TRY400 - no traceback, see above
        raise SystemExit(1)


@contextmanager
def noted(plugin: str, given: object) -> Generator[None, None, None]:
    """Have the line that the block fails with kept in the sync's store, where one is set.

    Args:
        plugin: Name of the plugin.
        given: What the command line was given as configuration.
    """
    config: dict[str, Any] = getattr(given, "config", {})
    warn_of_exposed(config, logging.getLogger(plugin))
    try:
        yield
    except Exception as error:
        sync_store = config.get("sync_store")
        if sync_store:
            # The sync is there only where it is used.
            with suppress(ImportError):
                from contact_sync.requests import note_failure  # noqa: PLC0415

                note_failure(sync_store, plugin, line_of(error))
        raise


def line_of(error: Exception) -> str:
    """Give the one line that a failure ends with."""
    if isinstance(error, SingerSDKError):
        return "; ".join(getattr(error, "errors", None) or [str(error)])
    place = _place(error.__traceback__)
    return f"Unexpected {type(error).__name__} at {place}. Please report it."


def _place(trace: TracebackType | None) -> str:
    place = "an unknown place"
    while trace is not None:
        place = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
