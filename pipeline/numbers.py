"""Polish numbers, in digits and in words, as exact values.

``rules/vocabulary/numbers.yaml`` says which words and digits numbers are written with; this module says which
sequences of them are well formed and what they are worth: cardinals, collectives, fractions and indefinite
numbers (``kilkanaście``) up to 10¹², in every case and gender. All arithmetic is ``Decimal``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal, NamedTuple, TypeVar

import numpy as np

from pipeline.document import Document, Span, remembered
from pipeline.lexicon import Tokens
from pipeline.patterns import Patterns
from pipeline.rules import lexicon, tokens_of

Item = TypeVar("Item")
ZERO, ONE = Decimal(0), Decimal(1)
LIMIT = Decimal(10) ** 15
"""Digits worth this much or more are an identifier, not a value."""
LONGEST = 100
"""Digits of a number that is looked at; those of millions of digits are beyond what ``Decimal`` adds."""
GROUPING = re.compile(r"[^\d.,]+")
MAX_KNOWN = 16_384
"""Numbers whose value is remembered: years, days and small counts come again and again."""
WIDEST_JOINT = 3
"""Tokens that can stand between two parts of a number: ``i`` and the space around it."""


@dataclass(frozen=True, slots=True)
class Number:
    """What a number is worth: ``value``, or ``value`` up to ``value_max`` where the words leave it open."""

    value: Decimal
    value_max: Decimal | None = None
    approximate: bool = False
    scale: Decimal = ONE
    """The factor of the last word: 1000000 in ``5 mln`` and in ``trzy i pół miliona``."""
    places: int = 0
    """How many digits stand after the decimal separator; 0 where a scale word follows."""
    in_words: bool = False
    """The number begins with a word."""

    @property
    def is_integer(self) -> bool:
        """Whether it can count things."""
        return self.places == 0 and self.value == self.value.to_integral_value()


Kind = Literal["hundred", "ten", "teen", "unit", "digits", "noun", "part", "mixed", "scale", "denominator"]

CATEGORIES: dict[str, Kind] = {
    "number_unit": "unit",
    "number_teen": "teen",
    "number_ten": "ten",
    "number_hundred": "hundred",
    "number_scale": "scale",
    "number_scale_short": "scale",
    "number_fraction": "part",
    "number_one_and_half": "mixed",
    "number_vague_unit": "unit",
    "number_vague_teen": "teen",
    "number_vague_ten": "ten",
    "number_vague_hundred": "hundred",
    "number_noun": "noun",
    "ordinal_unit": "denominator",
}
"""What the words of each category are in the grammar of numbers."""

ORDINALS: dict[str, Kind] = {
    "ordinal_unit": "unit",
    "ordinal_teen": "teen",
    "ordinal_ten": "ten",
    "ordinal_hundred": "hundred",
    "ordinal_scale": "scale",
}

FARTHEST_APART = 12
"""Tokens before digits, spaces counted, in which a word may say that they are a number of their own."""
EMPTY, CLOSED = 4, 1
PLACES: dict[Kind, tuple[int, int]] = {
    "hundred": (EMPTY, 3),
    "ten": (3, 2),
    "teen": (3, CLOSED),
    "unit": (2, CLOSED),
    "digits": (EMPTY, CLOSED),
    "noun": (EMPTY, CLOSED),
    "mixed": (EMPTY, CLOSED),
    "part": (EMPTY, 0),
}
"""How empty a group of three digits must be for each kind of word, and how empty the word leaves it."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One word, or one run of digits, of a number."""

    kind: Kind
    low: Decimal
    high: Decimal
    places: int = 0
    plural: bool = False


def _word(form: str) -> _Part | None:
    """Return what a word stands for in a number; None where it is no number word."""
    for category, kind in CATEGORIES.items():
        value = lexicon().value(category, form)
        if value is not None:
            low, high = value if isinstance(value, list) else (value, value)
            if kind == "scale":
                plural = lexicon().value("number_scale_one", form) is None
            else:
                plural = not form.lower().endswith(("a", "ą", "ej"))
            return _Part(kind, Decimal(low), Decimal(high), plural=plural)
    return None


