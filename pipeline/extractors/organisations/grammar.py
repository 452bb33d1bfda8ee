"""Where a name begins and ends: the grammar of Polish names around their head noun.

Adjectives before and behind agree with the head in case, number and gender; what its rule allows follows.
"""

from dataclasses import dataclass
from functools import lru_cache

from pipeline.extractors.organisations.rulebook import OrganisationRule, Rulebook, word_list
from pipeline.extractors.organisations.tails import AND, Tails
from pipeline.extractors.organisations.tokens import (
    Unit,
    adjectives,
    is_roman,
    is_unknown,
    is_verb,
    lemmas,
    noun_lemmas,
    nouns,
    spellings,
)
from pipeline.morphology import REMEMBERED, Reading
from pipeline.nominals import options

MAX_DEPTH = 6
MAX_WORDS = 40
MAX_READINGS = 20_000
"""Readings of heads that are remembered, to bound the memory of a long process."""
ANY_SINGULAR = frozenset(
    Reading("sg", case, gender)
    for case in ("nom", "gen", "dat", "acc", "inst", "loc")
    for gender in ("m1", "m2", "m3", "f", "n")
)


@dataclass(frozen=True, slots=True)
class Name:
    """Tokens ``first`` up to and without ``last`` of a unit, read as a name by a rule; ``head`` is its head noun."""

    rule: OrganisationRule
    first: int
    head: int
    last: int


