"""``plextract run``: documents into Parquet datasets."""

import re
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.ending import SOME_FAILED, WRONG_USE, clean_end, fail
from pipeline.cli.options import (
    MaxBytes,
    Model,
    Out,
    ReferenceDate,
    Rules,
    Teryt,
    Workers,
    console,
    load_apart,
)


def run(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT",
            help="Files, folders, globs, URIs, tables of texts (.jsonl, .csv, .parquet), or - for stdin.",
        ),
    ] = None,
    *,
    out: Out,
    model: Model = "auto",
    rules: Rules = None,
    reference_date: ReferenceDate = None,
    teryt: Teryt = None,
    files_from: Annotated[
        Path | None,
        typer.Option(metavar="LIST", help="Read more inputs from this file, one a line; - is stdin."),
    ] = None,
    text_column: Annotated[str | None, typer.Option(help="Column of a table that holds the texts.")] = None,
    id_column: Annotated[str | None, typer.Option(help="Column that names each text.")] = None,
    date_column: Annotated[str | None, typer.Option(help="Column with each text's reference date.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was cut short.")] = False,
    since_manifest: Annotated[
        str | None,
        typer.Option(
            metavar="MANIFEST",
            help="Process only what is new or changed since the finished run with this manifest.json, and take the other "
            "rows over from it; the tables are those of a whole run.",
        ),
    ] = None,
    engine: Annotated[
        str, typer.Option(metavar="local|ray", help="Work on this machine, or on a cluster of Ray.")
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="The cluster; without it Ray starts one on this machine."),
    ] = None,
    workers: Workers = None,
    max_bytes: MaxBytes = None,
    max_seconds: Annotated[
        float | None,
        typer.Option(min=0, help="Longest that one document may take; 0 for no limit."),
    ] = None,
    max_memory: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="Most memory that one document may add, such as 2GB; 0 for any."),
    ] = None,
    shard_size: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="Input of a shard, such as 64MB: what a kill costs each worker; the result is the same.",
        ),
    ] = None,
    min_score: Annotated[
        float, typer.Option(min=0, max=1, help="Leave out rows that are less probably right than this.")
    ] = 0.0,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Log to stderr, one JSON object a line.")
    ] = False,
) -> None:
    """Extract documents into Parquet datasets.

    What cannot be read becomes a row of [b]errors[/] and the run goes on.

    Exit status: 0 all well, 3 some inputs are in errors, 2 wrong use, 1 failure.

    [b]Examples[/]

      plextract run documents --out tables

      plextract run 'reports/**/*.pdf' letter.docx --out tables --workers 4

      plextract run news.jsonl --text-column body --date-column published --out tables

      plextract run documents --out tables --since-manifest tables/manifest.json

      plextract run s3://archive/2014 --out s3://archive/tables --engine ray --address head:6379

      find . -name '*.html' | plextract run --files-from - --out tables --resume
    """
    if not inputs and files_from is None:
        fail("name at least one INPUT, or give --files-from", WRONG_USE)
    if engine not in ("local", "ray"):
        fail(f"--engine: there is no {engine}, only local and ray", WRONG_USE)
    if address is not None and engine != "ray":
        fail("--address is that of a cluster: give --engine ray with it", WRONG_USE)
    from pipeline import forkserver

    forkserver.start(model)  # first of all, since what follows takes its time too
    from pipeline import batch, read
    from pipeline.batch import limits
    from pipeline.batch.workers import usable_cores
    from pipeline.cli.screen import JsonLog, notice, progress_bar, summary
    from pipeline.flow import Settings
    from pipeline.storage import place

    target = place(out)
    limit = read.DEFAULT_MAX_BYTES if max_bytes is None else size_in_bytes(max_bytes, "--max-bytes")
    seconds = limits.DEFAULT_MAX_SECONDS if max_seconds is None else max_seconds
    memory = limits.DEFAULT_MAX_MEMORY if max_memory is None else size_in_bytes(max_memory, "--max-memory")
    shard_bytes = size_in_bytes(shard_size, "--shard-size") if shard_size else None
    log = JsonLog() if log_json else None
    with clean_end(target):
        sources = read.discover(
            inputs or [],
            files_from=files_from,
            text_column=text_column,
            id_column=id_column,
            date_column=date_column,
        )
        check_register(teryt)
        shards_through = ray_cluster(address, workers) if engine == "ray" else None
        loaded = load_apart(model, log)
        settings = Settings(
            reference_date=reference_date.date() if reference_date else None, teryt=teryt, min_score=min_score
        )
        told = console(stderr=True)
        try:
            with progress_bar(told, quiet=log_json) as report:
                done = batch.run(
                    sources,
                    target,
                    loaded.choice.info,
                    settings,
                    model=loaded.choice.reference,
                    max_bytes=limit,
                    max_seconds=seconds,
                    max_memory=memory,
                    options={"text_column": text_column, "id_column": id_column, "date_column": date_column},
                    n_workers=workers or usable_cores(),
                    apart=True,
                    shard_bytes=shard_bytes,
                    resume=resume,
                    since=place(since_manifest) if since_manifest else None,
                    engine=shards_through,
                    report=log.progress if log else report,
                    notice=log.notice if log else partial(notice, told),
                )
        except batch.OutputError as error:
            fail(str(error), WRONG_USE)
        except batch.ManifestError as error:
            fail(f"--since-manifest: {error}", WRONG_USE)
        except batch.EngineError as error:
            fail(f"{error}; --resume goes on with what is in {out}")
        except OSError as error:
            fail(f"cannot write to {out}: {error}")
    if log:
        log.done(done)
    else:
        summary(console(), done)
    if done.errors:
        raise typer.Exit(SOME_FAILED)


def ray_cluster(address: str | None, workers: int | None) -> Any:
    """Return the engine that takes shards through a cluster of Ray; wrong use where Ray is not installed."""
    from pipeline import cluster

    try:
        return cluster.engine(address, workers)
    except cluster.NotInstalledError as error:
        fail(str(error), WRONG_USE)


SIZES = {"": 1, "k": 1000, "M": 1000**2, "G": 1000**3, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


def size_in_bytes(stated: str, option: str) -> int:
    """Return a number of bytes stated as ``20MB``, ``20MiB`` or ``20000000``; wrong use where it is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([kMG]?i?)B?", stated)
    if not found or found[2] not in SIZES:
        fail(f"{option}: {stated} is no size; write 20000000, 20MB or 20MiB", WRONG_USE)
    return int(float(found[1]) * SIZES[found[2]])


def check_register(teryt: Path | None) -> None:
    """End with wrong use where the register cannot be read."""
    from pipeline.resolve import read_register

    if teryt:
        try:
            read_register(teryt)
        except (OSError, ValueError) as error:
            fail(f"--teryt: {error}", WRONG_USE)
