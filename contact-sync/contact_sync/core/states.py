"""States and provinces: text in Exchange, the tenant's own codes in C4C.

Responsible for finding a code by the words that the tenant has for it. C4C's codes are SAP's own
list and each tenant's (SAP KBA 3413328): the same code may mean another region than in ISO 3166-2.
So ISO lends names only; no code leads to a code. Must never guess: what may be two codes is none.
"""

from __future__ import annotations

import functools
import gettext
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pycountry

from contact_sync.core.countries import country_code, spellings
from contact_sync.core.state_aliases import STATE_ALIASES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: Between country and code in the canonical value; no text of a user has it.
MARK = "|"

_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl")
# What a form of government adds to a name.
_FORMS = re.compile(
    r"^(?:freistaat|land|bundesland|kanton|canton|cantone|state|province|provincia|departamento|"
    r"department|region|regione|region of|county|estado|prefecture) (?:of |de |du |di |do |d')?"
    r"|,? (?:state|province|region|county|prefecture|canton|departamento|voivodeship)$"
)


@dataclass(frozen=True)
class StateList:
    """One tenant's states: country code -> code -> description."""

    codes: Mapping[str, Mapping[str, str]]

    def value_of(self, country: str, text: str) -> str | None:
        """Return the canonical value (`PE|15`) of a text within its country; None if not certain.

        Args:
            country: Name or code of the country; a state means nothing without it.
            text: A description, name or usual abbreviation.
        """
        place = country_code(country)
        codes = self.codes.get(place or "", {})
        if not codes or not text:
            return None
        found = _match(codes, set(spellings(text)))
        if not found:
            names = _names_like(place or "", text)
            found = _match(codes, names)
        if not found and text.isalpha() and text.isascii() and text.upper() in codes:
            # A tenant's own letters, if ISO has them for no other region.
            is_free = not _names_like(place or "", text)
            found = {text.upper()} if is_free else set()
        return f"{place}{MARK}{found.pop()}" if len(found) == 1 else None

    def description(self, value: str) -> str | None:
        """Return the words for a canonical value; None if the list has none."""
        country, _, code = value.partition(MARK)
        return self.codes.get(country.upper(), {}).get(code) or None


def canonical(country: str, code: str) -> str:
    """Return the value that stands for a code of C4C."""
    return f"{country.upper()}{MARK}{code}" if code else ""


def code_of(value: str) -> str | None:
    """Return the code of a canonical value; None for a text that was mapped to none."""
    _, mark, code = value.partition(MARK)
    return code if mark else None


def typed(text: str) -> str:
    """Return a text that is no canonical value, whatever was typed."""
    return text.replace(MARK, " ")


def _match(codes: Mapping[str, str], names: set[str]) -> set[str]:
    """Return the codes whose description is one of these names."""
    exact = {code for code, words in codes.items() if names.intersection(spellings(words))}
    return exact or {code for code, words in codes.items() if names.intersection(_plain(words))}


def _plain(words: str) -> set[str]:
    """Return the spellings of a description without its form of government."""
    return {_FORMS.sub("", name) for name in spellings(words)}


def _names_like(country: str, text: str) -> set[str]:
    """Return all names of the regions that have this one, by ISO 3166-2."""
    regions = _regions(country)
    keys = set(spellings(text))
    keys |= {_FORMS.sub("", key) for key in keys}
    return set().union(*(names for names in regions if keys & names))


@functools.cache
def _regions(country: str) -> tuple[frozenset[str], ...]:
    names: defaultdict[str, set[str]] = defaultdict(set)
    for state in pycountry.subdivisions:
        if state.country_code == country:
            for name in _region_names(state.code, state.name):
                names[state.code].update(spellings(name))
    return tuple(frozenset(found) for found in names.values())


def _region_names(code: str, name: str) -> Iterator[str]:
    # "Catalunya [Cataluña]": both are names of the region.
    yield from filter(None, re.split(r"\s*[\[\]]\s*", name))
    yield from (translation.gettext(name) for translation in _translations())
    yield from STATE_ALIASES.get(code, ())
    short = code.partition("-")[2]
    if short.isalpha():
        yield short
        yield code


@functools.cache
def _translations() -> tuple[gettext.NullTranslations, ...]:
    return tuple(
        gettext.translation("iso3166-2", pycountry.LOCALES_DIR, [language], fallback=True)
        for language in _LANGUAGES
    )


def state_list(rows: Iterable[tuple[str, str, str]]) -> StateList:
    """Return the list of (country, code, description) rows; those without all three say nothing."""
    codes: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for country, code, description in rows:
        if country and code and description:
            codes[country.upper()][code] = description
    return StateList(dict(codes))
