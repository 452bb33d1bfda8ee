"""What is fuzzed. A target takes bytes, runs a part of the pipeline on them, and raises where something does not hold.

A target lets ``StageError`` of reading pass, and nothing else: everything that it raises is a finding.
"""

import itertools
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sample_files import archive

from fuzz import oracles, seeds
from pipeline import flow
from pipeline.document import AlignedText, RawDocument, StageError
from pipeline.normalise import normalise as normalised
from pipeline.normalise.steps import INVISIBLE
from pipeline.read import Source, discover, read
from pipeline.read import html as pages
from pipeline.read.encoding import codec_name, decode
from pipeline.segment import segment as segmented

CHARSETS = (
    "utf-8",
    "cp1250",
    "utf-7",
    "utf-16",
    "punycode",
    "rot13",
    "idna",
    "cp037",
    "hz",
    "iso2022_jp",
    "no-such",
    "",
)
"""What an input may declare itself to be."""


REFERENCE = date(2016, 3, 31)


class Fragments(NamedTuple):
    """What mutation puts in, and how it is written as bytes."""

    common: Sequence[str]
    """Put in often."""
    words: Callable[[], Sequence[str]] = seeds.words
    """Put in as often as all of ``common``."""


@dataclass(frozen=True)
class Target:
    """A part of the pipeline, seeds to start from, and fragments to put in."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    fragments: Fragments
    longest: int = seeds.LONGEST


def text_of(data: bytes) -> str:
    """Return bytes as text; what is no UTF-8 becomes the replacement character."""
    return data.decode("utf-8", "replace")


def encoding(data: bytes) -> None:
    """The first byte says what is declared; the rest is decoded."""
    declared = codec_name(CHARSETS[data[0] % len(CHARSETS)]) if data else None
    try:
        found = decode(data[1:], declared)
    except StageError as error:
        oracles.hold(error.stage in oracles.STAGES_OF_READING, f"stage {error.stage}")
        return
    oracles.hold(oracles.writable(found.text), "a lone surrogate")
    oracles.hold(codec_name(found.encoding), f"no codec: {found.encoding}")


def html(data: bytes) -> None:
    """A page, or other XML."""
    source = text_of(data)
    for xml in (False, True):
        page = pages.parse(source, xml=xml)
        oracles.aligned(page.content, len(source))
        oracles.hold(page.title is None or oracles.writable(page.title), "a title that cannot be written")


def normalise(data: bytes) -> None:
    """Any text."""
    text = text_of(data)
    content = normalised(AlignedText.of(text))
    oracles.aligned(content, len(text))
    oracles.hold(not INVISIBLE.search(content.text), "invisible characters are left")
    again = normalised(AlignedText.of(content.text))
    oracles.hold(again.text == content.text, "normalising twice changes something")


def segment(data: bytes) -> None:
    """Any text, as the normaliser leaves it."""
    text = normalised(AlignedText.of(text_of(data))).text
    oracles.segments(text, segmented(text))


def process(raw: RawDocument) -> None:
    """What follows reading: no stage of it may fail, whatever the text is. Every other document has a date."""
    reference = REFERENCE if raw.n_bytes % 2 else None
    oracles.extraction(raw, flow.process(raw, None, flow.Settings(reference_date=reference)))


def rules(data: bytes) -> None:
    """Any text through normaliser, segmentation and all extractors."""
    text = text_of(data)
    if text.strip():
        process(RawDocument("x", "text/plain", "utf-8", "0" * 64, len(data), text, AlignedText.of(text)))


def phrases(data: bytes) -> None:
    """As ``rules``, but two bytes stand for a word: every input is made of words that rules are about."""
    vocabulary = phrase_words()
    pairs = zip(data[::2], data[1::2], strict=False)
    rules("".join(vocabulary[(high << 8 | low) % len(vocabulary)] for high, low in pairs).encode())


@cache
def phrase_words() -> tuple[str, ...]:
    return (*seeds.TEXTUAL, *seeds.ODD, *seeds.words())


def as_phrases() -> list[bytes]:
    """Return numbers of words that follow each other in the documents, as ``phrases`` takes them."""
    places = {word: place for place, word in enumerate(phrase_words())}
    sequences = []
    for text in seeds.texts():
        known = [places[word] for word in _pieces(text) if word in places]
        sequences.append(b"".join(place.to_bytes(2, "big") for place in known[:200]))
    return sequences


def _pieces(text: str) -> list[str]:
    return [word + " " for word in text.split()]


def document(data: bytes, name: str = "dokument") -> None:
    """Bytes of any format through everything, to rows."""
    try:
        raw = read(Source(name, data=data))
    except StageError as error:
        oracles.hold(error.stage in oracles.STAGES_OF_READING, f"stage {error.stage}")
        oracles.hold(error.message.strip() and error.error_type.strip(), "an error without a reason")
        return
    oracles.raw_document(raw)
    process(raw)


def reading(data: bytes, name: str) -> None:
    """Bytes of any format through their reader."""
    try:
        oracles.raw_document(read(Source(name, data=data)))
    except StageError as error:
        oracles.hold(error.stage in oracles.STAGES_OF_READING, f"stage {error.stage}")


def pdf(data: bytes) -> None:
    """A PDF file."""
    reading(data, "plik.pdf")


def mail(data: bytes) -> None:
    """A message."""
    reading(data, "plik.eml")


def docx(data: bytes) -> None:
    """The XML of a word-processor body, or a whole file where the bytes are a ZIP archive."""
    whole = data if data[:2] == b"PK" else archive({"word/document.xml": data, "docProps/core.xml": data})
    reading(whole, "plik.docx")


def odt(data: bytes) -> None:
    """The XML of an OpenDocument body, or a whole file where the bytes are a ZIP archive."""
    reading(data if data[:2] == b"PK" else archive({"content.xml": data, "meta.xml": data}), "plik.odt")


@cache
def scratch() -> Path:
    """Return a folder for tables, which are read from files."""
    shared = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="plextract-fuzz-", dir=shared if shared.is_dir() else None))


def table(data: bytes, suffix: str) -> None:
    """A table of texts, its rows by name and date."""
    path = scratch() / f"tabela{suffix}"
    path.write_bytes(data)
    for columns in ({}, {"id_column": "id", "date_column": "date"}):
        for source in itertools.islice(discover([path], **columns), 1000):
            oracles.hold(
                source.problem is None or source.problem.message.strip(), "a problem without a reason"
            )
            try:
                oracles.raw_document(read(source))
            except StageError as error:
                oracles.hold(error.stage in oracles.STAGES_OF_READING, f"stage {error.stage}")


def jsonl(data: bytes) -> None:
    """JSON Lines."""
    table(data, ".jsonl")


def csv(data: bytes) -> None:
    """Comma-separated values, or tabs."""
    table(data, ".csv")


def parquet(data: bytes) -> None:
    """A Parquet file."""
    table(data, ".parquet")


PROSE = Fragments((*seeds.TEXTUAL, *seeds.ODD))
TARGETS: dict[str, Target] = {
    "encoding": Target(
        encoding,
        lambda: [
            b"\0" + text
            for text in seeds.encoded(encodings=("utf-8", "cp1250", "iso8859-2", "cp852", "utf-16"))
        ],
        PROSE,
    ),
    "html": Target(
        html,
        lambda: [*seeds.files()[2:3], *seeds.encoded()],
        Fragments((*seeds.MARKUP, *seeds.ODD, *seeds.TEXTUAL)),
    ),
    "pdf": Target(pdf, seeds.pdfs, Fragments(seeds.PDF_WORDS)),
    "docx": Target(
        docx,
        lambda: [*seeds.word_parts(), *seeds.properties(), seeds.files()[0]],
        Fragments((*seeds.WORD_TAGS, *seeds.ODD)),
    ),
    "odt": Target(
        odt, lambda: [*seeds.odt_parts(), seeds.files()[1]], Fragments((*seeds.ODT_TAGS, *seeds.ODD))
    ),
    "mail": Target(mail, seeds.mails, Fragments((*seeds.MAIL_LINES, *seeds.MARKUP))),
    "jsonl": Target(jsonl, seeds.json_lines, Fragments((*seeds.TABLE_SIGNS, *seeds.ODD))),
    "csv": Target(csv, seeds.csvs, Fragments((*seeds.TABLE_SIGNS, *seeds.ODD))),
    "parquet": Target(parquet, seeds.parquets, Fragments(seeds.TABLE_SIGNS)),
    "normalise": Target(normalise, seeds.encoded, PROSE),
    "segment": Target(segment, seeds.encoded, PROSE),
    "rules": Target(rules, seeds.encoded, PROSE, 1_500),
    "phrases": Target(phrases, as_phrases, Fragments((), lambda: ()), 300),
    "document": Target(document, seeds.files, Fragments((*seeds.TEXTUAL, *seeds.ODD, *seeds.MARKUP))),
}
