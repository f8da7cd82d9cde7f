"""SAP Cloud for Customer OData V2 over HTTP: no Singer, no sync store."""

from __future__ import annotations

from c4c_client import filters
from c4c_client.auth import Auth, BasicAuth, ClientCertificate, SamlBearer
from c4c_client.client import C4CClient
from c4c_client.dates import to_c4c_date
from c4c_client.errors import (
    AuthError,
    C4CError,
    IncompleteListingError,
    NotFoundError,
    PreconditionFailedError,
    ProtocolError,
    RejectedError,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
)
from c4c_client.metadata import EntityType, Metadata, Property
from c4c_client.model import C4CRecord, Code, Create, Delete, Update, Write, WriteResult

__all__ = [
    "Auth",
    "AuthError",
    "BasicAuth",
    "C4CClient",
    "C4CError",
    "C4CRecord",
    "ClientCertificate",
    "Code",
    "Create",
    "Delete",
    "EntityType",
    "IncompleteListingError",
    "Metadata",
    "NotFoundError",
    "PreconditionFailedError",
    "Property",
    "ProtocolError",
    "RejectedError",
    "SamlBearer",
    "ThrottledError",
    "TransientError",
    "UnknownOutcomeError",
    "Update",
    "Write",
    "WriteResult",
    "filters",
    "to_c4c_date",
]
