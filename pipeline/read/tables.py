"""Tables of texts: JSON Lines, CSV and Parquet files whose rows are the inputs."""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import IO, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.document import StageError
from pipeline.read.dates import metadata_date
from pipeline.read.encoding import decode
from pipeline.read.source import DEFAULT_MAX_BYTES, Source, os_problem, refused
from pipeline.storage import Place

TABLE_SUFFIXES = frozenset({".jsonl", ".ndjson", ".csv", ".tsv", ".parquet"})
DEFAULT_TEXT_COLUMN = "text"
BATCH_ROWS = 16
"""Rows of a Parquet file that are held at once; each may unpack to far more than its share of the file."""
LONGEST_LINE = DEFAULT_MAX_BYTES
"""Bytes of a line of a table, so that none takes more memory than a document may."""


class Columns(NamedTuple):
    """The columns of a table that hold the texts, their names and their reference dates."""

    text: str | None = None
    identifier: str | None = None
    date: str | None = None


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
        for number, row in enumerate(reader(path, wanted), start=1):
            missing = [] if isinstance(row, str) else [c for c in wanted if c is not None and c not in row]
            if missing and number == 1 and (columns.text is None or reader is not _json_lines):
                yield refused(name, "table", f"the table cannot be read: {_no_column(missing[0], wanted)}")
                return
            if missing:
                yield refused(f"{name}#{number}", "table", _no_column(missing[0], wanted))
            elif isinstance(row, str):
                yield refused(f"{name}#{number}", "table", row)
            else:
                yield _source(row, name, number, wanted)
    except OSError as error:
        yield Source(name, path, problem=os_problem(error))
    except (pa.ArrowException, csv.Error, _TableError, StageError, UnicodeError) as error:
        where = f" after row {number:,}" if number > 1 else ""
        yield refused(name, "table", f"the table cannot be read{where}: {str(error).splitlines()[0]}")


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
    # a lone surrogate, possible in JSON, cannot be written
    data = text.encode("utf-8", "replace")
    return Source(name, text=data.decode("utf-8"), size=len(data), reference_date=reference_date)


def _date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return metadata_date(str(value))


def _json_lines(path: Place, columns: Columns) -> "Iterator[Mapping[str, Any] | str]":
    with path.open("rb") as lines:
        for number, line in enumerate(iter(lambda: lines.readline(LONGEST_LINE), b"")):
            if len(line) == LONGEST_LINE:
                yield f"the line has more than {LONGEST_LINE / 2**20:.0f} MiB"
                while line and not line.endswith(b"\n"):
                    line = lines.readline(LONGEST_LINE)  # noqa: PLW2901 - the rest of it
                continue
            unmarked = line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line
            if not unmarked.strip():
                continue
            try:
                row = json.loads(unmarked)
            except ValueError as error:
                yield f"the line is no JSON: {error}"
                continue
            except RecursionError:
                yield "the line is no table row: its values are nested too deeply"
                continue
            yield row if isinstance(row, dict) else "the line is no JSON object"


def _csv(path: Place, columns: Columns) -> "Iterator[Mapping[str, Any] | str]":
    with path.open("rb") as file:
        head = file.read(2**16)
    cut = head.rfind(b"\n") + 1 or len(head)
    encoding = decode(head[:cut]).encoding
    csv.field_size_limit(LONGEST_LINE)
    with path.open(encoding=encoding, newline="") as lines:
        first = lines.readline(LONGEST_LINE)
        lines.seek(0)
        delimiter = max("\t" if path.suffix.lower() == ".tsv" else ",", ";", "\t", key=first.count)
        yield from csv.DictReader(_bounded(lines), delimiter=delimiter)


def _bounded(lines: IO[str]) -> Iterator[str]:
    for line in iter(lambda: lines.readline(LONGEST_LINE), ""):
        if len(line) == LONGEST_LINE:
            raise _TableError(f"a line has more than {LONGEST_LINE // 2**20} Mi characters")
        yield line


def _parquet(path: Place, columns: Columns) -> "Iterator[Mapping[str, Any] | str]":
    with path.open("rb") as file, pq.ParquetFile(file) as table:
        wanted = [column for column in columns if column is not None]
        for column in wanted:
            if column not in table.schema_arrow.names:
                raise _TableError(_no_column(column, columns))
        for batch in table.iter_batches(batch_size=BATCH_ROWS, columns=wanted):
            names = batch.schema.names
            if not set(wanted) <= set(names):
                raise _TableError("it is damaged: columns that it states are not in it")
            values = {
                name: batch.column(names.index(name)) for name in wanted
            }  # the first of a name that is twice
            for row in range(batch.num_rows):  # one at a time: values are small in Arrow and large in Python
                yield {name: column[row].as_py() for name, column in values.items()}


_READERS = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".csv": _csv,
    ".tsv": _csv,
    ".parquet": _parquet,
}
