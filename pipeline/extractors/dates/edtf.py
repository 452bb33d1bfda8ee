"""The value of a date: a point or an interval in EDTF (ISO 8601-2), with the days that it covers.

One value type and one validator: nothing else in the project writes or reads EDTF. Of the standard it uses
years, months, days, the sub-year groupings 21–24 (seasons), 33–36 (quarters) and 40–41 (halves), unspecified
digits (``199X``, ``18XX``), the qualifier ``~``, and intervals with open ends (``2008/..``).
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

PRECISIONS = ("day", "month", "quarter", "half", "season", "year", "decade", "century")
"""From fine to coarse."""

SEASON, QUARTER, HALF = 21, 33, 40
"""The codes of spring, the first quarter and the first half."""
SUB_YEAR = {"season": SEASON, "quarter": QUARTER, "half": HALF}
MONTHS_OF = {"season": 3, "quarter": 3, "half": 6}
GROUPINGS = {
    "season": range(SEASON, SEASON + 4),
    "quarter": range(QUARTER, QUARTER + 4),
    "half": range(HALF, HALF + 2),
}

POINT = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d{2}XX)(?:-(?P<part>\d\d)(?:-(?P<day>\d\d))?)?(?P<approximate>~?)"
)
OPEN = ".."


def last_day_of_month(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


@dataclass(frozen=True, slots=True)
class Point:
    """One EDTF date. Raises ``ValueError`` where there is no such date.

    ``part`` is a month (1–12) or the code of a season, quarter or half. ``unspecified`` counts the digits
    of the year that are left open: 1 for a decade, 2 for a century, whose first year is ``year``.
    """

    year: int
    part: int | None = None
    day: int | None = None
    unspecified: int = 0
    approximate: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.year <= 9998:
            raise ValueError(f"year {self.year} is out of range")
        if self.unspecified and (self.unspecified not in (1, 2) or self.year % 10**self.unspecified):
            raise ValueError(f"{self.year} is no first year of {self.unspecified} unspecified digits")
        if self.unspecified and self.part is not None:
            raise ValueError("a part of an unspecified year")
        if self.part is not None and not self._is_month and self.grouping is None:
            raise ValueError(f"{self.part} is neither a month nor a season, quarter or half")
        if self.day is not None:
            if self.part is None or not self._is_month:
                raise ValueError("a day outside a month")
            date(self.year, self.part, self.day)

    @classmethod
    def on(cls, day: date) -> Self:
        """Return the point that is one day."""
        return cls(day.year, day.month, day.day)

    @property
    def _is_month(self) -> bool:
        return self.part is not None and 1 <= self.part <= 12

    @property
    def grouping(self) -> str | None:
        """``season``, ``quarter`` or ``half`` where the point is one."""
        if self.part is None or self.part < SEASON:
            return None
        return next((name for name, codes in GROUPINGS.items() if self.part in codes), None)

    @property
    def precision(self) -> str:
        """One of ``PRECISIONS``."""
        if self.day is not None:
            return "day"
        if self.part is not None:
            return self.grouping or "month"
        return ("year", "decade", "century")[self.unspecified]

    @property
    def first_day(self) -> date:
        """The first day that the point covers. Seasons are meteorological: spring begins on 1 March."""
        if self.part is None:
            return date(self.year, 1, 1)
        grouping = self.grouping
        if grouping is None:
            return date(self.year, self.part, self.day or 1)
        month = (
            1 + MONTHS_OF[grouping] * (self.part - SUB_YEAR[grouping]) + (2 if grouping == "season" else 0)
        )
        return date(self.year, month, 1)

    @property
    def last_day(self) -> date:
        """The last day that the point covers; a winter ends in February of the next year."""
        if self.day is not None:
            return self.first_day
        if self.part is None:
            return date(self.year + 10**self.unspecified - 1, 12, 31)
        months = 1 if self.grouping is None else MONTHS_OF[self.grouping]
        after = self.first_day.month - 1 + months - 1
        return last_day_of_month(self.year + after // 12, after % 12 + 1)

    @property
    def last(self) -> "Point":
        """The point's last day as a point, as ``koniec`` says."""
        return Point.on(self.last_day)

    def __str__(self) -> str:
        year = f"{self.year:04}"
        if self.unspecified:
            year = year[: -self.unspecified] + "X" * self.unspecified
        parts = [year, *(f"{number:02}" for number in (self.part, self.day) if number is not None)]
        return "-".join(parts) + ("~" if self.approximate else "")


@dataclass(frozen=True, slots=True)
class Interval:
    """From one point to another; ``end`` is None where it is open. Raises ``ValueError`` where it runs backwards."""

    start: Point
    end: Point | None

    def __post_init__(self) -> None:
        if self.end is not None and self.end.last_day < self.start.first_day:
            raise ValueError(f"{self} runs backwards")

    @property
    def first_day(self) -> date:
        """The first day that the interval covers."""
        return self.start.first_day

    @property
    def last_day(self) -> date | None:
        """The last day that the interval covers; None where its end is open."""
        return None if self.end is None else self.end.last_day

    @property
    def precision(self) -> str:
        """The precision of the finer end."""
        ends = [self.start] if self.end is None else [self.start, self.end]
        return min((end.precision for end in ends), key=PRECISIONS.index)

    @property
    def approximate(self) -> bool:
        """Whether either end is approximate."""
        return self.start.approximate or (self.end is not None and self.end.approximate)

    def __str__(self) -> str:
        return f"{self.start}/{OPEN if self.end is None else self.end}"


Value = Point | Interval


def parse_point(text: str) -> Point:
    """Return the EDTF date that ``text`` writes; raises ``ValueError``."""
    found = POINT.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no EDTF date")
    part, day = found["part"], found["day"]
    return Point(
        year=int(found["year"].replace("X", "0")),
        part=int(part) if part else None,
        day=int(day) if day else None,
        unspecified=found["year"].count("X"),
        approximate=bool(found["approximate"]),
    )


def parse(text: str) -> Value:
    """Return the value that ``text`` writes in EDTF; raises ``ValueError`` where it is not valid here."""
    start, slash, end = text.partition("/")
    if not slash:
        return parse_point(start)
    return Interval(parse_point(start), None if end == OPEN else parse_point(end))


def week_of(day: date) -> Interval:
    """Return the week of ``day``, Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return Interval(Point.on(monday), Point.on(monday + timedelta(days=6)))
