"""The organisation rules of ``rules/organisations.yaml``, ready for use: which words begin or announce a name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline import morphology, rules
from pipeline.morphology import Reading
from pipeline.rules import Rule

WORD_LISTS = "organisations/words.yaml"
Tail = Literal[
    "genitive", "purpose", "patron", "number", "quoted", "name", "legal_form", "place", "country", "acronym"
]
Kind = Literal["head", "unit", "acronym", "legal_form", "introduced", "known", "bracketed", "foreign"]
OrgType = Literal[
    "ministry", "government_office", "local_government", "association", "company", "fund", "university",
    "foundation", "media", "international", "other",
]  # fmt: skip


class OrganisationRule(Rule):
    """A rule for names of organisations: the words that carry them, and the grammar of what follows."""

    pattern: str = ""
    kind: Kind = "head"
    heads: list[str] = Field(default_factory=list)
    """Lemmas of the noun that heads the name, as the dictionary has them."""
    words: list[str] = Field(default_factory=list)
    """Words taken as they stand (acronyms, foreign heads)."""
    legal_forms: list[str] = Field(default_factory=list)
    """Legal forms; a word in angle brackets stands for all its forms: ``<spółka> <akcyjny>``."""
    org_type: OrgType = "other"
    tails: list[Tail] = Field(default_factory=list)
    """What may follow the head and its adjectives."""
    needs: list[str] = Field(default_factory=list)
    """Lemmas of which one at least must stand in the name."""
    excludes: list[str] = Field(default_factory=list)
    """Lemmas that must not stand in the name."""
    not_after: list[str] = Field(default_factory=list)
    """Lemmas that must not stand right before it."""
    led: bool = False
    """An adjective with a capital stands before the head."""
    alone: bool = False
    """The head word on its own is a name."""
    small: bool = False
    """The head may be written in small letters."""
    plural: bool = False
    """The head stands in the plural."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules by the words that call them."""

    rules: Sequence[OrganisationRule]
    heads: Mapping[str, tuple[OrganisationRule, ...]]
    """From a word in small letters to the rules that it can head, in the order of the file."""
    known: Mapping[str, OrganisationRule]
    """From an acronym or word, exactly as written, to its rule."""
    singular_heads: Mapping[str, frozenset[str]]
    """From a word in small letters to the lemmas of it that head names in the singular."""
    introducing: Mapping[str, OrganisationRule]
    """From a word in small letters to the rule for the name that it announces."""
    legal_form: re.Pattern[str]
    calling: frozenset[str]
    """Every word, in small letters, with a capital and in capitals, at which a rule looks further.

    A head that its rules want with a capital is left out in small letters."""
    opening: frozenset[str]
    """Those of them that call nothing but a legal form that they may begin: ``a`` for ``a.s.``"""

    of_kind: Mapping[Kind, Sequence[OrganisationRule]]
    """The rules of each kind in the order of the file."""
    unit_rules: frozenset[str]
    """The ids of the rules for units of local government."""
    readings: dict[tuple[str, str], frozenset[Reading]] = field(default_factory=dict, compare=False)
    """The readings of words as heads of rules, by word and rule, as far as texts have asked for them."""

    def rules_of(self, kind: Kind) -> Sequence[OrganisationRule]:
        """Return the rules of a kind in the order of the file."""
        return self.of_kind.get(kind, ())

    def rule(self, kind: Kind) -> OrganisationRule:
        """Return the first rule of a kind."""
        return self.of_kind[kind][0]


def organisation_rules() -> Sequence[OrganisationRule]:
    """Return the rules in the order of their file."""
    return rules.rule_set("organisations", OrganisationRule).rules


