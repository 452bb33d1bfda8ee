"""All dates of a document: the matches of the rules, read, with the years that they leave out put in."""

from collections.abc import Sequence

from pipeline.document import Document
from pipeline.extractors.dates.edtf import Point
from pipeline.extractors.dates.reader import Reader
from pipeline.extractors.dates.readings import Draft
from pipeline.extractors.dates.rule import DateRule
from pipeline.extractors.dates.years import with_years
from pipeline.records import DateMention
from pipeline.rules import rule_set, tokens_of


def rules() -> Sequence[DateRule]:
    """Return the rules of the table, in file order."""
    return rule_set("dates", DateRule).rules


def _is_horizon(draft: Draft) -> bool:
    """Whether a date is a round year, such as plans are named after (``Europa 2020``) rather than events."""
    return draft.start.year is not None and draft.start.year % 5 == 0


def extract(document: Document) -> list[DateMention]:
    """Return the dates of a document in text order; none overlap.

    A day or month without a year takes it from the sentence or from the reference date. What needs a
    reference date where there is none gives no row.
    """
    found = rule_set("dates", DateRule).read(tokens_of(document), Reader(document))
    drafts = with_years(
        document,
        [draft for draft, _ in found],
        [not (rule.named and _is_horizon(draft)) for draft, rule in found],
    )
    rows: list[DateMention] = []
    for draft, (_, rule) in zip(drafts, found, strict=True):
        if draft is None:
            continue
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
