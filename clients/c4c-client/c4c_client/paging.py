"""Walks through a whole collection without losing or repeating a row, or says that it cannot.

C4C's own paging is by row offset: rows that come or go during the walk shift the pages. So
the walk goes by key: rows ordered by `ObjectID`, and each page asks for the rows from the
last seen key on. That last row must come back first, which shows that the tenant
understood the filter; it is then dropped. The walk ends when a page brings nothing new, so
a short page does not end it; and what was found is compared with the count that came with the
first page.

Unconfirmed: `$orderby=ObjectID` and `ge` on it. A tenant that refuses or does not honour them is
noticed, and its next links are followed instead. Whether these showed everything is then counted:
fewer rows than C4C announces, or one row twice, are no listing (I7).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from c4c_client import filters
from c4c_client.answers import to_record
from c4c_client.errors import IncompleteListingError, ProtocolError, RejectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from c4c_client.answers import Page
    from c4c_client.model import C4CRecord

KEY = "ObjectID"
SERVER_PAGE_SIZE = 1000

#: How often a listing by next links is tried: rows that come and go meanwhile spoil some.
PASSES = 3

_ORDERED = {"$orderby": KEY}
_COUNTED = {"$inlinecount": "allpages"}


class Source(Protocol):
    """The reads a walk needs."""

    def first_page(self, options: dict[str, str]) -> Page:
        """Read the collection with these query options."""

    def linked_page(self, link: str) -> Page:
        """Read the page a next link names, on our own host."""

    def is_there(self, object_id: str) -> bool:
        """Whether the record can still be read by key."""

    def count(self, filter_: str | None) -> int | None:
        """Return how many rows C4C says that there are; None if it does not say."""


class _KeyOrderError(Exception):
    """The tenant does not order or filter by key."""


class _RefusedError(Exception):
    """The first page was refused, for its order or for something else."""


def walk(
    source: Source, *, filter_: str | None, select: Sequence[str], page_size: int
) -> Iterator[C4CRecord]:
    """Yield every record that matches, once.

    Args:
        source: Where pages come from.
        filter_: OData filter, None for all rows.
        select: Property names; empty for all. The key is always among them.
        page_size: Rows asked for at a time, 2 to 1000.

    Raises:
        IncompleteListingError: It cannot be told that these were all; what was found was yielded.
        ProtocolError: Next links run in circles or lead elsewhere.
        C4CError: A page was refused.
    """
    seen: set[str] = set()
    options = select_option(select)
    try:
        yield from _new(_by_key(source, filter_, options, page_size), seen)
    except _KeyOrderError:
        options |= _ORDERED
    except _RefusedError:
        pass
    else:
        return
    options |= {"$filter": filter_} if filter_ else {}
    yield from _new(_by_link(source, filter_, options), seen)


def select_option(select: Sequence[str]) -> dict[str, str]:
    """Return the `$select` option with the key in it; nothing if all properties are wanted."""
    return {"$select": ",".join(dict.fromkeys([KEY, *select]))} if select else {}


def read_linked(page: Page, next_page: Callable[[str], Page]) -> Iterator[Page]:
    """Yield a page and those its next links lead to.

    Raises:
        ProtocolError: A next link comes twice, or behind a second page in a row without rows.
    """
    links: set[str] = set()
    yield page
    while page.next_link:
        was_empty = not page.rows
        if page.next_link in links:
            raise ProtocolError("C4C's next links do not end")
        links.add(page.next_link)
        page = next_page(page.next_link)
        if was_empty and not page.rows and page.next_link:
            raise ProtocolError("C4C's next links do not end")
        yield page


def _by_key(
    source: Source, filter_: str | None, options: dict[str, str], page_size: int
) -> Iterator[C4CRecord]:
    options = {**options, **_ORDERED}
    limit = max(2, page_size)
    if page_size < SERVER_PAGE_SIZE:
        options["$top"] = str(limit)
    last: str | None = None
    announced: int | None = None
    number = 0
    while True:
        page = _page_from(source, filter_, options, last)
        announced = page.total if last is None else announced
        records = _in_order(_with_news(page, last, source))
        if last is not None:
            records = _after(last, records, source)
        if not records:
            break
        yield from records
        if announced is None and (last or page.next_link or len(records) >= limit):
            announced = source.count(filter_)
        number += len(records)
        last = records[-1].object_id
    if announced is not None and number < announced:
        # Deleted meanwhile, or never shown by a tenant whose order happened to look like ours.
        left = source.count(filter_)
        if left is None or number < left:
            raise _KeyOrderError


def _page_from(
    source: Source, filter_: str | None, options: dict[str, str], last: str | None
) -> Page:
    """Read the page that begins with a key; the first one, for None, has the count."""
    condition = filters.all_of(filter_, filters.at_least(KEY, last) if last else None)
    options = {**options, **({"$filter": condition} if condition else {})}
    if last is None:
        with suppress(ProtocolError, RejectedError):
            return source.first_page({**options, **_COUNTED})
    try:
        return source.first_page(options)
    except RejectedError:
        raise (_RefusedError if last is None else _KeyOrderError) from None
    except ProtocolError:
        if last is not None:
            raise
        raise _RefusedError from None  # such as a 501


def _with_news(page: Page, last: str | None, source: Source) -> list[C4CRecord]:
    """Return the rows of a page, and of those behind it as long as nothing new has come."""
    records: list[C4CRecord] = []
    for one in read_linked(page, source.linked_page):
        records += map(to_record, one.rows)
        if any(record.object_id != last for record in records):
            break
    return records


def _in_order(records: list[C4CRecord]) -> list[C4CRecord]:
    keys = [record.object_id for record in records]
    if any(before >= after for before, after in zip(keys, keys[1:])):  # noqa: B905, RUF007 - one shorter
        raise _KeyOrderError
    return records


def _after(last: str, records: list[C4CRecord], source: Source) -> list[C4CRecord]:
    """Drop the repeated row, or prove that it is gone.

    Without it, an ignored or misread filter looks like the end of the collection.
    """
    if records and records[0].object_id == last:
        return records[1:]
    if (records and records[0].object_id < last) or source.is_there(last):
        raise _KeyOrderError
    return records


def _by_link(source: Source, filter_: str | None, options: dict[str, str]) -> Iterator[C4CRecord]:
    """Follow next links until one pass has shown as many rows as C4C announced, none twice."""
    for _ in range(PASSES):
        first = source.first_page(options)
        announced = source.count(filter_)
        walked: dict[str, str | None] = {}
        is_shaken = False
        for page in read_linked(first, source.linked_page):
            before = len(walked)
            for record in map(to_record, page.rows):
                # One that was changed meanwhile may have moved on in the order.
                is_shaken |= walked.get(record.object_id, "") == record.etag
                walked[record.object_id] = record.etag
                yield record
            if page.next_link and page.rows and len(walked) == before:
                is_shaken = True  # the same page again, perhaps under ever new links
                break
        if not is_shaken and (announced is None or len(walked) >= announced):
            return
    raise IncompleteListingError("C4C's pages do not show all rows that it counts")


def _new(records: Iterator[C4CRecord], seen: set[str]) -> Iterator[C4CRecord]:
    for record in records:
        if record.object_id not in seen:
            seen.add(record.object_id)
            yield record
