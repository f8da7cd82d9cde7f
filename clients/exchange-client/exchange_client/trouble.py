"""Whose trouble a refusal is, the item's or the mailbox's: asked, not guessed.

A status says little: 403 and 404 come for one item as for a whole mailbox, 5xx for an item that
cannot be opened as for a server that is down. So a refusal is followed by a look whether the
mailbox itself can be used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exchange_client.api import DEFAULT_FOLDER, path_of
from exchange_client.errors import (
    AuthError,
    ExchangeError,
    MailboxError,
    MailboxProblem,
    NotFoundError,
    PreconditionFailedError,
    ProtocolError,
    RejectedError,
    ThrottledError,
    UnknownOutcomeError,
    mailbox_error,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exchange_client.api import GraphApi
    from exchange_client.batch import PartAnswer

#: Errors that say by themselves whom they are about.
_CLEAR = (NotFoundError, PreconditionFailedError, ThrottledError, UnknownOutcomeError)
#: What no item can be the cause of.
_OF_THE_MAILBOX = frozenset(set(MailboxProblem) - {MailboxProblem.DENIED})


def check_mailbox(api: GraphApi, mailbox: str) -> None:
    """Read the default folder; errors say what is wrong with the mailbox.

    Raises:
        ExchangeError: It cannot be used now; a `MailboxError` says that it is not the service.
    """
    try:
        api.get(mailbox, path_of(mailbox, "contactFolders", DEFAULT_FOLDER))
    except NotFoundError as error:
        raise of_default_folder(error) from None


def of_default_folder(error: ExchangeError) -> ExchangeError:
    """Restate an error that the default folder answered.

    Every mailbox has one: "not found" says that the app may not see it (microsoft-graph-docs
    issues 11233 and 6916).
    """
    if isinstance(error, NotFoundError):
        return MailboxError(MailboxProblem.DENIED, **_facts(error))
    return error


def sorted_out(api: GraphApi, mailbox: str, answers: Sequence[PartAnswer]) -> list[PartAnswer]:
    """Give the answers with each refusal told apart.

    A `MailboxError` among them is about the mailbox, any other error about the item.

    Raises:
        AuthError: Nothing works for any mailbox.
    """
    doubtful = [_is_doubtful(answer) for answer in answers]
    if not any(doubtful):
        return list(answers)
    try:
        check_mailbox(api, mailbox)
    except ExchangeError as error:
        found: MailboxError | None = mailbox_error(error)
    else:
        found = None
    return [
        (found or _of_item(answer)) if is_open and isinstance(answer, ExchangeError) else answer
        for answer, is_open in zip(answers, doubtful, strict=True)
    ]


def _is_doubtful(answer: PartAnswer) -> bool:
    if not isinstance(answer, ExchangeError) or isinstance(answer, _CLEAR):
        return False
    if isinstance(answer, AuthError):
        raise answer
    return not (isinstance(answer, MailboxError) and answer.reason in _OF_THE_MAILBOX)


def _of_item(error: ExchangeError) -> ExchangeError:
    if isinstance(error, (MailboxError, ProtocolError)):
        return RejectedError("the service refuses this item", **_facts(error))
    return error


def _facts(error: ExchangeError) -> dict[str, Any]:
    return {"code": error.code, "status": error.status, "request_id": error.request_id}
