"""Accounts by company: asks C4C little, and knows when the answer is not all there is.

Responsible for the order of the questions. The very name comes first; words of it only where that
is not found; the whole text only where its words are in too many names. Each question has room for
a few rows, so that it costs the same however common a word is. What the rows mean is decided in
`core.cascade`.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from c4c_client import filters
from contact_sync.core.cascade import (
    AccountCandidate,
    is_decided,
    is_spelt,
    link_account,
    search_terms,
    search_words,
    spellings,
)
from contact_sync.core.model import RecordType
from contact_sync.core.names import NAME_PROPERTIES, PART_LENGTH, join_name, split_name
from contact_sync.core.text import collapse, forms, without_accents

from target_c4c.apart import apart
from target_c4c.failures import of_one
from target_c4c.task import COLLECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from c4c_client import C4CClient, C4CError, C4CRecord
    from contact_sync.book import Book

    from target_c4c.task import Task

    Questions = Callable[[str], list[list[str]]]

_ACCOUNTS = COLLECTIONS[RecordType.ACCOUNT]

#: Shows all parts of a name in one text. Unconfirmed: how; it is looked at before it is relied on.
WHOLE_NAME = "BusinessPartnerFormattedName"

#: Rows of one answer; as many of them mean that there may be more.
ROWS = 4
#: Rows of the last answer about a company of which fewer rows do not tell.
MANY_ROWS = 100
#: So few companies are asked for in all ways at once: it saves a request.
FEW = 4
#: Companies of operations to come are asked for with others, up to so many.
AHEAD = 40

_SELECT = (
    *("AccountID", "CreationOn", "LifeCycleStatusCode"),
    *(*NAME_PROPERTIES, WHOLE_NAME),
)
_CONTROLS = (filters.eq("Name", "*"), filters.eq(WHOLE_NAME, "*"))


class AccountBook:
    """Accounts by company; no question is asked twice until `forget`."""

    def __init__(self, client: C4CClient) -> None:
        self._client = client
        self._known: dict[str, list[C4CRecord]] = {}
        self._cut: set[str] = set()
        self._failed: dict[str, C4CError] = {}
        self._answers: dict[str, list[C4CRecord]] = {}
        self._errors: dict[str, C4CError] = {}
        self._words: dict[str, tuple[str, ...]] = {}
        self._has_whole_names: bool | None = None

    def look_up(self, companies: Iterable[str], ahead: Iterable[str] = ()) -> None:
        """Search for all companies that were not searched for yet, together.

        Args:
            companies: As typed; blank ones are passed over.
            ahead: Companies that will be asked for later: as many as there is room for.
        """
        wanted = self._unknown(companies)
        if wanted:
            room = max(0, AHEAD - len(wanted))
            wanted += islice(self._unknown(ahead, wanted), room)
            self._search(wanted)

    def account_of(self, company: str) -> AccountCandidate | None:
        """Return the account for a company by the rules of the cascade."""
        self.look_up([company])
        if self.is_cut(company):
            return None
        return link_account(company, _candidates(self._known.get(company, ())))

    def is_unanswered(self, task: Task, company: str, book: Book) -> bool:
        """Whether it is not known which account a company is; an issue of the task tells why.

        That no account was shown is not "there is none", where the search failed or was cut off.
        """
        if error := self._failed.get(company):
            book.failed(task, of_one(error))
            return True
        if self.is_cut(company):
            book.issue(task, "account_not_found", ["company"], "too many accounts hold it")
            return True
        return False

    def records_named(self, name: str) -> list[C4CRecord]:
        """Return the accounts that bear a name, case and accents aside, with a few columns only."""
        self.look_up([name])
        wanted = without_accents(name)
        return [
            record
            for record in self._known.get(name, ())
            if without_accents(_whole_name(record)) == wanted
        ]

    def failure_of(self, company: str) -> C4CError | None:
        """Return why the search for a company has no answer; None if it has one."""
        return self._failed.get(company)

    def is_cut(self, company: str) -> bool:
        """Whether too many accounts hold a company to tell which one it is, or that it is none."""
        return company in self._cut

    def forget(self) -> None:
        """Forget all answers: accounts may have been created or renamed since."""
        for known in (self._known, self._cut, self._failed, self._answers, self._errors):
            known.clear()

    def created(self, name: str, record: C4CRecord) -> None:
        """Add an account that was just created to what is known: a search may lag (I31)."""
        for company, records in self._known.items():
            if without_accents(company) == without_accents(name):
                records.append(record)

    def add(self, company: str, record: C4CRecord) -> None:
        """Remember an account that was created for a company."""
        self._known.setdefault(company, []).append(record)

    # -- the search ------------------------------------------------------------------------------

    def _unknown(self, companies: Iterable[str], without: Collection[str] = ()) -> list[str]:
        texts = sorted({company for company in companies if collapse(company)})
        return [text for text in texts if text not in self._known and text not in without]

    def _search(self, companies: Sequence[str]) -> None:
        self._known |= {company: [] for company in companies}
        open_ = [company for company in companies if search_terms(company)]
        self._words = search_words(open_)
        steps = (self._exact, self._by_word, self._by_text, self._in_other_cases)
        if len(open_) <= FEW:
            self._ask(_texts(open_, steps[:3]))
        for step in steps:
            if not open_:
                return
            self._ask(_texts(open_, [step]))
            open_ = [company for company in open_ if not self._is_settled(company, step)]
        # Out of use, or no match by our rules: so many of those come first that no other is seen.
        self._read(_texts(open_, [self._by_text]), MANY_ROWS)
        self._cut |= {one for one in open_ if not self._is_settled(one, self._by_text, MANY_ROWS)}

    def _is_settled(self, company: str, step: Questions, rows: int = ROWS) -> bool:
        """Take over what a step has brought; tell whether a company needs no further one."""
        groups = step(company)
        texts = [text for group in groups for text in group]
        records = {record.object_id: record for record in self._known[company]}
        records |= {one.object_id: one for text in texts for one in self._answers[text]}
        self._known[company] = list(records.values())
        found = _candidates(records.values())
        if is_spelt(company, found):
            return True
        errors = [self._errors[text] for text in texts if text in self._errors]
        if errors:
            self._failed[company] = errors[0]
            return True
        if step == self._exact:
            return False
        if step == self._in_other_cases:
            return is_decided(company, found)
        is_complete = any(
            all(len(self._answers[text]) < rows for text in group) for group in groups
        )
        return is_complete or (rows == MANY_ROWS and is_decided(company, found))

    def _exact(self, company: str) -> list[list[str]]:
        """Ask for the very name: in the whole name, and in its parts as we would split it."""
        name = collapse(company)
        if "*" in name:
            return []
        texts = [filters.eq(prop, form) for prop in self._wholes() for form in forms(name)]
        if len(name) > PART_LENGTH:
            parts = zip(NAME_PROPERTIES, split_name(name) or (), strict=False)
            in_parts = filters.all_of(*(filters.eq(prop, part) for prop, part in parts if part))
            texts.append(in_parts or "")
        return [[text for text in dict.fromkeys(texts) if text]]

    def _by_word(self, company: str) -> list[list[str]]:
        words = self._words[company]
        return [[q for term in search_terms(word) for q in self._holding(term)] for word in words]

    def _by_text(self, company: str) -> list[list[str]]:
        return [[q for text in spellings(collapse(company)) for q in self._holding(text)]]

    def _in_other_cases(self, company: str) -> list[list[str]]:
        texts = spellings(collapse(company))
        return [[filters.eq(prop, text) for prop in self._wholes() for text in texts]]

    def _wholes(self) -> tuple[str, ...]:
        return ("Name",) if self._has_whole_names is False else ("Name", WHOLE_NAME)

    def _holding(self, text: str) -> list[str]:
        props = NAME_PROPERTIES if self._has_whole_names is False else (WHOLE_NAME,)
        return [filters.contains(prop, text) for prop in props]

    def _ask(self, texts: Iterable[str]) -> None:
        """Ask what was not asked yet, in as few requests as the client can."""
        new = [text for text in dict.fromkeys(texts) if text not in self._answers]
        controls = _CONTROLS if self._has_whole_names is None and new else ()
        self._read([*controls, *new], ROWS)
        # All that bear a name in one spelling count: the oldest of them is the one.
        self._read([text for text in new if self._is_short(text)], None)
        if controls:
            named, whole = (self._answers[control] for control in controls)
            self._has_whole_names = _are_whole(named, whole)

    def _is_short(self, text: str) -> bool:
        return "*" not in text and len(self._answers[text]) >= ROWS

    def _read(self, texts: Sequence[str], top: int | None) -> None:
        if not texts:
            return
        answers = apart(
            self._client,
            texts,
            self._errors,
            lambda told: self._client.search(_ACCOUNTS, texts, _SELECT, told, top),
        )
        self._answers |= zip(texts, answers or [[] for _ in texts], strict=True)


def is_whole(record: C4CRecord) -> bool:
    """Whether a record is all that C4C has of it, not the columns of a search."""
    return "ChangedOn" in record.properties


def _texts(companies: Iterable[str], steps: Iterable[Questions]) -> list[str]:
    return [text for one in companies for step in steps for group in step(one) for text in group]


def _candidates(records: Iterable[C4CRecord]) -> list[AccountCandidate]:
    distinct = {record.object_id: record for record in records}
    return [AccountCandidate.from_c4c(record.properties) for record in distinct.values()]


def _whole_name(record: C4CRecord) -> str:
    return join_name(str(record.properties.get(part) or "") for part in NAME_PROPERTIES)


def _are_whole(named: Sequence[C4CRecord], found: Sequence[C4CRecord]) -> bool:
    """Whether accounts are found by their whole names, and these hold what their parts do."""
    if not found:
        return not named  # no accounts at all
    shown = [(str(one.properties.get(WHOLE_NAME) or ""), _whole_name(one)) for one in found]
    return all("".join(parts.split()) in "".join(whole.split()) for whole, parts in shown)
