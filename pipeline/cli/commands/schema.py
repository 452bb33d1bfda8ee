"""``plextract schema``: the tables and their columns."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.ending import WRONG_USE, fail
from pipeline.cli.options import console, tables


def schema(
    *,
    table: Annotated[
        str | None, typer.Argument(metavar="TABLE", autocompletion=tables, help="Only this table.")
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the reference as README.md has it.")
    ] = False,
    dictionary: Annotated[
        bool, typer.Option("--dictionary", help="Print the data dictionary as a Markdown page.")
    ] = False,
    html: Annotated[bool, typer.Option("--html", help="Print the data dictionary as an HTML page.")] = False,
    into: Annotated[
        Path | None,
        typer.Option(metavar="PAGE", help="Renew the reference between the markers of this page."),
    ] = None,
) -> None:
    """Describe the tables and their columns.

    [b]Examples[/]

      plextract schema dates

      plextract schema --markdown

      plextract schema --into README.md

      plextract schema --html > dictionary.html
    """
    from pipeline.cli import reference, screen

    if into:
        try:
            into.write_text(reference.updated(into.read_text(encoding="utf-8")), encoding="utf-8")
        except (OSError, ValueError) as error:
            fail(str(error))
        return
    if markdown:
        typer.echo(reference.markdown(), nl=False)
        return
    if dictionary:
        typer.echo(reference.dictionary(), nl=False)
        return
    if html:
        from pipeline import report

        typer.echo(report.dictionary(), nl=False)
        return
    if table is not None and table not in reference.names():
        fail(f"there is no table {table}; there are {', '.join(reference.names())}", WRONG_USE)
    screen.table_reference(console(), [table] if table else reference.names())
