"""``plextract report``: a run on one page."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.ending import WRONG_USE, fail


def report(
    run: Annotated[Path, typer.Argument(metavar="OUT", help="Folder that a run wrote.")],
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Where to; else [b]OUT.html[/] beside it."),
    ] = None,
) -> None:
    """Write one self-contained HTML page about a run: counts, coverage, time, money, organisations, errors, samples.

    [b]Examples[/]

      plextract report outputs

      plextract report outputs --out report.html
    """
    from pipeline import database
    from pipeline.report import write_report

    target = out or run.resolve().with_name(f"{run.resolve().name}.html")
    try:
        with database.open_run(run) as opened:
            write_report(opened, target)
    except database.MissingRun as error:
        fail(str(error), WRONG_USE)
    except OSError as error:
        fail(f"cannot write {target}: {error}")
    typer.echo(target)
