"""Rows taken over from an earlier run: the bytes are those of a whole run, and what is the same is not processed again."""

import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_in import Write, years_and_capitals
from typer.testing import CliRunner

from pipeline import batch, cli, flow, read, records, write
from pipeline.batch import kept, provenance, publish
from pipeline.batch.shard import Job, Shard, ShardReport, process_shard
from pipeline.document import RawDocument
from pipeline.flow import Extraction, Settings
from pipeline.records import MENTION_TABLES, Mention

ROOT = Path(__file__).resolve().parent.parent
TEXTS = {
    "a": "ZMP zaprasza 5 maja 2014 r. w godzinach 9:00–16:30 na zebranie.",
    "b": "Umowę podpisał Związek Miast Polskich (ZMP). Otrzyma od 2 do 2,5 mln zł brutto.",
    "c": "Do związku należy ok. 20 gmin wiejskich i kilkanaście powiatów.",
    "d": "Gmina Brzeziny (powiat kaliski) zapłaciła 1 234,50 zł za drogę.",
    "e": "Gmina Brzeziny w powiecie brzezińskim oraz PKS zebrały 12 zł 50 gr w latach 2014–2020.",
    "f": "Wójt Gminy Brzeziny spotkał się z zarządem PKS; wczoraj wrócił.",
    "g": "Przedsiębiorstwo Alfa sp. z o.o. i Przedsiębiorstwo Alfa zawarły umowę.",
}
ROW_GROUP_ROWS = write.ROW_GROUP_ROWS
Processed = list[str]


def run(inputs: Path | Iterable[read.Source], out: Path, **options: Any) -> batch.Summary:
    sources = read.discover([str(inputs)]) if isinstance(inputs, Path) else inputs
    options = {"settings": Settings(), **options}
    return batch.run(sources, out, None, **options)


def files(out: Path) -> dict[str, bytes]:
    """Return all that a run writes but what has times in it."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and path.name not in (".status.json", "manifest.json")
    }


def rows(out: Path, table: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = pq.read_table(out / table).to_pylist()
    return listed


def taken(summary: batch.Summary) -> tuple[int, int, int]:
    assert summary.since
    return summary.since.unchanged, summary.since.new, summary.since.vanished


ROW_GROUP_ROWS = write.ROW_GROUP_ROWS


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small runs have several shards, part files and row groups."""
    monkeypatch.setattr(batch, "SHARD_DOCUMENTS", 2)
    monkeypatch.setattr(publish, "PART_BYTES", 2000)
    monkeypatch.setattr(write, "ROW_GROUP_ROWS", 3)


@pytest.fixture
def processed(monkeypatch: pytest.MonkeyPatch) -> Processed:
    """Return the names of documents that go through the stages, as they do."""
    names: Processed = []
    process = flow.process

    def noting(raw: RawDocument, *args: Any, **options: Any) -> Extraction:
        names.append(raw.source)
        return process(raw, *args, **options)

    monkeypatch.setattr(flow, "process", noting)
    return names


@pytest.fixture
def again(processed: Processed, tmp_path: Path) -> Callable[..., batch.Summary]:
    """Return a function that replaces the run in ``out`` by one since it, and compares that with a whole run."""

    def run_again(inputs: Any, **options: Any) -> batch.Summary:
        out, whole = tmp_path / "out", tmp_path / "whole"
        processed.clear()
        done = run(inputs, out, since=out, **options)
        seen = list(processed)
        fresh = run(inputs, whole, **{name: given for name, given in options.items() if name == "settings"})
        assert files(out) == files(whole)
        manifests = [
            json.loads((place / "manifest.json").read_text(encoding="utf-8")) for place in (out, whole)
        ]
        for manifest in manifests:
            del manifest["seconds"]
            manifest["inputs"].pop("since", None)
        assert manifests[0] == manifests[1]
        assert (done.rows, done.left_out, done.n_bytes) == (fresh.rows, fresh.left_out, fresh.n_bytes)
        processed[:] = seen
        return done

    return run_again


Again = Callable[..., batch.Summary]


# --- which documents are processed ---------------------------------------------------------------------------


