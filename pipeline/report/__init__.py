"""A run on one page for people who would rather look than query: self-contained HTML, without a script."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline import charts, write
from pipeline.database import Run
from pipeline.metadata import about
from pipeline.report import drawings, facts, samples

__all__ = ["page", "write_report"]


def page(run: Run) -> str:
    """Return the report of a run as HTML; what comes from documents is escaped."""
    environment = Environment(
        loader=PackageLoader("pipeline.report", "templates"),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["count"] = facts.grouped
    return environment.get_template("report.html").render(
        chart_style=Markup(charts.STYLE),
        provenance=about.provenance(run.manifest),
        inputs=run.manifest["inputs"],
        tables=facts.tables(run),
        coverage=facts.coverage(run),
        labels=facts.labels(run),
        timeline=drawings.timeline(run),
        amounts=drawings.amounts(run),
        other_currencies=drawings.other_currencies(run),
        organisations=facts.organisations(run),
        rules=facts.rules(run),
        errors=facts.errors(run),
        documents=samples.documents(run),
        colours=samples.COLOURS,
    )


def write_report(run: Run, target: Path) -> None:
    """Write the report of a run to ``target``, whole or not at all. Raises ``OSError``."""
    with write.replacing(target) as file:
        file.write(page(run).encode())
