"""Take tokens apart that hide a value: ``02.08.2012r.``, ``100zł``, ``5mln``, ``godz.9``, ``od1 lipca``."""

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from pipeline.document import Edit
from pipeline.morphology import forms
from pipeline.normalise.kinds import DIGIT, FULL_STOP, LETTER, Kinds, kinds_of

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

UNIT_LEMMAS = (
    "styczeń", "luty", "marzec", "kwiecień", "maj", "czerwiec", "lipiec", "sierpień", "wrzesień", "październik",
    "listopad", "grudzień", "rok", "złoty", "grosz", "dolar", "korona", "frank", "tysiąc", "milion", "miliard",
    "gmina", "powiat", "województwo", "miasto", "samorząd", "jednostka", "partner", "partnerstwo", "członek",
    "organizacja", "stowarzyszenie", "podmiot", "sygnatariusz", "związek", "instytucja",
)  # fmt: skip
ABBREVIATED_UNITS = frozenset((
    "r", "zł", "gr", "tys", "mln", "mld", "mlrd", "pln", "eur", "usd", "nok", "chf", "gbp", "sek", "czk",
    "euro", "lat", "lata", "latach", "jst", "godz", "do", "i", "w", "z", "na", "oraz",
))  # fmt: skip
WORDS_BEFORE = frozenset((
    "od", "do", "dnia", "dniu", "dniach", "dn", "w", "we", "z", "na", "po", "lat", "lata", "latach", "roku",
    "rok", "około", "ok", "ponad", "blisko", "prawie", "godz", "nr", "poz", "art", "ust", "pkt", "par", "str",
    "kwota", "kwocie", "kwoty", "kwotę", "wysokości", "wartości", "tys", "mln", "r", "pln", "eur", "usd",
    "nok", "chf", "gbp",
))  # fmt: skip
YEAR_ONLY = frozenset(["w", "we", "z", "na", "po", "i"])
"""Words so short that with a small number they are rather a code (``w2``, ``z1``)."""

AFTER_NUMBER = re.compile(r"[0-9](?=[A-Za-zżłśźŻŁŚŹ])")
BEFORE_NUMBER = re.compile(r"(?:(?<=[^\W\d_])|(?<=[^\W\d_]\.))[0-9]")
AFTER_YEAR = tuple(
    re.compile(rf"{year}\.(?=[^\W\d_])(?:(?<=[0-9]{year}\.)|(?<=[0-9] {year}\.))") for year in ("r", "rok")
)
CURRENCY = r"(?=(?:zł|eur|EUR|PLN|USD|NOK|CHF|€)(?![^\W_]))"
SCALES = ("tys", "mln", "mld", ",-")
AFTER_SCALE = tuple(re.compile(before + CURRENCY) for before in (r"tys\.?", r"mln\.?", r"mld\.?", ",-"))
"""Patterns of their own, as those of years, since each is searched for by its fixed beginning."""
WORD = re.compile(r"[^\W\d_]+")
YEAR = re.compile(r"(?:1[5-9]|20)[0-9]{2}(?![0-9])")


@cache
def _units() -> frozenset[str]:
    inflected = {form.form.lower() for lemma in UNIT_LEMMAS for form in forms(lemma)}
    return ABBREVIATED_UNITS | {form for form in inflected if form.isalpha() and len(form) > 2}


def separations(text: str, kinds: Kinds | None = None) -> Iterator[Edit]:
    """Yield the spaces to put in, in order of place; ``kinds`` are those of the text, where they are known."""
    if kinds is None:
        kinds = kinds_of(text)
    digits = (kinds & DIGIT).astype(bool)
    if not digits.any() and not any(scale in text for scale in SCALES):
        return iter(())
    letters = (kinds & LETTER).astype(bool)
    places = {
        *_after_numbers(text, np.flatnonzero(digits[:-1] & letters[1:])),
        *_before_numbers(text, _behind_letters(kinds, digits, letters)),
        *(match.end() for pattern in AFTER_YEAR for match in pattern.finditer(text)),
        *(match.end() for pattern in AFTER_SCALE for match in pattern.finditer(text)),
    }
    return (Edit(place, place, " ") for place in sorted(places))


def _behind_letters(kinds: Kinds, digits: Flags, letters: Flags) -> Places:
    """Return the digits that a letter stands before, or a letter with a full stop."""
    behind = digits[1:] & letters[:-1]
    behind[1:] |= digits[2:] & (kinds[1:-1] & FULL_STOP).astype(bool) & letters[:-2]
    return np.flatnonzero(behind) + 1


def _after_numbers(text: str, places: Places) -> Iterator[int]:
    """Yield where a space is missing behind a number; ``places`` are those of digits that a letter may follow."""
    for place in places.tolist():
        match = AFTER_NUMBER.match(text, place)
        if match is None:
            continue
        end = match.end()
        word = WORD.match(text, end)
        if word is None or text[word.end() : word.end() + 1].isdigit():
            continue
        unit = word.group().lower()
        if unit == "r" and not text[end - 2 : end].isdigit():
            continue
        if unit in YEAR_ONLY and not YEAR.fullmatch(text, max(0, end - 4), end):
            continue  # an article such as 5i
        if unit in _units() and not _within_code(text, match.start()):
            yield end


def _within_code(text: str, last_digit: int) -> bool:
    """Tell whether the digits are the tail of a code such as ``A4``."""
    at = last_digit
    while at and text[at - 1].isdigit():
        at -= 1
    return bool(at) and text[at - 1].isalpha() and text[at : last_digit + 1].isdigit() and last_digit - at < 2


def _before_numbers(text: str, places: Places) -> Iterator[int]:
    """Yield where a space is missing before a number; ``places`` are those of digits that a letter may stand before."""
    for start in places.tolist():
        if BEFORE_NUMBER.match(text, start) is None:
            continue
        dotted = text[start - 1] == "."
        end = at = start - dotted
        while at and text[at - 1].isalpha():
            at -= 1
        word = text[at:end].lower()
        if at and (text[at - 1].isdigit() or text[at - 1] in "_@/-"):
            continue
        if word in YEAR_ONLY:
            if not dotted and text[at:end].islower() and YEAR.match(text, start):
                yield start
        elif word in WORDS_BEFORE or word in _months():
            yield start


@cache
def _months() -> frozenset[str]:
    return frozenset(
        form.form.lower() for lemma in UNIT_LEMMAS[:12] for form in forms(lemma) if len(form.form) > 2
    )
