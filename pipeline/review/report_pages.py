"""The report on decisions as Markdown, and as one HTML page that needs nothing from elsewhere."""

from collections.abc import Iterator, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.review.report import ReviewReport, Share

MOST_RULES = 15
"""Rules to mend that are listed."""


def percent(share: float | None) -> str:
    """Return a share as ``97.3 %``; a dash for none."""
    return "–" if share is None else f"{100 * share:.1f} %"


def cells(share: Share) -> list[str]:
    """Return a share, the ends of its interval, and what it was counted on."""
    if share.share is None:
        return ["–", "", ""]
    low, high = share.interval
    return [percent(share.share), f"{100 * low:.1f}–{100 * high:.1f}", f"{share.right}/{share.decided}"]


def remarks(report: ReviewReport) -> Iterator[str]:
    """Yield what a reader has to know to read the figures rightly."""
    for table in report.tables:
        if table.precision.decided and table.is_skewed:
            seen = "less" if table.skew < 0 else "more"
            yield (
                f"{table.table}: the decided rows have scores {abs(table.skew):.2f} {seen} than all on average, so their "
                "precision is not that of the table. The weighted precision corrects for rules, or decide a random sample."
            )
        if table.recall.decided and table.documents < 10:
            yield f"{table.table}: recall rests on {table.documents} documents alone."
    if report.stale:
        yield f"{report.stale} decisions of earlier runs do not fit these rows and are left out."


def tables_of(report: ReviewReport) -> Iterator[tuple[str, Sequence[str], list[list[str]]]]:
    """Yield title, columns and cells of every table of the report."""
    yield (
        "Precision",
        ("table", "rows", "precision", "95 %", "right", "weighted", "unclear"),
        [
            [
                table.table, str(table.rows), *cells(table.precision), percent(table.weighted),
                str(table.unsure + table.disputed),
            ]
            for table in report.tables
        ],
    )  # fmt: skip
    yield (
        "Recall, estimated",
        ("table", "documents", "recall", "95 %", "found"),
        [
            [table.table, str(table.documents), *cells(table.recall)]
            for table in report.tables
            if table.recall.decided
        ],
    )
    yield (
        "Rules to mend first",
        ("rule", "rows", "precision", "95 %", "right", "wrong ≥", "about"),
        [
            [
                found.rule, str(found.rows), *cells(found.precision),
                f"{found.wrong_at_least:.0f}", f"{found.wrong_about:.0f}",
            ]
            for found in report.to_mend[:MOST_RULES]
        ],
    )  # fmt: skip
    yield (
        "Agreement of reviewers",
        ("reviewers", "rows that both decided", "agreed", "Cohen's κ"),
        [
            [
                f"{found.one}, {found.other}", str(found.rows), percent(found.agreed),
                "–" if found.kappa is None else f"{found.kappa:.2f}",
            ]
            for found in report.agreements
        ],
    )  # fmt: skip


def summary(report: ReviewReport) -> str:
    """Return in a sentence who decided how much."""
    who = ", ".join(f"{name} ({count})" for name, count in sorted(report.reviewers.items()))
    return f"{report.decisions} decisions on the run {report.source}, by {who or 'nobody'}."


def markdown(report: ReviewReport) -> str:
    """Return the report as Markdown."""
    parts = ["# Review report", summary(report)]
    parts += [f"> {remark}" for remark in remarks(report)]
    for title, columns, rows in tables_of(report):
        parts.append(f"## {title}")
        if not rows:
            parts.append("None.")
            continue
        lines = [columns, ["---"] * len(columns), *rows]
        parts.append("\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines))
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")


def html(report: ReviewReport) -> str:
    """Return the report as a page with plots of precision by table and by rule."""
    environment = Environment(
        loader=PackageLoader("pipeline.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rules = sorted(
        (found for found in report.rules if found.precision.decided),
        key=lambda found: (found.table, found.precision.share, found.rule),
    )
    return environment.get_template("report.html").render(
        report=report,
        summary=summary(report),
        remarks=list(remarks(report)),
        tables=list(tables_of(report)),
        charts=[
            ("Precision by table", [(table.table, table.table, table.precision) for table in report.tables if table.precision.decided]),
            ("Precision by rule", [(found.rule, found.table, found.precision) for found in rules]),
        ],
        percent=percent,
    )  # fmt: skip
