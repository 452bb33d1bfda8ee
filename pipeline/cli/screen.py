"""What a person sees of a run on the terminal: progress while it lasts, a summary at its end."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape as without_markup
from rich.progress import (
    BarColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from pipeline.batch import Progress, Summary
from pipeline.cli.ending import visible
from pipeline.cli.reference import columns
from pipeline.models import ModelChoice, ModelInfo
from pipeline.records import MENTION_TABLES, TABLES, ErrorRecord
from pipeline.rules import Rule
from pipeline.storage import Place
from pipeline.write import read_dataset

if TYPE_CHECKING:
    from pipeline.evaluate import Evaluation, Shortfall
    from pipeline.evaluate.calibration import Outcomes
    from pipeline.evaluate.mistakes import Mistake
    from pipeline.review.report import ReviewReport

Report = Callable[[Progress], None]

SHOWN_ERRORS = 5
MEGABYTE = 1_000_000
LOG_SECONDS = 1.0
WIDE = 150
"""Columns of a terminal that has room for the rows of each table."""


def escape(text: str) -> str:
    """Return a text for the console as it is, whatever a document or a file name put into it."""
    return without_markup(visible(text))


def _one_line(text: str) -> str:
    return escape(text.replace("\n", "\\n"))


def speed(n_bytes: int, seconds: float) -> str:
    """Return a speed as people read it: ``2.5 MB/s``, ``99 kB/s``."""
    rate = n_bytes / seconds
    return f"{rate / MEGABYTE:.1f} MB/s" if rate >= MEGABYTE / 10 else f"{rate / 1000:.0f} kB/s"


class _Speed(ProgressColumn):
    """Bytes of documents a second."""

    def render(self, task: Task) -> Text:
        spent = task.finished_time or task.elapsed
        shown = speed(task.fields["n_bytes"], spent) if spent else "– kB/s"
        return Text(shown, style="progress.data.speed")


@contextmanager
def progress_bar(console: Console, *, quiet: bool) -> Iterator[Report]:
    """Show a bar while the block runs, where ``console`` is a terminal and ``quiet`` is not asked for."""
    if quiet or not console.is_terminal:
        yield lambda progress: None
        return
    bar = Bar(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[documents]} documents", style="progress.download"),
        _Speed(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[rows]}", style="dim"),
        TextColumn("{task.fields[note]}", style="yellow"),
        console=console,
        transient=True,
        expand=True,
    )
    task = bar.add_task("extracting", total=None, documents="", n_bytes=0, rows="", note="")

    def report(progress: Progress) -> None:
        bar.update(
            task,
            # documents differ in size by far: what is left is told by bytes
            completed=progress.n_bytes if progress.total_bytes else progress.documents,
            total=progress.total_bytes or progress.total_documents,
            documents=f"{progress.documents}/{progress.total_documents}",
            n_bytes=progress.n_bytes,
            rows=_rows(progress.rows, by_table=console.width >= WIDE),
            note=f"{progress.errors} failed" if progress.errors else "",
        )

    with bar:
        yield report


def _rows(rows: dict[str, int], *, by_table: bool) -> str:
    """Return what was found so far: ``1 204 dates, 310 amounts``, or on narrow terminals ``1 514 rows``."""
    counts = [(rows.get(record.table, 0), record.table) for record in MENTION_TABLES]
    if not by_table:
        counts = [(sum(count for count, _ in counts), "rows")]
    return ", ".join(f"{count:,} {table}".replace(",", " ") for count, table in counts if count)


class JsonLog:
    """One JSON object a line on stderr: ``event``, seconds since the start, and what belongs to the event."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._last = -LOG_SECONDS

    def write(self, event: str, **values: Any) -> None:
        line = {"event": event, "seconds": round(time.monotonic() - self._started, 3), **values}
        print(json.dumps(line, ensure_ascii=False, default=str), file=sys.stderr, flush=True)

    def done(self, done: Summary) -> None:
        """Write one event an error row, then what the run came to."""
        for row in errors_of(done.out):
            self.write("error", **row)
        self.write(
            "done",
            out=done.out,
            rows=done.rows,
            bytes=done.n_bytes,
            run_seconds=round(done.seconds, 3),
            model=done.model,
            resumed_documents=done.resumed_documents,
            left_out=done.left_out,
            since=done.since and {"manifest": done.since.manifest, **done.since.counts},
        )

    def notice(self, sentence: str) -> None:
        self.write("notice", message=sentence)

    def progress(self, progress: Progress) -> None:
        """Write where the run is, once a second at most."""
        now = time.monotonic()
        if now - self._last >= LOG_SECONDS:
            self._last = now
            self.write(
                "progress",
                documents=progress.documents,
                total_documents=progress.total_documents,
                bytes=progress.n_bytes,
                errors=progress.errors,
                rows=progress.rows,
            )


def notice(console: Console, sentence: str) -> None:
    """Print what a person should know of a run before it ends."""
    console.print(f"[yellow]![/] {escape(sentence)}", soft_wrap=True, highlight=False)


