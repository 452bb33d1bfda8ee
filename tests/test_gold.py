"""Gold of decisions, and the same gold through the formats of other tools and back."""

import json
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_review_report import review, rows_of, run
from typer.testing import CliRunner

from pipeline import cli
from pipeline.evaluate.scoring import GoldDocument, Row, value_columns
from pipeline.gold import FORMATS, brat, label_studio
from pipeline.gold.decided import gold_of, keep_gold
from pipeline.records import MENTION_TABLES, Mention, vocabulary
from pipeline.review.decisions import RUN_WIDE, Decisions
from pipeline.review.queue import Queue

__all__ = ["review", "run"]
CORPUS = Path(__file__).resolve().parent.parent / "corpus"

TEXT = st.text(
    st.one_of(st.sampled_from("ab ąż🦬\n\r\t\u00a0\u2028<&\"'\\"), st.characters(exclude_categories=("Cs",))),
    min_size=3,
    max_size=60,
).filter(lambda text: text.strip("\r\n"))
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(str.strip)


def values(table: type[Mention]) -> st.SearchStrategy[dict[str, object]]:
    """Return what a gold row of a table may say in each of its columns."""
    kinds: dict[str, st.SearchStrategy[object]] = {
        "string": WORDS,
        "date32[day]": st.dates(),
        "time32[s]": st.times().map(lambda clock: clock.replace(microsecond=0)),
        "bool": st.booleans(),
        "int64": st.integers(0, 10**9),
        "decimal128(20, 2)": st.integers(0, 10**12).map(lambda grosze: Decimal(grosze) / 100),
    }
    columns = {}
    declared = table.__dataclass_fields__
    for name in value_columns(table):
        if name not in RUN_WIDE:
            listed = vocabulary(table, name)
            kind = st.sampled_from(listed) if listed else kinds[str(declared[name].metadata["arrow"])]
            columns[name] = st.none() | kind if declared[name].metadata["null"] else kind
    return st.fixed_dictionaries(columns)


@st.composite
def documents(draw: st.DrawFn) -> GoldDocument:
    text = draw(TEXT)
    rows: dict[str, list[Row]] = {}
    for table in MENTION_TABLES:
        rows[table.table] = []
        for _ in range(draw(st.integers(0, 2))):
            start = draw(st.integers(0, len(text) - 1))
            end = draw(st.integers(start + 1, len(text)))
            said = text[start:end]
            start += len(said) - len(said.lstrip("\r\n"))
            end -= len(said) - len(said.rstrip("\r\n"))
            if start < end:
                rows[table.table].append(Row(start, end, draw(values(table)), draw(st.booleans())))
        rows[table.table].sort(key=lambda row: (row.start, row.end))
    return GoldDocument(draw(WORDS), text, draw(st.none() | st.dates()), rows)


def plain(document: GoldDocument) -> dict[str, object]:
    """Return what two equal documents have in common: columns that are null may be left out."""
    return {
        "source": document.source,
        "raw_text": document.raw_text,
        "reference_date": document.reference_date,
        **{
            table: [
                (row.start, row.end, row.optional, {k: v for k, v in row.columns.items() if v is not None})
                for row in rows
            ]
            for table, rows in document.rows.items()
        },
    }


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60, deadline=None)
@given(listed=st.lists(documents(), max_size=3))
def test_every_format_gives_back_what_it_was_given(
    name: str, listed: list[GoldDocument], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("gold") / "gold"
    read, write = FORMATS[name]
    write(listed, path)
    assert [plain(document) for document in read(path)] == [plain(document) for document in listed]


@pytest.mark.parametrize("name", FORMATS)
def test_the_corpus_goes_through_every_format(name: str, tmp_path: Path) -> None:
    read, write = FORMATS[name]
    gold = FORMATS["contract"][0](CORPUS / "gold.jsonl")
    assert len(gold) == 24
    write(gold, tmp_path / "gold")
    assert [plain(document) for document in read(tmp_path / "gold")] == [plain(document) for document in gold]


def test_label_studio_files_that_count_utf_16_units_are_converted(tmp_path: Path) -> None:
    region = {"id": "x", "from_name": "label", "to_name": "text", "type": "labels"}
    value = {"start": 3, "end": 7, "text": "2014", "labels": ["dates"]}
    task = {
        "data": {"text": "🦬 2014", "source": "a", "reference_date": None},
        "annotations": [{"result": [{**region, "value": value}]}],
    }
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps([task]), encoding="utf-8")
    (document,) = label_studio.read(path)
    assert [(row.start, row.end) for row in document.rows["dates"]] == [(2, 6)]
    value["text"] = "2015"
    path.write_text(json.dumps([task]), encoding="utf-8")
    with pytest.raises(ValueError, match=r"task 1: .*'2015'"):
        label_studio.read(path)


def test_the_labelling_interface_has_an_input_for_every_column() -> None:
    interface = ElementTree.fromstring(label_studio.labelling_config())
    labels = [label.get("value") for label in interface.iter("Label")]
    assert labels == [table.table for table in MENTION_TABLES]
    inputs = {found.get("name") for kind in ("TextArea", "Choices") for found in interface.iter(kind)}
    assert {f"{table.table}.{name}" for table in MENTION_TABLES for name in value_columns(table)} <= inputs


