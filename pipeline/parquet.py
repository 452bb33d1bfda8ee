"""Parquet files opened so that only the calling thread reads them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow.parquet as pq

from pipeline.storage import Place


@contextmanager
def opened(path: Place) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file; what is read of it says ``use_threads=False``.

    Where a thread of Arrow's reads a file of Python's, it lets the bytes go a moment after they are handed over. If
    the process ends in that moment, it is aborted (status 134). Besides, Arrow reads ahead all that is asked for
    by threads, so that a file gone through in batches is in memory whole.

    Raises ``OSError`` or ``pyarrow.ArrowException`` on a file that is none.
    """
    with path.open("rb") as file, pq.ParquetFile(file, pre_buffer=False) as parquet:
        yield parquet
