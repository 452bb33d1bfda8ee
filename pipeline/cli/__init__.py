"""The command line: one command a job, no logic."""

from typing import Annotated

import typer

from pipeline.cli import ending
from pipeline.cli.commands import (
    calibrate,
    evaluate,
    explain,
    export,
    gold,
    init,
    man,
    models,
    report,
    review,
    review_report,
    rules,
    run,
    schema,
    sql,
    status,
)
from pipeline.cli.ending import FAILURE, INTERRUPTED, SOME_FAILED, TERMINATED, WRONG_USE

__all__ = ["FAILURE", "INTERRUPTED", "SOME_FAILED", "TERMINATED", "WRONG_USE", "app", "main"]

app = typer.Typer(
    name="plextract",
    help="Dates, amounts of money, partner counts and organisations from raw Polish documents, as Parquet tables.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(run.run)
app.command()(evaluate.evaluate)
app.command()(calibrate.calibrate)
app.command()(explain.explain)
app.command()(review.review)
app.command("review-report")(review_report.review_report)
app.command()(export.export)
app.command()(sql.sql)
app.command()(report.report)
app.command()(status.status)
app.add_typer(rules.rules_app, name="rules")
app.add_typer(gold.gold_app, name="gold")
app.command()(schema.schema)
app.command()(models.models)
app.command()(init.init)
app.command()(man.man)


def main() -> None:
    """Run the command line; SIGTERM ends it as cleanly as Ctrl-C."""
    ending.run_to_its_end(app)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"plextract {version('plextract')}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass
