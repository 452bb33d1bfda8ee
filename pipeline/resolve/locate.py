"""Which of the units that bear its name a mention of local government means, by what its document says around it."""

from collections.abc import Sequence
from functools import cached_property

from pipeline.document import Document
from pipeline.records import OrganisationMention
from pipeline.resolve.register import Register
from pipeline.resolve.territory import (
    GMINAS,
    Candidate,
    Said,
    Unit,
    as_stated,
    fitting,
    known_candidates,
    said,
    said_beside,
    states,
    unit_of,
)

NOWHERE: tuple[str | None, str | None] = (None, None)


def located(
    document: Document, mentions: Sequence[OrganisationMention], register: Register | None
) -> list[tuple[str | None, str | None]]:
    """Return for each mention where it lies, null unless that tells it from namesakes, and its code, null without one."""
    context = _Context(document)
    return [
        _located(context, mention, unit, register)
        if mention.org_type == "local_government" and (unit := unit_of(mention.name))
        else NOWHERE
        for mention in mentions
    ]


class _Context:
    """What a document says of counties and voivodeships, near a mention and anywhere."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def beside(self, mention: OrganisationMention) -> Said:
        sentence = self._document.sentence_at(mention.start)
        return said_beside(self._document.text, mention.end, max(mention.end, sentence.end))

    def stated(self, mention: OrganisationMention) -> bool:
        sentence = self._document.sentence_at(mention.start)
        return states(self._document.text, mention.end, max(mention.end, sentence.end))

    def sentence(self, mention: OrganisationMention) -> Said:
        sentence = self._document.sentence_at(mention.start)
        return said(self._document.text[sentence.start : sentence.end])

    @cached_property
    def anywhere(self) -> Said:
        return said(self._document.text)


def _located(
    context: _Context, mention: OrganisationMention, unit: Unit, register: Register | None
) -> tuple[str | None, str | None]:
    candidates = register.candidates(unit) if register else ()
    # names that the register lacks may be those of gminas that are no more: what is known without it still holds
    candidates = candidates or known_candidates(unit)
    beside = context.beside(mention)
    if not candidates:
        stated = as_stated(beside) if unit.kind in GMINAS and context.stated(mention) else None
        return (str(stated) if stated else None), None
    if len(candidates) == 1:
        return None, candidates[0].teryt if unit.whole and not _contradicts(beside, candidates[0]) else None
    for heard in (beside, context.sentence(mention), context.anywhere):
        if found := fitting(candidates, heard):
            return str(found.location), found.teryt if unit.whole else None
    return NOWHERE


def _contradicts(beside: Said, only: Candidate) -> bool:
    """Tell whether the text puts a unit right beside its name where the only one of the register is not."""
    county, voivodeship = only.location
    return bool(
        (county and beside.counties and county not in beside.counties)
        or (voivodeship and beside.voivodeships and voivodeship not in beside.voivodeships)
    )