def test_nothing_is_processed_where_all_is_the_same(
    documents: Write, tmp_path: Path, processed: Processed, again: Again
) -> None:
    folder = documents(**TEXTS)
    run(folder, tmp_path / "out")
    assert len(processed) == len(TEXTS)
    done = again(folder)
    assert processed == []
    assert taken(done) == (len(TEXTS), 0, 0)
    assert again(folder).since == done.since, "what was taken over can be taken over"
    assert processed == []


def test_what_is_new_changed_renamed_or_gone(
    documents: Write, tmp_path: Path, processed: Processed, again: Again
) -> None:
    folder = documents(**TEXTS)
    run(folder, tmp_path / "out")
    documents(b="Umowę podpisał Związek Gmin Śląskich (ZGŚ).", h="Nowy dokument z 2019 r.")
    (folder / "c.txt").unlink()
    (folder / "a.txt").rename(folder / "z.txt")
    done = again(folder)
    assert processed == ["b.txt", "h.txt"]
    assert taken(done) == (5, 2, 2), "a.txt and c.txt are names that are gone"
    assert rows(tmp_path / "out", "documents")[-1]["source"] == "z.txt"


def test_a_touched_document_is_not_changed(
    documents: Write, tmp_path: Path, processed: Processed, again: Again
) -> None:
    folder = documents(**TEXTS)
    run(folder, tmp_path / "out")
    documents(a=TEXTS["a"])
    again(folder)
    assert processed == []


def test_the_same_bytes_under_another_ending_are_another_document(
    documents: Write, tmp_path: Path, processed: Processed, again: Again
) -> None:
    folder = documents(a=TEXTS["a"], b=TEXTS["b"], c=TEXTS["c"])
    (folder / "d.md").write_text(TEXTS["a"], encoding="utf-8")
    run(folder, tmp_path / "out")
    (folder / "a.txt").unlink()
    again(folder)
    assert processed == ["d.md"]
    (document,) = (row for row in rows(tmp_path / "out", "documents") if row["source"] == "d.md")
    assert document["media_type"] == "text/markdown"


def test_a_repeated_content_outlives_its_first_place(
    documents: Write, tmp_path: Path, processed: Processed, again: Again
) -> None:
    folder = documents(a=TEXTS["a"], b=TEXTS["a"], c=TEXTS["b"], d=TEXTS["a"], e=TEXTS["b"])
    run(folder, tmp_path / "out")
    (folder / "a.txt").unlink()
    done = again(folder)
    assert processed == []
    assert taken(done) == (4, 0, 1)
    found = [(row["source"], row["also_at"]) for row in rows(tmp_path / "out", "documents")]
    assert found == [("b.txt", ["d.txt"]), ("c.txt", ["e.txt"])]


def test_a_new_place_of_an_old_content_is_named(
    documents: Write, tmp_path: Path, processed: Processed, again: Again
) -> None:
    folder = documents(b=TEXTS["a"], c=TEXTS["b"])
    run(folder, tmp_path / "out")
    documents(a=TEXTS["a"], d=TEXTS["b"])
    assert taken(again(folder)) == (4, 0, 0)
    assert processed == []
    found = [(row["source"], row["also_at"]) for row in rows(tmp_path / "out", "documents")]
    assert found == [("a.txt", ["b.txt"]), ("c.txt", ["d.txt"])]


def test_a_row_of_a_table_whose_date_changed_is_processed(
    tmp_path: Path, processed: Processed, again: Again
) -> None:
    table = tmp_path / "news.jsonl"

    def write_table(*dates: str) -> Iterator[read.Source]:
        listed = [
            {"id": number, "text": f"Wczoraj ZMP zebrał {number} zł.", "date": date}
            for number, date in enumerate(dates)
        ]
        table.write_text("\n".join(map(json.dumps, listed)), encoding="utf-8")
        return read.discover([str(table)], text_column="text", id_column="id", date_column="date")

    run(write_table("2014-05-01", "2014-05-02", "2014-05-03"), tmp_path / "out")
    again(list(write_table("2014-05-01", "2015-05-02", "2014-05-03")))
    assert processed == ["news.jsonl#1"]
    days = [row["edtf"] for row in rows(tmp_path / "out", "dates")]
    assert days == ["2014-04-30", "2015-05-01", "2014-05-02"]


