"""What a run costs that processes only what changed since an earlier one, beside a whole run: processor seconds.

    python bench/since.py [--megabytes 3] [--share 0.01] [--repeats 3] [--model none]

A corpus is generated (``bench/corpus.py``) and run whole. Then a share of its documents is changed and the run is
repeated in both ways, in one process that has read documents before; the bytes of both are compared.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from kills import digests

import corpus
from pipeline import annotate, batch, read
from pipeline.flow import Settings


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=float, default=3)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--model", default="none")
    options = parser.parse_args()
    nlp = annotate.load_model(options.model)
    random = Random(1)
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        inputs, out, whole = (Path(folder, name) for name in ("inputs", "out", "whole"))
        corpus.write(inputs, options.megabytes)
        paths = sorted(path for path in inputs.rglob("*") if path.is_file())

        def seconds(target: Path, since: Path | None = None) -> tuple[float, batch.Summary]:
            started = time.process_time()
            sources = read.discover([str(inputs)])
            done = batch.run(sources, target, nlp, Settings(), model=options.model, since=since)
            return time.process_time() - started, done

        seconds(out)
        for _ in range(options.repeats):
            for path in random.sample(paths, max(1, round(len(paths) * options.share))):
                data = path.read_bytes()
                path.write_bytes(data + data[-200:])
            part, done = seconds(out, since=out)
            shutil.rmtree(whole, ignore_errors=True)
            full, _ = seconds(whole)
            ratios.append(part / full)
            counts = done.since.counts if done.since else {}
            same = digests(out) == digests(whole)
            print(
                f"{full:.2f} s whole, {part:.2f} s since the last ({part / full:.0%}): {counts}, "
                f"{'the same bytes' if same else 'OTHER BYTES'}",
                flush=True,
            )
            if not same:
                return 1
    print(f"median {statistics.median(ratios):.0%}, {len(paths)} documents, model {options.model}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
