"""The rows that gold and a run do not agree on, for a person to read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.evaluate.scoring import JUDGED, ORGANISATIONS_CANONICAL, GoldDocument, Measure, Row, Rows, match

Fault = Literal["missed", "spurious", "wrong value", "wrong span"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One row that gold and the run do not agree on."""

    table: str
    source: str
    fault: Fault
    gold: Row | None
    predicted: Row | None
    gold_values: dict[str, Any]
    predicted_values: dict[str, Any]
    context: str
    """The text around it, the row itself in ``[ ]``, white space folded."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "table": self.table,
            "source": self.source,
            "fault": self.fault,
            "gold": self.gold_values or None,
            "predicted": self.predicted_values or None,
            "rule": self.predicted.rule if self.predicted else None,
            "context": self.context,
        }


def mistakes(
    gold: Sequence[GoldDocument], predicted: Sequence[Rows], *, context: int = 60
) -> Iterator[Mistake]:
    """Yield every disagreement in text order, document by document and table by table.

    A missed row and a spurious one that overlap are one mistake, a wrong value. Organisations are judged by
    span and name.
    """
    for document, rows in zip(gold, predicted, strict=True):
        for measure in JUDGED:
            table = measure.table.table
            yield from _mistakes_of(measure, document, rows.get(table, ()), context)


def _mistakes_of(
    measure: Measure, document: GoldDocument, predicted: Sequence[Row], context: int
) -> list[Mistake]:
    gold = document.rows.get(measure.table.table, ())
    found = match(measure, gold, predicted)
    pairs: list[tuple[Fault, Row | None, Row | None]] = []
    spurious = set(found.spurious)
    for g in found.missed:
        overlapping = [index for index in spurious if predicted[index].overlap(gold[g])]
        if overlapping:
            best = max(overlapping, key=lambda index: (predicted[index].overlap(gold[g]), -index))
            spurious.remove(best)
            pairs.append(("wrong value", gold[g], predicted[best]))
        else:
            pairs.append(("missed", gold[g], None))
    pairs += [("spurious", None, predicted[index]) for index in spurious]
    if measure is ORGANISATIONS_CANONICAL:
        pairs += [
            ("wrong span", gold[g], predicted[p])
            for g, p in found.pairs
            if (gold[g].start, gold[g].end) != (predicted[p].start, predicted[p].end)
        ]
    listed = []
    for fault, golden, prediction in pairs:
        row = golden or prediction
        assert row is not None
        listed.append(
            Mistake(
                table=measure.table.table,
                source=document.source,
                fault=fault,
                gold=golden,
                predicted=prediction,
                gold_values=_compared(measure, golden),
                predicted_values=_compared(measure, prediction),
                context=_context(document.raw_text, row, context),
            )
        )
    return sorted(listed, key=lambda mistake: _start(mistake.gold or mistake.predicted))


def _start(row: Row | None) -> int:
    return row.start if row else 0


def _compared(measure: Measure, row: Row | None) -> dict[str, Any]:
    return {name: row.columns.get(name) for name in measure.compared} if row else {}


def _context(text: str, row: Row, width: int) -> str:
    before, after = text[max(0, row.start - width) : row.start], text[row.end : row.end + width]
    return " ".join(f"{before}[{text[row.start : row.end]}]{after}".split())