def test_a_span_over_lines_is_in_fragments_for_brat(tmp_path: Path) -> None:
    row = Row(2, 12, {"name": "Gmina Dobra"})
    brat.write([GoldDocument("a", "w Gmin\ny Dob w", None, {"organisations": [row]})], tmp_path)
    lines = (tmp_path / "00001.ann").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "T1\torganisations 2 6;7 12\tGmin y Dob"


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    brat.write([GoldDocument("a", "w 2014", None, {})], tmp_path)
    (tmp_path / "00001.ann").write_text("T1\tdates 2 6\t2015\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"00001\.ann, line 1: .*'2015'"):
        brat.read(tmp_path)
    with pytest.raises(ValueError, match=r"documents\.jsonl"):
        brat.read(tmp_path / "nowhere")


def test_decisions_become_gold(review: tuple[Queue, Decisions]) -> None:
    queue, decisions = review
    right, wrong, corrected = rows_of(queue, "dates")
    unsure, *_ = rows_of(queue, "amounts")
    after = {**corrected.values, "edtf": "2015-06-04"}
    place = {name: corrected.columns[name] for name in ("start", "end", "text")}
    for row, verdict, said in (
        (right, "right", None), (wrong, "wrong", None), (corrected, "corrected", {**after, **place}),
        (unsure, "unsure", None),
    ):  # fmt: skip
        columns = row.columns
        decisions.add(
            reviewer="Anna", table=row.record.table, doc_id=columns["doc_id"], start=columns["start"],
            end=columns["end"], text=columns["text"], verdict=verdict, before=row.values, after=said,  # type: ignore[arg-type]
        )  # fmt: skip
    first, second = gold_of(queue)
    assert (first.source, second.source) == ("a.txt", "b.txt")
    assert [(row.columns["edtf"], row.optional) for row in first.rows["dates"]] == [("2014-05-05", False)]
    assert [row.optional for row in first.rows["amounts"]] == [True, True], "unsure, and undecided"
    assert [(row.columns["edtf"], row.optional) for row in second.rows["dates"]] == [("2015-06-04", False)]
    assert gold_of(queue, "Jan") == []


def test_gold_becomes_decisions_and_the_same_gold_again(review: tuple[Queue, Decisions]) -> None:
    queue, decisions = review
    first, *_ = rows_of(queue, "dates")
    text = "Umowę podpisano 5 maja 2014 r. Gmina Dobra wpłaci 300 zł, a powiat kłodzki 20 tys. zł."
    missed = Row(0, 5, {
        "edtf": "2014", "first_day": date(2014, 1, 1), "last_day": date(2014, 12, 31), "precision": "year",
        "kind": "point", "time_from": time(9), "time_to": None, "approximate": False, "relative": False,
    })  # fmt: skip
    gold = GoldDocument(first.source, text, None, {"dates": [missed]})
    kept = keep_gold([gold, GoldDocument("gone.txt", "x", None, {})], queue, decisions, "Ewa")
    assert (kept.documents, kept.unknown) == (1, ("gone.txt",))
    verdicts = [(d.table, d.verdict) for d in decisions.standing()]
    assert verdicts[:2] == [("dates", "wrong"), ("dates", "missed")]
    assert {verdict for table, verdict in verdicts if table != "dates"} == {"wrong"}
    (again,) = gold_of(queue)
    assert [plain(again)["dates"]] == [plain(gold)["dates"]]
    assert not any(again.rows[table] for table in again.rows if table != "dates")


@pytest.mark.parametrize("name", FORMATS)
def test_the_command_takes_gold_in_and_out(name: str, run: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold"
    empty = CliRunner().invoke(cli.app, ["gold", "export", str(run), "--to", str(gold)])
    assert empty.exit_code == cli.FAILURE
    line = {"source": "a.txt", "raw_text": "x", "reference_date": None}
    (tmp_path / "other.jsonl").write_text(json.dumps(line), encoding="utf-8")
    said = CliRunner().invoke(cli.app, ["gold", "import", str(tmp_path / "other.jsonl"), "--into", str(run)])
    assert said.exit_code == cli.SOME_FAILED
    assert "a.txt" in said.stderr
    text = "Umowę podpisano 5 maja 2014 r. Gmina Dobra wpłaci 300 zł, a powiat kłodzki 20 tys. zł."
    (tmp_path / "own.jsonl").write_text(json.dumps({**line, "raw_text": text}), encoding="utf-8")
    said = CliRunner().invoke(cli.app, ["gold", "import", str(tmp_path / "own.jsonl"), "--into", str(run)])
    assert said.exit_code == 0, said.output
    said = CliRunner().invoke(cli.app, ["gold", "export", str(run), "--to", str(gold), "--format", name])
    assert said.exit_code == 0, said.output
    assert [document.source for document in FORMATS[name][0](gold)] == ["a.txt"]
