"""The words that rules are written with, and the tokens of a text.

A text is cut into tokens: numbers, words, runs of space, single signs. Each belongs to categories: those of
``rules/vocabulary`` (``month``, ``currency``), those that follow from its shape (``day``, ``year``, ``cap``)
and those that the dictionary gives (``adj``).

A code of two characters stands for what is known of a token: one for its set of vocabulary categories, all of
which are known beforehand, and one for the set that its shape and the dictionary give it. Kept apart they are few;
multiplied they would be too many to foresee. A word form is coded once and its code then looked up, patterns are
followed from code to code, and over the codes of a short run they can match as ordinary regular expressions.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from pipeline import morphology
from pipeline.document import Span

Numbers = npt.NDArray[np.intp]

WIDTH = 2
"""How many characters stand for a token."""
FIRST_LOOK, FIRST_WORD = 0xA1, 0x4000
"""Where the codes of the two kinds of sets begin. Low ones make character classes that compile fast."""
MAX_FORMS = 100_000
"""Word forms whose codes are remembered, to bound the memory of a long run."""

LATIN = "a-zA-Z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
TOKEN = re.compile(rf"[{LATIN}]++(?![^\W\d_])|[^\W\d_]+|\s+|\d+|.", re.DOTALL)
"""A word, run of space, number or sign. Words of Latin letters alone, nearly all, are found twice as fast by those."""
ROMAN = re.compile(r"(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
PLURAL_OBLIQUE = re.compile(r"(?:subst|ger|adj|ppas|pact):(?:sg\.)?pl:(?:\w+\.)*(?:gen|loc)")
"""Tags of a word that can follow a number of things (2014 przyłączy, w 2014 gminach)."""
NO_PLURAL = re.compile(r"prep|conj|(?:subst|adj):sg:(?:\w+\.)*nom")
"""Tags of a word that more probably begins something else (do, związek)."""
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
QUOTES = "\"'„”“‟«»‚’‘"
SIGNS = (*DASHES, *QUOTES, ".", " ", "  ", "\n", "\t", "\n\n")
ROMANS = (
    *("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"),
    *("X", "XI", "XII", "XIII", "XIX", "XX", "XXI", "XL", "L", "LX", "XC", "C"),
)
WORD_SHAPES = ("a", "aa", "A", "Aa", "AA", "aA", "ª")
"""Words of every shape, Roman numerals aside; the last is neither large nor small."""
ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


class Category(BaseModel):
    """Words of one kind, with the value that each stands for (itself where none is given)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    meaning: str
    lemmas: dict[str, Any] | list[str] = Field(default_factory=dict)
    """Dictionary words, found in every inflected form."""
    forms: dict[str, Any] | list[str] = Field(default_factory=dict)
    """Words found exactly as they stand here: abbreviations, codes, signs."""
    tags: str | None = None
    """Only those forms of the lemmas whose Morfeusz tag matches this regular expression."""
    exact: bool = False
    """Capitals matter (currency codes, acronyms)."""
    plain: bool = False
    """Also spelt without Polish letters (``wrzesnia``)."""


def with_values(words: Mapping[str, Any] | Sequence[str]) -> dict[str, Any]:
    """Return words with the value of each: itself in a plain list."""
    return dict(words) if isinstance(words, Mapping) else {word: word for word in words}


