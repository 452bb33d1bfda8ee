"""Decisions of reviewers as gold, and gold as decisions.

Gold counts in offsets of ``raw_text``. A document that has none (PDF, DOCX), or whose source cannot be aligned
with its text any more, comes with its normalised text in that place.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.evaluate.scoring import GoldDocument, row_columns
from pipeline.evaluate.scoring import Row as GoldRow
from pipeline.gold.contract import plain_columns
from pipeline.gold.trace import aligned
from pipeline.records import MENTION_TABLES
from pipeline.review.decisions import RUN_WIDE, Decision, Decisions, Values
from pipeline.review.queue import RECORDS, Queue, Row

Place = tuple[str, int, int]
"""Table, and start and end in ``documents.text``."""


# --- decisions to gold ---------------------------------------------------------------------------------------


def gold_of(queue: Queue, reviewer: str | None = None) -> list[GoldDocument]:
    """Return the documents that were decided on, in path order, by one reviewer's decisions or by everyone's.

    A right row, a corrected one and an added mention are gold; a wrong row is not. A row that nobody decided, that is
    unsure, or that reviewers disagree on is optional: it counts neither as missed nor as wrong.
    """
    by_document: dict[str, list[Decision]] = defaultdict(list)
    for decision in queue.carried_over().applying:
        if reviewer in (None, decision.reviewer):
            by_document[decision.doc_id].append(decision)
    documents = []
    for doc_id, decisions in by_document.items():
        document = queue.document(doc_id)
        assert document is not None  # what applies has a document
        documents.append(_gold_document(document, queue.rows_of(doc_id), decisions))
    return sorted(documents, key=lambda document: document.source)


def _gold_document(
    document: Mapping[str, Any], rows: Sequence[Row], decisions: Iterable[Decision]
) -> GoldDocument:
    content = aligned(document)
    given: dict[Place, list[Decision]] = defaultdict(list)
    for decision in decisions:
        given[decision.table, decision.start, decision.end].append(decision)
    found: dict[str, list[GoldRow]] = {table.table: [] for table in MENTION_TABLES}

    def add(table: str, start: int, end: int, values: Mapping[str, Any], optional: bool) -> None:
        span = content.to_source(start, end) if content else (start, end)
        found[table].append(GoldRow(*span, row_columns(RECORDS[table], values), optional))

    for row in rows:
        place = (row.record.table, row.columns["start"], row.columns["end"])
        outcome = _agreed(given.pop(place, []))
        if outcome is None:
            add(*place, row.values, True)
        elif outcome.verdict == "right":
            add(*place, row.values, False)
        elif outcome.after is not None:
            add(outcome.table, *outcome.right_place, outcome.after, False)
    for (table, start, end), added in given.items():
        outcome = _agreed(added)
        if (outcome or added[0]).after is not None:
            add(table, start, end, (outcome or added[0]).after or {}, outcome is None)
    return GoldDocument(
        source=document["source"],
        raw_text=document["raw_text"] if content else document["text"],
        reference_date=document["reference_date"],
        rows={table: sorted(listed, key=lambda row: (row.start, row.end)) for table, listed in found.items()},
    )


def _agreed(decisions: Sequence[Decision]) -> Decision | None:
    """Return what reviewers say of a place; None where they say nothing, are unsure, or differ."""
    sure = [decision for decision in decisions if decision.verdict != "unsure"]
    if not sure or any((one.verdict, one.after) != (sure[0].verdict, sure[0].after) for one in sure):
        return None
    return sure[0]


# --- gold to decisions ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of gold that was held against a run."""

    documents: int
    decisions: int
    unknown: tuple[str, ...]
    """Sources that the run does not have, or has with another text."""


def keep_gold(gold: Iterable[GoldDocument], queue: Queue, decisions: Decisions, reviewer: str) -> Imported:
    """Keep gold as the decisions of a reviewer on the rows of a run.

    A row of the run that gold has as it is, is right; one that overlaps a gold row of its table is corrected to it;
    any other is wrong. A gold row that overlaps none was missed. Optional gold rows, and rows that overlap them
    alone, are left alone.
    """
    kept = documents = 0
    unknown = []
    for golden in gold:
        document = queue.document_at(golden.source)
        content = aligned(document) if document else None
        text = document and (document["raw_text"] if content else document["text"])
        if document is None or text != golden.raw_text:
            unknown.append(golden.source)
            continue
        documents += 1
        rows = queue.rows_of(document["doc_id"])
        for table in RECORDS:
            wanted = [
                (*(content.from_source(row.start, row.end) if content else (row.start, row.end)), row)
                for row in golden.rows.get(table, ())
            ]
            own = [row for row in rows if row.record.table == table]
            for values in _decisions(own, wanted, document["text"]):
                decisions.add(reviewer=reviewer, table=table, doc_id=document["doc_id"], **values)
                kept += 1
    return Imported(documents, kept, tuple(unknown))


def _decisions(
    rows: Sequence[Row], wanted: Sequence[tuple[int, int, GoldRow]], text: str
) -> Iterable[dict[str, Any]]:
    taken: set[int] = set()
    for row in rows:
        columns = row.columns
        start, end = columns["start"], columns["end"]
        touching = [
            (number, golden) for number, golden in enumerate(wanted) if golden[0] < end and start < golden[1]
        ]
        said = {
            "start": start, "end": end, "text": columns["text"], "rule": columns["rule"], "score": columns["score"],
            "before": row.values,
        }  # fmt: skip
        required = [(number, golden) for number, golden in touching if not golden[2].optional]
        free = [(number, golden) for number, golden in required if number not in taken]
        if not touching:
            yield {**said, "verdict": "wrong"}
        elif free:
            number, (first, last, golden) = max(
                free, key=lambda one: min(one[1][1], end) - max(one[1][0], start)
            )
            taken.add(number)
            after = _values(golden, row.values)
            if (first, last) == (start, end) and after == row.values:
                yield {**said, "verdict": "right"}
            else:
                place = {"start": first, "end": last, "text": text[first:last]}
                yield {**said, "verdict": "corrected", "after": {**after, **place}}
        elif required:
            yield {**said, "verdict": "wrong"}
    for number, (first, last, golden) in enumerate(wanted):
        if number not in taken and not golden.optional:
            place = {"start": first, "end": last, "text": text[first:last]}
            yield {**place, "verdict": "missed", "after": {**_values(golden, {}), **place}}


def _values(golden: GoldRow, otherwise: Mapping[str, Any]) -> Values:
    said = {name: value for name, value in plain_columns(golden.columns).items() if name not in RUN_WIDE}
    return {**otherwise, **said}