def errors_of(out: Place) -> list[dict[str, Any]]:
    """Return the rows of ``errors`` of a finished run."""
    rows: list[dict[str, Any]] = read_dataset(out, ErrorRecord).to_pylist()
    return rows


def summary(console: Console, done: Summary) -> None:
    """Print what a run came to: rows a table, then what could not be read and why."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    table.add_column()
    for record in TABLES:
        rows = done.rows[record.table]
        style = "bold red" if record.table == "errors" and rows else "bold" if rows else "dim"
        table.add_row(
            f"[{style}]{rows:,}[/]".replace(",", " "), f"[{'none' if rows else 'dim'}]{record.table}[/]"
        )
    console.print(table)
    if done.errors:
        console.print()
        failed = errors_of(done.out)
        for row in failed[:SHOWN_ERRORS]:
            console.print(
                f"[red]✗[/] {_one_line(row['source'])}: {_one_line(row['message'])} [dim]({row['stage']})[/]",
                soft_wrap=True,
            )
        if len(failed) > SHOWN_ERRORS:
            console.print(f"  and {len(failed) - SHOWN_ERRORS} more in {escape(str(done.out / 'errors'))}")
    console.print()
    if done.since and not done.since.refused:
        console.print(
            f"{_documents(done.since.unchanged)} unchanged and taken over, {done.since.new} new or changed, "
            f"{done.since.vanished} vanished",
            highlight=False,
            soft_wrap=True,
        )
    size = (
        f"{done.n_bytes / MEGABYTE:.2f} MB"
        if done.n_bytes >= MEGABYTE / 100
        else f"{done.n_bytes / 1000:.1f} kB"
    )
    resumed = f", {done.resumed_documents} documents taken over" if done.resumed_documents else ""
    left_out = f", {done.left_out} rows below --min-score left out" if done.left_out else ""
    console.print(
        f"[dim]{size} in {done.seconds:.1f} s{resumed}{left_out}, model {escape(done.model)}[/] → [bold]{escape(str(done.out))}[/]",
        soft_wrap=True,
    )


def _documents(number: int) -> str:
    return "1 document" if number == 1 else f"{number} documents"


def evaluation(console: Console, measured: "Evaluation") -> None:
    """Print precision, recall and F1 a table, and how far the other columns of matched rows agree."""
    from pipeline.evaluate import calibration

    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("table")
    for title in ("precision", "recall", "F1", "right", "predicted", "gold"):
        table.add_column(title, justify="right")
    for name, score in measured.scores.items():
        table.add_row(
            name.replace(".", " "),
            f"{score.precision:.3f}",
            f"{score.recall:.3f}",
            f"[bold]{score.f1:.3f}[/]",
            str(score.correct),
            str(score.predicted),
            str(score.gold),
        )
    clusters = measured.clusters
    table.add_row(
        "organisations B³ of ids",
        f"{clusters.precision:.3f}",
        f"{clusters.recall:.3f}",
        f"[bold]{clusters.f1:.3f}[/]",
        "",
        str(clusters.predicted),
        str(clusters.gold),
    )
    console.print(table)
    console.print()
    for name, agreement in measured.column_agreement.items():
        listed = ", ".join(f"{column} {share:.3f}" for column, share in agreement.items())
        console.print(f"[dim]of matched {name}:[/] {listed}", soft_wrap=True, highlight=False)
    reliability(console, calibration.together(measured.outcomes))
    console.print(f"[dim]{len(measured.gold)} documents, model {escape(measured.model)}[/]")
    for source, reason in measured.failures.items():
        console.print(f"[red]✗[/] {escape(source)}: {escape(reason)}", soft_wrap=True)
    for source in measured.differing_text:
        console.print(
            f"[yellow]![/] {escape(source)}: the decoded text is not gold's, offsets may not fit",
            soft_wrap=True,
        )


def reliability(console: Console, outcomes: "Outcomes") -> None:
    """Print, by table, what rows of about the same score claim and what share of them was right."""
    from pipeline.evaluate import calibration

    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("scores of")
    for title in ("from", "to", "rows", "mean", "right"):
        table.add_column(title, justify="right")
    errors = []
    for name, listed in outcomes.items():
        for number, found in enumerate(calibration.reliability(listed)):
            figures = (found.lowest, found.highest), (found.mean_score, found.right)
            (lowest, highest), (mean, right) = ([f"{figure:.3f}" for figure in pair] for pair in figures)
            table.add_row("" if number else name, lowest, highest, str(found.rows), mean, right)
        errors.append(f"{name} {calibration.expected_calibration_error(listed):.3f}")
    console.print()
    console.print(table)
    console.print(f"[dim]expected calibration error:[/] {', '.join(errors)}", soft_wrap=True, highlight=False)


def review_report(console: Console, found: "ReviewReport") -> None:
    """Print what the decisions on a run say."""
    from pipeline.review import report_pages

    console.print(escape(report_pages.summary(found)), highlight=False, soft_wrap=True)
    for remark in report_pages.remarks(found):
        console.print(f"[yellow]![/] {escape(remark)}", highlight=False, soft_wrap=True)
    for title, headings, rows in report_pages.tables_of(found):
        if not rows:
            continue
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        shown = [number for number in range(len(headings)) if any(row[number] for row in rows)]
        for number in shown:
            table.add_column(headings[number], justify="right" if number else "left", no_wrap=True)
        for row in rows:
            table.add_row(*(escape(row[number]) for number in shown))
        console.print(f"\n[bold]{title}[/]")
        console.print(table)


FAULT_STYLES = {"missed": "yellow", "spurious": "red", "wrong value": "magenta", "wrong span": "blue"}


def mistake(console: Console, listed: "Mistake") -> None:
    """Print one disagreement with gold: the fault, both values, and the place in its text."""
    golden = _values(listed.gold_values)
    predicted = _values(listed.predicted_values)
    rule = f" [dim]{escape(listed.predicted.rule)}[/]" if listed.predicted else ""
    values = f"{golden} → {predicted}" if golden and predicted else golden or predicted
    console.print(
        f"[{FAULT_STYLES[listed.fault]}]{listed.fault:<11}[/] [bold]{listed.table}[/] {escape(values)}{rule} "
        f"[dim]{escape(listed.source)}[/]\n            {escape(listed.context)}",
        soft_wrap=True,
        highlight=False,
    )


def _values(values: dict[str, Any]) -> str:
    return " ".join(str(value) for value in values.values() if value is not None)


def shortfalls(console: Console, listed: "list[Shortfall]") -> None:
    """Print the floors that were not reached."""
    for shortfall in listed:
        console.print(
            f"[red]✗[/] {shortfall.measure} {shortfall.figure} {shortfall.measured:.4f} is below its floor "
            f"{shortfall.floor:.3f}",
            highlight=False,
        )


def table_reference(console: Console, names: list[str]) -> None:
    """Print the columns of tables."""
    for record in TABLES:
        if names and record.table not in names:
            continue
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        for title in ("column", "type", "null", "meaning"):
            table.add_column(title, overflow="fold")
        for column in columns(record):
            unit = f" [dim]({column.unit})[/]" if column.unit else ""
            table.add_row(
                f"[bold]{column.name}[/]",
                column.type,
                "null" if column.nullable else "",
                escape(column.meaning) + unit,
            )
        console.print(f"[bold]{record.table}[/]: {record.purpose}")
        console.print(table)
        console.print()


def rules(console: Console, listed: Sequence[Rule]) -> None:
    """Print rules, one a line, with what each is for."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for rule_ in listed:
        table.add_row(f"[bold]{rule_.id}[/]", escape(rule_.purpose), "[dim]blocks[/]" if rule_.blocks else "")
    console.print(table)