class Grammar(Tails):
    """Reads names in one unit."""

    def __init__(self, unit: Unit, book: Rulebook) -> None:
        super().__init__(unit, book)
        self._read: dict[tuple[int, str], Name | None] = {}
        self._depth = 0

    def read(self, at: int, rule: OrganisationRule) -> Name | None:
        """Return the name that the head noun at a place carries under a rule; None where it carries none.

        Names inside names are read to a depth of ``MAX_DEPTH``, each place once a rule: time stays linear.
        """
        key = (at, rule.id)
        if key not in self._read:
            if self._depth >= MAX_DEPTH:
                return None
            self._depth += 1
            self._read[key] = self._name(at, rule)
            self._depth -= 1
        return self._read[key]

    def _name(self, at: int, rule: OrganisationRule) -> Name | None:
        unit = self.unit
        if not (unit.capital(at) or rule.small):
            return None
        readings = self._readings(at, rule)
        if not readings:
            return None
        first, readings = self._before(at, readings, rule)
        last, readings = self._adjectives(at + 1, readings, small=rule.small)
        last = self.tails(last, rule, small=not unit.capital(at))
        name = Name(rule, first, at, last)
        return name if self._holds(name) else None

    def read_acronym(self, at: int, rule: OrganisationRule) -> Name | None:
        """Return the name that begins with an acronym for a kind of body: ``LGD Źródło``, ``OSP w Buku``."""
        if self.unit.word(at) not in rule.words:
            return None
        last = self.tails(at + 1, rule, small=False)
        return Name(rule, at, at, last) if last > at + 1 else None

    def _readings(self, at: int, rule: OrganisationRule) -> frozenset[Reading]:
        word = self.unit.word(at)
        known = self.book.readings
        key = (word, rule.id)
        if key not in known:
            if len(known) >= MAX_READINGS:
                known.clear()
            known[key] = _head_readings(word, rule)
        return known[key]

    def _before(
        self, at: int, readings: frozenset[Reading], rule: OrganisationRule
    ) -> tuple[int, frozenset[Reading]]:
        unit = self.unit
        first = at
        while unit.near(first) and unit.capital(first - 1):
            word = unit.word(first - 1)
            shared = readings & adjectives(word)
            if (
                not shared
                or points(word)
                or is_verb(word)
                or self.is_head(first - 1)
                or self.is_title(first - 1)
                or self._describes_programme(first - 1)
            ):
                break
            first -= 1
            readings = shared
        if "number" in rule.tails and unit.near(first) and is_roman(unit.word(first - 1)):
            first -= 1
        return first, readings

    def _describes_programme(self, at: int) -> bool:
        """Tell whether an adjective goes with a programme in front of it: ``Programu Regionalnego | Ministerstwa``."""
        unit = self.unit
        return unit.near(at) and not noun_lemmas(unit.word(at - 1)).isdisjoint(word_list("programmes"))

    def _adjectives(
        self, at: int, readings: frozenset[Reading], *, small: bool
    ) -> tuple[int, frozenset[Reading]]:
        """Return the place after the adjectives that follow the head and agree with it."""
        unit = self.unit
        while unit.near(at):
            step = 1
            if unit.word(at).lower() in AND and unit.near(at + 1) and unit.capital(at + 1):
                step = 2
                if adjectives(unit.word(at - 1)).isdisjoint(readings) or self.begins_name(at + 1):
                    break
            word = unit.word(at + step - 1)
            if not (word[:1].isupper() or (small and step == 1)):
                break
            shared = readings & adjectives(word)
            if not shared or (not word[:1].isupper() and points(word)):
                break
            readings = shared
            at += step
        return at, readings

    def _holds(self, name: Name) -> bool:
        """Tell whether the words of the name satisfy what its rule asks for."""
        unit, rule = self.unit, name.rule
        if name.last - name.first > MAX_WORDS or (not rule.alone and name.last - name.first == 1):
            return False
        if rule.led and name.first == name.head:
            return False
        words = [unit.word(at) for at in range(name.first, name.last)]
        behind = words[name.head - name.first + 1 :]
        if (
            rule.kind == "head"
            and behind
            and name.first == name.head
            and all(map(self._says_nothing, behind))
        ):
            return rule.alone
        if not unit.capital(name.head) and not any(word[:1].isupper() for word in words) and not rule.alone:
            return False
        if rule.needs or rule.excludes:
            spelt = [spellings(word) for word in words]
            if rule.needs and all(forms.isdisjoint(rule.needs) for forms in spelt):
                return False
            if rule.excludes and not all(forms.isdisjoint(rule.excludes) for forms in spelt):
                return False
        if self.names_street(name.first):
            return False
        if rule.not_after and name.first > 0:
            before = unit.word(name.first - 1)
            if before.lower() in rule.not_after or not lemmas(before).isdisjoint(rule.not_after):
                return False
        return True

    def _says_nothing(self, word: str) -> bool:
        return not lemmas(word).isdisjoint(word_list("generic"))

    def names_street(self, at: int) -> bool:
        """Tell whether the words at a place are the name of a street or square: ``plac Rady Europy``."""
        before = self.unit.word(at - 1) if at > 0 else ""
        if before == "." and at > 1:
            return self.unit.word(at - 2).lower() in ("ul", "pl", "al", "os", "rondo")
        return not noun_lemmas(before).isdisjoint(word_list("streets"))

    def begins_name(self, at: int) -> bool:
        """Tell whether a head noun stands there, adjectives before it aside."""
        readings: frozenset[Reading] | None = None
        for place in range(at, at + 4):
            word = self.unit.word(place)
            if readings is not None and readings.isdisjoint(option.reading for option in options(word)):
                return False
            if self.is_title(place) or self._reads(place):
                return True
            readings = adjectives(word) if readings is None else readings & adjectives(word)
            if not (readings and self.unit.near(place + 1) and self.unit.capital(place + 1)):
                return False
        return False

    def name_at(self, at: int) -> int:
        for head in range(at, at + 4):
            if head > at and not self.unit.near(head):
                return at
            if self.is_head(head):
                for rule in self.book.heads.get(self.unit.word(head).lower(), ()):
                    name = self.read(head, rule) if rule.kind == "head" else None
                    if name and name.first == at:
                        return name.last
        return at

    def _reads(self, at: int) -> bool:
        """Tell whether a name of its own can be read at a head noun, if only a bare one (``Komitet Monitorujący``)."""
        if not self.is_head(at):
            return False
        for rule in self.book.heads.get(self.unit.word(at).lower(), ()):
            if rule.kind == "unit":
                return self.unit.near(at + 1) and (
                    self.unit.capital(at + 1) or bool(adjectives(self.unit.word(at + 1)))
                )
            if self.read(at, rule):
                return True
        return (
            self.unit.near(at + 1)
            and self.unit.capital(at + 1)
            and self._says_nothing(self.unit.word(at + 1))
        )


def _head_readings(word: str, rule: OrganisationRule) -> frozenset[Reading]:
    """Return the readings that a word has as a head noun of a rule; any in the singular for an unknown word."""
    found = frozenset(
        option.reading
        for option in nouns(word)
        if option.lemma.lower() in rule.heads and (option.reading.number == "pl") == rule.plural
    )
    return ANY_SINGULAR if not found and is_unknown(word) else found


@lru_cache(maxsize=REMEMBERED)
def points(word: str) -> bool:
    """Tell whether the word is an adjective that points at a body rather than name it."""
    return any(not option.noun and option.lemma in word_list("pointing") for option in options(word))
