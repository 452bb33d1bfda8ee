"""Run the pipeline on documents that have gold, score it, and hold it to the floors of a baseline."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pipeline import annotate, flow, read, resolve
from pipeline.document import RawDocument, StageError
from pipeline.evaluate import calibration, mistakes, scoring
from pipeline.evaluate.calibration import Outcomes
from pipeline.evaluate.clusters import ClusterScore, b_cubed
from pipeline.evaluate.mistakes import Mistake
from pipeline.evaluate.scoring import GoldDocument, Rows, Scores, score
from pipeline.records import Mention, OrganisationMention
from pipeline.scores import Estimates

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["Baseline", "Evaluation", "evaluate", "score"]

NO_MODEL = "none"
FLOORS = ("precision", "recall", "f1")
FLOOR_DECIMALS = 3
CLUSTERS = "organisations.clusters"


class Figures(Protocol):
    """What a floor can be set for, whatever is measured."""

    @property
    def precision(self) -> float: ...

    @property
    def recall(self) -> float: ...

    @property
    def f1(self) -> float: ...


@dataclass(frozen=True)
class Evaluation:
    """A run over documents with gold: what it scored, and what it could not read as gold has it."""

    model: str
    gold: Sequence[GoldDocument]
    predicted: Sequence[Rows]
    failures: dict[str, str]
    """Sources that could not be read or processed, with the reason; their gold rows count as missed."""
    differing_text: tuple[str, ...]
    """Sources whose decoded text is not gold's, so that offsets cannot be compared safely."""

    @property
    def scores(self) -> Scores:
        return score([document.rows for document in self.gold], self.predicted)

    @property
    def clusters(self) -> ClusterScore:
        """How well the ids of organisations group their mentions over all documents."""
        return b_cubed([document.rows for document in self.gold], self.predicted)

    @property
    def figures(self) -> Mapping[str, Figures]:
        """Everything that a baseline has floors for."""
        return {**self.scores, CLUSTERS: self.clusters}

    @property
    def column_agreement(self) -> dict[str, dict[str, float]]:
        return scoring.column_agreement([document.rows for document in self.gold], self.predicted)

    @property
    def outcomes(self) -> list[Outcomes]:
        """The predictions that count, document by document, and whether they were right."""
        return [
            calibration.outcomes(document.rows, rows)
            for document, rows in zip(self.gold, self.predicted, strict=True)
        ]

    def mistakes(self, tables: Iterable[str] = ()) -> Iterator[Mistake]:
        """Yield the disagreements, of ``tables`` only where any are named."""
        wanted = set(tables)
        for mistake in mistakes.mistakes(self.gold, self.predicted):
            if not wanted or mistake.table in wanted:
                yield mistake

    def as_dict(self) -> dict[str, Any]:
        """Return what ``evaluate --json`` prints."""
        return {
            "model": self.model,
            "documents": len(self.gold),
            "scores": {name: measured.as_dict() for name, measured in self.scores.items()},
            "clusters": self.clusters.as_dict(),
            "column_agreement": self.column_agreement,
            "calibration": {
                table: {
                    "expected_calibration_error": calibration.expected_calibration_error(listed),
                    "reliability": [asdict(found) for found in calibration.reliability(listed)],
                    "precision_coverage": [cut._asdict() for cut in calibration.precision_coverage(listed)],
                }
                for table, listed in calibration.together(self.outcomes).items()
            },
            "failures": self.failures,
            "differing_text": list(self.differing_text),
        }


def evaluate(
    gold: Sequence[GoldDocument],
    docs: Path,
    nlp: "Language | None",
    *,
    estimates: Estimates | None = None,
    done: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Process the documents of ``gold``, found by their source name under ``docs``, and return what comes out,
    as a run over all of them writes it.

    A document's gold reference date is given to the pipeline. ``estimates`` make its scores, as in ``flow``. ``done`` is called after each document.
    """
    found: list[tuple[Mention, ...]] = []
    failures: dict[str, str] = {}
    differing: list[str] = []
    for document in gold:
        try:
            raw = _read(docs, document.source)
            raw = replace(raw, reference_date=document.reference_date or raw.reference_date)
            extraction = flow.process(raw, nlp, flow.Settings(), estimates=estimates)
        except StageError as error:
            failures[document.source] = f"{error.stage}: {error.message}"
            found.append(())
        else:
            found.append(extraction.mentions)
            if raw.raw_text is not None and raw.raw_text != document.raw_text:
                differing.append(document.source)
        done()
    return Evaluation(
        model=annotate.model_name(nlp) if nlp is not None else NO_MODEL,
        gold=gold,
        predicted=[scoring.predicted_rows(mentions) for mentions in _unified(found)],
        failures=failures,
        differing_text=tuple(differing),
    )


def _unified(found: Sequence[Sequence[Mention]]) -> list[list[Mention]]:
    """Return the mentions of each document, organisations under the names that hold for all of them together."""
    index = resolve.NameIndex()
    organisations = [[row for row in rows if isinstance(row, OrganisationMention)] for rows in found]
    for rows in organisations:
        index.add(rows)
    return [
        [*(row for row in rows if not isinstance(row, OrganisationMention)), *index.apply(own)]
        for rows, own in zip(found, organisations, strict=True)
    ]


def _read(docs: Path, source: str) -> RawDocument:
    (found,) = read.discover([docs / source])
    return read.read(found)


# --- the quality gate ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A floor that was not reached."""

    measure: str
    figure: str
    floor: float
    measured: float


class Baseline:
    """The floors of each model: the precision, recall and F1 that a change may not fall below.

    Floors only rise. The file is JSON: ``{"floors": {model: {measure: {"precision": …}}}}``.
    """

    def __init__(self, floors: dict[str, dict[str, dict[str, float]]]) -> None:
        self.floors = floors

    @classmethod
    def read(cls, path: Path) -> "Baseline":
        """Return the baseline in ``path``, or one with no floors where there is no file."""
        if not path.exists():
            return cls({})
        return cls(json.loads(path.read_text(encoding="utf-8"))["floors"])

    def write(self, path: Path) -> None:
        path.write_text(
            json.dumps({"floors": self.floors}, indent=2, sort_keys=True) + "\n", encoding="utf-8"
        )

    def shortfalls(self, model: str, scores: Mapping[str, Figures]) -> list[Shortfall] | None:
        """Return the floors of ``model`` that ``scores`` do not reach; None where it has no floors to be held to."""
        if model not in self.floors:
            return None
        return [
            Shortfall(measure, figure, floor, measured)
            for measure, floors in self.floors[model].items()
            for figure, floor in floors.items()
            if (measured := float(getattr(scores[measure], figure))) < floor
        ]

    def raised(self, model: str, scores: Mapping[str, Figures]) -> "Baseline":
        """Return a baseline with the floors of ``model`` at ``scores``, rounded down; none is lowered."""
        old = self.floors.get(model, {})
        new = {
            name: {
                figure: max(_rounded_down(getattr(measured, figure)), old.get(name, {}).get(figure, 0.0))
                for figure in FLOORS
            }
            for name, measured in scores.items()
        }
        return Baseline({**self.floors, model: new})


def _rounded_down(value: float) -> float:
    scale = 10**FLOOR_DECIMALS
    return float(math.floor(round(value * scale, 6)) / scale)
