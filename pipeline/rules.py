"""Rules as data: load, validate and compile ``rules/``, and read what they describe in a text.

A rule is an id, a sentence of purpose, a pattern over named vocabulary, and examples that it must and must not
match. ``rules/README.md`` explains the format to those who write rules.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.document import Document
from pipeline.lexicon import Category, Lexicon, Tokens
from pipeline.patterns import Found, Patterns
from pipeline.syntax import PatternError, words_of

YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader, in C where PyYAML was built with it: ten times as fast."""
PACKAGE = Path(__file__).resolve().parent


class RuleError(ValueError):
    """A rule or vocabulary file that cannot be used; the message names the file, the entry and the reason."""


class Rule(BaseModel):
    """One rule: what it is for, what it looks like, and texts that it must and must not match.

    A table may ask for more fields through a subclass.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z]+(\.[a-z0-9_]+)+$")
    purpose: str
    pattern: str
    score: float = Field(default=0.95, ge=0, le=1)
    blocks: bool = False
    """Its matches are no mentions, and nothing else may be read there."""
    examples: list[str] = Field(min_length=1)
    """Texts with what the rule finds marked as ``[text|value]``; plain texts for a rule that blocks."""
    negatives: list[str] = Field(default_factory=list)
    """Texts in which the table finds nothing."""


AnyRule = TypeVar("AnyRule", bound=Rule)
AnyModel = TypeVar("AnyModel", bound=BaseModel)
Row = TypeVar("Row")


def rules_folder() -> Path:
    """Return the folder of the rules: in the wheel beside this module, in a checkout beside the package."""
    packed = PACKAGE / "data" / "rules"
    return packed if packed.is_dir() else PACKAGE.parent / "rules"


def rules_digest() -> str:
    """Return the SHA-256 of all rule and vocabulary files, hexadecimal."""
    digest = hashlib.sha256()
    folder = rules_folder()
    for path in sorted(folder.rglob("*.yaml")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds; raises ``RuleError`` naming the file."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=YAML_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RuleError(f"{path}: {error}") from error


def _validated(model: type[AnyModel], data: Any, path: Path, entry: str) -> AnyModel:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        reasons = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'entry'}: {problem['msg']}" for problem in error.errors()
        )
        raise RuleError(f"{path}: {entry}: {reasons}") from error


class Match(Found, Generic[AnyRule]):
    """A place that a rule describes."""

    __slots__ = ("rule",)

    rule: AnyRule


class RuleSet(Generic[AnyRule]):
    """The rules of one table, compiled."""

    def __init__(self, rules: Sequence[AnyRule], lexicon: Lexicon) -> None:
        self.rules = rules
        self._lexicon = lexicon
        try:
            self._patterns = Patterns({rule.id: rule.pattern for rule in rules}, lexicon)
        except PatternError as error:
            raise RuleError(str(error)) from error

    def read(
        self,
        tokens: Tokens,
        reading: Callable[[Match[AnyRule]], Sequence[Row] | None],
        *,
        ask_blocking: bool = False,
    ) -> list[tuple[Row, AnyRule]]:
        """Return the rows that ``reading`` makes of the matches, in text order; their spans do not overlap.

        The match with the longest span comes first, then the one that reaches furthest, then the first rule.
        ``reading`` returns None where the match is no right reading, which leaves the place to shorter ones, and
        an empty sequence where nothing at all may be read there. It is asked about the matches of rules that
        block only with ``ask_blocking``.
        """
        starts = tokens.starts
        found = []
        for begin, shape in self._patterns.places(tokens):
            pattern, first, last, reach, *_ = shape
            start = starts[begin + first]
            found.append(
                (
                    start - starts[begin + last],
                    starts[begin] - starts[begin + reach],
                    pattern,
                    start,
                    begin,
                    shape,
                )
            )
        found.sort()  # no two are of the same pattern and begin at the same place
        taken = bytearray(len(starts))
        """For each token whether a row or a blocking rule has it."""
        rows: list[tuple[int, Row, AnyRule]] = []
        for _, _, pattern, start, begin, shape in found:
            first, last = begin + shape.first, begin + shape.last
            if taken.find(1, first, last) >= 0:
                continue
            rule = self.rules[pattern]
            if not rule.blocks or ask_blocking:
                match: Match[AnyRule] = Match(shape, begin, tokens, self._lexicon)
                match.rule = rule
                read = reading(match)
                if read is None:
                    continue
                rows.extend([(start, row, rule) for row in read])
            taken[first:last] = b"\1" * (last - first)
        rows.sort(key=itemgetter(0))
        return [(row, rule) for _, row, rule in rows]


def _rule_files() -> list[Path]:
    return sorted(rules_folder().glob("*.yaml"))


@cache
def lexicon() -> Lexicon:
    """Return the vocabulary of ``rules/`` together with the words that the rules' own patterns name."""
    categories: dict[str, Category] = {}
    phrases: dict[str, str] = {}
    for path in sorted((rules_folder() / "vocabulary").glob("*.yaml")):
        for name, data in (read_yaml(path) or {}).items():
            if name in categories or name in phrases:
                raise RuleError(f"{path}: {name} is defined twice")
            if isinstance(data, str):
                phrases[name] = data
            else:
                categories[name] = _validated(Category, data, path, name)
    patterns = list(phrases.values())
    for path in _rule_files():
        patterns += [
            str(entry.get("pattern", "")) for entry in read_yaml(path) or [] if isinstance(entry, dict)
        ]
    words: set[str] = set()
    lemmas: set[str] = set()
    for pattern in patterns:
        literals, inflected = words_of(pattern)
        words |= literals
        lemmas |= inflected
    return Lexicon(categories, phrases, words, lemmas)


@cache
def rule_set(table: str, model: type[AnyRule]) -> RuleSet[AnyRule]:
    """Load and compile ``rules/<table>.yaml``; raises ``RuleError`` naming the file, the rule and the reason."""
    path = rules_folder() / f"{table}.yaml"
    rules = [
        _validated(model, data, path, str(data.get("id")) if isinstance(data, dict) else f"entry {number}")
        for number, data in enumerate(read_yaml(path) or [], 1)
    ]
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleError(f"{path}: {rule.id} is defined twice")
        seen.add(rule.id)
    try:
        return RuleSet(rules, lexicon())
    except RuleError as error:
        raise RuleError(f"{path}: {error}") from error


@lru_cache(maxsize=2)
def tokens_of(document: Document) -> Tokens:
    """Return the document cut into tokens; the last ones are remembered, since every extractor asks."""
    return lexicon().lex(document.text, document.units)
