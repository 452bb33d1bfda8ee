"""``plextract review-report``: what the decisions of reviewers say of a run."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.ending import fail
from pipeline.cli.options import FinishedRun, console, reviewed


def review_report(
    out: FinishedRun,
    *,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as Markdown.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as a page with plots.")] = None,
) -> None:
    """Say how right each table and rule is by the decisions on a run, and which rules to mend first.

    [b]Examples[/]

      plextract review-report outputs

      plextract review-report outputs --html report.html --markdown report.md
    """
    from pipeline.cli import screen
    from pipeline.review import report_pages
    from pipeline.review.report import report

    with reviewed(out) as (queue, _):
        found = report(queue)
    if not found.decisions:
        fail(f"{out} holds no decisions on its rows; plextract review makes them")
    for path, text in ((markdown, report_pages.markdown), (html, report_pages.html)):
        if path:
            path.write_text(text(found), encoding="utf-8")
    screen.review_report(console(), found)
