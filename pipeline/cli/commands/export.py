"""``plextract export``: a run's tables as files of other programs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipeline.cli.ending import FAILURE, WRONG_USE, fail


def export(
    run: Annotated[Path, typer.Argument(metavar="OUT", help="Folder that a run wrote.")],
    *,
    to: Annotated[
        Literal["csv", "xlsx", "jsonl", "duckdb", "sqlite"],
        typer.Option("--to", help="What to write; csv and jsonl are folders with a file a table."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Where to; else beside OUT, as in [b]OUT.xlsx[/] or [b]OUT-csv[/].",
        ),
    ] = None,
) -> None:
    """Export the tables of a run, with a warning where the format cannot hold a value.

    [b]Examples[/]

      plextract export outputs --to xlsx

      plextract export outputs --to csv --out for-r

      plextract export outputs --to duckdb --out outputs.duckdb
    """
    from pipeline import database
    from pipeline import export as exporting

    target = out or exporting.target_of(run, to)
    try:
        with database.open_run(run) as opened:
            warnings = exporting.export(opened, to, target)
    except (database.MissingRun, exporting.UnfitTarget) as error:
        fail(str(error), WRONG_USE)
    except OSError as error:
        fail(f"cannot write {target}: {error}", FAILURE)
    for warning in warnings:
        typer.secho(f"warning: {warning}", err=True, fg=typer.colors.YELLOW)
    typer.echo(target)
