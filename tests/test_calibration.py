"""Scores are the probabilities that they claim to be, on documents that they were not fitted on."""

import math
import random
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline import annotate, evaluate, scores
from pipeline.evaluate import calibration
from pipeline.evaluate.calibration import Outcome
from pipeline.evaluate.intervals import wilson
from pipeline.evaluate.scoring import Row, read_gold
from pipeline.scores import AS_WRITTEN, Estimates, TableEstimate, Tally

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
FITTED = ("holdout", "unseen")
OTHERS = ("", "fresh")
LARGEST_ERROR = 0.05


@pytest.fixture(scope="module")
def measured() -> dict[str, list[calibration.Outcomes]]:
    """The outcomes of each set with the scores that the rules' authors wrote."""
    nlp = annotate.load_annotator("pl_nkjp_sm").nlp
    return {
        name: evaluate.evaluate(
            read_gold(CORPUS / name / "gold.jsonl"), CORPUS / name / "docs", nlp, estimates=AS_WRITTEN
        ).outcomes
        for name in (*FITTED, *OTHERS)
    }


def test_scores_hold_on_documents_that_they_were_not_fitted_on(
    measured: dict[str, list[calibration.Outcomes]],
) -> None:
    documents = [document for outcomes in measured.values() for document in outcomes]
    marks = [name in FITTED for name, outcomes in measured.items() for _ in outcomes]
    assert len(documents) == 56
    held_out = calibration.cross_validated(documents, scores.estimates().strength, fitted_on=marks)
    errors = {table: calibration.expected_calibration_error(listed) for table, listed in held_out.items()}
    assert set(errors) == {"dates", "amounts", "partner_counts", "organisations"}
    assert all(len(listed) > 300 for listed in held_out.values())
    assert max(errors.values()) < LARGEST_ERROR, errors


def test_the_estimates_beside_the_rules_are_those_of_the_gold(
    measured: dict[str, list[calibration.Outcomes]],
) -> None:
    own = [document for name in FITTED for document in measured[name]]
    strength = calibration.best_strength(own)
    estimates = calibration.fit(calibration.together(own), strength)
    data = scores.as_data(
        estimates, gold=[f"corpus/{name}/gold.jsonl" for name in FITTED], model="pl_nkjp_sm"
    )
    path = CORPUS.parent / "rules" / "scores" / "calibration.yaml"
    standing = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert standing == yaml.safe_load(yaml.safe_dump(data)), (
        "stale; renew it with: plextract calibrate --write rules/scores/calibration.yaml"
    )


def test_the_rows_of_a_document_that_count_are_outcomes() -> None:
    def dated(start: int, edtf: str, score: float) -> Row:
        return Row(start, start + 4, {"edtf": edtf}, rule="date.year", score=score)

    gold = {"dates": [dated(0, "2012", 1), replace(dated(20, "2014", 1), optional=True)]}
    predicted = {"dates": [dated(0, "2012", 0.9), dated(10, "2013", 0.5), dated(20, "2015", 0.1)]}
    assert calibration.outcomes(gold, predicted)["dates"] == [
        Outcome("date.year", 0.9, True), Outcome("date.year", 0.5, False),
    ]  # fmt: skip


def test_the_error_is_the_mean_distance_of_scores_from_shares() -> None:
    sure = [Outcome("a", 1.0, True)] * 3 + [Outcome("a", 1.0, False)]
    unsure = [Outcome("b", 0.5, True)] * 2 + [Outcome("b", 0.5, False)] * 2
    assert calibration.expected_calibration_error(sure) == 0.25
    assert calibration.expected_calibration_error(unsure) == 0
    assert calibration.expected_calibration_error(sure + unsure) == 0.125
    assert calibration.expected_calibration_error([]) == 0


def test_rows_of_one_score_share_a_bin() -> None:
    listed = [Outcome("a", 0.9, True)] * 50 + [Outcome("b", 0.2, False)]
    assert [found.rows for found in calibration.reliability(listed)] == [1, 50] or [
        found.rows for found in calibration.reliability(listed)
    ] == [51]


