"""A request and an answer, whether they travel alone or inside a batch."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emulators.graph import exceptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import Headers

    from emulators.graph.directory import Grant

JSON = "application/json"
_CONTROL = re.compile(r"(?<!\\)((?:\\\\)*)\\u00([01][0-9a-f])")


@dataclass(frozen=True)
class GraphRequest:
    """One request below the version root.

    Attributes:
        path: As from `urls.normal_path`: decoded, begins with a slash, without the version.
        query: Options by name; a repeated one keeps its first value.
        base_url: `https://host:port` as the client sees it.
        is_inner: Part of a batch.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Headers
    body: bytes
    base_url: str
    grant: Grant
    is_inner: bool = False

    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """Return the decoded body.

        Raises:
            GraphError: 415 or 400, not a JSON body.
        """
        if self.headers.get("Content-Type", "").partition(";")[0].strip().lower() != JSON:
            text = "The content type is not supported."
            raise exceptions.GraphError(415, "RequestBodyTypeNotSupported", text)
        try:
            return json.loads(self.body)
        except ValueError:
            text = "Unable to read JSON request payload."
            raise exceptions.bad_request(text, "BadRequest") from None


@dataclass
class Reply:
    """One answer.

    Attributes:
        body: JSON value, bytes of a photo, plain text of a count, or None.
        content_type: Of bytes or text.
    """

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON

    def content(self, *, raw_control_characters: bool) -> bytes:
        """Return the body as sent.

        Args:
            raw_control_characters: Leave control characters unescaped, as the service does
                with some texts, although that is no valid JSON.
        """
        if self.body is None or isinstance(self.body, bytes):
            return self.body or b""
        if self.content_type != JSON:
            return str(self.body).encode("utf-8")
        text = json.dumps(self.body)
        if raw_control_characters:
            text = _CONTROL.sub(lambda found: found[1] + chr(int(found[2], 16)), text)
        return text.encode("utf-8")
