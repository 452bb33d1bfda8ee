"""From what a rule captured to the date that it says, as far as the words say it.

A ``Partial`` is a date some of whose fields the text leaves out; a ``Draft`` is a mention made of one or two
of them. What is left out comes from the other end of a range, from the reference date, or from another date
of the sentence: ``Draft.resolve`` puts it in.
"""

from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from pipeline import numbers
from pipeline.extractors.dates.edtf import HALF, QUARTER, Interval, Point, Value
from pipeline.rules import Match

CENTURY_PIVOT = 50
"""A year of two digits is 19YY from here on and 20YY before, as RFC 5280 has it for UTCTime."""
DEFAULT_CENTURY = 1900
"""The century of a decade that names none (lata 80.)."""


class UnreadableError(ValueError):
    """What looks like a date and is none: nothing may be read in its place."""


@dataclass(frozen=True, slots=True)
class Partial:
    """A date as far as its words say it; ``part`` is a month or the EDTF code of a season, quarter or half."""

    year: int | None = None
    part: int | None = None
    day: int | None = None
    unspecified: int = 0
    approximate: bool = False
    at_end: bool = False
    """Said with ``koniec``: the last day is meant."""
    relative: bool = False
    """The year or month came from the reference date."""

    @property
    def empty(self) -> bool:
        return self.year is None and self.part is None and self.day is None

    @property
    def grain(self) -> int:
        """How much is said: 3 down to the day, 2 to the month or another part of a year, 1 the year."""
        return 3 if self.day is not None else 2 if self.part is not None else 1

    def point(self) -> Point:
        """Return the date; raises ``ValueError`` where there is no such day, ``UnreadableError`` where the year is left out."""
        if self.year is None:
            raise UnreadableError("no year")
        point = Point(self.year, self.part, self.day, self.unspecified, self.approximate and not self.at_end)
        return point.last if self.at_end else point


@dataclass(frozen=True, slots=True)
class Draft:
    """A mention as its own words give it, in ``text[span_start:span_end]``."""

    span_start: int
    span_end: int
    start: Partial
    end: Partial | None = None
    time_from: time | None = None
    time_to: time | None = None
    open_end: bool = False

    @property
    def needs_year(self) -> bool:
        """Whether no end says its year."""
        return self.start.year is None and (self.end is None or self.end.year is None)

    @property
    def relative(self) -> bool:
        return self.start.relative or (self.end is not None and self.end.relative)

    @property
    def approximate(self) -> bool:
        ends = [self.start] if self.end is None else [self.start, self.end]
        return any(end.approximate and not end.at_end for end in ends)

    def in_year(self, year: int, *, relative: bool) -> "Draft":
        """Return the draft with ``year`` where none is said."""
        if self.end is None:
            return replace(self, start=replace(self.start, year=year, relative=relative))
        start, end = _years_shared(self.start, replace(self.end, year=year, relative=relative))
        return replace(self, start=start, end=end)

    def value(self) -> Value:
        """Return the EDTF value; raises ``ValueError`` where there is no such date."""
        if self.end is None:
            return Interval(self.start.point(), None) if self.open_end else self.start.point()
        start, end = _years_shared(self.start, self.end)
        first, last = start.point(), end.point()
        if first == last:
            return first
        return Interval(first, last)


def _years_shared(start: Partial, end: Partial) -> tuple[Partial, Partial]:
    """Give both ends of a range a year: one that is left out is the other's, or its neighbour's across New Year."""
    if start.year is None and end.year is not None:
        start = replace(start, year=end.year)
        if _first(start) > _first(end):
            start = replace(start, year=end.year - 1)
    elif end.year is None and start.year is not None:
        end = replace(end, year=start.year)
        if _first(end) < _first(start):
            end = replace(end, year=start.year + 1)
    return start, end


def _first(partial: Partial) -> tuple[int, int, int]:
    try:
        first = replace(partial, at_end=False, approximate=False).point().first_day
    except ValueError:
        return (partial.year or 0, partial.part or 0, partial.day or 0)
    return (first.year, first.month, first.day)


class Captures:
    """The captures of a match whose names begin with a prefix."""

    def __init__(self, match: Match[Any], prefix: str = "") -> None:
        self._match = match
        self._parts = match.parts(prefix)

    def __bool__(self) -> bool:
        return bool(self._parts)

    def get(self, name: str) -> Any:
        parts = self._parts.get(name)
        return None if parts is None else self._match.value_of(parts[0])

    def has(self, name: str) -> bool:
        return name in self._parts

    def ordinal(self, name: str) -> int:
        """Return the value of an ordinal in words; raises ``UnreadableError`` where the words are none."""
        value = numbers.ordinal(self._match.captured(self._parts[name][0]).forms)
        if value is None:
            raise UnreadableError(f"{name} is no ordinal")
        return value

    def sum(self, *names: str) -> int | None:
        """Return the sum of the captures' values; None where there are none of them."""
        values = [self._match.value_of(self._parts[name][0]) for name in names if name in self._parts]
        return sum(values) if values else None


