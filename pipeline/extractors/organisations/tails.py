"""What may follow the head of a name: genitives, phrases of purpose, a patron, a number, quotes, a name, a place."""

from abc import ABC, abstractmethod

from pipeline.extractors.organisations.rulebook import OrganisationRule, Rulebook, Tail, word_list
from pipeline.extractors.organisations.tokens import (
    CLOSING,
    OPENING,
    Unit,
    adjectives,
    in_case,
    is_acronym,
    is_first_name,
    is_function_word,
    is_roman,
    is_unknown,
    is_verb,
    noun_lemmas,
    nouns,
    only_place,
    singular_lemmas,
)
from pipeline.nominals import options

AND = frozenset({"i", "oraz"})
IN = frozenset({"w", "we"})
NEAR = frozenset({"nad", "pod", "koło"})
JOINING = frozenset({"dla", "bez", "na", "nad", "pod", "od", "o"})
"""Small words that may stand inside a bare name before a capital."""
GOVERNED = frozenset({"z", "ze", "nad", "dla", "przed", "do", "wobec", "o"})
"""Prepositions that some nouns govern inside a name."""
ALWAYS: tuple[Tail, ...] = ("quoted", "legal_form")
"""What may follow any head, but that the quotes around the title of a newspaper are no part of it."""
MAX_QUOTED = 14
MAX_ALIKE = 6
MAX_CHAIN = 24
"""Words of a chain of genitives, and of a bare name: no body's name is longer."""


