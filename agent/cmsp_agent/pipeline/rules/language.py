"""Conditions of rules: `type == "link.down" and severity <= major and object ~ "^Gi"`.

A condition is parsed once, checked against the fields of an event, and compiled to a closure. All that is wrong with it
is found at once, each with its column. Patterns of users run on RE2, which is linear in the length of the text.

    condition  = and ("or" and)*
    and        = not ("and" not)*
    not        = "not" not | "(" condition ")" | "always" | comparison
    comparison = FIELD ("==" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~") VALUE | FIELD "in" "[" VALUE, … "]"
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from cmsp_agent.model.event import Event
from cmsp_agent.pipeline.rules.fields import FIELDS, FieldKind, field_named
from cmsp_agent.pipeline.rules.patterns import PatternInvalid, pattern

Condition = Callable[[Event], bool]

LONGEST_CONDITION = 4096
MOST_DEPTH = 50

_TOKEN = re.compile(
    r"""\s*(?:(?P<op>==|!=|<=|>=|!~|[<>~()\[\],])|(?P<text>"(?:[^"\\]|\\.)*"|'[^']*')|(?P<word>[\w.:/*-]+)|(?P<bad>\S))"""
)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "~", "!~", "in")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a condition; `column` from 1."""

    kind: str
    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a condition, and where; `column` from 1 within the condition."""

    column: int
    text: str


class ConditionInvalid(ValueError):
    """Carries every mistake of a condition."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(mistake.text for mistake in mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition ready to use. `always`: it holds for every event."""

    text: str
    holds: Condition
    always: bool = False
    types: frozenset[str] | None = None
    """The types of the events that it can hold for; None: any. Asked first, as it costs least."""
    compared: Sequence[tuple[str, str, str]] = ()
    """Its comparisons: field, operator, value."""


def compile_condition(text: str) -> Compiled:
    """Compile a condition.

    Raises:
        ConditionInvalid: with every mistake in it.
    """
    if len(text) > LONGEST_CONDITION:
        raise ConditionInvalid([Mistake(1, f"longer than {LONGEST_CONDITION} characters")])
    parser = _Parser(list(_tokens(text)), len(text) + 1)
    compiled = parser.whole()
    if parser.mistakes:
        raise ConditionInvalid(parser.mistakes)
    return Compiled(text, compiled.holds, compiled.always, compiled.types, parser.compared)


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text) and (found := _TOKEN.match(text, at)):
        kind = found.lastgroup or ""
        yield Token(kind, found[kind], found.start(kind) + 1)
        at = found.end()


@dataclass(frozen=True, slots=True)
class _Node:
    holds: Condition
    always: bool = False
    never: bool = False
    types: frozenset[str] | None = None


_BY_TYPE = frozenset({("type", "=="), ("type", "in")})
_BROKEN = _Node(lambda _event: False)


