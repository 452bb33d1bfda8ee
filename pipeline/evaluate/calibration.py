"""Whether scores are the probabilities that they claim to be, and how they are made so.

An outcome is a prediction that counts (by the measure that tells a right row of its table from a wrong one)
with what was said of it and whether it was right.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.evaluate.scoring import JUDGED, Rows, match
from pipeline.scores import Estimates, TableEstimate, Tally, shifted

BINS = 5
"""Groups of equally many rows in a reliability table; fewer where all their scores are the same."""
LARGEST_SHIFT = 12.0
STRENGTHS = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""What cross-validation chooses from: how many rows the word of a rule's author weighs."""


class Outcome(NamedTuple):
    """A prediction that counts."""

    rule: str
    score: float
    right: bool


Outcomes = dict[str, list[Outcome]]
"""By table."""


def outcomes(gold: Rows, predicted: Rows) -> Outcomes:
    """Return the outcomes of one document."""
    found: Outcomes = {}
    for measure in JUDGED:
        table = measure.table.table
        rows = predicted.get(table, ())
        matching = match(measure, gold.get(table, ()), rows)
        found[table] = [
            *(Outcome(rows[index].rule, rows[index].score, True) for _, index in matching.pairs),
            *(Outcome(rows[index].rule, rows[index].score, False) for index in matching.spurious),
        ]
    return found


def together(documents: Iterable[Outcomes]) -> Outcomes:
    """Return the outcomes of several documents."""
    found: Outcomes = defaultdict(list)
    for document in documents:
        for table, listed in document.items():
            found[table] += listed
    return dict(found)


# --- how well scores hold ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of about the same score."""

    rows: int
    lowest: float
    highest: float
    mean_score: float
    right: float
    """The share that was right."""


def reliability(listed: Sequence[Outcome], n_bins: int = BINS) -> list[Bin]:
    """Return outcomes by ascending score in bins of about equal size; rows of one score share a bin."""
    ranked = sorted(listed, key=lambda outcome: outcome.score)
    wanted = len(ranked) / n_bins
    groups: list[list[Outcome]] = []
    for outcome in ranked:
        if groups and (len(groups[-1]) < wanted or groups[-1][-1].score == outcome.score):
            groups[-1].append(outcome)
        else:
            groups.append([outcome])
    return [
        Bin(
            rows=len(group),
            lowest=group[0].score,
            highest=group[-1].score,
            mean_score=math.fsum(outcome.score for outcome in group) / len(group),
            right=sum(outcome.right for outcome in group) / len(group),
        )
        for group in groups
    ]


def expected_calibration_error(listed: Sequence[Outcome]) -> float:
    """Return by how much scores miss the share of right rows, averaged over bins by their rows (ECE); 0 for none."""
    bins = reliability(listed)
    return math.fsum(found.rows * abs(found.mean_score - found.right) for found in bins) / max(len(listed), 1)


class Cut(NamedTuple):
    """What is left of the rows at a threshold."""

    min_score: float
    coverage: float
    """Share of all rows that are kept."""
    precision: float
    """Share of the kept ones that are right."""


def precision_coverage(listed: Sequence[Outcome]) -> list[Cut]:
    """Return what each threshold leaves, from the highest score down; one cut for each score that occurs."""
    ranked = sorted(listed, key=lambda outcome: -outcome.score)
    cuts: list[Cut] = []
    right = 0
    for kept, outcome in enumerate(ranked, start=1):
        right += outcome.right
        if kept == len(ranked) or ranked[kept].score != outcome.score:
            cuts.append(Cut(outcome.score, kept / len(ranked), right / kept))
    return cuts


# --- fitting -------------------------------------------------------------------------------------------------


def fit(found: Outcomes, strength: float) -> Estimates:
    """Return estimates from outcomes whose scores are the authors'."""
    return Estimates(strength, {table: _fit_table(listed) for table, listed in sorted(found.items())})


def _fit_table(listed: Sequence[Outcome]) -> TableEstimate:
    tallies: dict[str, list[bool]] = defaultdict(list)
    claims = Counter(outcome.score for outcome in listed)
    for outcome in listed:
        tallies[outcome.rule].append(outcome.right)
    # a table that never failed is still not certain: the rule of succession
    wanted = len(listed) * (sum(outcome.right for outcome in listed) + 1) / (len(listed) + 2)
    return TableEstimate(
        _root(
            lambda shift: math.fsum(rows * shifted(score, shift) for score, rows in claims.items()) - wanted
        ),
        {rule: Tally(sum(rights), len(rights)) for rule, rights in tallies.items()},
    )


def _root(rising: Callable[[float], float]) -> float:
    """Return where a rising function is zero, by bisection; an end of the range where it is not within."""
    low, high = -LARGEST_SHIFT, LARGEST_SHIFT
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def rescored(found: Outcomes, estimates: Estimates) -> Outcomes:
    """Return outcomes with the scores that estimates give them; theirs must be the authors'."""
    return {
        table: [
            outcome._replace(score=estimates.probability(table, outcome.rule, outcome.score))
            for outcome in listed
        ]
        for table, listed in found.items()
    }


def cross_validated(
    documents: Sequence[Outcomes], strength: float, *, fitted_on: Sequence[bool], n_folds: int = 10
) -> Outcomes:
    """Return all outcomes with scores from estimates that were fitted without their document.

    Every ``n_folds``-th document is held out in turn. Only documents that ``fitted_on`` marks are fitted on.
    """
    held_out: list[Outcomes] = []
    for fold in range(n_folds):
        training = [
            document
            for number, document in enumerate(documents)
            if fitted_on[number] and number % n_folds != fold
        ]
        estimates = fit(together(training), strength)
        held_out += [
            rescored(document, estimates)
            for number, document in enumerate(documents)
            if number % n_folds == fold
        ]
    return together(held_out)


def best_strength(documents: Sequence[Outcomes]) -> float:
    """Return the strength under which held-out outcomes are the most probable."""
    return max(STRENGTHS, key=lambda strength: (_log_likelihood(documents, strength), strength))


def _log_likelihood(documents: Sequence[Outcomes], strength: float) -> float:
    found = cross_validated(documents, strength, fitted_on=[True] * len(documents))
    return math.fsum(
        math.log(max(outcome.score if outcome.right else 1 - outcome.score, 1e-9))
        for listed in found.values()
        for outcome in listed
    )
