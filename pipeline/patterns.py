"""Patterns: regular expressions over the tokens of a text. ``docs/rules.md`` explains how they are written.

An automaton tells in which short runs of tokens a pattern may match at all. What the regular expressions find in a
run follows from the codes of its tokens and of the few before it that patterns look back to: it is found out once,
and remembered as ``Shape``s for every other run with the same codes (``5 maja 2014`` and ``7 marca 2016``).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from pipeline import syntax
from pipeline.automaton import Automaton
from pipeline.document import Span
from pipeline.lexicon import RUN_CLASSES, WIDTH, Lexicon, Tokens, View
from pipeline.syntax import Node, Parser, PatternError

MAX_RUNS = 20_000
"""Runs whose shapes are remembered, to bound the memory of a long process."""
TIMES = {(0, 1): "?", (0, None): "*", (1, None): "+"}
"""How regular expressions write the usual numbers of repetitions."""


class Capture(NamedTuple):
    """What one named part of a pattern matched: characters, tokens, and the value of a single token."""

    start: int
    end: int
    forms: Sequence[str]
    value: Any


class Part(NamedTuple):
    """Where in a match something was captured, in tokens from where the match begins, and its category."""

    first: int
    last: int
    category: str


class Shape(NamedTuple):
    """How a pattern matches a run: all places are in tokens from where the run begins."""

    pattern: int
    """The number of the pattern."""
    first: int
    last: int
    """The mention; empty where nothing is reported."""
    reach: int
    """Where all that matched ends."""
    parts: Mapping[str, tuple[Part, ...]]
    """What was captured, by name, in text order."""
    under: dict[str, Mapping[str, tuple[Part, ...]]]
    """What was captured under names with a prefix, by the rest of the name; for the prefixes that were asked for."""


class Found:
    """A place that a pattern describes: ``start`` and ``end`` of the mention, in characters."""

    __slots__ = ("_begin", "_lexicon", "_shape", "_tokens", "end", "start")

    def __init__(self, shape: Shape, begin: int, tokens: Tokens, lexicon: Lexicon) -> None:
        self._shape = shape
        self._begin = begin
        self._tokens = tokens
        self._lexicon = lexicon
        self.start = tokens.starts[begin + shape.first]
        self.end = tokens.starts[begin + shape.last]

    @property
    def reach(self) -> Span:
        """All that matched, in characters: also what the pattern only asks for around the mention."""
        return self._tokens.span(self._begin, self._begin + self._shape.reach)

    @property
    def captures(self) -> "Captures":
        """The captures by name, each name's in text order."""
        return Captures(self)

    def has(self, name: str) -> bool:
        """Tell whether anything was captured under that name."""
        return name in self._shape.parts

    def value(self, name: str, default: Any = None) -> Any:
        """Return the value of the first capture of that name, or ``default``."""
        parts = self._shape.parts.get(name)
        return self.value_of(parts[0]) if parts else default

    def values(self, name: str) -> list[Any]:
        """Return the values of all captures of that name, in text order."""
        return [self.value_of(part) for part in self._shape.parts.get(name, ())]

    def parts(self, prefix: str) -> Mapping[str, tuple[Part, ...]]:
        """Return where something was captured under a name with that prefix, by the rest of the name."""
        under = self._shape.under
        if prefix not in under:
            parts = self._shape.parts.items()
            under[prefix] = {
                name.removeprefix(prefix): part for name, part in parts if name.startswith(prefix)
            }
        return under[prefix]

    def value_of(self, part: Part) -> Any:
        """Return the value of what was captured there; None where it is more than one token."""
        first, last, category = part
        if last - first > 1:
            return None
        at = self._begin + first
        if category in RUN_CLASSES:
            return self._tokens.values.get(at)
        return self._lexicon.value(category, self._tokens.forms[at])

    def captured(self, part: Part) -> Capture:
        """Return what was captured there."""
        first, last = self._begin + part.first, self._begin + part.last
        starts = self._tokens.starts
        return Capture(starts[first], starts[last], self._tokens.forms[first:last], self.value_of(part))


class Captures(Mapping[str, tuple[Capture, ...]]):
    """The captures of a match, made when they are asked for: most are not, and most matches lose to a longer one."""

    __slots__ = ("_found",)

    def __init__(self, found: Found) -> None:
        self._found = found

    def __getitem__(self, name: str) -> tuple[Capture, ...]:
        found = self._found
        parts = found._shape.parts[name]
        return (found.captured(parts[0]),) if len(parts) == 1 else tuple(map(found.captured, parts))

    def get(self, name: str, default: Any = ()) -> Any:
        return self[name] if name in self._found._shape.parts else default

    def __contains__(self, name: object) -> bool:
        return name in self._found._shape.parts

    def __iter__(self) -> Iterator[str]:
        return iter(self._found._shape.parts)

    def __len__(self) -> int:
        return len(self._found._shape.parts)