def test_errors_are_tried_again(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processed: Processed, again: Again
) -> None:
    folder = documents(a=TEXTS["a"], b=TEXTS["b"], c="", d=TEXTS["d"])

    def failing(raw: RawDocument, *args: Any, **options: Any) -> Extraction:
        if raw.source == "b.txt":
            raise ZeroDivisionError("for this once")
        return process(raw, *args, **options)

    process = flow.process
    with monkeypatch.context() as patched:
        patched.setattr(flow, "process", failing)
        assert run(folder, tmp_path / "out").errors == 2
    done = again(folder)
    assert processed == ["b.txt"]
    assert done.errors == 1
    assert taken(done) == (2, 1, 0)


# --- what the rows are ---------------------------------------------------------------------------------------


def as_stored(mentions: Iterable[Mention]) -> list[Mention]:
    """Return rows in the order of their text, with scores of the width that a table has."""
    stored = [replace(mention, score=float(np.float32(mention.score))) for mention in mentions]
    return sorted(stored, key=lambda row: (row.start, row.end))


def test_rows_come_back_as_the_stages_made_them(documents: Write, tmp_path: Path) -> None:
    folder = documents(**TEXTS)
    out = tmp_path / "out"
    run(folder, out)
    earlier = kept.rows_of(kept.Earlier(out / "manifest.json", write.sha256_of(out / "manifest.json")))
    assert earlier
    kinds = set()
    for source in read.discover([str(folder)]):
        raw = read.read(source)
        number = earlier.find(kept.key_of(raw))
        assert number is not None
        found = earlier.take(number, raw)
        made = flow.process(raw)
        assert found
        assert found.document == made.document
        for record in MENTION_TABLES:
            assert found.mentions[record].schema.equals(records.schema(record), check_metadata=True)
            rows_taken = [record(**row) for row in found.mentions[record].to_pylist()]
            assert rows_taken == as_stored(made.rows(record))
            kinds |= {
                type(getattr(row, field.name)).__name__ for row in rows_taken for field in fields(record)
            }
    assert kinds >= {"date", "time", "Decimal", "int", "bool", "str", "NoneType"}


def test_a_name_that_only_a_vanished_document_told_is_told_no_more(
    documents: Write, tmp_path: Path, processed: Processed, again: Again
) -> None:
    folder = documents(a=TEXTS["a"], b=TEXTS["b"], c=TEXTS["c"])
    run(folder, tmp_path / "out")
    assert rows(tmp_path / "out", "organisations")[0]["name"] == "Związek Miast Polskich"
    (folder / "b.txt").unlink()
    again(folder)
    assert processed == []
    (row,) = rows(tmp_path / "out", "organisations")
    assert (row["name"], row["acronym"]) == ("ZMP", None)
    documents(b=TEXTS["b"])
    again(folder)
    assert processed == ["b.txt"]
    assert rows(tmp_path / "out", "organisations")[0]["name"] == "Związek Miast Polskich"


def test_rows_below_the_least_score_are_counted_again(
    documents: Write, tmp_path: Path, processed: Processed, again: Again
) -> None:
    folder = documents(**TEXTS, h=TEXTS["e"])
    strict = Settings(min_score=0.97)
    first = run(folder, tmp_path / "out", settings=strict)
    documents(c="Zmiana z 7 maja 2014 r.")
    done = again(folder, settings=strict)
    assert processed == ["c.txt"]
    assert 0 < done.left_out <= first.left_out


