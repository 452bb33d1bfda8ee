"""Precision, recall and F1 of predicted rows against gold rows.

A predicted row matches a gold row where their spans overlap (for ``organisations.strict``: are the same)
and their values are equal. Each row takes part in at most one match, and as many match as can. An
optional gold row counts neither way; nor does a prediction that matches nothing and overlaps one.

Offsets are those of the decoded source (``raw_start``, ``raw_end``), because gold's are.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.records import MENTION_TABLES, DateMention, Mention, OrganisationMention

PLACE_COLUMNS = tuple(column.name for column in fields(Mention))


# --- rows ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A mention as the scorer sees it: half-open offsets into the decoded source, and the columns of its table."""

    start: int
    end: int
    columns: Mapping[str, Any]
    optional: bool = False
    rule: str = ""
    """Of a prediction, the rule that found it."""
    score: float = 1.0
    """Of a prediction, how probable it claims to be."""

    def overlap(self, other: "Row") -> int:
        """Return how many characters two rows share."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))


Rows = Mapping[str, Sequence[Row]]
"""The rows of one document, by table."""


@dataclass(frozen=True)
class GoldDocument:
    """One line of a gold file."""

    source: str
    raw_text: str
    reference_date: date | None
    rows: Rows


def value_columns(table: type[Mention]) -> tuple[str, ...]:
    """Return the columns of ``table`` that are values: all but the place, the sentence, the rule and the score."""
    return tuple(column.name for column in fields(table) if column.name not in PLACE_COLUMNS)


def read_gold(path: Path) -> list[GoldDocument]:
    """Return the documents of a gold file; raises ``ValueError`` naming the line that cannot be used."""
    documents = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            documents.append(_gold_document(json.loads(line)))
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise ValueError(f"{path}, line {number}: {type(error).__name__}: {error}") from error
    return documents


def _gold_document(data: dict[str, Any]) -> GoldDocument:
    stated = data["reference_date"]
    return GoldDocument(
        source=data["source"],
        raw_text=data["raw_text"],
        reference_date=date.fromisoformat(stated) if stated else None,
        rows={
            table.table: [
                Row(
                    row["start"],
                    row["end"],
                    row_columns(table, row),
                    bool(row.get("optional", False)),
                )
                for row in data.get(table.table, [])
            ]
            for table in MENTION_TABLES
        },
    )


def row_columns(table: type[Mention], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of ``table`` that JSON states, as records hold them; raises where a value does not fit."""
    return {name: column_value(kind, said[name]) for name, kind in _kinds(table).items() if name in said}


def _kinds(table: type[Mention]) -> dict[str, pa.DataType]:
    return {
        column.name: column.metadata["arrow"]
        for column in fields(table)
        if column.name not in PLACE_COLUMNS and column.name != "org_id"
    }


def column_value(kind: pa.DataType, value: Any) -> Any:
    """Return a JSON value as the Python value that a record holds in a column of this type."""
    if value is None:
        return None
    if pa.types.is_decimal(kind):
        return Decimal(str(value))
    if pa.types.is_date(kind):
        return date.fromisoformat(value)
    if pa.types.is_time(kind):
        return time.fromisoformat(value)
    if pa.types.is_integer(kind):
        return int(value)
    return value


def predicted_rows(mentions: Iterable[Mention]) -> dict[str, list[Row]]:
    """Return a run's mentions as rows by table; a document with no raw text counts in its own offsets."""
    rows: dict[str, list[Row]] = {table.table: [] for table in MENTION_TABLES}
    for mention in mentions:
        start, end = mention.raw_start, mention.raw_end
        rows[mention.table].append(
            Row(
                mention.start if start is None else start,
                mention.end if end is None else end,
                {name: getattr(mention, name) for name in value_columns(type(mention))},
                rule=mention.rule,
                score=mention.score,
            )
        )
    return rows


# --- scoring -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """A way to tell whether a prediction is right: what must hold of the spans, and of the values."""

    name: str
    table: type[Mention]
    exact_span: bool = False
    compared: tuple[str, ...] = ()

    def matches(self, gold: Row, predicted: Row) -> bool:
        if self.exact_span and (gold.start, gold.end) != (predicted.start, predicted.end):
            return False
        return gold.overlap(predicted) > 0 and self.equal(gold, predicted)

    def equal(self, gold: Row, predicted: Row) -> bool:
        """Tell whether all values that count are equal; clock times count only where gold has any."""
        compared = self.compared
        if self.table is DateMention and not (gold.columns.get("time_from") or gold.columns.get("time_to")):
            compared = tuple(name for name in compared if name not in ("time_from", "time_to"))
        return all(gold.columns.get(name) == predicted.columns.get(name) for name in compared)


