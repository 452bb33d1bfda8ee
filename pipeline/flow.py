"""One document through the stages, in order: the table of contents of the whole pipeline."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline import annotate, resolve, scores
from pipeline.document import Document, Entity, RawDocument, Stage, StageError
from pipeline.extractors import dates, extractor, organisations
from pipeline.normalise import normalise
from pipeline.records import (
    MENTION_TABLES,
    AmountMention,
    DateMention,
    DocumentRecord,
    Mention,
    OrganisationMention,
    PartnerCountMention,
)
from pipeline.rules import tokens_of
from pipeline.scores import Estimates
from pipeline.segment import segment

if TYPE_CHECKING:
    from spacy.language import Language


@dataclass(frozen=True, slots=True)
class Settings:
    """What changes the rows of a run, apart from its inputs, rules and model."""

    reference_date: date | None = None
    """What relative dates count from, for every document of the run; else each document's own."""
    teryt: Path | None = None
    """The register of territorial units that codes of local governments come from."""
    min_score: float = 0.0
    """Rows that are less probably right are left out."""


AnyMention = TypeVar("AnyMention", bound=Mention)


@dataclass(frozen=True, slots=True)
class Extraction:
    """All rows of one document, mentions by table and then in text order, and the seconds that each stage took."""

    document: DocumentRecord
    mentions: tuple[Mention, ...]
    left_out: int = 0
    """How many rows ``Settings.min_score`` left out."""
    seconds: dict[Stage, float] = field(default_factory=dict, compare=False)

    def rows(self, table: type[AnyMention]) -> tuple[AnyMention, ...]:
        """Return the mentions of one table, in text order."""
        return tuple(row for row in self.mentions if isinstance(row, table))

    @property
    def dates(self) -> tuple[DateMention, ...]:
        return self.rows(DateMention)

    @property
    def amounts(self) -> tuple[AmountMention, ...]:
        return self.rows(AmountMention)

    @property
    def partner_counts(self) -> tuple[PartnerCountMention, ...]:
        return self.rows(PartnerCountMention)

    @property
    def organisations(self) -> tuple[OrganisationMention, ...]:
        return self.rows(OrganisationMention)


@dataclass(frozen=True, slots=True)
class Named:
    """Names that somebody else has found: entities in the offsets of ``raw_text``, and who found them."""

    entities: tuple[Entity, ...]
    model: str


def process(
    raw: RawDocument,
    names: "Language | Named | None" = None,
    settings: Settings | None = None,
    *,
    estimates: Estimates | None = None,
) -> Extraction:
    """Take one document from what was read to the rows of its tables.

    ``names`` are named entities, or the model that proposes them; None leaves them to the rules. ``estimates``
    turn the scores of rules into probabilities; None takes those that come with the rules. Raises ``StageError``
    naming the stage at which a document cannot be processed.
    """
    settings = settings or Settings()
    seconds: dict[Stage, float] = {}
    with _stage("normalise", seconds):
        content = normalise(raw.content)
    with _stage("annotate", seconds):
        segments = segment(content.text)
        document = Document(
            doc_id=raw.doc_id,
            content=content,
            has_raw_text=raw.raw_text is not None,
            units=segments.units,
            sentences=segments.sentences,
        )
        if isinstance(names, Named):
            moved = [Entity(*content.from_source(one.start, one.end), one.label) for one in names.entities]
            found = tuple(entity for entity in moved if entity.start < entity.end)
            document = replace(document, entities=found, model=names.model)
        elif names is not None:
            entities = annotate.entities(names, document.text, document.sentences)
            document = replace(document, entities=entities, model=annotate.model_name(names))
    with _stage("extract", seconds):
        # a text that is too large for one document is many, of which none states the date of all
        stated = dates.stated_reference_date(document) if raw.part_of is None else None
        reference = settings.reference_date or raw.reference_date or stated or raw.metadata_date
        document = replace(document, reference_date=reference)
        mentions: list[Mention] = []
        for table in MENTION_TABLES:
            if table is OrganisationMention:
                register = resolve.read_register(settings.teryt) if settings.teryt else None
                mentions += resolve.resolve(document, organisations.extract(document), register)
            else:
                mentions += extractor(table).extract(document)
        scored = _scored(mentions, estimates or scores.estimates())
        kept = tuple(mention for mention in scored if mention.score >= settings.min_score)
    return Extraction(
        document=document_row(raw, document.text, _n_tokens(document), document.reference_date),
        mentions=kept,
        left_out=len(scored) - len(kept),
        seconds=seconds,
    )


def _scored(mentions: Iterable[Mention], estimates: Estimates) -> list[Mention]:
    """Return mentions with the probability that each is right for its score."""
    return [
        replace(mention, score=estimates.probability(mention.table, mention.rule, mention.score))
        for mention in mentions
    ]


def document_row(raw: RawDocument, text: str, n_tokens: int, reference_date: date | None) -> DocumentRecord:
    """Return the row of a document: what reading gave, and what the stages after it have made of that."""
    return DocumentRecord(
        doc_id=raw.doc_id,
        source=raw.source,
        media_type=raw.media_type,
        encoding=raw.encoding,
        sha256=raw.sha256,
        n_bytes=raw.n_bytes,
        n_chars=len(text),
        n_tokens=n_tokens,
        title=raw.title,
        reference_date=reference_date,
        raw_text=raw.raw_text,
        text=text,
        also_at=[],
        part_of=raw.part_of,
        byte_start=raw.byte_start,
    )


def _n_tokens(document: Document) -> int:
    """Return how many words, numbers and signs the document has."""
    forms = tokens_of(document).forms
    return len(forms) - forms.count("") - sum(map(str.isspace, forms))


@contextmanager
def _stage(stage: Stage, seconds: dict[Stage, float]) -> Iterator[None]:
    """Time a stage, and turn whatever goes wrong in it into a ``StageError`` that names it."""
    started = time.perf_counter()
    try:
        yield
    except StageError:
        raise
    except Exception as error:
        raise StageError(stage, type(error).__name__, str(error) or type(error).__name__) from error
    finally:
        seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - started
