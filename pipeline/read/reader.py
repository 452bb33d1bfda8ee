"""Read one input: fetch its bytes, tell the format, and hand it to the reader of that format."""

import hashlib

from pipeline.document import AlignedText, RawDocument, StageError
from pipeline.read import html, mail, office, pdf
from pipeline.read.encoding import Decoded, codec_name, decode, decode_as
from pipeline.read.formats import MARKDOWN, MEDIA_TYPES, Format, format_of
from pipeline.read.markup import declared_charset
from pipeline.read.source import DEFAULT_MAX_BYTES, UNPACKING, Source, load
from pipeline.read.tables import with_text


def read(source: Source, *, max_bytes: int = DEFAULT_MAX_BYTES) -> RawDocument:
    """Read an input into its readable text, aligned with the decoded source where the format has one.

    Raises ``StageError`` (stage ``read`` or ``decode``) where that cannot be done. ``max_bytes`` limits the
    input; what a compressed document unpacks to may be ``UNPACKING`` times as much.
    """
    source = with_text(source)
    data = load(source, max_bytes)
    format_: Format = "text" if source.part else format_of(data, source.name if source.text is None else "")
    digest = hashlib.sha256(data).hexdigest()
    media_type = MEDIA_TYPES[format_]
    encoding: str | None = None
    raw_text: str | None = None
    title: str | None = None
    date = None
    if format_ in ("text", "html", "xml"):
        decoded = _decode(data, format_, source)
        raw_text, encoding = decoded
        if format_ == "text":
            content = AlignedText.of(raw_text)
            if (source.part.of if source.part else source.name).lower().endswith((".md", ".markdown")):
                media_type = MARKDOWN
        else:
            page = html.parse(raw_text, xml=format_ == "xml")
            content, title, date = page.content, page.title, page.metadata_date
    else:
        extracted = _EXTRACTORS[format_](data, max_bytes * UNPACKING)
        content = AlignedText.of(extracted.text)
        encoding, title, date = extracted.encoding, extracted.title, extracted.metadata_date
    if not content.text.strip():
        raise StageError("read", "empty", "the document has no text")
    return RawDocument(
        source=source.name,
        media_type=media_type,
        encoding=encoding,
        sha256=digest,
        n_bytes=len(data),
        raw_text=raw_text,
        content=content,
        title=title,
        metadata_date=date,
        reference_date=source.reference_date,
        part_of=source.part.of if source.part else None,
        byte_start=source.part.start if source.part else None,
    )


def _decode(data: bytes, format_: Format, source: Source) -> Decoded:
    if source.text is not None:
        return Decoded(source.text, "utf-8")
    if source.part is not None:
        return Decoded(decode_as(data, source.part.encoding), source.part.encoding)
    declared = declared_charset(data[:4096]) if format_ != "text" else None
    return decode(data, codec_name(declared))


_EXTRACTORS = {
    "pdf": pdf.extract,
    "docx": office.extract_docx,
    "odt": office.extract_odt,
    "mail": mail.extract,
}