ORGANISATIONS_RELAXED = Measure("organisations.relaxed", OrganisationMention)
ORGANISATIONS_CANONICAL = Measure(
    "organisations.canonical", OrganisationMention, compared=OrganisationMention.values
)
MEASURES: tuple[Measure, ...] = (
    *(
        Measure(table.table, table, compared=table.values)
        for table in MENTION_TABLES
        if table is not OrganisationMention
    ),
    Measure("organisations.strict", OrganisationMention, exact_span=True),
    ORGANISATIONS_RELAXED,
    ORGANISATIONS_CANONICAL,
)
JUDGED = (
    *(measure for measure in MEASURES if measure.table is not OrganisationMention),
    ORGANISATIONS_CANONICAL,
)
"""One measure a table: the one that tells a right row from a wrong one."""


@dataclass(frozen=True, slots=True)
class Matching:
    """How the rows of one document pair up under a measure, as indices into its gold and predicted rows."""

    pairs: tuple[tuple[int, int], ...]
    missed: tuple[int, ...]
    spurious: tuple[int, ...]
    ignored: tuple[int, ...]
    """Predictions that matched nothing and overlap an optional row."""


def match(measure: Measure, gold: Sequence[Row], predicted: Sequence[Row]) -> Matching:
    """Pair gold rows that are not optional with predictions, one to one and as many as possible.

    Predictions that overlap an optional row are placed last: where two could take the same gold row, the
    one that would otherwise count as wrong takes it (augmenting paths never unseat a prediction).
    """
    required = [index for index, row in enumerate(gold) if not row.optional]
    optional = [row for row in gold if row.optional]
    excused = {index for index, row in enumerate(predicted) if any(row.overlap(other) for other in optional)}

    def matching(row: Row) -> list[int]:
        """Return the gold rows that ``row`` could take, the one that shares most with it first."""
        fitting = [g for g in required if measure.matches(gold[g], row)]
        return sorted(fitting, key=lambda g: (-gold[g].overlap(row), g))

    candidates = {index: matching(row) for index, row in enumerate(predicted)}
    taken: dict[int, int] = {}  # gold index -> predicted index

    def place(index: int, tried: set[int]) -> bool:
        for g in candidates[index]:
            if g in tried:
                continue
            tried.add(g)
            if g not in taken or place(taken[g], tried):
                taken[g] = index
                return True
        return False

    for index in sorted(candidates, key=lambda index: (index in excused, index)):
        place(index, set())
    matched = set(taken.values())
    unmatched = [index for index in range(len(predicted)) if index not in matched]
    return Matching(
        pairs=tuple(sorted(taken.items())),
        missed=tuple(g for g in required if g not in taken),
        spurious=tuple(index for index in unmatched if index not in excused),
        ignored=tuple(index for index in unmatched if index in excused),
    )


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over all documents, and what follows from them."""

    correct: int = 0
    predicted: int = 0
    """Predictions that count: those that matched and those that are wrong."""
    gold: int = 0
    """Gold rows that are not optional."""

    @property
    def precision(self) -> float:
        return self.correct / self.predicted if self.predicted else float(not self.gold)

    @property
    def recall(self) -> float:
        return self.correct / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        total = self.predicted + self.gold
        return 2 * self.correct / total if total else 1.0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.correct + other.correct, self.predicted + other.predicted, self.gold + other.gold)

    def as_dict(self) -> dict[str, float | int]:
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "correct": self.correct,
            "predicted": self.predicted,
            "gold": self.gold,
        }


Scores = dict[str, Score]
"""A score by the name of its measure."""


def score(gold: Sequence[Rows], predicted: Sequence[Rows]) -> Scores:
    """Return the score of each measure over all documents; the n-th rows of both belong together.

    Raises ``ValueError`` where their numbers differ.
    """
    scores = {measure.name: Score() for measure in MEASURES}
    for gold_rows, predicted_rows_ in zip(gold, predicted, strict=True):
        for measure in MEASURES:
            table = measure.table.table
            found = match(measure, gold_rows.get(table, ()), predicted_rows_.get(table, ()))
            scores[measure.name] += Score(
                correct=len(found.pairs),
                predicted=len(found.pairs) + len(found.spurious),
                gold=len(found.pairs) + len(found.missed),
            )
    return scores


def column_agreement(gold: Sequence[Rows], predicted: Sequence[Rows]) -> dict[str, dict[str, float]]:
    """Return, by table and column, the share of matched rows in which a column's value equals gold's.

    Columns that matching itself compares are left out. Organisations count as matched where they overlap.
    """
    equal: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for measure in (*MEASURES[: len(MENTION_TABLES) - 1], MEASURES[-2]):
        table = measure.table.table
        for gold_rows, predicted_rows_ in zip(gold, predicted, strict=True):
            golden, found = gold_rows.get(table, ()), predicted_rows_.get(table, ())
            for g, p in match(measure, golden, found).pairs:
                for name, value in golden[g].columns.items():
                    if name not in measure.compared:
                        equal[table][name].append(value == found[p].columns.get(name))
    return {
        table: {name: sum(values) / len(values) for name, values in columns.items()}
        for table, columns in equal.items()
    }