class Patterns:
    """Patterns that are matched together, in one view of a lexicon."""

    def __init__(self, sources: Mapping[str, str], lexicon: Lexicon) -> None:
        """Parse patterns given by name; raises ``PatternError`` naming the one that is malformed."""
        parser = Parser(lexicon.phrases, frozenset(lexicon.names))
        trees: list[Node] = []
        for name, source in sources.items():
            try:
                trees.append(parser.parse(source))
            except PatternError as error:
                raise PatternError(f"{name}: {error}") from error
        self._lexicon = lexicon
        self._view = View(lexicon, syntax.categories(*trees))
        self._members = [_Pattern(number, tree, self._view) for number, tree in enumerate(trees)]
        self._automaton = Automaton(
            trees, lambda code: frozenset().union(*lexicon.sets(code)), lexicon.break_code
        )
        self._shapes: dict[str, tuple[Shape, ...]] = {}
        """What is found in a run, by what the patterns can tell apart of its codes."""
        self._runs: dict[tuple[object, ...], tuple[Shape, ...]] = {}
        """The same by the codes as they are: many more, but found at once."""

    def finditer(self, tokens: Tokens) -> Iterator[Found]:
        """Yield each match of each pattern, by where it begins; those of one pattern do not overlap."""
        for begin, shape in self.places(tokens):
            yield Found(shape, begin, tokens, self._lexicon)

    def places(self, tokens: Tokens) -> Iterator[tuple[int, Shape]]:
        """Yield each match as the token that it begins with, and its shape."""
        codes, back = tokens.codes, self._automaton.back
        done = [0] * len(self._members)
        """Where the last match of each pattern ends."""
        for begin, end, may in self._automaton.runs(tokens):
            low = begin - back
            run = (*codes[low:end],) if low > 0 else (begin, *codes[:end])
            shapes = self._runs.get(run)
            if shapes is None:
                shapes = self._found_in(codes[max(0, low) : begin], codes[begin:end], may)
                if len(self._runs) >= MAX_RUNS:
                    self._runs.clear()
                self._runs[run] = shapes
            for shape in shapes:
                if begin >= done[shape.pattern]:
                    done[shape.pattern] = begin + shape.reach
                    if shape.first < shape.last:
                        yield begin, shape

    def _found_in(self, before: Sequence[str], run: Sequence[str], may: Iterable[int]) -> tuple[Shape, ...]:
        """Return what those patterns that may match find in a run of codes after others."""
        seen = self._automaton.seen(before, run)
        shapes = self._shapes.get(seen)
        if shapes is None:
            text = self._view.codes(before) + self._view.codes(run)
            found = (self._members[number].match(text, len(before) * WIDTH) for number in sorted(may))
            if len(self._shapes) >= MAX_RUNS:
                self._shapes.clear()
            shapes = self._shapes[seen] = tuple(shape for shape in found if shape is not None)
        return shapes


class _Pattern:
    """One pattern as a regular expression over codes, compiled when it is first needed."""

    def __init__(self, number: int, tree: Node, view: View) -> None:
        self._number = number
        self._tree = tree
        self._view = view
        self._compiled_for = -1
        self._regex: re.Pattern[str]
        self._groups: list[tuple[str, str]]
        """For each group of the regular expression what it captures: a name and its category, or ``""``."""
        self._reported: list[int]
        """The numbers of the groups of ``[…]``, one for each alternative that has one."""
        self._shapes: dict[tuple[object, ...], Shape] = {}
        """The shapes met so far, by the places of all groups: many runs share one."""

    def match(self, codes: str, begin: int) -> Shape | None:
        """Return the shape of the match that begins at that character; None where there is none."""
        if self._compiled_for != self._view.size:  # looks of tokens were met that it was not compiled for
            self._compile()
        match = self._regex.match(codes, begin)
        return None if match is None else self._shape(match, begin)

    def _compile(self) -> None:
        self._compiled_for = self._view.size
        self._groups, self._reported = [("", "")], []  # group 0 is the whole match
        self._regex = re.compile(self._written(self._tree, ""))

    def _shape(self, match: re.Match[str], begin: int) -> Shape:
        known = self._shapes.get((begin, match.regs))
        if known is not None:
            return known
        parts: dict[str, list[Part]] = {}
        groups = zip(match.regs, self._groups, strict=True)
        taken = [(span, group) for span, group in groups if span[0] < span[1]]  # few of hundreds
        for (first, last), (name, category) in taken:
            if name:
                part = Part((first - begin) // WIDTH, (last - begin) // WIDTH, category)
                parts.setdefault(name, []).append(part)
        mention = next((number for number in self._reported if match.end(number) >= 0), 0)
        first, last = match.span(mention)
        shape = Shape(
            self._number,
            (first - begin) // WIDTH,
            (last - begin) // WIDTH,
            (match.end() - begin) // WIDTH,
            {name: tuple(sorted(found, key=itemgetter(0))) for name, found in parts.items()},
            {},
        )
        if len(self._shapes) >= MAX_RUNS:
            self._shapes.clear()
        self._shapes[begin, match.regs] = shape
        return shape

    def _written(self, node: Node, prefix: str) -> str:
        """Return the regular expression of ``node``; what it captures has ``prefix`` before its name."""
        match node:
            case syntax.Token():
                return self._view.token((node.category,))
            case syntax.Sequence():
                return "".join([self._written(item, prefix) for item in node.items])
            case syntax.Choice():
                return f"(?:{'|'.join([self._written(option, prefix) for option in node.options])})"
            case syntax.Repeat():
                item = self._written(node.item, prefix)
                if isinstance(node.item, syntax.Sequence | syntax.Token | syntax.Repeat):
                    item = f"(?:{item})"
                times = TIMES.get((node.low, node.high)) or f"{{{node.low},{node.high}}}"
                return item + times
            case syntax.Look():
                sign = ("=" if node.ahead else "<=") if not node.negative else ("!" if node.ahead else "<!")
                return f"(?{sign}{self._written(node.item, prefix)})"
            case syntax.Reported():
                self._reported.append(len(self._groups))
                self._groups.append(("", ""))
                return f"({self._written(node.item, prefix)})"
            case syntax.Named():
                self._groups.append((prefix + (node.alias or node.name), node.name))
                inner = f"{prefix}{node.alias}_" if node.alias else prefix
                return f"({self._written(node.item, inner)})"
