"""Database files, DuckDB's and SQLite's, with the views that join mentions to documents and sentences.

Both have a table ``columns`` with every column's meaning, and a table ``provenance``.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.database import Run
from pipeline.database.run import SOURCE, dataset
from pipeline.database.views import VIEWS
from pipeline.export.cells import as_text, batches, whole_file
from pipeline.metadata import about
from pipeline.metadata.declared import KEYS, Declared, columns
from pipeline.records import TABLES, Record

DUCKDB_TYPES = {
    "string": "VARCHAR", "bool": "BOOLEAN", "int32": "INTEGER", "int64": "BIGINT", "float": "FLOAT",
    "double": "DOUBLE", "date32[day]": "DATE", "time32[s]": "TIME",
}  # fmt: skip
SQLITE_TYPES = {"bool": "INTEGER", "int32": "INTEGER", "int64": "INTEGER", "float": "REAL", "double": "REAL"}
"""All else is TEXT: SQLite has no dates, lists or exact decimals."""
DESCRIBED = ("table", "column", "unit", "values", "meaning")


def to_duckdb(run: Run, target: Path) -> list[str]:
    """Write a DuckDB database with the types of the tables and their meanings as comments."""
    with whole_file(target) as unfinished, closing(duckdb.connect(str(unfinished))) as database:
        for record in TABLES:
            declared = ", ".join(
                f'"{column.name}" {_duckdb_type(column.arrow)}{"" if column.nullable else " NOT NULL"}'
                for column in columns(record)
            )
            database.execute(f"CREATE TABLE {record.table} ({declared})")
            source = SOURCE.format(table=record.table)
            database.register(source, dataset(run.out, record.table, run.manifest))
            database.execute(f"INSERT INTO {record.table} SELECT * FROM {source}")
            database.unregister(source)
            database.execute(f"COMMENT ON TABLE {record.table} IS {_quoted(f'One row is {record.purpose}.')}")
            for column in columns(record):
                place = f'{record.table}."{column.name}"'
                database.execute(f"COMMENT ON COLUMN {place} IS {_quoted(_comment(column))}")
        _describe(database, run)
        database.execute("CHECKPOINT")
    return []


def to_sqlite(run: Run, target: Path) -> list[str]:
    """Write an SQLite database with keys and checked vocabularies; dates and exact amounts are text."""
    with whole_file(target) as unfinished, closing(sqlite3.connect(unfinished)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        for record in TABLES:
            database.execute(f"CREATE TABLE {record.table} ({', '.join(_sqlite_columns(record))})")
            places = ", ".join("?" for _ in columns(record))
            for rows in batches(run, record):
                database.executemany(
                    f"INSERT INTO {record.table} VALUES ({places})",
                    [[_sqlite_value(value) for value in row] for row in rows],
                )
        _describe(database, run)
        database.commit()
    return [
        "SQLite has no exact decimals: amounts.value and value_max are text; compare CAST(value AS REAL), "
        "since value > 1000 would compare letters",
        "SQLite has no dates, times or lists: they are ISO 8601 and JSON texts, and true is 1",
    ]


def _describe(database: Any, run: Run) -> None:
    """Add the views and the two tables that explain the database."""
    for view in VIEWS.values():
        database.execute(view)
    names = ", ".join(f'"{name}" VARCHAR' for name in DESCRIBED)
    database.execute(f"CREATE TABLE columns ({names})")
    database.executemany("INSERT INTO columns VALUES (?, ?, ?, ?, ?)", list(_described()))
    database.execute("CREATE TABLE provenance (name VARCHAR, value VARCHAR)")
    database.executemany("INSERT INTO provenance VALUES (?, ?)", list(about.provenance(run.manifest).items()))


def _described() -> Iterator[tuple[str, str, str | None, str | None, str]]:
    for record in TABLES:
        for column in columns(record):
            yield record.table, column.name, column.unit, ", ".join(column.values) or None, column.meaning


def _duckdb_type(arrow: pa.DataType) -> str:
    if pa.types.is_list(arrow):
        return f"{_duckdb_type(arrow.value_type)}[]"
    if pa.types.is_decimal(arrow):
        return f"DECIMAL({arrow.precision}, {arrow.scale})"
    return DUCKDB_TYPES[str(arrow)]


def _comment(column: Declared) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    values = f": {', '.join(column.values)}" if column.values else ""
    return f"{column.meaning}{unit}{values}"


def _sqlite_columns(record: type[Record]) -> Iterator[str]:
    for column in columns(record):
        words = [f'"{column.name}"', SQLITE_TYPES.get(str(column.arrow), "TEXT")]
        if column.name == KEYS.get(record.table):
            words.append("PRIMARY KEY")
        if not column.nullable:
            words.append("NOT NULL")
        if column.values:
            words.append(f'CHECK ("{column.name}" IN ({", ".join(map(_quoted, column.values))}))')
        if column.refers_to is not None:
            words.append(f"REFERENCES {column.refers_to.table}")
        yield " ".join(words)


def _sqlite_value(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else as_text(value)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
