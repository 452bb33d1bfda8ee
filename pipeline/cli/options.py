"""Options that several commands have, and what they stand for."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline import environment
from pipeline.cli.ending import WRONG_USE, fail

CORPUS = Path("corpus")


def tables(typed: str) -> list[str]:
    """Return the tables that begin so, for a shell to complete."""
    from pipeline.records import TABLES

    return [record.table for record in TABLES if record.table.startswith(typed)]


def rule_ids(typed: str) -> list[str]:
    """Return the ids of rules that begin so, for a shell to complete."""
    from pipeline.records import MENTION_TABLES
    from pipeline.rules import read_rules

    ids = (entry["id"] for table in MENTION_TABLES for entry in read_rules(f"{table.table}.yaml"))
    return [one for one in ids if one.startswith(typed)]


def models(typed: str) -> list[str]:
    """Return the models that begin so, for a shell to complete."""
    from pipeline.models import AUTO, NONE, installed_models

    names = (AUTO, NONE, *(info.name for info in installed_models()))
    return [name for name in names if name.startswith(typed)]


Model = Annotated[
    str,
    typer.Option(
        "--model",
        envvar=environment.MODEL,
        autocompletion=models,
        metavar="auto|none|NAME|PATH",
        help="spaCy model that proposes organisations: [b]auto[/] takes pl_core_news_sm where it is installed, else the "
        "bundled one; [b]none[/] works by rules alone.",
    ),
]
ReferenceDate = Annotated[
    datetime | None,
    typer.Option(
        envvar=environment.REFERENCE_DATE,
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="The day that [b]wczoraj[/] or [b]w ubiegłym roku[/] count from; else what each document states of itself.",
    ),
]

Out = Annotated[
    str,
    typer.Option(
        "--out",
        "-o",
        envvar=environment.OUT,
        help="Folder or URI for the datasets; a run that is there is replaced.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        envvar=environment.WORKERS,
        help="Processes to work with: all processors if not given, here or of a cluster; the result is the same.",
    ),
]
MaxBytes = Annotated[
    str | None,
    typer.Option(metavar="SIZE", envvar=environment.MAX_BYTES, help="Largest input to read, such as 20MB."),
]
Teryt = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar=environment.TERYT,
        help="The register TERC as CSV, as GUS publishes it: local governments get their codes from it.",
    ),
]


def _use(folder: Path | None) -> Path | None:
    """Name the folder of own rules to this process and to those that it starts."""
    if folder:
        os.environ[environment.RULES] = str(folder.resolve())
    return folder


Rules = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        envvar=environment.RULES,
        metavar="FOLDER",
        callback=_use,
        help="Rules and words of your own, laid over the built-in ones; [b]plextract init[/] makes such a folder.",
    ),
]


FinishedRun = Annotated[Path, typer.Argument(metavar="OUT", help="Folder of a finished run.")]


def check_finished(out: Path) -> None:
    """End with wrong use where a folder holds no finished run."""
    from pipeline.batch import publish

    if publish.read_manifest(out) is None:
        fail(f"{out} holds no finished run of plextract", WRONG_USE)


def check_rules() -> None:
    """End with wrong use where the user's own rules cannot be used."""
    if not os.environ.get(environment.RULES):
        return
    from pipeline.extractors import load_rules
    from pipeline.rules import RuleError

    try:
        load_rules()
    except RuleError as error:
        fail(str(error), WRONG_USE)


def load(model: str, log: Any = None) -> Any:
    """Load the model and say on stderr which one it is; wrong use where it, or the rules, cannot be had."""
    check_rules()
    from pipeline.annotate import load_annotator

    return _announced(lambda: load_annotator(model), log)


def load_apart(model: str, log: Any = None) -> Any:
    """Do the same, but leave the model to the processes that are to work with it."""
    check_rules()
    from pipeline import write
    from pipeline.batch import workers

    write.load_libraries()  # while the others load the model
    return _announced(lambda: workers.loaded(model), log)


def _announced(had: Callable[[], Any], log: Any) -> Any:
    from pipeline.annotate import ModelError

    try:
        found = had()
    except ModelError as error:
        fail(str(error), WRONG_USE)
    if log:
        log.write("model", message=found.choice.message, warnings=found.warnings)
    else:
        for warning in found.warnings:
            typer.secho(f"warning: {warning}", err=True, fg=typer.colors.YELLOW)
        typer.echo(found.choice.message, err=True)
    return found


@contextmanager
def reviewed(out: Path) -> Iterator[Any]:
    """Open the rows of a run and the decisions on them; wrong use where there is no run, failure where it cannot be read."""
    import sqlite3

    from pipeline.review.queue import UnreadableRun, opened

    check_finished(out)
    try:
        with opened(out) as found:
            yield found
    except (sqlite3.Error, UnreadableRun) as error:
        fail(f"{out}: {error}")


def console(*, stderr: bool = False) -> Any:
    from rich.console import Console

    return Console(stderr=stderr)
