"""Mentions of organisations: rules and the entities of a model propose, one arbiter decides.

The rules are those of ``rules/organisations.yaml``: head nouns with their grammar, units of local government,
legal forms, acronyms. A mention's ``rule`` says who proposed it, and its ``score`` how probable it is.
"""

import bisect
import re
from collections.abc import Callable, Collection, Iterator, Sequence

from pipeline.document import START, Document, Span
from pipeline.extractors.organisations import companies, localities
from pipeline.extractors.organisations.grammar import Grammar, Name
from pipeline.extractors.organisations.proposals import Proposal, disjoint
from pipeline.extractors.organisations.rulebook import (
    OrganisationRule,
    Rulebook,
    organisation_rules,
    rulebook,
    word_list,
)
from pipeline.extractors.organisations.ties import with_acronyms
from pipeline.extractors.organisations.tokens import (
    BROKEN,
    CLOSING,
    OPENING,
    Unit,
    Words,
    adjectives,
    is_acronym,
    nouns,
    words_of,
)
from pipeline.morphology import analyse
from pipeline.nominative import nominative
from pipeline.records import OrganisationMention

WORD = re.compile(r"[^\W\d_]+")
NO_LEGAL_FORM = frozenset({"association", "government_office", "other"})
"""Kinds of bodies that are companies all the same where the form of one stands in their name."""
STATUS = re.compile(r"Państwow\w+\s+Instytut\w*\s+Badawcz\w+", re.IGNORECASE)
"""What an institute is besides: ``Instytut Morski – Państwowy Instytut Badawczy`` is one body."""
BEFORE_STATUS = re.compile(r"([^\W\d_]+)\s+[–—-]\s+$")
LONGEST_ACRONYM = 6
"""Longer words in capitals are words of a heading."""
NER_SCORE = 0.6
READERS: dict[str, Callable[[Grammar, int, OrganisationRule], Name | None]] = {
    "head": Grammar.read, "acronym": Grammar.read_acronym, "foreign": companies.read_foreign,
}  # fmt: skip
BEFORE, AFTER = 160, 400
"""Characters around a word that calls a rule in which its name is looked for."""


def rules() -> Sequence[OrganisationRule]:
    """Return the rules of this table."""
    return organisation_rules()


def extract(document: Document) -> list[OrganisationMention]:
    """Return the organisations that the document names, in text order; their spans do not overlap."""
    book = rulebook()
    words = words_of(document, book.calling)
    proposals = [
        proposal
        for proposal in _from_rules(document, words, book)
        if not _only_lies_there(document, book, proposal)
    ]
    proposals.extend(_from_entities(document, book, {(one.start, one.end) for one in proposals}))
    chosen = _with_status(document.text, _arbitrate(proposals))
    chosen = with_acronyms(document, words, book, chosen, proposals)
    return [
        OrganisationMention(
            **document.place(proposal.start, proposal.end),
            rule=proposal.rule,
            score=proposal.score,
            name=proposal.name,
            acronym=proposal.acronym,
            org_type=proposal.org_type,
            org_id="",
            located_in=None,
            teryt=None,
        )
        for proposal in chosen
    ]


# --- proposing ----------------------------------------------------------------------------------------------


def _from_rules(document: Document, words: Words, book: Rulebook) -> Iterator[Proposal]:
    """Yield what the rules read around each word of theirs."""
    text = document.text
    calls = sorted(
        start
        for word, starts in words.items()
        if word in book.calling
        for start in starts
        if word not in book.opening or book.legal_form.match(text, start)
    )
    first = 0
    while first < len(calls):
        unit = document.units[bisect.bisect_right(document.units, calls[first], key=START) - 1]
        last = bisect.bisect_left(calls, unit.end, first)
        for window, offsets in _windows(text, unit, calls[first:last]):
            yield from _in_window(document, window, book, offsets)
        first = last


def _windows(text: str, unit: Span, calls: Sequence[int]) -> Iterator[tuple[Span, list[int]]]:
    """Yield stretches of a unit wide enough for any name, with the places of the calling words in them."""
    inside: list[int] = []
    start = end = unit.start
    for offset in calls:
        if inside and offset - BEFORE > end:
            yield Span(start, end), inside
            inside = []
        if not inside:
            start = max(unit.start, offset - BEFORE)
            while start > unit.start and not text[start - 1].isspace():
                start -= 1
        inside.append(offset)
        end = min(unit.end, offset + AFTER)
        while end < unit.end and not text[end].isspace():
            end += 1
    if inside:
        yield Span(start, end), inside


def _in_window(document: Document, span: Span, book: Rulebook, calls: Sequence[int]) -> Iterator[Proposal]:
    text = document.text
    legal: list[Span] = []
    for offset in calls:
        if (not legal or offset >= legal[-1].end) and (form := book.legal_form.match(text, offset, span.end)):
            legal.append(Span(*form.span()))
    unit = Unit(text, span, legal, calls)
    grammar = Grammar(unit, book)
    for offset in calls:
        at = unit.at_offset(offset)
        if at is None:
            continue
        word = unit.word(at).lower()
        for rule in book.heads.get(word, ()):
            if proposals := list(_by_head(grammar, at, rule)):
                yield from proposals
                break
        introducing = book.introducing.get(word)
        if introducing and (name := companies.read_introduced(grammar, at, introducing)):
            yield _proposal(grammar, name.first, name.last, introducing)
    company = book.rule("legal_form")
    for at in sorted(unit.legal):
        if name := companies.read_company(grammar, at, company):
            yield _proposal(grammar, name.first, name.last, company)


