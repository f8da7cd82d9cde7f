"""Format of `$batch`: multipart/mixed with CRLF line ends, read strictly and written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.datastructures import Headers
from werkzeug.http import parse_options_header

from emulators.c4c.exceptions import ODataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

_CRLF = b"\r\n"
_REQUEST_LINE = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (\S+) HTTP/1\.1")
_BOUNDARY = "ejjeeffe0"
_CHANGESET_BOUNDARY = "ejjeeffe1"


@dataclass(frozen=True)
class Part:
    """One request inside a batch; `target` is relative to the service root, percent-encoded."""

    method: str
    target: str
    headers: Headers
    body: bytes
    content_id: str


@dataclass(frozen=True)
class Changeset:
    """Writes that succeed or fail together."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class PartAnswer:
    """The answer to one part."""

    response: Response
    content_id: str = ""


def parse_batch(content_type: str, body: bytes) -> list[Part | Changeset]:
    """Read a batch.

    Raises:
        ODataError: It is not well formed; the whole batch is refused.
    """
    items: list[Part | Changeset] = []
    for headers, content in _split(content_type, body):
        if headers.get("Content-Type", "").startswith("multipart/mixed"):
            inner = _split(headers["Content-Type"], content)
            items.append(Changeset(tuple(_parse_part(head, text) for head, text in inner)))
        else:
            items.append(_parse_part(headers, content))
    return items


def write_batch(answers: Sequence[PartAnswer | list[PartAnswer]]) -> tuple[str, bytes]:
    """Write the answers; a list is that of a successful changeset.

    Returns:
        Content type and body.
    """
    blocks = []
    for answer in answers:
        if isinstance(answer, PartAnswer):
            blocks.append(_write_part(answer))
            continue
        inner = _join([_write_part(part) for part in answer], _CHANGESET_BOUNDARY)
        head = f"Content-Type: multipart/mixed; boundary={_CHANGESET_BOUNDARY}\r\n"
        head += f"Content-Length: {len(inner)}\r\n\r\n"
        blocks.append(head.encode() + inner)
    return f"multipart/mixed; boundary={_BOUNDARY}", _join(blocks, _BOUNDARY)


def _split(content_type: str, body: bytes) -> list[tuple[Headers, bytes]]:
    kind, options = parse_options_header(content_type)
    if kind != "multipart/mixed" or not options.get("boundary"):
        raise ODataError("Batch request has no multipart boundary")
    delimiter = b"--" + options["boundary"].encode("ascii")
    pieces = (_CRLF + body).split(_CRLF + delimiter)
    # With bare line feeds nothing is found: the real service wants CRLF, and so does this one.
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):  # noqa: PLR2004 - prologue and end
        raise ODataError("Malformed batch request")
    return [_split_head(piece.removeprefix(_CRLF)) for piece in pieces[1:-1]]


def _split_head(block: bytes) -> tuple[Headers, bytes]:
    head, separator, content = block.partition(_CRLF + _CRLF)
    if not separator or b"\n" in head.replace(_CRLF, b""):
        raise ODataError("Malformed batch request")
    return _parse_headers(head), content


def _parse_headers(head: bytes) -> Headers:
    headers = Headers()
    for line in filter(None, head.split(_CRLF)):
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise ODataError("Malformed batch request")
        headers.add(name.strip(), value.strip())
    return headers


def _parse_part(headers: Headers, content: bytes) -> Part:
    if headers.get("Content-Type", "").partition(";")[0] != "application/http":
        raise ODataError("Batch parts must be of type application/http")
    if headers.get("Content-Transfer-Encoding", "") != "binary":
        raise ODataError("Batch parts need Content-Transfer-Encoding: binary")
    line, separator, rest = content.partition(_CRLF)
    match = _REQUEST_LINE.fullmatch(line.decode("latin-1"))
    if match is None or not separator:
        raise ODataError("Malformed request line in batch")
    # The head ends with an empty line even if nothing follows it.
    inner, body = (Headers(), rest[len(_CRLF) :]) if rest.startswith(_CRLF) else _split_head(rest)
    length = inner.get("Content-Length", type=int)
    body = body.removesuffix(_CRLF) if length is None else body[:length]
    return Part(match[1], match[2], inner, body, headers.get("Content-ID", ""))


def _write_part(answer: PartAnswer) -> bytes:
    response = answer.response
    payload = response.get_data()
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if answer.content_id:
        lines.append(f"Content-ID: {answer.content_id}")
    lines += ["", f"HTTP/1.1 {response.status}"]
    lines += [f"{name}: {value}" for name, value in response.headers if name != "Content-Length"]
    lines += [f"Content-Length: {len(payload)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + payload


def _join(blocks: Sequence[bytes], boundary: str) -> bytes:
    delimiter = b"--" + boundary.encode()
    return b"".join(delimiter + _CRLF + block + _CRLF for block in blocks) + delimiter + b"--\r\n"
