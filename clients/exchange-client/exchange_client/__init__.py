"""Outlook contacts over HTTP: folders, contacts, deltas, categories. No Singer, no sync store."""

from exchange_client.contact_fields import LINK_PROPERTY
from exchange_client.credentials import (
    ClientSecret,
    Credentials,
    DeviceCode,
    PemCertificate,
    PfxCertificate,
)
from exchange_client.errors import (
    AuthError,
    CursorExpiredError,
    ExchangeError,
    FolderGoneError,
    MailboxError,
    MailboxProblem,
    NotFoundError,
    PreconditionFailedError,
    ProtocolError,
    RejectedError,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
    mailbox_error,
)
from exchange_client.graph import GraphClient
from exchange_client.model import (
    Changes,
    Contact,
    ContactCopy,
    ContactCreate,
    ContactTrash,
    ContactUpdate,
    Folder,
    Found,
    Outcome,
)
from exchange_client.protocol import ExchangeClient

__all__ = [
    "LINK_PROPERTY",
    "AuthError",
    "Changes",
    "ClientSecret",
    "Contact",
    "ContactCopy",
    "ContactCreate",
    "ContactTrash",
    "ContactUpdate",
    "Credentials",
    "CursorExpiredError",
    "DeviceCode",
    "ExchangeClient",
    "ExchangeError",
    "Folder",
    "FolderGoneError",
    "Found",
    "GraphClient",
    "MailboxError",
    "MailboxProblem",
    "NotFoundError",
    "Outcome",
    "PemCertificate",
    "PfxCertificate",
    "PreconditionFailedError",
    "ProtocolError",
    "RejectedError",
    "ThrottledError",
    "TransientError",
    "UnknownOutcomeError",
    "mailbox_error",
]
