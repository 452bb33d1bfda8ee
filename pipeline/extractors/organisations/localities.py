"""Units of local government named with their place: ``Gminą Lubicz``, ``powiatu kłodzkiego``, ``gminy A, B i C``."""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.extractors.organisations.grammar import Grammar, points
from pipeline.extractors.organisations.rulebook import OrganisationRule, word_list
from pipeline.extractors.organisations.tails import AND
from pipeline.extractors.organisations.tokens import (
    adjectives,
    in_case,
    is_acronym,
    is_unknown,
    lemmas,
    noun_lemmas,
    nouns,
)
from pipeline.morphology import Reading, like
from pipeline.nominals import Option, options
from pipeline.nominative import nominative


class UnitName(NamedTuple):
    """Tokens ``first`` up to and without ``last`` that name a unit, and its name in the nominative."""

    first: int
    last: int
    name: str


REGIONAL = ("ski", "cki", "dzki", "zki")
SIDES = frozenset({"wschodni", "zachodni", "północny", "południowy"})
KINDS_OF_GMINA = frozenset({"miejski", "wiejski"})


def read_units(grammar: Grammar, at: int, rule: OrganisationRule) -> Iterator[UnitName]:
    """Yield the units that the head at a place names: one, or several in coordination."""
    unit = grammar.unit
    heads = [option for option in nouns(unit.word(at)) if option.lemma in rule.heads]
    if not heads or not (unit.capital(at) or rule.small) or _barred(grammar, at, rule):
        return
    if "name" in rule.tails:
        yield from _placed(grammar, at, heads)
    else:
        yield from _adjectival(grammar, at, heads)


def _barred(grammar: Grammar, at: int, rule: OrganisationRule) -> bool:
    if grammar.names_street(at) or _in_programme(grammar, at):
        return True
    if grammar.unit.capital(at) or at == 0:
        return False
    before = grammar.unit.word(at - 1)
    if before in ("z", "ze") and not noun_lemmas(grammar.unit.word(at - 2)).isdisjoint(
        word_list("inhabitants")
    ):
        return True
    return before.lower() in rule.not_after or not noun_lemmas(before).isdisjoint(rule.not_after)


def _in_programme(grammar: Grammar, at: int) -> bool:
    """Tell whether the unit is part of the name of a programme: ``Strategia Rozwoju Województwa Śląskiego``."""
    unit = grammar.unit
    for place in range(at, max(0, at - 6), -1):
        if not unit.near(place) or not (unit.capital(place - 1) or unit.word(place - 1) in ("o", "dla", "i")):
            return False
        if not noun_lemmas(unit.word(place - 1)).isdisjoint(word_list("programmes")):
            return True
    return False


def _placed(grammar: Grammar, at: int, heads: list[Option]) -> Iterator[UnitName]:
    """Read ``Gmina Lisia Góra``, ``Gmina Miejska Kłodzko``, ``Miasto i Gmina Skawina``, ``gminy A, B i C``."""
    unit = grammar.unit
    start = _kind_adjectives(grammar, at + 1, heads)
    if unit.word(start).lower() in AND and not noun_lemmas(unit.word(start + 1)).isdisjoint(
        ("gmina", "miasto")
    ):
        start += 2
    elif "miasto" in noun_lemmas(unit.word(start)) and unit.near(start) and unit.capital(start):
        start += 1
    if (
        unit.word(start).lower() == "m"
        and unit.word(start + 1) == "."
        and unit.word(start + 2).lower() == "st"
    ):
        start += 4
    elif "stołeczny" in lemmas(unit.word(start)):
        start += 1
    if not _opens_place(grammar, start):
        return
    end = grammar.place_name(start)
    if end - start == 1 and _describes(unit.word(start), heads):
        return
    plural = [head for head in heads if head.reading.number == "pl"]
    if plural:
        listed = _listed_places(grammar, end)
        if listed:
            word = like(plural[0].lemma, unit.word(at))
            for number, (first, last) in enumerate([(start, end), *listed]):
                place = _text(grammar, first, last)
                yield UnitName(first if number else at, last, f"{word} {place}")
            return
    if all(head.reading.number == "pl" for head in heads):
        return
    if (
        unit.word(at - 1).lower() in AND
        and unit.near(at)
        and unit.word(at - 2).lower() == "miasta"
        and at > 1
    ):
        at -= 2  # ``miasta i gminy Swarzędz``: the town calls no rule where it has no capital
    yield UnitName(at, end, nominative(_text(grammar, at, end), number="sg"))


