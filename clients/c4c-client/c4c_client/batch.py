"""The `$batch` format: writes multipart requests, takes multipart answers apart.

Every write sits in a changeset of its own, so that one refusal undoes nothing else.
Nothing a record holds can end a part: bodies are JSON in ASCII on a single line, and the
boundaries are random.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Any

from requests.structures import CaseInsensitiveDict

from c4c_client.answers import Answer
from c4c_client.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CRLF = "\r\n"
_STATUS_LINE = re.compile(rb"HTTP/\d\.\d (\d{3})[^\r\n]*\r?\n")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_UNSENDABLE = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True)
class Part:
    """One request inside a batch; `path` is relative to the service root and encoded.

    Raises:
        ValueError: A path or header holds control characters, and could add lines, or is not ASCII.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse a part that could not be sent as one."""
        if any(map(_UNSENDABLE.search, (self.path, *self.headers.values()))):
            raise ValueError("a path or header of a batch part holds control characters or others")

    @property
    def is_write(self) -> bool:
        """Whether the part belongs into a changeset."""
        return self.method != "GET"


@dataclass(frozen=True)
class BatchAnswer:
    """The answers to the parts of a batch, in order.

    Attributes:
        answers: One for each read and each changeset that was answered.
        is_complete: False if the text broke off before its closing boundary.
    """

    answers: list[Answer]
    is_complete: bool

    def has_stopped(self, asked: int) -> bool:
        """Whether C4C ended the batch at the first part that failed, of so many that were asked.

        Unconfirmed: whether C4C goes on after a failed part. Answers come in order; fewer of them
        that do not end with the only failure could be anybody's.
        """
        *before, last = [answer.is_success for answer in self.answers] or [True]
        is_short = len(self.answers) < asked
        return self.is_complete and is_short and not last and all(before)


def json_body(properties: Mapping[str, Any]) -> bytes:
    """Encode properties as one line of ASCII JSON.

    Raises:
        TypeError: A value is nothing JSON knows.
        ValueError: A number is not finite.
    """
    return json.dumps(dict(properties), ensure_ascii=True, allow_nan=False).encode("ascii")


def encode_batch(parts: Sequence[Part]) -> tuple[str, bytes]:
    """Return content type and body of a `$batch` request."""
    boundary = f"batch_{secrets.token_hex(16)}"
    text = "".join(f"--{boundary}{_CRLF}{_encode_outer(part)}" for part in parts)
    return f"multipart/mixed; boundary={boundary}", f"{text}--{boundary}--{_CRLF}".encode("ascii")


def decode_batch(answer: Answer) -> BatchAnswer:
    """Take the answer to a batch apart; a last part cut off in the middle is left out.

    Raises:
        ProtocolError: It is no multipart, or a part is no HTTP answer.
    """
    parts, is_complete = _split(answer.headers.get("content-type", ""), answer.body)
    return BatchAnswer([_decode_outer(part) for part in parts], is_complete)


def _encode_outer(part: Part) -> str:
    if not part.is_write:
        return _encode_inner(part)
    boundary = f"changeset_{secrets.token_hex(16)}"
    return _CRLF.join(
        [
            f"Content-Type: multipart/mixed; boundary={boundary}",
            "",
            f"--{boundary}",
            f"{_encode_inner(part)}--{boundary}--",
            "",
        ]
    )


def _encode_inner(part: Part) -> str:
    headers = dict(part.headers)
    if part.body is not None:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(part.body))}
    lines = [f"{part.method} {part.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    # A request without a body must be followed by two blank lines (developer guide, $batch).
    body = (part.body or b"").decode("ascii")
    return _CRLF.join(
        [
            "Content-Type: application/http",
            "Content-Transfer-Encoding: binary",
            "",
            *lines,
            "",
            body,
            "",
        ]
    )


def _split(content_type: str, body: bytes) -> tuple[list[bytes], bool]:
    """Return the texts between the boundaries, and whether the closing one was there."""
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_param("boundary")
    if message.get_content_maintype() != "multipart" or not isinstance(boundary, str):
        raise ProtocolError("send a batch: the answer is no multipart")
    delimiter = re.compile(
        rb"(?:\A|\r?\n)--" + re.escape(boundary.encode("latin-1")) + rb"(--)?[ \t]*(?=\r?\n|\Z)"
    )
    parts: list[bytes] = []
    start: int | None = None
    for found in delimiter.finditer(body):
        if start is not None:
            parts.append(body[start : found.start()])
        if found[1]:
            return parts, True
        start = found.end()
    return parts, False


def _decode_outer(part: bytes) -> Answer:
    headers, content = _headers_and_rest(part)
    content_type = headers.get("content-type", "")
    if not content_type.lower().startswith("multipart/"):
        return _decode_inner(content)
    inner, _ = _split(content_type, content)
    if len(inner) != 1:
        raise ProtocolError("send a batch: a changeset of one request has not one answer")
    return _decode_inner(_headers_and_rest(inner[0])[1])


def _decode_inner(content: bytes) -> Answer:
    content = content.lstrip(b"\r\n")
    status = _STATUS_LINE.match(content)
    if not status:
        raise ProtocolError("send a batch: a part of the answer is no HTTP answer")
    headers, body = _headers_and_rest(content[status.end() - 1 :])
    return Answer(int(status[1]), headers, body)


def _headers_and_rest(text: bytes) -> tuple[CaseInsensitiveDict[str], bytes]:
    """Split at the first blank line; `text` begins with the line break before the headers."""
    end = _END_OF_HEADERS.search(text)
    head, rest = (text[: end.start()], text[end.end() :]) if end else (text, b"")
    pairs = (line.partition(":") for line in head.decode("latin-1").splitlines())
    headers = {name.strip(): value.strip() for name, colon, value in pairs if colon}
    return CaseInsensitiveDict(headers), rest
