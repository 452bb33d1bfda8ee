"""Dates counted from the reference date, and years that the text leaves out."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.examples import as_document, parse
from pipeline.extractors import dates
from pipeline.extractors.dates import relative
from pipeline.extractors.dates.holidays import FIXED, FROM_EASTER, easter, holiday

REFERENCE = date(2016, 4, 21)  # a Thursday


def shown(text: str) -> list[str]:
    return [row.shown for row in dates.extract(as_document(parse(text)))]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("wczoraj", date(2016, 4, 20)),
        ("przedwczoraj", date(2016, 4, 19)),
        ("dziś", date(2016, 4, 21)),
        ("dzisiaj", date(2016, 4, 21)),
        ("jutro", date(2016, 4, 22)),
        ("pojutrze", date(2016, 4, 23)),
    ],
)
def test_dateparser_knows_the_days_by_name(words: str, day: date) -> None:
    assert relative.parsed(words, REFERENCE) == day


@pytest.mark.parametrize(
    ("number", "unit", "value"),
    [
        (-3, "rok", "2013"),
        (-1, "rok", "2015"),
        (2, "rok", "2018"),
        (-2, "miesiąc", "2016-02"),
        (-5, "miesiąc", "2015-11"),
        (10, "miesiąc", "2017-02"),
        (-2, "tydzień", "2016-04-07"),
        (1, "tydzień", "2016-04-28"),
        (-5, "dzień", "2016-04-16"),
        (14, "dzień", "2016-05-05"),
    ],
)
def test_counting_units_from_the_reference_date(number: int, unit: str, value: str) -> None:
    assert str(relative.counted(number, unit, REFERENCE)) == value


@pytest.mark.parametrize(
    ("kind", "turn", "value"),
    [
        ("year", -1, "2015"),
        ("half", -1, "2015-41"),
        ("half", 1, "2016-41"),
        ("quarter", -2, "2015-36"),
        ("quarter", 0, "2016-34"),
        ("month", -4, "2015-12"),
        ("month", 9, "2017-01"),
        ("week", 0, "2016-04-18/2016-04-24"),
        ("week", -1, "2016-04-11/2016-04-17"),
        ("weekend", 0, "2016-04-23/2016-04-24"),
    ],
)
def test_periods_around_the_reference_date(kind: str, turn: int, value: str) -> None:
    assert str(relative.period(kind, turn, REFERENCE)) == value


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 6))
def test_a_weekday_is_the_next_or_the_last_one_and_never_the_reference_date(today: date, day: int) -> None:
    ahead = relative.weekday(day, 1, today).first_day
    back = relative.weekday(day, -1, today).first_day
    assert (ahead.weekday(), back.weekday()) == (day, day)
    assert 1 <= (ahead - today).days <= 7
    assert 1 <= (today - back).days <= 7


@pytest.mark.parametrize(
    "text",
    ["w styczniu br.", "ub. r.", "11 bm.", "w ubiegłym roku", "w tym roku", "wczoraj", "3 lata temu", "przed rokiem",
     "w najbliższy piątek", "w przyszłym tygodniu", "7 czerwca", "w lipcu", "od 2 do 4 lipca", "do końca roku",
     "w III kwartale", "jesienią ub. r.", "za dwa lata", "w dniach 12.05–16.05"],
)  # fmt: skip
def test_what_needs_a_reference_date_gives_a_row_only_with_one(text: str) -> None:
    assert shown(text) == []
    with_reference = dates.extract(as_document(parse(f"@2016-04-21 {text}")))
    assert len(with_reference) == 1
    assert with_reference[0].relative


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Nabór ogłoszono 5 maja 2012 r., a rozstrzygnięto 30 czerwca.", ["2012-05-05", "2012-06-30"]),
        ("@2015-02-19 Zebrano się 11 grudnia 2014 r., następne zebranie 16 kwietnia.", ["2014-12-11", "2015-04-16"]),
        ("Założenia były w marcu, a deklarację podpisano 17 maja 2012 r.", ["2012-03", "2012-05-17"]),
        ("@2015-09-03 W marcu, a potem 17 maja 2012 r.", ["2012-03", "2012-05-17"]),
        ("@2015-09-03 W 2013 i 2014 roku budowano, 18 kwietnia otwarto.", ["2013", "2014", "2015-04-18"]),
        ("@2015-09-03 W zeszłym roku nic, 4 lipca jarmark.", ["2014", "2015-07-04"]),
        ("@2015-09-03 Program 2014–2020 rusza w maju.", ["2014/2020", "2015-05"]),
        ("@2015-09-03 Dwa lata temu w listopadzie.", ["2013", "2013-11"]),
        ("W 2014 r. obradowano 5 maja.", ["2014", "2014-05-05"]),
        ("5 maja 2014 r. zebrał się zarząd. Obrady 7 maja.", ["2014-05-05"]),
        ("@2015-09-03 29 lutego nic nie było.", []),
    ],
)  # fmt: skip
def test_a_year_that_is_left_out(text: str, values: list[str]) -> None:
    assert shown(text) == values


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2000, date(2000, 4, 23)),
        (2008, date(2008, 3, 23)),
        (2011, date(2011, 4, 24)),
        (2014, date(2014, 4, 20)),
        (2016, date(2016, 3, 27)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_falls_as_the_church_calendar_says(year: int, day: date) -> None:
    assert easter(year) == day


@given(st.integers(1583, 3000))
def test_easter_is_a_sunday_between_22_march_and_25_april(year: int) -> None:
    day = easter(year)
    assert day.weekday() == 6
    assert date(year, 3, 22) <= day <= date(year, 4, 25)


def test_feasts_are_known_by_their_names() -> None:
    assert holiday("corpus_christi", 2014) == date(2014, 6, 19)
    assert holiday("all_saints", 2014) == date(2014, 11, 1)
    assert not FIXED.keys() & FROM_EASTER.keys()
    with pytest.raises(KeyError):
        holiday("no such feast", 2014)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@2016-01-05 W październiku zawiązano grupę.", ["2015-10"]),
        ("@2016-01-05 W październiku zawiążemy grupę.", ["2016-10"]),
        ("@2015-11-18 Nabór ruszy w lutym.", ["2016-02"]),
        ("@2015-11-18 Nabór ruszył w lutym.", ["2015-02"]),
        ("@2015-11-18 Uwagi do 15 stycznia.", ["2016-01-15"]),
        ("@2015-04-21 Termin wyznaczono na 20 października.", ["2015-10-20"]),
        ("@2015-04-21 Zebranie odbyło się 30 kwietnia.", ["2015-04-30"]),
        ("@2015-04-21 Grupa, którą zawiązano w maju, podpisze umowę w czerwcu.", ["2014-05", "2015-06"]),
    ],
)
def test_the_tense_of_a_clause_tells_across_new_year(text: str, expected: list[str]) -> None:
    assert shown(text) == expected