NOTHING = Partial()


def partial(match: Match[Any], reference: date | None, prefix: str = "") -> Partial:
    """Return what the captures whose names begin with ``prefix`` say.

    Raises ``UnreadableError`` where they need a reference date and there is none.
    """
    found = Captures(match, prefix)
    if not found:
        return NOTHING
    year, relative = _year(found, reference)
    part = found.get("month")
    day = found.get("day") if found.has("day") else found.sum("day_tens", "day_ones")
    unspecified = 0
    if (turn := found.get("month_turn")) is not None or found.has("month_rel"):
        if turn is None:
            forms = match.captures[prefix + "month_rel"][0].forms
            turn = -1 if forms[0].lower().startswith("ub") else 0
        months = _reference(reference).year * 12 + _reference(reference).month - 1 + turn
        year, part, relative = months // 12, months % 12 + 1, True
    elif (quarter := found.get("quarter")) is not None:
        part = _numbered(quarter, QUARTER, 4)
    elif (half := found.get("half")) is not None:
        part = _numbered(half, HALF, 2)
    elif (season := found.get("season")) is not None:
        part = season
    elif (decade := _decade(found, reference)) is not None:
        year, unspecified = decade, 1
    elif (century := found.sum("century", "century_tens", "century_ones")) is not None:
        year, unspecified = _century(century), 2
        if (number := found.get("decade_number")) is not None:
            year, unspecified = year + 10 * (number - 1), 1
    if (winter_end := found.get("winter_end")) is not None and (
        year is None or (year + 1 - winter_end) % 100
    ):
        raise UnreadableError("a season over more than two years")
    return Partial(
        year, part, day, unspecified,
        approximate=found.has("date_about"), at_end=found.has("end"), relative=relative,
    )  # fmt: skip


def _reference(reference: date | None) -> date:
    if reference is None:
        raise UnreadableError("no reference date")
    return reference


def _year(found: Captures, reference: date | None) -> tuple[int | None, bool]:
    """Return the year that is said, and whether it was counted from the reference date."""
    if found.has("year"):
        return found.get("year"), False
    if found.has("short_year"):
        short = found.get("short_year")
        return short + (1900 if short >= CENTURY_PIVOT else 2000), False
    if found.has("year_words"):
        return found.ordinal("year_words"), False
    if found.has("late_ten"):
        return found.sum("late_ten", "late_unit"), False
    turn = -1 if found.has("year_before") else 0 if found.has("year_now") else found.get("year_turn")
    if turn is not None:
        return _reference(reference).year + turn, True
    return None, False


def _numbered(number: int, first: int, count: int) -> int:
    if not 1 <= number <= count:
        raise UnreadableError(f"part {number} of {count}")
    return first + number - 1


def _century(number: int) -> int:
    if not 2 <= number <= 21:
        raise UnreadableError(f"century {number}")
    return 100 * (number - 1)


def _decade(found: Captures, reference: date | None) -> int | None:
    if (year := found.get("decade_year")) is not None:
        if year % 10:
            raise UnreadableError(f"decade {year}")
        return int(year)
    decade: int | None = found.get("decade")
    if decade is None or decade >= 100:
        return decade
    century = found.sum("of_century", "of_century_tens", "of_century_ones")
    if century is not None:
        return decade + _century(century)
    turn = found.get("of_turn")
    if turn is not None and reference is not None:
        return decade + (reference.year // 100 + int(turn)) * 100
    return decade + DEFAULT_CENTURY


def clock(found: Captures) -> time | None:
    """Return the clock time whose captures are given; None where there is none. ``24:00`` is midnight."""
    if not found:
        return None
    hour = found.get("hour") if found.has("hour") else found.sum("hour_tens", "hour_ones")
    minute = found.get("minute") or 0
    if (run := found.get("run")) is not None:  # 1030, where the minutes stood high
        hour, minute = divmod(int(run), 100)
    if hour is None:
        return None
    if hour > 24 or minute > 59:
        raise UnreadableError(f"clock time {hour}:{minute}")
    if found.has("half_to"):
        hour, minute = hour - 1, 30
    return time(hour % 24, minute)


def clocks(match: Match[Any], prefix: str = "") -> tuple[time | None, time | None]:
    """Return the clock times said with a date: from and to."""
    found = Captures(match, prefix)
    opens = clock(Captures(match, prefix + "open_"))
    closes = clock(Captures(match, prefix + "close_"))
    if opens is None and (named := found.get("noon")) is not None:
        opens = time(named)
    later = found.get("day_half")
    if opens is not None and later and opens.hour < 12 and closes is None:
        opens = opens.replace(hour=opens.hour + later)
    return opens, closes
