"""Options that several commands have, and what they stand for."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.ending import WRONG_USE, fail

CORPUS = Path("corpus")

Model = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="auto|none|NAME|PATH",
        help="spaCy model that proposes organisations: [b]auto[/] takes pl_core_news_sm where it is installed, else the "
        "bundled one; [b]none[/] works by rules alone.",
    ),
]
ReferenceDate = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="The day that [b]wczoraj[/] or [b]w ubiegłym roku[/] count from; else what each document states of itself.",
    ),
]


def load(model: str, log: Any = None) -> Any:
    """Load the model and say on stderr which one it is; wrong use where it cannot be had."""
    from pipeline.annotate import ModelError, load_annotator

    try:
        annotator = load_annotator(model)
    except ModelError as error:
        fail(str(error), WRONG_USE)
    if log:
        log.write("model", message=annotator.choice.message, warnings=annotator.warnings)
    else:
        for warning in annotator.warnings:
            typer.secho(f"warning: {warning}", err=True, fg=typer.colors.YELLOW)
        typer.echo(annotator.choice.message, err=True)
    return annotator


def console(*, stderr: bool = False) -> Any:
    from rich.console import Console

    return Console(stderr=stderr)
