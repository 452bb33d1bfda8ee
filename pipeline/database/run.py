"""The tables of a run in DuckDB, in memory, read from the Parquet as they are asked for.

Statements see these tables and nothing else: no other file, no network, no extension. Nothing of the run is changed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.dataset as ds

from pipeline import records
from pipeline.batch import publish
from pipeline.database.views import VIEWS
from pipeline.records import TABLES

SOURCE = "parquet_{table}"
"""Under which name the files of a table are known; the table's own name is a view on it."""

FETCHED_ROWS = 4096


class MissingRun(Exception):  # noqa: N818 (it says what is so)
    """A folder that holds no whole run; the message says so, for a person."""


class RefusedStatement(Exception):  # noqa: N818 (it says what is so)
    """A statement that is wrong, or reaches for what it must not; the message is DuckDB's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement came to; rows are fetched as they are gone through. Raises ``RefusedStatement`` then too."""

    names: list[str]
    rows: Iterator[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Run:
    """An open run."""

    out: Path
    manifest: Mapping[str, Any]
    database: duckdb.DuckDBPyConnection

    def rows(self, statement: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a statement; raises ``duckdb.Error``."""
        return self.database.execute(statement, parameters or {}).fetchall()

    def ask(self, statement: str) -> Answer:
        """Run one statement of a user's. Raises ``RefusedStatement``, also where it returns no rows."""
        try:
            found = self.database.execute(statement)
        except duckdb.Error as error:
            raise RefusedStatement(str(error)) from error
        if found is None or found.description is None:
            raise RefusedStatement("this is no statement that returns rows")
        return Answer([column[0] for column in found.description], _fetched(found))


def _fetched(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    try:
        while rows := found.fetchmany(FETCHED_ROWS):
            yield from rows
    except duckdb.Error as error:
        raise RefusedStatement(str(error)) from error


@contextmanager
def open_run(out: Path) -> Iterator[Run]:
    """Open the run under ``out`` for reading. Raises ``MissingRun``."""
    manifest = publish.read_manifest(out)
    if manifest is None:
        raise MissingRun(f"{out} holds no run of plextract (no {publish.MANIFEST})")
    database = duckdb.connect(":memory:")
    try:
        database.execute("SET enable_progress_bar = false")
        database.execute("SET TimeZone = 'UTC'")
        for record in TABLES:
            name = SOURCE.format(table=record.table)
            database.register(name, dataset(out, record.table, manifest))
            database.execute(f"CREATE VIEW {record.table} AS SELECT * FROM {name}")
        for view in VIEWS.values():
            database.execute(view)
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
        yield Run(out, manifest, database)
    finally:
        database.close()


def dataset(out: Path, table: str, manifest: Mapping[str, Any]) -> ds.Dataset:
    """Return the files of a table that the manifest lists, with the declared columns. Raises ``MissingRun``."""
    paths = [out / file["path"] for file in manifest["files"] if file["path"].startswith(f"{table}/")]
    for path in paths:
        if not path.is_file():
            raise MissingRun(f"{path} is missing, which the run's manifest lists")
    (record,) = (record for record in TABLES if record.table == table)
    return ds.dataset([str(path) for path in paths], schema=records.schema(record), format="parquet")
