"""Parquet files that are whole, typed, described, and the same for the same rows."""

import errno
import subprocess
import sys
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import records, write
from pipeline.records import TABLES, AmountMention, DateMention, ErrorRecord, Record

PLACE = {
    "doc_id": "0123456789abcdef", "start": 3, "end": 8, "text": "5 zł", "raw_start": None, "raw_end": None,
    "sentence": "za 5 zł", "label": "Cena", "rule": "amounts.plain", "score": 0.5,
}  # fmt: skip


def amount(value: str = "5") -> AmountMention:
    return AmountMention(
        **PLACE, value=Decimal(value), value_max=None, currency="PLN", approximate=False, tax=None  # type: ignore[arg-type]
    )  # fmt: skip


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    dated = DateMention(
        **PLACE, edtf="2016-10-18", first_day=date(2016, 10, 18), last_day=date(2016, 10, 18), precision="day",  # type: ignore[arg-type]
        kind="point", time_from=time(9), time_to=time(16, 30), approximate=False, relative=False,
    )  # fmt: skip
    path = tmp_path / "dates" / "part.parquet"
    assert write.write_rows(DateMention, [dated], path) == 1
    (row,) = pq.read_table(path).to_pylist()
    assert DateMention(**row) == dated


@pytest.mark.parametrize("record", TABLES)
def test_an_empty_table_has_its_schema_with_a_description_of_every_column(
    record: type[Record], tmp_path: Path
) -> None:
    write.write_rows(record, [], tmp_path / "part.parquet")
    schema = pq.read_schema(tmp_path / "part.parquet")
    # Parquet has no clock times in seconds and its own name for a list's child
    declared = [
        field.with_type({pa.time32("s"): pa.time32("ms")}.get(field.type, field.type))
        for field in records.schema(record)
    ]
    assert [(field.name, field.type, field.nullable, field.metadata) for field in schema] == [
        (field.name, field.type, field.nullable, field.metadata) for field in declared
    ]
    assert all(field.metadata[b"description"] for field in schema)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write.write_rows(AmountMention, [amount(), amount("7.25")], tmp_path / name)
    assert write.sha256_of(tmp_path / "a") == write.sha256_of(tmp_path / "b")
    write.write_rows(AmountMention, [amount("7.25"), amount()], tmp_path / "c")
    assert write.sha256_of(tmp_path / "a") != write.sha256_of(tmp_path / "c")


def test_files_are_compressed_with_zstd(tmp_path: Path) -> None:
    write.write_rows(AmountMention, [amount()], tmp_path / "part.parquet")
    column = pq.ParquetFile(tmp_path / "part.parquet").metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"


@pytest.mark.parametrize("value", ["1e30", "0.001"])
def test_a_value_that_does_not_fit_raises_and_leaves_the_old_file(value: str, tmp_path: Path) -> None:
    path = tmp_path / "part.parquet"
    write.write_rows(AmountMention, [amount()], path)
    before = path.read_bytes()
    with pytest.raises(pa.ArrowInvalid):
        write.write_rows(AmountMention, [amount(value)], path)
    assert path.read_bytes() == before


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "part.parquet"
    with pytest.raises(OSError, match="full"), write.replacing(path) as file:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "disk full")
    assert list(tmp_path.iterdir()) == []


def test_nothing_stands_at_the_path_before_the_whole_does(tmp_path: Path) -> None:
    path = tmp_path / "part.parquet"
    with write.replacing(path) as file:
        file.write(b"all of it")
        assert not path.exists()
    assert path.read_bytes() == b"all of it"


def test_part_files_have_a_folder_a_table_and_five_digits(tmp_path: Path) -> None:
    path = write.part_path(tmp_path, ErrorRecord, 12)
    assert path == tmp_path / "errors" / "part-00012.parquet"


COUNTING_THREADS = """
import os, sys
from pipeline import write
from pipeline.read import tables
from pipeline.read.source import Columns
from pipeline.storage import place

path = place(sys.argv[1])
before = len(os.listdir("/proc/self/task"))
table = write.read_table(path, ["text", "number"])
rows = list(tables.rows(path, path.name, Columns("text")))
print(table.column_names, len(rows), len(os.listdir("/proc/self/task")) - before)
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted in /proc")
def test_reading_a_table_starts_no_threads(tmp_path: Path) -> None:
    """A thread of Arrow's that lets bytes of Python's go while the process ends aborts it."""
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"number": [1, 2, 3], "text": ["Umowa.", "Aneks.", "Statut."]}), path)
    command = [sys.executable, "-c", COUNTING_THREADS, str(path)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "['text', 'number'] 3 0"