def test_coverage_falls_as_the_least_score_rises() -> None:
    listed = [
        Outcome("a", 0.9, True),
        Outcome("a", 0.9, True),
        Outcome("b", 0.4, False),
        Outcome("b", 0.4, True),
    ]
    assert calibration.precision_coverage(listed) == [(0.9, 0.5, 1.0), (0.4, 1.0, 0.75)]


def test_a_rule_without_gold_keeps_its_author_s_word_moved_with_its_table() -> None:
    listed = [Outcome("known", 0.9, True)] * 60 + [Outcome("known", 0.9, False)] * 40
    estimates = calibration.fit({"dates": listed}, strength=10)
    known = estimates.probability("dates", "known", 0.9)
    assert known == pytest.approx(0.6, abs=0.01)
    assert 0.5 < estimates.probability("dates", "surer", 0.95) < 0.95
    assert estimates.probability("dates", "surer", 0.95) > estimates.probability("dates", "new", 0.9)
    assert estimates.probability("amounts", "any", 0.9) == 0.9, "a table without gold"


def test_a_table_that_never_failed_is_not_certain() -> None:
    estimates = calibration.fit({"dates": [Outcome("a", 0.9, True)] * 20}, strength=10)
    assert 0.95 < estimates.probability("dates", "a", 0.9) < 0.999
    assert 0.9 < estimates.probability("dates", "b", 0.9) < 0.99


def test_fitted_scores_hold_where_authors_were_too_sure() -> None:
    draw = random.Random(7)
    documents = [
        {
            "dates": [
                Outcome(rule, 0.95, draw.random() < share) for rule, share in (("a", 0.9), ("b", 0.5)) * 10
            ]
        }
        for _ in range(40)
    ]
    before = calibration.expected_calibration_error(calibration.together(documents)["dates"])
    held_out = calibration.cross_validated(documents, 10, fitted_on=[True] * 40)["dates"]
    assert before > 0.2
    assert calibration.expected_calibration_error(held_out) < 0.05


@given(st.floats(0, 1), st.floats(-12, 12))
def test_a_moved_probability_is_one(probability: float, shift: float) -> None:
    moved = scores.shifted(probability, shift)
    assert 0 < moved < 1
    assert math.isclose(scores.shifted(probability, 0), min(max(probability, 0.001), 0.999))
    assert (moved > scores.shifted(probability, 0)) == (shift > 1e-15) or abs(shift) < 1e-9


@given(st.integers(0, 400).flatmap(lambda rows: st.tuples(st.integers(0, rows), st.just(rows))))
def test_wilson_s_interval_holds_the_share(counts: tuple[int, int]) -> None:
    right, rows = counts
    low, high = wilson(right, rows)
    assert 0 <= low <= (right / rows if rows else 0.5) + 1e-12
    assert (right / rows if rows else 0.5) - 1e-12 <= high <= 1


def test_wilson_s_interval_is_the_published_one() -> None:
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert wilson(0, 0) == (0, 1)


def test_estimates_count_what_was_seen() -> None:
    estimates = Estimates(10, {"dates": TableEstimate(0.0, {"a": Tally(10, 10)})})
    assert estimates.probability("dates", "a", 0.9) == pytest.approx(19 / 20)


def test_plots_are_drawn(tmp_path: Path) -> None:
    plots = pytest.importorskip("pipeline.evaluate.plots", reason="matplotlib is not installed")
    listed = [Outcome("a", 0.9, True)] * 9 + [Outcome("b", 0.6, False), Outcome("b", 0.6, True)]
    plots.calibration({"dates": listed, "amounts": []}, tmp_path / "scores.svg")
    assert "<svg" in (tmp_path / "scores.svg").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="format"):
        plots.calibration({"dates": listed}, tmp_path / "scores.xyz")
