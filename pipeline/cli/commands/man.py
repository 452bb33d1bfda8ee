"""``plextract man``: all help texts as a manual page."""

import typer


def man(context: typer.Context) -> None:
    """Print the manual page: every command with its options, environment variables and examples.

    [b]Examples[/]

      plextract man | man -l -

      plextract man > ~/.local/share/man/man1/plextract.1
    """
    from importlib.metadata import version

    from pipeline.cli.manual import page

    typer.echo(page(context.find_root().command, version("plextract")), nl=False)
