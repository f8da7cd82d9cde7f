"""What the search for accounts costs, and what it finds, on the emulator."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from c4c_client import C4CRecord, RejectedError
from contact_sync.core.cascade import AccountCandidate, link_account
from fakes.c4c_service import Service
from target_c4c.accounts import MANY_ROWS, WHOLE_NAME, AccountBook

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCOUNTS = "CorporateAccountCollection"


def tenant(*names: str | dict[str, Any], **switches: Any) -> Service:
    """Return a tenant with these accounts, each a minute younger than the one before."""
    service = Service()
    for switch, value in switches.items():
        service.admin.set_switch(switch, value=value)
    service.admin.set_clock("2026-01-01T00:00:00Z")
    for name in names:
        body = {"Name": name} if isinstance(name, str) else name
        service.admin.create_account({"RoleCode": "CRM000", **body})
        service.admin.advance_clock(60)
    return service


def everything(service: Service) -> list[AccountCandidate]:
    return [
        AccountCandidate.from_c4c(record.properties)
        for record in service.client.list_records(ACCOUNTS)
    ]


COSTS = {
    "one word is everywhere": ("Stadtwerke Ort{}", "Firma{} GmbH"),
    "a word of all companies is everywhere": ("Stadtwerke Ort{} GmbH", "Firma{} GmbH"),
    "short names, one legal form": ("Ort{} GmbH", "X{} GmbH"),
    "every word is everywhere": ("Neue Firma {} GmbH", "Neue Firma GmbH & {} KG"),
    "each is there": ("Firma{} GmbH", "Firma{} GmbH"),
    "each is part of a name": ("Die Firma{} GmbH & Co. KG", "Firma{} GmbH"),
}


@pytest.mark.parametrize(("there", "asked"), COSTS.values(), ids=COSTS)
def test_i50_the_search_costs_the_same_however_common_a_word_is(there: str, asked: str) -> None:
    service = tenant()
    for number in range(3000):
        service.admin.create_account({"RoleCode": "CRM000", "Name": there.format(number)})
    companies = [asked.format(number) for number in range(20)]
    _fetch_token(service)
    book = AccountBook(service.client)
    book.look_up(companies)
    requests = len(service.calls)
    sys.stdout.write(f"{requests} requests, {service.received} bytes\n")
    assert requests <= 4
    assert service.received <= 100_000
    for company in companies:
        book.account_of(company)
    assert len(service.calls) == requests


def _fetch_token(service: Service) -> None:
    service.client.search(ACCOUNTS, ["Name eq 'Nobody'"])
    service.restart_counting()


def test_i50_fifty_companies_that_are_there_cost_two_requests() -> None:
    service = tenant(*(f"Firma{number} GmbH" for number in range(50)))
    _fetch_token(service)
    book = AccountBook(service.client)
    book.look_up(f"Firma{number} GmbH" for number in range(50))
    assert len(service.calls) == 2
    assert all(book.account_of(f"Firma{number} GmbH") for number in range(50))
    assert len(service.calls) == 2


FOUND: dict[str, tuple[list[str | dict[str, Any]], str]] = {
    "the oldest of many": (["Acme"] * 12, "Acme"),
    "the spelling beats another case": (["ACME", "acme", "Acme"], "Acme"),
    "another case beats what contains it": ([*["Acme AG"] * 9, "ACME"], "acme"),
    "many contain it, one is it": ([*["Acme AG"] * 9, "Acme", *["Acme KG"] * 9], "acme"),
    "one of a common word": ([*[f"Werk {n} GmbH" for n in range(30)], "Blau GmbH"], "blau gmbh"),
    "several": ([f"Acme {n}" for n in range(30)], "Acme"),
    "in four parts": (
        [
            *[f"Nord {n}" for n in range(30)],
            {"Name": "Nord", "AdditionalName": "Ost", "AdditionalName3": "Süd"},
        ],
        "Nord Ost Süd",
    ),
    "across two parts": (["Nord", {"Name": "Nord Ost", "AdditionalName": "Süd AG"}], "Ost Süd"),
    "an older one in parts": ([{"Name": "Acme", "AdditionalName": "AG"}, "Acme AG"], "Acme AG"),
    "blanks between": (["Acme   GmbH"], "Acme GmbH"),
    "a star": (["Acme", "Star*Bucks"], "Star*Bucks"),
    "decomposed": (["Cafe\u0301 Su\u0308d"], "Caf\u00e9 S\u00fcd"),
    "obsolete ones in front": (
        [*[{"Name": "Acme", "LifeCycleStatusCode": "4"}] * 9, "Acme"],
        "Acme",
    ),
    "many obsolete ones in front": (
        [*[{"Name": f"Acme {n}", "LifeCycleStatusCode": "4"} for n in range(40)], "Acme AG"],
        "Acme",
    ),
    "nobody": (["Globex"] * 9, "Acme"),
    "no account at all": ([], "Acme GmbH"),
}


@pytest.mark.parametrize("is_sensitive", [True, False])
@pytest.mark.parametrize("is_alone", [True, False])
@pytest.mark.parametrize(("names", "company"), FOUND.values(), ids=FOUND)
def test_i24_the_search_finds_what_a_look_at_all_accounts_finds(
    names: list[str | dict[str, Any]], company: str, *, is_alone: bool, is_sensitive: bool
) -> None:
    service = tenant(*names, case_sensitive=is_sensitive)
    book = AccountBook(service.client)
    book.look_up([company] if is_alone else [company, *(f"Other{n} Firm" for n in range(9))])
    assert book.account_of(company) == link_account(company, everything(service))
    assert not book.is_cut(company)


def test_i24_a_single_hit_of_an_answer_that_was_cut_off_is_not_the_only_one() -> None:
    obsolete = {"LifeCycleStatusCode": "4"}
    names = [{"Name": f"Acme {number}", **obsolete} for number in range(2 * MANY_ROWS)]
    service = tenant(*names, "Acme AG", order="stable")
    book = AccountBook(service.client)
    book.look_up(["acme"])
    assert book.is_cut("acme")
    assert book.account_of("acme") is None


class Spoilt:
    """A client on a tenant whose whole names cannot be searched."""

    def __init__(self, service: Service, trouble: str) -> None:
        self._client = service.client
        self._trouble = trouble

    def search(
        self, collection: str, texts: Sequence[str], select: Sequence[str], told: Any, top: Any
    ) -> list[list[C4CRecord]]:
        whole = [text for text in texts if WHOLE_NAME in text]
        others = [text for text in texts if text not in whole]
        found: dict[str, list[C4CRecord]] = {text: [] for text in whole}
        found |= zip(
            others, self._client.search(collection, others, select, told, top), strict=True
        )
        if self._trouble == "refused":
            for text in whole:
                told(text, RejectedError("C4C answered 400", http_status=400))
        if self._trouble == "other texts" and whole:
            row = C4CRecord("1", None, {"Name": "Acme", WHOLE_NAME: "4711"})
            found |= {text: [row] for text in whole}
        return [found[text] for text in texts]


@pytest.mark.parametrize("trouble", ["refused", "other texts", "finds nothing"])
@pytest.mark.parametrize(
    "case", ["in four parts", "several", "another case beats what contains it"]
)
def test_whole_names_are_not_relied_on_where_they_are_none(case: str, trouble: str) -> None:
    names, company = FOUND[case]
    service = tenant(*names)
    client: Any = Spoilt(service, trouble)
    book = AccountBook(client)
    assert book.account_of(company) == link_account(company, everything(service))
    assert book.failure_of(company) is None


def test_companies_to_come_are_asked_for_along() -> None:
    service = tenant("Acme")
    book = AccountBook(service.client)
    book.look_up(["Acme"], ahead=["Globex", "Umbrella", ""])
    asked = len(service.calls)
    assert [book.account_of(company) for company in ("Globex", "Umbrella")] == [None, None]
    assert len(service.calls) == asked


def test_what_is_to_come_does_not_swell_the_question() -> None:
    service = tenant("Acme")
    book = AccountBook(service.client)
    book.look_up(["Acme"], ahead=[f"Firm {number}" for number in range(500)])
    assert len(service.calls) <= 5
