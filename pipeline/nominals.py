"""What a word of a name can be: its part of speech, its case forms, and how it stands in the nominative.

The dictionary is asked first (compounds with a hyphen part by part); a word that it does not know is read by
its ending, only where the ending leaves little doubt.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from pipeline import morphology
from pipeline.morphology import REMEMBERED, Analysis, Reading

COMPOUND = re.compile(r"[-‐‑–]")
MAX_PARTS = 5
"""Parts of a compound that are told apart; longer chains are no words of names."""
ADJECTIVAL = frozenset({"adj", "ppas", "pact"})
UNUSUAL = ("przest.", "daw.", "rzad.", "arch.", "środ.", "hist.", "reg.", "gwar.", "hom.")


class Option(NamedTuple):
    """One way to read a word: a noun or adjective in one number, case and gender, and its nominative there."""

    noun: bool
    reading: Reading
    nominative: str
    lemma: str
    kind: str
    """``common``, ``nation``, ``first`` name, ``surname``, ``place``, ``body``, ``other``; ``guess`` for unknown words."""
    unusual: bool


@lru_cache(maxsize=REMEMBERED)
def options(word: str) -> tuple[Option, ...]:
    """Return the ways to read ``word`` as a noun or adjective; none where it does not inflect that way."""
    found = _known(word)
    if not found and (parts := COMPOUND.split(word)) and 1 < len(parts) < MAX_PARTS and all(parts):
        found = _compound(word, word[: -len(parts[-1]) - 1], parts[-1])
    if found:
        return found + _as_adjective(word, found)
    return () if morphology.analyse(word) else _guessed(word)


@lru_cache(maxsize=REMEMBERED)
def readings(word: str, *, noun: bool) -> frozenset[Reading]:
    """Return the readings that ``word`` has as a noun, or as an adjective or participle."""
    return frozenset(option.reading for option in options(word) if option.noun == noun)


def _known(word: str) -> tuple[Option, ...]:
    found: dict[Option, None] = {}
    for analysis in morphology.analyse(word):
        if not analysis.readings or analysis.pos in ("num", "depr"):
            continue
        noun = analysis.pos not in ADJECTIVAL
        for reading in analysis.readings:
            if reading.case == "voc":
                continue
            nominative = _nominative(word, analysis, reading)
            if nominative is not None:
                kind = _kind(analysis)
                unusual = any(label in UNUSUAL for label in analysis.labels)
                found[Option(noun, reading, nominative, analysis.lemma, kind, unusual)] = None
    return tuple(found)


def _nominative(word: str, analysis: Analysis, reading: Reading) -> str | None:
    if reading.case == "nom":
        return word
    form = morphology.inflect(analysis, reading.number, "nom", reading.gender)
    return None if form is None else morphology.like(form, word) if form.islower() else _like_name(form, word)


def _like_name(form: str, word: str) -> str:
    return form.upper() if len(word) > 1 and word.isupper() else form


def _kind(analysis: Analysis) -> str:
    kinds = analysis.kinds
    if "nazwa_geograficzna" in kinds or "człon_nazwy_geograficznej" in kinds:
        return "place"
    if "imię" in kinds:
        return "first"
    if "nazwisko" in kinds or "przydomek" in kinds:
        return "surname"
    if not kinds or "nazwa_pospolita" in kinds:
        return "nation" if analysis.lemma[:1].isupper() else "common"
    if any("instytucji" in kind or "organizacji" in kind or "firmy" in kind for kind in kinds):
        return "body"
    return "other"


def _compound(word: str, first: str, second: str) -> tuple[Option, ...]:
    """Read ``Warmińsko-Mazurską`` by its last part, ``Busku-Zdroju`` by both."""
    sign = word[len(first)]
    last = _known(second) or _known(second[:1].upper() + second[1:])
    if not last:
        return ()
    if any(a.pos in ("adja", "adv") or a.tag == "ign" for a in morphology.analyse(first)) or all(
        part.endswith("o") and not _known(part) for part in COMPOUND.split(first)
    ):
        adjectives = tuple(o._replace(nominative=f"{first}{sign}{o.nominative}") for o in last if not o.noun)
        if adjectives:
            return adjectives
    head = _known(first)
    joined = [
        h._replace(
            noun=h.noun or t.noun,
            nominative=f"{h.nominative}{sign}{t.nominative}",
            kind="place" if "place" in (h.kind, t.kind) else h.kind,
        )
        for h in head
        for t in last
        if h.reading[:2] == t.reading[:2] and (h.noun or not t.noun)
    ]
    if joined:
        return tuple(dict.fromkeys(joined))
    return tuple(
        o._replace(nominative=f"{first}{sign}{o.nominative}") for o in last if not head or not o.noun
    )


MODELS: tuple[tuple[str, str], ...] = (("sk", "polski"), ("ck", "słowacki"), ("dzk", "grodzki"))
"""Where the stem of an adjective made of a place ends so, a word of the dictionary that inflects like it."""

ENDINGS: tuple[tuple[str, str, str, str], ...] = (
    ("era", "er", "gen", "m1"), ("mana", "man", "gen", "m1"), ("sona", "son", "gen", "m1"), ("borga", "borg", "gen", "m1"),
    ("xa", "x", "gen", "m1"), ("ego", "", "gen", "m1"), ("enki", "enko", "gen", "m1"), ("rze", "r", "loc", "m3"),
    ("ku", "k", "gen", "m3"), ("lu", "l", "gen", "m3"), ("mu", "m", "gen", "m3"), ("nu", "n", "gen", "m3"),
    ("ru", "r", "gen", "m3"), ("gu", "g", "gen", "m3"),
    ("kiem", "k", "inst", "m3"), ("giem", "g", "inst", "m3"), ("owi", "", "dat", "m3"), ("em", "", "inst", "m3"),
    ("ii", "ia", "gen", "f"), ("ją", "ja", "inst", "f"), ("ą", "a", "inst", "f"), ("ę", "a", "acc", "f"),
)  # fmt: skip
"""Endings of unknown nouns, those that leave little doubt in the KPWr corpus (four of five names at least).

Each with the ending of the nominative, the case and the gender; the first that fits is taken.
"""


def _as_adjective(word: str, found: tuple[Option, ...]) -> tuple[Option, ...]:
    """Read what the dictionary has as a surname only as the adjective that it looks like: ``Brzeżański``."""
    if any(not option.noun or option.kind != "surname" for option in found) or word.isupper():
        return ()
    return tuple(option for option in _guessed(word) if not option.noun)


def _guessed(word: str) -> tuple[Option, ...]:
    if len(word) < 5 or not word[0].isupper() or not word.isalpha():
        return ()
    lower = word.lower()
    for sign, model in MODELS:
        stem, _, ending = lower.rpartition(sign)
        if len(stem) > 1 and len(ending) < 5:
            known = model[: model.rindex(sign)]
            found = [
                option._replace(
                    nominative=morphology.like(stem + option.nominative[len(known) :], word),
                    lemma=stem + option.lemma[len(known) :],
                    kind="guess",
                )
                for option in _known(known + sign + ending)
                if not option.noun and option.lemma == model
            ]
            if found:
                return tuple(dict.fromkeys(found))
    if word.isupper():
        return ()
    for ending, nominative, case, gender in ENDINGS:
        if lower.endswith(ending) and len(word) - len(ending) > 2:
            base = word[: len(word) - len(ending)] + nominative
            return (Option(True, Reading("sg", case, gender), base, base, "guess", False),)
    return ()
