"""``plextract review``: a page where a person checks the rows of a run."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.ending import WRONG_USE, fail


def review(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of a run.", exists=True, file_okay=False)
    ],
    *,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port on 127.0.0.1; else one that is free.")
    ] = None,
    reviewer: Annotated[
        str | None, typer.Option(help="Name that decisions are kept under; the page can change it.")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Check the rows of a run in the browser; decisions are kept in OUT/review.sqlite.

    Only this machine reaches the page, and nothing leaves it.

    [b]Examples[/]

      plextract review outputs

      plextract review outputs --port 8765 --reviewer Anna --no-browser
    """
    import webbrowser

    from pipeline.batch import MANIFEST
    from pipeline.review import server
    from pipeline.review.queue import Queue

    if not (out / MANIFEST).exists():
        fail(f"{out} holds no finished run (it has no {MANIFEST})", WRONG_USE)
    try:
        listener = server.listen(port)
    except OSError as error:
        fail(f"port {port} cannot be had: {error.strerror or error}", WRONG_USE)
    address = f"http://{server.HOST}:{listener.getsockname()[1]}/"

    def ready(queue: Queue) -> None:
        stale = len(queue.carried_over().stale)
        typer.echo(f"{queue.n_rows} rows of {out} at {address}  (Ctrl-C ends)")
        if stale:
            typer.echo(f"{stale} decisions of earlier runs do not fit these rows: {address}carried")
        if browser:
            webbrowser.open(address)

    server.serve(out, listener, reviewer=reviewer, ready=ready)
