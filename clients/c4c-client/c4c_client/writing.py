"""Carries out writes in batches and says of each what became of it.

It never raises once something was sent: the outcomes of earlier writes would be lost with
the exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from c4c_client.answers import expect_key, read_record
from c4c_client.batch import Part, decode_batch, encode_batch, json_body
from c4c_client.error_mapping import refusal_of_one, write_error
from c4c_client.errors import AuthError, C4CError, ProtocolError, UnknownOutcomeError
from c4c_client.model import C4CRecord, Create, Delete, Update, Write, WriteResult
from c4c_client.urls import collection_path, entity_path, with_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from c4c_client.answers import Answer
    from c4c_client.transport import Transport

    ReadBack = Callable[[str, str], C4CRecord]
    _Encoded = tuple[Write, list[Part]]


class Writer:
    """Sends writes; `read_back(collection, object_id)` reads a record outside a batch."""

    def __init__(self, transport: Transport, read_back: ReadBack, *, batch_size: int) -> None:
        self._transport = transport
        self._read_back = read_back
        self._batch_size = batch_size

    def execute(self, writes: Sequence[Write]) -> list[WriteResult]:
        """Carry out writes in order; see `C4CClient.execute`."""
        # All parts are built before the first is sent: bad input must not cut a run short.
        encoded = [(write, self._parts(write)) for write in writes]
        results: list[WriteResult] = []
        for start in range(0, len(encoded), self._batch_size):
            chunk = encoded[start : start + self._batch_size]
            try:
                results += self._apart(chunk)
            except C4CError as error:
                # Refused as a whole, and so would be the rest: none of it is sent.
                return results + [WriteResult(error=error)] * (len(encoded) - start)
        return results

    def _apart(self, chunk: Sequence[_Encoded]) -> list[WriteResult]:
        """Send a batch; if it is turned away, find the write that spoils it for the others (I45).

        Raises:
            C4CError: C4C takes no batches at all.
        """
        try:
            return self._send_all(chunk)
        except UnknownOutcomeError as error:
            return [WriteResult(error=error)] * len(chunk)
        except (AuthError, ProtocolError) as error:
            if not self._transport.was_let_in:
                # A wrong password is not tried twice: that locks the user.
                raise
            # Whether it is one write or everybody's trouble is asked, not guessed.
            self._transport.check_batches()
            if len(chunk) == 1:
                return [WriteResult(error=refusal_of_one(error))]
        half = len(chunk) // 2
        return self._apart(chunk[:half]) + self._apart(chunk[half:])

    def _parts(self, write: Write) -> list[Part]:
        headers = dict(self._transport.read_headers)
        if isinstance(write, Create):
            body = json_body(write.properties)
            return [Part("POST", collection_path(write.collection), headers, body)]
        path = entity_path(write.collection, write.object_id)
        # The etag goes out as it came in: weak, with its percent-encoded colons.
        guarded = {**headers, **({"If-Match": write.etag} if write.etag else {})}
        if isinstance(write, Delete):
            return [Part("DELETE", path, guarded)]
        return [
            Part("PATCH", path, guarded, json_body(write.properties)),
            Part("GET", with_options(path, {}), headers),
        ]

    def _send_all(self, chunk: Sequence[_Encoded]) -> list[WriteResult]:
        """Send one batch, and again what C4C left out because a write before it failed.

        Only what bears the version that was seen goes again: should it have been carried out, it
        is refused now. A create may have been: it is looked for before it is repeated (I10).
        """
        done: dict[int, WriteResult] = {}
        while open_ := [number for number in range(len(chunk)) if number not in done]:
            results = self._results_so_far(chunk, open_, done)
            done |= results
            if len(results) < len(open_):
                done |= {
                    number: WriteResult(error=UnknownOutcomeError("write: no answer"))
                    for number in open_
                    if number not in done and not _is_guarded(chunk[number][0])
                }
        return [done[number] for number in range(len(chunk))]

    def _results_so_far(
        self, chunk: Sequence[_Encoded], open_: Sequence[int], done: Mapping[int, WriteResult]
    ) -> dict[int, WriteResult]:
        """Send the open writes; return what became of those that C4C came to."""
        try:
            return dict(zip(open_, self._send([chunk[number] for number in open_]), strict=False))
        except C4CError as error:
            if not done:
                raise
            # What was answered before must not be lost with the rest.
            return {number: WriteResult(error=error) for number in open_}

    def _send(self, chunk: Sequence[_Encoded]) -> list[WriteResult]:
        """Send one batch; fewer results than writes: C4C stopped at the last one."""
        parts = [part for _, parts in chunk for part in parts]
        answer = self._transport.post_batch(*encode_batch(parts), has_writes=True)
        try:
            batch = decode_batch(answer)
        except ProtocolError as error:
            raise UnknownOutcomeError(str(error)) from None
        if len(batch.answers) > len(parts):
            raise UnknownOutcomeError("send a batch: more answers than requests")
        # Fewer answers than requests: answers come in order, so the last ones are missing.
        answers = iter(batch.answers)
        of_each = [(write, [next(answers, None) for _ in parts]) for write, parts in chunk]
        if batch.has_stopped(len(parts)):
            of_each = [(write, found) for write, found in of_each if found[0] is not None]
        return [self._result(write, found) for write, found in of_each]

    def _result(self, write: Write, answers: Sequence[Answer | None]) -> WriteResult:
        action = f"{type(write).__name__.lower()} in {write.collection}"
        outcome = answers[0]
        if outcome is None:
            return WriteResult(error=UnknownOutcomeError(f"{action}: no answer"))
        if not outcome.is_success:
            return WriteResult(error=write_error(outcome, action))
        if isinstance(write, Delete):
            return WriteResult()
        try:
            if isinstance(write, Create):
                return WriteResult(record=read_record(outcome))
            return WriteResult(record=self._stored(write, answers[1]))
        except C4CError:
            # Written, but what C4C made of it is not known: the caller has to look.
            return WriteResult(error=UnknownOutcomeError(f"{action}: done, but not read back"))

    def _stored(self, write: Update, shown: Answer | None) -> C4CRecord:
        if shown is None or not shown.is_success:
            return self._read_back(write.collection, write.object_id)
        return expect_key(read_record(shown), write.object_id)


def _is_guarded(write: Write) -> bool:
    """Whether a second one would be refused if the first was carried out."""
    return not isinstance(write, Create) and write.etag is not None
