"""How a run scales: the sample corpus several times over by one worker and by two, and what a law says of more.

    python bench/scaling.py [COPIES] [PRICE_PER_PROCESSOR_HOUR]

Amdahl's law has one parameter, the serial share, and two measured points: it is taken from the listing and finishing that
the manifest of the one-worker run times, and its error is what it says of two workers against what was measured.
"""

import json
import sys
import tempfile
from pathlib import Path

from pipeline import batch, read
from pipeline.flow import Settings

DOCS = Path(__file__).resolve().parent.parent / "corpus" / "docs"


def main(copies: int = 8, price: float = 1.0) -> None:
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "inputs"
        inputs.mkdir()
        for copy in range(copies):
            for path in sorted(DOCS.iterdir()):
                data = path.read_bytes() + f"\n{copy}\n".encode()
                (inputs / f"{copy:04d}-{path.name}").write_bytes(data)
        batch.run(read.discover([DOCS]), Path(folder) / "warm-up", None, Settings())
        measured = {}
        for workers in (1, 2):
            out = Path(folder) / f"out-{workers}"
            done = batch.run(read.discover([inputs]), out, None, Settings(), n_workers=workers)
            measured[workers] = done.seconds
            if workers == 1:
                seconds = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["seconds"]
                serial = (seconds["discover"] + seconds["finish"]) / seconds["total"]
                rate, documents = done.n_bytes / 1e6 / done.seconds, done.rows["documents"]
    hours = measured[1] / documents * 1e6 / 3600
    print(f"rules only, {documents} documents: {rate:.3f} MB/s by one worker, serial share {serial:.3f}")
    print(f"a million such documents: {hours:.1f} processor hours, {hours * price:.2f} at {price} an hour")
    for workers in (1, 2, 8, 64, 512):
        modelled = measured[1] * (serial + (1 - serial) / workers)
        line = f"{workers:4d} workers: {measured[1] / modelled:6.2f} times one"
        if workers in measured:
            line += f", measured {measured[1] / measured[workers]:.2f}, error {modelled / measured[workers] - 1:+.0%}"
        print(line)


if __name__ == "__main__":
    main(*(float(arg) if "." in arg else int(arg) for arg in sys.argv[1:]))  # type: ignore[arg-type]
