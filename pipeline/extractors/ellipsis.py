"""Numbers that leave their unit out: ``61 partnerstw, z których 17 otrzymało granty, a 18 – dotacje``.

Such a number means what the nearest earlier count in its sentence or the one before counts, if its gender
allows that. Where something else is counted in between, the number means that, and gives no row.
"""

import bisect
import re
from collections.abc import Sequence
from itertools import islice, takewhile
from operator import attrgetter
from typing import Literal, NamedTuple

from pipeline import morphology
from pipeline.document import MAX_CONTEXT, Document
from pipeline.morphology import Reading
from pipeline.rules import Match, Rule, lexicon

NUMERALS = frozenset({"num", "adj"})
JOINING = re.compile(r"[\s,]*(?:\b(?:i|oraz|a także)\b)?\s*|,\s+a\b[^.;:]{1,80}[–—-]\s*")
WORD = re.compile(r"[^\W\d_]+")
PART = re.compile(r"\b(?:w tym|z czego|z tego|m\.in\.|między innymi)\s")
CONTINUES = re.compile(r"[–—-] ?[\da-ząćęłńóśźż]|[a-ząćęłńóśźż]")
"""How no sentence begins: the full stop before it closed an abbreviation."""
CLAUSE = re.compile(r"[,;:.–—]")
BORDER = re.compile(r"[;:()–—]|\.\s+[A-ZĄĆĘŁŃÓŚŹŻ]")
"""What ends a row of counts with the same preposition."""
FARTHEST = 200
"""How many counts before a number are asked whether it means them."""
NEAR = 60
"""Characters of the clause on either side of a count in which a verb of joining makes it an increment."""


class CountRule(Rule):
    """A rule of the table ``partner_counts``.

    ``reads`` says what a match is: a count with its unit, a number whose unit stands apart in the match, a
    number that leaves it out (and where to look for it), or a thing that such a number may refer to.
    """

    reads: Literal[
        "count", "given", "labelled", "of_which", "elliptical", "narrowed", "series", "parallel", "answer",
        "closing", "limit", "gapped", "asked", "mentioned", "other", "money", "people", "nothing",
    ] = "count"  # fmt: skip
    unit: str | None = None
    """Lemma of the unit, where the pattern spells out one."""
    unit_type: str | None = None


class Unit(NamedTuple):
    """What is counted."""

    lemma: str
    unit_type: str


class Found(NamedTuple):
    """A count, or something that a number without a unit may refer to: ``unit`` is None for what is no unit."""

    match: Match[CountRule]
    start: int
    end: int
    low: int = 0
    """How many; 0 for what has no number."""
    high: int | None = None
    unit: Unit | None = None
    genders: frozenset[str] = frozenset()
    qualifier: str | None = None
    approximate: bool = False
    increment: bool = False
    elliptical: bool = False

    @property
    def reads(self) -> str:
        return self.match.rule.reads


def resolved(document: Document, found: Sequence[Found]) -> list[Found]:
    """Return the counts among ``found`` (in text order), those without a unit with the one that they mean."""
    return _Resolver(document).run(found)


