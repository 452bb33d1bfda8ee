"""Amounts: every rule's examples, exactness, and what texts do to each other."""

import decimal
import itertools
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words  # type: ignore[import-untyped]

from pipeline.examples import TABLES, as_document, check_table, parse
from pipeline.extractors import amounts
from pipeline.records import AmountMention


def found(text: str) -> list[AmountMention]:
    return amounts.extract(as_document(parse(text)))


def shown(text: str) -> list[tuple[str, str]]:
    return [(row.text, row.shown) for row in found(text)]


@pytest.fixture
def _no_float() -> Iterator[None]:
    """Make any mixing of floats and decimals an error."""
    with decimal.localcontext() as context:
        context.traps[decimal.FloatOperation] = True
        yield


@pytest.mark.usefixtures("_no_float")
def test_no_example_passes_through_a_float() -> None:
    assert check_table(next(table for table in TABLES if table.name == "amounts")) == []


@pytest.mark.usefixtures("_no_float")
def test_a_float_would_be_seen() -> None:
    with pytest.raises(decimal.FloatOperation):
        Decimal(0.5)  # noqa: RUF032 - the fixture is there to stop it
    with pytest.raises(decimal.FloatOperation):
        assert Decimal("0.5") > 0.1


@given(st.integers(1, 10**12), st.integers(0, 99))
@settings(deadline=None)
def test_digits_are_exact(number: int, cents: int) -> None:
    text = f"Koszt: {number:,}".replace(",", " ") + f",{cents:02} zł."
    assert [row.value for row in found(text)] == [Decimal(f"{number}.{cents:02}")]


@given(st.integers(1, 10**9))
@settings(deadline=None, max_examples=50)
def test_words_are_exact(number: int) -> None:
    assert [row.value for row in found(f"Zapłacono {num2words(number, lang='pl')} złotych.")] == [number]


@given(st.integers(2, 10**6))
@settings(deadline=None, max_examples=50)
def test_repetition_in_words_is_checked(number: int) -> None:
    right = f"Kwota {number} zł (słownie: {num2words(number, lang='pl')} złotych)."
    wrong = f"Kwota {number} zł (słownie: {num2words(number + 1, lang='pl')} złotych)."
    (agreed,), (contradicted,) = found(right), found(wrong)
    assert agreed.value == contradicted.value == number
    assert (agreed.rule, contradicted.rule) == ("amount.in_words", "amount.contradicted")
    assert contradicted.score < agreed.score


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "Od 2 do 5 mln zł i 10 euro.",
            [("2 do 5 mln zł", "2000000.00–5000000.00 PLN"), ("10 euro", "10.00 EUR")],
        ),
        ("Od 5 do 2 mln zł.", [("2 mln zł", "~2000000.00 PLN")]),
        ("W latach 2014–2020 120 zł", [("120 zł", "120.00 PLN")]),
        ("rok 2013 – 245 300 zł", [("245 300 zł", "245300.00 PLN")]),
        ("Od 100 zł do 25 euro.", [("100 zł", "~100.00 PLN"), ("25 euro", "25.00 EUR")]),
        ("milion złotych, z czego 600 tys. na promocję", [("milion złotych", "1000000.00 PLN")]),
        ("Złoty medal i 2 złote medale.", []),
        ("dziesiątki milionów złotych", []),
        ("dwa trzecie", []),
        ("W 1992 roku wydano 5 mln zł.", [("5 mln zł", "5000000.00 PLZ")]),
        ("500 koron", []),
        ("99999999999999999999 zł", []),
        ("100 zł\n200 zł", [("100 zł", "100.00 PLN"), ("200 zł", "200.00 PLN")]),
        ("", []),
        (
            "2½ mln zł i ¾ miliona euro",
            [("2½ mln zł", "2500000.00 PLN"), ("¾ miliona euro", "750000.00 EUR")],
        ),
        ("Cena: 1 000,00 zł\nSłownie: tysiąc złotych", [("1 000,00 zł", "1000.00 PLN")]),
        ("Dane w mln zł\n\nGmina\t2014\tOsób\nKoło\t1,5\t900", [("1,5", "1500000.00 PLN")]),
        ("Gmina\t2014\tOsób\nKoło\t1,5\t900", []),
    ],
)
def test_rows(text: str, rows: list[tuple[str, str]]) -> None:
    assert shown(text) == rows


def test_words_on_their_own_line_that_contradict_the_digits_are_recorded() -> None:
    (row,) = found("Cena: 1 000,00 zł\nSłownie: dwa tysiące złotych")
    assert (row.value, row.rule) == (Decimal("1000.00"), "amount.contradicted")


def test_an_old_zloty_is_one_by_the_year_that_the_sentence_speaks_of() -> None:
    texts = {
        "W 1990 r. wydano 5 mln zł.": "PLZ",
        "W 1953 roku płacono 700 zł.": "PLZ",
        "W 1996 r. wydano 5 mln zł.": "PLN",
        "W 1990 r. wydano 50 zł.": "PLN",
        "Na podstawie ustawy z 8 marca 1990 r. wydano 5 mln zł.": "PLN",
        "Wydano 1990 zł.": "PLN",
    }
    assert {text: found(text)[0].currency for text in texts} == texts


def test_tax_of_each_amount() -> None:
    rows = found("1000 zł netto + 23% VAT, tj. 1230 zł brutto, zaliczka 100 zł")
    assert [row.tax for row in rows] == ["net", "gross", None]


@given(st.text(alphabet="0123456789 .,-–()złEURtysmlnod:", max_size=80))
@settings(deadline=None)
def test_rows_never_overlap(text: str) -> None:
    rows = found(text)
    assert all(left.end <= right.start for left, right in itertools.pairwise(rows))
    assert all(row.text == text[row.start : row.end] for row in rows)
    assert all(row.value_max is None or row.value < row.value_max for row in rows)
