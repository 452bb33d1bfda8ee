"""Amounts of money: ``rules/amounts.yaml`` says what they look like, this module what they are worth."""

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal

from pipeline.document import Document, Span
from pipeline.extractors.tables import Tables
from pipeline.numbers import Number, folded, folded_tokens_of
from pipeline.patterns import Found, Patterns
from pipeline.records import AmountMention
from pipeline.rules import Match, Rule, RuleSet, lexicon, rule_set

CENT = Decimal("0.01")
LIMIT = Decimal(10) ** 17
"""What the column cannot hold."""
PLACES = 2
"""An amount with more decimals is a unit price or a rate, unless a word like ``mln`` follows."""
MAX_RATIO = 50
"""Numbers joined by a spaced dash are a range only where the second is at most so many times the first."""
MAX_SPREAD = 2000
"""A range wider than this is none: ``5`` in "od 5 do 2 mln zł" is no lower end."""
MAX_LIKELY = 10
"""A range that only ``do`` tells is none where it is wider than this."""
YEAR = re.compile(r"(?:19|20)\d\d")
SAID_YEAR = re.compile(
    r"(?:(?<=\bw )|(?<=[(–-])|(?<=\brok )|(?<=\broku )|(?<=\blat )|(?<=\blata )|(?<=\blatach ))(?:19|20)\d\d\b"
    r"(?! ?(?:zł|tys|mln|mld|euro))|\b(?:19|20)\d\d(?= ?(?:r\b|rok))"
)
"""A year that the text says to be one, by the words around it."""
ACT = re.compile(r"(?i:ustaw|rozporządze|dyrektyw|uchwał|kodeks|Dz\. ?U)")
BEFORE_ACT = 40
"""Characters in front of a year that may name the act that it belongs to."""
REDENOMINATION = 1995
"""From this year on a złoty is the present one (PLN); before, the old one (PLZ)."""
INFLATION, SMALL = 1989, 10_000
"""From this year on nothing was paid in less than so many old złotys."""
OTHER_COLUMN = re.compile(
    r"(?i:\b(?:liczb|ilość|lp\b|nr\b|numer|rok\b|lata\b|dział|rozdział|paragraf|udział|wskaźnik|szt\b|osób|mieszk|km|ha\b"
    r"|m2|powierzch|termin|data|struktur|dynamik|kod\b)|%|§)"
)
"""Headings of columns that hold no amounts, whatever stands over the table."""
SPELT = re.compile(r"\s*[(,;.]?\s*(?:kwota\s+)?słow(?:nie|em)\s*(?:złotych\s*)?[:–-]?\s*", re.IGNORECASE)
"""What stands between an amount in digits and the line that repeats it in words."""


class AmountRule(Rule):
    """A rule of the table ``amounts``; ``reads`` names what its match is."""

    reads: Literal["amount", "words", "contradiction", "headed", "cell", "likely_range"] = "amount"


def rules() -> Sequence[AmountRule]:
    """Return the rules of the table."""
    return _rule_set().rules


def extract(document: Document) -> list[AmountMention]:
    """Return the amounts of money that the document names, in text order."""
    reading = _Reading(document)
    found = [row for row, _ in _rule_set().read(folded_tokens_of(document), reading)]
    repeated = sorted(reading.repeated)
    found = [
        row
        for row in found
        if bisect.bisect_left(repeated, row.start) == bisect.bisect_left(repeated, row.end)
    ]
    return _said_once(document.text, found)


def _said_once(text: str, found: Sequence[AmountMention]) -> list[AmountMention]:
    """Return the rows without those that repeat in words, on a line of their own, the one before them.

    Where the words say something else, the row of the digits says that it is contradicted.
    """
    rows: list[AmountMention] = []
    for row in found:
        if rows and row.text[0].isalpha() and SPELT.fullmatch(text, rows[-1].end, row.start):
            digits = rows[-1]
            if digits.text[0].isdigit() and digits.currency == row.currency:
                if int(digits.value) != int(row.value):
                    rule = next(rule for rule in rules() if rule.reads == "contradiction")
                    rows[-1] = replace(digits, rule=rule.id, score=rule.score)
                continue
        rows.append(row)
    return rows


@cache
def _rule_set() -> RuleSet[AmountRule]:
    return rule_set("amounts", AmountRule)


