"""Code lists: allowed codes, their descriptions, and the calling codes of countries."""

from __future__ import annotations

from emulators.c4c.facts import PropertyFact, read_table

COUNTRIES = {row[0]: row[1] for row in read_table("countries.tsv")}
CALLING_CODES = {row[0]: row[2] for row in read_table("countries.tsv") if len(row) > 2}  # noqa: PLR2004 - third column
_COUNTRY_SUFFIX = "CountryCode"


def _regions() -> dict[str, dict[str, str]]:
    regions: dict[str, dict[str, str]] = {}
    for country, code, name in read_table("regions.tsv"):
        regions.setdefault(country, {})[code] = name
    return regions


def _lists() -> dict[str, dict[str, str]]:
    lists: dict[str, dict[str, str]] = {}
    for names, code, description in read_table("codes.tsv"):
        for name in names.split():
            lists.setdefault(name, {})[code] = description
    return lists


REGIONS = _regions()
_LISTS = _lists()


def list_codes(fact: PropertyFact) -> list[tuple[str, str, str]]:
    """Return (context, code, description) of a code property; context is empty without one."""
    if fact.is_contextual:
        contexts = REGIONS if fact.code_context else {}
        return [(c, code, name) for c, rows in contexts.items() for code, name in rows.items()]
    return [("", code, name) for code, name in _plain_list(fact).items()]


def describe(fact: PropertyFact, code: str, context: str) -> str:
    """Return the words for a code; empty if it has none."""
    codes = REGIONS.get(context, {}) if fact.is_contextual else _plain_list(fact)
    return codes.get(code, "")


def is_known(fact: PropertyFact, code: str, context: str) -> bool:
    """Tell whether a code is allowed; lists without rows here allow every code."""
    codes = REGIONS.get(context, {}) if fact.is_contextual else _plain_list(fact)
    return not code or not codes or code in codes


def _plain_list(fact: PropertyFact) -> dict[str, str]:
    if fact.name.endswith(_COUNTRY_SUFFIX):
        return COUNTRIES
    return _LISTS.get(fact.name, {})
