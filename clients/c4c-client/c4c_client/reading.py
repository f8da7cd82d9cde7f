"""Reads of one collection: by page, by key, by filter; single or packed into batches."""

from __future__ import annotations

from http import HTTPStatus
from itertools import count, islice
from typing import TYPE_CHECKING

from c4c_client import filters
from c4c_client.answers import expect_key, read_page, read_record, to_properties, to_record
from c4c_client.batch import Part, decode_batch, encode_batch
from c4c_client.error_mapping import read_error
from c4c_client.errors import C4CError, NotFoundError, ProtocolError
from c4c_client.model import Code
from c4c_client.paging import KEY, SERVER_PAGE_SIZE, read_linked, select_option, walk
from c4c_client.transport import SERVICE_DOCUMENT
from c4c_client.urls import collection_path, entity_path, next_path, with_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from c4c_client.answers import Answer, Page
    from c4c_client.batch import BatchAnswer
    from c4c_client.model import C4CRecord
    from c4c_client.transport import Transport

    Failed = Callable[[str, C4CError], None]

#: Longer ones go as GET inside `$batch`. Unconfirmed: where C4C's own limit lies; a 414 is
#: answered in the same way.
LONGEST_URL = 2000

_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class CollectionReader:
    """One collection; the source of a walk."""

    def __init__(self, transport: Transport, collection: str, *, batch_parts: int) -> None:
        self._transport = transport
        self._collection = collection_path(collection)
        self._batch_parts = batch_parts
        self._action = f"read {collection}"

    def record(self, object_id: str) -> C4CRecord:
        """Read one record by key.

        Raises:
            NotFoundError: There is none.
        """
        return read_record(self._transport.get(self._record_path(object_id), self._action))

    def records(
        self, object_ids: Sequence[str], failed: Failed | None = None
    ) -> dict[str, C4CRecord | None]:
        """Read records by key; None only where C4C answered that very key with 404.

        Args:
            object_ids: Keys.
            failed: Told of each key that cannot be read, which is left out then; None: raise.
        """
        keys = list(dict.fromkeys(object_ids))
        paths = {key: self._record_path(key) for key in keys}
        answers = self._answers(paths, failed)
        if any(answer.status in _GONE for answer in answers.values()):
            # A collection that is not offered (any more) answers every key with 404 as well;
            # this read fails then, and nobody takes its records for deleted.
            self.first_page({"$select": KEY, "$top": "1"})
        found: dict[str, C4CRecord | None] = {}
        for key, answer in answers.items():
            try:
                found[key] = (
                    None
                    if answer.status in _GONE
                    else expect_key(read_record(self._checked(answer)), key)
                )
            except C4CError as error:
                if failed is None:
                    raise
                failed(key, error)
        return found

    def _answers(self, paths: Mapping[str, str], failed: Failed | None) -> dict[str, Answer]:
        """Send reads by name; leave out those to which no answer comes, if that is wanted."""
        if failed is None:
            return dict(zip(paths, self._batch(list(paths.values())), strict=True))
        answers: dict[str, Answer] = {}
        names = list(paths)
        for start in range(0, len(names), self._batch_parts):
            answers |= self._apart(paths, names[start : start + self._batch_parts], failed)
        return answers

    def _apart(
        self, paths: Mapping[str, str], names: Sequence[str], failed: Failed
    ) -> dict[str, Answer]:
        """Send a batch; if it is not answered, find the part that spoils it for the others.

        Raises:
            C4CError: Nothing is answered at all.
        """
        try:
            found = self._patient_batch([paths[name] for name in names])
            return dict(zip(names, found, strict=True))
        except C4CError as error:
            # Whether one part is in trouble or the whole service is asked, not guessed (I45).
            self._transport.get(SERVICE_DOCUMENT, "read the service document")
            if len(names) == 1:
                failed(names[0], error)
                return {}
        half = len(names) // 2
        return {
            **self._apart(paths, names[:half], failed),
            **self._apart(paths, names[half:], failed),
        }

    def search(
        self,
        conditions: Sequence[str],
        select: Sequence[str],
        failed: Failed | None = None,
        top: int | None = None,
    ) -> list[list[C4CRecord]]:
        """Return the records each filter finds, ordered by key; see `records` for `failed`.

        Args:
            conditions: Filters.
            select: Property names, empty for all.
            failed: As of `records`.
            top: At most so many of each: fewer are all there are.
        """
        options = select_option(select) | ({"$top": str(top)} if top else {})
        paths = {
            condition: with_options(self._collection, {**options, "$filter": condition})
            for condition in conditions
        }
        found: dict[str, list[C4CRecord]] = {}
        for condition, answer in self._answers(paths, failed).items():
            try:
                page = read_page(self._checked(answer))
                is_short = page.next_link and (top is None or len(page.rows) < top)
                # By its own pages: a next link beside `$top` may lead nowhere.
                more = self.walk(condition, select, top or SERVER_PAGE_SIZE) if is_short else None
                records = islice(more or map(to_record, page.rows), top)
                found[condition] = sorted(records, key=lambda record: record.object_id)
            except C4CError as error:
                if failed is None:
                    raise
                failed(condition, error)
        return [found.get(condition, []) for condition in conditions]

    def walk(
        self, condition: str | None, select: Sequence[str], page_size: int = 1000
    ) -> Iterator[C4CRecord]:
        """Yield every matching record once, in the order of keys where C4C honours it."""
        return walk(self, filter_=condition, select=select, page_size=page_size)

    def codes(self, context: str | None) -> list[Code]:
        """Read the collection as a code list, ordered by code.

        Raises:
            ProtocolError: The rows have no `Code`, or its pages do not end.
        """
        condition = {"$filter": filters.eq("Context", context)} if context else {}
        first = self.first_page({"$orderby": "Code", **condition})
        found: dict[Code, None] = {}
        for page in read_linked(first, self.linked_page):
            before = len(found)
            found |= dict.fromkeys(_code(to_properties(row)) for row in page.rows)
            if page.next_link and len(found) == before:
                raise ProtocolError("C4C sent the same page twice")
        return list(found)

    def first_page(self, options: dict[str, str]) -> Page:
        """Read the collection with these query options."""
        return self._page(with_options(self._collection, options))

    def linked_page(self, link: str) -> Page:
        """Read the page a next link names, on our own host."""
        return self._page(next_path(self._transport.root, self._collection, link))

    def _page(self, path: str) -> Page:
        """Read a page; inside a batch where its query is too long for a URL (SAP's advice)."""
        if len(self._transport.root) + len(path) <= LONGEST_URL:
            answer = self._transport.get_answer(path, self._action)
            if answer.status != HTTPStatus.REQUEST_URI_TOO_LONG:
                return read_page(self._checked(answer))
        (answer,) = self._batch([path])
        return read_page(self._checked(answer))

    def is_there(self, object_id: str) -> bool:
        """Whether the record can still be read by key."""
        try:
            self.record(object_id)
        except NotFoundError:
            return False
        return True

    def _record_path(self, object_id: str) -> str:
        return with_options(entity_path(self._collection, object_id), {})

    def _checked(self, answer: Answer) -> Answer:
        if not answer.is_success:
            raise read_error(answer, self._action)
        return answer

    def _batch(self, paths: Sequence[str]) -> list[Answer]:
        size = self._batch_parts
        answers: list[Answer] = []
        for start in range(0, len(paths), size):
            answers += self._patient_batch(paths[start : start + size])
        return answers

    def _patient_batch(self, paths: Sequence[str]) -> list[Answer]:
        """Send one batch of reads; parts answered with "busy" are asked for again."""
        answers: dict[str, Answer] = {}
        for attempt in count():
            missing = [path for path in dict.fromkeys(paths) if path not in answers]
            answers |= zip(missing, self._all_answers(missing), strict=True)
            busy = {path: answers[path] for path in answers if not _is_final(answers[path])}
            if not busy or not self._transport.wait_before_retry(list(busy.values()), attempt):
                break
            for path in busy:
                del answers[path]
        return [answers[path] for path in paths]

    def _all_answers(self, paths: Sequence[str]) -> list[Answer]:
        """Send a batch of reads, and again what C4C left unanswered because one part failed."""
        answers: list[Answer] = []
        while len(answers) < len(paths):
            rest = paths[len(answers) :]
            batch = self._send_batch(rest)
            if batch.is_complete and len(batch.answers) == len(rest):
                return [*answers, *batch.answers]
            if not batch.has_stopped(len(rest)):
                raise ProtocolError(f"{self._action}: the batch was not answered part by part")
            answers += batch.answers[:-1]
            # Alone it cannot be mixed up: a 404 of another part would be taken for a deletion.
            alone = self._send_batch(paths[len(answers) : len(answers) + 1])
            if not alone.is_complete or len(alone.answers) != 1:
                raise ProtocolError(f"{self._action}: the batch was not answered part by part")
            answers += alone.answers
        return answers

    def _send_batch(self, paths: Sequence[str]) -> BatchAnswer:
        parts = [Part("GET", path, self._transport.read_headers) for path in paths]
        return decode_batch(self._transport.post_batch(*encode_batch(parts), has_writes=False))


def _is_final(answer: Answer) -> bool:
    is_busy = answer.status == HTTPStatus.TOO_MANY_REQUESTS
    return not is_busy and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR


def _code(row: dict[str, object]) -> Code:
    code = row.get("Code")
    if not isinstance(code, str):
        raise ProtocolError("C4C sent a code list row without Code")
    context = row.get("Context")
    return Code(
        code=code,
        description=str(row.get("Description") or ""),
        context=context if isinstance(context, str) else None,
    )
