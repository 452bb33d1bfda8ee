"""Whole runs: the same bytes whatever happened on the way, nothing mixed, nothing of others touched."""

import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from stand_in import Write, part_files, years_and_capitals

from pipeline import batch, flow, metadata, read
from pipeline.batch import OutputError, Progress, Summary, kept, limits, publish, shard
from pipeline.batch.status import STATUS, read_status
from pipeline.document import RawDocument, StageError
from pipeline.flow import Extraction, Settings
from pipeline.records import TABLES

TABLE_NAMES = [record.table for record in TABLES]


def run(folder: Path, out: Path, **options: object) -> Summary:
    return batch.run(read.discover([str(folder)]), out, None, Settings(), **options)  # type: ignore[arg-type]


def rows(out: Path, table: str) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = pq.read_table(out / table).to_pylist()
    return listed


def manifest(out: Path) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "SHARD_DOCUMENTS", 2)


# --- what a run writes ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("simple_flow")
def test_rows_follow_the_order_of_paths_and_then_of_the_text(documents: Write, tmp_path: Path) -> None:
    folder = documents(b="2014 and 2013", a="2012", c="nothing")
    run(folder, tmp_path / "out")
    assert [row["source"] for row in rows(tmp_path / "out", "documents")] == ["a.txt", "b.txt", "c.txt"]
    assert [row["edtf"] for row in rows(tmp_path / "out", "dates")] == ["2012", "2014", "2013"]


ROWS_OF_ONE = {
    record.table: int(record.table in ("documents", "dates", "organisations", "organisation_index"))
    for record in TABLES
}
"""The rows of a run over one document that names a year and an organisation."""


