"""Dates that are counted from the reference date.

dateparser resolves ``wczoraj`` and counts with a number in digits (``3 lata temu``), which it does rightly.
It knows neither number words (``trzy lata temu``), nor a unit alone (``rok temu``), nor ``najbliższy piątek``,
takes a bare weekday for the last one, and ``w zeszłym tygodniu`` for one day: the rules' own vocabulary
turns the first two into digits, and the functions below do the rest.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache

from pipeline.extractors.dates.edtf import HALF, QUARTER, Interval, Point, Value, week_of


@lru_cache(maxsize=10_000)
def parsed(words: str, reference: date) -> date | None:
    """Return the day that dateparser makes of ``words`` counted from ``reference``; None where it knows none."""
    import dateparser  # noqa: PLC0415  (a quarter of a second that most documents do not need)

    found = dateparser.parse(
        words,
        languages=["pl"],
        settings={"RELATIVE_BASE": datetime(reference.year, reference.month, reference.day)},  # noqa: DTZ001
    )
    return None if found is None else found.date()


def counted(number: int, unit: str, reference: date) -> Point | None:
    """Return the date ``number`` units after ``reference``, before it where negative.

    Years give a year, months a month, weeks and days a day. ``unit`` is a Polish noun in the nominative.
    """
    many = {"rok": "lat", "miesiąc": "miesięcy", "tydzień": "tygodni", "dzień": "dni"}[unit]
    words = f"{-number} {many} temu" if number < 0 else f"za {number} {many}"
    day = parsed(words, reference)
    if day is None:
        return None
    if unit == "rok":
        return Point(day.year)
    if unit == "miesiąc":
        return Point(day.year, day.month)
    return Point.on(day)


def period(kind: str, turn: int, reference: date) -> Value:
    """Return the year, half, quarter, month, week, weekend, decade or century ``turn`` places after the reference date's own."""
    month = reference.year * 12 + reference.month - 1
    match kind:
        case "year":
            return Point(reference.year + turn)
        case "half":
            halves = month // 6 + turn
            return Point(halves // 2, HALF + halves % 2)
        case "quarter":
            quarters = month // 3 + turn
            return Point(quarters // 4, QUARTER + quarters % 4)
        case "month":
            return Point((month + turn) // 12, (month + turn) % 12 + 1)
        case "week":
            return week_of(reference + timedelta(weeks=turn))
        case "weekend":
            saturday = reference + timedelta(days=5 - reference.weekday(), weeks=turn)
            return Interval(Point.on(saturday), Point.on(saturday + timedelta(days=1)))
        case "decade":
            return Point((reference.year // 10 + turn) * 10, unspecified=1)
        case "century":
            return Point((reference.year // 100 + turn) * 100, unspecified=2)
        case _:
            raise ValueError(f"{kind} is no period")


def weekday(day: int, turn: int, reference: date) -> Point:
    """Return the next weekday ``day`` (Monday is 0) after the reference date, the last one before it where negative."""
    away = (day - reference.weekday()) % 7 or 7
    if turn < 0:
        away = (away - 7) or -7
    return Point.on(reference + timedelta(days=away))
