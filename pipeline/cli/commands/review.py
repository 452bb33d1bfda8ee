"""``plextract review``: a page where a person checks the rows of a run."""

from typing import Annotated

import typer

from pipeline.cli.ending import FAILURE, WRONG_USE, fail
from pipeline.cli.options import FinishedRun, check_finished, console


def review(
    out: FinishedRun,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port on 127.0.0.1; else a free one is taken.")
    ] = None,
    reviewer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Who decides, unless the page is told another name; else the user."
        ),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Check the rows of a run in a page on this machine; decisions are kept in OUT/review.sqlite.

    [b]Examples[/]

      plextract review outputs

      plextract review outputs --port 8765 --reviewer anna --no-browser
    """
    import sqlite3
    import webbrowser

    from pipeline.review import server

    check_finished(out)
    try:
        listener = server.listen(port)
    except OSError as error:
        fail(f"port {port} cannot be had: {error.strerror}", WRONG_USE)

    def ready(opened: server.Opened) -> None:
        say = console(stderr=True).print
        say(f"{opened.n_rows:,} rows, {opened.n_decisions:,} decisions", highlight=False)
        for decision, reason in opened.stale[:20]:
            place = f"{decision.table} {decision.doc_id} {decision.start}–{decision.end}"
            say(f"not carried over, {reason}: {place} {decision.text!r}", markup=False, highlight=False)
        if len(opened.stale) > 20:
            say(f"and {len(opened.stale) - 20:,} more, listed at {opened.address}carried", highlight=False)
        say(f"{opened.address}  (Ctrl-C ends; every decision is on the disk)", highlight=False)
        if browser:
            webbrowser.open(opened.address)

    try:
        server.serve(out, listener, reviewer=reviewer, ready=ready)
    except KeyboardInterrupt:
        pass
    except (sqlite3.Error, server.UnreadableRun) as error:
        fail(f"{out}: {error}", FAILURE)