class _Resolver:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.begins: list[int] = []
        """For each sentence up to the last one asked about, where the one begins that it continues."""
        self.seen: list[Found] = []
        self.rows: list[Found] = []

    def run(self, found: Sequence[Found]) -> list[Found]:
        for one in found:
            row = self._resolve(one)
            if row is None:
                continue
            if row.low:
                row = self._joined(row)
                self.rows.append(row)
            self.seen.append(row)
        return self.rows

    def _resolve(self, one: Found) -> Found | None:
        if one.low == 0 or one.unit is not None:
            return one
        if one.reads == "labelled":
            return None
        meant = self._antecedent(one)
        if meant is None or meant.unit is None:
            return None
        return one._replace(unit=meant.unit, genders=meant.genders, elliptical=True)

    def _antecedent(self, one: Found) -> Found | None:
        """Return what the number means: a count, or something else that is counted; None where nothing fits.

        What stands in brackets that are closed is an aside: it is meant only where nothing outside can be.
        """
        since = self._since(one)
        nearest = islice(reversed(self.seen), FARTHEST)
        candidates = list(takewhile(lambda earlier: earlier.start >= since, nearest))
        outside: list[Found] = []
        asides: list[Found] = []
        for earlier in candidates:
            (asides if self._is_aside(earlier, one) else outside).append(earlier)
        return self._meant(one, outside) or (self._meant(one, asides) if one.reads != "series" else None)

    def _is_aside(self, earlier: Found, one: Found) -> bool:
        between = self.document.text[earlier.end : one.start]
        return between.find(")") >= 0 and not 0 <= between.find("(") < between.find(")")

    def _meant(self, one: Found, candidates: Sequence[Found]) -> Found | None:
        number = _numeral_readings(one)
        for earlier in candidates:
            if earlier.reads == "mentioned" and one.reads not in ("of_which", "limit"):
                continue
            if self._is_part(earlier, one):
                continue
            if earlier.reads == "money" and (one.match.rule.id != "count.and_so_many" or _in_words(one)):
                continue
            if one.reads == "answer":
                return earlier if earlier.reads == "asked" else None
            if earlier.genders and number and not {reading.gender for reading in number} & earlier.genders:
                continue
            if one.reads == "narrowed" and not self._narrows(one, earlier):
                continue
            if one.reads == "parallel" and not self._parallel(one, earlier):
                continue
            if one.reads == "series" and not self._in_series(one, earlier):
                return None
            return earlier
        return None

    def _is_part(self, earlier: Found, one: Found) -> bool:
        """Tell whether a count only broke down another one, in a sentence before (``9 jednostek, w tym 2 miasta``)."""
        sentence = self.document.sentence_at(earlier.start)
        begin = max(sentence.start, earlier.start - MAX_CONTEXT)
        return one.start >= sentence.end and bool(PART.search(self.document.text, begin, earlier.start))

    def _since(self, one: Found) -> int:
        """Return where the search ends: at the sentence before, or in series and parallels at the sentence."""
        sentences = self.document.sentences
        if not sentences:
            return 0
        at = self._first_of(bisect.bisect_right(sentences, one.start, key=attrgetter("start")) - 1)
        if one.reads not in ("series", "parallel", "gapped") and (one.reads != "closing" or _counts_on(one)):
            at -= 1
        return sentences[max(at, 0)].start

    def _first_of(self, at: int) -> int:
        """Return the number of the sentence that a sentence continues, itself where it continues none."""
        sentences, text = self.document.sentences, self.document.text
        for number in range(len(self.begins), at + 1):
            continues = number > 0 and CONTINUES.match(text, sentences[number].start)
            self.begins.append(self.begins[-1] if continues else number)
        return self.begins[at] if at >= 0 else at

    def _narrows(self, one: Found, earlier: Found) -> bool:
        """Tell whether an adjective that stands without its noun agrees with what was counted."""
        number = "sg" if one.low == 1 and one.high is None else "pl"
        return any(
            reading.number == number and reading.gender in earlier.genders
            for adjective in one.match.captures.get("adjective", ())
            for analysis in morphology.analyse(adjective.forms[-1].lower())
            for reading in analysis.readings
        )

    def _parallel(self, one: Found, earlier: Found) -> bool:
        preposition = one.match.captures["preposition"][-1].forms[0].lower()
        before = self.document.text[max(0, earlier.start - 12) : earlier.start].lower().split()
        return _in_words(one) and bool(before) and before[-1] == preposition

    def _in_series(self, one: Found, earlier: Found) -> bool:
        """Tell whether a number breaks down the one before a colon, or goes on as one before it does (z …, i dwie z …)."""
        text = self.document.text
        if text[one.match.reach.start] == ":":
            return earlier.unit is not None and earlier.low > one.low
        if earlier.reads == "series":
            return True
        following = text[earlier.end : earlier.end + 12].split()
        preposition = one.match.captures["preposition"][-1].forms[0].lower()
        alike = bool(following) and following[0].lower() == preposition
        return (
            earlier.unit is not None
            and alike
            and _in_words(one)
            and not BORDER.search(text, earlier.end, one.start)
        )

    def _joined(self, row: Found) -> Found:
        """Mark a count as an increment where a verb of joining says so and an earlier number stands."""
        if row.increment or row.reads == "series":
            return row
        last = self.rows[-1] if self.rows else None
        coordinated = last and last.increment and JOINING.fullmatch(self.document.text, last.end, row.start)
        return row._replace(increment=True) if coordinated or self._joins(row) else row

    def _joins(self, row: Found) -> bool:
        """Tell whether a word of joining stands near a count."""
        sentence = self.document.sentence_at(row.start)
        before = CLAUSE.split(self.document.text[max(sentence.start, row.start - NEAR) : row.start])[-1]
        after = CLAUSE.split(self.document.text[row.end : min(sentence.end, row.end + NEAR)])[0]
        if before.lower().split()[-1:] in (["do"], ["grona"], ["z"], ["ze"]):
            after = ""
        return any(lexicon().value("join_word", word) for word in WORD.findall(f"{before} {after}"))


def _in_words(one: Found) -> bool:
    return one.match.captures["low"][0].forms[0][0].isalpha()


def _counts_on(one: Found) -> bool:
    """Tell whether a number goes with a verb that can only have a number for its subject (``otrzymało 17``)."""
    verb = one.match.captures.get("verb")
    if not verb:
        return False
    tags = ("praet:sg:n", "fin:sg:ter") if _in_words(one) else ("praet:sg:n",)
    return any(analysis.tag.startswith(tags) for analysis in morphology.analyse(verb[0].forms[0].lower()))


def _numeral_readings(one: Found) -> frozenset[Reading]:
    """Return the readings of a number in words that can be the subject; empty where it tells no gender."""
    word = one.match.captures["low"][0].forms[0].split()[-1].lower()
    return frozenset(
        reading
        for analysis in morphology.analyse(word)
        if analysis.pos in NUMERALS
        for reading in analysis.readings
    )
