"""Rules check themselves: each rule's marked examples are run through its table's extractor.

An example marks what must be found as ``[text|value]``, the value written as ``Mention.shown`` writes it;
``@2016-04-21 `` in front gives the reference date. The rule that carries an example must be the one that
finds its marks, and the table must find nothing else there; in a negative it must find nothing at all.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.document import AlignedText, Document
from pipeline.extractors import extractor
from pipeline.records import MENTION_TABLES, Mention
from pipeline.rules import Rule
from pipeline.segment import segment

REFERENCE = re.compile(r"@(\d{4}-\d\d-\d\d) ")
MARK = re.compile(r"\[([^][|]+)\|([^][|]+)\]")


@dataclass(frozen=True, slots=True)
class Marked:
    """An example without its marks, and the marks: ``(start, end, value)``."""

    text: str
    marks: tuple[tuple[int, int, str], ...]
    reference_date: date | None


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that the rules do not read as it is marked."""

    table: str
    rule: str
    example: str
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """What it takes to check a table: its rules and its extractor."""

    name: str
    rules: Callable[[], Sequence[Rule]]
    extract: Callable[[Document], Sequence[Mention]]


TABLES = tuple(
    Table(table.table, extractor(table).rules, extractor(table).extract) for table in MENTION_TABLES
)


def parse(example: str) -> Marked:
    """Return the text of an example with its marks taken out and their places noted."""
    reference = None
    if found := REFERENCE.match(example):
        reference = date.fromisoformat(found[1])
        example = example[found.end() :]
    parts: list[str] = []
    marks: list[tuple[int, int, str]] = []
    done = length = 0
    for mark in MARK.finditer(example):
        before = example[done : mark.start()]
        start = length + len(before)
        length = start + len(mark[1])
        parts += (before, mark[1])
        marks.append((start, length, mark[2]))
        done = mark.end()
    return Marked("".join((*parts, example[done:])), tuple(marks), reference)


def as_document(marked: Marked) -> Document:
    """Return the text of an example as a document."""
    segments = segment(marked.text)
    return Document(
        doc_id="example",
        content=AlignedText.of(marked.text),
        has_raw_text=True,
        units=segments.units,
        sentences=segments.sentences,
        reference_date=marked.reference_date,
    )


def check_table(table: Table) -> list[Failure]:
    """Return the examples of a table's rules that its extractor does not read as they are marked."""
    failures: list[Failure] = []
    for rule in table.rules():
        for example in rule.examples:
            marked = parse(example)
            if not marked.marks and not rule.blocks:
                failures.append(Failure(table.name, rule.id, example, "marks nothing"))
                continue
            rows = table.extract(as_document(marked))
            found = {(row.start, row.end, row.shown) for row in rows}
            if found != set(marked.marks):
                reason = f"expected {_listed(marked.text, marked.marks)}, found {_listed(marked.text, found)}"
                failures.append(Failure(table.name, rule.id, example, reason))
            elif not rule.blocks and rule.id not in {row.rule for row in rows}:
                claimed = ", ".join(sorted({row.rule for row in rows}))
                failures.append(Failure(table.name, rule.id, example, f"claimed by {claimed}"))
        for negative in rule.negatives:
            marked = parse(negative)
            rows = table.extract(as_document(marked))
            if rows:
                found = {(row.start, row.end, row.shown) for row in rows}
                reason = f"expected nothing, found {_listed(marked.text, found)}"
                failures.append(Failure(table.name, rule.id, negative, reason))
    return failures


def _listed(text: str, marks: Sequence[tuple[int, int, str]] | set[tuple[int, int, str]]) -> str:
    return "; ".join(f"“{text[start:end]}” = {value}" for start, end, value in sorted(marks)) or "nothing"
