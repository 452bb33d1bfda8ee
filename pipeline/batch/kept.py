"""What a run keeps beside its datasets, so that a later run can take over the rows of documents that are the same.

Published rows of organisations have the names and ids of the whole run, so what they were before is kept of those
that it changed. Of every document a digest is kept of all that its rows follow from, and how many it has. The tables
are in the hidden folder ``.kept``; they are no part of what a run is read for.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import flow, parquet, records, write
from pipeline.batch.provenance import digest
from pipeline.document import RawDocument
from pipeline.flow import Extraction
from pipeline.read.source import sha256_of_text
from pipeline.records import MENTION_TABLES, DocumentRecord, Mention, OrganisationMention, Record, column
from pipeline.resolve import Naming
from pipeline.storage import Place

KEPT = ".kept"
KEY_BYTES = 32
RESOLVED = Naming._fields
"""Columns of ``organisations`` that the names of the whole run can change."""
NOT_FOLLOWED = ("source", "raw_text", "content")
"""Fields of a read document that its rows do not follow from, or that have a digest of their own in its key."""
FOR_ROW = ["doc_id", "n_tokens", "reference_date", "text"]
"""Columns of ``documents`` that reading a document does not give."""

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedRecord(Record):
    """A row for each row of ``documents``, in the same order."""

    table: ClassVar[str] = "followed"
    purpose: ClassVar[str] = "what the rows of a document follow from, and how many there are"

    doc_id: str = column(pa.string(), "as in documents.doc_id")
    key: bytes = column(
        pa.binary(KEY_BYTES), "digest of all that the rows follow from within runs of equal settings"
    )
    left_out: int = column(pa.int64(), "rows below the least score that was asked for")
    n_rows: list[int] = column(
        pa.list_(pa.int32()), "rows in each table of mentions, in the order of the tables"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnresolvedRecord(Record):
    """A row of ``organisations`` as it was before the names of the whole run changed it."""

    table: ClassVar[str] = "unresolved"
    purpose: ClassVar[str] = "rows of organisations as their documents alone have them"

    row: int = column(pa.int64(), "number of the row in organisations, from 0")
    name: str = column(pa.string(), "as in organisations.name")
    acronym: str | None = column(pa.string(), "as in organisations.acronym", null=True)
    org_type: str = column(pa.string(), "as in organisations.org_type")
    org_id: str = column(pa.string(), "as in organisations.org_id")
    located_in: str | None = column(pa.string(), "as in organisations.located_in", null=True)
    teryt: str | None = column(pa.string(), "as in organisations.teryt", null=True)


TABLES: tuple[type[Record], ...] = (FollowedRecord, UnresolvedRecord)


def key_of(raw: RawDocument) -> bytes:
    """Return the digest of all that the rows of a document follow from, besides settings, rules, code and model.

    That is its bytes and what was made of them: the same bytes are read otherwise under another ending, and may
    come with another date. Where they stand is no part of it.
    """
    facts = {found.name: getattr(raw, found.name) for found in fields(raw) if found.name not in NOT_FOLLOWED}
    texts = [None if text is None else sha256_of_text(text) for text in (raw.raw_text, raw.content.text)]
    return bytes.fromhex(digest(facts, texts))


@dataclass(frozen=True, slots=True)
class Taken:
    """All rows of one document as an earlier run made them: its mentions by table, before the run's names changed any."""

    document: DocumentRecord
    mentions: Mapping[type[Mention], pa.Table]
    left_out: int


def followed(rows: Extraction | Taken, key: bytes) -> FollowedRecord:
    """Return what is kept of a document."""
    if isinstance(rows, Taken):
        n_rows = [rows.mentions[table].num_rows for table in MENTION_TABLES]
    else:
        n_rows = [len(rows.rows(table)) for table in MENTION_TABLES]
    return FollowedRecord(doc_id=rows.document.doc_id, key=key, left_out=rows.left_out, n_rows=n_rows)


