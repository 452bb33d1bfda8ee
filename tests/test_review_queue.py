"""The queue shows the rows that are asked for, in the order that is asked for, whoever has decided what."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reviewing import CONTRACT, REPORT, make_run

from pipeline.review.decisions import FILE, Decisions, Verdict
from pipeline.review.queue import Queue, Row, UnreadableRun, View


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("queue"), {"umowa.txt": CONTRACT, "raport.txt": REPORT})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Decisions]:
    with Decisions.open(tmp_path / FILE) as decisions:
        yield decisions


@pytest.fixture
def queue(run: Path, store: Decisions) -> Iterator[Queue]:
    with closing(Queue(run, store)) as queue:
        yield queue


def texts(queue: Queue, view: View) -> list[str]:
    return [row.columns["text"] for row in queue.rows(queue.ids(view).tolist())]


def decide(store: Decisions, row: Row, verdict: Verdict, reviewer: str = "a") -> None:
    place = {name: row.columns[name] for name in ("doc_id", "start", "end", "text", "rule", "score")}
    store.add(reviewer=reviewer, table=row.record.table, verdict=verdict, before=row.values, **place)


def test_every_row_of_the_run_is_in_the_queue(queue: Queue, run: Path) -> None:
    tables = ("dates", "amounts", "partner_counts", "organisations")
    assert queue.n_rows == sum(pq.read_table(run / name).num_rows for name in tables) > 8
    for row in queue.rows(list(range(queue.n_rows))):
        assert row.mention.text == row.columns["text"]


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (View(table="amounts", order="place"), {"10 622 115,00 zł", "3 mln zł"}),
        (View(table="amounts", document="rap"), {"3 mln zł"}),
        (View(table="partner_counts"), {"20 gmin"}),
        (View(label="koszt", table="amounts"), {"10 622 115,00 zł"}),
        (View(value="2012-07-01/2016"), {"1 lipca 2012 r. do 30 kwietnia 2016 r"}),
        (View(rule="date.day", document="umowa"), {"5 maja 2014 r"}),
        (View(rule="ner:*"), set()),
        (View(document="' OR 1=1 --"), set()),
        (View(min_score=1.0), set()),
    ],
)
def test_filters(queue: Queue, view: View, expected: set[str]) -> None:
    assert {text.rstrip(".") for text in texts(queue, view)} == expected


def test_the_lowest_score_comes_first(queue: Queue) -> None:
    scores = [row.columns["score"] for row in queue.rows(queue.ids(View(order="score")).tolist())]
    assert scores == sorted(scores) and len(set(scores)) > 1


def test_rows_stand_as_in_the_documents(queue: Queue) -> None:
    rows = queue.rows(queue.ids(View(order="place", document="umowa")).tolist())
    assert [row.columns["start"] for row in rows] == sorted(row.columns["start"] for row in rows)


def test_a_random_sample_is_the_same_for_a_seed_and_another_for_another(queue: Queue) -> None:
    orders = [texts(queue, View(order="random", seed=seed)) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2])


def test_strata_take_each_rule_in_turn(queue: Queue) -> None:
    rules = [row.columns["rule"] for row in queue.rows(queue.ids(View(order="rules")).tolist())]
    assert len(set(rules[: len(set(rules))])) == len(set(rules))


def test_what_the_model_alone_found_comes_before_what_rules_found_too(
    run: Path, tmp_path: Path, store: Decisions
) -> None:
    table = pq.read_table(run / "organisations")
    by_rule = table.to_pylist()[0]
    both = {**by_rule, "start": 0, "end": 6, "text": "Raport", "rule": "ner:model"}
    alone = {**both, "start": 7, "end": 8, "text": "z", "org_id": "o-nobody-else"}
    for name in ("documents", "dates", "amounts", "partner_counts", "organisations"):
        (tmp_path / name).mkdir()
        rows = [by_rule, both, alone] if name == "organisations" else None
        source = pq.read_table(run / name)
        pq.write_table(
            pa.Table.from_pylist(rows, source.schema) if rows else source, tmp_path / name / "0.parquet"
        )
    with closing(Queue(tmp_path, store)) as queue:
        view = View(table="organisations", order="disagreement")
        assert texts(queue, view) == ["z", "Raport", by_rule["text"]]


def test_the_next_row_is_the_next_one_that_nobody_like_me_has_decided(queue: Queue, store: Decisions) -> None:
    view = View(table="dates", order="place")
    ids = queue.ids(view).tolist()
    assert queue.next_open(view, "a") == ids[0]
    decide(store, queue.rows(ids[:2])[1], "wrong")
    assert queue.next_open(view, "a", after=ids[0]) == ids[2]
    assert queue.next_open(view, "b", after=ids[0]) == ids[1]
    for row in queue.rows(ids[2:]):
        decide(store, row, "right")
    assert queue.next_open(view, "a", after=ids[-1]) == ids[0]
    decide(store, queue.rows(ids[:1])[0], "unsure")
    assert queue.next_open(view, "a", after=ids[0]) is None
    assert (queue.counts(view, "a").done, queue.counts(view, "b").done) == (len(ids), 0)


def test_states_follow_decisions_undos_and_disputes(queue: Queue, store: Decisions) -> None:
    view = View(table="amounts", order="place")
    first, second = queue.rows(queue.ids(view).tolist())
    decide(store, first, "right", "a")
    decide(store, first, "wrong", "b")
    decide(store, second, "right", "a")
    assert queue.states([first.id, second.id], "a") == ["right", "right"]
    assert queue.in_state(replace(view, state="disputed"), "a").tolist() == [first.id]
    assert queue.in_state(replace(view, state="open"), "b").tolist() == [second.id]
    store.undo("a")
    assert queue.states([first.id, second.id], "a") == ["right", "open"]
    assert queue.in_state(replace(view, state="right"), "a").tolist() == [first.id]


def test_a_decision_on_another_value_does_not_count(queue: Queue, store: Decisions) -> None:
    (row, *_) = queue.rows(queue.ids(View(table="amounts")).tolist())
    changed = replace(row, columns={**row.columns, "currency": "EUR"})
    decide(store, changed, "right")
    assert queue.states([row.id], "a") == ["open"]
    assert queue.decided(row, "a") is None
    assert [reason for _, reason in queue.carried_over().stale] == ["value changed"]


def test_a_folder_without_tables_is_said_to_be_unreadable(tmp_path: Path, store: Decisions) -> None:
    with pytest.raises(UnreadableRun):
        Queue(tmp_path, store)
