"""How long the listing of very many files takes, and how much memory: from the folder to shards, no file is read.

    python bench/listing.py [--files 1000000] [--folder FOLDER]

The files are made first, a thousand a folder, unless FOLDER holds some already. Times are of the processor and by the
clock; memory is the most that the process holds beyond what it held before.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline import batch, read

A_FOLDER = 1000


def make(folder: Path, n_files: int) -> None:
    for number in range(n_files):
        within = folder / f"{number // A_FOLDER:05d}"
        if number % A_FOLDER == 0:
            within.mkdir()
        (within / f"dokument-{number % A_FOLDER:03d}.txt").write_text(
            f"Umowa nr {number}.\n", encoding="utf-8"
        )


def most_memory() -> int:
    """Return the most bytes that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def there(folder: Path | None, n_files: int) -> Iterator[Path]:
    if folder and folder.is_dir():
        yield folder
        return
    with tempfile.TemporaryDirectory() as made:
        make(Path(made), n_files)
        yield Path(made)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with there(options.folder, options.files) as folder:
        before, clock, processor = most_memory(), time.perf_counter(), time.process_time()
        shards = list(batch._shards(batch._in_path_order(read.discover([folder])), "key"))
        processor, clock = time.process_time() - processor, time.perf_counter() - clock
        grown = most_memory() - before
    n_files = sum(len(shard.sources) for shard in shards)
    print(
        f"{n_files:,} files in {len(shards):,} shards: {processor:.1f} s of the processor, {clock:.1f} s by the clock, "
        f"{grown / 1e6:.0f} MB; {processor * 1e6 / n_files:.1f} us and {grown / n_files:.0f} bytes a file"
    )


if __name__ == "__main__":
    main()
