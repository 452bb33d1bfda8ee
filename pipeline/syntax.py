"""The pattern language as trees: what ``docs/rules.md`` explains, parsed once for all that is made of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import NoReturn

from pipeline.lexicon import Lexicon

PART = re.compile(
    r"""\{(?P<name>\w+)(?::(?P<alias>\w+))?\}
      | <(?P<lemma>[^\W\d_]+)>
      | (?P<look>\(\?(?:=|!|<=|<!))
      | (?P<open>\(\?:|\(|\[) | (?P<close>[)\]]) | (?P<or>\|)
      | (?P<repeat>[?*+]|\{(?P<low>\d+),(?P<high>\d+)\})
      | (?P<border>[\^$])
      | (?P<space>\s+)
      | \\(?P<escaped>.)
      | (?P<literal>\d+|[^\W\d_]+|.)""",
    re.VERBOSE | re.DOTALL,
)


class PatternError(ValueError):
    """A pattern that cannot be compiled."""


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """One token of a category."""

    category: str


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """One after the other."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The first alternative that leads to a match."""

    options: tuple["Node", ...]


@dataclass(frozen=True, slots=True, eq=False)
class Repeat:
    """As often as possible, at least ``low`` times and at most ``high``; None is without end."""

    item: "Node"
    low: int
    high: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What must follow or precede, or must not; it takes no token."""

    item: "Node"
    ahead: bool
    negative: bool


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A category or phrase, remembered under ``alias`` or its own name."""

    name: str
    alias: str | None
    item: "Node"


@dataclass(frozen=True, slots=True, eq=False)
class Reported:
    """The part of a match that is the mention."""

    item: "Node"


Node = Token | Sequence | Choice | Repeat | Look | Named | Reported


class Parser:
    """Parses the patterns of one vocabulary: its ``phrases``, and the ``names`` that are categories of tokens."""

    def __init__(self, phrases: Mapping[str, str], names: frozenset[str]) -> None:
        self._phrases = phrases
        self._names = names
        self._parsed: dict[str, Node] = {}
        """The trees of phrases; patterns share them."""

    def parse(self, source: str) -> Node:
        """Return the tree of a pattern; raises ``PatternError`` where it is malformed."""
        return self._tree(source, ())

    def _tree(self, source: str, inside: tuple[str, ...]) -> Node:
        reading = _Reading(self, source, inside)
        tree = reading.choice()
        if reading.at < len(reading.parts):
            reading.fail("a bracket closes nothing")
        return tree

    def named(self, name: str, alias: str | None, inside: tuple[str, ...]) -> Node:
        """Return the tree of ``{name:alias}`` in a pattern of the phrases ``inside``."""
        if name in self._names:
            return Named(name, alias, Token(name))
        if name not in self._phrases:
            raise PatternError(f"{{{name}}} is neither a category nor a phrase")
        if name in inside:
            raise PatternError(f"phrase {{{name}}} contains itself")
        if name not in self._parsed:
            self._parsed[name] = self._tree(self._phrases[name], (*inside, name))
        return Named(name, alias, self._parsed[name])


class _Reading:
    """One pattern, read from left to right."""

    def __init__(self, parser: Parser, source: str, inside: tuple[str, ...]) -> None:
        self.parts = list(PART.finditer(source))
        self.at = 0
        self._parser = parser
        self._source = source
        self._inside = inside

    def fail(self, reason: str) -> NoReturn:
        raise PatternError(f"{self._source!r}: {reason}")

    def choice(self) -> Node:
        options = [self._sequence()]
        while self._next("or"):
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _next(self, kind: str) -> re.Match[str] | None:
        """Take the next part where it is of that kind."""
        if self.at < len(self.parts) and self.parts[self.at][kind] is not None:
            self.at += 1
            return self.parts[self.at - 1]
        return None

    def _sequence(self) -> Node:
        items: list[Node] = []
        while self.at < len(self.parts) and not (self.parts[self.at]["or"] or self.parts[self.at]["close"]):
            items.append(self._item())
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def _item(self) -> Node:
        part = self.parts[self.at]
        self.at += 1
        if part["repeat"]:
            self.fail(f"{part.group()} repeats nothing")
        if part["look"]:
            return self._look(self._bracketed(")"), part["look"])
        if part["border"]:
            return Look(Token(Lexicon.BREAK), ahead=part.group() == "$", negative=False)
        item: Node
        if part["open"]:
            item = Reported(self._bracketed("]")) if part.group() == "[" else self._bracketed(")")
        elif part["name"]:
            item = self._parser.named(part["name"], part["alias"], self._inside)
        else:
            item = Token(category_of(part))
        if times := self._next("repeat"):
            low = int(times["low"]) if times["low"] else int(times.group() == "+")
            high = int(times["high"]) if times["high"] else 1 if times.group() == "?" else None
            return Repeat(item, low, high)
        return item

    def _bracketed(self, close: str) -> Node:
        item = self.choice()
        closing = self._next("close")
        if closing is None or closing.group() != close:
            self.fail(f"{close} is missing")
        return item

    def _look(self, item: Node, sign: str) -> Look:
        ahead = "<" not in sign
        if not ahead and width(item) is None:
            self.fail("what stands before may differ in length")
        return Look(item, ahead, negative=sign.endswith("!"))


def category_of(part: re.Match[str]) -> str:
    """Return the category of the one token that a part of a pattern matches: a lemma, a space, a word or sign."""
    if part["lemma"]:
        return part.group()
    return "space" if part["space"] else f"={(part['escaped'] or part['literal']).lower()}"


def width(node: Node) -> int | None:
    """Return how many tokens all matches of ``node`` take; None where that differs."""
    match node:
        case Token():
            return 1
        case Look():
            return 0
        case Named() | Reported():
            return width(node.item)
        case Repeat():
            wide = width(node.item)
            return wide * node.low if wide is not None and node.low == node.high else None
        case Sequence():
            widths = [width(item) for item in node.items]
            return None if None in widths else sum(filter(None, widths))
        case Choice():
            return reduce(lambda one, other: one if one == other else None, map(width, node.options))


def nodes(*trees: Node) -> Iterator[Node]:
    """Yield the nodes of all trees, each once: a phrase is one tree wherever it is named."""
    stack = list(trees)
    seen: set[Node] = set()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        yield node
        match node:
            case Sequence():
                stack += node.items
            case Choice():
                stack += node.options
            case Token():
                pass
            case _:
                stack.append(node.item)


def categories(*trees: Node) -> frozenset[str]:
    """Return the names of all categories that trees mention, themselves or in their phrases."""
    return frozenset(node.category for node in nodes(*trees) if isinstance(node, Token))


def words_of(source: str) -> tuple[set[str], set[str]]:
    """Return the literal words and signs of a pattern, and its ``<lemmas>``."""
    literals: set[str] = set()
    lemmas: set[str] = set()
    for part in PART.finditer(source):
        if part["lemma"]:
            lemmas.add(part["lemma"])
        elif word := part["literal"] or part["escaped"]:
            literals.add(word)
    return literals, lemmas
