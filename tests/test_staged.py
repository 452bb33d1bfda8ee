"""What a shard's rows are written to is read back as it was, whole or by columns."""

from pathlib import Path

import pytest
from stand_in import Write

from pipeline import batch, read, records
from pipeline.batch.staged import part_of, read_part, write_part
from pipeline.flow import Settings
from pipeline.records import TABLES, ErrorRecord

ERRORS = records.to_arrow(
    ErrorRecord,
    [
        ErrorRecord(source=f"{name}.txt", stage="read", error_type="empty", message="ż" * size)
        for size, name in enumerate("abc")
    ],
)


def test_a_part_comes_back_with_its_schema(tmp_path: Path) -> None:
    path = part_of(tmp_path, ErrorRecord)
    write_part(ERRORS, path)
    assert read_part(path).equals(ERRORS, check_metadata=True)


@pytest.mark.parametrize("columns", [["message"], ["message", "source"], ["source", "stage", "source"]])
def test_columns_come_in_the_order_that_they_are_asked_for_in(tmp_path: Path, columns: list[str]) -> None:
    path = part_of(tmp_path, ErrorRecord)
    write_part(ERRORS, path)
    wanted = list(dict.fromkeys(columns))
    assert read_part(path, columns).equals(ERRORS.select(wanted))


@pytest.mark.usefixtures("simple_flow")
def test_a_shard_has_no_part_for_a_table_without_rows(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged: set[str] = set()

    def build(shards: list[tuple[Path, object]], finished: Path) -> None:
        staged.update(
            record.table for folder, _ in shards for record in TABLES if part_of(folder, record).exists()
        )
        raise InterruptedError

    monkeypatch.setattr(batch.publish, "build", build)
    with pytest.raises(InterruptedError):
        batch.run(read.discover([str(documents(a="2012"))]), tmp_path / "out", None, Settings())
    assert staged == {"documents", "dates"}
