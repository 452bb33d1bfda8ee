"""What a person sees: a bar on a terminal and nothing in a pipe, and numbers that can be read."""

import io
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from pipeline import write
from pipeline.batch import Progress, Summary, status
from pipeline.cli import screen
from pipeline.records import TABLES, ErrorRecord


def console(*, terminal: bool) -> tuple[Console, io.StringIO]:
    written = io.StringIO()
    return Console(file=written, force_terminal=terminal, width=160, color_system=None), written


HALF_WAY = Progress(
    documents=30,
    total_documents=60,
    n_bytes=3_000_000,
    total_bytes=5_000_000,
    errors=2,
    rows={"dates": 1204, "errors": 2},
)


def test_a_terminal_gets_a_bar_with_documents_speed_and_failures() -> None:
    terminal, written = console(terminal=True)
    with screen.progress_bar(terminal, quiet=False) as report:
        report(HALF_WAY)
    shown = written.getvalue()
    assert "30/60" in shown
    assert "B/s" in shown
    assert "2 failed" in shown
    assert "1 204 dates" in shown


@pytest.mark.parametrize(("terminal", "quiet"), [(False, False), (True, True)])
def test_a_pipe_and_a_json_log_get_no_bar(terminal: bool, quiet: bool) -> None:
    pipe, written = console(terminal=terminal)
    with screen.progress_bar(pipe, quiet=quiet) as report:
        report(HALF_WAY)
    assert written.getvalue() == ""


@pytest.mark.parametrize(
    ("n_bytes", "shown"), [(2_500_000, "2.5 MB/s"), (100_000, "0.1 MB/s"), (99_000, "99 kB/s"), (0, "0 kB/s")]
)
def test_speed(n_bytes: int, shown: str) -> None:
    assert screen.speed(n_bytes, 1.0) == shown


def test_the_summary_lists_the_first_errors_and_counts_the_rest(tmp_path: Path) -> None:
    errors = [
        ErrorRecord(source=f"{number}.txt", stage="read", error_type="empty", message="the [file] is empty")
        for number in range(9)
    ]
    write.write_rows(ErrorRecord, errors, write.part_path(tmp_path, ErrorRecord, 0))
    rows = {
        **dict.fromkeys((record.table for record in TABLES), 0),
        "documents": 12345,
        "dates": 2,
        "errors": 9,
    }
    pipe, written = console(terminal=False)
    screen.summary(pipe, Summary(tmp_path, rows, 1_500_000, 2.0, "none", resumed_documents=7))
    shown = written.getvalue()
    assert "12 345  documents" in shown
    assert shown.count("the [file] is empty (read)") == 5
    assert "and 4 more in" in shown
    assert "1.50 MB in 2.0 s, 7 documents taken over, model none" in shown


def test_what_is_left_is_told_by_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr("pipeline.batch.status.time", SimpleNamespace(monotonic=lambda: clock))
    with status.told(tmp_path) as told:
        told.progress(
            replace(HALF_WAY, documents=0, n_bytes=200, total_bytes=1200)
        )  # taken over from an earlier attempt
        clock = 10.0
        told.progress(replace(HALF_WAY, documents=1, n_bytes=700, total_bytes=1200))
        assert told.latest.seconds_left == 10.0
        told.progress(replace(HALF_WAY, documents=60, n_bytes=1100, total_bytes=1200))
        assert told.latest.seconds_left is None, "nobody knows how long the datasets take"