POOL = [*TEXTS.values(), "", "Urząd Gminy Brzeziny. " * 3, "Związek Miast Polskich (ZMP)", "ZMP i PKS"]
edits = st.lists(
    st.dictionaries(
        st.sampled_from(["a.txt", "b.txt", "c.md", "d.txt", "e.txt"]), st.sampled_from([None, *POOL])
    ),
    min_size=2,
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(edits)
def test_any_edits_give_the_bytes_of_a_whole_run(steps: list[dict[str, str | None]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, out, whole = (Path(name, part) for part in ("documents", "out", "whole"))
        folder.mkdir()
        run(folder, out)
        for step in steps:
            for path, text in step.items():
                (folder / path).unlink(missing_ok=True)
                if text is not None:
                    (folder / path).write_text(text, encoding="utf-8")
            run(folder, out, since=out)
            run(folder, whole)
            assert files(out) == files(whole)


# --- runs that nothing is taken over from --------------------------------------------------------------------


def other_version(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(provenance, "version", lambda distribution="plextract": f"{distribution} 9")


@pytest.mark.parametrize(
    "change",
    [
        (
            lambda patched: patched.setattr(provenance, "code_digest", lambda: "other"),
            "other code of plextract",
        ),
        (lambda patched: patched.setattr(provenance, "rules_digest", lambda: "other"), "other rules"),
        (other_version, "other versions (morfeusz2, plextract, pyarrow, spacy)"),
        (
            lambda patched: patched.setattr(
                provenance, "model_identity", lambda nlp: {"name": "m", "version": "1"}
            ),
            "other versions (model)",
        ),
    ],
    ids=["code", "rules", "versions", "model"],
)
def test_nothing_is_taken_over_from_what_another_program_made(
    change: tuple[Callable[[pytest.MonkeyPatch], None], str],
    documents: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    processed: Processed,
) -> None:
    folder = documents(a=TEXTS["a"], b=TEXTS["b"])
    make, reason = change
    with monkeypatch.context() as patched:
        make(patched)
        run(folder, tmp_path / "out")
    processed.clear()
    said: list[str] = []
    done = run(folder, tmp_path / "out", since=tmp_path / "out", notice=said.append)
    assert processed == ["a.txt", "b.txt"]
    assert taken(done) == (0, 2, 0)
    assert done.since
    assert said == [done.since.refused]
    assert reason in said[0]


def test_nothing_is_taken_over_where_settings_differ(
    documents: Write, tmp_path: Path, processed: Processed, again: Again
) -> None:
    folder = documents(a=TEXTS["a"], b=TEXTS["b"])
    run(folder, tmp_path / "out")
    done = again(folder, settings=Settings(min_score=0.5))
    assert processed == ["a.txt", "b.txt"]
    assert done.since
    assert done.since.refused == (
        f"nothing is taken over from {tmp_path / 'out' / 'manifest.json'}: that run had other settings (min_score)"
    )


def test_own_rules_are_other_rules(documents: Write, tmp_path: Path) -> None:
    folder = documents(a=TEXTS["a"])
    out, own = tmp_path / "out", tmp_path / "own"
    assert plextract(folder, "--out", out).exit_code == 0
    own.mkdir()
    (own / "dates.yaml").write_text("[]\n", encoding="utf-8")
    command = [sys.executable, "-m", "pipeline.cli", "run", folder, "--out", out, "--model", "none"]
    with_own = [*command, "--rules", own, "--since-manifest", out]
    said = subprocess.run(with_own, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"nothing is taken over from {out}/manifest.json: that run had other rules" in said.stderr


def corrupt(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def forget(out: Path) -> None:
    """Make a manifest one of before anything was kept."""
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    del manifest["kept"]
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize(
    "damage",
    [
        (lambda out: corrupt(out / ".kept" / "followed" / "part-00000.parquet"), "missing or are not those"),
        (
            lambda out: corrupt(out / ".kept" / "unresolved" / "part-00000.parquet"),
            "missing or are not those",
        ),
        (lambda out: corrupt(out / "dates" / "part-00000.parquet"), "missing or are not those"),
        (lambda out: (out / "documents" / "part-00000.parquet").unlink(), "missing or are not those"),
        (lambda out: shutil.rmtree(out / ".kept"), "missing or are not those"),
        (forget, "did not keep"),
    ],
    ids=["followed", "unresolved", "dates", "documents", "kept", "old manifest"],
)
def test_nothing_is_taken_over_from_what_is_damaged(
    damage: tuple[Callable[[Path], None], str],
    documents: Write,
    tmp_path: Path,
    processed: Processed,
    again: Again,
) -> None:
    folder = documents(**TEXTS)
    run(folder, tmp_path / "out")
    spoil, reason = damage
    spoil(tmp_path / "out")
    done = again(folder)
    assert len(processed) == len(TEXTS)
    assert done.since
    assert reason in str(done.since.refused)


def test_rows_that_go_while_the_run_is_under_way_are_made_anew(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processed: Processed
) -> None:
    folder = documents(**TEXTS)
    earlier = tmp_path / "earlier"
    run(folder, earlier)
    documents(b="Nowy dokument z 2019 r.")
    process = flow.process

    def replacing(raw: RawDocument, *args: Any, **options: Any) -> Extraction:
        if raw.source == "b.txt":
            run(tmp_path / "nothing", earlier)
        return process(raw, *args, **options)

    (tmp_path / "nothing").mkdir()
    processed.clear()
    with monkeypatch.context() as patched:
        patched.setattr(flow, "process", replacing)
        done = run(folder, tmp_path / "out", since=earlier / "manifest.json")
    assert processed == ["b.txt", "c.txt", "d.txt", "e.txt", "f.txt", "g.txt"]
    assert taken(done) == (1, 6, 0)
    run(folder, tmp_path / "whole")
    assert files(tmp_path / "out") == files(tmp_path / "whole")


@pytest.mark.parametrize("text", [None, "{", "[]", '{"name": "a web app"}', '{"versions": null}'])
def test_what_is_no_manifest_is_wrong_use(text: str | None, documents: Write, tmp_path: Path) -> None:
    named = tmp_path / "manifest.json"
    if text is not None:
        named.write_text(text, encoding="utf-8")
    with pytest.raises(batch.ManifestError, match="manifest"):
        run(documents(a="2012"), tmp_path / "out", since=named)
    assert not (tmp_path / "out" / ".staging").exists()


# --- ways of running -----------------------------------------------------------------------------------------


class Killed(BaseException):
    """What a kill looks like from inside."""


def test_a_killed_run_goes_on_and_takes_over_the_rest(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processed: Processed
) -> None:
    folder = documents(**TEXTS)
    out = tmp_path / "out"
    run(folder, out)
    documents(b="Umowa z 2018 r.", d="Umowa z 2019 r.")
    process = flow.process

    def killing(raw: RawDocument, *args: Any, **options: Any) -> Extraction:
        if raw.source == "d.txt":
            raise Killed
        return process(raw, *args, **options)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(flow, "process", killing)
        run(folder, out, since=out)
    processed.clear()
    done = run(folder, out, since=out, resume=True)
    assert processed == ["d.txt"]
    assert done.resumed_documents == 2
    assert taken(done) == (5, 2, 0)
    run(folder, tmp_path / "whole")
    assert files(out) == files(tmp_path / "whole")
    assert not (out / ".staging").exists()


def test_a_run_killed_while_it_is_put_in_place_can_be_taken_over_from(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processed: Processed
) -> None:
    folder = documents(a=TEXTS["a"], b=TEXTS["b"])
    out = tmp_path / "out"
    run(folder, out)
    documents(b="Umowa z 2018 r.")
    renames = iter(range(5))
    rename = Path.rename

    def killing(self: Path, target: Path) -> Path:
        if next(renames, None) is None:
            raise Killed
        return rename(self, target)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Path, "rename", killing)
        run(folder, out, since=out)
    processed.clear()
    assert taken(run(folder, out, since=out)) == (2, 0, 0)
    assert processed == []
    run(folder, tmp_path / "whole")
    assert files(out) == files(tmp_path / "whole")


def test_two_workers_take_over_the_same_rows(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "ROW_GROUP_ROWS", ROW_GROUP_ROWS)  # other processes have it so
    folder = documents(**TEXTS, h="", i=TEXTS["a"])
    run(folder, tmp_path / "earlier")
    documents(b="Umowa z 2018 r.", j=TEXTS["b"])
    done = run(folder, tmp_path / "out", since=tmp_path / "earlier" / "manifest.json", n_workers=2)
    assert taken(done) == (8, 1, 0)
    run(folder, tmp_path / "whole")
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_another_engine_takes_over_the_same_rows(
    documents: Write, tmp_path: Path, processed: Processed
) -> None:
    def elsewhere(shards: Sequence[Shard], job: Job) -> Iterator[ShardReport]:
        for shard in reversed(shards):
            yield process_shard(*pickle.loads(pickle.dumps((shard, job))), None)

    folder = documents(**TEXTS)
    run(folder, tmp_path / "earlier")
    processed.clear()
    run(folder, tmp_path / "out", since=tmp_path / "earlier", engine=elsewhere)
    assert processed == []
    assert files(tmp_path / "out") == files(tmp_path / "earlier")


def test_reading_rows_of_others_counts_as_no_documents_time(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = documents(a="2012 ZMP", b="2013")
    monkeypatch.setattr(flow, "process", years_and_capitals)
    run(folder, tmp_path / "out", max_seconds=60)
    limited: list[bool] = []
    under_limits = False

    class Limits:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        def __enter__(self) -> None:
            nonlocal under_limits
            under_limits = True

        def __exit__(self, *_: object) -> None:
            nonlocal under_limits
            under_limits = False

    take = kept.Rows.take

    def noting(self: kept.Rows, number: int, raw: RawDocument) -> kept.Taken | None:
        limited.append(under_limits)
        return take(self, number, raw)

    monkeypatch.setattr("pipeline.batch.shard.limited", Limits)
    monkeypatch.setattr(kept.Rows, "take", noting)
    run(folder, tmp_path / "out", since=tmp_path / "out", max_seconds=60)
    assert limited == [False, False]


# --- the command ---------------------------------------------------------------------------------------------


def plextract(*args: str | Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "ROW_GROUP_ROWS", ROW_GROUP_ROWS)  # as the worker processes have it
        return CliRunner().invoke(cli.app, ["run", *map(str, args), "--model", "none"])


def test_the_command_says_what_it_took_over_and_why_not(documents: Write, tmp_path: Path) -> None:
    folder, out = documents(**TEXTS), tmp_path / "out"
    assert plextract(folder, "--out", out).exit_code == 0
    documents(h="Umowa z 2018 r.")
    (folder / "a.txt").unlink()
    said = plextract(folder, "--out", out, "--since-manifest", out / "manifest.json")
    assert said.exit_code == 0
    assert "6 documents unchanged and taken over, 1 new or changed, 1 vanished" in said.stdout
    said = plextract(folder, "--out", out, "--since-manifest", out, "--min-score", "0.5")
    assert "that run had other settings (min_score)" in said.stderr
    assert "taken over" not in said.stdout
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["inputs"]["since"] == {"unchanged": 0, "new": 7, "vanished": 0}
    said = plextract(folder, "--out", out, "--since-manifest", tmp_path / "no.json")
    assert said.exit_code == cli.WRONG_USE
    assert "--since-manifest" in said.stderr


def test_the_log_has_the_counts_and_the_reason(documents: Write, tmp_path: Path) -> None:
    folder, out = documents(a=TEXTS["a"]), tmp_path / "out"
    plextract(folder, "--out", out)
    said = plextract(folder, "--out", out, "--since-manifest", out, "--log-json")
    done = json.loads(said.stderr.splitlines()[-1])
    assert done["since"] == {"manifest": str(out / "manifest.json"), "unchanged": 1, "new": 0, "vanished": 0}
    said = plextract(folder, "--out", out, "--since-manifest", out, "--log-json", "--min-score", "1")
    events = {event["event"]: event for event in map(json.loads, said.stderr.splitlines())}
    assert "other settings" in events["notice"]["message"]


def test_a_run_killed_from_outside_goes_on(documents: Write, tmp_path: Path) -> None:
    folder = documents(**TEXTS)
    out = tmp_path / "out"
    assert plextract(folder, "--out", out).exit_code == 0
    documents(b="Umowa z 2018 r.", f="Umowa z 2019 r.")
    script = (
        "import os\n"
        "from pipeline import batch, cli\n"
        "batch.SHARD_DOCUMENTS = 2\n"
        "process = batch.workers.process_shards\n"
        "def killing(*args, **more):\n"
        "    for number, report in enumerate(process(*args, **more)):\n"
        "        if number == 1:\n"
        "            os.kill(os.getpid(), 9)\n"
        "        yield report\n"
        "batch.workers.process_shards = killing\n"
        "if __name__ == '__main__':\n"
        "    cli.main()\n"
    )
    (tmp_path / "killing.py").write_text(script, encoding="utf-8")
    killed = subprocess.run(
        [sys.executable, tmp_path / "killing.py", "run", folder, "--out", out, "--model", "none", "--workers", "1", "--since-manifest", out],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
    )  # fmt: skip
    assert killed.returncode == -9, killed.stderr
    assert len(list(out.glob(".staging/shard-*/done.json"))) >= 2
    said = plextract(folder, "--out", out, "--since-manifest", out, "--resume")
    assert said.exit_code == 0
    assert plextract(folder, "--out", tmp_path / "whole").exit_code == 0
    assert files(out) == files(tmp_path / "whole")
