"""What decisions come to: precision, recall, agreement, and the rules to mend first."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import batch, cli, read
from pipeline.review import report_pages
from pipeline.review.decisions import Decisions
from pipeline.review.queue import Queue, Row, opened
from pipeline.review.report import cohens_kappa, report

TEXTS = {
    "a.txt": "Umowę podpisano 5 maja 2014 r. Gmina Dobra wpłaci 300 zł, a powiat kłodzki 20 tys. zł.",
    "b.txt": "W 2015 roku partnerami projektu było 12 gmin, a koszt to 1,5 mln zł. Spotkanie odbyło się 3 czerwca 2015 r.",
}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run over two documents."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    batch.run(read.discover([folder]), tmp_path / "out", None, batch.Settings())
    return tmp_path / "out"


@pytest.fixture
def review(run: Path) -> Iterator[tuple[Queue, Decisions]]:
    with opened(run) as (queue, decisions):
        yield queue, decisions


Decide = Callable[..., None]


@pytest.fixture
def decide(review: tuple[Queue, Decisions]) -> Decide:
    """Return a function that keeps a verdict on a row."""

    def keep(row: Row, verdict: str, reviewer: str = "Anna", **values: object) -> None:
        columns = row.columns
        review[1].add(
            reviewer=reviewer, table=row.record.table, doc_id=columns["doc_id"], start=columns["start"],
            end=columns["end"], text=columns["text"], rule=columns["rule"], score=columns["score"],
            verdict=verdict, before=row.values, **values,  # type: ignore[arg-type]
        )  # fmt: skip

    return keep


def rows_of(queue: Queue, table: str) -> list[Row]:
    return [row for row in queue.rows(range(queue.n_rows)) if row.record.table == table]


def test_precision_counts_rows_that_were_decided(review: tuple[Queue, Decisions], decide: Decide) -> None:
    queue = review[0]
    first, second, third = rows_of(queue, "dates")
    decide(first, "right")
    decide(second, "unsure")
    decide(third, "corrected", after={**third.values, "start": 0, "end": 1, "text": "W"})
    decide(third, "right", reviewer="Jan")
    dates, amounts, *_ = report(queue).tables
    assert (dates.precision.right, dates.precision.decided, dates.unsure, dates.disputed) == (1, 1, 1, 1)
    assert dates.precision.interval == pytest.approx((0.2065, 1.0), abs=1e-4)
    assert amounts.precision.share is None


def test_recall_is_of_documents_whose_every_row_was_decided(
    review: tuple[Queue, Decisions], decide: Decide
) -> None:
    queue, decisions = review
    for row in rows_of(queue, "dates"):
        decide(row, "right")
    assert report(queue).tables[0].recall.share is None, "nobody is known to have looked for what is missing"
    (row,) = [row for row in rows_of(queue, "dates") if row.source == "a.txt"]
    place = {"start": 0, "end": 5, "text": TEXTS["a.txt"][:5]}
    decisions.add(
        reviewer="Anna", table="dates", doc_id=row.columns["doc_id"], verdict="missed", **place,
        after={**row.values, **place},
    )  # fmt: skip
    found = report(queue).tables[0]
    assert (found.recall.right, found.recall.decided, found.documents) == (3, 4, 2)


def test_rules_that_spoil_most_come_first(review: tuple[Queue, Decisions], decide: Decide) -> None:
    queue = review[0]
    for row in rows_of(queue, "amounts"):
        decide(row, "wrong")
    decide(rows_of(queue, "partner_counts")[0], "wrong")
    decide(rows_of(queue, "dates")[0], "right")
    mend = report(queue).to_mend
    assert [found.rule for found in mend] == ["amount.plain", "count.plain"]
    assert mend[0].wrong_about == 3
    assert mend[0].wrong_at_least == pytest.approx(3 * (1 - 0.5615), abs=1e-3)


def test_decisions_on_other_values_do_not_count(review: tuple[Queue, Decisions], decide: Decide) -> None:
    queue, decisions = review
    row = rows_of(queue, "dates")[0]
    columns = row.columns
    decisions.add(
        reviewer="Anna", table="dates", doc_id=columns["doc_id"], start=columns["start"], end=columns["end"],
        text=columns["text"], verdict="wrong", before={**row.values, "edtf": "1999"},
    )  # fmt: skip
    found = report(queue)
    assert (found.decisions, found.stale) == (0, 1)


def test_kappa_is_that_of_the_textbook() -> None:
    pairs = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15
    assert cohens_kappa(pairs) == pytest.approx(0.4)
    assert cohens_kappa([("a", "a")] * 3) is None
    assert cohens_kappa([("a", "b"), ("b", "a")]) == -1


def test_two_reviewers_are_compared_on_what_both_decided(
    review: tuple[Queue, Decisions], decide: Decide
) -> None:
    queue = review[0]
    first, second, third = rows_of(queue, "dates")
    for row, one, other in ((first, "right", "right"), (second, "wrong", "wrong"), (third, "right", "wrong")):
        decide(row, one)
        decide(row, other, reviewer="Jan")
    (agreement,) = report(queue).agreements
    assert (agreement.one, agreement.other, agreement.rows) == ("Anna", "Jan", 3)
    assert agreement.agreed == pytest.approx(2 / 3)
    assert agreement.kappa == pytest.approx(0.4)


def test_the_report_is_a_table_markdown_and_a_page_that_stands_alone(run: Path, tmp_path: Path) -> None:
    with opened(run) as (queue, decisions):
        for row in queue.rows(range(queue.n_rows)):
            columns = row.columns
            decisions.add(
                reviewer="<b>Anna|</b>", table=row.record.table, doc_id=columns["doc_id"], start=columns["start"],
                end=columns["end"], text=columns["text"], rule=columns["rule"], score=columns["score"],
                verdict="right" if row.record.table == "dates" else "wrong", before=row.values,
            )  # fmt: skip
        page = report_pages.html(report(queue))
    assert "<b>Anna" not in page
    assert "&lt;b&gt;Anna" in page
    assert "http" not in page
    assert page.count("<svg") == 2
    said = CliRunner().invoke(
        cli.app,
        ["review-report", str(run), "--markdown", str(tmp_path / "r.md"), "--html", str(tmp_path / "r.html")],
    )
    assert said.exit_code == 0, said.output
    assert "Rules to mend first" in said.stdout
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == page
    markdown = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert "| dates | 3 | 100.0 % |" in markdown


def test_a_run_without_decisions_has_no_report(run: Path) -> None:
    said = CliRunner().invoke(cli.app, ["review-report", str(run)])
    assert said.exit_code == cli.FAILURE
    assert "plextract review makes them" in said.stderr


@pytest.mark.parametrize(
    "command",
    [["review-report"], ["gold", "export", "--to", "gold.jsonl"], ["gold", "import", "gold.jsonl", "--into"]],
)
def test_a_folder_without_a_run_is_wrong_use_and_left_alone(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gold.jsonl").touch()
    (tmp_path / "other").mkdir()
    said = CliRunner().invoke(cli.app, [*command, "other"])
    assert said.exit_code == cli.WRONG_USE, said.output
    assert "holds no finished run" in said.stderr
    assert not list((tmp_path / "other").iterdir())


def test_the_tables_fit_a_terminal_of_80_columns(
    run: Path, review: tuple[Queue, Decisions], decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    for row in review[0].rows(range(review[0].n_rows)):
        decide(row, "wrong" if row.record.table == "organisations" else "right")
    monkeypatch.setenv("COLUMNS", "80")
    said = CliRunner().invoke(cli.app, ["review-report", str(run)])
    assert said.exit_code == 0, said.output
    shown = said.stdout.partition("Precision")[2]
    assert "organisations" in shown
    assert "…" not in shown
