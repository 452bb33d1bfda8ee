"""Tables of texts: JSON Lines, CSV and Parquet files whose rows are the inputs.

A reader yields rows each with its mark, by which it begins there again: a byte of JSON Lines, else the number of the row.
So texts can be let go once they are listed, and read again one by one when their turn comes.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import parquet
from pipeline.document import StageError
from pipeline.read.dates import metadata_date
from pipeline.read.encoding import decode
from pipeline.read.source import (
    DEFAULT_MAX_BYTES,
    Columns,
    Row,
    Source,
    os_problem,
    refused,
    sha256_of_text,
)
from pipeline.storage import Place

TABLE_SUFFIXES = frozenset({".jsonl", ".ndjson", ".csv", ".tsv", ".parquet"})
DEFAULT_TEXT_COLUMN = "text"
BATCH_ROWS = 16
"""Rows of a Parquet file that are held at once; each may unpack to far more than its share of the file."""
LONGEST_LINE = DEFAULT_MAX_BYTES
"""Bytes of a line of a table, so that none takes more memory than a document may."""


Values = Mapping[str, Any] | str
"""A row by column, or why it is none."""


class _TableError(Exception):
    """A table that does not have what was asked for."""


def rows(path: Place, name: str, columns: Columns) -> Iterator[Source]:
    """Yield a table's rows as inputs named ``TABLE#ID``, without an id column by row number from 1.

    A row that cannot be read, or a table that is none, is a source with its problem.
    """
    wanted = columns._replace(text=columns.text or DEFAULT_TEXT_COLUMN)
    reader = _READERS[path.suffix.lower()]
    number = 0
    try:
        for number, (mark, row) in enumerate(reader(path, wanted, 0), start=1):
            missing = [] if isinstance(row, str) else [c for c in wanted if c is not None and c not in row]
            if missing and number == 1 and (columns.text is None or reader is not _json_lines):
                yield refused(name, "table", f"the table cannot be read: {_no_column(missing[0], wanted)}")
                return
            if missing:
                yield refused(f"{name}#{number}", "table", _no_column(missing[0], wanted))
            elif isinstance(row, str):
                yield refused(f"{name}#{number}", "table", row)
            else:
                source = _source(row, name, number, wanted)
                yield source if source.problem else replace(source, row=Row(name, path, wanted, mark))
    except OSError as error:
        yield Source(name, path, problem=os_problem(error))
    except (pa.ArrowException, csv.Error, _TableError, StageError, UnicodeError) as error:
        where = f" after row {number:,}" if number > 1 else ""
        yield refused(name, "table", f"the table cannot be read{where}: {str(error).splitlines()[0]}")


def with_text(source: Source) -> Source:
    """Return an input with its text, read again where that was let go.

    Raises ``StageError`` where the table does not hold it any more.
    """
    if source.row is None or source.text is not None:
        return source
    row = source.row
    try:
        values = _again(row.path, row.columns).row(row.mark)
    except OSError as error:
        raise StageError(*os_problem(error)) from error
    except (pa.ArrowException, csv.Error, _TableError, UnicodeError):
        values = None
    text = None if values is None or isinstance(values, str) else values.get(row.columns.text or "")
    found = _writable(text) if isinstance(text, str) else ""
    if sha256_of_text(found) != row.sha256:
        raise StageError("read", "changed", "the table changed after it was listed")
    return replace(source, text=found)


class _Again:
    """Rows of one table that are asked for by their marks, mostly in order."""

    def __init__(self, path: Place, columns: Columns) -> None:
        self._path = path
        self._columns = columns
        self._reader = _READERS[path.suffix.lower()]
        self._rows: Iterator[tuple[int, Values]] = iter(())

    def row(self, mark: int) -> Values | None:
        """Return a row's values; None where there is none of this mark any more."""
        found, values = self._next()
        while (
            0 <= found < mark and self._reader is not _json_lines
        ):  # elsewhere it takes reading to get there
            found, values = self._next()
        if found != mark:
            self._rows = self._reader(self._path, self._columns, mark)
            found, values = self._next()
        return values if found == mark else None

    def _next(self) -> tuple[int, Values]:
        return next(self._rows, (-1, ""))


@lru_cache(maxsize=1)
def _again(path: Place, columns: Columns) -> _Again:
    return _Again(path, columns)


def _no_column(column: str, wanted: Columns) -> str:
    return f"there is no column {column!r}" + (
        "; name the column of texts with --text-column" if column == wanted.text else ""
    )


