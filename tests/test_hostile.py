"""Hostile input: bounded time and memory, an ``errors`` row or right output, and nothing else is opened for it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import hostile_inputs as hostile
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipeline import cli, flow
from pipeline.cli.ending import visible
from pipeline.document import AlignedText, Edit, StageError
from pipeline.read import Source, discover, read, tables

HERE = Path(__file__).parent
LONGEST = 8.0
"""Seconds of processor time that an input may take, on a machine that is slow; the slowest takes two."""


def guarded(*arguments: str | Path) -> dict[str, dict[str, Any]]:
    command = [sys.executable, str(HERE / "guarded.py"), *map(str, arguments)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


def test_exhausting_inputs_take_bounded_time_and_memory() -> None:
    found = guarded("exhausting")
    assert {name: row["ending"] for name, row in found.items()} == {
        name: ending for name, (_, ending) in hostile.exhausting().items()
    }
    assert {name: row["seconds"] for name, row in found.items() if row["seconds"] > LONGEST} == {}
    assert "Gmina Osiek" in found["typ.docx"]["text"]
    assert found["glebokie.html"]["text"] == "Gmina"
    assert "ha" not in found["smiech.html"]["text"]


def test_no_document_has_another_file_opened_or_the_network_used(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(hostile.SECRET)
    found = guarded("referring", secret)
    assert {name: row["ending"] for name, row in found.items()} == {
        name: ending for name, (_, ending) in hostile.referring(str(secret)).items()
    }
    assert {name: row["asked"] for name, row in found.items() if row["asked"]} == {}
    assert not [name for name, row in found.items() if hostile.SECRET in row["text"]]
    assert all("Gmina" in row["text"] for row in found.values() if row["ending"] == hostile.READ)


# --- characters ----------------------------------------------------------------------------------------------

ODD_TEXTS = {
    "a zero byte": "Umowa z\0 12 maja 2014 r. " + "i tak dalej " * 40,
    "marks of direction": "Umowę \u202ez\u202c \u2066podpisano\u2069 12\u200f maja\u200e 2014 r.",
    "text from right to left": "שלום עולם, umowa z 12 maja 2014 r. مرحبا بالعالم",
    "a half of a surrogate pair": "Umowa z 12 maja 2014 r. ł ą ę \udcff",
    "combining marks": "Umowa z 12 maja 2014 r. Z\u0301\u0301\u0301o\u0328",
    "noncharacters": "\ufffe\uffff\U0010ffff Umowa z 12 maja 2014 r.",
}


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=list(ODD_TEXTS))
def test_odd_characters_leave_the_rows_right(text: str) -> None:
    found = flow.process(read(Source("a.txt", data=text.encode("utf-8", "surrogatepass"))))
    assert [row.edtf for row in found.dates] == ["2014-05-12"]
    (row,) = found.dates
    assert found.document.raw_text is not None
    assert row.raw_start is not None
    assert found.document.text[row.start : row.end] == row.text == "12 maja 2014 r."
    assert found.document.raw_text[row.raw_start : row.raw_end].startswith("12")


def test_a_page_of_entities_alone_is_edited_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    text = AlignedText.of("ab&c;" * 50)
    edits = [Edit(at + 2, at + 5, "xy"[: at % 3]) for at in range(0, 250, 5)]
    whole = text.edited(edits)
    monkeypatch.setattr("pipeline.document.GATHERED", 7)
    piecewise = text.edited(edits)
    assert piecewise.text == whole.text
    assert [*piecewise.starts] == [*whole.starts]
    assert [*piecewise.ends] == [*whole.ends]


# --- tables of texts -----------------------------------------------------------------------------------------


def endings(path: Path, **columns: str) -> list[str]:
    found = []
    for source in discover([path], **columns):
        try:
            found.append(read(source).content.text)
        except StageError as error:
            found.append(error.error_type)
    return found


def test_a_row_nested_too_deeply_or_with_a_huge_number_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    deep = b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
    path.write_bytes(deep + b'{"text": ' + b"9" * 5000 + b'}\n{"text": "Umowa", "n": 1e999}\n')
    assert endings(path) == ["table", "table", "Umowa"]


def test_a_line_of_a_table_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LONGEST_LINE", 100)
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "' + b"a" * 1000 + b'"}\n{"text": "Umowa"}\n')
    assert endings(tmp_path / "a.jsonl") == ["table", "Umowa"]
    (tmp_path / "a.csv").write_bytes(b"text\nUmowa\n" + b"a" * 1000 + b"\n")
    assert endings(tmp_path / "a.csv") == ["Umowa", "table"]
    (tmp_path / "b.csv").write_bytes(b'text\nUmowa\n"' + b"a\n" * 500 + b'"\n')
    assert endings(tmp_path / "b.csv") == ["Umowa", "table"]


# --- files and names -----------------------------------------------------------------------------------------

NAMES = (
    b"nowa\nlinia.txt",
    b"\x1b[31mczerwony\x1b]0;tytul\x07.txt",
    b"zla\xffnazwa.txt",
    "od \u202eprawej.txt".encode(),
    b"-n.txt",
    b"--out.txt",
    b" spacja .txt",
    b"gwiazdka*[a].txt",
)


def test_names_of_any_bytes_are_read_and_do_not_reach_the_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        (folder / os.fsdecode(name)).write_text(f"Umowa z {number + 1} maja 2014 r.")
    for name in NAMES[:4]:  # all that the summary shows
        (folder / os.fsdecode(b"pusty " + name)).write_text("")
    said = CliRunner().invoke(
        cli.app, ["run", str(folder), "--out", str(tmp_path / "out"), "--model", "none"]
    )
    assert said.exit_code == cli.SOME_FAILED
    documents = pq.read_table(tmp_path / "out" / "documents")["source"].to_pylist()
    assert sorted(documents) == sorted(
        os.fsdecode(name).encode("utf-8", "backslashreplace").decode() for name in NAMES
    )
    assert pq.read_table(tmp_path / "out" / "errors")["error_type"].to_pylist() == ["empty"] * 4
    assert not set(said.output) & {"\x1b", "\x07", "\u202e"}
    assert "nowa\\nlinia.txt" in said.output


def test_what_could_command_a_terminal_is_shown_as_its_code() -> None:
    assert visible("a\x1b[2J\x9b\u202e\udcff\tł\n") == "a\\x1b[2J\\x9b\\u202e\\udcff\tł\n"


def test_devices_pipes_and_loops_of_links_are_neither_read_nor_waited_for(tmp_path: Path) -> None:
    for suffix in (".txt", ".jsonl", ".csv", ".parquet"):
        os.mkfifo(tmp_path / f"potok{suffix}")
        for device in ("zero", "urandom"):
            (tmp_path / f"{device}{suffix}").symlink_to(f"/dev/{device}")
    (tmp_path / "petla.txt").symlink_to("petla.txt")
    endings = {}
    for source in discover([tmp_path]):
        with pytest.raises(StageError) as caught:
            read(source)
        endings[source.name] = caught.value.error_type
    assert endings.pop("petla.txt") == "io_error"
    assert len(endings) == 12
    assert set(endings.values()) == {"not_a_file"}


def test_links_to_links_make_no_paths_without_end(tmp_path: Path) -> None:
    for level in range(25):  # by two ways from each to the next: 2^25 paths
        (tmp_path / f"{level:02}").mkdir()
        (tmp_path / f"{level:02}" / "a.txt").write_text("Umowa")
        for way in "bc":
            (tmp_path / f"{level:02}" / way).symlink_to(tmp_path / f"{level + 1:02}")
    found = [source.name for source in discover([tmp_path / "00"])]
    assert len(found) == 25 + 2
    assert found[0] == "a.txt"