def _by_head(grammar: Grammar, at: int, rule: OrganisationRule) -> Iterator[Proposal]:
    if rule.kind == "unit":
        for found in localities.read_units(grammar, at, rule):
            yield Proposal(
                grammar.unit.starts[found.first],
                grammar.unit.ends[found.last - 1],
                found.name,
                rule.org_type,
                rule.id,
                rule.score,
            )
    elif name := READERS[rule.kind](grammar, at, rule):
        yield _proposal(grammar, name.first, name.last, rule)


def _proposal(grammar: Grammar, first: int, last: int, rule: OrganisationRule) -> Proposal:
    start, end = grammar.unit.starts[first], grammar.unit.ends[last - 1]
    number = ("pl" if rule.plural else "sg") if rule.kind == "head" else None
    text = grammar.unit.text[start:end]
    name = " ".join(text.split()) if rule.kind == "acronym" else canonical(text, number)
    has_form = any(first <= at < last for at in grammar.unit.legal)
    org_type = "company" if has_form and rule.org_type in NO_LEGAL_FORM else rule.org_type
    return Proposal(start, end, name, org_type, rule.id, rule.score)


def canonical(text: str, number: str | None = None) -> str:
    """Return the name that a mention stands for: on one line and in the nominative of ``number`` (sg, pl)."""
    return nominative(" ".join(BROKEN.sub("-", text).split()), number=number)


def _from_entities(
    document: Document, book: Rulebook, known: Collection[tuple[int, int]]
) -> Iterator[Proposal]:
    """Yield the model's organisations that no rule has read alike."""
    for entity in document.entities:
        if entity.label != "orgName":
            continue
        start, end = _trimmed(document.text, entity.start, entity.end)
        if (start, end) in known:
            continue
        if start < end and not (
            _is_no_body(document.text[start:end]) or _names_nothing(document.text, start, end)
        ):
            yield Proposal(
                start, end, canonical(document.text[start:end]), _type_of(document.text[start:end], book),
                f"ner:{document.model or 'unknown'}", NER_SCORE,
            )  # fmt: skip


def _only_lies_there(document: Document, book: Rulebook, proposal: Proposal) -> bool:
    """Tell whether the model reads a unit in small letters as a place: ``dzieci z gminy Zakopane``."""
    if not document.text[proposal.start].islower() or proposal.rule not in book.unit_rules:
        return False
    return any(
        entity.label == "placeName" and entity.start <= proposal.start and proposal.end <= entity.end
        for entity in document.entities
    )


def _is_no_body(text: str) -> bool:
    """Tell whether the head of a name says that it is a programme, a venue or the like."""
    for word in WORD.findall(text):
        found = nouns(word)
        if found and not adjectives(word):
            return any(option.lemma.lower() in word_list("no_bodies") for option in found)
        if word.lower() in word_list("no_bodies"):
            return True
    return False


def _names_nothing(text: str, start: int, end: int) -> bool:
    """Tell whether a proposal is no name: no capital in it, two capitals alone, one common word without quotes, or several."""
    name = text[start:end]
    if name.islower() or (len(name) == 2 and name.isupper()):
        return True
    words = WORD.findall(name)
    if not words or _is_plural_of_units(words[0]) or not word_list("between_names").isdisjoint(words):
        return True
    if not name.isalpha() or (name.isupper() and len(name) < LONGEST_ACRONYM):
        return False
    quoted = start > 0 and text[start - 1] in OPENING
    common = any(not one.kinds or "nazwa_pospolita" in one.kinds for one in analyse(name.lower()))
    return common and not quoted


def _is_plural_of_units(word: str) -> bool:
    """Tell whether a word can only be the plural of a unit of local government."""
    units = [option for option in nouns(word) if option.lemma in word_list("several_units")]
    return bool(units) and all(option.reading.number == "pl" for option in units)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without quotes around all of it and without signs at its ends."""
    while start < end and (text[start].isspace() or text[start] in OPENING or text[start] in "(,;:-–—•"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;:-–—("):
        end -= 1
    if text[end - 1] in CLOSING and not any(sign in text[start:end] for sign in OPENING if sign != "”"):
        end -= 1
    return start, end


def _type_of(text: str, book: Rulebook) -> str:
    for word in WORD.findall(text):
        for rule in book.heads.get(word.lower(), ()):
            return rule.org_type
    return "other"


# --- deciding -----------------------------------------------------------------------------------------------


def _arbitrate(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Return the proposals that stand: the longest of those that overlap, a rule's before the model's."""
    order = sorted(
        proposals,
        key=lambda proposal: (
            proposal.rule.startswith("ner:"), proposal.start - proposal.end, -proposal.score, proposal.start,
        ),
    )  # fmt: skip
    return disjoint(order, ())


def _with_status(text: str, chosen: Sequence[Proposal]) -> list[Proposal]:
    """Return the proposals, ``Państwowy Instytut Badawczy`` behind a dash as part of the name in front of it."""
    result: list[Proposal] = []
    for proposal in sorted(chosen):
        stated = STATUS.fullmatch(text, proposal.start, proposal.end)
        before = stated and BEFORE_STATUS.search(text, max(0, proposal.start - 40), proposal.start)
        if before and result and result[-1].end == before.end(1):
            own = result.pop()
            start, name = own.start, own.name
        elif before and is_acronym(before[1]):
            start, name = before.start(1), before[1]
        else:
            result.append(proposal)
            continue
        dash = " ".join(text[before.end(1) : proposal.start].split())
        result.append(proposal._replace(start=start, name=f"{name} {dash} {proposal.name}"))
    return result
