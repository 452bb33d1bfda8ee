"""The gate holds, floors only rise, and the corpus is read as its gold says."""

import json
from pathlib import Path

import pytest

from pipeline import annotate, evaluate, models
from pipeline.evaluate import Baseline, Evaluation
from pipeline.evaluate.scoring import Row, Score, read_gold

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
BASELINE = CORPUS / "baseline.json"
HALF = {"dates": Score(correct=1, predicted=2, gold=2)}


# --- the baseline --------------------------------------------------------------------------------------------


def test_a_floor_that_is_not_reached_is_named() -> None:
    baseline = Baseline({"none": {"dates": {"precision": 0.6, "recall": 0.5, "f1": 0.4}}})
    (shortfall,) = baseline.shortfalls("none", HALF) or []
    assert (shortfall.measure, shortfall.figure, shortfall.floor, shortfall.measured) == (
        "dates", "precision", 0.6, 0.5,
    )  # fmt: skip


def test_a_model_without_floors_is_not_held_to_those_of_another() -> None:
    assert Baseline({"none": {}}).shortfalls("pl_core_news_sm", HALF) is None


def test_floors_rise_and_are_never_lowered() -> None:
    baseline = Baseline({"none": {"dates": {"precision": 0.9, "recall": 0.1, "f1": 0.5}}, "other": {}})
    raised = baseline.raised("none", HALF)
    assert raised.floors == {"none": {"dates": {"precision": 0.9, "recall": 0.5, "f1": 0.5}}, "other": {}}


def test_floors_are_rounded_down_so_that_the_same_result_reaches_them() -> None:
    scores = {"dates": Score(correct=2, predicted=3, gold=3)}
    raised = Baseline({}).raised("none", scores)
    assert raised.floors["none"]["dates"]["recall"] == 0.666
    assert raised.shortfalls("none", scores) == []


@pytest.mark.parametrize("count", range(1, 1001, 37))
def test_a_floor_of_three_decimals_is_kept_as_it_is(count: int) -> None:
    scores = {"dates": Score(correct=count, predicted=1000, gold=1000)}
    assert Baseline({}).raised("none", scores).floors["none"]["dates"]["precision"] == count / 1000


def test_a_baseline_comes_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    assert Baseline.read(path).floors == {}
    Baseline({}).raised("none", HALF).write(path)
    assert Baseline.read(path).floors == {"none": {"dates": {"precision": 0.5, "recall": 0.5, "f1": 0.5}}}


# --- running on documents with gold --------------------------------------------------------------------------


def write_gold(folder: Path, *documents: dict[str, object]) -> Path:
    path = folder / "gold.jsonl"
    path.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")
    return path


def line(source: str, text: str, **rest: object) -> dict[str, object]:
    return {"source": source, "raw_text": text, "reference_date": None, **rest}


@pytest.mark.usefixtures("simple_flow")
def test_what_the_pipeline_reads_is_scored_and_what_fails_counts_as_missed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("w 2012 r.", encoding="utf-8")
    year = {"start": 2, "end": 6, "edtf": "2012", "time_from": None, "time_to": None}
    gold = write_gold(
        tmp_path,
        line("a.txt", "w 2012 r.", dates=[year]),
        line("gone.txt", "w 2012 r.", dates=[year]),
    )
    measured = evaluate.evaluate(read_gold(gold), tmp_path, None)
    # the stand-in gives no offsets into the source: those of the text count
    assert measured.scores["dates"] == Score(correct=1, predicted=1, gold=2)
    assert list(measured.failures) == ["gone.txt"]
    assert measured.failures["gone.txt"].startswith("read: ")
    assert measured.model == "none"


@pytest.mark.usefixtures("simple_flow")
def test_a_text_that_is_decoded_otherwise_than_in_gold_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("w 2012 r.", encoding="utf-8")
    measured = evaluate.evaluate(read_gold(write_gold(tmp_path, line("a.txt", "W 2012 r."))), tmp_path, None)
    assert measured.differing_text == ("a.txt",)


def test_the_reference_date_of_gold_is_given_to_the_pipeline(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Zebranie odbyło się wczoraj.", encoding="utf-8")
    day = {"start": 20, "end": 27, "edtf": "2016-04-20", "time_from": None, "time_to": None}
    document = line("a.txt", "Zebranie odbyło się wczoraj.", dates=[day])
    without = evaluate.evaluate(read_gold(write_gold(tmp_path, document)), tmp_path, None)
    assert without.scores["dates"].correct == 0
    document["reference_date"] = "2016-04-21"
    given = evaluate.evaluate(read_gold(write_gold(tmp_path, document)), tmp_path, None)
    assert given.scores["dates"] == Score(correct=1, predicted=1, gold=1)


def test_mistakes_can_be_asked_for_one_table() -> None:
    gold = read_gold(CORPUS / "gold.jsonl")[:1]
    nothing: dict[str, list[Row]] = {}
    measured = Evaluation("none", gold, [nothing], {}, ())
    assert {mistake.table for mistake in measured.mistakes()} >= {"dates", "amounts"}
    assert {mistake.table for mistake in measured.mistakes(["amounts"])} == {"amounts"}


# --- the quality gate ----------------------------------------------------------------------------------------


def available() -> list[str]:
    """Return the models of the baseline that can be loaded here; rules alone always can."""
    at_hand = {"none", *(info.name for info in models.installed_models())}
    return sorted(set(Baseline.read(BASELINE).floors) & at_hand)


def test_the_gate_holds_something() -> None:
    assert "none" in available()
    floors = Baseline.read(BASELINE).floors["none"]
    assert all(floors[table]["f1"] > 0.5 for table in ("dates", "amounts", "partner_counts"))


@pytest.mark.parametrize("model", available())
def test_every_floor_of_the_baseline_is_reached(model: str) -> None:
    measured = evaluate.evaluate(
        read_gold(CORPUS / "gold.jsonl"), CORPUS / "docs", annotate.load_model(model)
    )
    assert measured.failures == {}
    assert measured.differing_text == ()
    assert Baseline.read(BASELINE).shortfalls(measured.model, measured.figures) == []
