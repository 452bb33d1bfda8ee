"""``plextract explain``: what is read in a text, and why."""

import sys
from typing import Annotated

import typer

from pipeline.cli.ending import fail
from pipeline.cli.options import Model, ReferenceDate, Rules, console, load


def explain(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The text, or - to read a document from stdin.")
    ],
    model: Model = "auto",
    reference_date: ReferenceDate = None,
    rules: Rules = None,
) -> None:
    """Show what is read in a text, by which rule, and how sure that is.

    [b]Examples[/]

      plextract explain 'Umowę podpisano 5 maja 2014 r.; 20 gmin otrzyma 2,5 mln zł.'

      plextract explain --reference-date 2016-04-21 - < letter.pdf
    """
    from pipeline import flow, read
    from pipeline.cli.explain import Explanation
    from pipeline.document import StageError

    source = read.Source("-", data=sys.stdin.buffer.read()) if text == "-" else read.Source("-", text=text)
    settings = flow.Settings(reference_date=reference_date.date() if reference_date else None)
    try:
        extraction = flow.process(read.read(source), load(model).nlp, settings)
    except StageError as error:
        fail(error.message)
    console().print(Explanation(extraction))