def _digits(text: str) -> _Part | None:
    """Return the value of digits with any grouping (``1.250.000,00``, ``1,250,000.00``, ``10 622 115``, ``2½``)."""
    groups, decimals, part = text, "", ZERO
    if not text.isdecimal():
        part = Decimal(lexicon().value("number_fraction", text[-1]) or 0)
        groups = text = GROUPING.sub("", text)
        if "," in text and "." in text:
            mark = max(text.rfind(","), text.rfind("."))
            groups, decimals = text[:mark], text[mark + 1 :]
        elif text.count(",") == 1:
            groups, decimals = text.split(",")
        elif text.count(".") == 1 and len(text) - text.index(".") < 4:
            groups, decimals = text.split(".")
        groups = groups.replace(".", "").replace(",", "")
    if len(groups) > LONGEST:
        return None
    value = Decimal(f"{groups}.{decimals}" if decimals else groups) + part
    return _Part("digits", value, value, places=len(decimals)) if value < LIMIT else None


class _Reading:
    """A number that is read from left to right, one part at a time."""

    def __init__(self) -> None:
        self.total = (ZERO, ZERO)
        """What has been read up to the last scale word, least and most."""
        self.group: tuple[Decimal, Decimal] | None = None
        """What has been read since."""
        self.empty = EMPTY
        self.scale = LIMIT
        self.places = 0
        self.kind: Kind | None = None

    def add(self, part: _Part, after_and: bool = False) -> bool:
        """Take the next part in; return False, unchanged, where the number cannot go on with it."""
        if self.kind == "noun" or (self.kind == "denominator" and part.kind != "scale"):
            return False
        if part.kind == "scale":
            taken = not after_and and self._multiply(part)
        elif part.kind == "denominator":
            taken = not after_and and self._divide(part)
        else:
            taken = self._grow(part, after_and)
        if taken:
            self.kind = part.kind
        return taken

    def _grow(self, part: _Part, after_and: bool) -> bool:
        least, left = PLACES[part.kind]
        half = part.kind == "part" and self.group is not None
        if half != (after_and and part.kind == "part") or (
            after_and and part.kind in ("digits", "noun", "mixed")
        ):
            return False
        if self.empty < (CLOSED if half else least):
            return False
        if self.scale != LIMIT and (part.kind == "noun" or part.places):
            return False
        if after_and and not half and (self.empty == 2 or (self.group is None and self.scale == LIMIT)):
            return False  # "trzydziestu i osiem" are two numbers, "sto i osiem" is one
        low, high = self.group or (ZERO, ZERO)
        if max(high + part.high, ONE) >= self.scale:
            return False
        self.group = (low + part.low, high + part.high)
        self.empty = left if part.low == part.high else CLOSED
        self.places = part.places
        return True

    def _multiply(self, part: _Part) -> bool:
        if self.group is None and part.plural:
            return False
        low, high = self.group or (ONE, ONE)
        if high * part.low >= self.scale:
            return False
        self.total = (self.total[0] + low * part.low, self.total[1] + high * part.low)
        self.group, self.empty, self.scale, self.places = None, EMPTY, part.low, 0
        return True

    def _divide(self, part: _Part) -> bool:
        """Two thirds, three quarters: ``dwóch trzecich``, ``jedna czwarta``."""
        if self.group is None or self.kind != "unit" or part.low < 3 or self.scale != LIMIT:
            return False
        if (self.group[0] != ONE) != part.plural or self.group[0] >= part.low:
            return False
        self.group = (self.group[0] / part.low, self.group[1] / part.low)
        return True

    def number(self, in_words: bool) -> Number:
        """Return the value of all parts so far."""
        group = self.group or (ZERO, ZERO)
        low, high = self.total[0] + group[0], self.total[1] + group[1]
        return Number(
            low,
            high if high != low else None,
            approximate=high != low,
            scale=ONE if self.group else self.scale,
            places=self.places,
            in_words=in_words,
        )


