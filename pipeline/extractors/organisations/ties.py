"""Which acronym stands for which name in a document, and where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from pipeline.document import Document
from pipeline.extractors.organisations import acronyms
from pipeline.extractors.organisations.proposals import Proposal, disjoint
from pipeline.extractors.organisations.rulebook import Rulebook
from pipeline.extractors.organisations.tokens import Words


def _owner(proposal: Proposal, proposals: Sequence[Proposal], acronym: str) -> Proposal:
    """Return whose acronym stands behind a name: that of the organ's unit where its initials say so.

    ``Zgromadzenia Związku Komunalnego Gmin Pojezierza (ZKGP)`` names the union's acronym, not the assembly's.
    """
    letters = acronym.replace(" ", "").upper()
    inner = [other for other in proposals if other.end == proposal.end and other.start >= proposal.start]
    return next((other for other in sorted(inner) if acronyms.initials(other.name) == letters), proposal)


def _by_kind(chosen: Sequence[Proposal], kinds: frozenset[str]) -> dict[str, Proposal]:
    """Return the one long name in the document for each name that begins with the acronym of a kind.

    ``OSP w Buku`` is ``Ochotnicza Straż Pożarna w Buku``: the initials agree, and the rest is the same.
    """
    owners: dict[str, Proposal] = {}
    long = {
        proposal.name: proposal for proposal in sorted(chosen, reverse=True) if proposal.rule not in kinds
    }
    for short in {proposal.name for proposal in chosen if proposal.rule in kinds}:
        acronym, _, rest = short.partition(" ")
        found = [
            owner
            for name, owner in long.items()
            if name.endswith(f" {rest}") and acronyms.initials(name.removesuffix(rest)) == acronym.upper()
        ]
        if rest and len(found) == 1:
            owners[short] = found[0]
    return owners


def _by_initials(
    written: Iterable[str],
    chosen: Sequence[Proposal],
    expansions: Mapping[str, Proposal],
    false: frozenset[str],
) -> Iterator[tuple[str, Proposal]]:
    """Yield those of the words ``written`` like acronyms that are the initials of just one name in the document."""
    tied = {owner.name for owner in expansions.values()}
    owners: dict[str, dict[str, Proposal]] = {}
    for proposal in sorted(chosen):
        if proposal.name not in tied:
            for letters in acronyms.spellings(proposal.name):
                owners.setdefault(letters, {}).setdefault(proposal.name, proposal)
    for acronym in dict.fromkeys(written):
        found = owners.get(acronym, {})
        if len(found) == 1 and acronym not in expansions and acronym not in false:
            yield acronym, next(iter(found.values()))


def with_acronyms(
    document: Document,
    words: Words,
    book: Rulebook,
    chosen: Sequence[Proposal],
    proposals: Sequence[Proposal],
) -> list[Proposal]:
    """Add the acronyms that the document ties to a name, wherever they stand, and those known by themselves."""
    text = document.text
    bracketed, other = book.rule("bracketed"), book.rules_of("known")[-1]
    false = frozenset(bracketed.excludes)
    expansions: dict[str, Proposal] = {}
    of_name: dict[str, str] = {}
    places: list[Proposal] = []
    ordered = sorted(chosen)
    for proposal, following in zip_longest(ordered, ordered[1:]):
        limit = following.start if following else len(text)
        if short := acronyms.short_form_after(text, proposal.end, limit):
            of_name.setdefault(proposal.name, short)
        defined = acronyms.definition_after(text, proposal.name, proposal.end, false)
        if defined and defined.acronym not in expansions:
            owner = _owner(proposal, proposals, defined.acronym)
            expansions[defined.acronym] = owner
            of_name.setdefault(owner.name, defined.acronym)
    kinds = frozenset(rule.id for rule in book.rules_of("acronym"))
    by_kind = _by_kind(chosen, kinds)
    shared = {one.name.partition(" ")[0] for one in chosen if one.rule in kinds and one.name not in by_kind}
    for short, owner in by_kind.items():
        of_name.setdefault(owner.name, short)
    chosen = [
        proposal._replace(name=by_kind[proposal.name].name, org_type=by_kind[proposal.name].org_type)
        if proposal.name in by_kind
        else proposal
        for proposal in chosen
    ]
    written = acronyms.candidates(text, words)
    for acronym, owner in _by_initials((word for _, _, word in written), chosen, expansions, false | shared):
        expansions[acronym] = owner
        of_name.setdefault(owner.name, acronym)
    for start, end, acronym in acronyms.occurrences(text, words, list(expansions)):
        owner = expansions[acronym]
        places.append(
            Proposal(start, end, owner.name, owner.org_type, bracketed.id, bracketed.score, acronym)
        )
    for start, end, word in written:
        if word not in expansions and word not in false and acronyms.names_body(word):
            rule = book.known.get(word, other)
            places.append(Proposal(start, end, word, rule.org_type, rule.id, rule.score))
    for word, rule in book.known.items():
        if word not in expansions and (word in words if word.isalpha() else word in text):
            places.extend(
                Proposal(start, end, word, rule.org_type, rule.id, rule.score)
                for start, end, _ in acronyms.occurrences(text, words, [word])
            )
    result = [
        proposal._replace(acronym=of_name.get(proposal.name, proposal.acronym))
        for proposal in chosen
        if not (
            proposal.rule.startswith("ner:")
            and any(place.start < proposal.end and proposal.start < place.end for place in places)
        )
    ]
    return disjoint(sorted(places, key=lambda place: place.start - place.end), result)
