"""Whether a date whose year is left out is past or still to come, by the verbs of its clause.

``W październiku zawiązano grupę``, written in January, is last year's October; ``Nabór ruszy w lutym``, written in
November, is next year's February.
"""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from pipeline import morphology
from pipeline.document import Document
from pipeline.extractors.dates.readings import Draft

Tense = Literal["past", "future"]
BORDER = re.compile(r"[,;:()–—]|\s-\s")
WORD = re.compile(r"[^\W\d_]+")
MAX_CLAUSE = 150
"""Characters on either side of a date in which the verbs of its clause are looked for."""
SET_AHEAD = re.compile(r"\b(?:na|do|od|przed|za|po)\s+(?:dzień\s+|dnia\s+|dn\.\s*)?$", re.IGNORECASE)
"""Prepositions after which a date may lie ahead of what is told in the past (wyznaczono na 5 maja)."""
FUTURE = re.compile(r"bedzie|fin:.*:perf|inf:perf|winien")
LEEWAY = timedelta(days=31)
"""How far a day may lie from the reference date against its tense before its year is doubted."""
LATE, EARLY = 11, 2
"""From this month on, and up to this one, dates without a verb are taken to look ahead across New Year."""


def year_of(document: Document, draft: Draft) -> int | None:
    """Return the year that a draft without one has by the reference date and the tense; None without a reference date."""
    reference = document.reference_date
    if reference is None:
        return None
    if draft.start.part is None:
        return reference.year
    try:
        value = draft.in_year(reference.year, relative=True).value()
    except ValueError:
        return reference.year
    first, last = value.first_day, value.last_day or value.first_day
    tense = _tense(document, draft)
    leeway = LEEWAY if draft.start.grain > 2 else timedelta()
    if tense == "past" and first > reference + leeway and not _is_set_ahead(document.text, draft):
        return reference.year - 1
    if tense == "future" and last < reference - leeway:
        return reference.year + 1
    if tense is None and reference.month >= LATE and last < date(reference.year, EARLY + 1, 1):
        return reference.year + 1
    return reference.year


def _is_set_ahead(text: str, draft: Draft) -> bool:
    return SET_AHEAD.search(text, max(0, draft.span_start - 20), draft.span_start) is not None


def _tense(document: Document, draft: Draft) -> Tense | None:
    """Return the tense of the clause that the date stands in; None where its verbs tell none, or both."""
    text, sentence = document.text, document.sentence_at(draft.span_start)
    first = max(sentence.start, draft.span_start - MAX_CLAUSE)
    last = min(max(sentence.end, draft.span_end), draft.span_end + MAX_CLAUSE)
    before = BORDER.split(text[first : draft.span_start])[-1]
    after = BORDER.split(text[draft.span_end : last], maxsplit=1)[0]
    words = WORD.findall(f"{before} {after}")
    found = {_tense_of(word) for word in words} - {None}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=10_000)
def _tense_of(word: str) -> Tense | None:
    """Return the tense of a verb; None where it has none or where the word may be no verb."""
    analyses = morphology.analyse(word.lower())
    if analyses and all(analysis.pos in ("praet", "imps") for analysis in analyses):
        return "past"
    if analyses and all(FUTURE.match(analysis.tag) for analysis in analyses):
        return "future"
    return None
