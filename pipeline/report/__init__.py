"""A run on one page for people who would rather look than query: self-contained HTML, without a script."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline import charts, write
from pipeline.database import Run
from pipeline.metadata import about
from pipeline.metadata.declared import KEYS, columns
from pipeline.records import TABLES
from pipeline.report import drawings, facts, samples

__all__ = ["dictionary", "page", "write_report"]


ENVIRONMENT = Environment(
    loader=PackageLoader("pipeline.report", "templates"),
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
ENVIRONMENT.filters["count"] = facts.grouped


def page(run: Run) -> str:
    """Return the report of a run as HTML; what comes from documents is escaped."""
    return ENVIRONMENT.get_template("report.html").render(
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


def dictionary() -> str:
    """Return the data dictionary as a self-contained HTML page: every table with every column."""
    listed = [(record.table, record.purpose, list(columns(record))) for record in TABLES]
    return ENVIRONMENT.get_template("dictionary.html").render(
        tables=listed, keys=KEYS, describe=about.DESCRIPTION
    )
