"""Reads C4C's JSON envelopes; knows their oddities and never puts a body into a message."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from c4c_client import json_text
from c4c_client.dates import decode_date
from c4c_client.errors import ProtocolError
from c4c_client.model import C4CRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBER = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, or one part of a batch answer.

    Attributes:
        status: HTTP status.
        headers: Looked up without regard to case.
        body: Undecoded; may hold personal data.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the status is one of the 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of success in HTTP


@dataclass(frozen=True)
class Page:
    """Rows of a collection as sent, the server's link to more of them, and how many there are."""

    rows: list[dict[str, Any]] = field(repr=False)
    next_link: str | None = field(repr=False)
    total: int | None = None


def read_page(answer: Answer) -> Page:
    """Read a collection: `{"d": {"results": […], "__next": …}}`, or `d` as a bare list.

    Raises:
        ProtocolError: The body is something else.
    """
    content = _content(answer)
    rows = content.get("results") if isinstance(content, dict) else content
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ProtocolError("C4C sent no list where a collection was asked for")
    link = content.get("__next") if isinstance(content, dict) else None
    if link is not None and not isinstance(link, str):
        raise ProtocolError("C4C sent a next link that is no text")
    total = str(content.get("__count") or "") if isinstance(content, dict) else ""
    return Page(rows, link or None, int(total) if _NUMBER.fullmatch(total) else None)


def read_count(answer: Answer) -> int | None:
    """Read the answer to `/$count`: a number as plain text. None if it is something else."""
    text = answer.body.decode("utf-8-sig", "replace").strip()
    return int(text) if _NUMBER.fullmatch(text) else None


def read_record(answer: Answer) -> C4CRecord:
    """Read a single entity: `{"d": {"results": {…}}}` (C4C's own form) or `{"d": {…}}`.

    Raises:
        ProtocolError: The body is something else, or has no `ObjectID`.
    """
    content = _content(answer)
    if isinstance(content, dict) and "results" in content:
        content = content["results"]
    if not isinstance(content, dict):
        raise ProtocolError("C4C sent no object where a single record was asked for")
    return to_record(content, answer.headers.get("etag"))


def expect_key(record: C4CRecord, object_id: str) -> C4CRecord:
    """Return the record if it is the one asked for.

    Raises:
        ProtocolError: It is another one, so the answers of a batch are out of order.
    """
    if record.object_id.lower() != object_id.lower():
        raise ProtocolError("C4C answered a key with another record")
    return record


def to_record(row: Mapping[str, Any], etag: str | None = None) -> C4CRecord:
    """Turn one row into a record; `etag` is used if the row itself shows none.

    Navigations (deferred or expanded, so objects and lists) and annotations are left out.

    Raises:
        ProtocolError: The row has no `ObjectID`, or an etag that cannot be sent back.
    """
    properties = to_properties(row)
    object_id = properties.get("ObjectID")
    if not isinstance(object_id, str) or not object_id:
        raise ProtocolError("C4C sent a record without ObjectID")
    annotations = row.get("__metadata")
    shown = annotations.get("etag") if isinstance(annotations, dict) else None
    version = shown or etag
    # It is sent back as a header.
    if version is not None and not (
        isinstance(version, str) and version.isascii() and version.isprintable()
    ):
        raise ProtocolError("C4C sent an etag that is no text")
    return C4CRecord(object_id, version, properties)


def to_properties(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain values of a row, decoded as `C4CRecord.properties` promises."""
    return {
        name: _value(value)
        for name, value in row.items()
        if not name.startswith("__") and not isinstance(value, (dict, list))
    }


def decode_json(body: bytes) -> dict[str, Any]:
    """Decode a JSON object; raw control characters inside strings are tolerated.

    Raises:
        ProtocolError: The body is no JSON object, such as the HTML page of a proxy.
    """
    try:
        content = json_text.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        # `from None`: the decoder's error carries the whole body.
        raise ProtocolError("C4C's answer is not JSON") from None
    if not isinstance(content, dict):
        raise ProtocolError("C4C's answer is not a JSON object")
    return content


def _content(answer: Answer) -> dict[str, Any] | list[Any]:
    content = decode_json(answer.body).get("d")
    if not isinstance(content, (dict, list)):
        raise ProtocolError("C4C's answer has no OData V2 envelope")
    return content


def _value(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(value, str):
        return value
    # Strings are declared as fixed-length; some come back padded with blanks.
    return decode_date(value) or value.rstrip(" ")