@cache
def _element() -> Patterns:
    return Patterns({"number_element": "{number_element}"}, lexicon())


def _found(tokens: Tokens) -> Iterator[tuple[Span, "_Valued"]]:
    """Yield every number with the tokens that it covers, the longest reading from each place on."""
    elements = [Span(begin + shape.first, begin + shape.last) for begin, shape in _element().places(tokens)]
    forms = tokens.forms
    first = 0
    while first < len(elements):
        last = first + 1
        start, end = elements[first]
        apart = last == len(elements) or elements[last].start - end > WIDEST_JOINT
        joint = None if apart else _joint(tokens, elements, last)
        if joint is None:
            valued = _alone(forms[start] if end - start == 1 else _text(tokens, elements[first]))
        else:
            reading, in_words = _Reading(), not forms[start].isdecimal()
            last, joint = first, ""
            while joint is not None and (part := _part(_text(tokens, elements[last]))) is not None:
                after_and = joint == "i" and not _goes_down(tokens, elements, last, reading.scale)
                if not reading.add(part, after_and):
                    break
                last += 1
                joint = _joint(tokens, elements, last)
            valued = _valued(reading.number(in_words)) if last > first else None
        if valued is not None:
            yield Span(start, elements[last - 1].end), valued
        first = max(last, first + 1)


def _goes_down(tokens: Tokens, elements: Sequence[Span], at: int, scale: Decimal) -> bool:
    """Tell whether digits behind ``i`` go on with a smaller scale of their own: ``3 mln i 107 tys.``."""
    digits = tokens.forms[elements[at].start].isdecimal()
    if scale == LIMIT or not digits or _joint(tokens, elements, at + 1) != "":
        return False
    part, unit = _part(_text(tokens, elements[at])), _part(_text(tokens, elements[at + 1]))
    if part is None or unit is None or unit.kind != "scale" or part.high * unit.low >= scale:
        return False
    before = tokens.forms[max(0, elements[at].start - FARTHEST_APART) : elements[at].start]
    return not any(lexicon().value("number_each_apart", form) for form in before)


def _text(tokens: Tokens, element: Span) -> str:
    """Return the digits of an element with what groups them, or its word without what it is abbreviated with."""
    form = tokens.forms[element.start]
    if element.end - element.start == 1 or not form.isdecimal():
        return form
    return "".join(tokens.forms[element.start : element.end])


@lru_cache(maxsize=MAX_KNOWN)
def _part(text: str) -> _Part | None:
    return _digits(text) if text[0].isdecimal() else _word(text)


class _Valued(NamedTuple):
    """What a number is worth, and the code of the token that stands for it."""

    number: Number
    code: str


@lru_cache(maxsize=MAX_KNOWN)
def _alone(text: str) -> _Valued | None:
    """Return what one word or one run of digits is worth by itself; None where it is worth nothing (``miliony``)."""
    part, reading = _part(text), _Reading()
    if part is None or not reading.add(part):
        return None
    return _valued(reading.number(in_words=not text[0].isdecimal()))


def _valued(number: Number) -> _Valued:
    if number.places:
        return _Valued(number, _run_code("decimal"))
    if not number.is_integer:
        return _Valued(number, _run_code())
    return _Valued(number, _run_code("integer", "one") if number.value == ONE else _run_code("integer"))


@cache
def _run_code(*classes: str) -> str:
    return lexicon().run_code("number", *classes)


