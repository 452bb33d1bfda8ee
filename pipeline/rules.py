"""Rules as data: load, validate and compile ``rules/``, and read what they describe in a text.

A rule is an id, a sentence of purpose, a pattern over named vocabulary, and examples that it must and must not
match. ``docs/rules.md`` explains the format to those who write rules.

A folder of the user's own (``PLEXTRACT_RULES``) may overlay the built-in one. It has files of the same names: a rule
replaces the one of its id or comes before all others, a word is added to its category or gets another value there.
It is looked at once: what a process has read stays.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline import environment
from pipeline.document import Document, remembered
from pipeline.lexicon import Category, Lexicon, Tokens, with_values
from pipeline.patterns import Found, Patterns, Shape
from pipeline.syntax import PatternError, words_of

YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader, in C where PyYAML was built with it: ten times as fast."""
PACKAGE = Path(__file__).resolve().parent
VOCABULARY = "vocabulary"
"""The folder of the words that patterns are written with; files there may have any names."""


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


@cache
def own_folder() -> Path | None:
    """Return the folder of the user's own rules; None for none.

    Raises ``RuleError`` where it is no folder, or has a file that would be read by nothing.
    """
    stated = os.environ.get(environment.RULES)
    if not stated:
        return None
    folder = Path(stated)
    if not folder.is_dir():
        raise RuleError(f"{folder}: there is no such folder of rules")
    for path in sorted(folder.rglob("*.yaml")):
        name = path.relative_to(folder)
        if name.parent.as_posix() != VOCABULARY and not (rules_folder() / name).is_file():
            known = ", ".join(sorted(found.name for found in rules_folder().glob("*.yaml")))
            raise RuleError(f"{path}: rules have no file of this name; there are {known} and {VOCABULARY}/")
    return folder


def rules_digest() -> str:
    """Return the SHA-256 of all rule and vocabulary files, the user's own included, hexadecimal."""
    digest = hashlib.sha256()
    for folder in folders():
        for path in sorted(folder.rglob("*.yaml")):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def folders() -> list[Path]:
    """Return the folders of rules: the built-in one, then the user's own where there is one."""
    own = own_folder()
    return [rules_folder(), *([own] if own else ())]


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds; raises ``RuleError`` naming the file."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=YAML_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RuleError(f"{path}: {error}") from error


def read_rules(name: str) -> Any:
    """Return what the file ``name`` of the rules holds, the user's own one laid over it.

    Of a list, own entries replace those of the same ``id`` or come first. Of a table, what stands under a name that
    both have is joined: words of lists and tables are added, anything else is replaced.
    """
    held: Any = None
    for number, (path, data) in enumerate(_held(name)):
        if number and type(data) is not type(held):
            raise RuleError(f"{path}: this must be a {'table' if isinstance(held, dict) else 'list'}")
        if not number:
            held = data
        elif isinstance(data, list):
            held = [entry for _, entry in _overlaid([(path, entry) for entry in held], path, data)]
        else:
            held = {
                **held,
                **{key: _joined(held[key], own) if key in held else own for key, own in data.items()},
            }
    return held


def _held(name: str) -> Iterator[tuple[Path, Any]]:
    """Yield what each file of this name holds: the built-in one, then the user's own."""
    for folder in folders():
        path = folder / name
        if path.is_file() and (data := read_yaml(path)) is not None:
            yield path, data


Entries = list[tuple[Path, Any]]
"""What a list holds, and the file that each entry stands in."""


def _overlaid(held: Entries, path: Path, own: Sequence[Any]) -> Entries:
    replacing = {entry["id"]: entry for entry in own if isinstance(entry, dict) and "id" in entry}
    known = {_id(entry) for _, entry in held}
    return [
        *((path, entry) for entry in own if _id(entry) is None or _id(entry) not in known),
        *((path, replacing[_id(entry)]) if _id(entry) in replacing else (of, entry) for of, entry in held),
    ]


def _id(entry: Any) -> Any:
    return entry.get("id") if isinstance(entry, dict) else None


def _joined(held: Any, own: Any) -> Any:
    """Return what stands under a name, with what the user's own file says under the same name."""
    if not (isinstance(held, dict) and isinstance(own, dict)):
        return own
    joined = {**held, **own}
    for key in held.keys() & own.keys():
        words = (held[key], own[key])
        if all(isinstance(one, list) for one in words):
            joined[key] = [*dict.fromkeys((*words[0], *words[1]))]
        elif all(isinstance(one, list | dict) for one in words):
            joined[key] = {**with_values(words[0]), **with_values(words[1])}
    return joined


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


