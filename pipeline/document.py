"""A document on its way through the stages, and the map back to the characters it came from.

``AlignedText`` is a text in which every character knows the span of the source it stands for. Reading
makes one (HTML markup drops out), normalising edits it (spaces, hyphens, ligatures), and a mention
found in the final text is traced back through it.
"""

import bisect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from operator import attrgetter
from typing import Literal, NamedTuple, Self, TypedDict, TypeVar

import numpy as np
import numpy.typing as npt

Offsets = npt.NDArray[np.int32]
Stage = Literal["read", "decode", "normalise", "annotate", "extract", "write"]


START = attrgetter("start")
MAX_CONTEXT = 2000
"""Characters of its sentence that a row holds on either side of the mention, so that no sentence is too long."""

KEPT = 2
"""Documents of which is remembered what follows from their text."""
GATHERED = 10_000
"""Pieces of a text that are held apart while it is edited: each costs far more memory than its characters."""


class StageError(Exception):
    """An input that a stage cannot process. It becomes a row of ``errors`` and the run goes on.

    ``error_type`` is a short name of the kind of error (``empty``, ``encrypted``), ``message`` a sentence
    that a user understands.
    """

    def __init__(self, stage: Stage, error_type: str, message: str) -> None:
        super().__init__(message)
        self.stage: Stage = stage
        self.error_type = error_type
        self.message = message


class Span(NamedTuple):
    """A half-open stretch of text, in code points."""

    start: int
    end: int


class Edit(NamedTuple):
    """Put ``replacement`` in the place of ``text[start:end]``."""

    start: int
    end: int
    replacement: str


@dataclass(frozen=True, slots=True)
class AlignedText:
    """``text`` whose character ``i`` stands for ``source[starts[i]:ends[i]]``.

    ``starts`` and ``ends`` never decrease. A character that an edit put in the place of several stands
    for all of them.
    """

    text: str
    starts: Offsets
    ends: Offsets

    @classmethod
    def of(cls, text: str) -> Self:
        """Return ``text`` aligned with itself."""
        starts = np.arange(len(text), dtype=np.int32)
        return cls(text, starts, starts + 1)

    def edited(self, edits: Iterable[Edit]) -> Self:
        """Apply ``edits``, ordered by place and not overlapping. Equal lengths align character by character."""
        texts: list[str] = []
        starts: list[Offsets] = []
        ends: list[Offsets] = []
        done = gathered = 0
        for start, end, replacement in edits:
            if start < done or end < start or end > len(self.text):
                raise ValueError(
                    f"edit at {start}:{end} overlaps one that ends at {done} or exceeds the text"
                )
            texts += (self.text[done:start], replacement)
            starts.append(self.starts[done:start])
            ends.append(self.ends[done:start])
            if len(replacement) == end - start:
                starts.append(self.starts[start:end])
                ends.append(self.ends[start:end])
            elif len(replacement) == 1 and start < end:
                starts.append(self.starts[start : start + 1])
                ends.append(self.ends[end - 1 : end])
            elif replacement:
                first, last = self._covered(start, end)
                starts.append(np.full(len(replacement), first, dtype=np.int32))
                ends.append(np.full(len(replacement), last, dtype=np.int32))
            done = end
            if len(starts) - gathered > GATHERED:  # a page may be little else than entities
                texts[gathered:] = ["".join(texts[gathered:])]
                starts[gathered:] = [np.concatenate(starts[gathered:])]
                ends[gathered:] = [np.concatenate(ends[gathered:])]
                gathered += 1
        if not texts:
            return self
        return type(self)(
            "".join((*texts, self.text[done:])),
            np.concatenate((*starts, self.starts[done:])),
            np.concatenate((*ends, self.ends[done:])),
        )

    def to_source(self, start: int, end: int) -> Span:
        """Return the source span that ``text[start:end]`` stands for."""
        return Span(*self._covered(start, end))

    def from_source(self, start: int, end: int) -> Span:
        """Return the smallest span of ``text`` that holds every character standing for ``source[start:end]``.

        Empty where nothing of the source span is left in the text.
        """
        first = int(np.searchsorted(self.ends, start, side="right"))
        last = int(np.searchsorted(self.starts, end, side="left"))
        return Span(first, max(first, last))

    def _covered(self, start: int, end: int) -> tuple[int, int]:
        if start < end:
            return self.starts.item(start), self.ends.item(end - 1)
        before = int(self.ends[start - 1]) if start else 0
        if start < len(self.text) and int(self.starts[start]) < before:
            return int(self.starts[start - 1]), before  # between characters that stand for the same source
        return before, before


