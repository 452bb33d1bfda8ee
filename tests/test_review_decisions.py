"""Decisions are kept whatever happens to the process, by several at once, and carried over to later runs."""

import multiprocessing
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from reviewing import CONTRACT, make_run

from pipeline.review.decisions import FILE, Decision, Decisions, carry_over

PLACE: dict[str, Any] = {"table": "dates", "doc_id": "d", "start": 3, "end": 7, "text": "2014"}
BEFORE = {"edtf": "2014", "time_from": None, "time_to": None}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / FILE


def verdicts(decisions: Decisions) -> list[tuple[str, str]]:
    return [(decision.reviewer, decision.verdict) for decision in decisions.standing()]


def test_the_last_word_of_each_reviewer_stands(store: Path) -> None:
    with Decisions.open(store) as decisions:
        decisions.add(reviewer="a", verdict="right", before=BEFORE, **PLACE)
        decisions.add(reviewer="b", verdict="wrong", before=BEFORE, **PLACE)
        decisions.add(reviewer="a", verdict="unsure", before=BEFORE, note="które?", **PLACE)
        assert verdicts(decisions) == [("b", "wrong"), ("a", "unsure")]
        assert len(decisions.history("dates", "d", 3, 7)) == 3
        assert decisions.standing()[-1].note == "które?"
        assert decisions.reviewers() == ["a", "b"]


def test_undo_takes_back_only_ones_own_last_decision_and_leaves_the_log(store: Path) -> None:
    with Decisions.open(store) as decisions:
        decisions.add(reviewer="a", verdict="right", before=BEFORE, **PLACE)
        decisions.add(reviewer="a", verdict="wrong", before=BEFORE, **PLACE)
        decisions.add(reviewer="b", verdict="unsure", before=BEFORE, **PLACE)
        seen = decisions.version()
        undone = decisions.undo("a")
        assert undone is not None and undone.verdict == "wrong"
        assert decisions.version() != seen
        assert verdicts(decisions) == [("a", "right"), ("b", "unsure")]
        assert [taken_back for _, taken_back in decisions.history("dates", "d", 3, 7)] == [False, True, False]
        assert decisions.undo("a") is not None
        assert decisions.undo("a") is None


def test_what_was_decided_before_a_kill_is_there_after_it(store: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from pipeline.review.decisions import Decisions\n"
        "decisions = Decisions.open(Path(sys.argv[1]))\n"
        "for n in range(5):\n"
        "    decisions.add(reviewer='a', table='dates', doc_id='d', start=n, end=n + 1, text='x', verdict='right')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(store)], check=False)
    assert ended.returncode == -signal.SIGKILL
    with Decisions.open(store) as decisions:
        assert [decision.start for decision in decisions.standing()] == list(range(5))


def _write(path: Path, reviewer: str, n: int) -> None:
    with Decisions.open(path) as decisions:
        for start in range(n):
            decisions.add(
                reviewer=reviewer, verdict="right", table="dates", doc_id="d", start=start, end=start + 1, text="x"
            )  # fmt: skip


def test_several_processes_write_at_once(store: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(store, name, 40)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    with Decisions.open(store) as decisions:
        assert len(decisions.standing()) == 80


def decision(**changed: Any) -> Decision:
    with Decisions.open(Path(":memory:")) as decisions:
        decisions.add(**{"reviewer": "a", "verdict": "wrong", "before": BEFORE, **PLACE, **changed})
        return decisions.standing()[0]


@pytest.mark.parametrize(
    ("row", "documents", "reason"),
    [
        ({**BEFORE, "approximate": True}, {"d"}, None),
        ({**BEFORE, "edtf": "2015"}, {"d"}, "value changed"),
        (None, {"d"}, "row gone"),
        (None, {"e"}, "document gone"),
    ],
)
def test_a_decision_holds_where_span_and_value_are_the_same(
    row: dict[str, Any] | None, documents: set[str], reason: str | None
) -> None:
    rows = {} if row is None else {("dates", "d", 3, 7): row}
    carried = carry_over([decision()], rows, documents)
    assert [why for _, why in carried.stale] == ([reason] if reason else [])
    assert len(carried.applying) == (0 if reason else 1)


def test_a_missed_mention_holds_as_long_as_its_document() -> None:
    missed = decision(verdict="missed", before=None, after={**BEFORE, "start": 3, "end": 7, "text": "2014"})
    assert missed.right_place == (3, 7)
    assert carry_over([missed], {}, {"d"}).applying == [missed]
    assert carry_over([missed], {}, set()).stale == [(missed, "document gone")]


def test_a_new_run_leaves_the_decisions_beside_it(tmp_path: Path) -> None:
    out = make_run(tmp_path, {"a.txt": CONTRACT})
    with Decisions.open(out / FILE) as decisions:
        decisions.add(reviewer="a", verdict="right", before=BEFORE, **PLACE)
    assert make_run(tmp_path, {"a.txt": CONTRACT + "Aneks z 2018 r.\n"}) == out
    with Decisions.open(out / FILE) as decisions:
        assert verdicts(decisions) == [("a", "right")]
