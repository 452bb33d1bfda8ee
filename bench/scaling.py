"""How a run scales: a generated corpus by one worker and by two, and what a law says of more.

    python bench/scaling.py [--megabytes 20] [--model none] [--price 0.05] [--document 5] [--into docs/scale.md]

Amdahl's law has one parameter, the serial share. It is taken from the listing and finishing that the manifest of the
one-worker run times; its error is what it says of two workers against what was measured. ``--price`` is that of a
processor hour, ``--document`` the kilobytes of a document in the archive that is planned for. For an idle machine.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from throughput import ROOT, in_process, into

import corpus

BEGIN, END = "<!-- scaling -->", "<!-- end of scaling -->"
MODELLED = (1, 2, 8, 64, 512)


class Run(NamedTuple):
    """What a run of so many workers came to, by the clock."""

    seconds: float
    serial: float
    """Seconds of listing and finishing, which no worker shares."""
    megabytes: float
    documents: int


def measured(folder: Path, model: str, workers: int) -> Run:
    job = in_process("--job", folder, "--model", model, "--workers", workers)
    serial = job["stages"]["discover"] + job["stages"]["finish"]
    return Run(job["clock"], serial, job["bytes"] / 1e6, job["documents"])


def report(model: str, one: Run, two: Run, price: float, kilobytes: float) -> Iterator[str]:
    share = one.serial / one.seconds
    hours = one.seconds / one.megabytes * kilobytes * 1e3 / 3600
    yield f"Model {model}, {one.documents:,} documents, {one.megabytes:.0f} MB, load {os.getloadavg()[0]:.1f}:"
    yield ""
    yield f"- one worker {one.megabytes / one.seconds:.2f} MB/s, two {two.megabytes / two.seconds:.2f} MB/s"
    yield f"- serial: listing and finishing, {share:.1%} of a run by one worker, {one.serial / one.megabytes * 1e3:.0f} ms a megabyte"
    yield f"- a million documents of {kilobytes:g} kB: {hours:.1f} processor hours, {hours * price:.2f} at {price:g} an hour"
    yield ""
    yield "| workers | times one, by the law | measured | error |"
    yield "| ---: | ---: | ---: | ---: |"
    for workers in MODELLED:
        law = 1 / (share + (1 - share) / workers)
        real = {1: 1.0, 2: one.seconds / two.seconds}.get(workers)
        found = f"{real:.2f} | {law / real - 1:+.0%}" if real else "|"
        yield f"| {workers} | {law:.2f} | {found} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--model", default="none")
    parser.add_argument("--price", type=float, default=0.05)
    parser.add_argument("--document", type=float, default=5)
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "scale.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus.write(Path(folder), options.megabytes)
        one, two = (measured(Path(folder), options.model, workers) for workers in (1, 2))
    lines = list(report(options.model, one, two, options.price, options.document))
    print("\n".join(lines))
    if options.into.exists() and BEGIN in options.into.read_text(encoding="utf-8"):
        into(options.into, lines, (BEGIN, END))


if __name__ == "__main__":
    main()
