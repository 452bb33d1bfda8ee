"""Part files are bounded, and are the same wherever the shards of a run begin and end."""

from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_in import Write, part_files

from pipeline import batch, read, records
from pipeline.batch import parts, publish
from pipeline.flow import Settings
from pipeline.records import DocumentRecord, ErrorRecord, OrganisationMention, Record

DOCUMENTS = records.schema(DocumentRecord)


def document(number: int, text: str, title: str | None, also_at: list[str]) -> DocumentRecord:
    return DocumentRecord(
        doc_id=f"{number:016x}", source=f"{number}.txt", media_type="text/plain", encoding="utf-8", sha256=f"{number:064x}",
        n_bytes=len(text), n_chars=len(text), n_tokens=1, title=title, reference_date=None, raw_text=title, text=text,
        also_at=also_at, part_of=title, byte_start=None,
    )  # fmt: skip


def mention(number: int, name: str) -> OrganisationMention:
    return OrganisationMention(
        doc_id=f"{number:016x}", start=0, end=len(name), text=name, raw_start=None, raw_end=None, sentence=name,
        label=None, rule="test", score=1.0, name=name, acronym=None, org_type="other", org_id=name, located_in=None,
        teryt=None,
    )  # fmt: skip


def error(number: int, message: str) -> ErrorRecord:
    return ErrorRecord(source=f"{number}.txt", stage="read", error_type="empty", message=message)


words = st.text("aął 1", max_size=30)
document_rows = st.lists(st.tuples(words, st.none() | words, st.lists(words, max_size=3)), max_size=12).map(
    lambda found: [document(number, *values) for number, values in enumerate(found)]
)
mention_rows = st.lists(st.lists(words, max_size=5), max_size=6).map(
    lambda found: [mention(number, name) for number, names in enumerate(found) for name in names]
)
error_rows = st.lists(words, max_size=12).map(
    lambda found: [error(number, message) for number, message in enumerate(found)]
)
any_rows = st.one_of(
    st.tuples(st.just(DocumentRecord), document_rows),
    st.tuples(st.just(OrganisationMention), mention_rows),
    st.tuples(st.just(ErrorRecord), error_rows),
)


@settings(deadline=None)
@given(any_rows, st.lists(st.integers(0, 30), max_size=6), st.integers(1, 1500))
def test_parts_depend_on_the_rows_alone(
    table_rows: tuple[type[Record], list[Record]], cuts: list[int], part_bytes: int
) -> None:
    record, rows = table_rows
    schema = records.schema(record)
    whole = records.to_arrow(record, rows)
    borders = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    shards = [whole.slice(start, end - start) for start, end in pairwise(borders)]
    found = list(parts.cut(schema, shards, part_bytes))
    again = list(parts.cut(schema, [whole], part_bytes))
    in_chunks = list(parts.cut(schema, [pa.concat_tables(shards)], part_bytes))
    assert [part.to_pylist() for part in found] == [part.to_pylist() for part in in_chunks]
    assert [part.to_pylist() for part in found] == [part.to_pylist() for part in again]
    assert pa.concat_tables(found).equals(whole)
    for part in found:
        assert part.schema.equals(schema, check_metadata=True)
        assert all(column.num_chunks == 1 for column in part.columns)


@settings(deadline=None)
@given(mention_rows, st.integers(1, 1500))
def test_a_part_is_closed_with_the_document_that_fills_it(
    rows: list[OrganisationMention], part_bytes: int
) -> None:
    whole = records.to_arrow(OrganisationMention, rows)
    found = list(parts.cut(whole.schema, [whole], part_bytes))
    assert all(part.num_rows for part in found[1:])
    for part in found[:-1]:
        doc_ids = part["doc_id"].to_pylist()
        before_the_last = doc_ids.index(doc_ids[-1])
        sizes = parts.row_bytes(part)
        assert sizes.sum() >= part_bytes > sizes[:before_the_last].sum()
    of_documents = [set(part["doc_id"].to_pylist()) for part in found]
    assert sum(map(len, of_documents)) == len({row.doc_id for row in rows}), "a document is in one part"


@settings(deadline=None)
@given(document_rows)
def test_the_bytes_of_rows_are_those_of_their_values(rows: list[DocumentRecord]) -> None:
    numbers = 8 + 4 + 4 + 4 + 8  # n_bytes, n_chars, n_tokens, reference_date, byte_start
    texts = ("doc_id", "source", "media_type", "encoding", "sha256", "title", "raw_text", "text", "part_of")
    expected = [
        numbers
        + sum(4 + len((getattr(row, name) or "").encode()) for name in texts)
        + 4
        + sum(4 + len(other.encode()) for other in row.also_at)
        for row in rows
    ]
    assert parts.row_bytes(records.to_arrow(DocumentRecord, rows)).tolist() == expected


TEXTS = {
    f"{number:02}": f"{1990 + number % 7} ZMP {'RIO ' * (number % 3)}{'x' * (37 * number % 90)}"
    for number in range(20)
}


@pytest.mark.usefixtures("simple_flow")
@pytest.mark.parametrize("part_bytes", [300, 1000, 2500])
def test_shards_do_not_change_part_files(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part_bytes: int
) -> None:
    folder = documents(**TEXTS, empty="", again=TEXTS["03"], blank=" ", repeated=TEXTS["11"])
    monkeypatch.setattr(publish, "PART_BYTES", part_bytes)
    written: list[dict[str, bytes]] = []
    for shard_documents, shard_bytes in (
        (1, None),
        (2, None),
        (3, None),
        (7, None),
        (100, None),
        (100, 2**17),
    ):
        monkeypatch.setattr(batch, "SHARD_DOCUMENTS", shard_documents)
        out = tmp_path / f"{shard_documents}-{shard_bytes}"
        batch.run(read.discover([str(folder)]), out, None, Settings(), shard_bytes=shard_bytes)
        written.append(part_files(out))
    assert sum(name.startswith("documents/") for name in written[0]) > 1
    assert all(one == written[0] for one in written)
