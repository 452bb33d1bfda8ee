"""All dates of a document: the matches of the rules, read, with the years that they leave out put in."""

import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from pipeline.document import Document, Span, remembered
from pipeline.extractors.dates.edtf import Point
from pipeline.extractors.dates.reader import Reader
from pipeline.extractors.dates.readings import Draft
from pipeline.extractors.dates.rule import DateRule
from pipeline.extractors.dates.years import with_years
from pipeline.records import DateMention
from pipeline.rules import Candidate, rule_set, tokens_of


class FullDay(NamedTuple):
    """A day that ``text[start:end]`` says in full."""

    start: int
    end: int
    day: date


def rules() -> Sequence[DateRule]:
    """Return the rules of the table, in file order."""
    return rule_set("dates", DateRule).rules


def _is_horizon(draft: Draft) -> bool:
    """Whether a date is a round year, such as plans are named after (``Europa 2020``) rather than events."""
    return draft.start.year is not None and draft.start.year % 5 == 0


@remembered
def _matches(document: Document) -> list[Candidate]:
    """Return what the rules match; it is read twice where a document states its reference date."""
    return rule_set("dates", DateRule).matches(tokens_of(document))


def _read(document: Document, matches: Iterable[Candidate]) -> Iterator[tuple[Draft, DateRule]]:
    """Yield the dates that those matches make, with their years, in text order; each with the rule that found it."""
    found = rule_set("dates", DateRule).choose(tokens_of(document), matches, Reader(document))
    drafts = with_years(
        document,
        [draft for draft, _ in found],
        [not (rule.named and _is_horizon(draft)) for draft, rule in found],
    )
    for draft, (_, rule) in zip(drafts, found, strict=True):
        if draft is not None:
            yield draft, rule


def full_days(document: Document, units: Sequence[Span]) -> list[FullDay]:
    """Return the days in full that ``units`` of the document name without regard to its reference date, in text order."""
    first_of = [unit.start for unit in units]
    inside = [
        match
        for match in _matches(document)
        if (at := bisect.bisect_right(first_of, match[3])) and match[3] < units[at - 1].end
    ]
    drafts = _read(replace(document, reference_date=None), inside) if inside else ()
    return [
        FullDay(draft.span_start, draft.span_end, value.first_day)
        for draft, _ in drafts
        if isinstance(value := draft.value(), Point) and value.precision == "day" and not draft.approximate
    ]


def extract(document: Document) -> list[DateMention]:
    """Return the dates of a document in text order; none overlap.

    A day or month without a year takes it from the sentence or from the reference date. What needs a
    reference date where there is none gives no row.
    """
    rows: list[DateMention] = []
    for draft, rule in _read(document, _matches(document)):
        value = draft.value()
        rows.append(
            DateMention(
                **document.place(draft.span_start, draft.span_end),
                rule=rule.id,
                score=rule.score,
                edtf=str(value),
                first_day=value.first_day,
                last_day=value.last_day,
                precision=value.precision,
                kind="point" if isinstance(value, Point) else "interval",
                time_from=draft.time_from,
                time_to=draft.time_to,
                approximate=draft.approximate,
                relative=draft.relative,
            )
        )
    return rows