def without_diacritics(word: str) -> str:
    """Return ``word`` as it is typed without Polish letters (``październik`` → ``pazdziernik``)."""
    decomposed = unicodedata.normalize("NFD", word.replace("ł", "l").replace("Ł", "L"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text cut into tokens: ``forms[i]`` begins at ``starts[i]``, and ``codes[i]`` stands for its categories.

    ``code_numbers[i]`` is a number from 1 on for that code, the same in all texts. A token ends where the next begins.
    The first and the last are the breaks around all units.
    """

    codes: Sequence[str]
    code_numbers: Numbers
    forms: Sequence[str]
    starts: Sequence[int]
    values: Mapping[int, Any] = field(default_factory=dict)
    """The values of those tokens that stand for a run of tokens, by their place."""

    def span(self, first: int, last: int) -> Span:
        """Return the characters that tokens ``first`` up to and without ``last`` cover."""
        return Span(self.starts[first], self.starts[last])


class _Codes(dict[str, str]):
    """The codes of word forms, each worked out once."""

    def __init__(self, code_of: Callable[[str], str]) -> None:
        super().__init__()
        self._code_of = code_of

    def __missing__(self, form: str) -> str:
        code = self._code_of(form)
        if len(self) < MAX_FORMS:
            self[form] = code
        return code


class _Numbering:
    """Numbers for codes from 1 on, given out as the codes are met."""

    def __init__(self) -> None:
        self._table = np.zeros((1, 1), dtype=np.intp)
        """By the two characters of a code; 0 for a code that was not met yet."""
        self._next = itertools.count(1)
        self._lock = Lock()

    def of(self, codes: Sequence[str], n_words: int, n_looks: int) -> Numbers:
        """Return the numbers of codes, whose two characters stand for one of so many sets each."""
        characters = np.frombuffer("".join(codes).encode("utf-32-le"), dtype=np.uint32)
        with self._lock:
            if n_words > len(self._table) or n_looks > self._table.shape[1]:
                self._make_room(2 * n_words, 2 * n_looks)
            flat = self._table.reshape(-1)
            places = (characters[::WIDTH] - FIRST_WORD) * self._table.shape[1]
            places += characters[1::WIDTH] - FIRST_LOOK
            found: Numbers = flat.take(places)
            if not found.all():
                for place in np.unique(places[found == 0]).tolist():
                    flat[place] = next(self._next)
                found = flat.take(places)
        return found

    def _make_room(self, n_words: int, n_looks: int) -> None:
        grown = np.zeros((n_words, n_looks), dtype=np.intp)
        rows, columns = self._table.shape
        grown[:rows, :columns] = self._table
        self._table = grown


class Lexicon:
    """Which categories a token belongs to, and the value that a word has in a category."""

    BREAK: ClassVar[str] = "break"

    def __init__(
        self,
        categories: Mapping[str, Category],
        phrases: Mapping[str, str],
        literals: Iterable[str] = (),
        inflected: Iterable[str] = (),
    ) -> None:
        self.phrases = phrases
        self.names = {*categories, *SHAPES, *DICTIONARY_CLASSES, *RUN_CLASSES}
        self._values: dict[str, dict[str, Any]] = {}
        self._words: dict[str, set[str]] = {}
        self._exact: dict[str, set[str]] = {}
        for name, category in categories.items():
            self._add(name, category)
        for word in literals:
            self._words.setdefault(word.lower(), set()).add(f"={word.lower()}")
        for lemma in inflected:
            for form in morphology.forms(lemma):
                self._words.setdefault(form.form.lower(), set()).add(f"<{lemma}>")
        self._codes = _Codes(self._code_of)
        self._numbering = _Numbering()
        self._looks: dict[frozenset[str], str] = {}
        self._word_sets: dict[frozenset[str], str] = {}
        self._sets: dict[str, frozenset[str]] = {}
        """What each character of a code stands for."""
        for members in ({}, *self._words.values()):
            self._word_set(frozenset(members))
        for word in self._exact:
            self._word_set(self.words_of(word))
        self._no_word = self._word_set(frozenset())
        self.break_code = self._no_word + self._look(frozenset({self.BREAK}))
        """The code of the token of no width that stands before, between and after units."""

    def _add(self, name: str, category: Category) -> None:
        values: dict[str, Any] = {}
        for lemma, value in with_values(category.lemmas).items():
            for form in morphology.forms(lemma):
                if category.tags is None or re.match(category.tags, form.tag):
                    values.setdefault(form.form if category.exact else form.form.lower(), value)
        if category.plain:
            for form_, value in list(values.items()):
                values.setdefault(without_diacritics(form_), value)
        for form_, value in with_values(category.forms).items():
            values[form_ if category.exact else form_.lower()] = value
        self._values[name] = values
        members = self._exact if category.exact else self._words
        for form_ in values:
            members.setdefault(form_, set()).add(name)

    def value(self, category: str, form: str) -> Any:
        """Return what ``form`` stands for in ``category``; None where it is no member."""
        if category in SHAPES:
            return SHAPES[category](form)
        values = self._values.get(category)
        if values is None:
            return form
        return values.get(form, values.get(form.lower()))

    def words_of(self, form: str) -> frozenset[str]:
        """Return the categories that the vocabulary gives a token."""
        return frozenset({*self._words.get(form.lower(), ()), *self._exact.get(form, ())})

    def lex(self, text: str, units: Iterable[Span]) -> Tokens:
        """Cut the units of ``text`` into tokens, with a token of no width before, between and after them."""
        forms: list[str] = [""]
        starts: list[int] = [0]
        for start, end in units:
            found = TOKEN.findall(text, start, end)
            forms += found
            forms.append("")
            starts += itertools.accumulate(map(len, found), initial=start)
        codes = [*map(self._codes.__getitem__, forms)]
        return Tokens(codes, self.numbers(codes), forms, starts)

    def numbers(self, codes: Sequence[str]) -> Numbers:
        """Return the numbers of codes."""
        return self._numbering.of(codes, len(self._word_sets), len(self._looks))

    def _code_of(self, form: str) -> str:
        return self._word_set(self.words_of(form)) + self._look(look_of(form)) if form else self.break_code

    def sets(self, code: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the two sets of categories that a code stands for: of the vocabulary, and all others."""
        return self._sets[code[0]], self._sets[code[1]]

    def run_code(self, *classes: str) -> str:
        """Return the code of a token that stands for a run of tokens; ``classes`` are some of ``RUN_CLASSES``."""
        return self._no_word + self._look(frozenset(classes))

    def _word_set(self, categories: frozenset[str]) -> str:
        return self._character(self._word_sets, categories, FIRST_WORD)

    def _look(self, categories: frozenset[str]) -> str:
        return self._character(self._looks, categories, FIRST_LOOK)

    def _character(self, known: dict[frozenset[str], str], categories: frozenset[str], first: int) -> str:
        if categories not in known:
            known[categories] = chr(first + len(known))
            self._sets[known[categories]] = categories
        return known[categories]

    @property
    def word_sets(self) -> Iterable[frozenset[str]]:
        """The sets of vocabulary categories that words have, in the order of their codes."""
        return self._word_sets


class View:
    """The tokens of a lexicon as some rules see them: with those categories only that the rules name.

    Far fewer sets differ in them than in all categories, so that the patterns' character classes are small,
    and the looks that a token can have in them are foreseen, so that patterns compile once.
    """

    def __init__(self, lexicon: Lexicon, categories: Iterable[str]) -> None:
        self._lexicon = lexicon
        self._names = frozenset(categories)
        self._word_sets: dict[frozenset[str], str] = {}
        self._looks: dict[frozenset[str], str] = {}
        self._seen_as = _Codes(self._code)
        self._tokens: dict[frozenset[str], str] = {}
        for words in lexicon.word_sets:
            self._word_sets.setdefault(words & self._names, chr(FIRST_WORD + len(self._word_sets)))
        for look in possible_looks():
            self._look(look & self._names)

    def codes(self, codes: Iterable[str]) -> str:
        """Return the codes of tokens in this view, ``WIDTH`` characters for each."""
        return "".join(map(self._seen_as.__getitem__, codes))

    def _code(self, code: str) -> str:
        words, look = self._lexicon.sets(code)
        return self._word_sets[words & self._names] + self._look(look & self._names)

    @property
    def size(self) -> int:
        """How many looks are known: a pattern compiled for fewer is out of date."""
        return len(self._looks)

    def token(self, categories: Iterable[str]) -> str:
        """Return a regular expression, not yet bracketed, for one token of any of ``categories``; it matches nothing where there is none."""
        wanted = frozenset(categories)
        if wanted not in self._tokens:
            words = "".join(code for held, code in self._word_sets.items() if wanted & held)
            looks = "".join(code for held, code in self._looks.items() if wanted & held)
            both = f"(?:[{words}].|.[{looks}])"
            self._tokens[wanted] = (
                both if words and looks else f"[{words}]." if words else f".[{looks}]" if looks else "(?!)"
            )
        return self._tokens[wanted]

    def _look(self, categories: frozenset[str]) -> str:
        if categories not in self._looks:
            self._looks[categories] = chr(FIRST_LOOK + len(self._looks))
            self._tokens.clear()
        return self._looks[categories]


def look_of(form: str) -> frozenset[str]:
    """Return the categories that a token has from its shape and from the dictionary."""
    if form.isspace():
        return frozenset({"space", "gap"} if SHAPES["gap"](form) else {"space"})
    possible = SHAPES if not form.isalpha() else ROMAN_SHAPES if form[0] in ROMAN_DIGITS else LETTER_SHAPES
    shapes = {name for name, shape in possible.items() if shape(form) is not None}
    return frozenset(shapes | dictionary_classes(form) if form[0].isalpha() else shapes)


@cache
def possible_looks() -> Sequence[frozenset[str]]:
    """Return the sets of shapes and dictionary classes that tokens can have, as far as they can be foreseen."""
    forms = [*SIGNS, *map(str, range(3000)), *map("{:02}".format, range(100))]
    forms += ("000", "0000", "10000", "100000", "1000000", "12345678901", "1" * 20)
    looks = dict.fromkeys([frozenset({Lexicon.BREAK}), *map(look_of, forms), *RUNS])
    for shape in {look_of(form).difference(DICTIONARY_CLASSES) for form in (*ROMANS, *WORD_SHAPES)}:
        for size in range(len(DICTIONARY_CLASSES) + 1):
            for chosen in itertools.combinations(DICTIONARY_CLASSES, size):
                looks[shape | frozenset(chosen)] = None
    return tuple(looks)


def _digits(low: int, high: int, *lengths: int) -> Callable[[str], int | None]:
    def shape(form: str) -> int | None:
        if not form.isdecimal() or (lengths and len(form) not in lengths):
            return None
        number = int(form) if len(form) < 19 else high + 1
        return number if low <= number <= high else None

    return shape


def _roman(low: int, high: int) -> Callable[[str], int | None]:
    def shape(form: str) -> int | None:
        number = roman_value(form)
        return number if number is not None and low <= number <= high else None

    return shape


def roman_value(form: str) -> int | None:
    """Return the value of a Roman numeral in capitals up to 100; None for anything else."""
    if not form or not ROMAN.fullmatch(form):
        return None
    digits = [ROMAN_DIGITS[digit] for digit in form]
    return sum(-a if a < b else a for a, b in itertools.pairwise([*digits, 0]))


SHAPES: Mapping[str, Callable[[str], Any]] = {
    "int": lambda form: int(form) if form.isdecimal() and len(form) < 19 else None,
    "digits": lambda form: form if form.isdecimal() else None,
    "day": _digits(1, 31, 1, 2),
    "month_number": _digits(1, 12, 1, 2),
    "month_two": _digits(1, 12, 2),
    "day_two": _digits(1, 31, 2),
    "year": _digits(1000, 2199, 4),
    "near_year": _digits(1800, 2100, 4),
    "two_digits": _digits(0, 99, 2),
    "one_digit": _digits(0, 9, 1),
    "lead": _digits(0, 999, 1, 2, 3),
    "group": _digits(0, 999, 3),
    "hour": _digits(0, 24, 1, 2),
    "minute": _digits(0, 59, 2),
    "roman": _roman(1, 100),
    "roman_month": _roman(1, 12),
    "roman_four": _roman(1, 4),
    "roman_two": _roman(1, 2),
    "gap": lambda form: (
        form if form.isspace() and "\t" not in form and (len(form) == 1 or form.count("\n") == 1) else None
    ),
    "dash": lambda form: form if form in DASHES else None,
    "quote": lambda form: form if form in QUOTES else None,
    "word": lambda form: form if form[:1].isalpha() else None,
    "lower": lambda form: form if form[:1].islower() else None,
    "cap": lambda form: form if form[:1].isupper() else None,
    "initial": lambda form: form if len(form) == 1 and form.isupper() else None,
    "caps": lambda form: form if len(form) > 1 and form.isupper() else None,
}
"""Categories that follow from how a token is written, each with the value that it gives."""
LETTER_SHAPES = {name: SHAPES[name] for name in ("word", "lower", "cap", "initial", "caps")}
"""Those that a word can have; most tokens are words, and it takes time to ask about the others."""
ROMAN_SHAPES = LETTER_SHAPES | {name: shape for name, shape in SHAPES.items() if name.startswith("roman")}
"""Those that a word can have that begins like a Roman numeral."""

RUNS = tuple(
    map(frozenset, (("number",), ("number", "decimal"), ("number", "integer"), ("number", "integer", "one")))
)
"""The categories of tokens that stand for a whole run: the numbers that ``pipeline.numbers`` folds into one token each."""
RUN_CLASSES = frozenset().union(*RUNS)


PARTS_OF_SPEECH: Mapping[str, frozenset[str]] = {
    "adj": frozenset({"adj"}),
    "adja": frozenset({"adja"}),
    "participle": frozenset({"ppas", "pact"}),
    "noun": frozenset({"subst", "ger", "depr"}),
    "adverb": frozenset({"adv"}),
    "verb": frozenset({"fin", "praet", "bedzie", "imps", "winien"}),
    "preposition": frozenset({"prep"}),
}
"""Categories that a word has where the dictionary knows it as one of these parts of speech (Morfeusz names)."""

DICTIONARY_CLASSES: Mapping[str, str] = {
    **dict.fromkeys(PARTS_OF_SPEECH, "by its part of speech"),
    "plural_oblique": "a word that can follow a number of things (2014 przyłączy, w 2014 gminach)",
}
"""All categories that a word has from the dictionary, whatever the vocabulary says."""


def dictionary_classes(form: str) -> set[str]:
    """Return those of ``DICTIONARY_CLASSES`` that the dictionary gives a word."""
    analyses = morphology.analyse(form)
    parts = {analysis.pos for analysis in analyses}
    classes = {name for name, fitting in PARTS_OF_SPEECH.items() if parts & fitting}
    tags = [analysis.tag for analysis in analyses]
    if any(map(PLURAL_OBLIQUE.match, tags)) and not any(map(NO_PLURAL.match, tags)):
        classes.add("plural_oblique")
    return classes
