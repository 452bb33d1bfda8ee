"""What must hold of every input, however broken. Each check raises ``BrokenError`` that says what does not."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from pipeline.document import AlignedText, RawDocument, Stage
from pipeline.flow import Extraction
from pipeline.records import (
    AmountMention,
    DateMention,
    DocumentRecord,
    Mention,
    PartnerCountMention,
    to_arrow,
)
from pipeline.segment import Segments

STAGES_OF_READING: tuple[Stage, ...] = ("read", "decode")
EDTF_DAY = r"(?:\d{4}|\d{3}X|\d{2}XX)(?:-\d{2}(?:-\d{2})?)?[~?%]?"
EDTF = re.compile(rf"{EDTF_DAY}(?:/(?:{EDTF_DAY}|\.\.)?)?|(?:\.\.)?/{EDTF_DAY}")
DECIMALS = re.compile("[0-9]")


class BrokenError(AssertionError):
    """Something that must hold does not."""


def hold(condition: object, what: str) -> None:
    """Raise ``BrokenError`` unless ``condition`` is true."""
    if not condition:
        raise BrokenError(what)


def aligned(content: AlignedText, source_length: int) -> None:
    """Every character stands for a stretch of the source, and the stretches never go back."""
    text, starts, ends = content.text, content.starts, content.ends
    hold(len(text) == len(starts) == len(ends), "a character without a place")
    if not text:
        return
    hold(bool((starts <= ends).all()), "a character that ends before it starts")
    hold(starts[0] >= 0 and ends[-1] <= source_length, "a character from outside the source")
    hold(bool((starts[1:] >= starts[:-1]).all() and (ends[1:] >= ends[:-1]).all()), "places that go back")
    hold(text.isascii() or writable(text), "a lone surrogate")


def writable(text: str) -> bool:
    """Tell whether a text can be written as UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def raw_document(raw: RawDocument) -> None:
    """What a reader gives can be written, and is aligned with the decoded source."""
    source = raw.content.text if raw.raw_text is None else raw.raw_text
    aligned(raw.content, len(source))
    hold(writable(source), "a lone surrogate in raw_text")
    hold(raw.title is None or (writable(raw.title) and raw.title.strip()), "a title that cannot be written")
    hold(raw.content.text.strip(), "a document without text")


def segments(text: str, found: Segments) -> None:
    """Units hold all of the text but white space, sentences divide units."""
    for spans, name in ((found.units, "units"), (found.sentences, "sentences")):
        for span in spans:
            hold(0 <= span.start < span.end <= len(text), f"empty or outside: {name}")
            piece = text[span.start : span.end]
            hold(name == "sentences" or piece == piece.strip(), "a unit with white space around it")
        hold(all(one.end <= two.start for one, two in pairwise(spans)), f"overlapping {name}")
        covered = "".join(text[span.start : span.end] for span in spans)
        hold("".join(covered.split()) == "".join(text.split()), f"{name} leave text out")
    borders = [unit.end for unit in found.units]
    at = 0
    for sentence in found.sentences:
        while borders[at] <= sentence.start:
            at += 1
        hold(sentence.end <= borders[at], "a sentence that crosses units")


def extraction(raw: RawDocument, found: Extraction) -> None:
    """Rows fit their tables, point at what they quote, do not overlap, and hold values that make sense."""
    text = found.document.text
    raw_text = found.document.raw_text
    to_arrow(DocumentRecord, [found.document])
    hold(found.document.n_chars == len(text), "n_chars is not the length of the text")
    hold(raw_text == raw.raw_text, "raw_text is another one")
    for rows in (found.dates, found.amounts, found.partner_counts, found.organisations):
        to_arrow(type(rows[0]) if rows else DateMention, rows)
        _places(rows, text, raw_text)
    for date in found.dates:
        _date(date)
    for amount in found.amounts:
        _amount(amount)
    for count in found.partner_counts:
        _count(count)
    for organisation in found.organisations:
        hold(organisation.name.strip() and organisation.org_id, "an organisation without a name or an id")


def _places(rows: Sequence[Mention], text: str, raw_text: str | None) -> None:
    for row in rows:
        hold(0 <= row.start < row.end <= len(text), "a mention outside the text")
        hold(text[row.start : row.end] == row.text, "a mention that is not where it says")
        hold(row.text in row.sentence, "a mention outside its sentence")
        hold(0 <= row.score <= 1, "a score that is no probability")
        hold((row.raw_start is None) == (row.raw_end is None) == (raw_text is None), "places in no raw text")
        if raw_text is not None and row.raw_start is not None and row.raw_end is not None:
            hold(0 <= row.raw_start <= row.raw_end <= len(raw_text), "a mention outside the raw text")
            source = raw_text[row.raw_start : row.raw_end]
            if "&" not in raw_text and "<" not in source:  # else digits may be written as entities
                hold(DECIMALS.findall(source) == DECIMALS.findall(row.text), "other digits in the raw text")
    hold(
        all(one.end <= two.start for one, two in pairwise(rows)), "mentions that overlap or are out of order"
    )


def _date(row: DateMention) -> None:
    hold(EDTF.fullmatch(row.edtf), f"no EDTF: {row.edtf}")
    hold(row.first_day or row.last_day, "a date without a day")
    if row.first_day and row.last_day:
        hold(row.first_day <= row.last_day, "a date that ends before it begins")


def _amount(row: AmountMention) -> None:
    hold(row.value >= 0, "an amount below nothing")
    hold(row.value_max is None or row.value_max >= row.value, "a range of amounts upside down")
    hold(row.value == row.value.quantize(Decimal("0.01")), "parts of a grosz")


def _count(row: PartnerCountMention) -> None:
    hold(row.value >= 0, "a count below nothing")
    hold(row.value_max is None or row.value_max >= row.value, "a range of counts upside down")
