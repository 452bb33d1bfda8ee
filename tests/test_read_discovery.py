"""Inputs are found in a fixed order, none is lost, and finding them loads nothing."""

import io
import json
import os
import sys
import tracemalloc
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipeline.document import StageError
from pipeline.read import Source, discover, read
from pipeline.read.tables import Columns, rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "b.txt",
        "a/z.txt",
        "a/A.html",
        "a.md",
        ".ukryty.txt",
        ".git/x.txt",
        "~$b.docx",
        "c.PDF",
        "d.py",
    ):
        path = tmp_path / "dokumenty" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Umowa {name}")
    return tmp_path / "dokumenty"


def names(*inputs: str | Path, **options: str) -> list[str]:
    return [source.name for source in discover(inputs, **options)]


def failure(source: Source) -> str:
    with pytest.raises(StageError) as caught:
        read(source)
    return caught.value.error_type


def test_a_folder_gives_its_documents_in_path_order(folder: Path) -> None:
    assert names(folder) == ["a.md", "a/A.html", "a/z.txt", "b.txt", "c.PDF"] == sorted(names(folder))


def test_names_are_relative_to_what_holds_all_inputs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(folder / "a" / "z.txt") == ["z.txt"]
    assert names(folder / "a", folder / "b.txt") == ["a/A.html", "a/z.txt", "b.txt"]
    monkeypatch.chdir(folder)
    assert names("b.txt") == ["b.txt"]
    assert names(".") == names(folder)
    assert names("a/../b.txt") == ["b.txt"]


def test_code_is_passed_over_in_folders_but_read_when_named(folder: Path) -> None:
    assert "d.py" not in names(folder)
    assert names(folder / "d.py") == ["d.py"]


def test_globs(folder: Path) -> None:
    assert names(f"{folder}/*.txt") == ["b.txt"]
    assert names(f"{folder}/**/*.txt") == ["a/z.txt", "b.txt"]
    assert names(str(folder / "a" / "*")) == ["A.html", "z.txt"]
    (source,) = discover([f"{folder}/*.nic"])
    assert failure(source) == "not_found"


def test_a_name_with_wildcard_characters_is_a_name_first(tmp_path: Path) -> None:
    (tmp_path / "umowa [1].txt").write_text("Umowa")
    assert names(tmp_path / "umowa [1].txt") == ["umowa [1].txt"]


def test_what_is_missing_comes_out_as_a_problem(tmp_path: Path, folder: Path) -> None:
    sources = list(discover([folder / "nie_ma.txt", folder / "b.txt"]))
    assert [source.name for source in sources] == ["nie_ma.txt", "b.txt"]
    assert failure(sources[0]) == "not_found"
    assert read(sources[1]).content.text == "Umowa b.txt"


def test_links_that_run_in_circles_end(folder: Path) -> None:
    (folder / "a" / "w_gore").symlink_to(folder)
    (folder / "siebie").symlink_to(folder / "siebie")
    found = {source.name: source for source in discover([folder])}
    assert set(found) == {"a.md", "a/A.html", "a/z.txt", "b.txt", "c.PDF", "siebie"}
    assert failure(found["siebie"]) in ("not_found", "io_error")


def test_a_link_to_a_folder_elsewhere_is_followed(tmp_path: Path, folder: Path) -> None:
    elsewhere = tmp_path / "gdzie_indziej"
    elsewhere.mkdir()
    (elsewhere / "x.txt").write_text("Umowa")
    (folder / "link").symlink_to(elsewhere)
    assert "link/x.txt" in names(folder)


