"""One document through the stages, in order: the table of contents of the whole pipeline."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import annotate, resolve
from pipeline.document import Document, RawDocument, Stage, StageError
from pipeline.extract import amounts, dates, organisations, partner_counts
from pipeline.normalise import normalise
from pipeline.records import (
    AmountMention,
    DateMention,
    DocumentRecord,
    Mention,
    OrganisationMention,
    PartnerCountMention,
)
from pipeline.rules import tokens_of
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


@dataclass(frozen=True, slots=True)
class Extraction:
    """All rows of one document, mentions in text order, and the seconds that each stage took."""

    document: DocumentRecord
    dates: tuple[DateMention, ...]
    amounts: tuple[AmountMention, ...]
    partner_counts: tuple[PartnerCountMention, ...]
    organisations: tuple[OrganisationMention, ...]
    seconds: dict[Stage, float] = field(default_factory=dict, compare=False)

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """The rows of all four mention tables."""
        return (*self.dates, *self.amounts, *self.partner_counts, *self.organisations)


def process(raw: RawDocument, nlp: "Language | None" = None, settings: Settings | None = None) -> Extraction:
    """Take one document from what was read to the rows of its tables.

    ``nlp`` proposes named entities; None leaves them to the rules. Raises ``StageError`` naming the stage
    at which a document cannot be processed.
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
        if nlp is not None:
            entities = annotate.entities(nlp, document.text, document.sentences)
            document = replace(document, entities=entities, model=annotate.model_name(nlp))
    with _stage("extract", seconds):
        reference = (
            settings.reference_date
            or raw.reference_date
            or dates.stated_reference_date(document)
            or raw.metadata_date
        )
        document = replace(document, reference_date=reference)
        found_dates = dates.extract(document)
        found_amounts = amounts.extract(document)
        found_counts = partner_counts.extract(document)
        register = resolve.read_register(settings.teryt) if settings.teryt else None
        found_organisations = resolve.resolve(document, organisations.extract(document), register)
    return Extraction(
        document=_document_record(raw, document),
        dates=tuple(found_dates),
        amounts=tuple(found_amounts),
        partner_counts=tuple(found_counts),
        organisations=tuple(found_organisations),
        seconds=seconds,
    )


def _document_record(raw: RawDocument, document: Document) -> DocumentRecord:
    return DocumentRecord(
        doc_id=raw.doc_id,
        source=raw.source,
        media_type=raw.media_type,
        encoding=raw.encoding,
        sha256=raw.sha256,
        n_bytes=raw.n_bytes,
        n_chars=len(document.text),
        n_tokens=_n_tokens(document),
        title=raw.title,
        reference_date=document.reference_date,
        raw_text=raw.raw_text,
        text=document.text,
        also_at=[],
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
