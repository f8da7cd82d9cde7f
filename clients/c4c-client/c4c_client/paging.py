"""Walks through a whole collection without losing or repeating a row.

C4C's own paging is by row offset: rows that come or go during the walk shift the pages. So
the walk goes by key: rows ordered by `ObjectID`, and each page asks for the rows from the
last seen key on. That last row must come back first, which shows that the tenant
understood the filter; it is then dropped. The walk ends when a page brings nothing new, so
a short page does not end it.

Unconfirmed: `$orderby=ObjectID` and `ge` on it. A tenant that does not honour them is
noticed, and its next links are followed instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from c4c_client import filters
from c4c_client.answers import to_record
from c4c_client.errors import ProtocolError, RejectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from c4c_client.answers import Page
    from c4c_client.model import C4CRecord

KEY = "ObjectID"
SERVER_PAGE_SIZE = 1000


class Source(Protocol):
    """The reads a walk needs."""

    def first_page(self, options: dict[str, str]) -> Page:
        """Read the collection with these query options."""

    def linked_page(self, link: str) -> Page:
        """Read the page a next link names, on our own host."""

    def is_there(self, object_id: str) -> bool:
        """Whether the record can still be read by key."""


class _KeyOrderError(Exception):
    """The tenant does not order or filter by key."""


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
        ProtocolError: Next links run in circles or lead elsewhere.
        C4CError: A page was refused.
    """
    seen: set[str] = set()
    options = select_option(select)
    try:
        yield from _new(_by_key(source, filter_, options, page_size), seen)
    except _KeyOrderError:
        options |= {"$filter": filter_} if filter_ else {}
        yield from _new(_by_link(source, options), seen)


def select_option(select: Sequence[str]) -> dict[str, str]:
    """Return the `$select` option with the key in it; nothing if all properties are wanted."""
    return {"$select": ",".join(dict.fromkeys([KEY, *select]))} if select else {}


def read_linked(page: Page, next_page: Callable[[str], Page]) -> Iterator[Page]:
    """Yield a page and those its next links lead to.

    Raises:
        ProtocolError: A next link comes twice, or a page with a next link is empty.
    """
    links: set[str] = set()
    yield page
    while page.next_link:
        if page.next_link in links or not page.rows:
            raise ProtocolError("C4C's next links do not end")
        links.add(page.next_link)
        page = next_page(page.next_link)
        yield page


def _by_key(
    source: Source, filter_: str | None, options: dict[str, str], page_size: int
) -> Iterator[C4CRecord]:
    options = {**options, "$orderby": KEY}
    if page_size < SERVER_PAGE_SIZE:
        # Unconfirmed: next links beside `$top`. None is followed here.
        options["$top"] = str(max(2, page_size))
    last: str | None = None
    while True:
        onwards = filters.at_least(KEY, last) if last else None
        condition = filters.all_of(filter_, onwards)
        try:
            page = source.first_page({**options, **({"$filter": condition} if condition else {})})
        except RejectedError:
            if last is None:
                raise
            raise _KeyOrderError from None
        records = _in_order([to_record(row) for row in page.rows])
        if last is not None:
            records = _after(last, records, source)
        if not records:
            return
        yield from records
        last = records[-1].object_id


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


def _by_link(source: Source, options: dict[str, str]) -> Iterator[C4CRecord]:
    walked: set[str] = set()
    first = source.first_page({**options, "$orderby": KEY})
    for page in read_linked(first, source.linked_page):
        fresh = list(_new((to_record(row) for row in page.rows), walked))
        if page.next_link and not fresh:
            raise ProtocolError("C4C sent the same page twice")
        yield from fresh


def _new(records: Iterator[C4CRecord], seen: set[str]) -> Iterator[C4CRecord]:
    for record in records:
        if record.object_id not in seen:
            seen.add(record.object_id)
            yield record
