"""Years that the text leaves out: from another date of the sentence, else from the reference date."""

import re
from collections.abc import Sequence
from datetime import date

from pipeline.document import Document
from pipeline.extractors.dates.readings import Draft
from pipeline.extractors.dates.tense import year_of

REACH = 6
"""How many mentions to either side of one may give it a year."""
ACT = re.compile(r"(?i:ustaw|rozporządze|dyrektyw|Dz\. ?U)")
BEFORE_ACT = 30
"""Characters in front of a date that may name the act that it belongs to."""
OTHER_TIMES = 2
"""Years before the reference date that put a whole sentence in another time."""
NEXT_TO = 4
"""Characters (``, w``) between a month and a relative year that still lends itself to it: trzy lata temu w maju."""


def with_years(document: Document, drafts: Sequence[Draft], lend: Sequence[bool]) -> list[Draft | None]:
    """Return the drafts with their years; None for those that have none in reach. ``lend`` says which may give theirs."""
    sentences = [document.sentence_at(draft.span_start).start for draft in drafts]
    completed: list[Draft | None] = []
    for at, draft in enumerate(drafts):
        if not draft.needs_year:
            completed.append(draft)
            continue
        low, high = max(0, at - REACH), min(len(drafts), at + REACH + 1)
        neighbours = [
            drafts[index]
            for index in range(low, high)
            if lend[index]
            and sentences[index] == sentences[at]
            and not _of_an_act(document.text, drafts[index])
        ]
        completed.append(_with_year(document, draft, neighbours))
    return completed


def _of_an_act(text: str, draft: Draft) -> bool:
    """Whether the date is that of an act or journal of laws, which says nothing of what else happens."""
    return ACT.search(text, max(0, draft.span_start - BEFORE_ACT), draft.span_start) is not None


def _with_year(document: Document, draft: Draft, neighbours: Sequence[Draft]) -> Draft | None:
    """Return ``draft`` with the year of the nearest neighbour that can lend one, else of the reference date."""
    reference = document.reference_date
    lenders = [other for other in neighbours if other.start.year is not None and _lends(other, draft)]
    lenders.sort(key=lambda other: _distance(other, draft))
    for other in lenders:
        completed = _in_year_of(other, draft, reference, nearest=other is lenders[0])
        if completed is not None:
            return completed
    year = year_of(document, draft)
    if year is None:
        return None
    completed = draft.in_year(year, relative=True)
    return completed if _is_date(completed) else None


def _distance(one: Draft, other: Draft) -> int:
    return max(one.span_start - other.span_end, other.span_start - one.span_end)


def _lends(other: Draft, draft: Draft) -> bool:
    """Tell whether a date can lend its year.

    The end of a year says when something ends, not in which year a day lies. What was itself counted from the
    reference date lends its year only to its own day or month beside it.
    """
    if other.start.at_end and other.start.grain == 1 and draft.start.grain > 2:
        return False
    return not other.relative or (other.start.grain == 1 and _distance(other, draft) <= NEXT_TO)


def _in_year_of(other: Draft, draft: Draft, reference: date | None, *, nearest: bool) -> Draft | None:
    """Return ``draft`` in the year of ``other``; None where the two do not go together.

    A month goes with any year. A day goes with the nearest one long before the reference date; else only where the two then
    stand in the text in the order of time, for ``posiedzenie 11 grudnia 2014 r., następne 16 kwietnia`` is no
    April 2014. With no reference date, a day goes with a year alone too.
    """
    anchor = other.value()
    first, last = anchor.first_day, anchor.last_day
    if last is None or first.year != last.year:
        return None
    completed = draft.in_year(first.year, relative=other.relative)
    if not _is_date(completed):
        return None
    if draft.start.grain < 3 or other.relative:
        return completed
    if nearest and reference is not None and reference.year - first.year >= OTHER_TIMES:
        return completed
    value = completed.value()
    if other.span_start < draft.span_start:
        in_order = value.first_day > last
    else:
        in_order = value.last_day is not None and value.last_day < first
    if in_order or (reference is None and anchor.precision == "year"):
        return completed
    return None


def _is_date(draft: Draft) -> bool:
    try:
        draft.value()
    except ValueError:
        return False
    return True