@dataclass(frozen=True, slots=True)
class RawDocument:
    """What reading gives: the source's identity, its decoded text, and the readable text aligned with it."""

    source: str
    media_type: str
    encoding: str | None
    sha256: str
    n_bytes: int
    raw_text: str | None
    """The decoded source; None where the format has none (PDF, DOCX)."""
    content: AlignedText
    """The readable text, aligned with ``raw_text`` (with itself where that is None)."""
    title: str | None = None
    metadata_date: date | None = None
    """A date in the file's own metadata (HTML ``meta``, PDF or DOCX properties, mail header)."""
    reference_date: date | None = None
    """A reference date that came with the input (a column of a table of texts)."""
    part_of: str | None = None
    """The file that this is a part of, where that is too large for one document."""
    byte_start: int | None = None
    """Where in that file the part begins."""

    @property
    def doc_id(self) -> str:
        return self.sha256[:16]


class Sentence(NamedTuple):
    """A sentence, heading, list item or table cell, with the field label that stands over it."""

    start: int
    end: int
    label: str | None


@dataclass(frozen=True, slots=True)
class Entity:
    """A named entity as a model proposed it; ``label`` is one of persName, orgName, placeName, geogName, date, time."""

    start: int
    end: int
    label: str


class Place(TypedDict):
    """The columns of a mention that follow from its offsets alone."""

    doc_id: str
    start: int
    end: int
    text: str
    raw_start: int | None
    raw_end: int | None
    sentence: str
    label: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A normalised, segmented and annotated document, ready for extraction.

    ``units`` are the stretches that a value never crosses (a paragraph whose lines were only wrapped, a
    list item, a heading, a table cell); ``sentences`` divide the units. Both are in text order.
    """

    doc_id: str
    content: AlignedText
    has_raw_text: bool
    units: Sequence[Span]
    sentences: Sequence[Sentence]
    entities: Sequence[Entity] = ()
    model: str | None = None
    """Name of the model that proposed the entities."""
    reference_date: date | None = None
    _sentence_starts: Sequence[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sentence_starts", [*map(START, self.sentences)])

    @property
    def text(self) -> str:
        return self.content.text

    def sentence_at(self, offset: int) -> Sentence:
        """Return the last sentence that begins at or before ``offset``; the whole text where there is none."""
        after = bisect.bisect_right(self._sentence_starts, offset)
        return self.sentences[after - 1] if after else Sentence(0, len(self.text), None)

    def place(self, start: int, end: int) -> Place:
        """Return the mention columns that follow from ``start`` and ``end``."""
        text = self.content.text
        raw_start, raw_end = self.content.to_source(start, end) if self.has_raw_text else (None, None)
        sentence = self.sentence_at(start)
        first = max(sentence.start, start - MAX_CONTEXT)
        last = max(min(sentence.end, end + MAX_CONTEXT), end)
        return {
            "doc_id": self.doc_id,
            "start": start,
            "end": end,
            "text": text[start:end],
            "raw_start": raw_start,
            "raw_end": raw_end,
            "sentence": text[first:last],
            "label": sentence.label,
        }


Derived = TypeVar("Derived")


def remembered(derive: Callable[[Document], Derived]) -> Callable[[Document], Derived]:
    """Remember what ``derive`` returns of the last documents; it must follow from their text and units alone.

    So a document that got its entities or its reference date since is still known.
    """
    known: tuple[tuple[str, Sequence[Span], Derived], ...] = ()

    @wraps(derive)
    def of(document: Document) -> Derived:
        nonlocal known
        text, units = document.text, document.units
        for known_text, known_units, derived in known:
            if known_text is text and known_units is units:
                return derived
        derived = derive(document)
        known = ((text, units, derived), *known[: KEPT - 1])
        return derived

    return of
