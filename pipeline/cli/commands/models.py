"""``plextract models``: the models at hand."""

from typing import Annotated

import typer

from pipeline.cli.options import console


def models(
    get: Annotated[
        bool, typer.Option("--get", help="First try, for 20 seconds at most, to install pl_core_news_sm.")
    ] = False,
) -> None:
    """List the models that --model can name, and say which one auto takes.

    [b]Examples[/]

      plextract models

      plextract models --get
    """
    from pipeline.cli import screen
    from pipeline.models import candidates, installed_models, select_model

    if get:
        from pipeline.cli.fetch import fetch_stock_model

        typer.echo(fetch_stock_model())
        return
    _, warnings = candidates()
    screen.models(console(), installed_models(), select_model(), warnings)
