"""``plextract init``: a folder for rules of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.ending import WRONG_USE, fail

TEMPLATE = Path(__file__).resolve().parent.parent / "own_rules"


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The folder to make; it may be there if empty.")
    ],
) -> None:
    """Make a folder of rules and words of your own, with an example of each, to lay over the built-in ones.

    [b]Examples[/]

      plextract init my-rules

      plextract rules check --rules my-rules
    """
    import shutil

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fail(f"{folder} is there and not empty; name another folder", WRONG_USE)
    try:
        shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True)
    except OSError as error:
        fail(f"cannot write to {folder}: {error.strerror or error}")
    typer.echo(f"{folder}/README.md says how the rules there are used; to check them:")
    typer.echo(f"  plextract rules check --rules {folder}")
