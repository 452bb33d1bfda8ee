"""What the decisions of reviewers say of a run: how right each rule is, what is missed, and whether reviewers agree."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.evaluate.intervals import wilson
from pipeline.records import MENTION_TABLES
from pipeline.review.decisions import Decision
from pipeline.review.queue import Queue

SKEW = 0.02
"""Difference of mean scores from which the reviewed rows are said not to stand for all."""

Key = tuple[str, str, int, int]
"""Table, document, start and end of a row."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the rows that were decided are right. Corrected rows were wrong; unsure and disputed ones do not count."""

    right: int
    decided: int

    @property
    def share(self) -> float | None:
        return self.right / self.decided if self.decided else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval, 95 %."""
        return wilson(self.right, self.decided)


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """One rule of one table."""

    table: str
    rule: str
    rows: int
    """Rows of the run that it found."""
    mean_score: float
    precision: Share

    @property
    def wrong_at_least(self) -> float:
        """How many rows of the run are wrong by the interval's upper end."""
        return self.rows * (1 - self.precision.interval[1])

    @property
    def wrong_about(self) -> float:
        """How many rows of the run are wrong if those decided stand for all."""
        share = self.precision.share
        return 0.0 if share is None else self.rows * (1 - share)


@dataclass(frozen=True, slots=True)
class TableFigures:
    """One table."""

    table: str
    rows: int
    unsure: int
    disputed: int
    precision: Share
    """Of the rows that were decided."""
    weighted: float | None
    """Precision with every rule counted by its rows in the run; None unless every row's rule was decided on."""
    recall: Share
    """Of the mentions in documents whose every row was decided; nothing decided where no mention was ever added."""
    documents: int
    """How many such documents there are."""
    skew: float
    """Mean score of the decided rows less that of all."""

    @property
    def is_skewed(self) -> bool:
        """Whether the decided rows look other than the rest, so that precision is of them alone."""
        return abs(self.skew) > SKEW


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two reviewers agree on the rows that both decided."""

    one: str
    other: str
    rows: int
    agreed: float
    kappa: float | None
    """Cohen's kappa; None where both always say the same one thing, so that chance alone would agree."""


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """Everything that the decisions on a run say."""

    source: str
    decisions: int
    reviewers: dict[str, int]
    stale: int
    tables: list[TableFigures]
    rules: list[RuleFigures]
    agreements: list[Agreement]

    @property
    def to_mend(self) -> list[RuleFigures]:
        """Rules with rows that are wrong, those first that surely spoil the most rows of the run."""
        failing = [figures for figures in self.rules if figures.precision.decided > figures.precision.right]
        return sorted(
            failing, key=lambda figures: (-figures.wrong_at_least, -figures.wrong_about, figures.rule)
        )


def report(queue: Queue) -> ReviewReport:
    """Return what the decisions say that hold for the rows of ``queue``."""
    carried = queue.carried_over()
    verdicts = carried.applying
    by_row: dict[Key, list[Decision]] = defaultdict(list)
    for decision in verdicts:
        if decision.before is not None:
            by_row[decision.table, decision.doc_id, decision.start, decision.end].append(decision)
    outcomes = {key: _outcome(decisions) for key, decisions in by_row.items()}
    volumes = queue.volumes()
    complete = _complete(queue, outcomes)
    return ReviewReport(
        source=str(queue.out),
        decisions=len(verdicts),
        reviewers=dict(Counter(decision.reviewer for decision in verdicts)),
        stale=len(carried.stale),
        tables=[
            _table(
                table.table,
                volumes=volumes,
                by_row=by_row,
                outcomes=outcomes,
                verdicts=verdicts,
                complete=complete,
            )
            for table in MENTION_TABLES
        ],
        rules=[
            RuleFigures(table, rule, rows, mean, _share(table, rule, by_row, outcomes))
            for table, rule, rows, mean in volumes
        ],
        agreements=_agreements(by_row),
    )


def _outcome(decisions: Sequence[Decision]) -> str:
    """Return ``right``, ``wrong``, ``unsure`` or ``disputed`` for a row, by everyone who decided on it."""
    said = {
        "right" if decision.verdict == "right" else "wrong"
        for decision in decisions
        if decision.verdict != "unsure"
    }
    return said.pop() if len(said) == 1 else "disputed" if said else "unsure"


