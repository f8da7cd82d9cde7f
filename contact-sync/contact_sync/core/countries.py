"""Countries and states: text in Exchange, codes in C4C.

Responsible for the only use of `babel` and `pycountry` (decision 0006). Must never guess: a name
that means two countries means none.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING

import pycountry
from babel import Locale

from contact_sync.core.text import collapse, comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# Languages whose country names are understood: those that Outlook and C4C are offered in.
_LANGUAGES = (
    *("de", "fr", "es", "it", "nl", "pt", "pl", "cs", "sk", "sl", "hu", "ro", "bg", "hr", "sr"),
    *("da", "sv", "nb", "fi", "et", "lv", "lt", "el", "tr", "ru", "uk", "ar", "he", "hi", "ja"),
    *("zh", "zh_Hant", "ko", "th", "vi", "id", "ms", "ca", "is", "ga", "sq", "mk", "ka", "hy"),
)

# Common English names and abbreviations that neither CLDR nor ISO 3166 lists.
_ALIASES = {
    "america": "US",
    "uk": "GB",
    "great britain": "GB",
    "britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "uae": "AE",
    "holland": "NL",
    "brd": "DE",
    "ger": "DE",
    "republic of ireland": "IE",
    "russia": "RU",
    "south korea": "KR",
    "north korea": "KP",
    "korea": "KR",
    "ivory coast": "CI",
    "cape verde": "CV",
    "swaziland": "SZ",
    "burma": "MM",
    "myanmar": "MM",
    "macedonia": "MK",
    "turkey": "TR",
    "czech republic": "CZ",
    "hong kong": "HK",
    "macau": "MO",
    "macao": "MO",
    "palestine": "PS",
    "vatican": "VA",
    "china": "CN",
    "prc": "CN",
    "east timor": "TL",
    "kosovo": "XK",
}

# Kosovo has no ISO code; SAP and CLDR use the user-assigned XK.
_EXTRA_CODES = ("XK",)


def country_code(text: str) -> str | None:
    """Return the ISO 3166 code of two letters for a name or code; None if it means no one country.

    Understood: codes of two and three letters, English names and their usual short forms, and the
    names in the languages of `_LANGUAGES`, in any case.
    """
    return _country_index().get(_key(text))


def country_name(code: str) -> str:
    """Return the English name (CLDR) of a country code; an unknown code comes back as it is."""
    known = country_code(code)
    return code if known is None else _english_names().get(known, code)


def state_code(country: str, text: str) -> str | None:
    """Return the code of a state, province or region within a country; None if not mappable.

    Unconfirmed: C4C's state codes are those of ISO 3166-2 without the country prefix. Certain for
    the United States, Canada and Australia; a tenant may list its own codes for other countries.

    Args:
        country: Name or code of the country; a state means nothing without it.
        text: Name or code of the state, also with the prefix (`US-CA`).
    """
    code = country_code(country)
    return None if code is None else _state_index(code).get(_key(text))


def _key(text: str) -> str:
    """Return the text as the indexes spell it: no case, accents, full stops or leading "the"."""
    letters = unicodedata.normalize("NFD", comparable(text).replace("\u2019", "'"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return collapse(plain.replace(".", "")).removeprefix("the ")


@functools.cache
def _english_names() -> Mapping[str, str]:
    codes = {country.alpha_2 for country in pycountry.countries} | set(_EXTRA_CODES)
    names = Locale("en").territories
    return {code: names[code] for code in sorted(codes) if code in names}


@functools.cache
def _country_index() -> Mapping[str, str]:
    """Map every understood spelling to its code; English wins over the other languages."""
    index = _unique(_foreign_names())
    index.update(_unique(_iso_names()))
    index.update({_key(name): code for code, name in _english_names().items()})
    index.update(_ALIASES)
    for country in pycountry.countries:
        index[_key(country.alpha_3)] = country.alpha_2
    for code in _english_names():
        index[_key(code)] = code
    return index


def _iso_names() -> Iterator[tuple[str, str]]:
    for country in pycountry.countries:
        for attribute in ("name", "official_name", "common_name"):
            name = getattr(country, attribute, None)
            if name:
                yield name, country.alpha_2


def _foreign_names() -> Iterator[tuple[str, str]]:
    for language in _LANGUAGES:
        names = Locale.parse(language).territories
        for code in _english_names():
            if code in names:
                yield names[code], code


@functools.cache
def _state_index(country: str) -> Mapping[str, str]:
    states = [state for state in pycountry.subdivisions if state.country_code == country]
    spellings = [
        (name, state.code.partition("-")[2])
        for state in states
        # "Catalunya [Cataluña]": both are names of the region.
        for name in re.split(r"\s*[\[\]]\s*", state.name)
        if name
    ]
    index = _unique(spellings)
    for state in states:
        code = state.code.partition("-")[2]
        index[_key(code)] = index[_key(state.code)] = code
    return index


def _unique(spellings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return spelling -> code, without the spellings that stand for several codes."""
    codes: dict[str, set[str]] = {}
    for name, code in spellings:
        codes.setdefault(_key(name), set()).add(code)
    return {name: found.pop() for name, found in codes.items() if len(found) == 1}
