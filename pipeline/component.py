"""plextract as a component of spaCy pipelines: ``nlp.add_pipe("plextract")``.

Its factory is registered by entry point. It puts a span group for each table on a ``Doc`` (``doc.spans["dates"]``),
and every span knows its record (``span._.value``). What it keeps on a ``Doc`` is plain data, so that documents and
pipelines can be stored, and sent to other processes.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline import annotate, flow, library
from pipeline.document import Entity
from pipeline.flow import Named, Settings
from pipeline.records import MENTION_TABLES, Mention

if TYPE_CHECKING:
    Names = Named | Language | None

KEY = "plextract"
"""Where ``Doc.user_data`` keeps the records."""
DATE_KEY = "plextract_reference_date"
ADAPTERS: Mapping[str, TypeAdapter[Mention]] = {
    record.table: TypeAdapter(record) for record in MENTION_TABLES
}
"""What turns the records of a table into plain data and back."""


class Component:
    """Reads the text of a ``Doc`` and leaves spans with values on it."""

    def __init__(self, *, model: str | None, reference_date: date | None, names_from: str) -> None:
        self.model = model
        self.reference_date = reference_date
        self.names_from = names_from
        """What the column ``rule`` calls the pipeline that found the entities of a ``Doc``."""

    def __call__(self, doc: Doc) -> Doc:
        settings = Settings(reference_date=doc._.reference_date or self.reference_date)
        found = flow.process(library.as_it_stands(doc.text), self._names(doc), settings)
        kept: dict[str, list[Any]] = {}
        for record in MENTION_TABLES:
            rows = found.rows(record)
            kept[record.table] = [ADAPTERS[record.table].dump_python(row, mode="json") for row in rows]
            doc.spans[record.table] = [
                _span(doc, row, f"{record.table}:{number}") for number, row in enumerate(rows)
            ]
        doc.user_data[KEY] = kept
        doc._.reference_date = found.document.reference_date
        return doc

    def _names(self, doc: Doc) -> "Names":
        if self.model is not None:
            return library.loaded(self.model)
        if not doc.has_annotation("ENT_IOB"):
            return None
        entities = (
            Entity(entity.start_char, entity.end_char, label)
            for entity in doc.ents
            if (label := annotate.LABELS.get(entity.label_.lower()))
        )
        return Named(tuple(entities), self.names_from)


@Language.factory("plextract", assigns=["doc.spans"], default_config={"model": None, "reference_date": None})
def make_component(nlp: Language, name: str, model: str | None, reference_date: str | None) -> Component:
    """The factory ``plextract``.

    ``model`` proposes names of organisations: ``auto``, ``none``, a name or a path as for ``plextract run --model``;
    without it the entities that components before this one have found do, where there are any. ``reference_date``
    (``2016-04-21``) is the day that relative dates count from; ``doc._.reference_date`` says it of one document.
    """
    day = date.fromisoformat(reference_date) if reference_date else None
    return Component(model=model, reference_date=day, names_from=annotate.model_name(nlp))


def _span(doc: Doc, row: Mention, span_id: str) -> Span:
    """Return the tokens that a row's characters are in; where a border falls inside a token, the whole token."""
    assert row.raw_start is not None
    assert row.raw_end is not None, "a document of plain text has raw offsets"
    span = doc.char_span(
        row.raw_start, row.raw_end, label=row.table, alignment_mode="expand", span_id=span_id
    )
    assert span is not None, f"no tokens at {row.raw_start}:{row.raw_end}"
    return span


# --- extensions of spaCy's objects ---------------------------------------------------------------------------


def value_of(span: Span) -> Mention | None:
    """Return the record of a span; None of a span that plextract has not made."""
    table, _, number = span.id_.rpartition(":")
    kept = span.doc.user_data.get(KEY, {}).get(table)
    if kept is None:
        return None
    return ADAPTERS[table].validate_python(kept[int(number)])


def reference_date_of(doc: Doc) -> date | None:
    """Return the day that relative dates of a document count from."""
    stated = doc.user_data.get(DATE_KEY)
    return date.fromisoformat(stated) if stated else None


def set_reference_date(doc: Doc, day: date | None) -> None:
    """Say which day relative dates of a document count from, before the component reads it."""
    doc.user_data[DATE_KEY] = day.isoformat() if day else None


def _extend(
    kind: type[Doc] | type[Span],
    name: str,
    getter: Callable[[Any], Any],
    setter: Callable[[Any, Any], None] | None = None,
) -> None:
    """Register an extension; raises ``ValueError`` where somebody else's has the name."""
    if not kind.has_extension(name):
        kind.set_extension(name, getter=getter, setter=setter)
    elif kind.get_extension(name)[2] is not getter:
        raise ValueError(f"{kind.__name__}._.{name} is an extension of another package; plextract needs it")


_extend(Span, "value", value_of)
_extend(Doc, "reference_date", reference_date_of, set_reference_date)
