"""The organisations of a run: their mentions under the names and ids that hold for all of it, and each once.

Names depend on what rows say, not on how many say it: each distinct combination is looked at once, and columns are
taken from these by number. Memory grows with the combinations, not with rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline import records, resolve
from pipeline.records import DocumentRecord, OrganisationMention, OrganisationRecord, Record
from pipeline.resolve import Naming

INDEX_ROWS = 65_536
"""Organisations that are written at a time."""

NAMING = list(Naming._fields)

LARGEST = 2**40
"""So many combinations are numbered before those that there are get new numbers; with a column more they fit 63 bits."""

Numbers = npt.NDArray[np.int64]
Read = Callable[[int, type[Record], list[str] | None], pa.Table]
"""Reads a table of a shard, by the shard's number: all of its columns or only some."""


class Organisations:
    """What the shards of a run come to together; ``read`` gives an empty table for a shard without such rows."""

    def __init__(self, n_shards: int, read: Read) -> None:
        self._n_shards = n_shards
        self._read = read
        self._names = resolve.NameIndex()
        self._index = resolve.OrganisationIndex()
        self._resolved: dict[Naming, Naming] = {}

    def mentions(self) -> Iterator[tuple[pa.Table, pa.Table]]:
        """Yield each shard's mentions, as its documents have them and as the run does; they are summed up on the way."""
        for number in range(self._n_shards):
            said = _said(self._read(number, OrganisationMention, NAMING))
            for naming, n_rows in zip(said.namings, said.counts.tolist(), strict=True):
                self._names.count(naming, n_rows)
        for number in range(self._n_shards):
            table = self._read(number, OrganisationMention, None)
            if table.num_rows:
                said = _said(table)
                resolved = [self._hold(naming) for naming in said.namings]
                self._sum_up(number, table["doc_id"], said, resolved)
                yield table, _renamed(table, said.rows, resolved)

    def summed_up(self) -> Iterator[pa.Table]:
        """Yield the organisations whose mentions have been gone through, so many at a time."""
        for held in _batched(self._index.records(), INDEX_ROWS):
            yield records.to_arrow(OrganisationRecord, held)

    def _hold(self, naming: Naming) -> Naming:
        if naming not in self._resolved:
            self._resolved[naming] = self._names.resolved(naming)
        return self._resolved[naming]

    def _sum_up(
        self, number: int, doc_ids: pa.ChunkedArray, said: "_Said", resolved: Sequence[Naming]
    ) -> None:
        for naming, n_rows in zip(resolved, said.counts.tolist(), strict=True):
            self._index.count(naming, n_rows)
        org_ids = [naming.org_id for naming in resolved]
        mentioned = doc_ids.combine_chunks().dictionary_encode()
        size = len(mentioned.dictionary)
        pairs = np.unique(said.rows * size + mentioned.indices.to_numpy())
        documents: defaultdict[str, set[int]] = defaultdict(set)
        for naming_number, document in zip((pairs // size).tolist(), (pairs % size).tolist(), strict=True):
            documents[org_ids[naming_number]].add(document)
        by_id = self._days(number)
        days = [by_id.get(doc_id) for doc_id in mentioned.dictionary.to_pylist()]
        for org_id, found in documents.items():
            self._index.see(org_id, len(found), [day for document in found if (day := days[document])])

    def _days(self, number: int) -> dict[str, date]:
        """Return the reference dates of a shard's documents, of those that have one."""
        table = self._read(number, DocumentRecord, ["doc_id", "reference_date"])
        dated = zip(table["doc_id"].to_pylist(), table["reference_date"].to_pylist(), strict=True)
        return {doc_id: day for doc_id, day in dated if day}


class _Said(NamedTuple):
    """What the rows of a table say of organisations: each combination once, by how many rows, and which row which."""

    namings: list[Naming]
    counts: Numbers
    rows: Numbers


def _said(table: pa.Table) -> _Said:
    numbers = np.zeros(table.num_rows, np.int64)
    combinations = 1
    for name in NAMING:
        encoded = table[name].combine_chunks().dictionary_encode("encode")
        values = len(encoded.dictionary)
        if combinations * values > LARGEST:
            distinct_numbers, numbers = np.unique(numbers, return_inverse=True)
            combinations = len(distinct_numbers)
        numbers = numbers * values + encoded.indices.to_numpy()
        combinations *= values
    _, first, numbers, counts = np.unique(numbers, return_index=True, return_inverse=True, return_counts=True)
    distinct = table.select(NAMING).take(pa.array(first))
    said = zip(*(column.to_pylist() for column in distinct.columns), strict=True)
    return _Said([Naming(*one) for one in said], counts, numbers)


def _renamed(table: pa.Table, rows: Numbers, namings: Sequence[Naming]) -> pa.Table:
    """Return a table whose rows say what the namings of their numbers say."""
    numbers = pa.array(rows)
    for name, values in zip(NAMING, zip(*namings, strict=True), strict=True):
        place = table.schema.get_field_index(name)
        field = table.schema.field(place)
        table = table.set_column(place, field, pa.array(values, field.type).take(numbers))
    return table


def _batched(rows: Iterator[OrganisationRecord], size: int) -> Iterator[list[OrganisationRecord]]:
    while held := list(islice(rows, size)):
        yield held
