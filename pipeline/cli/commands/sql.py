"""``plextract sql``: a question to the tables of a run."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.ending import WRONG_USE, fail
from pipeline.cli.options import console


def sql(
    run: Annotated[Path, typer.Argument(metavar="OUT", help="Folder that a run wrote.")],
    statement: Annotated[
        str, typer.Argument(metavar="SELECT", help="A statement in DuckDB's SQL; - reads it from stdin.")
    ],
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, all rows.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, all rows, an object a line.")] = False,
    rows: Annotated[int, typer.Option(min=1, help="Most rows of the printed table.")] = 50,
) -> None:
    """Ask the tables of a run in SQL (DuckDB).

    Besides the tables there are views: [b]mentions[/] (all of them with document and sentence),
    [b]dates_in_documents[/], [b]amounts_in_documents[/], [b]partner_counts_in_documents[/],
    [b]organisations_in_documents[/], and [b]sentences[/]. A statement can reach nothing but these, and changes nothing.

    [b]Examples[/]

      plextract sql outputs 'SELECT currency, count(*), max(value) FROM amounts GROUP BY currency'

      plextract sql outputs --csv 'SELECT source, text, sentence FROM mentions WHERE score <= 0.8 ORDER BY score'

      plextract sql outputs --json 'SELECT * FROM sentences WHERE n_amounts >= 1 AND n_partner_counts >= 1'
    """
    import sys

    from pipeline import database
    from pipeline.cli import answers

    if as_csv and as_json:
        fail("give --csv or --json, not both", WRONG_USE)
    if statement == "-":
        statement = sys.stdin.read()
    try:
        with database.open_run(run) as opened:
            answer = opened.ask(statement)
            if as_csv:
                answers.print_csv(answer, sys.stdout)
            elif as_json:
                answers.print_json(answer, sys.stdout)
            else:
                answers.print_table(answer, rows, console())
    except (database.MissingRun, database.RefusedStatement) as error:
        fail(str(error), WRONG_USE)