@dataclass
class _Reading:
    """Makes rows of matches."""

    document: Document
    repeated: list[int] = field(default_factory=list)
    """Where amounts in words begin that only repeat the digits in front of them."""
    latest_years: dict[int, int | None] = field(default_factory=dict)
    """The last year that a sentence speaks of, by where it begins; None where it names none."""
    tables: Tables = field(init=False)

    def __post_init__(self) -> None:
        self.tables = Tables(self.document.text)

    def __call__(self, match: Match[AmountRule]) -> Sequence[AmountMention] | None:
        low, high = _number(match, "low"), _number(match, "high")
        if low is None:
            return None
        if match.rule.reads in ("words", "contradiction") and not self._repeats(match, low):
            return None
        currency, factor = self._heading(match) if match.rule.reads == "cell" else _priced(match)
        if currency is None:
            return None
        if factor != 1:
            return (
                self._row(match, low.value * factor, None, currency, low.approximate)
                if low.scale == 1
                else None
            )
        if high is not None:
            return self._range(match, low, high, currency)
        if low.places > PLACES:
            return ()
        value, upper = low.value, low.value_max
        minor = _number(match, "minor")
        if minor is not None:
            if minor.value >= 100 or low.places or not minor.is_integer:
                return None
            value += minor.value / 100
        elif match.value("minor_code"):
            if value >= 100 and match.captures["minor_code"][0].forms[0] == "gr":
                return None  # grams
            value, upper = value / 100, upper / 100 if upper else None
        return self._row(match, value, upper, currency, low.approximate)

    def _heading(self, match: Match[AmountRule]) -> tuple[str | None, Decimal]:
        """Return the currency and the factor that the heading over a table cell states, or the line over the table."""
        label = self.document.sentence_at(match.start).label
        stated = _stated(label) if label else (None, Decimal(1))
        if stated[0] is None and (over := self.tables.over(match.start)) and not OTHER_COLUMN.search(over[1]):
            stated = _stated(over[0])
        return stated

    def _range(
        self, match: Match[AmountRule], low: Number, high: Number, currency: str
    ) -> Sequence[AmountMention] | None:
        own = _code(match, "first_")
        if own not in (None, currency) or max(low.places, high.places) > PLACES:
            return None
        value, upper = low.value, high.value_max or high.value
        if own is None and low.scale == 1 and value * high.scale < high.value:
            value *= high.scale
        if not value < upper <= MAX_SPREAD * value:
            return None
        year = YEAR.fullmatch(match.captures["low"][0].forms[0]) and value % 100 and high.value > 2200
        if match.rule.reads == "likely_range" and (year or upper > MAX_LIKELY * value):
            return None
        dash = match.captures.get("dash")
        if dash and own is None:
            spaced = self.document.text[dash[0].start - 1].isspace()
            if year or (spaced and upper > MAX_RATIO * value):
                return None
        return self._row(match, value, upper, currency, low.approximate or high.approximate)

    def _row(
        self, match: Match[AmountRule], value: Decimal, upper: Decimal | None, currency: str, vague: bool
    ) -> Sequence[AmountMention]:
        if max(value, upper or value) >= LIMIT:
            return ()
        taxes = sorted((match.captures[tax][0].start, tax) for tax in ("net", "gross") if match.has(tax))
        return (
            AmountMention(
                **self.document.place(match.start, match.end),
                rule=match.rule.id,
                score=match.rule.score,
                value=value.quantize(CENT),
                value_max=None if upper is None else upper.quantize(CENT),
                currency=self._dated(currency, upper or value, match.start),
                approximate=vague or match.has("roughly") or match.has("roughly_after"),
                tax=taxes[0][1] if taxes else None,
            ),
        )

    def _dated(self, currency: str, value: Decimal, start: int) -> str:
        """Return the code that the currency had at the time that the sentence speaks of, acts that it cites aside."""
        if currency != "PLN":
            return currency
        latest = self._latest_year(start)
        if latest is None or latest >= REDENOMINATION:
            return currency
        return "PLZ" if latest < INFLATION or value >= SMALL else currency

    def _latest_year(self, start: int) -> int | None:
        text, sentence = self.document.text, self.document.sentence_at(start)
        if sentence.start not in self.latest_years:
            years = [
                int(year[0])
                for year in YEAR.finditer(text, sentence.start, sentence.end)
                if SAID_YEAR.match(text, year.start(), sentence.end)
                and not ACT.search(text, max(sentence.start, year.start() - BEFORE_ACT), year.start())
            ]
            self.latest_years[sentence.start] = max(years, default=None)
        return self.latest_years[sentence.start]

    def _repeats(self, match: Match[AmountRule], low: Number) -> bool:
        """Tell whether the words that follow the digits are the kind of repetition that the rule describes."""
        words = match.captures["words"][-1]
        spelt = _number(match, "words")
        if spelt is None or not spelt.in_words or low.in_words:
            return False
        if (int(spelt.value) == int(low.value)) != (match.rule.reads == "words"):
            return False
        self.repeated.append(words.start)
        return True


@lru_cache(maxsize=256)
def _stated(label: str) -> tuple[str | None, Decimal]:
    """Return the currency and the factor that a label states: ``Wydatki (w tys. zł)``."""
    tokens = folded(lexicon().lex(label, [Span(0, len(label))]))
    for found in _label_pattern().finditer(tokens):
        return _priced(found)
    return None, Decimal(1)


@cache
def _label_pattern() -> Patterns:
    label = (
        r"(w|\(|\[|,) ?({number_scale_short:factor} ?.? ?)?{currency_name}(?= ?(\)|\]|$))"
        r"|^((?!<kurs>){word} ){1,6}{currency_code:code}$"
    )
    return Patterns({"label": label}, lexicon())


def _priced(found: Found) -> tuple[str | None, Decimal]:
    """Return the currency that was captured, and the factor in front of it."""
    return _code(found, ""), Decimal(found.value("factor", 1))


def _number(match: Match[AmountRule], name: str) -> Number | None:
    """Return the value of the last number captured under that name."""
    numbers: list[Number] = match.values(name)
    return numbers[-1] if numbers else None


def _code(found: Found, prefix: str) -> str | None:
    """Return the code of the currency captured under that prefix; what an adjective says comes first."""
    for name in ("of", "code", "minor_code"):
        if found.has(prefix + name):
            return str(found.value(prefix + name))
    return None
