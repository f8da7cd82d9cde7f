"""Fills both emulated services with data as people really type them: names, phones, addresses.

Two mailboxes know the same C4C tenant. What is personal in them bears `PERSONAL_MARK`, so that a
search can show that it went nowhere.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from emulators.admin import AdminProxy
    from emulators.c4c.admin import C4CAdmin
    from emulators.graph.admin import GraphAdmin

MAILBOXES = ("alice@contoso.example", "bob@contoso.example")
PERSONAL_MARK = "zz-personal"
CATEGORIES = ("Blue category", "Important", "Visit", "Error in SAP Cloud for Customer SSI")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST_NAMES = _words(
    "Zoë André Łukasz Søren Ægir Márta Nuño Çağla Øyvind Þóra Jürgen Noémie Siân Gonçalo "
    "Ksenia Дмитрий Ελένη 美咲 秀英 Nguyễn Aoife José-María Anne-Sophie D'Arcy Ömer Ştefan "
    "Živa Ağça Tomáš Réka"
)
_LAST_NAMES = _words(
    "Müller O'Brien Núñez Østergård Szczepański Åkesson Ibáñez Đorđević Kovačić Schröder "
    "Lefèvre Þorvaldsdóttir Čapek Ünal Papadopoulou Кузнецова 山田 Trần MacLeod Fitz-Gerald "
    "Weiß Groß D'Angelo Ó'Súilleabháin Brandão Ruiz-Díaz Königsmann Nagy-Horváth Vähämäki "
    "Beß"
)
_PARTICLES = ("", "", "", "", "van der ", "de la ", "von ", "al-")
_COMPANY_WORDS = _words(
    "Nordlicht Bäckerei Łódka Süßwaren Café Étoile Ålesund Fisk Peñarol Minho Têxtil "
    "Ziegelhütte Čokoláda Hafen Rhône Olympia 青空 Björk Garðar Kraków Sofía Tivoli Übersee "
    "Zürcher Drogerie Ångström"
)
_COMPANY_FORMS = ("GmbH & Co. KG", "S.A.", "Sp. z o.o.", "AB", "Ltd.", "SARL", "K.K.", "Inc.")
_LONG_COMPANY = (
    "Vereinigte Ostfriesische Tee- und Überseespeditionsgesellschaft vormals Gebrüder Beß & Söhne"
)
_TITLES = ("Head of Purchasing", "Chef d'équipe", "Geschäftsführerin", "R&D / QA", "")
_DEPARTMENTS = ("Einkauf", "Achats & Logistique", "IT", "")


@dataclass(frozen=True)
class Place:
    """An address, and telephone numbers as they are written there."""

    street: str
    house_number: str
    city: str
    postal_code: str
    country: str
    state: str
    phones: tuple[str, ...]


PLACES = (
    Place(
        "Straße des 17. Juni",
        "135a",
        "Berlin",
        "10623",
        "DE",
        "",
        ("+49 (0)30 / 1234-{:03}", "030 9876{:03}", "0049 30 5550{:03}"),
    ),
    Place(
        "Rue de l'Église",
        "12 bis",
        "Saint-Étienne",
        "42000",
        "FR",
        "",
        ("+33 4 77 12 3{:03}", "04.77.55.{:04}"),
    ),
    Place(
        "Pennsylvania Avenue NW",
        "1600",
        "Washington",
        "20500",
        "US",
        "DC",
        ("(202) 456-1{:03}", "+1 202 555 0{:03}", "202-555-0{:03} ext. 12"),
    ),
    Place("Bahnhofstrasse", "7", "Zürich", "8001", "CH", "ZH", ("+41 44 211 1{:03}",)),
    Place("ul. Świętego Marcina", "24/7", "Poznań", "61-805", "PL", "", ("+48 61 852 1{:03}",)),
    Place("千代田区丸の内", "1-9-1", "東京", "100-0005", "JP", "", ("+81 3-3212-2{:03}",)),
    Place(
        "High Street",
        "",
        "St Andrews",
        "KY16 9AJ",
        "GB",
        "",
        ("+44 (0) 1334 476{:03}", "01334 477{:03}"),
    ),
    Place("PO Box 42", "", "Tórshavn", "110", "FO", "", ("+298 30 1{:03}",)),
    Place(
        "Avenida da Liberdade",
        "110, 3º Esq.",
        "Lisboa",
        "1250-146",
        "PT",
        "",
        ("+351 21 340 4{:03}",),
    ),
)


@dataclass(frozen=True)
class Amounts:
    """How many records there are of each sort; personal contacts per mailbox."""

    accounts: int = 60
    contacts: int = 160
    individual_customers: int = 90
    personal: int = 40


class Seeder:
    """Makes up people and companies; equal seeds make equal data, and no two share a name."""

    def __init__(
        self, graph: GraphAdmin | AdminProxy, c4c: C4CAdmin | AdminProxy, seed: int = 0
    ) -> None:
        """Take the administration of both services, here or behind HTTP."""
        self._graph = graph
        self._c4c = c4c
        self._chance = random.Random(seed)  # noqa: S311 - reproducible by intention
        self._people = self._shuffled_people()
        self._companies = self._shuffled_companies()
        self._number = itertools.count(1)

    def fill(self, mailboxes: Sequence[str] = MAILBOXES, amounts: Amounts | None = None) -> None:
        """Create the mailboxes with their personal contacts, and the records of C4C."""
        amounts = amounts or Amounts()
        accounts = [self._create_account() for _ in range(amounts.accounts)]
        for _ in range(amounts.contacts):
            self._create_contact(self._chance.choice(accounts))
        for _ in range(amounts.individual_customers):
            self._create_customer()
        for mailbox in mailboxes:
            self._graph.add_mailbox(mailbox, categories=list(CATEGORIES))
            friends = self._graph.create_folder(mailbox, "Sailing club ⛵")
            for number in range(amounts.personal):
                self._create_personal(mailbox, friends if number % 5 == 0 else None)

    def _create_account(self) -> str:
        place = self._chance.choice(PLACES)
        name = next(self._companies)
        names = ("Name", "AdditionalName", "AdditionalName2", "AdditionalName3")
        object_id = self._c4c.create_account(
            {
                **dict(zip(names, _cut(name), strict=False)),
                **self._address(place),
                "Phone": self._phone(place),
                "Email": f"office{next(self._number)}@kunde.example",
                "WebSite": self._chance.choice(("www.kunde.example", "https://kunde.example/", "")),
            }
        )
        account = self._c4c.get("CorporateAccountCollection", object_id) or {}
        return str(account["AccountID"])

    def _create_contact(self, account: str) -> None:
        first, last = next(self._people)
        place = self._chance.choice(PLACES)
        address = {f"BusinessAddress{name}": value for name, value in self._address(place).items()}
        self._c4c.create_contact(
            {
                **self._person(first, last, place),
                **address,
                "AccountID": account,
                "JobTitle": self._chance.choice(_TITLES),
                "Department": self._chance.choice(_DEPARTMENTS),
            }
        )

    def _create_customer(self) -> None:
        first, last = next(self._people)
        place = self._chance.choice(PLACES)
        self._c4c.create_individual_customer(
            {**self._person(first, last, place), **self._address(place)}
        )

    def _person(self, first: str, last: str, place: Place) -> dict[str, Any]:
        person: dict[str, Any] = {
            "FirstName": first,
            "LastName": last,
            "Email": f"Person.{next(self._number)}@Mail.example",
            "Phone": self._phone(place),
        }
        if self._chance.random() < 0.5:  # noqa: PLR2004 - every second one
            person["Mobile"] = self._phone(place)
        if self._chance.random() < 0.3:  # noqa: PLR2004 - some
            person["BirthDate"] = f"19{self._chance.randrange(50, 99)}-02-28T00:00:00"
        return person

    def _create_personal(self, mailbox: str, folder: str | None) -> None:
        number = next(self._number)
        place = self._chance.choice(PLACES)
        self._graph.create_contact(
            mailbox,
            folder,
            {
                "givenName": self._chance.choice(_FIRST_NAMES),
                "surname": f"{PERSONAL_MARK}-{number}",
                "mobilePhone": self._phone(place),
                "emailAddresses": [{"address": f"{PERSONAL_MARK}-{number}@family.example"}],
                "personalNotes": f"{PERSONAL_MARK}: likes chess",
                "categories": [CATEGORIES[number % len(CATEGORIES)]] if number % 3 == 0 else [],
                "homeAddress": {"street": f"{place.street} {PERSONAL_MARK}", "city": place.city},
            },
        )

    def _address(self, place: Place) -> dict[str, str]:
        return {
            "Street": place.street,
            "HouseNumber": place.house_number[:10],
            "City": place.city,
            "StateCode": place.state,
            "StreetPostalCode": place.postal_code,
            "CountryCode": place.country,
        }

    def _phone(self, place: Place) -> str:
        return self._chance.choice(place.phones).format(self._chance.randrange(1000))

    def _shuffled_people(self) -> Iterator[tuple[str, str]]:
        pairs = list(itertools.product(_FIRST_NAMES, _LAST_NAMES))
        self._chance.shuffle(pairs)
        for first, last in pairs:
            yield first, self._chance.choice(_PARTICLES) + last

    def _shuffled_companies(self) -> Iterator[str]:
        yield _LONG_COMPANY
        words = list(itertools.permutations(_COMPANY_WORDS, 2))
        self._chance.shuffle(words)
        for first, second in words:
            yield f"{first} {second} {self._chance.choice(_COMPANY_FORMS)}"


def _cut(name: str) -> Iterator[str]:
    """Yield parts of at most 40 characters, cut between words."""
    part = ""
    for word in name.split():
        longer = f"{part} {word}".lstrip()
        if len(longer) > 40:  # noqa: PLR2004 - length of `Name` and `AdditionalName…`
            yield part
            longer = word
        part = longer
    yield part