@cache
def rulebook() -> Rulebook:
    """Load and compile the rules; raises ``RuleError`` naming the file, the rule and the reason."""
    all_rules = organisation_rules()
    heads: dict[str, list[OrganisationRule]] = {}
    introducing: dict[str, OrganisationRule] = {}
    known: dict[str, OrganisationRule] = {}
    forms: list[str] = []
    for rule in all_rules:
        for lemma in rule.heads:
            for form in inflected(lemma):
                if rule.kind == "introduced":
                    introducing.setdefault(form, rule)
                elif rule not in heads.setdefault(form, []):
                    heads[form].append(rule)
        for word in rule.words:
            if rule.kind in ("foreign", "acronym"):
                heads.setdefault(word.lower(), []).append(rule)
            else:
                known.setdefault(word, rule)
        forms += rule.legal_forms
    legal = {re.split(r"\W", form)[0] for form in _all_spelt_out(forms)}
    calls = {*heads, *introducing, *legal}
    calling = frozenset(word for rule in all_rules for word in rule.words)
    calling |= {form for word in calls for form in (word, word.lower(), word.capitalize(), word.upper())}
    capital_only = {
        head
        for head, found in heads.items()
        if head not in introducing and all(rule.kind == "head" and not rule.small for rule in found)
    }
    words = {word for rule in all_rules for word in rule.words}
    small = {form for form in calling if form.islower()} - words
    legal = {form for form in calling if form.lower() in {word.lower() for word in legal}}
    return Rulebook(
        rules=all_rules,
        heads={form: tuple(found) for form, found in heads.items()},
        known=known,
        singular_heads={
            form: frozenset(lemma for rule in found if not rule.plural for lemma in rule.heads)
            for form, found in heads.items()
        },
        introducing=introducing,
        legal_form=_legal_form(forms),
        calling=calling - ((small & capital_only) - legal),
        opening=frozenset(
            form for form in legal - words if form.lower() not in heads and form.lower() not in introducing
        ),
        of_kind={kind: [rule for rule in all_rules if rule.kind == kind] for kind in get_args(Kind)},
        unit_rules=frozenset(rule.id for rule in all_rules if rule.kind == "unit"),
    )


class WordList(BaseModel):
    """Words of ``rules/organisations/words.yaml`` that the grammar asks about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    meaning: str
    lemmas: frozenset[str]


@cache
def word_list(name: str) -> frozenset[str]:
    """Return the lemmas of a word list; raises ``RuleError`` where the file has no such list."""
    lists = rules.read_rules(WORD_LISTS)
    try:
        return WordList.model_validate(lists[name]).lemmas
    except (KeyError, TypeError, ValidationError) as error:
        raise rules.RuleError(f"{WORD_LISTS}: {name}: {error}") from error


def inflected(lemma: str) -> frozenset[str]:
    """Return all forms of a noun in small letters; the lemma itself where the dictionary does not know it."""
    found = {form.form.lower() for form in morphology.forms(lemma) if form.tag.startswith(("subst", "ger"))}
    return frozenset(found or {lemma.lower()})


def _legal_form(forms: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern for the legal forms, spaces optional after full stops, any capitals but for acronyms."""
    alternatives = sorted(_all_spelt_out(forms), key=len, reverse=True)
    return (
        re.compile(rf"(?<!\w)(?:{'|'.join(map(_spaced, alternatives))})(?!\w)")
        if alternatives
        else re.compile(r"(?!)")
    )


def _all_spelt_out(forms: Sequence[str]) -> set[str]:
    return {text for form in forms for text in _spelt_out(form)}


def _spelt_out(form: str) -> Iterator[str]:
    choices = [
        sorted({f.form for f in morphology.forms(part[1:-1]) if f.tag.startswith(("subst:sg", "adj:sg"))})
        if part.startswith("<")
        else [part]
        for part in form.split()
    ]
    stems = [{word for word in choice if _may_agree(word)} or set(choice) for choice in choices]
    for words in product(*stems):
        yield " ".join(words)


def _may_agree(word: str) -> bool:
    return any(
        reading.number == "sg" and reading.gender == "f"
        for analysis in morphology.analyse(word)
        for reading in analysis.readings
    )


def _spaced(form: str) -> str:
    """Return a pattern for a form: any space where there is one, perhaps some after a full stop, the last stop perhaps."""
    words = r"\s+".join(
        r"\.\s*".join(map(re.escape, word.rstrip(".").split("."))) + (r"\." if "." in word else "")
        for word in form.split()
    )
    pattern = words.replace(r"\.\s+", r"\.\s*")
    pattern = pattern + "?" if pattern.endswith(r"\.") else pattern
    return pattern if form.isupper() and "." not in form else f"(?i:{pattern})"