def test_a_list_of_files(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    listing = tmp_path / "lista"
    listing.write_bytes("\ufeffb.txt\r\n\r\na\nnie_ma.txt\n".encode())
    sources = list(discover([], files_from=listing))
    assert [source.name for source in sources] == ["b.txt", "a/A.html", "a/z.txt", "nie_ma.txt"]
    assert failure(sources[-1]) == "not_found"
    (source,) = discover([], files_from=tmp_path / "brak")
    assert failure(source) == "not_found"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Łódź 2014".encode("cp1250"))))
    (source,) = discover(["-"])
    document = read(source)
    assert (document.source, document.raw_text, document.encoding) == ("-", "Łódź 2014", "cp1250")


# --- tables --------------------------------------------------------------------------------------------------

ROWS = [
    {"nr": "A/1", "tresc": "Umowa z gminą, 2014 r.", "dzien": "2014-05-01"},
    {"nr": "A/2", "tresc": "<p>Umowa&nbsp;druga</p><p>i <b>trzecia</b></p><br>", "dzien": ""},
    {"nr": "A/3", "tresc": "", "dzien": None},
]


@pytest.fixture(params=["jsonl", "csv", "tsv", "parquet", "cp1250.csv"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"teksty.{request.param}"
    frame = pd.DataFrame(ROWS)
    match request.param:
        case "jsonl":
            lines = [json.dumps(row, ensure_ascii=False) for row in ROWS]
            path.write_text("\n\n".join(lines), encoding="utf-8-sig")
        case "csv":
            frame.to_csv(path, index=False, encoding="utf-8-sig")
        case "cp1250.csv":
            frame.to_csv(path, index=False, encoding="cp1250", sep=";")
        case "tsv":
            frame.to_csv(path, index=False, sep="\t")
        case "parquet":
            frame.to_parquet(path)
    return path


def test_rows_of_a_table_are_inputs(table: Path) -> None:
    sources = list(discover([table], text_column="tresc", id_column="nr", date_column="dzien"))
    assert [source.name for source in sources] == [f"{table.name}#A/{number}" for number in (1, 2, 3)]
    first, second = read(sources[0]), read(sources[1])
    assert first.raw_text == ROWS[0]["tresc"]
    assert first.reference_date == date(2014, 5, 1)
    assert first.n_bytes == sources[0].size == len(ROWS[0]["tresc"].encode())
    assert (first.media_type, first.encoding) == ("text/plain", "utf-8")
    assert second.content.text == "Umowa\xa0druga\n\ni trzecia"
    assert (second.media_type, second.reference_date) == ("text/html", None)
    assert failure(sources[2]) == "empty"


def test_without_an_id_column_rows_are_numbered(table: Path) -> None:
    assert names(table, text_column="tresc") == [f"{table.name}#{number}" for number in (1, 2, 3)]


@pytest.mark.parametrize("options", [{}, {"text_column": "tresc", "id_column": "brak"}])
def test_a_missing_column_is_one_problem(table: Path, options: dict[str, str]) -> None:
    if table.suffix == ".jsonl" and options:
        pytest.skip("rows of JSON Lines have columns of their own")
    (source,) = discover([table], **options)
    assert source.name == table.name
    assert failure(source) == "table"


def test_bad_rows_do_not_stop_a_table(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(
        '{"text": "a"}\n{"text": \n[1]\n{"text": 5}\n{"inne": 1}\n{"text": null}\n{"text": "x\\ud800"}\n'
    )
    sources = list(discover([path]))
    assert read(sources[0]).raw_text == "a"
    assert [failure(source) for source in sources[1:6]] == ["table", "table", "table", "table", "empty"]
    assert read(sources[6]).raw_text == "x?"


def test_a_date_that_is_none_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"text": "a", "d": "wczoraj"}\n{"text": "a", "d": "3.05.2016"}\n')
    wrong, right = discover([path], date_column="d")
    assert failure(wrong) == "date"
    assert read(right).reference_date == date(2016, 5, 3)


def test_tables_are_not_loaded_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    os.mkfifo(path)  # a table without an end: nobody closes it
    with path.open("r+b", buffering=0) as pipe:
        pipe.write(b'{"text": "a"}\n' * 3000)
        found = rows(path, "t.jsonl", Columns())
        assert next(found).name == "t.jsonl#1"


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0, 1, 1)])
def test_rows_whose_text_was_let_go_are_read_again(table: Path, order: tuple[int, ...]) -> None:
    sources = list(discover([table], text_column="tresc", id_column="nr", date_column="dzien"))
    held = [source.without_text() for source in sources]
    assert [source.text for source in held] == [None, None, None]
    for number in order:
        again, first = read(held[number]), read(sources[number])
        assert (again.source, again.sha256, again.raw_text) == (first.source, first.sha256, first.raw_text)
        assert (again.media_type, again.reference_date) == (first.media_type, first.reference_date)
    assert failure(held[2]) == "empty"


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_rows_far_apart_are_read_again(tmp_path: Path, suffix: str) -> None:
    frame = pd.DataFrame({"text": [f"Umowa numer {number}.\nZałącznik." for number in range(200)]})
    path = tmp_path / f"t.{suffix}"
    match suffix:
        case "csv":
            frame.to_csv(path, index=False)
        case "jsonl":
            frame.to_json(path, orient="records", lines=True, force_ascii=False)
        case "parquet":
            frame.to_parquet(path, row_group_size=30)
    held = [source.without_text() for source in discover([path])]
    for number in (5, 6, 120, 121, 199, 0, 29, 30, 31):
        assert read(held[number]).raw_text == frame["text"][number]


def test_a_table_that_changed_is_told(table: Path) -> None:
    held = [source.without_text() for source in discover([table], text_column="tresc", id_column="nr")]
    data = table.read_bytes()
    table.write_bytes(data[: len(data) // 2])
    assert failure(held[1]) == "changed"
    table.unlink()
    assert failure(held[1]) in {"changed", "not_found"}  # it may still be open


def test_a_listing_holds_no_texts(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("".join(f'{{"text": "{number} {"a" * 10_000}"}}\n' for number in range(1000)))
    tracemalloc.start()
    try:
        held = [source.without_text() for source in discover([path])]
        holds, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(held) == 1000
    assert holds < 2_000_000  # of 10 MB
