"""The pattern language over a small vocabulary."""

from pathlib import Path

import pytest

from pipeline.document import Span
from pipeline.lexicon import (
    DICTIONARY_CLASSES,
    RUN_CLASSES,
    SHAPES,
    Category,
    Lexicon,
    roman_value,
    without_diacritics,
)
from pipeline.patterns import Found, Patterns
from pipeline.syntax import PatternError, words_of


def lexicon(*patterns: str, **phrases: str) -> Lexicon:
    categories = {
        "month": Category(
            meaning="months", lemmas={"maj": 5, "marzec": 3, "wrzesień": 9}, forms={"sty": 1}, plain=True
        ),
        "code": Category(meaning="currency codes", forms=["EUR", "PLN"], exact=True),
    }
    words: set[str] = set()
    lemmas: set[str] = set()
    for pattern in (*patterns, *phrases.values()):
        literals, inflected = words_of(pattern)
        words |= literals
        lemmas |= inflected
    return Lexicon(categories, phrases, words, lemmas)


def matches(words: Lexicon, text: str, *patterns: str) -> list[Found]:
    sources = {pattern: pattern for pattern in patterns}
    return list(Patterns(sources, words).finditer(words.lex(text, [Span(0, len(text))])))


def found(text: str, *patterns: str, **phrases: str) -> list[str]:
    words = lexicon(*patterns, **phrases)
    return [text[match.start : match.end] for match in matches(words, text, *patterns)]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("{day} {month} {year}", "z 5 maja 2014 i 7 marca 2015", ["5 maja 2014", "7 marca 2015"]),
        ("{day} {month}", "32 maja", []),
        ("{month}", "we wrzesniu, w Maju", ["wrzesniu", "Maju"]),
        ("{year}( <rok>)?", "w 2014 roku i 2015", ["2014 roku", "2015"]),
        ("pod koniec [{year}]", "Pod koniec 2014 r.", ["2014"]),
        (r"\({int}\)", "art. (5) i (x)", ["(5)"]),
        ("{int}(?! ?%)", "15 % i 16", ["16"]),
        ("^{int}", "1 a 2", ["1"]),
        ("{int}$", "1 a 2", ["2"]),
        ("{code} {int}", "eur 5, EUR 6", ["EUR 6"]),
        ("{roman_month}", "XII, XIII, xii", ["XII"]),
        ("{int}(, {int})*", "1, 2, 3 x", ["1, 2, 3"]),
    ],
)
def test_patterns_find_what_they_describe(pattern: str, text: str, expected: list[str]) -> None:
    assert found(text, pattern) == expected


def test_space_matches_a_line_end_inside_a_unit_but_no_border_between_units() -> None:
    words = lexicon("{day} {month}")
    patterns = Patterns({"date": "{day} {month}"}, words)
    text = "5\nmaja"
    assert len(list(patterns.finditer(words.lex(text, [Span(0, 6)])))) == 1
    assert not list(patterns.finditer(words.lex(text, [Span(0, 1), Span(2, 6)])))


def test_captures_keep_text_order_and_values() -> None:
    pattern = "{day} i {day} {month}"
    (match,) = matches(lexicon(pattern), "14 i 28 maja", pattern)
    assert match.values("day") == [14, 28]
    assert [(capture.start, capture.end) for capture in match.captures["day"]] == [(0, 2), (5, 7)]
    assert match.captures["month"][0].value == match.value("month") == 5
    assert match.value("year", 0) == 0
    assert match.has("month")
    assert set(match.captures) == {"day", "month"}


def test_a_phrase_prefixes_what_it_captures() -> None:
    pattern = "od {date:from} do {date:to}"
    words = lexicon(pattern, date="{day} {month}")
    (match,) = matches(words, "od 5 maja do 6 marca", pattern)
    assert match.value("from_day") == 5
    assert match.value("to_month") == 3


@pytest.mark.parametrize(
    "pattern", ["{nothing}", "({day}", "{day})", "?", "[{day})", "{loop}", "(?<=a|b c){day}"]
)
def test_a_pattern_that_cannot_be_compiled_says_so(pattern: str) -> None:
    with pytest.raises(PatternError):
        Patterns({"": pattern}, lexicon(loop="{loop} x"))


def test_a_form_never_met_before_is_still_seen() -> None:
    assert found("Aaaqqq miejskie ÓÓ12", "{cap} {adj}") == ["Aaaqqq miejskie"]


@pytest.mark.parametrize(
    ("form", "value"), [("IV", 4), ("XIX", 19), ("XC", 90), ("IIII", None), ("iv", None), ("", None)]
)
def test_roman_numerals(form: str, value: int | None) -> None:
    assert roman_value(form) == value


def test_without_diacritics() -> None:
    assert without_diacritics("październik łódź") == "pazdziernik lodz"


def test_every_category_that_needs_no_list_is_explained() -> None:
    text = (Path(__file__).parent.parent / "docs" / "rules.md").read_text(encoding="utf-8")
    assert [name for name in {*SHAPES, *DICTIONARY_CLASSES, *RUN_CLASSES} if f"`{name}`" not in text] == []