class Unresolved:
    """Notes what the names of a whole run change; it grows with the rows of organisations that they do change."""

    def __init__(self) -> None:
        self.tables: list[pa.Table] = []
        self._rows = 0

    def noting(self, tables: Iterable[tuple[pa.Table, pa.Table]]) -> Iterator[pa.Table]:
        """Yield the second of each pair of tables, whose rows are those of the first with other names."""
        for earlier, later in tables:
            changed = np.zeros(later.num_rows, dtype=bool)
            for name in RESOLVED:
                changed |= _differs(earlier[name], later[name])
            found = np.flatnonzero(changed)
            if len(found):
                numbers = pa.array(found + self._rows, pa.int64())
                old = earlier.select(list(RESOLVED)).take(pa.array(found))
                self.tables.append(old.add_column(0, "row", numbers))
            self._rows += later.num_rows
            yield later


def _differs(one: pa.ChunkedArray, other: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Tell of each row whether the values differ; a null is equal to a null alone."""
    unlike = pc.fill_null(pc.not_equal(one, other), False)
    return np.asarray(pc.or_(unlike, pc.xor(pc.is_null(one), pc.is_null(other))), dtype=bool)


# --- rows of an earlier run ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Earlier:
    """A finished run that rows are taken over from: its manifest, and the digest that this must have."""

    manifest: Place
    sha256: str


class _OtherRunError(Exception):
    """Another run stands in the place of the earlier one by now."""


@lru_cache(maxsize=1)
def rows_of(earlier: Earlier) -> "Rows | None":
    """Return the rows of an earlier run, opened once a process; None where they are gone."""
    with contextlib.suppress(OSError, _OtherRunError):
        return Rows(earlier)
    return None


class Rows:
    """The rows of an earlier run by document. Memory: 80 bytes a document, and of each table one row group.

    Runs are in the order of paths, so that who asks in that order has each row group read about once.
    """

    def __init__(self, earlier: Earlier) -> None:
        manifest = earlier.manifest.read_bytes()
        if hashlib.sha256(manifest).hexdigest() != earlier.sha256:
            raise _OtherRunError
        listed = json.loads(manifest)
        files = {entry["path"]: entry["rows"] for entry in (*listed["files"], *listed["kept"]["files"])}
        followed = _Stored(earlier, files, FollowedRecord, KEPT).whole()
        self._left_out: Numbers = followed["left_out"].to_numpy()
        self._keys = np.array(followed["key"].to_pylist(), dtype=f"S{KEY_BYTES}")
        self._order = np.argsort(self._keys, kind="stable")
        self._documents = _Stored(earlier, files, DocumentRecord, columns=FOR_ROW)
        counts = pc.list_flatten(followed["n_rows"]).to_numpy().reshape(len(self._keys), len(MENTION_TABLES))
        self._mentions: list[tuple[type[Mention], Numbers, _Stored]] = []
        for number, record in enumerate(MENTION_TABLES):
            ends = np.cumsum(counts[:, number], dtype=np.int64)
            self._mentions.append((record, np.concatenate(([0], ends)), _Stored(earlier, files, record)))
        self._unresolved = _Stored(earlier, files, UnresolvedRecord, KEPT)
        self._changed: Numbers = self._unresolved.whole(["row"])["row"].to_numpy()

    def find(self, key: bytes) -> int | None:
        """Return the number of the document that has a key; None where none has."""
        at = int(np.searchsorted(self._keys, key, sorter=self._order))
        if at == len(self._order):
            return None
        number = int(self._order[at])
        return number if bytes(self._keys[number]).ljust(KEY_BYTES, b"\0") == key else None

    def take(self, number: int, raw: RawDocument) -> Taken | None:
        """Return the rows of document ``number`` as those of ``raw``, which has its key; None where they are gone."""
        with contextlib.suppress(OSError, _OtherRunError):
            (row,) = self._documents.rows(number, number + 1).to_pylist()
            mentions: dict[type[Mention], pa.Table] = {}
            for record, ends, stored in self._mentions:
                start, stop = int(ends[number]), int(ends[number + 1])
                found = stored.rows(start, stop)
                if record is OrganisationMention:
                    found = self._undone(found, start)
                mentions[record] = found
            doc_ids = {row["doc_id"]}.union(
                *(found["doc_id"].unique().to_pylist() for found in mentions.values())
            )
            if doc_ids == {raw.doc_id}:
                document = flow.document_row(raw, row["text"], row["n_tokens"], row["reference_date"])
                return Taken(document, mentions, int(self._left_out[number]))
        return None

    def _undone(self, found: pa.Table, start: int) -> pa.Table:
        """Return rows of organisations, of which the first is number ``start``, as their document alone has them."""
        first, last = (int(at) for at in np.searchsorted(self._changed, (start, start + found.num_rows)))
        if first == last:
            return found
        changed = np.zeros(found.num_rows, dtype=bool)
        changed[self._changed[first:last] - start] = True
        mask = pa.array(changed)
        old = self._unresolved.rows(first, last).combine_chunks()
        for name in RESOLVED:
            column = found.schema.get_field_index(name)
            values = pc.replace_with_mask(found[name].combine_chunks(), mask, old[name].combine_chunks())
            found = found.set_column(column, found.schema.field(column), values)
        return found


class _Stored:
    """A table in part files, of which the row group that was read last is held."""

    def __init__(
        self,
        earlier: Earlier,
        files: Mapping[str, int],
        record: type[Record],
        within: str = "",
        columns: list[str] | None = None,
    ) -> None:
        """``files`` are the rows of each part file, ``within`` the folder that holds that of the table."""
        self._earlier = earlier
        self._empty = records.schema(record).empty_table()
        self._columns = columns
        folder = f"{within}/{record.table}/" if within else f"{record.table}/"
        self._groups = [
            (path, group, min(write.ROW_GROUP_ROWS, n_rows - group * write.ROW_GROUP_ROWS))
            for path, n_rows in files.items()
            if path.startswith(folder)
            for group in range(-(-n_rows // write.ROW_GROUP_ROWS))
        ]
        self._starts: Numbers = np.cumsum([0, *(n_rows for _, _, n_rows in self._groups)], dtype=np.int64)
        self._held: tuple[int, pa.Table] | None = None

    def rows(self, start: int, stop: int) -> pa.Table:
        """Return rows ``start`` to ``stop``."""
        if start == stop:
            return self._empty
        first = int(np.searchsorted(self._starts, start, side="right")) - 1
        last = int(np.searchsorted(self._starts, stop, side="left"))
        slices = []
        for number in range(first, last):
            begin, end = int(self._starts[number]), int(self._starts[number + 1])
            inside = max(start, begin), min(stop, end)
            slices.append(self._group(number).slice(inside[0] - begin, inside[1] - inside[0]))
        return pa.concat_tables(slices) if len(slices) > 1 else slices[0]

    def whole(self, columns: list[str] | None = None) -> pa.Table:
        """Return all rows, of all columns or only some."""
        tables = [self._read(number, columns) for number in range(len(self._groups))]
        return pa.concat_tables([self._empty.select(columns) if columns else self._empty, *tables])

    def _group(self, number: int) -> pa.Table:
        if self._held is None or self._held[0] != number:
            self._held = None  # before the next one comes, not after
            self._held = number, self._read(number, self._columns)
        return self._held[1]

    def _read(self, number: int, columns: list[str] | None) -> pa.Table:
        path, group, n_rows = self._groups[number]
        try:
            with parquet.opened(self._earlier.manifest.parent / path) as file:
                table = file.read_row_group(group, columns=columns, use_threads=False)
        finally:
            # a run takes its manifest away before it touches a file: while it stands, the file was that of the run
            if write.sha256_of(self._earlier.manifest) != self._earlier.sha256:
                raise _OtherRunError
        if table.num_rows != n_rows:
            raise ValueError(f"{path} has {table.num_rows} rows in row group {group}, not {n_rows}")
        # Parquet has no times in whole seconds
        return table.cast(self._empty.select(table.column_names).schema)
