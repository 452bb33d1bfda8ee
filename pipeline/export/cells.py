"""Values of the tables as other formats hold them, read batch by batch so that a table never stands in memory."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.database import Run
from pipeline.database.run import dataset
from pipeline.records import Record

BATCH_ROWS = 4096
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def batches(run: Run, record: type[Record]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a table in their order, so many at a time; float32 as the shortest decimal that means it."""
    for batch in dataset(run.out, record.table, run.manifest).to_batches(
        batch_size=BATCH_ROWS, batch_readahead=1
    ):
        yield list(zip(*(_values(column) for column in batch.columns), strict=True))


def _values(column: pa.Array) -> list[Any]:
    values: list[Any] = column.to_pylist()
    if pa.types.is_float32(column.type):
        return [None if value is None else float(str(np.float32(value))) for value in values]
    return values


def as_text(value: Any) -> Any:
    """Return a value as text formats have it: ISO dates and times, exact decimals, lists as JSON."""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return value


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Give a path to write a file at, which stands at ``target`` once the block ends well, and never in part."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        yield unfinished
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