def _describes(word: str, heads: list[Option]) -> bool:
    """Tell whether the word is an adjective of the head and no name of a place: ``Gmina Przyjazna Seniorom``."""
    readings = {head.reading for head in heads}
    return not nouns(word) and bool(readings & adjectives(word)) and not is_unknown(word)


def _kind_adjectives(grammar: Grammar, at: int, heads: list[Option]) -> int:
    readings = frozenset(head.reading for head in heads)
    unit = grammar.unit
    while unit.near(at) and any(
        not o.noun and o.reading in readings and o.lemma in KINDS_OF_GMINA for o in options(unit.word(at))
    ):
        at += 1
    return at


def _opens_place(grammar: Grammar, at: int) -> bool:
    unit = grammar.unit
    word = unit.word(at)
    if not (unit.near(at) and unit.capital(at)):
        return False
    if points(word) and not (unit.near(at + 1) and unit.capital(at + 1)):
        return False
    if is_acronym(word) and len(word) < 4 and not unit.word(at - 1).isupper():
        return False
    if grammar.is_person(at):
        return False
    return bool(options(word)) or is_unknown(word)


def _listed_places(grammar: Grammar, at: int) -> list[tuple[int, int]]:
    """Return the places of a list that goes on after the first one and ends with a conjunction."""
    unit = grammar.unit
    found: list[tuple[int, int]] = []
    while True:
        word = unit.word(at)
        final = word.lower() in AND
        start = at + 1
        if (
            not (final or word == ",")
            or not _opens_place(grammar, start)
            or not in_case(unit.word(start), "nom")
        ):
            return []
        if grammar.begins_name(start):
            return []
        at = grammar.place_name(start)
        found.append((start, at))
        if final:
            return found


def _adjectival(grammar: Grammar, at: int, heads: list[Option]) -> Iterator[UnitName]:
    """Read ``powiat kłodzki``, ``Województwo Małopolskie``, ``powiaty kłodzki i ząbkowicki``."""
    unit = grammar.unit
    single = frozenset(head.reading for head in heads if head.reading.number == "sg")
    if single and _regional(grammar, at + 1, single):
        end = at + 2
        if _side(grammar, end):
            end += 1
        yield UnitName(at, end, nominative(_text(grammar, at, end), number="sg"))
        return
    for head in heads:
        if head.reading.number != "pl":
            continue
        wanted = frozenset({Reading("sg", head.reading.case, head.reading.gender)})
        listed = _listed_adjectives(grammar, at + 1, wanted)
        if len(listed) > 1:
            noun = like(head.lemma, unit.word(at))
            for number, place in enumerate(listed):
                adjective = _nominative_adjective(unit.word(place), next(iter(wanted)))
                yield UnitName(place if number else at, place + 1, f"{noun} {adjective}")
            return


def _side(grammar: Grammar, at: int) -> bool:
    """Tell whether a word for a side of the world ends the name: ``powiat łódzki wschodni``."""
    return grammar.unit.near(at) and not SIDES.isdisjoint(lemmas(grammar.unit.word(at)))


def _listed_adjectives(grammar: Grammar, at: int, wanted: frozenset[Reading]) -> list[int]:
    unit = grammar.unit
    found: list[int] = []
    while _regional(grammar, at, wanted):
        found.append(at)
        joined = unit.word(at + 1) == "," or unit.word(at + 1).lower() in AND
        if not joined or not _regional(grammar, at + 2, wanted):
            return found
        at += 2
    return []


def _regional(grammar: Grammar, at: int, readings: frozenset[Reading]) -> bool:
    unit = grammar.unit
    word = unit.word(at)
    if not unit.near(at):
        return False
    if not adjectives(word):
        return False
    return any(
        not option.noun
        and option.reading in readings
        and option.lemma.lower().endswith(REGIONAL)
        and option.lemma not in word_list("not_regional")
        for option in options(word)
    )


def _nominative_adjective(word: str, reading: Reading) -> str:
    return next((o.nominative for o in options(word) if not o.noun and o.reading == reading), word)


def _text(grammar: Grammar, first: int, last: int) -> str:
    unit = grammar.unit
    return " ".join(unit.text[unit.starts[first] : unit.ends[last - 1]].split())
