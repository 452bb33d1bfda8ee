"""Records to Parquet part files: whole or not at all, and the same bytes for the same rows.

Nothing that differs between two runs on the same inputs is written: no time, no path, no name of a
machine. Rows keep the order in which they are given.
"""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import parquet, records
from pipeline.records import Record
from pipeline.storage import Place, replacing, sha256_of

__all__ = [
    "load_libraries",
    "part_path",
    "read_dataset",
    "read_table",
    "replacing",
    "sha256_of",
    "write_rows",
    "write_table",
]

COMPRESSION = "zstd"
ROW_GROUP_ROWS = 65_536
"""Rows of a row group; fixed, so that the bytes do not follow a library's default."""


def load_libraries() -> None:
    """Import what pyarrow imports with the first array (pandas), for a process that has the time for it now."""
    pa.array(["text"], pa.string())


def write_table(table: pa.Table, path: Place) -> None:
    """Write an Arrow table to ``path`` as Parquet."""
    with replacing(path) as file:
        pq.write_table(
            table,
            file,
            compression=COMPRESSION,
            row_group_size=ROW_GROUP_ROWS,
            version="2.6",
            data_page_version="1.0",
            write_statistics=True,
        )


def read_table(path: Place, columns: list[str] | None = None) -> pa.Table:
    """Read a part file, of all columns or only some, in their order."""
    with parquet.opened(path) as file:
        table = file.read(columns=columns, use_threads=False)
    return table.select(columns) if columns else table


def read_dataset(folder: Place, record: type[Record]) -> pa.Table:
    """Read a table of a finished run under ``folder``, all its part files."""
    paths: list[Place] = list((folder / record.table).iterdir())
    return pa.concat_tables(read_table(path) for path in sorted(paths, key=str))


def write_rows(record: type[Record], rows: Iterable[Record], path: Place) -> int:
    """Write ``rows`` to ``path`` with the declared schema and return how many there were.

    Raises ``pyarrow.ArrowException``, ``ValueError`` or ``TypeError`` on a value that does not fit its
    column; nothing is written then.
    """
    table = records.to_arrow(record, rows)
    write_table(table, path)
    return int(table.num_rows)


def part_path(folder: Place, record: type[Record], number: int) -> Place:
    """Return the path of a table's part file under ``folder``."""
    return folder / record.table / f"part-{number:05d}.parquet"
