"""A document of a run, aligned again with the source that it was read from."""

from collections.abc import Mapping
from typing import Any

from pipeline.document import AlignedText, StageError
from pipeline.normalise import normalise
from pipeline.read import Part, Source, read

UTF8_MARK = b"\xef\xbb\xbf"


def aligned(document: Mapping[str, Any]) -> AlignedText | None:
    """Return ``documents.text`` of a row aligned with its ``raw_text``, by reading that once more.

    None where there is no raw text (PDF, DOCX), or where reading comes to another text today.
    """
    raw_text = document["raw_text"]
    if raw_text is None:
        return None
    part = _part(document)
    data = (b"" if part else UTF8_MARK) + raw_text.encode("utf-8", "replace")
    try:
        raw = read(Source(document["source"], data=data, part=part), max_bytes=2 * len(data))
        content = normalise(raw.content)
    except StageError:
        return None
    return content if raw.raw_text == raw_text and content.text == document["text"] else None


def _part(document: Mapping[str, Any]) -> Part | None:
    """Return the part of a large text that a document is, as it is held here: in UTF-8."""
    if document["part_of"] is None:
        return None
    start = document["byte_start"]
    return Part(document["part_of"], start, start + document["n_bytes"], "utf-8")
