"""Typed, cached access to the Morfeusz 2 dictionary (SGJP, the Grammatical Dictionary of Polish).

Word forms are analysed as single words; tags are those of the NKJP tag set. Each thread has its own Morfeusz,
and results are cached by word form, so that a form costs one dictionary look-up a process.
"""

import threading
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import morfeusz2

REMEMBERED = 20_000
"""Words, or names, of which a function remembers what it returned, to bound the memory of a long process."""


class Reading(NamedTuple):
    """One grammatical reading: ``number`` sg or pl, ``case`` nom … voc, ``gender`` m1, m2, m3, f or n."""

    number: str
    case: str
    gender: str


@dataclass(frozen=True, slots=True)
class Form:
    """An inflected form and its Morfeusz tag, e.g. ``subst:sg:gen:m3``."""

    form: str
    tag: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """One entry of the dictionary that a word form belongs to, in the part of its paradigm that ``tag`` names."""

    lemma: str
    tag: str
    pos: str
    lexeme: str
    """The lemma with the dictionary's homonym mark (``Warszawa:Sf``), which ``forms`` takes too."""
    kinds: tuple[str, ...] = ()
    """What the dictionary says it names: ``nazwa_pospolita``, ``nazwisko``, ``imię``, ``nazwa_geograficzna``, …"""
    readings: frozenset[Reading] = frozenset()
    """Every combination of number, case and gender that the tag stands for; empty where the word has none."""
    labels: tuple[str, ...] = ()
    """How the dictionary marks its use: ``przest.`` (obsolete), ``daw.``, ``rzad.``, ``pot.``, …"""


INFLECTED = frozenset({"subst", "depr", "adj", "ppas", "pact", "ger", "num"})
"""Parts of speech with number, case and gender in that order in their tags."""

_local = threading.local()


def _morfeusz() -> morfeusz2.Morfeusz:
    found = getattr(_local, "morfeusz", None)
    if found is None:
        found = _local.morfeusz = morfeusz2.Morfeusz()
    return found


def dictionary_copyright() -> str:
    """Return the line in which the dictionary names its authors."""
    return str(_morfeusz().dict_copyright()).splitlines()[0]


def dictionary_id() -> str:
    """Return the name and release of the dictionary, e.g. ``pl.sgjp.sgjp-2026.06.01``."""
    return str(_morfeusz().dict_id())


@lru_cache(maxsize=4096)
def readings_of(tag: str) -> frozenset[Reading]:
    """Return the readings that a tag such as ``subst:sg:nom.acc:m3`` stands for."""
    parts = tag.split(":")
    if parts[0] not in INFLECTED or len(parts) < 4:
        return frozenset()
    alternatives = (part.split(".") for part in parts[1:4])
    return frozenset(Reading(*reading) for reading in product(*alternatives))


@lru_cache(maxsize=REMEMBERED)
def analyse(form: str) -> tuple[Analysis, ...]:
    """Return the readings of a word form as a single word; empty where the dictionary does not know it.

    Capitals are as lenient as the dictionary: ``Gminą`` and ``GMINĄ`` are read as ``gminą``, but a proper
    name is not found in small letters.
    """
    return tuple(
        Analysis(
            _lemma_of(lexeme),
            tag,
            tag.partition(":")[0],
            lexeme,
            tuple(kinds),
            readings_of(tag),
            tuple(labels),
        )
        for start, _, (segment, lexeme, tag, kinds, labels) in _morfeusz().analyse(form)
        if start == 0 and segment == form and tag != "ign"
    )


def _lemma_of(lexeme: str) -> str:
    return lexeme.partition(":")[0] or lexeme


@lru_cache(maxsize=REMEMBERED)
def _generated(lemma: str) -> tuple[Form, ...]:
    return tuple(Form(form, tag) for form, _, tag, _, _ in _morfeusz().generate(lemma))


def forms(
    lemma: str,
    *,
    pos: str | None = None,
    number: str | None = None,
    case: str | None = None,
    gender: str | None = None,
) -> tuple[Form, ...]:
    """Return the inflected forms of a dictionary word, those that fit what is asked for.

    A word that the dictionary does not know comes back as it is, tagged ``ign``.
    """
    generated = _generated(lemma)
    if pos is None and number is None and case is None and gender is None:
        return generated
    return tuple(
        form
        for form in generated
        if (pos is None or form.tag.partition(":")[0] == pos)
        and (
            (number is None and case is None and gender is None)
            or any(
                (number is None or reading.number == number)
                and (case is None or reading.case == case)
                and (gender is None or reading.gender == gender)
                for reading in readings_of(form.tag)
            )
        )
    )


@lru_cache(maxsize=REMEMBERED)
def _paradigm(lemma: str) -> tuple[tuple[Form, frozenset[Reading]], ...]:
    """Return a word's forms that stand in some case, with their readings."""
    return tuple((form, readings) for form in _generated(lemma) if (readings := readings_of(form.tag)))


@lru_cache(maxsize=REMEMBERED)
def inflect(analysis: Analysis, number: str, case: str, gender: str) -> str | None:
    """Return the form of an analysed word for a number, case and gender; None where the dictionary has none.

    The degree of an adjective and the aspect and negation of a participle stay: ``wyższej`` → ``wyższa``.
    """
    kept = analysis.tag.split(":")[4:] if analysis.pos in ("adj", "ppas", "pact", "ger") else []
    wanted = Reading(number, case, gender)
    for form, readings in _paradigm(analysis.lexeme):
        if wanted in readings:
            parts = form.tag.split(":")
            if parts[0] == analysis.pos and (not kept or parts[4:] == kept):
                return form.form
    return None


def like(word: str, model: str) -> str:
    """Return ``word`` with the capitals of ``model``: all of them, the first, or its own; compounds part by part."""
    parts, models = word.split("-"), model.split("-")
    if len(parts) == len(models) > 1:
        return "-".join(map(like, parts, models))
    if len(model) > 1 and model.isupper():
        return word.upper()
    if model[:1].isupper():
        return word[:1].upper() + word[1:]
    return word