@dataclass(slots=True)
class _Parser:
    """Recursive descent; goes on after a mistake so that all are found."""

    tokens: list[Token]
    end: int
    at: int = 0
    depth: int = 0
    mistakes: list[Mistake] = field(default_factory=list)
    compared: list[tuple[str, str, str]] = field(default_factory=list)

    def whole(self) -> _Node:
        if not self.tokens:
            self.wrong(None, "the condition is empty: write `always` where it shall hold for every event")
            return _BROKEN
        node = self.any_of()
        while (token := self.peek()) is not None:
            self.wrong(token, f"'{token.text}' is unexpected: `and` or `or` is wanted")
            if token.text in (")", "]", ","):
                self.at += 1
            else:
                self.any_of()
        return node

    def any_of(self) -> _Node:
        nodes = [self.all_of()]
        while self.take("or"):
            nodes.append(self.all_of())
        if len(nodes) == 1:
            return nodes[0]
        parts = [node.holds for node in nodes]
        types = [node.types for node in nodes if node.types is not None]
        return _Node(
            lambda event: any(part(event) for part in parts),
            always=any(node.always for node in nodes),
            types=frozenset().union(*types) if len(types) == len(nodes) else None,
        )

    def all_of(self) -> _Node:
        nodes = [self.negation()]
        while self.take("and"):
            nodes.append(self.negation())
        if len(nodes) == 1:
            return nodes[0]
        parts = [node.holds for node in nodes]
        types = [node.types for node in nodes if node.types is not None]
        return _Node(
            lambda event: all(part(event) for part in parts),
            always=all(node.always for node in nodes),
            types=types[0].intersection(*types) if types else None,
        )

    def negation(self) -> _Node:
        self.depth += 1
        try:
            return self.nested()
        finally:
            self.depth -= 1

    def nested(self) -> _Node:
        if self.depth > MOST_DEPTH:
            self.wrong(self.peek(), f"nested more than {MOST_DEPTH} deep")
            self.at = len(self.tokens)
            return _BROKEN
        if self.take("not"):
            inner = self.negation()
            holds = inner.holds
            return _Node(lambda event: not holds(event), always=inner.never, never=inner.always)
        if self.take("("):
            node = self.any_of()
            if not self.take(")"):
                self.wrong(self.peek(), "')' is missing")
            return node
        if self.take("always"):
            return _Node(lambda _event: True, always=True)
        return self.comparison()

    def comparison(self) -> _Node:
        name = self.next()
        if name is None:
            self.wrong(None, "a field is wanted")
            return _BROKEN
        kind = field_named(name.text) if name.kind == "word" else None
        if kind is None:
            known = ", ".join(FIELDS)
            self.wrong(name, f"'{name.text}' is no field of an event; known are {known}, attributes.NAME")
        operator = self.next()
        if operator is None or operator.text not in _COMPARISONS:
            self.wrong(operator, f"after '{name.text}' one of {' '.join(_COMPARISONS)} is wanted")
            if operator is not None and operator.kind == "bad":
                self.skip_comparison()
            return _BROKEN
        values = self.values(operator)
        if kind is None or not values:
            return _BROKEN
        return self.compare(kind, operator, values)

    def skip_comparison(self) -> None:
        """What follows a sign that is no operator (`=`, `=>`, `&&`) belongs to the same mistake."""
        while (token := self.peek()) is not None and (token.kind == "bad" or token.text in _COMPARISONS):
            self.at += 1
        self.at += token is not None and token.kind in ("text", "word")

    def values(self, operator: Token) -> list[Token]:
        if operator.text != "in":
            value = self.value()
            return [] if value is None else [value]
        if not self.take("["):
            self.wrong(self.peek(), 'after \'in\' a list is wanted: ["a", "b"]')
            return []
        found = []
        while not self.take("]"):
            value = self.value()
            if value is None:
                return []
            found.append(value)
            if not self.take(",") and (following := self.peek()) is not None and following.text != "]":
                self.wrong(following, "',' or ']' is wanted")
                return []
        if not found:
            self.wrong(operator, "the list is empty: nothing is in it")
        return found

    def value(self) -> Token | None:
        token = self.next()
        if token is None or token.kind not in ("text", "word"):
            self.wrong(token, "a value is wanted")
            return None
        return token

    def compare(self, kind: FieldKind, operator: Token, values: list[Token]) -> _Node:
        if operator.text not in kind.operators:
            self.wrong(operator, f"'{operator.text}' does not go with {kind.name}; it takes {' '.join(kind.operators)}")
            return _BROKEN
        wanted = []
        for token in values:
            text = token.text[1:-1] if token.kind == "text" else token.text
            self.compared.append((kind.name, operator.text, text))
            try:
                wanted.append(pattern(text) if operator.text in ("~", "!~") else kind.read(text))
            except (ValueError, PatternInvalid) as error:
                self.wrong(token, str(error))
        if len(wanted) != len(values):
            return _BROKEN
        names = frozenset(map(str, wanted)) if (kind.name, operator.text) in _BY_TYPE else None
        return _Node(kind.test(operator.text, wanted), types=names)

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def next(self) -> Token | None:
        token = self.peek()
        self.at += token is not None
        return token

    def take(self, text: str) -> bool:
        token = self.peek()
        found = token is not None and token.kind != "text" and token.text == text
        self.at += found
        return found

    def wrong(self, token: Token | None, text: str) -> None:
        self.mistakes.append(Mistake(self.end if token is None else token.column, text))