def _share(
    table: str, rule: str | None, by_row: Mapping[Key, Sequence[Decision]], outcomes: Mapping[Key, str]
) -> Share:
    counted = Counter(
        outcome
        for key, outcome in outcomes.items()
        if key[0] == table and rule in (None, by_row[key][0].rule)
    )
    return Share(counted["right"], counted["right"] + counted["wrong"])


def _complete(queue: Queue, outcomes: Iterable[Key]) -> set[tuple[str, str]]:
    """Return the documents, by table, whose every row was decided."""
    decided = Counter((key[1], key[0]) for key in outcomes)
    rows = queue.rows_in([doc_id for doc_id, _ in decided])
    return {(doc_id, table) for (doc_id, table), n in decided.items() if n == rows.get((doc_id, table))}


def _table(
    table: str,
    *,
    volumes: Sequence[tuple[str, str, int, float]],
    by_row: Mapping[Key, Sequence[Decision]],
    outcomes: Mapping[Key, str],
    verdicts: Sequence[Decision],
    complete: set[tuple[str, str]],
) -> TableFigures:
    own = {key: outcome for key, outcome in outcomes.items() if key[0] == table}
    n_rows = sum(rows for name, _, rows, _ in volumes if name == table)
    mean = sum(rows * score for name, _, rows, score in volumes if name == table) / n_rows if n_rows else 0.0
    scores = [by_row[key][0].score or 0.0 for key in own]
    documents = {doc_id for doc_id, name in complete if name == table}
    return TableFigures(
        table=table,
        rows=n_rows,
        unsure=sum(outcome == "unsure" for outcome in own.values()),
        disputed=sum(outcome == "disputed" for outcome in own.values()),
        precision=_share(table, None, by_row, outcomes),
        weighted=_weighted(table, volumes, by_row, outcomes),
        recall=_recall(table, by_row, own, verdicts, documents),
        documents=len(documents),
        skew=sum(scores) / len(scores) - mean if scores else 0.0,
    )


def _weighted(
    table: str,
    volumes: Sequence[tuple[str, str, int, float]],
    by_row: Mapping[Key, Sequence[Decision]],
    outcomes: Mapping[Key, str],
) -> float | None:
    right = total = 0.0
    for name, rule, rows, _ in volumes:
        if name == table:
            share = _share(table, rule, by_row, outcomes).share
            if share is None:
                return None
            right += rows * share
            total += rows
    return right / total if total else None


def _recall(
    table: str,
    by_row: Mapping[Key, Sequence[Decision]],
    outcomes: Mapping[Key, str],
    verdicts: Sequence[Decision],
    documents: set[str],
) -> Share:
    """Return the share of true mentions that the run has as they are.

    Counted are documents whose every row was decided: there, what is right was found; what was corrected or added
    was not. Where reviewers never added a mention of the table, nobody may have looked for any: nothing is counted.
    """
    added = {
        (decision.doc_id, decision.start, decision.end)
        for decision in verdicts
        if decision.verdict == "missed" and decision.table == table
    }
    if not added:
        return Share(0, 0)
    found = sum(outcome == "right" for key, outcome in outcomes.items() if key[1] in documents)
    corrected = sum(
        outcome == "wrong" and any(decision.after for decision in by_row[key])
        for key, outcome in outcomes.items()
        if key[1] in documents
    )
    missed = sum(doc_id in documents for doc_id, _, _ in added)
    return Share(found, found + corrected + missed)


def _agreements(by_row: Mapping[Key, Sequence[Decision]]) -> list[Agreement]:
    said: dict[str, dict[Key, str]] = defaultdict(dict)
    for key, decisions in by_row.items():
        for decision in decisions:
            said[decision.reviewer][key] = decision.verdict
    found = []
    for one, other in combinations(sorted(said), 2):
        both = sorted(said[one].keys() & said[other].keys())
        if both:
            pairs = [(said[one][key], said[other][key]) for key in both]
            agreed = sum(a == b for a, b in pairs) / len(pairs)
            found.append(Agreement(one, other, len(pairs), agreed, cohens_kappa(pairs)))
    return found


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of pairs of verdicts; None where chance alone would agree on all.

    J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20 (1960).
    """
    n = len(pairs)
    agreed = sum(a == b for a, b in pairs) / n
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    by_chance = sum(first[verdict] * second[verdict] for verdict in first) / n**2
    return None if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)
