"""The records and writes that cross the border of this package: plain, frozen data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from c4c_client.errors import C4CError


@dataclass(frozen=True)
class C4CRecord:
    """One entity as C4C showed it.

    Attributes:
        object_id: `ObjectID`, 32 hex digits in practice.
        etag: Version to send as `If-Match`, verbatim; None if C4C did not show one.
        properties: Vendor name -> value. Strings without trailing blank padding, dates as
            `YYYY-MM-DDTHH:MM:SS.mmmZ` (UTC), `Edm.Decimal` as text; navigations left out.
    """

    object_id: str
    etag: str | None = field(repr=False)
    properties: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Code:
    """One row of a code list.

    Attributes:
        code: What records hold.
        description: Text in the language of the user.
        context: The value this code depends on (a state's country), None if independent.
    """

    code: str
    description: str
    context: str | None = None


@dataclass(frozen=True)
class Create:
    """POST a new record; `properties` are vendor names with JSON values."""

    collection: str
    properties: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Update:
    """PATCH the given properties; with an `etag` only if the record is still that version."""

    collection: str
    object_id: str
    properties: Mapping[str, Any] = field(repr=False)
    etag: str | None = field(repr=False)


@dataclass(frozen=True)
class Delete:
    """DELETE a record; with an `etag` only if it is still that version."""

    collection: str
    object_id: str
    etag: str | None = field(repr=False)


Write = Create | Update | Delete


@dataclass(frozen=True)
class WriteResult:
    """What became of one write.

    Attributes:
        record: The record as C4C stored it; None after an error or a delete.
        error: Why the write did not happen, or `UnknownOutcomeError`; None on success.
    """

    record: C4CRecord | None = None
    error: C4CError | None = None
