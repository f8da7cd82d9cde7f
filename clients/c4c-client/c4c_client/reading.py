"""Reads of one collection: by page, by key, by filter; single or packed into batches."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from itertools import count, islice
from typing import TYPE_CHECKING

from c4c_client import filters
from c4c_client.answers import (
    expect_key,
    read_count,
    read_page,
    read_record,
    to_properties,
    to_record,
)
from c4c_client.batch import Part, decode_batch, encode_batch
from c4c_client.error_mapping import read_error
from c4c_client.errors import (
    C4CError,
    IncompleteListingError,
    NotFoundError,
    ProtocolError,
    RejectedError,
)
from c4c_client.model import Code
from c4c_client.paging import KEY, SERVER_PAGE_SIZE, read_linked, select_option, walk
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
        """Read records by key; None only where C4C knows that very key neither here nor listed.

        Args:
            object_ids: Keys.
            failed: Told of each key that cannot be read, which is left out then; None: raise.
        """
        keys = list(dict.fromkeys(object_ids))
        paths = {key: self._record_path(key) for key in keys}
        answers = self._answers(paths, failed)
        missed = {key: answer for key, answer in answers.items() if answer.status in _GONE}
        gone = self._unlisted(missed, failed) if missed else set()
        found: dict[str, C4CRecord | None] = {}
        for key, answer in answers.items():
            try:
                if answer.status not in _GONE:
                    found[key] = expect_key(read_record(self._checked(answer)), key)
                elif key in gone:
                    found[key] = None
            except C4CError as error:
                if failed is None:
                    raise
                failed(key, error)
        return found

    def _unlisted(self, missed: Mapping[str, Answer], failed: Failed | None) -> set[str]:
        """Return the keys of which no listing knows either: their records are gone for good (I7).

        A collection that is not offered (any more) answers every key with 404, and a record in
        trouble may answer so as well (I45): neither is taken for deleted.
        """
        conditions = {filters.eq(KEY, key): key for key in missed}
        gone = set(missed)

        def fail(condition: str, error: C4CError) -> None:
            gone.discard(conditions[condition])
            if failed is None:
                raise error
            # The one, or the whole collection? That raises.
            self.first_page({"$select": KEY, "$top": "1"})
            failed(conditions[condition], error)

        found = self.search(list(conditions), [KEY], failed and fail, top=1)
        for condition, records in zip(conditions, found, strict=True):
            if records:
                fail(condition, read_error(missed[conditions[condition]], self._action))
        return gone

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
            self._transport.check_batches()
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
        options = select_option(select)
        is_apart = failed is not None
        if top is not None:
            options |= {"$top": str(top)}
        # `$top` may be capped without a word (unconfirmed): a count tells, where there is one.
        counted = {"$inlinecount": "allpages"} if top is not None else {}
        found, refused = self._search(conditions, select, options | counted, top, is_apart=is_apart)
        again = [one for one, error in refused.items() if isinstance(error, RejectedError)]
        if again and counted:
            more, refused_again = self._search(again, select, options, top, is_apart=is_apart)
            found |= more
            refused = {one: refused[one] for one in refused if one not in again} | refused_again
        for condition, error in refused.items():
            if failed is None:
                raise error
            failed(condition, error)
        return [found.get(condition, []) for condition in conditions]

    def _search(
        self,
        conditions: Sequence[str],
        select: Sequence[str],
        options: Mapping[str, str],
        top: int | None,
        *,
        is_apart: bool,
    ) -> tuple[dict[str, list[C4CRecord]], dict[str, C4CError]]:
        """Return what each filter finds, ordered by key, and why the others have no answer."""
        paths = {
            condition: with_options(self._collection, {**options, "$filter": condition})
            for condition in conditions
        }
        found: dict[str, list[C4CRecord]] = {}
        refused: dict[str, C4CError] = {}
        told = refused.__setitem__ if is_apart else None
        for condition, answer in self._answers(paths, told).items():
            try:
                page = read_page(self._checked(answer))
                records = list(map(to_record, page.rows))
                if _may_have_more(page, top):
                    more = self.walk(condition, select, top or SERVER_PAGE_SIZE)
                    records = list(islice(more, top))
                found[condition] = sorted(records[:top], key=lambda record: record.object_id)
            except C4CError as error:
                refused[condition] = error
        return found, refused

    def walk(
        self, condition: str | None, select: Sequence[str], page_size: int = 1000
    ) -> Iterator[C4CRecord]:
        """Yield every matching record once, in the order of keys where C4C honours it."""
        return walk(self, filter_=condition, select=select, page_size=page_size)

    def codes(self, context: str | None) -> list[Code]:
        """Read the collection as a code list, ordered by code.

        Raises:
            IncompleteListingError: Its pages do not show all codes.
            ProtocolError: The rows have no `Code`, or its pages do not end.
        """
        condition = filters.eq("Context", context) if context else None
        first = self._first_codes(("Code",), condition)
        if first.next_link and not context and all("Context" in row for row in first.rows):
            # Codes of several countries are equal: by `Code` alone the order of pages is open.
            first = self._first_codes(("Context,Code", "Code"), condition)
        found: dict[Code, None] = {}
        shown: list[tuple[str, str]] = []
        for page in read_linked(first, self.linked_page):
            before = len(found)
            codes = [_code(to_properties(row)) for row in page.rows]
            shown += [(code.context or "", code.code) for code in codes]
            found |= dict.fromkeys(codes)
            if page.next_link and page.rows and len(found) == before:
                break
        if not first.next_link or shown == sorted(set(shown)):
            return list(found)  # in order, no page lacks what another has
        announced = self.count(condition) or 0
        if len(shown) > len(found) or len(found) < announced:
            contexts = {code.context for code in found if code.context} if not context else set()
            for one in sorted(contexts):
                found |= dict.fromkeys(self.codes(one))
            if not contexts or len(found) < announced:
                raise IncompleteListingError("C4C's pages do not show all codes that it counts")
        return list(found)

    def _first_codes(self, orders: Sequence[str], condition: str | None) -> Page:
        """Read the first page in the first of these orders that is not refused, or in none."""
        options = {"$filter": condition} if condition else {}
        for order in orders:
            with suppress(ProtocolError, RejectedError):
                return self.first_page({"$orderby": order, **options})
        return self.first_page(options)

    def first_page(self, options: dict[str, str]) -> Page:
        """Read the collection with these query options."""
        return self._page(with_options(self._collection, options))

    def linked_page(self, link: str) -> Page:
        """Read the page a next link names, on our own host."""
        return self._page(next_path(self._transport.root, self._collection, link))

    def _page(self, path: str) -> Page:
        return read_page(self._answer(path))

    def _answer(self, path: str) -> Answer:
        """Read a path; inside a batch where its query is too long for a URL (SAP's advice)."""
        if len(self._transport.root) + len(path) <= LONGEST_URL:
            answer = self._transport.get_answer(path, self._action)
            if answer.status != HTTPStatus.REQUEST_URI_TOO_LONG:
                return self._checked(answer)
        (answer,) = self._batch([path])
        return self._checked(answer)

    def is_there(self, object_id: str) -> bool:
        """Whether the record can still be read by key."""
        try:
            self.record(object_id)
        except NotFoundError:
            return False
        return True

    def count(self, filter_: str | None) -> int | None:
        """Return how many rows C4C says that there are; None if it does not say.

        Unconfirmed: `/$count` and `$inlinecount`; one tenant was seen to refuse the latter.
        """
        options = {"$filter": filter_} if filter_ else {}
        try:
            path = with_options(f"{self._collection}/$count", options)
            return read_count(self._answer(path))
        except (NotFoundError, ProtocolError, RejectedError):
            pass
        try:
            counted = {"$select": KEY, "$top": "1", "$inlinecount": "allpages"}
            return self.first_page({**counted, **options}).total
        except (NotFoundError, ProtocolError, RejectedError):
            return None

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


def _may_have_more(page: Page, top: int | None) -> bool:
    """Whether a search's answer may lack rows that were asked for."""
    rows = len(page.rows)
    if top is None or page.next_link is not None:
        return page.next_link is not None and (top is None or rows < top)
    return 0 < rows < top and (page.total is None or page.total > rows)


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
