"""What is followed and remembered against the regular expressions alone, tried at every token of the whole text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import automaton, patterns
from pipeline.document import Span
from pipeline.lexicon import WIDTH, Category, Lexicon, Tokens
from pipeline.patterns import Patterns
from pipeline.syntax import words_of

SOURCES = {
    "date": "(?<!{digits}.)[{day} {month}( {year}( r ?.)?)?](?!/{digits})",
    "list": "{year}((, | i ){year})+",
    "first": "^({day} ){0,2}{month}",
    "last": "(od|do) ({day}|{month})$",
    "near": "(?<=(od|do) ){day}(?= {month}| r|,)",
    "not": "(?!{year}){digits}(?! r)",
    "bare": "{lower}? ?{year}",
    "noun": "{date} {word}{1,3} od",
}
PHRASES = {"date": "{day} {month}"}
WORDS = [
    "1",
    "31",
    "32",
    "7",
    "2014",
    "1999",
    "maja",
    "marca",
    "od",
    "do",
    "i",
    "r",
    "rok",
    "Rok",
    " ",
    " ",
    " ",
]
SIGNS = [".", ",", "/", "\n"]


def lexicon() -> Lexicon:
    words: set[str] = set()
    for source in (*SOURCES.values(), *PHRASES.values()):
        words |= words_of(source)[0]
    months = Category(meaning="months", forms={"maja": 5, "marca": 3})
    return Lexicon({"month": months}, PHRASES, words)


LEXICON = lexicon()
MATCHED = Patterns(SOURCES, LEXICON)
Places = list[tuple[str, int, int, int]]

texts = st.lists(st.lists(st.sampled_from([*WORDS, *SIGNS]), max_size=25).map("".join), max_size=4)


def lexed(units: list[str]) -> Tokens:
    spans, start = [], 0
    for unit in units:
        spans.append(Span(start, start + len(unit)))
        start += len(unit) + 1
    return LEXICON.lex("|".join(units), spans)


def found(matched: Patterns, tokens: Tokens) -> Places:
    names = [*SOURCES]
    return sorted(
        (names[shape.pattern], begin, begin + shape.first, begin + shape.last)
        for begin, shape in matched.places(tokens)
    )


def expected(tokens: Tokens) -> Places:
    """Return what each pattern alone finds in the whole text from left to right."""
    places: Places = []
    codes = MATCHED._view.codes(tokens.codes)
    for name, member in zip(SOURCES, MATCHED._members, strict=True):
        done = 0
        for begin in range(len(tokens.codes)):
            shape = member.match(codes, begin * WIDTH) if begin >= done else None
            if shape is not None:
                done = begin + shape.reach
                places.append((name, begin, begin + shape.first, begin + shape.last))
    return sorted(places)


@given(texts)
@settings(max_examples=400, deadline=None)
def test_what_is_remembered_of_runs_is_what_the_whole_text_holds(units: list[str]) -> None:
    tokens = lexed(units)
    assert found(MATCHED, tokens) == expected(tokens)


@pytest.mark.parametrize("limit", ["MAX_STEPS", "MAX_OPENED"])
@given(units=texts)
@settings(max_examples=50, deadline=None)
def test_forgetting_changes_nothing(limit: str, units: list[str]) -> None:
    tokens = lexed(units)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(automaton, limit, 3)
        patch.setattr(patterns, "MAX_RUNS", 1)
        forgetful = Patterns(SOURCES, LEXICON)
        assert found(forgetful, tokens) == found(forgetful, tokens) == expected(tokens)


def test_captures_of_a_remembered_run_are_those_of_its_own_text() -> None:
    matched = Patterns({"date": SOURCES["date"]}, LEXICON)
    (first,) = matched.finditer(lexed(["7 maja 2014"]))
    (second,) = matched.finditer(lexed(["od 31 marca 1999"]))
    assert (first.value("day"), first.value("month"), first.value("year")) == (7, 5, 2014)
    assert (second.value("day"), second.value("month"), second.value("year")) == (31, 3, 1999)


def test_no_run_grows_with_the_text() -> None:
    tokens = lexed(["2014, " * 1000])
    runs = list(MATCHED._automaton.runs(tokens))
    assert max(end - begin for begin, end, _ in runs) <= automaton.MAX_RUN
    years = [place for place in found(MATCHED, tokens) if place[0] == "list"]
    assert len(years) > 1
