"""Countries: text in Exchange, codes in C4C.

Responsible for the only use of `babel`, and with `states.py` of `pycountry` (decision 0006). Must
never guess: a name that means two countries means none.
"""

from __future__ import annotations

import functools
import gettext
import re
import unicodedata
from typing import TYPE_CHECKING

import pycountry
from babel import Locale, localedata
from babel.core import get_global

from contact_sync.core.country_aliases import COUNTRY_ALIASES
from contact_sync.core.text import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# Languages whose country names are understood: those that Outlook and C4C are offered in.
_LANGUAGES = (
    *("de", "fr", "es", "it", "nl", "pt", "pl", "cs", "sk", "sl", "hu", "ro", "bg", "hr", "sr"),
    *("da", "sv", "nb", "fi", "et", "lv", "lt", "el", "tr", "ru", "uk", "ar", "he", "hi", "ja"),
    *("zh", "zh_Hant", "ko", "th", "vi", "id", "ms", "ca", "is", "ga", "sq", "mk", "ka", "hy"),
)

# Languages in which the official long names are read ("Bundesrepublik Deutschland").
_LONG_NAMES = (
    *("de", "fr", "es", "it", "nl", "pt", "pl", "cs", "sk", "sl", "hu", "ro", "bg", "hr", "sr"),
    *("da", "sv", "nb", "fi", "et", "lv", "lt", "el", "tr", "ru", "uk", "zh_CN", "ja", "ko"),
)

# How the letters are written where a keyboard has none of them.
_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
# Letters that no decomposition leaves a plain one of.
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "ł": "l", "đ": "d", "\u0131": "i", "œ": "oe"})
_APOSTROPHES = re.compile("[\u2018\u2019\u00b4`]")
_HYPHENS = re.compile("[\u2010-\u2015-]")

# Kosovo has no ISO code; SAP and CLDR use the user-assigned XK.
_EXTRA_CODES = ("XK",)


def country_code(text: str) -> str | None:
    """Return the ISO 3166 code of two letters for a name or code; None if it means no one country.

    Understood: codes of two and three letters; English names, also Microsoft's, and their usual
    short forms; the names in the languages of `_LANGUAGES` and in the country's own; official long
    names; each in any case, with "ae" for "ä" and the like.
    """
    return _look_up(text)


def country_name(code: str) -> str:
    """Return the English name (CLDR) of a country code; an unknown code comes back as it is."""
    known = country_code(code)
    return code if known is None else _english_names().get(known, code)


def spellings(name: str) -> Iterator[str]:
    """Return the spellings under which a name is found: plain letters, digraphs, turned round."""
    return _keys(name)


def _key(text: str) -> str:
    """Return the text as the indexes spell it.

    No case, accents, full stops, hyphens or leading "the"; "&" is "and", "Saint" is "St".
    """
    plain = _APOSTROPHES.sub("'", text)
    if not plain.isascii():
        letters = unicodedata.normalize("NFD", comparable(plain).translate(_PLAIN))
        plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    plain = _HYPHENS.sub(" ", plain.casefold().replace(".", "")).replace("&", " and ")
    words = ["st" if word == "saint" else word for word in plain.split()]
    return " ".join(words[1:] if words[:1] == ["the"] else words)


def _keys(name: str) -> Iterator[str]:
    """Return the spellings of a name: as it is, with digraphs, turned round, without brackets."""
    yield _key(name)
    if not name.isascii():
        yield _key(comparable(name).translate(_DIGRAPHS))
    last, comma, first = name.partition(", ")
    if comma and ", " not in first:
        yield _key(f"{first} {last}")
        yield _key(f"{last} ({first})")
    if "(" in name:
        yield _key(re.sub(r" ?\([^)]*\)", "", name))


@functools.lru_cache(maxsize=4096)
def _look_up(text: str) -> str | None:
    """Look in the English names first: the others are many, and seldom needed."""
    key = _key(text)
    if not key:
        return None
    # "ČR" is no code of Costa Rica.
    code = _codes().get(comparable(text).replace(".", ""))
    return code or _english_index().get(key) or _foreign_index().get(key)


@functools.cache
def _english_names() -> Mapping[str, str]:
    codes = {country.alpha_2 for country in pycountry.countries} | set(_EXTRA_CODES)
    names = Locale("en").territories
    return {code: names[code] for code in sorted(codes) if code in names}


@functools.cache
def _codes() -> Mapping[str, str]:
    """Map every code of two or three letters, without case, to that of two."""
    index = {country.alpha_3.casefold(): country.alpha_2 for country in pycountry.countries}
    return index | {code.casefold(): code for code in _english_names()}


@functools.cache
def _english_index() -> Mapping[str, str]:
    index = _unique(_iso_names())
    index.update(_unique((name, code) for code, name in _english_names().items()))
    for code, names in COUNTRY_ALIASES.items():
        for name in names:
            # As it stands there: without its bracket, "Korea (North)" would be Korea.
            index[_key(name)] = index[_key(comparable(name).translate(_DIGRAPHS))] = code
    return index


@functools.cache
def _foreign_index() -> Mapping[str, str]:
    return _unique((*_foreign_names(), *_own_names(), *_long_names()))


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


def _own_names() -> Iterator[tuple[str, str]]:
    """Return what each country is called in its own official languages."""
    for code in _english_names():
        for language, facts in get_global("territory_languages").get(code, {}).items():
            is_read = language in _LANGUAGES or not localedata.exists(language)
            if facts["official_status"] is not None and not is_read:
                name = Locale.parse(language).territories.get(code)
                if name:
                    yield name, code


def _long_names() -> Iterator[tuple[str, str]]:
    for language in _LONG_NAMES:
        translated = gettext.translation(
            "iso3166-1", pycountry.LOCALES_DIR, [language], fallback=True
        )
        for name, code in _iso_names():
            yield translated.gettext(name), code


def _unique(spellings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return spelling -> code, without the spellings that stand for several codes."""
    codes: dict[str, set[str]] = {}
    for name, code in spellings:
        for key in _keys(name):
            codes.setdefault(key, set()).add(code)
    return {name: found.pop() for name, found in codes.items() if len(found) == 1}
