"""From the matches of the rules to drafts of mentions: what each kind of reading means."""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import time

from pipeline.document import Document
from pipeline.extractors.dates import relative
from pipeline.extractors.dates.edtf import GROUPINGS, Interval, Point, Value
from pipeline.extractors.dates.holidays import FIXED, FROM_EASTER, holiday
from pipeline.extractors.dates.readings import Captures, Draft, Partial, UnreadableError, clocks, partial
from pipeline.extractors.dates.rule import DateRule, Reading
from pipeline.extractors.tables import cells, row_at
from pipeline.lexicon import DASHES
from pipeline.patterns import Capture
from pipeline.rules import Match

DECEMBER = 12
FEASTS = frozenset(f"feast_{name}" for name in (*FIXED, *FROM_EASTER))
YEAR_HEADING = re.compile(r"(?i:rok|lata)(?:\s[^\W\d_]+){0,3}")
Drafts = Sequence[Draft] | None
"""None where the match is no right reading and shorter ones may be; empty where nothing may be read."""


class Reader:
    """Reads the matches of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._reference = document.reference_date
        self._readings: dict[Reading, Callable[[Match[DateRule]], Drafts]] = {
            "point": self._point,
            "range": self._range,
            "open": self._open,
            "years": self._years,
            "cell": self._cell,
            "day_word": self._day_word,
            "count": self._count,
            "period": self._period,
            "weekday": self._weekday,
            "holiday": self._holiday,
        }

    def __call__(self, match: Match[DateRule]) -> Drafts:
        """Return the drafts that a match makes: an empty list where it is no date, or one that cannot be told."""
        try:
            drafts = self._readings[match.rule.reading](match)
            for draft in drafts or ():
                if not draft.needs_year:
                    draft.value()
        except ValueError:
            return []
        return drafts

    def _point(self, match: Match[DateRule]) -> Drafts:
        last = partial(match, self._reference, "last_")
        said = _told_by_last(match, partial(match, self._reference), last)
        opens, closes = clocks(match)
        if said.empty or (opens is not None and said.day is None):
            return None
        return [Draft(match.start, match.end, said, time_from=opens, time_to=closes)]

    def _range(self, match: Match[DateRule]) -> Drafts:
        captures = Captures(match)
        if _ends_a_sentence(match):
            return None
        last = partial(match, self._reference, "last_")
        start = _in_month_of(last, partial(match, self._reference, "from_"))
        end = _in_month_of(last, partial(match, self._reference, "to_"))
        if (short := captures.get("to_short")) is not None and start.year is not None:
            end = replace(end, year=_in_full(short, start.year))
            if end.year is None:
                return None
        start = _numbered_like(end, captures.get("from_number"), start)
        if start.day is not None and start.part is None:
            start = replace(start, part=end.part)
        if not _make_a_range(match, start, end):
            return None
        opens, closes = _clocks_of_range(match)
        return [Draft(match.start, match.end, start, end, opens, closes)]

    def _open(self, match: Match[DateRule]) -> Drafts:
        said = partial(match, self._reference)
        return None if said.empty else [Draft(match.start, match.end, said, open_end=True)]

    def _years(self, match: Match[DateRule]) -> Drafts:
        *items, last = match.captures["item"]
        return [*(_of_years(item, item.end) for item in items), _of_years(last, match.end)]

    def _cell(self, match: Match[DateRule]) -> Drafts:
        """Read a year alone in a cell where its column is headed ``Rok``, or where it heads one of several such columns."""
        label = self._document.sentence_at(match.start).label
        headed = label is not None and YEAR_HEADING.fullmatch(label)
        return self._point(match) if headed or self._heads_a_column(match) else None

    def _heads_a_column(self, match: Match[DateRule]) -> bool:
        row = cells(row_at(self._document.text, match.start))
        years = [int(cell) for cell in row if cell.isdecimal() and len(cell) == len("2014")]
        steps = {after - before for before, after in itertools.pairwise(years)}
        return steps in ({1}, {-1}) and int(match.value("year")) in years

    def _day_word(self, match: Match[DateRule]) -> Drafts:
        (word,) = match.captures.get("day_word") or match.captures["today_adjective"]
        day = None if self._reference is None else relative.parsed(str(word.value), self._reference)
        return [] if day is None else [_counted(match, Point.on(day))]

    def _count(self, match: Match[DateRule]) -> Drafts:
        if self._reference is None:
            return []
        captures = Captures(match)
        number = captures.sum("number", "number_hundred", "number_ten", "number_teen", "number_unit")
        turn = (1 if number is None else number) * (1 if match.rule.ahead else -1)
        point = relative.counted(turn, captures.get("period_unit"), self._reference)
        return [] if point is None else [_counted(match, point)]

    def _period(self, match: Match[DateRule]) -> Drafts:
        if self._reference is None:
            return []
        captures = Captures(match)
        kind = captures.get("period_word") or captures.get("this_period")
        draft = _counted(match, relative.period(kind, captures.get("turn") or 0, self._reference))
        if captures.has("end"):
            return [replace(draft, start=replace(draft.end or draft.start, at_end=True), end=None)]
        if captures.has("date_about"):
            return [replace(draft, start=replace(draft.start, approximate=True))]
        return [draft]

    def _weekday(self, match: Match[DateRule]) -> Drafts:
        if self._reference is None:
            return []
        captures = Captures(match)
        point = relative.weekday(captures.get("weekday"), captures.get("nearest"), self._reference)
        return [_counted(match, point)]

    def _holiday(self, match: Match[DateRule]) -> Drafts:
        said = partial(match, self._reference)
        if said.year is None:
            return None
        (feast,) = (name.removeprefix("feast_") for name in match.captures if name in FEASTS)
        day = holiday(feast, said.year)
        return [Draft(match.start, match.end, replace(said, part=day.month, day=day.day))]


def _of_years(item: Capture, end: int) -> Draft:
    """Return the draft of an item of a list of years: one year, or the first and the last of a run."""
    first, *last = (Partial(int(form)) for form in item.forms if form.isdecimal())
    return Draft(item.start, end, first, last[0] if last else None)


def _counted(match: Match[DateRule], value: Value) -> Draft:
    """Return the draft of a value that was counted from the reference date, with the clock times said with it."""

    def as_partial(point: Point) -> Partial:
        return Partial(point.year, point.part, point.day, point.unspecified, relative=True)

    opens, closes = clocks(match)
    if isinstance(value, Interval):
        end = None if value.end is None else as_partial(value.end)
        return Draft(match.start, match.end, as_partial(value.start), end, opens, closes)
    return Draft(match.start, match.end, as_partial(value), None, opens, closes)


def _signs(match: Match[DateRule]) -> list[str]:
    """Return what stands between the ends of a range: dashes, ``do``."""
    return [form for sign in match.captures.get("date_to", ()) for form in sign.forms if not form.isspace()]


def _ends_a_sentence(match: Match[DateRule]) -> bool:
    """Whether a sentence ends between the two: ``2019 r. Do 2025 r. …``."""
    return any(form.istitle() for form in _signs(match))


def _make_a_range(match: Match[DateRule], start: Partial, end: Partial) -> bool:
    """Whether two ends go together.

    What a dash joins is of one grain, unless it only separates (``2014 – 15 maja …``); two Roman numerals
    without a year (``etapy I – V``) are no months; two bare years are left to the rule that looks at what follows.
    """
    if start.empty or end.empty or start.unspecified != end.unspecified:
        return False
    captures = Captures(match)
    signs = _signs(match)
    if start.grain != end.grain and any(form in DASHES for form in signs):
        return False
    if signs and captures.has("from_bare_year") and captures.has("to_bare_year") and not end.at_end:
        return False
    roman = captures.has("from_bare_roman") or captures.has("to_bare_roman")
    months = all(side.part is None or side.part <= DECEMBER for side in (start, end))
    return not roman or (months and not (start.year is None and end.year is None))


def _clocks_of_range(match: Match[DateRule]) -> tuple[time | None, time | None]:
    """Return the first and the last clock time said with a range; one said with its end alone is the last."""
    of_start = [clock for clock in clocks(match, "from_") if clock is not None]
    others = [clock for clock in (*clocks(match, "to_"), *clocks(match)) if clock is not None]
    said = of_start + others
    if len(said) > 1:
        return said[0], said[-1]
    return (of_start[0] if of_start else None), (others[0] if others else None)


def _told_by_last(match: Match[DateRule], said: Partial, last: Partial) -> Partial:
    """Return ``said`` with what only the last of a list says: its month, its year, what its number counts."""
    if last.empty:
        return said
    said = replace(last, day=said.day, part=last.part if said.part is None else said.part)
    return _numbered_like(last, Captures(match).get("number"), said)


def _numbered_like(other: Partial, number: int | None, said: Partial) -> Partial:
    """Return ``said`` as the part of the year with that number, of the kind of which ``other`` is one."""
    if number is None:
        return said
    codes = next((codes for codes in GROUPINGS.values() if other.part in codes), range(0))
    if number not in range(1, len(codes) + 1):
        raise UnreadableError("no such part of a year")
    return replace(said, part=codes[number - 1])


def _in_month_of(last: Partial, said: Partial) -> Partial:
    return said if last.empty else replace(last, day=said.day)


def _in_full(short: int, start: int) -> int | None:
    """Return the year after ``start`` that ends in ``short``; only the turn of a century may lie between them."""
    turn_of_century = start % 100 >= 90 and short <= 10
    year = start // 100 * 100 + short + (100 if turn_of_century else 0)
    return year if year > start else None