@pytest.mark.usefixtures("simple_flow")
def test_every_dataset_is_readable_by_pandas_polars_and_duckdb_empty_or_not(
    documents: Write, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(documents(a="2012 ZMP"), out)
    for record in TABLES:
        count = ROWS_OF_ONE[record.table]
        assert len(pd.read_parquet(out / record.table)) == count
        assert pl.read_parquet(out / record.table).height == count
        found = duckdb.sql(f"select * from read_parquet('{out}/{record.table}/*.parquet')")
        assert len(found.fetchall()) == count
        assert found.columns == [field.name for field in pq.read_schema(next((out / record.table).iterdir()))]


@pytest.mark.usefixtures("simple_flow")
def test_a_folder_with_no_documents_gives_empty_tables(documents: Write, tmp_path: Path) -> None:
    done = run(documents(), tmp_path / "out")
    assert set(done.rows.values()) == {0}
    for record in TABLES:
        assert pd.read_parquet(tmp_path / "out" / record.table).empty


@pytest.mark.usefixtures("simple_flow")
def test_the_manifest_names_versions_settings_rows_and_files(documents: Write, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(documents(a="2012 ZMP"), out)
    written = manifest(out)
    versions = written["versions"]
    assert isinstance(versions, dict)
    assert versions.keys() == {"plextract", "python", "spacy", "pyarrow", "model", "morfeusz2"}
    assert versions["model"] is None
    assert "sgjp" in versions["morfeusz2"]["dictionary"]
    assert written["settings"] == {
        "model": "none",
        "reference_date": None,
        "teryt": None,
        "min_score": 0.0,
        "max_bytes": read.DEFAULT_MAX_BYTES,
        "max_seconds": limits.DEFAULT_MAX_SECONDS,
        "max_memory": limits.DEFAULT_MAX_MEMORY,
    }
    assert written["rows"] == ROWS_OF_ONE
    assert {"discover", "read", "extract", "write", "finish", "total"} <= set(written["seconds"])  # type: ignore[call-overload]
    assert publish.files_are_whole(out, written)
    (out / "dates" / "part-00000.parquet").write_bytes(b"tampered")
    assert not publish.files_are_whole(out, written)


@pytest.mark.usefixtures("simple_flow")
def test_the_status_of_a_finished_run_has_its_counts(documents: Write, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert read_status(out) is None
    folder = documents(a="2012 ZMP", b="2013")
    done = run(folder, out)
    told = read_status(out)
    assert told
    assert (told.state, told.documents, told.total_documents, told.seconds_left) == ("finished", 2, 2, 0.0)
    assert told.n_bytes == done.n_bytes
    assert told.rows == done.rows
    run(folder, out, resume=True)
    again = read_status(out)
    assert again
    assert (again.state, again.documents, again.rows) == ("finished", 2, done.rows)


@pytest.mark.usefixtures("simple_flow", "small_shards")
def test_part_files_are_bounded(documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = documents(a="2011", b="2012", c="x", d="x x", e="2015", f="2016")
    run(folder, tmp_path / "one")
    monkeypatch.setattr(publish, "PART_BYTES", 1)
    run(folder, tmp_path / "several")
    assert [path.name for path in sorted((tmp_path / "one" / "dates").iterdir())] == ["part-00000.parquet"]
    assert [path.name for path in sorted((tmp_path / "several" / "dates").iterdir())] == [
        "part-00000.parquet", "part-00001.parquet", "part-00002.parquet", "part-00003.parquet",
    ]  # fmt: skip
    for table in TABLE_NAMES:
        assert rows(tmp_path / "one", table) == rows(tmp_path / "several", table)


@pytest.mark.usefixtures("simple_flow", "small_shards")
def test_two_runs_give_the_same_bytes(documents: Write, tmp_path: Path) -> None:
    folder = documents(a="2012 ZMP", b="2013", c="2014 ZMP", d="x")
    run(folder, tmp_path / "one")
    run(folder, tmp_path / "two")
    assert len(part_files(tmp_path / "one")) == len(TABLES) + len(kept.TABLES)
    assert part_files(tmp_path / "one") == part_files(tmp_path / "two")
    one, two = manifest(tmp_path / "one"), manifest(tmp_path / "two")
    assert {key for key in one if one[key] != two[key]} <= {"seconds"}


@pytest.mark.usefixtures("simple_flow", "small_shards")
def test_the_same_bytes_twice_are_one_document(documents: Write, tmp_path: Path) -> None:
    folder = documents(a="2012 ZMP", b="2012 ZMP", c="2013", d="2012 ZMP", e="2012 ZMP", f="2013")
    run(folder, tmp_path / "out")
    assert [(row["source"], row["also_at"]) for row in rows(tmp_path / "out", "documents")] == [
        ("a.txt", ["b.txt", "d.txt", "e.txt"]),
        ("c.txt", ["f.txt"]),
    ]
    assert [row["edtf"] for row in rows(tmp_path / "out", "dates")] == ["2012", "2013"]
    assert len(rows(tmp_path / "out", "organisations")) == 1


@pytest.mark.usefixtures("small_shards")
def test_an_acronym_is_tied_to_its_name_over_the_whole_run(documents: Write, tmp_path: Path) -> None:
    folder = documents(
        a="ZMP zaprasza na zebranie.", b="Nic.", c="Nic tu.", d="Umowę podpisał Związek Miast Polskich (ZMP)."
    )
    run(folder, tmp_path / "out")
    found = rows(tmp_path / "out", "organisations")
    assert [(row["text"], row["name"]) for row in found] == [
        ("ZMP", "Związek Miast Polskich"),
        ("Związek Miast Polskich", "Związek Miast Polskich"),
        ("ZMP", "Związek Miast Polskich"),
    ]
    assert len({row["org_id"] for row in found}) == 1


@pytest.mark.usefixtures("simple_flow")
def test_what_is_named_twice_is_read_once(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(documents(a="2012", b="2013"))
    done = batch.run(read.discover([".", "a.txt", "./b.txt"]), tmp_path / "out", None, Settings())
    assert [row["also_at"] for row in rows(tmp_path / "out", "documents")] == [[], []]
    assert done.rows["documents"] == 2
    assert read_status(tmp_path / "out").documents == 2  # type: ignore[union-attr]


def test_a_listed_file_takes_less_than_half_a_kilobyte(tmp_path: Path) -> None:
    folder = tmp_path / "a folder with a name" / "of usual length"
    folder.mkdir(parents=True)
    for number in range(2000):
        (folder / f"dokument-{number:04d}.txt").touch()
    tracemalloc.start()
    try:
        shards = list(batch._shards(batch._in_path_order(read.discover([tmp_path])), "key"))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(len(one.sources) for one in shards) == 2000
    assert held < 2000 * 500


# --- what goes wrong with a document -------------------------------------------------------------------------


def failing(raw: RawDocument, nlp: object = None, settings: Settings | None = None) -> Extraction:
    text = raw.content.text
    if "stage" in text:
        raise StageError("annotate", "TooStrange", "this text is too strange")
    if "surprise" in text:
        raise ZeroDivisionError("nobody expected this \ud800")
    if "unwritable" in text:
        found = years_and_capitals(raw)
        return replace(found, document=replace(found.document, text="\ud800"))
    return years_and_capitals(raw)


def test_a_document_that_fails_is_an_error_row_and_the_others_are_extracted(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "process", failing)
    folder = documents(a="2012", b="a stage fails", c="a surprise", d="unwritable 2013", e="2014")
    done = run(folder, tmp_path / "out")
    assert done.errors == 3
    assert [row["edtf"] for row in rows(tmp_path / "out", "dates")] == ["2012", "2014"]
    assert [row["source"] for row in rows(tmp_path / "out", "documents")] == ["a.txt", "e.txt"]
    staged, surprise, unwritable = rows(tmp_path / "out", "errors")
    assert staged == {
        "source": "b.txt", "stage": "annotate", "error_type": "TooStrange", "message": "this text is too strange",
    }  # fmt: skip
    assert (surprise["stage"], surprise["error_type"]) == ("extract", "ZeroDivisionError")
    assert surprise["message"] == "nobody expected this \\ud800"
    assert (unwritable["source"], unwritable["stage"]) == ("d.txt", "write")


def test_an_unexpected_error_while_reading_names_that_stage(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise ZeroDivisionError("no such luck")

    monkeypatch.setattr(shard.read, "read", broken)
    run(documents(a="2012"), tmp_path / "out")
    (row,) = pq.read_table(tmp_path / "out" / "errors").to_pylist()
    assert (row["stage"], row["error_type"]) == ("read", "ZeroDivisionError")


# --- where it writes -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("simple_flow")
def test_a_second_run_replaces_the_first_whole(documents: Write, tmp_path: Path, small_shards: None) -> None:
    out = tmp_path / "out"
    folder = documents(a="2012", b="2013", c="2014", d="2015", e="2016")
    run(folder, out)
    (out / "notes.md").write_text("mine", encoding="utf-8")
    for name in "abcd":
        (folder / f"{name}.txt").unlink()
    run(folder, out)
    assert [row["edtf"] for row in rows(out, "dates")] == ["2016"]
    assert publish.files_are_whole(out, manifest(out))
    assert sorted(path.name for path in out.iterdir()) == sorted(
        [*TABLE_NAMES, *metadata.FILES, "manifest.json", "notes.md", STATUS, kept.KEPT]
    )


@pytest.mark.usefixtures("simple_flow")
def test_a_folder_that_is_not_plextracts_is_left_alone(documents: Write, tmp_path: Path) -> None:
    out = tmp_path / "thesis"
    (out / "dates").mkdir(parents=True)
    (out / "dates" / "chapter.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(OutputError, match="no run of plextract"):
        run(documents(a="2012"), out)
    (out / "manifest.json").write_text('{"name": "a web app"}', encoding="utf-8")
    with pytest.raises(OutputError, match="no run of plextract"):
        run(documents(a="2012"), out)
    assert (out / "dates" / "chapter.tex").read_text(encoding="utf-8") == "years of work"
    assert not (out / ".staging").exists()


@pytest.mark.usefixtures("simple_flow")
def test_a_file_cannot_be_the_output_folder(documents: Write, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="not a folder"):
        run(documents(a="2012"), tmp_path / "out")


@pytest.mark.usefixtures("simple_flow")
def test_hidden_files_do_not_count_as_content(documents: Write, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".gitkeep").touch()
    assert run(documents(a="2012"), tmp_path / "out").rows["dates"] == 1


def test_two_runs_cannot_write_to_one_folder(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = documents(a="2012")

    def meanwhile(raw: RawDocument, nlp: object = None, settings: Settings | None = None) -> Extraction:
        with pytest.raises(OutputError, match="another run"):
            run(folder, tmp_path / "out")
        return years_and_capitals(raw)

    monkeypatch.setattr(flow, "process", meanwhile)
    assert run(folder, tmp_path / "out").rows["dates"] == 1


# --- runs that were cut short --------------------------------------------------------------------------------


class Killed(BaseException):
    """What a kill looks like from inside."""


def killed_at(text: str) -> object:
    def process(raw: RawDocument, nlp: object = None, settings: Settings | None = None) -> Extraction:
        if text in raw.content.text:
            raise Killed
        return years_and_capitals(raw)

    return process


@pytest.mark.usefixtures("small_shards")
def test_a_killed_run_ends_in_the_same_bytes_with_resume(
    documents: Write, tmp_path: Path, simple_flow: pytest.MonkeyPatch
) -> None:
    folder = documents(a="2011 ZMP", b="2012", c="2013", d="2014", e="2015 ZMP", f="2016")
    run(folder, tmp_path / "whole")
    out = tmp_path / "out"
    simple_flow.setattr(flow, "process", killed_at("2014"))
    with pytest.raises(Killed):
        run(folder, out)
    assert not (out / "dates").exists(), "nothing stands before all does"

    seen: list[str] = []

    def noting(raw: RawDocument, nlp: object = None, settings: Settings | None = None) -> Extraction:
        seen.append(raw.source)
        return years_and_capitals(raw)

    simple_flow.setattr(flow, "process", noting)
    done = run(folder, out, resume=True)
    assert seen == ["c.txt", "d.txt", "e.txt", "f.txt"]
    assert done.resumed_documents == 2
    assert part_files(out) == part_files(tmp_path / "whole")
    assert not (out / ".staging").exists()


@pytest.mark.usefixtures("small_shards")
@pytest.mark.parametrize("change", ["settings", "inputs", "no resume"])
def test_nothing_of_another_run_is_taken_over(
    change: str, documents: Write, tmp_path: Path, simple_flow: pytest.MonkeyPatch
) -> None:
    folder = documents(a="2011", b="2012", c="2013", d="2014")
    out = tmp_path / "out"
    simple_flow.setattr(flow, "process", killed_at("2014"))
    with pytest.raises(Killed):
        run(folder, out)
    simple_flow.setattr(flow, "process", years_and_capitals)
    if change == "inputs":
        (folder / "a.txt").write_text("1999 and more", encoding="utf-8")
    options = {"model": "other"} if change == "settings" else {}
    done = run(folder, out, resume=change != "no resume", **options)
    assert done.resumed_documents == 0
    assert len(rows(out, "dates")) == 4


@pytest.mark.usefixtures("small_shards")
def test_the_old_run_stands_until_the_new_one_is_whole(
    documents: Write, tmp_path: Path, simple_flow: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run(documents(a="2011"), out)
    before = part_files(out)
    folder = documents(b="2012", c="2013")
    simple_flow.setattr(flow, "process", killed_at("2013"))
    with pytest.raises(Killed):
        run(folder, out)
    assert {name: data for name, data in part_files(out).items() if not name.startswith(".staging")} == before
    assert publish.files_are_whole(out, manifest(out))


@pytest.mark.parametrize("moved", range(len(publish.FOLDERS) + 1))
def test_a_run_killed_while_it_is_put_in_place_is_carried_through(
    moved: int, documents: Write, tmp_path: Path, simple_flow: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run(documents(a="2011"), out)
    folder = documents(a="2012", b="2013")
    run(folder, tmp_path / "whole")

    renames = 0
    rename = Path.rename

    def killing_rename(self: Path, target: Path) -> Path:
        nonlocal renames
        if renames == 2 * moved:  # each table's old folder leaves before its new one comes
            raise Killed
        renames += 1
        return rename(self, target)

    with simple_flow.context() as patched, pytest.raises(Killed):
        patched.setattr(Path, "rename", killing_rename)
        run(folder, out)
    simple_flow.setattr(flow, "process", killed_at("2012"))  # the rows are there, nothing is processed again
    done = run(folder, out, resume=True)
    assert done.rows["dates"] == 2
    assert part_files(out) == part_files(tmp_path / "whole")
    assert publish.files_are_whole(out, manifest(out))
    assert not (out / ".staging").exists()


def test_resuming_a_finished_run_does_nothing(
    documents: Write, tmp_path: Path, simple_flow: pytest.MonkeyPatch
) -> None:
    folder = documents(a="2011", b="2012")
    first = run(folder, tmp_path / "out")
    simple_flow.setattr(flow, "process", killed_at("20"))
    again = run(folder, tmp_path / "out", resume=True)
    assert (again.rows, again.resumed_documents) == (first.rows, 2)


# --- progress ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("simple_flow", "small_shards")
def test_progress_counts_documents_and_bytes(documents: Write, tmp_path: Path) -> None:
    seen: list[Progress] = []
    run(documents(a="2011", b="2012", c="żółw"), tmp_path / "out", report=seen.append)
    assert [progress.documents for progress in seen] == [0, 1, 2, 3]
    assert {progress.total_documents for progress in seen} == {3}
    assert seen[-1].n_bytes == 4 + 4 + 7
    assert seen[-1].rows["dates"] == 2, "rows of the shard that is done"


# --- several processes: the real pipeline, since the others do not see what is patched here -------------------

REAL = {
    "a": "Umowę podpisano 5 maja 2014 r. Związek Miast Polskich (ZMP) otrzyma 2,5 mln zł.",
    "b": "Do związku należy 20 gmin i cztery powiaty.",
    "c": "W 2015 r. ZMP przekazał 300 tys. zł.",
    "d": "Umowę podpisano 5 maja 2014 r. Związek Miast Polskich (ZMP) otrzyma 2,5 mln zł.",
    "e": "",
}


@pytest.mark.usefixtures("small_shards")
def test_the_number_of_workers_does_not_change_a_byte(documents: Write, tmp_path: Path) -> None:
    folder = documents(**REAL)
    one = run(folder, tmp_path / "one")
    seen: list[Progress] = []
    two = run(folder, tmp_path / "two", n_workers=2, report=seen.append)
    assert one.rows == two.rows
    assert one.rows["documents"] == 3
    assert one.errors == 1
    assert part_files(tmp_path / "one") == part_files(tmp_path / "two")
    assert seen[-1].documents == len(REAL)
    assert seen[-1].errors == 1
