"""``plextract gold``: decisions of reviewers as gold, and gold of other tools as decisions."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.ending import SOME_FAILED, WRONG_USE, fail
from pipeline.cli.options import FinishedRun, reviewed

gold_app = typer.Typer(
    help="Take decisions out as gold, and gold of other tools in as decisions.", no_args_is_help=True
)


class Format(StrEnum):
    """Formats of gold."""

    contract = "contract"
    labelstudio = "labelstudio"
    brat = "brat"


@gold_app.command("export")
def export_gold(
    out: FinishedRun,
    *,
    to: Annotated[Path, typer.Option(metavar="PATH", help="File to write; of brat, a folder.")],
    format_: Annotated[Format, typer.Option("--format", help="Format to write.")] = Format.contract,
    reviewer: Annotated[
        str | None, typer.Option(help="Only this reviewer's decisions; else what all agree on.")
    ] = None,
) -> None:
    """Write what reviewers decided as gold.

    Rows that nobody decided, and rows that reviewers differ on, become optional.

    [b]Examples[/]

      plextract gold export outputs --to gold.jsonl

      plextract gold export outputs --to tasks.json --format labelstudio
    """
    from pipeline.gold import FORMATS
    from pipeline.gold.decided import gold_of

    with reviewed(out) as (queue, _):
        documents = gold_of(queue, reviewer)
    if not documents:
        fail(f"{out} holds no decisions{f' of {reviewer}' if reviewer else ''}; plextract review makes them")
    FORMATS[format_][1](documents, to)
    rows = sum(len(listed) for document in documents for listed in document.rows.values())
    typer.echo(f"{len(documents)} documents, {rows} rows → {to}")


@gold_app.command("import")
def import_gold(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="File of gold; of brat, a folder.")],
    *,
    into: Annotated[Path, typer.Option(metavar="OUT", help="Folder of a run over the documents.")],
    format_: Annotated[Format, typer.Option("--format", help="Format to read.")] = Format.contract,
    reviewer: Annotated[str, typer.Option(help="Name that the decisions are kept under.")] = "gold",
) -> None:
    """Hold the rows of a run against gold, and keep what that says as a reviewer's decisions.

    Exit status: 3 where the run does not have some of the documents.

    [b]Examples[/]

      plextract gold import corpus/gold.jsonl --into outputs

      plextract gold import annotated --into outputs --format brat --reviewer Anna
    """
    from pipeline.gold import FORMATS
    from pipeline.gold.decided import keep_gold

    try:
        documents = FORMATS[format_][0](path)
    except (OSError, ValueError) as error:
        fail(str(error), WRONG_USE)
    with reviewed(into) as (queue, decisions):
        kept = keep_gold(documents, queue, decisions, reviewer)
    typer.echo(f"{kept.documents} documents, {kept.decisions} decisions of {reviewer} → {into}")
    for source in kept.unknown:
        typer.secho(f"  {source}: the run has no such document, or another text", err=True)
    if kept.unknown:
        raise typer.Exit(SOME_FAILED)


@gold_app.command("interface")
def labelling_interface() -> None:
    """Print the labelling interface for Label Studio, into which exported tasks fit.

    [b]Example[/]

      plextract gold interface
    """
    from pipeline.gold.label_studio import labelling_config

    typer.echo(labelling_config(), nl=False)