class Tails(ABC):
    """Reads what follows a head in one unit. Every method returns the place behind what it read, or where it began."""

    def __init__(self, unit: Unit, book: Rulebook) -> None:
        self.unit = unit
        self.book = book

    @abstractmethod
    def begins_name(self, at: int) -> bool:
        """Tell whether another name, or a person's office, begins at a place."""

    @abstractmethod
    def name_at(self, at: int) -> int:
        """Read a whole name that begins at a place, adjectives before its head included."""

    def tails(self, at: int, rule: OrganisationRule, *, small: bool) -> int:
        unit = self.unit
        begun = at
        done = ""
        tails = (*rule.tails, *(ALWAYS if rule.org_type != "media" else ()))
        while at - begun < MAX_CHAIN and unit.near(at):
            for tail in tails:
                if (tail == done and tail != "genitive") or (tail, done) == ("name", "quoted"):
                    continue
                if done == "legal_form" and tail != "place":
                    continue  # a name ends at its legal form; what follows begins a sentence
                end = self._tail(tail, at, rule, small=small, begun=at > begun)
                if end > at:
                    at = end
                    done = tail
                    break
            else:
                break
        return at

    def _tail(self, tail: str, at: int, rule: OrganisationRule, *, small: bool, begun: bool) -> int:
        """Read one kind of tail at a place that is near the one before."""
        unit = self.unit
        if tail == "genitive":
            return self.genitive(at, person="patron" in rule.tails, small=small and not begun)
        if tail == "purpose":
            return self._purpose(at)
        if tail == "patron":
            return self._patron(at)
        if tail == "number":
            return self._number(at)
        if tail == "quoted":
            return self.quoted(at)
        if tail == "name":
            return self._bare_name(at)
        if tail == "legal_form":
            return at + 1 if at in unit.legal else at
        if tail == "country":
            return self._country(at)
        if tail == "acronym" and unit.word(at - 1).isupper():
            return at  # in a heading in capitals every word looks like one
        if tail == "acronym":
            return at + 1 if is_acronym(unit.word(at)) else at
        return self.place(at)

    def _country(self, at: int) -> int:
        """Read the country of an association, or the region of one of a nation: ``Litwinów na Suwalszczyźnie``."""
        unit = self.unit
        word = unit.word(at).lower()
        if word == "w" and unit.word(at + 1) in ("Polsce", "Europie"):
            return at + 2
        if word == "na" and any(option.kind == "nation" for option in nouns(unit.word(at - 1))):
            return self._locative(at)
        return at

    def genitive(self, at: int, *, person: bool, small: bool) -> int:
        """Read a chain of genitives; ``person`` lets names of people in, ``small`` common nouns in small letters."""
        begun = at
        while (self.unit.near(at) or self.unit.word(at) == ",") and at - begun < MAX_CHAIN:
            end = self._link(at, begun, person=person, small=small)
            if end == at:
                return at
            at = end
        return at

    def _link(self, at: int, begun: int, *, person: bool, small: bool) -> int:
        """Read one link of a chain that began at ``begun``."""
        unit = self.unit
        word = unit.word(at)
        lower = word.lower()
        if (end := self._steered(at)) > at or (end := self._cut_short(at)) > at:
            return end
        if word[:1].isupper() and lower not in ("i", "nr"):
            if not self._in_chain(at, begun, person=person):
                return at
            return max(self._of_unit(at), self.name_at(at))
        if (
            small
            and word.isalpha()
            and in_case(word, "gen")
            and not is_unknown(word)
            and not is_function_word(word)
        ):
            return self._of_unit(at)
        if lower in ("św", "bł") and unit.word(at + 1) == "." and unit.capital(at + 2):
            return at + 3
        if at == begun:
            return at
        if lower == "i":
            return at + 1 if self._joins(at) else at
        if word == ",":
            return self._listed(at)
        if lower in GOVERNED:
            return at + 2 if self._governed(at) else at
        if lower == "nr" and unit.word(at + 1).isdecimal():
            return self.place(at + 2)
        return at

    def _steered(self, at: int) -> int:
        """Read what the noun before governs in the instrumental: ``Gospodarki Odpadami i Energią``."""
        unit = self.unit
        if noun_lemmas(unit.word(at - 1)).isdisjoint(word_list("governing_instrumental")):
            return at
        end = at
        while unit.near(end) and end - at < MAX_ALIKE:
            step = 1 if end == at or unit.word(end).lower() not in AND else 2
            word = unit.word(end + step - 1)
            known = word[:1].isupper() and not is_unknown(word)
            if not known or not in_case(word, "inst") or self.begins_name(end + step - 1):
                break
            end += step
        return end

    def _cut_short(self, at: int) -> int:
        """Read a unit whose kind is cut short: ``Urząd [m.st. Warszawy]``, ``Zarząd [woj. łódzkiego]``."""
        unit = self.unit
        if unit.word(at).lower() not in word_list("units_cut_short") or unit.word(at + 1) != ".":
            return at
        after = at + 2
        if unit.word(after).lower() == "st" and unit.word(after + 1) == ".":
            after += 2
        if unit.capital(after):
            return self.place_name(after)
        adjective = unit.near(after) and any(
            reading.case == "gen" for reading in adjectives(unit.word(after))
        )
        return after + 1 if adjective else at

    def _of_unit(self, at: int) -> int:
        """Step over a word, and behind a gmina or town over its name, which may stay in the nominative."""
        unit = self.unit
        names_unit = not singular_lemmas(unit.word(at)).isdisjoint(word_list("units"))
        at += 1
        if names_unit and unit.near(at) and unit.capital(at) and not self.is_head(at):
            return self.place_name(at)
        return at

    def _in_chain(self, at: int, begun: int, *, person: bool) -> bool:
        word = self.unit.word(at)
        if is_roman(word):
            return at > begun
        if at in self.unit.legal or is_function_word(word) or self._is_heading_verb(at):
            return False
        if is_acronym(word) and not any(option.reading.case == "gen" for option in options(word)):
            return at > begun or self.unit.word(at - 1) in (".", "spraw", "rzecz")
        if not in_case(word, "gen"):
            return in_case(word, "dat") and "pomoc" in noun_lemmas(self.unit.word(at - 1))
        if is_unknown(word) and at == begun:
            return False
        return person or not is_first_name(word) or not self.surname_follows(at)

    def surname_follows(self, at: int) -> bool:
        unit = self.unit
        follower = unit.word(at + 1)
        return (
            unit.near(at + 1)
            and unit.capital(at + 1)
            and (
                is_unknown(follower)
                or any(option.kind in ("surname", "guess") for option in options(follower))
            )
        )

    def _joins(self, at: int) -> bool:
        """Tell whether the conjunction at a place joins a further genitive to the name, not another name."""
        unit = self.unit
        after = at + 1
        if not (unit.near(after) and unit.capital(after) and in_case(unit.word(after), "gen")):
            return False
        if self._names_unit(at - 1) and self._names_unit(after):
            return True
        if self.begins_name(after) or is_first_name(unit.word(after)) or is_acronym(unit.word(after)):
            return False
        before = unit.word(at - 1)
        return not only_place(unit.word(after)) or only_place(before)

    def _governed(self, at: int) -> bool:
        """Tell whether a preposition and its noun belong to the noun before: ``Współpracy z Zagranicą``."""
        unit = self.unit
        after = at + 1
        return (
            not noun_lemmas(unit.word(at - 1)).isdisjoint(word_list("governing"))
            and unit.near(after)
            and unit.capital(after)
            and not self.begins_name(after)
            and not only_place(unit.word(after))
            and not is_first_name(unit.word(after))
        )

    def _names_unit(self, at: int) -> bool:
        return not noun_lemmas(self.unit.word(at)).isdisjoint(("miasto", "gmina"))

    def _listed(self, at: int, members: int = 1) -> int:
        """Return the place after the comma and its genitive, where the list ends with a conjunction."""
        unit = self.unit
        if members > MAX_ALIKE or not self._joins(at):
            return at
        end = at + 1
        while (
            unit.near(end) and unit.capital(end) and in_case(unit.word(end), "gen") and end - at < MAX_ALIKE
        ):
            end += 1
        if unit.word(end).lower() in AND and self._joins(end):
            return end
        return end if unit.word(end) == "," and self._listed(end, members + 1) > end else at

    def _purpose(self, at: int) -> int:
        unit = self.unit
        word = unit.word(at).lower()
        following = unit.word(at + 1).lower()
        if (word == "ds" and following == ".") or (word, following) in (("do", "spraw"), ("na", "rzecz")):
            at += 2
        elif word in ("dla", "przeciw", "przeciwko") and unit.capital(at + 1):
            end = at + 1
            while unit.near(end) and unit.capital(end):
                end += 1
            return end
        else:
            return at
        end = self.genitive(at, person=False, small=True) if unit.word(at) else at
        return end if end > at else at

    def _patron(self, at: int) -> int:
        unit = self.unit
        word = unit.word(at).lower()
        if word in ("im", "pw") and unit.word(at + 1) == ".":
            end = at + 2
        elif word == "imienia":
            end = at + 1
        else:
            return at
        begun = end
        while unit.word(end) and (unit.near(end) or end == begun or unit.word(end - 1) == "."):
            word = unit.word(end)
            if word[:1].isupper():
                end += 2 if len(word) == 1 and unit.word(end + 1) == "." else 1
            elif word.isalpha() and unit.word(end + 1) == "." and len(word) < 5:
                end += 2
            elif word in AND and unit.capital(end + 1) and is_first_name(unit.word(end - 1)):
                end += 1
            else:
                break
        return end if end > begun else at

    def _number(self, at: int) -> int:
        unit = self.unit
        end = at
        if unit.word(at).lower() == "nr":
            end = at + (2 if unit.word(at + 1) == "." else 1)
        return end + 1 if unit.word(end).isdecimal() and end > at else at

    def quoted(self, at: int) -> int:
        """Return the place after a name in quotes that begins there."""
        unit = self.unit
        if unit.word(at) not in OPENING or not unit.capital(at + 1) or not unit.word(at):
            return at
        for end in range(at + 2, at + MAX_QUOTED):
            if unit.word(end) in CLOSING and not unit.gaps[end]:
                return end + 1
        return at

    def _bare_name(self, at: int) -> int:
        """Read a name in capitals that is not declined with the head; another body's name is taken whole."""
        unit = self.unit
        if "\n" not in unit.gaps[at] and (end := self.name_at(at)) > at:
            return end
        end = at
        while unit.near(end) and end - at < MAX_CHAIN:
            word = unit.word(end)
            if word[:1].isupper():
                if end in unit.legal or is_function_word(word) or self.begins_name(end):
                    break
                if self.is_person(end) or (end > at and self._is_heading_verb(end)):
                    break
                end += 1
                while unit.word(end) == "." and not unit.gaps[end] and len(unit.word(end - 1)) == 1:
                    end += 2 if unit.capital(end + 1) and len(unit.word(end + 1)) == 1 else 1
            elif (
                end > at
                and (word in JOINING or (word == "i" and self._joins_inside(end)))
                and unit.capital(end + 1)
            ):
                end += 2
            else:
                break
        return end

    def _joins_inside(self, at: int) -> bool:
        """Tell whether ``i`` joins two genitives inside a bare name: ``Dorzecze Lnu i Miodu``."""
        return in_case(self.unit.word(at - 1), "gen") and self._joins(at)

    def _is_heading_verb(self, at: int) -> bool:
        """Tell whether a word of a heading in capitals is the verb behind a name."""
        word = self.unit.word(at)
        return len(word) > 2 and word.isupper() and is_verb(word) and not nouns(word)

    def is_person(self, at: int) -> bool:
        """Tell whether a first name with a surname behind it stands there."""
        names = nouns(self.unit.word(at))
        first = any(option.kind == "first" and option.reading.number == "sg" for option in names)
        return first and self.surname_follows(at)

    def place(self, at: int) -> int:
        """Return the place after ``w`` or ``we`` and the name of a place in the locative."""
        return self._locative(at) if self.unit.word(at).lower() in IN else at

    def _locative(self, at: int) -> int:
        """Return the place after a preposition and the name of a place in the locative."""
        unit = self.unit
        after = at + 1
        if not (unit.near(after) and unit.capital(after)):
            return at
        end = after
        found = False
        while unit.near(end) and unit.capital(end) and end - after < 3:
            word = unit.word(end)
            if not in_case(word, "loc") or end in unit.legal or self.begins_name(end):
                break
            if end > after and not _go_together(unit.word(end - 1), word):
                break
            found = (
                found
                or is_unknown(word)
                or any(o.noun and o.kind in ("place", "guess") for o in options(word))
            )
            end += 1
        if not found:
            return at
        end = self._with_region(end)
        if unit.word(end) in NEAR and unit.capital(end + 1):
            end += 2
        return end

    def _with_region(self, at: int) -> int:
        """Step over the adjective of a town that is cut short: ``Ostrów [Wlkp.]``."""
        unit = self.unit
        word = unit.word(at).lower()
        if unit.near(at) and word in word_list("regions_cut_short") and unit.word(at + 1) == ".":
            return at + 2
        return at

    def place_name(self, at: int) -> int:
        """Return the place after the name of a gmina or town in whatever case: a noun with its adjectives."""
        unit = self.unit
        end = at + 1
        while unit.near(end) and unit.capital(end) and end - at < 3:
            before, word = unit.word(end - 1), unit.word(end)
            if end in unit.legal or is_acronym(word) or not _go_together(before, word):
                break
            end += 1
        end = self._with_region(end)
        if unit.word(end).lower() in NEAR and unit.near(end) and unit.capital(end + 1):
            end += 2
        return end

    def is_head(self, at: int) -> bool:
        """Tell whether a word in the singular stands there that heads names."""
        word = self.unit.word(at)
        heads = self.book.singular_heads.get(word.lower())
        return heads is not None and any(lemma.lower() in heads for lemma in singular_lemmas(word))

    def is_title(self, at: int) -> bool:
        return not singular_lemmas(self.unit.word(at)).isdisjoint(word_list("titles"))


def _go_together(first: str, second: str) -> bool:
    """Tell whether two words are a noun with its adjective, in either order."""
    nouns_first = {option.reading for option in nouns(first)}
    nouns_second = {option.reading for option in nouns(second)}
    if adjectives(second) & nouns_first or adjectives(first) & nouns_second:
        return True
    if is_unknown(second):
        return bool(adjectives(first)) or second.endswith(
            ("ski", "ska", "skie", "cki", "cka", "ckie", "owa", "owe")
        )
    return is_unknown(first) and bool(adjectives(second))
