"""The EDTF value type: what is valid, which days it covers, and that a published parser agrees."""

import calendar
import warnings
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import examples
from pipeline.extractors.dates import rules
from pipeline.extractors.dates.edtf import GROUPINGS, PRECISIONS, Interval, Point, parse, parse_point, week_of

with warnings.catch_warnings():  # its grammar is built with names that a newer pyparsing warns about
    warnings.simplefilter("ignore")
    from edtf import parse_edtf

days = st.dates(date(1000, 1, 1), date(2199, 12, 31)).map(Point.on)
parts = st.builds(
    Point,
    st.integers(1000, 2199),
    st.sampled_from([*range(1, 13), *(code for codes in GROUPINGS.values() for code in codes)]),
)
years = st.builds(Point, st.integers(1000, 2199))
decades = st.builds(Point, st.integers(100, 219).map(lambda n: 10 * n), unspecified=st.just(1))
centuries = st.builds(Point, st.integers(10, 21).map(lambda n: 100 * n), unspecified=st.just(2))
plain_points = st.one_of(days, parts, years, decades, centuries)
points = st.builds(
    lambda point, approximate: Point(point.year, point.part, point.day, point.unspecified, approximate),
    plain_points,
    st.booleans(),
)
intervals = st.builds(
    lambda one, other: Interval(*sorted((one, other), key=lambda point: (point.first_day, point.last_day))),
    points,
    points,
) | st.builds(Interval, points, st.none())


@given(points | intervals)
def test_a_value_is_read_back_as_it_was_written(value: Point | Interval) -> None:
    assert parse(str(value)) == value


@given(points)
def test_a_published_parser_accepts_every_point(point: Point) -> None:
    text = str(point)
    if point.grouping:  # its grammar knows no qualifier on seasons, quarters and halves
        text = text.rstrip("~")
    parse_edtf(text)


@given(intervals)
def test_a_published_parser_accepts_every_interval_of_the_ends_that_it_knows(interval: Interval) -> None:
    ends = [interval.start, *([interval.end] if interval.end else [])]
    if not any(end.grouping or end.unspecified for end in ends):
        parse_edtf(str(interval))


def test_a_published_parser_accepts_every_row_of_the_rules_examples() -> None:
    written = {
        str(parse(value.split(" ")[0]))
        for rule in rules()
        for example in rule.examples
        for _, _, value in examples.parse(example).marks
    }
    assert len(written) > 400
    for text in written:
        value = parse(text)
        ends = [value] if isinstance(value, Point) else [value.start, *([value.end] if value.end else [])]
        if len(ends) == 1 or not any(end.grouping or end.unspecified for end in ends):
            parse_edtf(text.rstrip("~") if ends[0].grouping else text)


@given(points)
def test_the_last_day_is_never_before_the_first(point: Point) -> None:
    assert point.first_day <= point.last_day
    assert point.last.first_day == point.last_day
    assert point.precision in PRECISIONS


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("2012-12-14", "2012-12-14", "2012-12-14", "day"),
        ("2012-02", "2012-02-01", "2012-02-29", "month"),
        ("2014-33", "2014-01-01", "2014-03-31", "quarter"),
        ("2014-36", "2014-10-01", "2014-12-31", "quarter"),
        ("2014-40", "2014-01-01", "2014-06-30", "half"),
        ("2014-41", "2014-07-01", "2014-12-31", "half"),
        ("2014-21", "2014-03-01", "2014-05-31", "season"),
        ("2014-23", "2014-09-01", "2014-11-30", "season"),
        ("2010-24", "2010-12-01", "2011-02-28", "season"),
        ("2011-24", "2011-12-01", "2012-02-29", "season"),
        ("2013~", "2013-01-01", "2013-12-31", "year"),
        ("199X", "1990-01-01", "1999-12-31", "decade"),
        ("19XX", "1900-01-01", "1999-12-31", "century"),
        ("2014/2020", "2014-01-01", "2020-12-31", "year"),
        ("2013/2015-06-30", "2013-01-01", "2015-06-30", "day"),
        ("2016-33/2017-36", "2016-01-01", "2017-12-31", "quarter"),
        ("2012~/2014-12-31", "2012-01-01", "2014-12-31", "day"),
    ],
)
def test_the_days_that_a_value_covers(text: str, first: str, last: str, precision: str) -> None:
    value = parse(text)
    assert (str(value.first_day), str(value.last_day), value.precision) == (first, last, precision)


def test_an_open_end_has_no_last_day() -> None:
    value = parse("2008/..")
    assert (value.first_day, value.last_day, value.precision) == (date(2008, 1, 1), None, "year")


@pytest.mark.parametrize(
    "text",
    ["2015-02-29", "2014-04-31", "2014-13", "2014-20", "2014-25", "2014-32", "2014-37", "2014-42", "2014-00",
     "2014-33-05", "2014-00-10", "214", "20", "2X14", "2014?", "../2014", "2014/", "", "2014-1-5", "201X-05",
     "2020/2014", "2014-05-10/2014-05-09", "0000"],
)  # fmt: skip
def test_what_is_no_valid_value_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


@pytest.mark.parametrize(
    ("year", "unspecified"), [(1995, 1), (1950, 2), (2014, 3)], ids=["decade", "century", "millennium"]
)
def test_unspecified_digits_must_be_zeros(year: int, unspecified: int) -> None:
    with pytest.raises(ValueError, match="unspecified"):
        Point(year, unspecified=unspecified)


@given(st.dates(date(1000, 1, 8), date(2199, 12, 20)))
def test_a_week_runs_from_monday_to_sunday_around_its_day(day: date) -> None:
    week = week_of(day)
    assert week.last_day is not None
    assert week.first_day <= day <= week.last_day
    assert (week.first_day.weekday(), week.last_day.weekday()) == (calendar.MONDAY, calendar.SUNDAY)
    assert (week.last_day - week.first_day).days == 6


def test_a_point_is_parsed_alone_only_where_it_is_one() -> None:
    assert parse_point("2014-05~") == Point(2014, 5, approximate=True)
    with pytest.raises(ValueError, match="no EDTF date"):
        parse_point("2014/2015")
