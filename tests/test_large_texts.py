"""Texts that are too large for one document: cut at paragraphs, every character still where it was."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stand_in import part_files

from pipeline import batch
from pipeline.flow import Settings
from pipeline.gold.trace import aligned
from pipeline.read import Part, Source, discover, large_texts, read

PARAGRAPH = "Gmina Pacyna podpisała umowę 5 maja 2014 r. na kwotę 120 tys. zł. Żółta łódź płynie dalej.\n\n"


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut what is larger than 4 kB into parts of about 1 kB."""
    for name, size in (("CUT_ABOVE", 4096), ("PART_BYTES", 1024), ("WINDOW", 512), ("SAMPLE", 256)):
        monkeypatch.setattr(large_texts, name, size)
    monkeypatch.setattr("pipeline.read.discovery.CUT_ABOVE", 4096)


def cut(path: Path) -> list[Source]:
    return list(discover([path]))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250", "iso8859-2", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_parts_hold_all_bytes_and_end_at_paragraphs(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "duży.txt"
    mark = "\ufeff".encode(encoding) if encoding.startswith(("utf-16", "utf-32")) else b""
    data = mark + (PARAGRAPH * 200).encode(encoding)
    path.write_bytes(data)
    sources = cut(path)
    assert len(sources) > 5
    documents = [read(source) for source in sources]
    assert "".join(document.raw_text or "" for document in documents) == PARAGRAPH * 200
    assert {document.encoding for document in documents} == {encoding}
    for source, document in zip(sources, documents, strict=True):
        assert document.part_of == "duży.txt" and document.byte_start is not None
        stop = document.byte_start + document.n_bytes
        assert document.source == source.name == f"duży.txt#bytes={document.byte_start}-{stop}"
        assert (document.raw_text or "").startswith("Gmina") and (document.raw_text or "").endswith("\n\n")
        assert data[document.byte_start : stop].decode(encoding) == document.raw_text


