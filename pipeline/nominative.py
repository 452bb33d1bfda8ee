"""Any name of an organisation into the nominative: ``Norweskim Związkiem Władz Lokalnych`` → ``Norweski Związek …``.

The head of a name is a noun near its beginning, with the adjectives before and after that agree with it in
case, number and gender. They go into the nominative of the same number; what the head governs stays as it is.
Where a name can be read in several ways the readings are weighed; one in which it already stands in the
nominative singular is kept.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from pipeline import morphology, rules
from pipeline.morphology import REMEMBERED, Reading
from pipeline.nominals import Option, options

TOKEN = re.compile(r"[^\W_]+(?:[-‐‑–'’][^\W_]+)*|\s+|.", re.DOTALL)
ROMAN = re.compile(r"[IVXLC]+")
MIXED_ACRONYM = re.compile(r"(?=\w*[a-ząćęłńóśźż])[^\W\d_a-ząćęłńóśźż]\w*[^\W\d_a-ząćęłńóśźż]")
INFLECTED_ACRONYM = re.compile(
    r"([^\W\d_a-ząćęłńóśźż]\w*[^\W\d_a-ząćęłńóśźż])(?:[-‐‑–’'](?:u|owi|em|m|ie|a|y|ów|om|ami|ach)|(?:u|owi|em|ie))"
)
"""An acronym with an ending, behind a hyphen or, where that leaves little doubt, without one: ``SAPARD-u``, ``MOSiRu``."""
CONJUNCTIONS = frozenset({"i", "oraz", "a"})
SETTLEMENTS = frozenset({"miasto", "wieś", "osada", "miasteczko", "dzielnica", "osiedle", "sołectwo"})
"""Nouns whose name stands in the same case: ``Miasta Łodzi`` → ``Miasto Łódź``."""
TITLES = frozenset({
    "prezydent", "ksiądz", "święty", "biskup", "król", "papież", "pan", "pani", "premier", "minister", "doktor",
    "profesor", "generał", "marszałek", "kardynał", "arcybiskup", "książę", "królowa", "cesarz", "hrabia", "ojciec",
})  # fmt: skip
CLASSIFYING = ("ski", "ska", "skie", "cki", "cka", "ckie")
"""Endings of adjectives that stand behind the noun that they classify: ``Śląskiego Urzędu Wojewódzkiego``."""
MAX_ADJECTIVES = 4

KIND_WEIGHT = {
    "common": 0.0, "nation": 0.3, "place": -0.2, "body": 0.2, "first": -0.4, "surname": -1.2, "other": -0.2, "guess": -0.5,
}  # fmt: skip
NOMINATIVE_KIND_WEIGHT = KIND_WEIGHT | {"first": -0.2, "surname": -0.5}
"""Names that already stand in the nominative are less of a surprise than inflected ones."""
HEAD_WEIGHT = 0.6
"""For a noun that heads names of organisations."""
PLACE_ALONE_WEIGHT = 0.9
MALE_NAME_WEIGHT = -1.0
"""For a woman's name that is also the genitive of a man's: ``Jana``, ``Stanisława``."""
CASE_WEIGHT = {"nom": 1.2, "gen": 0.7, "inst": 0.6, "dat": 0.3, "loc": 0.45, "acc": 0.4}
PLURAL_WEIGHT = -0.9
UNUSUAL_WEIGHT = -1.0
ADJECTIVE_WEIGHT = 1.5
SHARED_ADJECTIVE_WEIGHT = 0.5
"""For an adjective that may as well belong to the noun behind it."""
BARE_PLURAL_WEIGHT = -1.0
"""For a genitive plural without an ending (``Prokom`` of ``Prokoma``): more often a foreign name."""
UNLIKELY = -1.0
"""A reading with this score or less changes nothing: the name is more probably a foreign one."""
ACRONYM_WEIGHT = -0.8
START_WEIGHT = -1.6
"""For each word before the head phrase that stays as it is."""


@dataclass(frozen=True, slots=True)
class Words:
    """A phrase cut into tokens, and the places of its words."""

    tokens: Sequence[str]
    places: Sequence[int]

    @classmethod
    def of(cls, phrase: str) -> "Words":
        tokens = TOKEN.findall(phrase)
        return cls(tokens, [place for place, token in enumerate(tokens) if token[0].isalnum()])

    def word(self, number: int) -> str:
        """Return word ``number``, empty past the last one."""
        return self.tokens[self.places[number]] if number < len(self.places) else ""

    def adjacent(self, number: int) -> bool:
        """Tell whether nothing but space stands between word ``number`` and the one before."""
        if not 0 < number < len(self.places):
            return False
        between = self.tokens[self.places[number - 1] + 1 : self.places[number]]
        return all(token.isspace() for token in between)


@dataclass(frozen=True, slots=True)
class Parse:
    """A reading of a phrase: what its head stands in, and the words that change with it."""

    score: float
    reading: Reading
    changes: dict[int, str] = field(default_factory=dict)


@lru_cache(maxsize=REMEMBERED)
def nominative(phrase: str, *, number: str | None = None) -> str:
    """Return the name in the nominative, with its capitals, spacing and everything that does not inflect.

    ``number`` (sg or pl) is that of the head where the caller knows it.
    """
    words = Words.of(phrase)
    if len(words.places) == 1:
        if MIXED_ACRONYM.fullmatch(words.word(0)):
            return phrase
        if inflected := INFLECTED_ACRONYM.fullmatch(phrase):
            return inflected[1]
    best: Parse | None = None
    for parse in _parses(words):
        if number is not None and parse.reading.number != number:
            continue
        if parse.score > UNLIKELY and (best is None or _order(parse) > _order(best)):
            best = parse
    changes = dict(best.changes) if best else {}
    changes |= _legal_form(words)
    if not changes:
        return phrase
    tokens = list(words.tokens)
    for place, form in changes.items():
        tokens[words.places[place]] = form
    return "".join(tokens)


def _order(parse: Parse) -> tuple[float, int]:
    """Order readings by score, then the shorter nominative (``Turów``, not ``Turowo``, for ``Turowie``)."""
    return round(parse.score, 6), -sum(map(len, parse.changes.values()))


def _parses(words: Words) -> Iterator[Parse]:
    skipped = 0.0
    for start in range(min(len(words.places), 5)):
        if start and not words.adjacent(start) and not _only_quotes_between(words, start):
            return
        yield from _head_phrases(words, start, skipped)
        word = words.word(start)
        if word[0].isdigit() or ROMAN.fullmatch(word):
            skipped += 0.0
        elif _is_acronym(word) or not options(word):
            if word.islower() and morphology.analyse(word):
                return
            skipped += ACRONYM_WEIGHT if _is_acronym(word) else START_WEIGHT
        else:
            return


def _only_quotes_between(words: Words, number: int) -> bool:
    between = words.tokens[words.places[number - 1] + 1 : words.places[number]]
    return all(token.isspace() or token in ".„”\"'«»“" for token in between)


def _head_phrases(words: Words, start: int, base: float) -> Iterator[Parse]:
    """Yield the ways to read a head phrase that begins at word ``start``."""
    before: list[int] = []
    for head in range(start, min(start + MAX_ADJECTIVES + 1, len(words.places))):
        if head > start and not words.adjacent(head):
            return
        here = options(words.word(head))
        for option in here:
            if option.noun and (parse := _with_head(words, before, head, option, base)):
                yield parse
        if not any(not option.noun for option in here):
            return
        before.append(head)
        if head + 1 == len(words.places) or not words.adjacent(head + 1):
            for option in here:
                if not option.noun and (parse := _with_head(words, before[:-1], head, option, base - 0.5)):
                    yield parse


def _with_head(words: Words, before: Sequence[int], head: int, option: Option, base: float) -> Parse | None:
    """Return the reading with this head, ``None`` where an adjective before it does not agree."""
    reading = option.reading
    changes: dict[int, str] = {head: option.nominative}
    for number in before:
        agreeing = _agreeing(words.word(number), reading)
        if agreeing is None:
            return None
        changes[number] = agreeing
    weights = NOMINATIVE_KIND_WEIGHT if reading.case == "nom" else KIND_WEIGHT
    score = base + weights[option.kind] + CASE_WEIGHT[reading.case] + ADJECTIVE_WEIGHT * len(before)
    word = words.word(head)
    if option.noun and option.lemma in head_lemmas():
        score += HEAD_WEIGHT
    if len(words.places) == 1 and option.kind == "place" and word[0].isupper() and not _can_head(word):
        score += PLACE_ALONE_WEIGHT
    if option.kind == "first" and reading.case == "nom" and reading.gender == "f" and _mans_name(word):
        score += MALE_NAME_WEIGHT
    if option.unusual:
        score += UNUSUAL_WEIGHT
    if reading.number == "pl" and not _plural_only(option, word):
        score += PLURAL_WEIGHT if option.kind != "nation" or reading.gender != "m1" else 0.0
    after, gained = _adjectives_after(words, head, reading, bool(before), changes)
    score += gained
    if not before and after == head + 1 and _bare_plural(option, word):
        score += BARE_PLURAL_WEIGHT
    if words.adjacent(after):
        score += _follow(words, after, option, changes)
    if reading.case == "nom":
        changes = {}
    return Parse(score, reading, changes)


def _adjectives_after(
    words: Words, head: int, reading: Reading, before: bool, changes: dict[int, str]
) -> tuple[int, float]:
    """Put the adjectives behind the head into ``changes``; return the word after them and what they add to the score."""
    score = 0.0
    after = head + 1
    while words.adjacent(after) and not _is_acronym(words.word(head)):
        joined = words.word(after) in CONJUNCTIONS and after > head + 1 and words.adjacent(after + 1)
        agreeing = _agreeing(words.word(after + joined), reading)
        if agreeing is None or (joined and _is_noun(words.word(after + 1))):
            break
        behind = words.word(after + joined + 1) if words.adjacent(after + joined + 1) else ""
        shared = _could_lead(words.word(after + joined), behind)
        if shared and before and not agreeing.lower().endswith(CLASSIFYING):
            break  # ``Wielkiej Orkiestry Świątecznej Pomocy``: adjective and noun, twice
        if shared and not joined and after > head + 1:
            break  # ``Komitetu Sterującego Radomskiego Obszaru``: the second adjective leads what is governed
        after += joined
        changes[after] = agreeing
        score += SHARED_ADJECTIVE_WEIGHT if shared else ADJECTIVE_WEIGHT
        after += 1
    return after, score


@cache
def head_lemmas() -> frozenset[str]:
    """Return the nouns that head names of organisations, as the rules have them."""
    entries = rules.read_rules("organisations.yaml")
    return frozenset(lemma for entry in entries for lemma in entry.get("heads", ()))


def _can_head(word: str) -> bool:
    return any(option.lemma in head_lemmas() or option.kind == "nation" for option in options(word))


def _mans_name(word: str) -> bool:
    return any(
        option.kind == "first" and option.reading.gender == "m1" and option.reading.case == "gen"
        for option in options(word)
    )


def _is_acronym(word: str) -> bool:
    return (
        len(word) > 1 and word.isupper() and len({o.nominative for o in options(word)}) == 1 and len(word) < 6
    )


@lru_cache(maxsize=REMEMBERED)
def _agreeing(word: str, reading: Reading) -> str | None:
    """Return the nominative of an adjective that agrees with ``reading``; None where it does not."""
    for option in options(word):
        if not option.noun and option.reading == reading:
            return option.nominative
    return None


def _plural_only(option: Option, word: str) -> bool:
    """Tell whether the noun is a place in the plural (``Katowice``) and the word nothing more usual."""
    return (
        option.kind == "place"
        and option.lemma == option.nominative
        and not any(
            other.noun and other.lemma != option.lemma and other.kind in ("place", "nation")
            for other in options(word)
        )
    )


def _is_noun(word: str) -> bool:
    return any(option.noun and option.kind == "common" for option in options(word))


def _could_lead(adjective: str, noun: str) -> bool:
    """Tell whether an adjective may as well belong to the noun behind it, both written with a capital or neither."""
    if adjective[:1].isupper() != noun[:1].isupper():
        return False
    readings = {option.reading for option in options(adjective) if not option.noun}
    return any(option.noun and option.reading in readings for option in options(noun))


def _bare_plural(option: Option, word: str) -> bool:
    """Tell whether the word is read as a genitive plural that has no ending at all."""
    return (
        option.reading[:2] == ("pl", "gen")
        and option.kind != "place"
        and not word.endswith(("ów", "i", "y", "ych", "ich"))
        and option.lemma not in head_lemmas()
    ) or (
        option.reading[:2] == ("pl", "gen") and option.kind == "place" and option.lemma != option.nominative
    )


def _follow(words: Words, after: int, head: Option, changes: dict[int, str]) -> float:
    """Let what stands in apposition after the head phrase go with it; return what that adds to the score."""
    word = words.word(after)
    if word in CONJUNCTIONS and words.adjacent(after + 1):
        return _coordinated(words, after + 1, head.reading, changes)
    if head.lemma in SETTLEMENTS and word[0].isupper():
        return _apposition(words, after, head.reading, changes, ("place", "guess", "other", "surname"))
    if head.kind in ("first", "surname") or (head.lemma in TITLES and head.reading.gender == "m1"):
        return _person(words, after, head, changes)
    if head.lemma == "gmina" and word[0].isupper():
        named = options(word)
        if named and all(option.reading.case != "nom" for option in named) and not words.adjacent(after + 1):
            return _apposition(words, after, head.reading, changes, ("place",))
    return 0.0


def _coordinated(words: Words, start: int, reading: Reading, changes: dict[int, str]) -> float:
    for number in (reading.number, "pl" if reading.number == "sg" else "sg"):
        for gender in ("m1", "m2", "m3", "f", "n"):
            found = _phrase_in(words, start, Reading(number, reading.case, gender), None)
            if found:
                changes |= found
                return 0.8 if number == reading.number else 0.2
    return 0.0


def _apposition(
    words: Words, start: int, reading: Reading, changes: dict[int, str], kinds: Sequence[str]
) -> float:
    best: dict[int, str] = {}
    word = words.word(start)
    stands = any(option.reading.case == "nom" and option.kind in kinds for option in options(word))
    for number in ("sg",) if stands else ("sg", "pl"):
        for gender in ("m3", "f", "n", "m1", "m2"):
            found = _phrase_in(words, start, Reading(number, reading.case, gender), kinds)
            if found and (not best or _preference(found) > _preference(best)):
                best = found
    if stands and len("".join(best.values())) >= len("".join(words.word(number) for number in best)):
        return 0.0  # ``Miasta Opole`` stays, but ``Miasta Tarnowa`` is the genitive of ``Tarnów``
    changes |= best
    return 0.5 if best else 0.0


def _preference(changes: dict[int, str]) -> tuple[int, int]:
    """Order readings of a place: more words, then fewer letters (``Tarnów``, not ``Tarnowo``, for ``Tarnowa``)."""
    return len(changes), -sum(map(len, changes.values()))


def _phrase_in(
    words: Words, start: int, reading: Reading, kinds: Sequence[str] | None
) -> dict[int, str] | None:
    """Return the changes of a noun with its adjectives that stands in ``reading``; None where there is none."""
    changes: dict[int, str] = {}
    at = start
    while True:
        word = words.word(at)
        agreeing = _agreeing(word, reading)
        if agreeing is not None and words.adjacent(at + 1) and _noun_in(words.word(at + 1), reading, kinds):
            changes[at] = agreeing
            at += 1
            continue
        noun = _noun_in(word, reading, kinds)
        if noun:
            changes[at] = noun.nominative
            break
        if agreeing is None or not words.adjacent(at + 1):
            return None
        changes[at] = agreeing
        at += 1
    while words.adjacent(at + 1) and (agreeing := _agreeing(words.word(at + 1), reading)) is not None:
        at += 1
        changes[at] = agreeing
    return changes


def _noun_in(word: str, reading: Reading, kinds: Sequence[str] | None) -> Option | None:
    return min(
        (o for o in options(word) if o.noun and o.reading == reading and (not kinds or o.kind in kinds)),
        key=lambda option: len(option.nominative),
        default=None,
    )


def _person(words: Words, after: int, head: Option, changes: dict[int, str]) -> float:
    """Let the further names of a person go with the first: ``Jana Kowalskiego`` → ``Jan Kowalski``."""
    gained = 0.0
    named = head.kind in ("first", "surname")
    while words.adjacent(after) or (
        after < len(words.places) and words.tokens[words.places[after] - 1] in "-"
    ):
        word = words.word(after)
        found = next(
            (
                option
                for kinds in (
                    ("first", "surname"),
                    ("guess",),
                    *((("place", "common", "other"),) if named else ()),
                )
                for option in options(word)
                if option.kind in kinds
                and option.reading.number == head.reading.number
                and option.reading.case == head.reading.case
                and (option.reading.gender == head.reading.gender or option.kind == "guess")
                and word[0].isupper()
            ),
            None,
        )
        if found is None:
            return gained
        changes[after] = found.nominative
        gained += 1.2 if found.kind in ("first", "surname") else 0.3
        after += 1
    return gained


def _legal_form(words: Words) -> dict[int, str]:
    """Return the nominative of a legal form written out: ``Spółką Akcyjną`` → ``Spółka Akcyjna``."""
    for number in range(1, len(words.places)):
        if any(option.lemma == "spółka" and option.noun for option in options(words.word(number))):
            for option in options(words.word(number)):
                if option.lemma == "spółka" and option.reading.number == "sg":
                    found = _phrase_in(words, number, option.reading, None)
                    if found and len(found) > 1:
                        return found
            if words.word(number + 1).lower() in ("z", "jawna"):
                return {number: morphology.like("spółka", words.word(number))}
    return {}
