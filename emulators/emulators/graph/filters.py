"""`$filter` on contacts: a small grammar, everything outside it is refused.

    expression = term {"or" term}
    term       = factor {"and" factor}
    factor     = "not" factor | "(" expression ")" | path "/any(" name ":" expression ")"
               | path ("eq"|"ne"|"gt"|"ge"|"lt"|"le") literal | "startswith(" path "," text ")"

Texts compare without regard to case, as Exchange does.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

from emulators.clock import parse_instant
from emulators.graph import exceptions, extended, fields

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from emulators.graph.models import Contact

    Predicate = Callable[[Contact], bool]
    # Bound range variables by name; the contact itself is bound to the empty name.
    Test = Callable[[dict[str, Any]], bool]
    Getter = Callable[[dict[str, Any]], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<instant>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_/]*)|(?P<mark>[():,]))"
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_INSTANTS = ("createdDateTime", "lastModifiedDateTime")
_ITEM_PARTS = {
    "emailAddresses": ("address", "name"),
    "singleValueExtendedProperties": ("id", "value"),
    "categories": ("",),
}


def parse_filter(text: str) -> Predicate:
    """Compile `$filter`.

    Raises:
        GraphError: 400, outside the grammar or on an unknown property.
    """
    parser = _Parser(text)
    test = parser.expression()
    parser.expect_end()
    return lambda contact: test({"": contact})


class _Parser:
    """Recursive descent over the tokens of one filter."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        self._variables: dict[str, str] = {}
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if match is None:
                raise _syntax_error()
            self._tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            position = match.end()

    def expression(self) -> Test:
        terms = [self._term()]
        while self._accept("or"):
            terms.append(self._term())
        return lambda scope: any(term(scope) for term in terms)

    def expect_end(self) -> None:
        if self._at != len(self._tokens):
            raise _syntax_error()

    def _term(self) -> Test:
        factors = [self._factor()]
        while self._accept("and"):
            factors.append(self._factor())
        return lambda scope: all(factor(scope) for factor in factors)

    def _factor(self) -> Test:
        if self._accept("not"):
            inner = self._factor()
            return lambda scope: not inner(scope)
        if self._accept("("):
            inner = self.expression()
            self._expect(")")
            return inner
        path = self._next("word")
        if path == "startswith":
            return self._starts_with()
        if path.endswith(("/any", "/Any")):
            # Microsoft's own pages have it in both spellings.
            return self._any(path[: -len("/any")])
        return self._comparison(path)

    def _starts_with(self) -> Test:
        self._expect("(")
        get = self._getter(self._next("word"))
        self._expect(",")
        prefix = _unquote(self._next("text")).lower()
        self._expect(")")
        return lambda scope: str(get(scope) or "").lower().startswith(prefix)

    def _any(self, collection: str) -> Test:
        if collection not in _ITEM_PARTS:
            raise _unknown(collection)
        self._expect("(")
        variable = self._next("word")
        self._expect(":")
        self._variables[variable] = collection
        inner = self.expression()
        del self._variables[variable]
        self._expect(")")
        return lambda scope: any(
            inner({**scope, variable: entry}) for entry in _entries(scope[""], collection)
        )

    def _comparison(self, path: str) -> Test:
        get = self._getter(path)
        compare = _COMPARISONS.get(self._next("word"))
        if compare is None:
            raise _syntax_error()
        wanted = self._literal(path)
        return lambda scope: _compares(compare, get(scope), wanted)

    def _literal(self, path: str) -> str | datetime | None:
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        self._at += 1
        if kind == "instant" and path in _INSTANTS:
            return _instant(text)
        if kind == "word" and text == "null":
            return None
        if kind != "text" or path in _INSTANTS:
            raise _syntax_error()
        variable, _, part = path.partition("/")
        collection = self._variables.get(variable)
        if collection == "singleValueExtendedProperties" and part == "id":
            return extended.canonical_id(_unquote(text))
        return _unquote(text).lower()

    def _getter(self, path: str) -> Getter:
        variable, _, part = path.partition("/")
        collection = self._variables.get(variable)
        if collection is not None:
            if part not in _ITEM_PARTS[collection]:
                raise _unknown(path)
            # Names of extended properties are the one text that is case-sensitive.
            if (collection, part) == ("singleValueExtendedProperties", "id"):
                return lambda scope: scope[variable]["id"]
            return lambda scope: _lower(scope[variable][part] if part else scope[variable])
        if path in _INSTANTS:
            attribute = {"createdDateTime": "created", "lastModifiedDateTime": "modified"}[path]
            return lambda scope: getattr(scope[""], attribute).replace(microsecond=0)
        if path not in fields.TEXTS:
            raise _unknown(path)
        return lambda scope: _lower(scope[""].properties[path])

    def _accept(self, text: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] in {
            ("word", text),
            ("mark", text),
        }:
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise _syntax_error()

    def _next(self, kind: str) -> str:
        if self._at >= len(self._tokens) or self._tokens[self._at][0] != kind:
            raise _syntax_error()
        self._at += 1
        return self._tokens[self._at - 1][1]


def _entries(contact: Contact, collection: str) -> list[Any]:
    if collection == "categories":
        return list(contact.properties["categories"])
    if collection == "emailAddresses":
        emails = fields.visible_properties(contact.properties)["emailAddresses"]
        return [{"address": None, "name": None, **email} for email in emails]
    values = {**extended.INITIAL, **contact.extended}
    return [{"id": key, "value": value} for key, value in values.items()]


def _compares(compare: Callable[[Any, Any], bool], value: object, wanted: object) -> bool:
    if value is None or wanted is None:
        return compare in {operator.eq, operator.ne} and compare(value, wanted)
    return compare(value, wanted)


def _instant(text: str) -> datetime:
    # Item times have whole seconds, so a fraction is cut.
    try:
        return parse_instant(re.sub(r"\.\d+", "", text))
    except ValueError:
        raise _syntax_error() from None


def _lower(value: str | None) -> str | None:
    return None if value is None else value.lower()


def _unquote(literal: str) -> str:
    return literal[1:-1].replace("''", "'")


def _syntax_error() -> exceptions.GraphError:
    return exceptions.bad_request("Invalid filter clause.", "BadRequest")


def _unknown(path: str) -> exceptions.GraphError:
    text = f"Could not find a property named '{path}' on type 'microsoft.graph.contact'."
    return exceptions.bad_request(text, "RequestBroker--ParseUri")
