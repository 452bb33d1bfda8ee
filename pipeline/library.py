"""plextract inside other programs: a text in, its typed records out.

What is found is what ``plextract run`` finds in the same text. Only what needs several documents is missing:
names and ids of organisations hold within each text, so an acronym that another text explains stays an acronym.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from importlib import metadata
from typing import TYPE_CHECKING

from pipeline import annotate, flow, read
from pipeline.document import AlignedText, RawDocument, StageError
from pipeline.extractors import load_rules
from pipeline.flow import Extraction, Settings

if TYPE_CHECKING:
    from spacy.language import Language

__version__ = metadata.version("plextract")


def extract(
    text: str, *, reference_date: date | None = None, model: "str | Language | None" = "auto"
) -> Extraction:
    """Return all that is found in ``text``: ``dates``, ``amounts``, ``partner_counts`` and ``organisations``.

    Each is a tuple of records in text order whose ``start`` and ``end`` index ``document.text``, the normalised
    text; ``raw_start`` and ``raw_end`` index ``text`` itself. A text that is an HTML page is read as one.

    ``reference_date`` is the day that ``wczoraj`` counts from; without it that is the date that the text states of
    itself. ``model`` proposes names of organisations: a loaded spaCy pipeline, None for none, or ``auto``, ``none``, a name or
    a path as for ``plextract run --model``; one that is named is loaded once and kept. Names and ids of organisations
    hold within the text. A text with nothing in it gives no records.

    Raises ``ModelError`` where there is no such model, ``RuleError`` where rules of your own (``PLEXTRACT_RULES``) cannot
    be used, and ``StageError`` where the text cannot be processed.
    """
    return next(extract_many([text], reference_date=reference_date, model=model))


def extract_many(
    texts: Iterable[str], *, reference_date: date | None = None, model: "str | Language | None" = "auto"
) -> Iterator[Extraction]:
    """Yield what ``extract`` returns for each text, in their order, taking one text at a time.

    For many documents ``plextract run`` is the better way: it works in several processes, and joins organisations
    over all of them. Raises as ``extract`` does, which ends the stream.
    """
    load_rules()
    nlp = loaded(model) if isinstance(model, str) else model
    settings = Settings(reference_date=reference_date)
    for text in texts:
        yield flow.process(_read(text), nlp, settings)


def _read(text: str) -> RawDocument:
    try:
        return read.read(read.Source("text", text=text))
    except StageError as error:
        if error.error_type == "empty":
            return as_it_stands(text)
        raise


def as_it_stands(text: str) -> RawDocument:
    """Return a text as a document, whatever it looks like: HTML is not read as such."""
    data = text.encode("utf-8", "replace")
    return RawDocument(
        source="text",
        media_type="text/plain",
        encoding="utf-8",
        sha256=hashlib.sha256(data).hexdigest(),
        n_bytes=len(data),
        raw_text=text,
        content=AlignedText.of(text),
    )


@lru_cache(maxsize=4)
def loaded(model: str) -> "Language | None":
    """Return the model that a name stands for; the last few are kept."""
    return annotate.load_annotator(model).nlp
