"""Walking through a collection while it changes, and on tenants with their own ideas."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from c4c_client import ProtocolError, RejectedError, TransientError
from c4c_client.answers import Page
from c4c_client.errors import IncompleteListingError
from c4c_client.paging import PASSES, read_linked, walk

if TYPE_CHECKING:
    from collections.abc import Callable

GREATER_EQUAL = re.compile(r"ObjectID ge '(.*?)'")


@dataclass
class Tenant:
    """A collection of keys, read as C4C would; `before_page` edits it between pages."""

    keys: list[str]
    page_rows: int = 3
    honours_filter: bool = True
    honours_order: bool = True
    refuses_filter: bool = False
    counts: bool = True
    counts_inline: bool = True
    cut_pages: int = 0
    before_page: dict[int, Callable[[list[str]], Any]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def first_page(self, options: dict[str, str]) -> Page:
        if edit := self.before_page.get(len(self.asked)):
            edit(self.keys)
        if "$inlinecount" in options and not self.counts_inline:
            raise RejectedError("refused")
        self.asked.append(options)
        keys = sorted(self.keys) if self.honours_order else list(self.keys)
        onwards = GREATER_EQUAL.search(options.get("$filter", ""))
        if onwards and self.refuses_filter:
            raise RejectedError("refused")
        if onwards and self.honours_filter:
            keys = [key for key in keys if key >= onwards[1]]
        page = self._page(keys, 0, min(self.page_rows, int(options.get("$top", "1000"))))
        if len(self.asked) <= self.cut_pages:
            page = Page(page.rows[: len(page.rows) // 2], None)
        return replace(page, total=len(keys)) if "$inlinecount" in options else page

    def linked_page(self, link: str) -> Page:
        self.links.append(link)
        keys = sorted(self.keys) if self.honours_order else list(self.keys)
        return self._page(keys, int(link), self.page_rows)

    def is_there(self, object_id: str) -> bool:
        return object_id in self.keys

    def count(self, filter_: str | None) -> int | None:
        del filter_
        return len(self.keys) if self.counts else None

    @staticmethod
    def _page(keys: list[str], start: int, rows: int) -> Page:
        end = start + rows
        link = str(end) if end < len(keys) else None
        return Page([{"ObjectID": key} for key in keys[start:end]], link)


def listed(tenant: Tenant, filter_: str | None = None, page_size: int = 1000) -> list[str]:
    records = walk(tenant, filter_=filter_, select=["LastName"], page_size=page_size)
    return [record.object_id for record in records]


@pytest.mark.parametrize("size", range(9))
def test_every_row_comes_once_and_in_order(size: int) -> None:
    keys = [f"{number:02}" for number in range(size)]
    tenant = Tenant(keys[::-1])
    assert listed(tenant) == keys
    assert not tenant.links


def test_a_page_begins_with_the_last_key_of_the_one_before() -> None:
    tenant = Tenant(list("ABCD"))
    listed(tenant, filter_="A eq '1' or A eq '2'", page_size=2)
    options = {"$select": "ObjectID,LastName", "$orderby": "ObjectID", "$top": "2"}
    given = "A eq '1' or A eq '2'"
    assert tenant.asked == [
        {**options, "$filter": given, "$inlinecount": "allpages"},
        *({**options, "$filter": f"({given}) and ObjectID ge '{key}'"} for key in "BCD"),
    ]


@pytest.mark.parametrize("cut_pages", range(4))
@pytest.mark.parametrize("size", range(1, 5))
def test_i7_pages_that_are_cut_without_a_word_are_noticed(size: int, cut_pages: int) -> None:
    keys = list("ABCD")[:size]
    assert listed(Tenant(keys, page_rows=9, cut_pages=cut_pages)) == keys


@pytest.mark.parametrize("counts", [True, False])
def test_where_the_count_is_refused_with_a_page_the_listing_goes_on(counts: bool) -> None:  # noqa: FBT001 - a parameter of the test
    tenant = Tenant(list("ABCDE"), counts_inline=False, counts=counts)
    assert listed(tenant) == list("ABCDE")


@pytest.mark.parametrize("page_size", [1, 2, 3])
def test_small_pages_end(page_size: int) -> None:
    assert listed(Tenant(list("ABCDE")), page_size=page_size) == list("ABCDE")


def test_no_top_is_sent_for_the_servers_own_page_size() -> None:
    tenant = Tenant(list("ABC"))
    listed(tenant)
    assert all("$top" not in options for options in tenant.asked)


@pytest.mark.parametrize(
    ("description", "edit", "expected"),
    [
        ("insert before the page", lambda keys: keys.insert(0, "A0"), "A B C D E F G"),
        ("insert after the page", lambda keys: keys.append("D5"), "A B C D D5 E F G"),
        ("delete a row already read", lambda keys: keys.remove("A"), "A B C D E F G"),
        ("delete the last row read", lambda keys: keys.remove("C"), "A B C D E F G"),
        ("delete a row to come", lambda keys: keys.remove("D"), "A B C E F G"),
        ("delete all to come", lambda keys: keys.__delitem__(slice(3, None)), "A B C"),
    ],
)
def test_rows_that_stay_are_neither_lost_nor_repeated(
    description: str, edit: Callable[[list[str]], Any], expected: str
) -> None:
    tenant = Tenant(list("ABCDEFG"), before_page={1: edit})
    assert listed(tenant) == expected.split(), description
    assert not tenant.links


@pytest.mark.parametrize(
    ("description", "oddities"),
    [
        ("order ignored", {"honours_order": False}),
        ("key filter ignored", {"honours_filter": False}),
        ("both ignored", {"honours_filter": False, "honours_order": False}),
        ("key filter refused", {"refuses_filter": True}),
    ],
)
def test_a_tenant_without_key_order_is_followed_by_its_links(
    description: str, oddities: dict[str, bool]
) -> None:
    tenant = Tenant(list("BADCFEG"), **oddities)  # type: ignore[arg-type]  # flags only
    found = listed(tenant, filter_="A eq '1'")
    assert sorted(found) == list("ABCDEFG"), description
    assert len(found) == len(set(found)), description
    assert tenant.links == ["3", "6"]
    assert "$top" not in tenant.asked[-1]
    assert tenant.asked[-1]["$filter"] == "A eq '1'"


def test_a_filter_that_quietly_finds_nothing_is_noticed() -> None:
    class Quiet(Tenant):
        def first_page(self, options: dict[str, str]) -> Page:
            page = super().first_page(options)
            return Page([], None) if "ObjectID ge" in options.get("$filter", "") else page

    assert listed(Quiet(list("ABCDE"))) == list("ABCDE")


def test_a_refused_first_page_is_the_callers_business() -> None:
    class Refusing(Tenant):
        def first_page(self, options: dict[str, str]) -> Page:
            raise RejectedError(options.get("$orderby", "none"))

    with pytest.raises(RejectedError, match="none"):
        listed(Refusing([]))


def test_a_failing_page_ends_the_walk_with_an_error() -> None:
    def fail(_: list[str]) -> None:
        raise TransientError("busy")

    with pytest.raises(TransientError):
        listed(Tenant(list("ABCDE"), before_page={1: fail}))


@pytest.mark.parametrize(
    "pages",
    [
        {"1": ([{"Code": "2"}], "1")},
        {"1": ([{"Code": "2"}], "2"), "2": ([{"Code": "3"}], "1")},
        {"1": ([], "2"), "2": ([], "3"), "3": ([{"Code": "2"}], None)},
    ],
    ids=["to itself", "in a circle", "through empty pages"],
)
def test_next_links_that_do_not_end_are_refused(pages: dict[str, tuple[Any, str | None]]) -> None:
    first = Page([{"Code": "1"}], "1")
    with pytest.raises(ProtocolError):
        list(read_linked(first, lambda link: Page(*pages[link])))


def test_the_same_page_under_ever_new_links_is_refused() -> None:
    class Stuck(Tenant):
        def linked_page(self, link: str) -> Page:
            return Page([{"ObjectID": "B"}], f"{link}x")

    with pytest.raises(ProtocolError):
        listed(Stuck(list("BADC"), honours_order=False))


def test_an_empty_page_does_not_end_a_listing() -> None:
    pages = {"1": Page([], "2"), "2": Page([{"Code": "2"}], None)}
    found = list(read_linked(Page([{"Code": "1"}], "1"), pages.__getitem__))
    assert sum(len(page.rows) for page in found) == 2


@dataclass
class Passes:
    """A tenant that refuses the order, and shows other rows in each pass.

    Attributes:
        shown: Of each pass, its pages: texts of keys, each with its version where that has changed.
        announced: Of each pass.
    """

    shown: list[list[str]]
    announced: list[int | None]
    number: int = -1

    def first_page(self, options: dict[str, str]) -> Page:
        if "$orderby" in options:
            raise RejectedError("no order")
        self.number += 1
        return self.linked_page("0")

    def linked_page(self, link: str) -> Page:
        pages = self.shown[self.number]
        rows = [
            {"ObjectID": text[0], "__metadata": {"etag": f"v{text[1:]}"}}
            for text in pages[int(link)].split()
        ]
        return Page(rows, str(int(link) + 1) if int(link) + 1 < len(pages) else None)

    def is_there(self, object_id: str) -> bool:
        return bool(object_id)

    def count(self, filter_: str | None) -> int | None:
        assert filter_ == "A eq '1'"
        return self.announced[self.number]


WHOLE, SHORT, TWICE = ["C A", "B D"], ["C A", "B"], ["C A", "A B D"]


@pytest.mark.parametrize(
    ("shown", "announced", "passes"),
    [
        ([WHOLE], [4], 1),
        ([["C A B D"]], [4], 1),
        ([WHOLE], [3], 1),
        ([WHOLE], [None], 1),
        ([["C A", "A2 B D"]], [4], 1),
        ([["C A", "", "B D"]], [4], 1),
        ([SHORT, WHOLE], [4, 4], 2),
        ([SHORT, SHORT, WHOLE], [4, 4, 4], 3),
        ([TWICE, WHOLE], [4, 4], 2),
        ([TWICE, WHOLE], [None, None], 2),
        ([["C A", "B D"], ["C A", "B D E"]], [5, 5], 2),
    ],
)
def test_i7_a_listing_by_links_is_tried_until_it_is_whole(
    shown: list[list[str]], announced: list[int | None], passes: int
) -> None:
    tenant = Passes(shown, announced)
    found = [r.object_id for r in walk(tenant, filter_="A eq '1'", select=(), page_size=1000)]
    assert sorted(found) == sorted({text[0] for page in shown[-1] for text in page.split()})
    assert tenant.number + 1 == passes


@pytest.mark.parametrize(
    ("shown", "announced"),
    [([SHORT] * PASSES, 4), ([TWICE] * PASSES, 4), ([["C A"]] * PASSES, 3), ([[""]] * PASSES, 1)],
)
def test_i7_a_listing_that_is_never_whole_says_so(shown: list[list[str]], announced: int) -> None:
    walked = walk(
        Passes(shown, [announced] * PASSES), filter_="A eq '1'", select=(), page_size=1000
    )
    found: list[str] = []
    with pytest.raises(IncompleteListingError):
        found.extend(record.object_id for record in walked)


def test_i7_pages_that_happen_to_be_in_order_are_counted() -> None:
    class Sorting(Tenant):
        """Sorts each page, and nothing beyond it."""

        def first_page(self, options: dict[str, str]) -> Page:
            page = super().first_page(options)
            return Page(sorted(page.rows, key=lambda row: str(row["ObjectID"])), page.next_link)

    tenant = Sorting(list("BDFACEG"), honours_order=False)
    assert sorted(listed(tenant)) == list("ABCDEFG")
