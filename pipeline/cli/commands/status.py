"""``plextract status``: where a run stands."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.ending import FAILURE, WRONG_USE, fail


def status(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder that a run writes or wrote.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Say where a run stands: under way, finished, failed or interrupted.

    Exit status: 0 under way or finished, 1 failed or interrupted, 2 no run there.

    [b]Examples[/]

      plextract status tables

      plextract status tables --json
    """
    import json
    from dataclasses import asdict

    from pipeline.batch.status import read_status

    found = read_status(out)
    if found is None:
        fail(f"{out}: no run has left its status there", WRONG_USE)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False))
    else:
        done = f"{found.documents:,} of {found.total_documents:,} documents, {found.n_bytes / 1e6:,.1f} MB"
        typer.echo(f"{found.state}: {done}, {found.errors:,} failed; {found.seconds:,.0f} s in this attempt")
        rows = ", ".join(f"{table} {rows:,}" for table, rows in found.rows.items() if rows)
        if rows:
            typer.echo(f"rows{'' if found.state == 'finished' else ' of finished shards'}: {rows}")
        if found.seconds_left:
            typer.echo(f"about {found.seconds_left:,.0f} s left")
        if found.message:
            typer.echo(found.message)
        if found.state in ("failed", "interrupted"):
            typer.echo("plextract run with the same inputs and --resume goes on from here")
    if found.state in ("failed", "interrupted"):
        raise typer.Exit(FAILURE)