def rule(console: Console, shown: Rule) -> None:
    """Print all there is to know of a rule."""
    console.print(f"[bold]{shown.id}[/]: {escape(shown.purpose)}\n", highlight=False)
    console.print(f"[dim]pattern[/]  {escape(shown.pattern.strip())}", highlight=False, soft_wrap=True)
    for name, value in shown.model_dump(exclude_defaults=True).items():
        if name not in ("id", "purpose", "pattern", "examples", "negatives"):
            console.print(f"[dim]{name}[/]  {escape(str(value))}", highlight=False, soft_wrap=True)
    for title, texts, sign in (
        ("finds", shown.examples, "[green]✓[/]"),
        ("leaves", shown.negatives, "[red]✗[/]"),
    ):
        if texts:
            console.print(f"[dim]{title}[/]")
        for text in texts:
            console.print(f"  {sign} {escape(text)}", highlight=False, soft_wrap=True)


def models(
    console: Console, listed: Sequence[ModelInfo], chosen: ModelChoice, warnings: Sequence[str] = ()
) -> None:
    """Print the models at hand, the F1 that their makers measured, the one that auto takes, and what is amiss."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for title in ("", "model", "version", "origin"):
        table.add_column(title, no_wrap=True)
    for title in ("F1, names", "orgName"):
        table.add_column(title, justify="right", no_wrap=True)
    finds: dict[tuple[str, ...], list[str]] = {}
    for info in listed:
        scores = (f"{info.scores[key]:.3f}" if key in info.scores else "" for key in ("ents_f", "orgName"))
        mark = "[green]→[/]" if info == chosen.info else ""
        table.add_row(mark, f"[bold]{escape(info.name)}[/]", info.version, info.origin, *scores)
        finds.setdefault(info.labels, []).append(info.name)
    if listed:
        console.print(table)
        console.print()
    for labels, names in finds.items():
        kinds = ", ".join(labels) or "none, for want of a component ner"
        console.print(f"[dim]names found by {escape(', '.join(names))}:[/] {escape(kinds)}", highlight=False)
    if any(info.scores for info in listed):
        console.print("[dim]F1 is stated by the makers, each on texts of their own; to measure here:[/]")
        console.print("  plextract evaluate --model NAME\n", highlight=False)
    for warning in warnings:
        console.print(f"[yellow]warning:[/] {escape(warning)}", highlight=False, soft_wrap=True)
    console.print(f"auto → {escape(chosen.message)}", highlight=False, soft_wrap=True)
