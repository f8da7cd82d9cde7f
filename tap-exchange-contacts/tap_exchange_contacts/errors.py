"""The one place where failures become a line that says what to do.

Messages name settings, codes and remedies; never addresses, field values, URLs or secrets.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from exchange_client import (
    AuthError,
    CursorExpiredError,
    ExchangeError,
    FolderGoneError,
    MailboxError,
    ThrottledError,
    TransientError,
    mailbox_error,
)
from singer_sdk.exceptions import (
    ConfigurationError,
    FatalAPIError,
    RetriableAPIError,
    SingerSDKError,
)
from singer_sdk.plugin_base import SingerCommand
from typing_extensions import override

from tap_exchange_contacts.quiet import keep_log_clean
from tap_exchange_contacts.secret_files import warn_of_exposed

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import TracebackType

_PASSING = (ThrottledError, TransientError, CursorExpiredError, FolderGoneError)


def explain(error: ExchangeError) -> SingerSDKError:
    """Turn an error of the client into the SDK's kind, with the remedy in its text."""
    if isinstance(error, AuthError):
        return FatalAPIError(
            f"Cannot sign in: {error}. Check tenant_id, client_id, cloud and the credential "
            "(client_secret, certificate_file or device_code)."
        )
    if isinstance(error, MailboxError):
        return FatalAPIError(f"mailboxes: a mailbox cannot be read: {error}")
    if isinstance(error, _PASSING):
        return RetriableAPIError(
            f"Exchange is not available: {error}. Check authority_url, graph_url and the network, "
            "or run again later."
        )
    return FatalAPIError(
        f"Exchange gave an unexpected answer: {error}. Check graph_url and ca_file."
    )


def explain_mailboxes(errors: dict[int, ExchangeError]) -> FatalAPIError:
    """Turn the failed checks, by position in the setting, into one error."""
    listed = "; ".join(
        f"mailboxes[{position}]: {mailbox_error(error)}" for position, error in errors.items()
    )
    return FatalAPIError(f"{listed}. Correct or remove the entry, then run again.")


def explain_items(number: int) -> FatalAPIError:
    """Say that items are missing from what was emitted."""
    return FatalAPIError(
        f"{number} item(s) could not be read and are missing; all others were. Open them in "
        "Outlook, or delete them there, then run again."
    )


@contextmanager
def explained() -> Generator[None, None, None]:
    """Let errors of the client leave the block as the SDK's errors."""
    try:
        yield
    except ExchangeError as error:
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
    if isinstance(error, (ConfigurationError, SingerSDKError)):
        return "; ".join(getattr(error, "errors", None) or [str(error)])
    place = _place(error.__traceback__)
    return f"Unexpected {type(error).__name__} at {place}. Please report it."


def _place(trace: TracebackType | None) -> str:
    place = "an unknown place"
    while trace is not None:
        place = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
