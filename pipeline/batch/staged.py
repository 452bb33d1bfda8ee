"""Rows of finished shards until they are published: files of Arrow's own format, written and read in no time.

Parquet costs ten times the processor time, and what is written here is read by the same run and then gone.
"""

from collections.abc import Sequence

import pyarrow as pa

from pipeline.records import Record
from pipeline.storage import Place, replacing

COMPRESSION = "lz4"
"""Half the size for little time: staging may be a store that is reached through a network."""


def part_of(folder: Place, record: type[Record]) -> Place:
    """Return the path of a table's rows within a shard's folder."""
    return folder / f"{record.table}.arrow"


def write_part(table: pa.Table, path: Place) -> None:
    """Write a table to ``path``, whole or not at all."""
    options = pa.ipc.IpcWriteOptions(compression=COMPRESSION, use_threads=False)
    with replacing(path) as file, pa.ipc.new_file(file, table.schema, options=options) as writer:
        writer.write_table(table)


def read_part(path: Place, columns: Sequence[str] | None = None) -> pa.Table:
    """Read what ``write_part`` wrote, of all columns or only some, in their order."""
    data = pa.py_buffer(path.read_bytes())
    options = pa.ipc.IpcReadOptions(use_threads=False)  # tables of a shard are small
    if columns is None:
        return pa.ipc.open_file(data, options=options).read_all()
    schema = pa.ipc.open_file(data).schema
    options.included_fields = sorted({schema.get_field_index(name) for name in columns})
    return pa.ipc.open_file(data, options=options).read_all().select(list(dict.fromkeys(columns)))
