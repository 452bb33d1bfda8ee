"""B³ is what its definition gives, worked out by hand."""

import pytest

from pipeline.evaluate.clusters import ClusterScore, b_cubed
from pipeline.evaluate.scoring import Row


def gold(start: int, name: str, *, optional: bool = False) -> Row:
    return Row(start, start + 5, {"name": name}, optional)


def found(start: int, org_id: str) -> Row:
    return Row(start, start + 5, {"org_id": org_id})


def measured(golden: list[Row], predicted: list[Row]) -> ClusterScore:
    return b_cubed([{"organisations": golden}], [{"organisations": predicted}])


def test_right_clusters_score_one_whatever_their_ids() -> None:
    score = measured(
        [gold(0, "A"), gold(10, "A"), gold(20, "B")], [found(0, "x"), found(10, "x"), found(20, "y")]
    )
    assert (score.precision, score.recall, score.f1) == (1.0, 1.0, 1.0)


def test_one_cluster_for_two_organisations() -> None:
    # gold A A B, all in one cluster: precision (2/3 + 2/3 + 1/3) / 3, recall 1
    score = measured(
        [gold(0, "A"), gold(10, "A"), gold(20, "B")], [found(0, "x"), found(10, "x"), found(20, "x")]
    )
    assert score.precision == pytest.approx(5 / 9)
    assert score.recall == 1.0
    assert score.f1 == pytest.approx(2 * (5 / 9) / (5 / 9 + 1))


def test_an_organisation_in_two_clusters() -> None:
    # gold A A A in x x y: precision 1, recall (2/3 + 2/3 + 1/3) / 3
    score = measured(
        [gold(0, "A"), gold(10, "A"), gold(20, "A")], [found(0, "x"), found(10, "x"), found(20, "y")]
    )
    assert (score.precision, score.recall) == (1.0, pytest.approx(5 / 9))


def test_what_is_missed_costs_recall_and_what_is_wrong_precision() -> None:
    # A is found once of twice, in a cluster with a mention of nothing: precision (1/2 + 0) / 2, recall (1/2 + 0) / 2
    score = measured([gold(0, "A"), gold(10, "A")], [found(0, "x"), found(30, "x")])
    assert (score.precision, score.recall) == (0.25, 0.25)
    assert (score.predicted, score.gold) == (2, 2)


def test_clusters_reach_over_documents_and_capitals_of_gold_do_not_count() -> None:
    golden = [{"organisations": [gold(0, "Gmina A")]}, {"organisations": [gold(0, "gmina A")]}]
    apart = [{"organisations": [found(0, "x")]}, {"organisations": [found(0, "y")]}]
    together = [{"organisations": [found(0, "x")]}, {"organisations": [found(0, "x")]}]
    assert b_cubed(golden, apart).recall == 0.5
    assert b_cubed(golden, together).f1 == 1.0


def test_optional_rows_count_neither_way() -> None:
    score = measured([gold(0, "A"), gold(10, "B", optional=True)], [found(0, "x"), found(10, "x")])
    assert (score.precision, score.recall, score.predicted, score.gold) == (1.0, 1.0, 1, 1)


def test_nothing_at_all_is_right_and_nothing_found_is_not() -> None:
    assert measured([], []).f1 == 1.0
    assert (measured([gold(0, "A")], []).precision, measured([gold(0, "A")], []).f1) == (0.0, 0.0)
