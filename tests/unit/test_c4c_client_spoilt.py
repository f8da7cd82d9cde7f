"""A write that has its whole batch turned away: it is found, and the others are sent (I45)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from c4c_client import AuthError, RejectedError, Update
from fakes.c4c_calls import CONTACTS, MULTIPART, client_on, multipart, row, single
from fakes.wire import Raw, Wire

if TYPE_CHECKING:
    import requests

_LINE = re.compile(r"^(GET|PATCH) (\S+) HTTP/1\.1\r$", re.MULTILINE)


def gateway(refuses: str, status: int) -> Wire:
    """Turn away batches that hold a text, as a gateway does; take all others."""

    def respond(request: requests.PreparedRequest, _: int) -> Raw:
        if not str(request.url).endswith("$batch"):
            return 200, {"x-csrf-token": "T"}, b"{}"
        body = unquote((request.body or b"").decode() if isinstance(request.body, bytes) else "")
        if refuses in body:
            return status, {}, b"<html>"
        answers = [
            (204, None) if method == "PATCH" else (200, single(row((key or ["?"])[0])))
            for method, path in _LINE.findall(body)
            for key in [re.findall(r"\('(.)'\)", path)]
        ]
        return 202, MULTIPART, multipart(answers)

    return Wire(respond)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413])
@pytest.mark.parametrize("keys", ["C", "CA", "ACB", "ABDEC"])
def test_i45_a_write_that_spoils_its_batch_is_found_and_the_others_are_sent(
    status: int, keys: str
) -> None:
    wire = gateway("('C')", status)
    results = client_on(wire).execute(
        [Update(CONTACTS, key, {"LastName": "X"}, None) for key in keys]
    )
    of_key = dict(zip(keys, results, strict=True))
    bad = of_key.pop("C").error
    assert isinstance(bad, RejectedError)
    assert bad.http_status == status
    assert all(result.record is not None for result in of_key.values())


def test_i45_where_no_batch_is_taken_it_is_nobodys_trouble() -> None:
    wire = gateway("", 403)
    results = client_on(wire).execute(
        [Update(CONTACTS, key, {"LastName": "X"}, None) for key in "ABC"]
    )
    assert [type(result.error) for result in results] == [AuthError] * 3
    # The token, the batch, and the question whether any batch is taken.
    assert len(wire.seen) == 3