Candidate = tuple[int, int, int, int, int, Shape]
"""A match before it is read: the length of its span and of its reach in characters, both below zero, the number of its
rule, where its span begins, the token that it begins with, and its shape."""


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
        return self.choose(tokens, self.matches(tokens), reading, ask_blocking=ask_blocking)

    def matches(self, tokens: Tokens) -> list[Candidate]:
        """Return all matches of all rules, in the order in which they are asked for rows."""
        starts = tokens.starts
        found = [
            (
                starts[begin + first] - starts[begin + last],
                starts[begin] - starts[begin + reach],
                pattern,
                starts[begin + first],
                begin,
                shape,
            )
            for begin, shape in self._patterns.places(tokens)
            for pattern, first, last, reach, _, _ in (shape,)
        ]
        found.sort()  # no two are of the same pattern and begin at the same place
        return found

    def choose(
        self,
        tokens: Tokens,
        found: Iterable[Candidate],
        reading: Callable[[Match[AnyRule]], Sequence[Row] | None],
        *,
        ask_blocking: bool = False,
    ) -> list[tuple[Row, AnyRule]]:
        """Return the rows that ``reading`` makes of ``found``, matches in their order, as ``read`` does of all."""
        taken = bytearray(len(tokens.starts))
        """For each token whether a row or a blocking rule has it."""
        rows: list[tuple[int, Row, AnyRule]] = []
        rules, lexicon = self.rules, self._lexicon
        for _, _, pattern, start, begin, shape in found:
            first, last = begin + shape.first, begin + shape.last
            if taken.find(1, first, last) >= 0:
                continue
            rule = rules[pattern]
            if not rule.blocks or ask_blocking:
                match: Match[AnyRule] = Match(shape, begin, tokens, lexicon)
                match.rule = rule
                read = reading(match)
                if read is None:
                    continue
                rows.extend([(start, row, rule) for row in read])
            taken[first:last] = b"\1" * (last - first)
        rows.sort(key=itemgetter(0))
        return [(row, rule) for _, row, rule in rows]


def _rule_files() -> list[str]:
    return sorted(path.name for path in rules_folder().glob("*.yaml"))


@cache
def vocabulary() -> Mapping[str, tuple[Path, Any]]:
    """Return what stands under each name of the vocabulary, and the file that says so."""
    names: dict[str, tuple[Path, Any]] = {}
    for folder in folders():
        stated: dict[str, tuple[Path, Any]] = {}
        for path in sorted((folder / VOCABULARY).glob("*.yaml")):
            for name, data in (read_yaml(path) or {}).items():
                if name in stated:
                    raise RuleError(f"{path}: {name} is defined twice")
                stated[name] = (path, data)
        for name, (path, data) in stated.items():
            names[name] = (path, _joined(names[name][1], data) if name in names else data)
    return names


@cache
def lexicon() -> Lexicon:
    """Return the vocabulary of ``rules/`` together with the words that the rules' own patterns name."""
    categories: dict[str, Category] = {}
    phrases: dict[str, str] = {}
    for name, (path, data) in vocabulary().items():
        if isinstance(data, str):
            phrases[name] = data
        else:
            categories[name] = _validated(Category, data, path, name)
    patterns = list(phrases.values())
    for file in _rule_files():
        patterns += [
            str(entry.get("pattern", "")) for entry in read_rules(file) or [] if isinstance(entry, dict)
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
    entries: Entries = []
    for path, data in _held(f"{table}.yaml"):
        if not isinstance(data, list):
            raise RuleError(f"{path}: this must be a list of rules")
        seen: set[str] = set()
        for entry in filter(None, map(_id, data)):
            if entry in seen:
                raise RuleError(f"{path}: {entry} is defined twice")
            seen.add(entry)
        entries = _overlaid(entries, path, data)
    rules = [
        _validated(model, data, path, str(data.get("id")) if isinstance(data, dict) else f"entry {number}")
        for number, (path, data) in enumerate(entries, 1)
    ]
    try:
        return RuleSet(rules, lexicon())
    except RuleError as error:
        raise RuleError(f"{table}.yaml: {error}") from error


@remembered
def tokens_of(document: Document) -> Tokens:
    """Return the document cut into tokens; the last ones are remembered, since every extractor asks."""
    return lexicon().lex(document.text, document.units)