def _source(row: Mapping[str, Any], table: str, number: int, columns: Columns) -> Source:
    identifier = row[columns.identifier] if columns.identifier else None
    name = f"{table}#{number if identifier in (None, '') else identifier}"
    text = row[columns.text or DEFAULT_TEXT_COLUMN]
    if text is None:
        return refused(name, "empty", "the text is null")
    if not isinstance(text, str):
        return refused(name, "table", f"the text is no string but {type(text).__name__}")
    reference_date = None
    if columns.date is not None and row[columns.date] not in (None, ""):
        reference_date = _date(row[columns.date])
        if reference_date is None:
            return refused(name, "date", f"{columns.date} is no date: {row[columns.date]!r}")
    text = _writable(text)
    return Source(name, text=text, size=len(text.encode()), reference_date=reference_date)


def _writable(text: str) -> str:
    """Return a text without lone surrogates, which JSON can hold and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return metadata_date(str(value))


def _json_lines(path: Place, columns: Columns, start: int) -> Iterator[tuple[int, Values]]:
    with path.open("rb") as lines:
        if start:
            lines.seek(start)
        mark = after = start
        for line in iter(lambda: lines.readline(LONGEST_LINE), b""):
            mark, after = after, after + len(line)
            if len(line) == LONGEST_LINE:
                rest = line
                while rest and not rest.endswith(b"\n"):
                    rest = lines.readline(LONGEST_LINE)
                    after += len(rest)
                yield mark, f"the line has more than {LONGEST_LINE / 2**20:.0f} MiB"
                continue
            unmarked = line if mark else line.removeprefix(b"\xef\xbb\xbf")
            if unmarked.strip():
                yield mark, _json_row(unmarked)


def _json_row(line: bytes) -> Values:
    try:
        row = json.loads(line)
    except ValueError as error:
        return f"the line is no JSON: {error}"
    except RecursionError:
        return "the line is no table row: its values are nested too deeply"
    return row if isinstance(row, dict) else "the line is no JSON object"


def _csv(path: Place, columns: Columns, start: int) -> Iterator[tuple[int, Values]]:
    with path.open("rb") as file:
        head = file.read(2**16)
    cut = head.rfind(b"\n") + 1 or len(head)
    encoding = decode(head[:cut]).encoding
    csv.field_size_limit(LONGEST_LINE)
    with path.open(encoding=encoding, newline="") as lines:
        first = lines.readline(LONGEST_LINE)
        lines.seek(0)
        delimiter = max("\t" if path.suffix.lower() == ".tsv" else ",", ";", "\t", key=first.count)
        table = csv.DictReader(_bounded(lines), delimiter=delimiter)
        yield from islice(enumerate(table), start, None)


def _bounded(lines: IO[str]) -> Iterator[str]:
    for line in iter(lambda: lines.readline(LONGEST_LINE), ""):
        if len(line) == LONGEST_LINE:
            raise _TableError(f"a line has more than {LONGEST_LINE // 2**20} Mi characters")
        yield line


def _parquet(path: Place, columns: Columns, start: int) -> Iterator[tuple[int, Values]]:
    with parquet.opened(path) as table:
        wanted = [column for column in columns if column is not None]
        for column in wanted:
            if column not in table.schema_arrow.names:
                raise _TableError(_no_column(column, columns))
        mark, groups = _groups_from(table, start)
        for batch in table.iter_batches(
            batch_size=BATCH_ROWS, row_groups=groups, columns=wanted, use_threads=False
        ):
            names = batch.schema.names
            if not set(wanted) <= set(names):
                raise _TableError("it is damaged: columns that it states are not in it")
            values = {
                name: batch.column(names.index(name)) for name in wanted
            }  # the first of a name that is twice
            # one at a time: values are small in Arrow and large in Python
            for row in range(max(0, start - mark), batch.num_rows):
                yield mark + row, {name: column[row].as_py() for name, column in values.items()}
            mark += batch.num_rows


def _groups_from(table: pq.ParquetFile, start: int) -> tuple[int, list[int]]:
    """Return the row groups from the one that holds row ``start`` on, and the number of their first row."""
    first = 0
    for group in range(table.num_row_groups):
        n_rows = table.metadata.row_group(group).num_rows
        if start < first + n_rows:
            return first, list(range(group, table.num_row_groups))
        first += n_rows
    return first, []


_READERS = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".csv": _csv,
    ".tsv": _csv,
    ".parquet": _parquet,
}