def _joint(tokens: Tokens, elements: Sequence[Span], at: int) -> str | None:
    """Return what joins an element to the one before: nothing, a gap, a hyphen, ``i``; None for all else."""
    if at == len(elements) or elements[at].start - elements[at - 1].end > WIDEST_JOINT:
        return None
    left, right = elements[at - 1], elements[at]
    between = "".join(tokens.forms[left.end : right.start])
    if "\t" in between or len(between) > 3 + 4 * between.count("\n"):
        return None
    joint = between.strip()
    digits = tokens.forms[left.start].isdecimal()
    if joint in ("-", "\u2010", "\u2011"):
        return (
            joint if between == joint and not digits and not tokens.forms[right.start].isdecimal() else None
        )
    if joint == "":
        gap = tokens.forms[left.end : right.start]
        return "" if (not gap and digits) or (gap and lexicon().value("gap", gap[0])) else None
    return "i" if joint == "i" and between != joint else None


@lru_cache(maxsize=MAX_KNOWN)
def read(text: str) -> Number | None:
    """Return the value of ``text`` where all of it is one well-formed number, else None (``trzy cztery``)."""
    text = text.removesuffix(".")
    if not text.strip():
        return None
    tokens = lexicon().lex(text, [Span(0, len(text))])
    found = list(_found(tokens))
    return found[0][1].number if len(found) == 1 and tokens.span(*found[0][0]) == (0, len(text)) else None


def evaluate(forms: Sequence[str]) -> Number | None:
    """Return the value of token forms that a pattern captured, spaces among them; None where they are no number."""
    return read("".join(forms))


def ordinal(forms: Sequence[str]) -> int | None:
    """Return the value of an ordinal in words (``dwa tysiące piętnastego``, ``dwudziesty-piąty``), else None.

    ``forms`` are token forms that a pattern captured, spaces among them.
    """
    reading = _Reading()
    ordinals = False
    words = [form for form in forms if form[:1].isalpha()]
    if any(form.strip() not in ("", "-") for form in forms if not form[:1].isalpha()):
        return None
    for form in words:
        part = _ordinal_word(form)
        if part is None and not ordinals:
            part = _word(form)
        else:
            ordinals = True
        if part is None or part.kind in ("part", "mixed", "noun", "denominator") or not reading.add(part):
            return None
    number = reading.number(in_words=True)
    return int(number.value) if ordinals and number.value_max is None and number.is_integer else None


@lru_cache(maxsize=4096)
def _ordinal_word(form: str) -> _Part | None:
    for category, kind in ORDINALS.items():
        value = lexicon().value(category, form)
        if value is not None:
            return _Part(kind, Decimal(value), Decimal(value))
    return None


def folded(tokens: Tokens) -> Tokens:
    """Return ``tokens`` with every number made one token of the category ``number``, with its ``Number`` for a value.

    It is also ``integer`` where it can count things, ``one`` where it is 1, and ``decimal`` where it is written
    with decimals. Its form is the number as the text has it.
    """
    codes, forms, starts = list(tokens.codes), list(tokens.forms), list(tokens.starts)
    values: dict[int, Number] = {}
    found: list[int] = []
    gone: list[Span] = []
    """The tokens of numbers that belong to the token before them."""
    n_gone = 0
    for (first, last), (number, code) in _found(tokens):
        codes[first] = code
        values[first - n_gone] = number
        found.append(first)
        if last - first > 1:
            forms[first] = "".join(forms[first:last])
            gone.append(Span(first + 1, last))
            n_gone += last - first - 1
    code_numbers = tokens.code_numbers.copy()
    code_numbers[found] = lexicon().numbers([codes[place] for place in found])
    kept = np.ones(len(codes), dtype=bool)
    for start, end in gone:
        kept[start:end] = False
    return Tokens(
        _without(codes, gone), code_numbers[kept], _without(forms, gone), _without(starts, gone), values
    )


def _without(items: list[Item], gone: Sequence[Span]) -> list[Item]:
    kept: list[Item] = []
    done = 0
    for start, end in gone:
        kept += items[done:start]
        done = end
    return kept + items[done:]


@remembered
def folded_tokens_of(document: Document) -> Tokens:
    """Return the document's tokens with the numbers folded; the last ones are remembered for the next extractor."""
    return folded(tokens_of(document))
