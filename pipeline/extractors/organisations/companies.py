"""Companies known by their legal form: ``Jurabud sp. z o.o.``, ``PKP Polskie Linie Kolejowe S.A.``."""

from pipeline.extractors.organisations.grammar import Grammar, Name
from pipeline.extractors.organisations.rulebook import OrganisationRule, word_list
from pipeline.extractors.organisations.tails import AND
from pipeline.extractors.organisations.tokens import (
    CLOSING,
    FUNCTION_WORDS,
    OPENING,
    adjectives,
    is_first_name,
    is_unknown,
    is_verb,
    noun_lemmas,
    nouns,
)
from pipeline.nominals import options

BINDING = frozenset({"&", "+"})
DASHES = frozenset({"-", "–", "—"})
MAX_WORDS = 8


def read_company(grammar: Grammar, at: int, rule: OrganisationRule) -> Name | None:
    """Return the company whose legal form stands at a place: the capitalised words in front of it, with it."""
    unit = grammar.unit
    first = at
    while first > 0 and at - first < MAX_WORDS and unit.near(first):
        word = unit.word(first - 1)
        if "\n" in unit.gaps[first] and grammar.begins_name(first):
            break
        if word in CLOSING and unit.near(first):
            opened = _opening(grammar, first - 1)
            if opened is None:
                break
            first = opened
        elif word in BINDING or (word in AND and _coordinates(grammar, first - 1)):
            first -= 1
        elif (
            unit.capital(first - 1)
            and not _leads_in(grammar, first - 1)
            and (noun_lemmas(word).isdisjoint(word_list("announcing")) or _has_adjective(grammar, first - 1))
        ):
            if is_verb(word) and (first == 1 or unit.word(first - 2) in ".:;!?") and first < at:
                break
            first -= 1
        else:
            break
    if first == at or not (unit.capital(first) or unit.word(first) in OPENING):
        return None
    first = _spelt_out(grammar, first, at)
    last = at + 1
    end = grammar.place(last) if unit.near(last) else last
    return Name(rule, first, at, end)


def _spelt_out(grammar: Grammar, first: int, at: int) -> int:
    """Return where a name begins whose acronym follows it after a dash: ``Koleje Wielkie – KW sp. z o.o.``."""
    unit = grammar.unit
    acronym = unit.word(first)
    begun = first - 1 - len(acronym)
    if first != at - 1 or begun < 0 or unit.word(first - 1) not in DASHES or len(acronym) < 2:
        return first
    words = [unit.word(place) for place in range(begun, first - 1)]
    together = all(unit.near(place) for place in range(begun + 1, first + 1))
    return begun if together and "".join(word[0] for word in words) == acronym else first


def _leads_in(grammar: Grammar, at: int) -> bool:
    """Tell whether a function word only has its capital from a heading or the beginning of a sentence."""
    unit = grammar.unit
    return unit.word(at).lower() in FUNCTION_WORDS and (
        unit.word(at).isupper() or not (unit.near(at) and unit.capital(at - 1))
    )


def _coordinates(grammar: Grammar, at: int) -> bool:
    """Tell whether a conjunction stands inside a name: ``Polskiego Górnictwa Naftowego i Gazownictwa``."""
    unit = grammar.unit
    if not (unit.near(at) and unit.capital(at - 1) and unit.capital(at + 1)) or grammar.begins_name(at + 1):
        return False
    before, after = options(unit.word(at - 1)), nouns(unit.word(at + 1))
    cases = {option.reading.case for option in before if option.kind == "common"}
    return bool(cases & {option.reading.case for option in after if option.kind == "common"})


def _has_adjective(grammar: Grammar, at: int) -> bool:
    """Tell whether an adjective with a capital belongs to the noun: ``Spółka Wodna``, ``Polska Spółka Gazownictwa``."""
    unit = grammar.unit
    readings = {option.reading for option in nouns(unit.word(at))}
    after = unit.near(at + 1) and unit.capital(at + 1) and readings & adjectives(unit.word(at + 1))
    before = unit.near(at) and unit.capital(at - 1) and readings & adjectives(unit.word(at - 1))
    return bool(after or before)


def _opening(grammar: Grammar, closing: int) -> int | None:
    unit = grammar.unit
    for at in range(closing - 1, max(-1, closing - 10), -1):
        if unit.word(at) in OPENING and not unit.gaps[at + 1]:
            return at
    return None


def read_introduced(grammar: Grammar, at: int, rule: OrganisationRule) -> Name | None:
    """Return the bare name that a word in small letters at a place announces: ``firma Jurabud``."""
    unit = grammar.unit
    first = last = at + 1
    quoted = grammar.quoted(first) if unit.near(first) else first
    if quoted > first:
        return Name(rule, first + 1, at, quoted - 1)
    if unit.capital(at) or "name" not in rule.tails:
        return None
    if is_first_name(unit.word(first)):
        return None
    while unit.near(last) and unit.capital(last) and last - first < MAX_WORDS:
        if grammar.begins_name(last):
            return None
        last += 1
    return Name(rule, first, at, last) if last > first else None


def read_foreign(grammar: Grammar, at: int, rule: OrganisationRule) -> Name | None:
    """Return the foreign body whose head stands at a place: the words with capitals around it, with it."""
    unit = grammar.unit
    first, last = at, at + 1
    while unit.near(first) and unit.capital(first - 1) and is_unknown(unit.word(first - 1)):
        first -= 1
    if unit.capital(at):
        while unit.near(last) and (
            (unit.capital(last) and is_unknown(unit.word(last))) or unit.word(last) == "of"
        ):
            last += 1
    return Name(rule, first, at, last) if last - first > 1 else None
