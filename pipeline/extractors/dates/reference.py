"""The date that a document states as its own: what relative dates in it count from.

Three places are believed, in this order: a publication dateline near the top (``Lublin, 6 listopada 2013 r.``,
``30 czerwca 2016`` on a line of its own, ``Opublikowano: …``), the last update wherever it stands
(``Data aktualizacji: …``), and a header ``Data: …``. Each must be a day in full.
"""

import bisect
import re
from collections.abc import Iterable, Iterator
from datetime import date

from pipeline.document import START, Document, Span
from pipeline.extractors.dates.extractor import FullDay, full_days

TOP = 12
"""How many units from the first one a dateline or header may stand in."""
LONGEST = 160
"""Characters of a unit that can still be a dateline."""

PUBLISHED = re.compile(
    r"(?:(?:data|dzień)\s+)?(?:opublikowan\w+|publikacj\w+|dodan\w+|dodani\w+|zamieszczon\w+|zamieszczeni\w+"
    r"|utworzon\w+|utworzeni\w+|wytworzon\w+|wytworzeni\w+|sporządzon\w+|sporządzeni\w+|wydan\w+|napisan\w+)"
    r"(?:\s+(?:w\s+)?(?:dniu|dnia|dn\.))?\s*:?\s*",
    re.IGNORECASE,
)
UPDATED = re.compile(
    r"(?:data\s+)?(?:ostatni\w+\s+)?(?:aktualizacj\w+|zaktualizowan\w+|zmian\w*|modyfikacj\w+|zmodyfikowan\w+)"
    r"(?:\s+(?:strony|karty|wpisu|artykułu|dokumentu|treści|rekordu|informacji))?(?:\s+(?:w\s+)?(?:dniu|dnia|dn\.))?\s*:?\s*",
    re.IGNORECASE,
)
HEADER = re.compile(
    r"data(?:\s+(?:pisma|dokumentu|spotkania|posiedzenia))?\s*:\s*(?:[^\W\d_]{2,12}\.?,\s*)?", re.IGNORECASE
)
PLACE = re.compile(
    r"(?:(?:[^\W\d_]+\s+){0,4}„[^”]{1,60}”\s*,\s*)?"
    r"(?:[A-ZĄĆĘŁŃÓŚŹŻ][\w-]*(?:[ -](?:(?:nad|pod|koło|k\.|n\.)\s+)?[A-ZĄĆĘŁŃÓŚŹŻ][\w-]+){0,3}\s*[,–—-]?\s*)?"
    r"(?:(?:w\s+)?(?:dnia|dniu|dn\.)\s*)?(?:\w+,\s*)?",
)
AUTHOR = re.compile(
    r"(?:autor\w*|tekst|dodał\w*|opublikował\w*|red\.)\b[^\d\n]{0,60}[\s,:|(–—-]", re.IGNORECASE
)
AFTER = re.compile(r"[\s.,;|()]*(?:\([A-ZĄĆĘŁŃÓŚŹŻ]{2,6}\)|[A-ZĄĆĘŁŃÓŚŹŻ]{3,4})?[\s.,;|–—-]*")
MORE = re.compile(
    r"[\s,;|·•/(–—-]*(?:ostatni|aktualiz|modyfik|zmian|odsłon|wyświetl|czytan|autor|źródł|kategori|redak|dodał|wersj)",
    re.IGNORECASE,
)
"""What a site tells of an article behind the date of its publication."""


def stated_reference_date(document: Document) -> date | None:
    """Return the day that the document states as its own; None where it states none, or not clearly."""
    top = _days_of(document, document.units[:TOP])
    return (
        _only(_dates(document, top, PUBLISHED, PLACE, AUTHOR), first=True)
        or _only(_dates(document, _days_of(document, _units_with(document, UPDATED)), UPDATED), first=False)
        or _only(_dates(document, top, HEADER), first=True)
    )


def _only(found: Iterable[date], *, first: bool) -> date | None:
    """Return the first of the dates, or the latest."""
    dates = list(found)
    if not dates:
        return None
    return dates[0] if first else max(dates)


def _units_with(document: Document, label: re.Pattern[str]) -> list[Span]:
    found = [
        unit
        for unit in document.units
        if any(label.match(document.text, at, unit.end) for at in _openings(document.text, unit))
    ]
    return found[:TOP]


def _openings(text: str, unit: Span) -> Iterator[int]:
    """Yield where a label can begin: at the first character, and after a bullet or bar near the end of a short unit."""
    yield unit.start
    if unit.end - unit.start <= LONGEST:
        yield from (found.end() for found in re.finditer(r"[•|·;]\s+", text[unit.start : unit.end]))


def _dates(
    document: Document, days: Iterable[tuple[Span, FullDay]], *leads: re.Pattern[str]
) -> Iterator[date]:
    """Yield the days that stand in their units with nothing but one of ``leads`` in front of them."""
    for unit, found in days:
        before = document.text[unit.start : found.start]
        after = document.text[found.end : unit.end]
        if (
            any(_ends_with(lead, before) for lead in leads)
            and (AFTER.fullmatch(after) or MORE.match(after))
            and (before.strip() or _stands_alone(document.text, unit))
        ):
            yield found.day


def _stands_alone(text: str, unit: Span) -> bool:
    """Tell whether a unit is a line, not a cell among others that say more than where the text comes from."""
    first, last = text.rfind("\n", 0, unit.start) + 1, text.find("\n", unit.end)
    after = text[unit.end : None if last < 0 else last]
    return not text[first : unit.start].strip() and (not after.strip(" \t|•·") or bool(MORE.match(after)))


def _ends_with(lead: re.Pattern[str], before: str) -> bool:
    return lead.fullmatch(re.split(r"[•|·;]\s+", before)[-1]) is not None


def _days_of(document: Document, units: Iterable[Span]) -> list[tuple[Span, FullDay]]:
    """Return the days in full in those units that can be datelines, each with its unit."""
    short = [
        unit
        for unit in units
        if unit.end - unit.start <= LONGEST and any(map(str.isdigit, document.text[unit.start : unit.end]))
    ]
    days = full_days(document, short)
    return [(short[bisect.bisect_right(short, day.start, key=START) - 1], day) for day in days]
