"""Tables of shards, one after another, cut into part files at places that depend on the rows alone.

A run whose shards begin and end elsewhere has the same part files, byte for byte.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Sizes = npt.NDArray[np.int64]


def cut(schema: pa.Schema, tables: Iterable[pa.Table], part_bytes: int) -> Iterator[pa.Table]:
    """Yield parts of at least ``part_bytes`` (``row_bytes``), the last one aside; an empty one where there are no rows.

    A part ends with the document that fills it; where the table has no ``doc_id``, with the row. Each column of a part
    is one chunk, so that the bytes written follow from the rows alone. One part and one table are held at a time.
    """
    held: list[pa.Table] = []
    held_bytes = 0
    last_document = None
    none_yet = True
    for table in tables:
        if not table.num_rows:
            continue
        if not table.schema.equals(schema, check_metadata=True):
            table = table.cast(schema)  # noqa: PLW2901 (the one before is not needed)
        ends = np.cumsum(row_bytes(table))
        begins = _document_begins(table, last_document)
        before = np.where(begins > 0, ends[begins - 1], 0)
        start = done = 0
        while (at := int(np.searchsorted(before, part_bytes - held_bytes + done))) < len(begins):
            if begins[at] > start:
                held.append(table.slice(start, begins[at] - start))
            yield _joined(schema, held)
            none_yet = False
            start, done, held_bytes = int(begins[at]), int(before[at]), 0
        held.append(table.slice(start))
        held_bytes += int(ends[-1]) - done
        last_document = table["doc_id"][-1] if "doc_id" in table.column_names else None
    if held or none_yet:
        yield _joined(schema, held)


def row_bytes(table: pa.Table) -> Sizes:
    """Return how many bytes each row has in memory, but for the bits that tell nulls."""
    sizes = np.zeros(table.num_rows, np.int64)
    for column in table.columns:
        sizes += _value_bytes(column)
    return sizes


def _value_bytes(values: pa.ChunkedArray | pa.Array) -> Sizes:
    """Return how many bytes each value has, those of text and lists with their length of four."""
    if pa.types.is_string(values.type):
        lengths = pc.binary_length(values)
        known: Sizes = (pc.fill_null(lengths, 0) if lengths.null_count else lengths).to_numpy()
        return known.astype(np.int64) + 4
    if pa.types.is_list(values.type):
        parents = pc.list_parent_indices(values).to_numpy()
        inside = np.bincount(parents, _value_bytes(pc.list_flatten(values)), len(values))
        return inside.astype(np.int64) + 4
    return np.full(len(values), max(1, values.type.bit_width // 8), np.int64)


def _document_begins(table: pa.Table, last_document: pa.Scalar | None) -> Sizes:
    """Return the rows that begin a document, in their order; every row of a table that has no ``doc_id``."""
    if "doc_id" not in table.column_names:
        return np.arange(table.num_rows)
    doc_ids = table["doc_id"]
    differ = pc.not_equal(doc_ids[1:], doc_ids[:-1]).to_numpy()
    return np.flatnonzero(np.concatenate(([doc_ids[0] != last_document], differ.astype(bool))))


def _joined(schema: pa.Schema, held: list[pa.Table]) -> pa.Table:
    """Return the tables as one of one chunk a column, and empty the list, column by column to save memory."""
    columns = [[table.column(place) for table in held] for place in range(len(schema))]
    held.clear()
    joined = []
    for place, arrow_type in enumerate(schema.types):
        chunks = [chunk for column in columns[place] for chunk in column.chunks]
        columns[place].clear()
        joined.append(pa.concat_arrays(chunks) if chunks else pa.array([], arrow_type))
    return pa.Table.from_arrays(joined, schema=schema)
