"""The charts of a report: when, and how much."""

from collections import defaultdict
from dataclasses import dataclass

from markupsafe import Markup

from pipeline import charts
from pipeline.charts import Series
from pipeline.database import Run

SHOWN_YEARS = 60
"""At most so many columns are drawn; longer times are drawn by the decade or century."""
TRIMMED = 0.01
"""So much of the dates at each end may lie outside the drawn years; the note says how many."""
FINE = {"day": "day", "month": "month to half-year", "quarter": "month to half-year", "season": "month to half-year",
        "half": "month to half-year", "year": "year"}  # fmt: skip
GROUPS = ("day", "month to half-year", "year")
CURRENCIES = 4
LEAST_AMOUNTS = 5
"""Currencies with fewer amounts are named, not drawn."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its legend (a name for each colour) and the numbers behind it, for those who cannot see it."""

    title: str
    svg: Markup
    legend: list[str]
    note: str
    head: list[str]
    rows: list[list[str]]


POINTS = "kind = 'point' AND precision NOT IN ('decade', 'century') AND first_day IS NOT NULL"
SPANS = "NOT (kind = 'point' AND precision NOT IN ('decade', 'century')) AND first_day IS NOT NULL AND last_day IS NOT NULL"


def timeline(run: Run) -> list[Chart]:
    """Return dates by year: points, by how precise they are; and below them what spans years, over the same years."""
    drawn = _years(run)
    if drawn is None:
        return []
    first, last, size = drawn
    starts = range(first // size * size, last + 1, size)
    span = {"first": first, "last": last, "size": size}
    counted: dict[tuple[int, str], int] = defaultdict(int)
    for start, precision, count in run.rows(
        "SELECT CAST(start AS INTEGER), precision, count(*) FROM ("
        "SELECT year(first_day) // $size * $size AS start, precision FROM dates "
        f"WHERE {POINTS} AND year(first_day) BETWEEN $first AND $last) GROUP BY ALL",
        span,
    ):
        counted[start, FINE[precision]] += count
    ((outside,),) = run.rows(
        f"SELECT count(*) FROM dates WHERE {POINTS} AND year(first_day) NOT BETWEEN $first AND $last",
        {"first": first, "last": last},
    )
    note = "A date said as a month or a year counts in its year and is no day of it."
    note += f" {outside} far from the others are not drawn." if outside else ""
    points = [Series(group, [counted[start, group] for start in starts]) for group in GROUPS]
    found = [_by_years("Dates by year, by how precise they are", starts, points, "date mentions", note)]
    covering: dict[int, int] = dict(
        run.rows(
            "SELECT CAST(start AS INTEGER), count(*) FROM (SELECT unnest(range("
            "greatest(year(first_day), $first) // $size * $size, least(year(last_day), $last) + 1, $size)) AS start "
            f"FROM dates WHERE {SPANS}) GROUP BY start",
            span,
        )
    )
    if covering:
        ((open_ends,),) = run.rows("SELECT count(*) FROM dates WHERE first_day IS NULL OR last_day IS NULL")
        note = "An interval, decade or century counts once in every column that it touches"
        note += f"; {open_ends} with an open end are not drawn." if open_ends else "."
        spans = [Series("mentions", [covering.get(start, 0) for start in starts])]
        found.append(
            _by_years("Intervals, decades and centuries over the same years", starts, spans, "mentions", note)
        )
    return found


def _years(run: Run) -> tuple[int, int, int] | None:
    """Return the first and last year to draw and how many years a column has; None where there are no dates."""
    ((first, last),) = run.rows(
        "SELECT quantile_disc(year(first_day), $low), quantile_disc(year(last_day), $high) FROM dates "
        "WHERE first_day IS NOT NULL AND last_day IS NOT NULL AND precision NOT IN ('decade', 'century')",
        {"low": TRIMMED, "high": 1 - TRIMMED},
    )
    if first is None:
        return None
    return first, last, next(size for size in (1, 10, 100, 1000) if (last - first) // size < SHOWN_YEARS)


def _by_years(title: str, starts: range, series: list[Series], y: str, note: str) -> Chart:
    x = "year" if starts.step == 1 else f"{starts.step} years from"
    svg = charts.columns(title, [str(start) for start in starts], series, x=x, y=y)
    rows = [
        [str(start), *counts]
        for start, *counts in zip(
            starts, *([str(value) for value in one.values] for one in series), strict=True
        )
    ]
    names = [one.name for one in series]
    return Chart(title, Markup(svg), names, note, [x, *names], rows)


def amounts(run: Run) -> list[Chart]:
    """Return the distribution of amounts on one log scale, a chart for each of the most frequent currencies."""
    powers: dict[str, dict[int, int]] = defaultdict(dict)
    for currency, power, count in run.rows(
        "SELECT currency, CAST(floor(log10(CAST(value AS DOUBLE)) + 1e-9) AS INTEGER) AS power, count(*) "
        "FROM amounts WHERE value > 0 GROUP BY currency, power"
    ):
        powers[currency][power] = count
    found = []
    for currency, total, lowest, highest, zero in run.rows(
        "SELECT currency, count(*) AS n, min(value) FILTER (value > 0), max(value), count(*) FILTER (value <= 0) "
        "FROM amounts GROUP BY currency HAVING n >= $least ORDER BY n DESC, currency LIMIT $most",
        {"least": LEAST_AMOUNTS, "most": CURRENCIES},
    ):
        if currency not in powers:
            continue
        scale = range(min(map(min, powers.values())), max(map(max, powers.values())) + 1)
        labels = [_short(power) for power in scale]
        counts = [powers[currency].get(power, 0) for power in scale]
        title = f"Amounts in {currency}"
        note = f"{total} amounts, from {_money(lowest)} to {_money(highest)} {currency}; of a range, its lower end."
        note += f" {zero} of zero are not drawn." if zero else ""
        svg = charts.columns(
            title, labels, [Series("amounts", counts)],
            x=f"{currency}, from so much to ten times as much (log scale)", y="amount mentions", width=480,
        )  # fmt: skip
        rows = [[label, str(count)] for label, count in zip(labels, counts, strict=True)]
        found.append(Chart(title, Markup(svg), ["amounts"], note, ["from", "amounts"], rows))
    return found


def other_currencies(run: Run) -> list[tuple[str, int]]:
    """Return the currencies that have no chart, and how many amounts each has."""
    rows = run.rows("SELECT currency, count(*) AS n FROM amounts GROUP BY currency ORDER BY n DESC, currency")
    return [
        (currency, n) for place, (currency, n) in enumerate(rows) if place >= CURRENCIES or n < LEAST_AMOUNTS
    ]


def _short(power: int) -> str:
    """Return a power of ten in a few characters."""
    if power < 0:
        return f"{10.0**power:.{-power}f}"
    names = ("", " k", " M", " bn", "·10¹²", "·10¹⁵", "·10¹⁸")
    return f"{10 ** (power % 3)}{names[power // 3]}"


def _money(value: object) -> str:
    return f"{value:,.2f}".replace(",", "\u202f")
