"""Documents of a report with what was found in them, marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, pairwise

from pipeline.database import Run
from pipeline.report.facts import MENTION_NAMES

DOCUMENTS = 6
CHARACTERS = 2400
"""So much of a document is shown."""
COLOURS = dict(zip(MENTION_NAMES, cycle("dapo"), strict=False))
"""The CSS class of each table's marks."""


@dataclass(frozen=True, slots=True)
class Found:
    """A mention that lies in the shown part of a document."""

    table: str
    start: int
    end: int
    shown: str
    rule: str
    score: float
    label: str | None
    sentence: str
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive characters of a text and the mentions that hold all of them, the longest first."""

    text: str
    within: tuple[Found, ...]

    @property
    def about(self) -> str:
        return "; ".join(
            f"{found.table}: {found.shown} ({found.rule}, {found.score:.2f})" for found in self.within
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a document in pieces, and its mentions as a list."""

    doc_id: str
    source: str
    title: str | None
    pieces: list[Piece]
    found: list[Found]
    cut: bool


def documents(run: Run) -> list[Sample]:
    """Return the beginnings of documents that hold the most kinds of rows; of equals, in the order of their ids."""
    chosen = run.rows(
        "SELECT d.doc_id, d.source, d.title, d.text[1:$characters], d.n_chars > $characters FROM documents AS d JOIN ("
        f'SELECT doc_id, count(DISTINCT "table") AS kinds FROM mentions WHERE "end" <= $characters '
        f"GROUP BY doc_id ORDER BY kinds DESC, doc_id LIMIT {DOCUMENTS}) AS best USING (doc_id) "
        "ORDER BY best.kinds DESC, d.doc_id",
        {"characters": CHARACTERS},
    )
    samples = []
    for doc_id, source, title, text, cut in chosen:
        found = [
            Found(*row)
            for row in run.rows(
                'SELECT "table", start, "end", shown, rule, score, label, sentence, text FROM mentions '
                'WHERE doc_id = $doc_id AND "end" <= $characters ORDER BY start, "end" DESC, "table"',
                {"doc_id": doc_id, "characters": CHARACTERS},
            )
        ]
        samples.append(Sample(doc_id, source, title, pieces(text, found), found, cut))
    return samples


def pieces(text: str, found: Sequence[Found]) -> list[Piece]:
    """Cut a text where mentions begin and end."""
    edges = sorted({0, len(text), *(one.start for one in found), *(one.end for one in found)})
    return [
        Piece(text[a:b], tuple(one for one in found if one.start <= a and b <= one.end))
        for a, b in pairwise(edges)
    ]
