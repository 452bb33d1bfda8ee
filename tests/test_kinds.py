"""The kinds that normalising looks characters up by hold all characters that a step may change."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.normalise import glued, kinds, mojibake, steps
from pipeline.normalise.kinds import COMBINING, LETTER, LINE_BREAK, MISREAD, SAME_SIZE, WIDTHLESS, kinds_of

EVERY = "".join(map(chr, range(0x110000)))
texts = st.text(st.sampled_from("aąrokżŻtysmlnzł ..,-_/059٣½\n\u0301\ud800😀") | st.characters(), max_size=40)


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        (LINE_BREAK, steps.LINE_END),
        (SAME_SIZE, steps.TO_TRANSLATE),
        (WIDTHLESS, steps.INVISIBLE),
        (COMBINING, steps.LIGATURE),
        (MISREAD, re.compile(f"[{re.escape(mojibake.LEADS)}]")),
        (LETTER, re.compile(r"[^\W\d_]")),
    ],
)
def test_a_character_that_a_pattern_finds_is_of_its_kind(kind: int, pattern: re.Pattern[str]) -> None:
    of_kind = kinds_of(EVERY) & kind
    missed = [character for character in pattern.findall(EVERY) if not of_kind[ord(character[0])]]
    assert not missed


def test_what_is_not_combining_is_composed_whatever_stands_beside_it() -> None:
    plain = [chr(code) for code in range(0x110000) if not kinds_of(chr(code))[0] & COMBINING]
    assert len(plain) > 700
    for character in plain:
        assert unicodedata.combining(character) == 0
        assert all(
            unicodedata.is_normalized("NFC", text)
            for text in (character, f"a{character}", f"{character}{character}")
        )


@given(texts)
@settings(deadline=None)
def test_candidates_leave_no_place_out(text: str) -> None:
    found = kinds_of(text)
    digits, letters = (found & kinds.DIGIT).astype(bool), (found & LETTER).astype(bool)
    if len(text) > 1:
        behind = set(glued._behind_letters(found, digits, letters).tolist())
        assert {match.start() for match in glued.BEFORE_NUMBER.finditer(text)} <= behind


def test_long_texts_are_looked_up_in_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = kinds_of(EVERY[:5000]).tolist()
    monkeypatch.setattr(kinds, "LOOKED_UP", 7)
    assert kinds_of(EVERY[:5000]).tolist() == whole
    assert kinds_of("").tolist() == []
