"""Offsets survive every edit: what is kept maps to where it came from."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import MAX_CONTEXT, AlignedText, Document, Edit, Sentence, Span, remembered

TEXTS = st.text(alphabet="abcdef", max_size=12)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[list[Edit]], AlignedText]:
    """Return a source, batches of edits, and what they make of it; replacements are capitals, sources are not."""
    source = draw(TEXTS)
    text = AlignedText.of(source)
    batches: list[list[Edit]] = []
    for _ in range(draw(st.integers(0, 3))):
        places = sorted(
            draw(st.lists(st.integers(0, len(text.text)), max_size=6).filter(lambda p: len(p) % 2 == 0))
        )
        replacements = draw(st.lists(st.text("XYZ", max_size=3), min_size=3, max_size=3))
        batch = [
            Edit(start, end, replacement)
            for start, end, replacement in zip(places[::2], places[1::2], replacements, strict=False)
        ]
        batches.append(batch)
        text = text.edited(batch)
    return source, batches, text


@given(edited())
def test_a_kept_character_is_its_source_character(case: tuple[str, list[list[Edit]], AlignedText]) -> None:
    source, _, text = case
    for at, character in enumerate(text.text):
        span = text.to_source(at, at + 1)
        if character.islower():
            assert source[span.start : span.end] == character
            assert text.from_source(*span) == (at, at + 1)


@given(edited())
def test_offsets_never_run_backwards_or_out_of_the_source(
    case: tuple[str, list[list[Edit]], AlignedText],
) -> None:
    source, _, text = case
    assert len(text.starts) == len(text.ends) == len(text.text)
    assert text.starts.dtype == text.ends.dtype == np.int32
    assert (np.diff(text.starts) >= 0).all()
    assert (np.diff(text.ends) >= 0).all()
    assert (text.starts <= text.ends).all()
    assert not len(text.text) or (text.starts[0] >= 0 and text.ends[-1] <= len(source))


@given(edited())
def test_the_text_is_what_the_edits_say(case: tuple[str, list[list[Edit]], AlignedText]) -> None:
    source, batches, text = case
    expected = source
    for batch in batches:
        for edit in reversed(batch):
            expected = expected[: edit.start] + edit.replacement + expected[edit.end :]
    assert text.text == expected


@given(edited(), st.data())
def test_a_span_covers_the_source_of_each_of_its_characters(
    case: tuple[str, list[list[Edit]], AlignedText], data: st.DataObject
) -> None:
    source, _, text = case
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text.text))] * 2)))
    span = text.to_source(start, end)
    assert 0 <= span.start <= span.end <= len(source)
    for at in range(start, end):
        inner = text.to_source(at, at + 1)
        assert span.start <= inner.start <= inner.end <= span.end


@given(edited(), st.data())
def test_a_source_span_finds_the_characters_that_stand_for_it(
    case: tuple[str, list[list[Edit]], AlignedText], data: st.DataObject
) -> None:
    source, _, text = case
    begin, finish = sorted(data.draw(st.tuples(*[st.integers(0, len(source))] * 2)))
    start, end = text.from_source(begin, finish)
    for at in range(len(text.text)):
        inner = text.to_source(at, at + 1)
        if inner.start < inner.end and begin < inner.end and inner.start < finish:
            assert start <= at < end


def test_an_insertion_stands_for_no_source() -> None:
    text = AlignedText.of("2012r.").edited([Edit(4, 4, " ")])
    assert text.text == "2012 r."
    assert text.to_source(4, 5) == (4, 4)
    assert text.to_source(0, 7) == (0, 6)
    assert text.to_source(0, 4) == (0, 4)
    assert text.from_source(4, 6) == (5, 7)
    assert text.from_source(0, 4) == (0, 4)


def test_a_replacement_stands_for_all_that_it_replaced() -> None:
    text = AlignedText.of("a&oacute;b").edited([Edit(1, 9, "ó")])
    assert text.to_source(1, 2) == (1, 9)
    assert text.from_source(3, 4) == (1, 2)
    assert AlignedText.of("aﬁb").edited([Edit(1, 2, "fi")]).to_source(2, 4) == (1, 3)


def test_a_deletion_leaves_an_empty_span() -> None:
    text = AlignedText.of("a--b").edited([Edit(1, 3, "")])
    assert text.from_source(1, 3) == (1, 1)
    assert text.to_source(0, 2) == (0, 4)
    assert text.to_source(1, 1) == (1, 1)


def test_no_edits_change_nothing() -> None:
    text = AlignedText.of("abc")
    assert text.edited([]) is text


@pytest.mark.parametrize(
    "edits", [[Edit(1, 3, ""), Edit(2, 3, "")], [Edit(2, 1, "")], [Edit(2, 9, "")], [Edit(-1, 1, "")]]
)
def test_edits_that_do_not_fit_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        AlignedText.of("abcd").edited(edits)


def test_a_very_long_sentence_is_cut_around_the_mention() -> None:
    text = "słowo " * 20_000
    document = Document("x", AlignedText.of(text), True, [Span(0, len(text))], [Sentence(0, len(text), None)])
    place = document.place(60_000, 60_005)
    assert place["text"] == "słowo"
    assert place["text"] in place["sentence"]
    assert len(place["sentence"]) == 2 * MAX_CONTEXT + 5


def test_what_follows_from_the_text_is_remembered_until_the_text_is_another() -> None:
    asked: list[str] = []

    @remembered
    def length(document: Document) -> int:
        asked.append(document.text)
        return len(document.text)

    def of(text: str) -> Document:
        return Document("x", AlignedText.of(text), False, [Span(0, len(text))], ())

    first = of("Gmina Lubicz")
    dated = replace(first, reference_date=date(2014, 5, 5))
    one_unit_less = replace(first, units=[])
    assert [length(one) for one in (first, dated, of("Gmina"), one_unit_less)] == [12, 12, 5, 12]
    assert asked == ["Gmina Lubicz", "Gmina", "Gmina Lubicz"]