@given(
    text=st.text(st.sampled_from("ab ąż.\n\r\t„—😀\x85"), min_size=3000, max_size=4000),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_no_text_loses_a_character(
    tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str
) -> None:
    path = tmp_path_factory.mktemp("parts") / "a.txt"
    text = "Początek " + text
    path.write_bytes(text.encode(encoding))
    read_again = ""
    for source in cut(path):
        read_again += read(source, max_bytes=10**6).raw_text or "" if not _is_blank(source) else _text(source)
    assert read_again == text.removeprefix("\ufeff")


def _text(source: Source) -> str:
    assert source.path is not None and source.part is not None and isinstance(source.path, Path)
    return source.path.read_bytes()[source.part.start : source.part.stop].decode(source.part.encoding)


def _is_blank(source: Source) -> bool:
    return source.part is not None and not _text(source).strip()


def test_the_encoding_is_that_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes((("Without a sign.\n\n" * 400) + PARAGRAPH * 60).encode("iso8859-2"))
    assert {read(source).encoding for source in cut(path)} == {"iso8859-2"}


def test_a_wrong_byte_costs_one_character(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    data = bytearray((PARAGRAPH * 100).encode())
    data[5000] = 0xB3  # ł in Windows-1250
    path.write_bytes(bytes(data))
    texts = "".join(read(source).raw_text or "" for source in cut(path))
    assert abs(len(texts) - len(PARAGRAPH * 100)) <= 2 and texts.count("Gmina") == 100


def test_without_paragraphs_it_is_cut_after_lines_sentences_words_and_characters(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for unit, end in (
        ("wiersz bez kropki\r\n", "\r\n"), ("Zdanie bez wiersza. ", ". "), ("słowo ", " "), ("żółw", "")
    ):  # fmt: skip
        path.write_text(unit * 2000, encoding="utf-8", newline="")
        sources = cut(path)
        texts = [read(source).raw_text or "" for source in sources]
        assert len(texts) > 3 and "".join(texts) == unit * 2000
        assert all(text.endswith(end) for text in texts)


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html><html><body>" + b"<p>Gmina Pacyna.</p>" * 1000,
        b"%PDF-1.4\n" + b"a" * 10_000,
        b"PK\x03\x04" + b"\x00" * 10_000,
        b"\x00\x01\x02" * 4000,
    ],
)
def test_only_plain_text_is_cut(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert [source.part for source in cut(path)] == [None]


def test_a_part_that_looks_like_something_else_is_text_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    html = "<html><body><p>Wzór strony z dnia 5 maja 2014 r.</p></body></html>\n\n"
    path.write_text(PARAGRAPH * 15 + html * 100, encoding="utf-8")
    sources = cut(path)
    assert {read(source).media_type for source in sources} == {"text/markdown"}
    assert "<html>" in (read(sources[-1]).raw_text or "")


def test_a_file_that_became_shorter_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(PARAGRAPH * 100, encoding="utf-8")
    sources = cut(path)
    path.write_text(PARAGRAPH * 12, encoding="utf-8")
    out = tmp_path / "out"
    summary = batch.run(sources, out, None, Settings())
    assert summary.errors == len(sources) - 1
    assert set(pq.read_table(out / "errors")["error_type"].to_pylist()) == {"changed"}


def test_a_mention_is_traced_to_the_bytes_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    numbered = "".join(
        f"Umowa nr {n} z {n % 28 + 1} maja {2000 + n % 20} r.\n\nŻyczymy łąk.\n\n" for n in range(400)
    )
    data = numbered.encode()
    path.write_bytes(data)
    out = tmp_path / "out"
    batch.run(cut(path), out, None, Settings())
    documents = {row["doc_id"]: row for row in pq.read_table(out / "documents").to_pylist()}
    assert len(documents) > 5
    assert [row["byte_start"] for row in documents.values()] == sorted(
        row["byte_start"] for row in documents.values()
    )
    found = list(_bytes_of_dates(out, documents))
    assert len(found) == 400
    for start, stop, text in found:
        assert data[start:stop].decode() == text
    assert all(aligned(document) is not None for document in documents.values())


def _bytes_of_dates(out: Path, documents: dict[str, dict[str, object]]) -> Iterator[tuple[int, int, str]]:
    for row in pq.read_table(out / "dates").to_pylist():
        document = documents[row["doc_id"]]
        raw_text, begin, encoding = document["raw_text"], document["byte_start"], document["encoding"]
        assert isinstance(raw_text, str) and isinstance(begin, int) and isinstance(encoding, str)
        start = begin + len(raw_text[: row["raw_start"]].encode(encoding))
        yield start, start + len(raw_text[row["raw_start"] : row["raw_end"]].encode(encoding)), row["text"]


def test_no_part_has_a_date_that_relative_ones_count_from(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Data: 5 maja 2014 r.\n\n" + "W ubiegłym roku było inaczej.\n\n" * 300, encoding="utf-8")
    out = tmp_path / "out"
    batch.run(cut(path), out, None, Settings())
    assert set(pq.read_table(out / "documents")["reference_date"].to_pylist()) == {None}
    assert pq.read_table(out / "dates").num_rows == 1


def test_parts_keep_their_order_in_the_tables(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(
        "".join(f"Paragraf {n}, umowa z 5 maja {1900 + n % 100} r.\n\n" for n in range(300)), encoding="utf-8"
    )
    (tmp_path / "in" / "a.txt.txt").write_text("Umowa z 5 maja 2014 r.", encoding="utf-8")
    batch.run(discover([tmp_path / "in"]), tmp_path / "out", None, Settings())
    documents = pq.read_table(tmp_path / "out" / "documents").to_pylist()
    assert [row["part_of"] for row in documents] == ["a.txt"] * (len(documents) - 1) + [None]
    starts = [row["byte_start"] for row in documents[:-1]]
    assert starts == sorted(starts) and starts[0] == 0


def test_a_part_names_its_bytes() -> None:
    assert Part("a.txt", 0, 10, "utf-8").name == "a.txt#bytes=0-10"


def test_what_is_appended_leaves_the_parts_before_it_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    text = "".join(f"Umowę numer {n} podpisano 5 maja 2014 r.\n\n" for n in range(300))
    path.write_text(text, encoding="utf-8")
    before = len(cut(path))
    batch.run(cut(path), tmp_path / "out", None, Settings())
    path.write_text(text + text.replace("Umowę", "Aneks"), encoding="utf-8")
    done = batch.run(cut(path), tmp_path / "out", None, Settings(), since=tmp_path / "out")
    batch.run(cut(path), tmp_path / "fresh", None, Settings())
    assert done.since is not None and done.since.unchanged == before - 1
    assert part_files(tmp_path / "out") == part_files(tmp_path / "fresh")
