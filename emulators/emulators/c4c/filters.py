"""`$filter`: a small real parser and what the parsed condition does to a row.

Understood: `eq ne ge le`, `and`, parentheses, `or` between conditions on one and the same
property, `*` in `eq` as a wildcard, `startswith` and `endswith`. Sources: SAP's developer guide,
SAP KBA 2310920 (wording of a syntax error), measurements published for a live tenant.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from emulators.c4c.exceptions import ODataError, invalid_token, unknown_property
from emulators.c4c.facts import EntityFact, Kind, PropertyFact
from emulators.c4c.values import Value, is_guid, parse_date, parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emulators.c4c.switches import Switches

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<typed>(?:datetimeoffset|datetime|guid)'[^']*')"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<number>-?\d+(?:\.\d+)?[MmDdFfLl]?(?![\w.]))"
    r"|(?P<word>[A-Za-z_][\w/]*)"
    r"|(?P<mark>[(),])"
)
_OPERATORS = frozenset({"eq", "ne", "ge", "le"})
_SWITCHED_OPERATORS = frozenset({"gt", "lt"})
_TYPED = {"datetimeoffset": Kind.INSTANT, "datetime": Kind.DATE, "guid": Kind.GUID}
_WILDCARD = "*"
_NULL_TESTS = frozenset({"eq", "ne"})
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "ge": operator.ge,
    "le": operator.le,
    "gt": operator.gt,
    "lt": operator.lt,
}


class Token(NamedTuple):
    """A piece of the filter; `position` counts characters from 0."""

    kind: str
    text: str
    position: int


@dataclass(frozen=True)
class Comparison:
    """`Property operator value`."""

    fact: PropertyFact
    operator: str
    value: Value


@dataclass(frozen=True)
class Pattern:
    """`startswith`, `endswith`, `substringof`, or `eq` with a wildcard."""

    fact: PropertyFact
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Combination:
    """Several conditions; `is_all` for `and`."""

    is_all: bool
    parts: tuple[Condition, ...]


Condition: TypeAlias = Comparison | Pattern | Combination


def parse_filter(text: str, entity: EntityFact, switches: Switches) -> Condition:
    """Parse a filter for one entity type.

    Raises:
        ODataError: Syntax, unknown property, a property that cannot be filtered, a literal of
            another type, or an `or` across properties.
    """
    return _Parser(text, entity, switches).parse()


def matches(condition: Condition, read: Callable[[PropertyFact], Value], *, fold: bool) -> bool:
    """Tell whether a row meets the condition.

    Args:
        condition: The parsed filter.
        read: Returns a property of the row.
        fold: Compare texts without regard to case.
    """
    if isinstance(condition, Combination):
        quantify = all if condition.is_all else any
        return quantify(matches(part, read, fold=fold) for part in condition.parts)
    value = read(condition.fact)
    if isinstance(condition, Pattern):
        return condition.pattern.search(str(value or "")) is not None
    return _compare(value, condition, fold=fold)


def needed_equalities(condition: Condition) -> Iterator[Comparison]:
    """Yield equalities that every matching row fulfils, for look-up in an index."""
    if isinstance(condition, Comparison) and condition.operator == "eq":
        yield condition
    if isinstance(condition, Combination) and condition.is_all:
        for part in condition.parts:
            yield from needed_equalities(part)


def count_alternatives(condition: Condition) -> int:
    """Return the number of terms of the largest `or`; 1 if there is none."""
    if not isinstance(condition, Combination):
        return 1
    counts = [count_alternatives(part) for part in condition.parts]
    return max(counts) if condition.is_all else sum(counts)


def _compare(value: Value, comparison: Comparison, *, fold: bool) -> bool:
    wanted, name = comparison.value, comparison.operator
    if value is None or wanted is None:
        return name in _NULL_TESTS and (value is wanted) == (name == "eq")
    left = _comparable(comparison, value, fold=fold)
    return _TESTS[name](left, _comparable(comparison, wanted, fold=fold))


def _comparable(comparison: Comparison, value: Value, *, fold: bool) -> Any:  # noqa: ANN401 - both sides get the same type
    if comparison.fact.kind is Kind.DECIMAL:
        return Decimal(str(value))
    return value.casefold() if fold and isinstance(value, str) else value


class _Parser:
    """Recursive descent over the tokens: or < and < term."""

    def __init__(self, text: str, entity: EntityFact, switches: Switches) -> None:
        self._entity = entity
        self._switches = switches
        self._tokens = list(_tokenize(text))
        self._index = 0

    def parse(self) -> Condition:
        condition = self._any()
        self._expect("end")
        alternatives = count_alternatives(condition)
        if alternatives > self._switches.max_or_terms:
            raise ODataError("Filter has too many terms")
        return condition

    @property
    def _next(self) -> Token:
        return self._tokens[self._index]

    def _take(self) -> Token:
        token = self._next
        self._index += 1
        return token

    def _expect(self, kind: str, text: str | None = None) -> Token:
        token = self._next
        if token.kind != kind or (text is not None and token.text != text):
            raise invalid_token(token.position)
        self._index += 1
        return token

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._next.text == "or":
            self._take()
            parts.append(self._all())
        if len(parts) == 1:
            return parts[0]
        if len({fact.name for part in parts for fact in used_facts(part)}) > 1:
            raise ODataError("Operator 'or' is not supported across different properties")
        return Combination(is_all=False, parts=tuple(parts))

    def _all(self) -> Condition:
        parts = [self._term()]
        while self._next.text == "and":
            self._take()
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else Combination(is_all=True, parts=tuple(parts))

    def _term(self) -> Condition:
        if self._next.text == "(":
            self._take()
            condition = self._any()
            self._expect("mark", ")")
            return condition
        word = self._expect("word")
        if self._next.text == "(":
            return self._function(word)
        return self._comparison(word)

    def _function(self, word: Token) -> Condition:
        is_known = word.text in ("startswith", "endswith") or (
            word.text == "substringof" and self._switches.substringof
        )
        if not is_known:
            raise ODataError(f"Function '{word.text}' is not supported")
        self._expect("mark", "(")
        # substringof takes the text first; the two that C4C documents take the property first.
        if word.text == "substringof":
            text = self._expect("text")
            self._expect("mark", ",")
            fact = self._property(self._expect("word"))
        else:
            fact = self._property(self._expect("word"))
            self._expect("mark", ",")
            text = self._expect("text")
        self._expect("mark", ")")
        if fact.kind is not Kind.TEXT:
            raise invalid_token(text.position)
        escaped = re.escape(_unquote(text.text))
        form = {"startswith": f"^{escaped}", "endswith": f"{escaped}\\Z", "substringof": escaped}
        return Pattern(fact, self._compile(form[word.text]))

    def _comparison(self, word: Token) -> Condition:
        fact = self._property(word)
        verb = self._expect("word")
        allowed = _OPERATORS | (_SWITCHED_OPERATORS if self._switches.gt_lt else frozenset())
        if verb.text not in allowed:
            raise invalid_token(verb.position)
        literal = self._take()
        value = _literal(fact, literal)
        is_text = fact.kind is Kind.TEXT and isinstance(value, str)
        if is_text and verb.text == "eq" and _WILDCARD in str(value):
            parts = (re.escape(part) for part in str(value).split(_WILDCARD))
            return Pattern(fact, self._compile(f"^{'.*'.join(parts)}\\Z"))
        return Comparison(fact, verb.text, value)

    def _property(self, word: Token) -> PropertyFact:
        if "/" in word.text:
            raise ODataError("Filter on a navigation property is not supported")
        fact = self._entity.properties.get(word.text)
        if fact is None:
            raise unknown_property(word.text)
        if not fact.is_filterable:
            raise ODataError(f"Property '{fact.name}' is not filterable")
        return fact

    def _compile(self, pattern: str) -> re.Pattern[str]:
        flags = re.DOTALL if self._switches.case_sensitive else re.DOTALL | re.IGNORECASE
        return re.compile(pattern, flags)


def _tokenize(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise invalid_token(position)
        if match.lastgroup != "space":
            yield Token(match.lastgroup or "", match[0], position)
        position = match.end()
    yield Token("end", "", position)


def _literal(fact: PropertyFact, token: Token) -> Value:
    """Return the literal's value; its type must be the property's."""
    value: Value = None
    if token.kind == "text" and fact.kind is Kind.TEXT:
        value = _unquote(token.text)
    elif token.kind == "word" and token.text in ("true", "false") and fact.kind is Kind.FLAG:
        value = token.text == "true"
    elif token.kind == "number" and fact.kind is Kind.DECIMAL:
        value = str(Decimal(token.text.rstrip("MmDdFfLl")).quantize(Decimal("1e-14")))
    elif token.kind == "typed":
        value = _typed_literal(fact, token)
    elif token.text == "null" and fact.kind not in (Kind.TEXT, Kind.FLAG):
        return None
    if value is None:
        raise invalid_token(token.position)
    return value


def _typed_literal(fact: PropertyFact, token: Token) -> Value:
    name, _, rest = token.text.partition("'")
    body = rest[:-1]
    if _TYPED[name] is not fact.kind:
        return None
    if fact.kind is Kind.GUID:
        return body.upper() if is_guid(body) else None
    return parse_instant(body) if fact.kind is Kind.INSTANT else parse_date(body)


def used_facts(condition: Condition) -> Iterator[PropertyFact]:
    """Yield the properties that a condition reads."""
    if isinstance(condition, Combination):
        for part in condition.parts:
            yield from used_facts(part)
    else:
        yield condition.fact


def _unquote(text: str) -> str:
    return text[1:-1].replace("''", "'")
