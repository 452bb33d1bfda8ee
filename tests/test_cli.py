"""The command line: exit statuses, what goes to which stream, and clean ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from bad_inputs import GOOD, write_bad_inputs
from stand_in import Write
from typer.testing import CliRunner, Result

from pipeline import batch, cli, examples
from pipeline.cli import reference
from pipeline.cli.commands.run import size_in_bytes
from pipeline.document import Document
from pipeline.records import TABLES, Mention
from pipeline.rules import Rule

ROOT = Path(__file__).resolve().parent.parent


def plextract(*args: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, [str(arg) for arg in args], input=stdin)


# --- run -----------------------------------------------------------------------------------------------------


def test_a_run_ends_with_a_summary(documents: Write, tmp_path: Path) -> None:
    folder = documents(a="W 2012 r. zebrał się Związek Miast Polskich.", b="Umowę podpisano 5 maja 2013 r.")
    said = plextract("run", folder, "--out", tmp_path / "out", "--model", "none")
    assert said.exit_code == 0
    counts = {"documents": 2, "dates": 2, "organisations": 1, "organisation_index": 1}
    assert [line.split() for line in said.stdout.splitlines()[: len(TABLES)]] == [
        [str(counts.get(record.table, 0)), record.table] for record in TABLES
    ]
    assert "model none" in said.stdout
    assert said.stderr == "model: none (as asked); organisations come from rules alone\n"


def test_inputs_in_errors_make_the_status_3_and_are_told(documents: Write, tmp_path: Path) -> None:
    said = plextract("run", documents(a="2012", b=""), "--out", tmp_path / "out", "--model", "none")
    assert said.exit_code == cli.SOME_FAILED
    assert "✗ b.txt: " in said.stdout
    assert pq.read_table(tmp_path / "out" / "errors")["source"].to_pylist() == ["b.txt"]


def test_a_folder_of_bad_inputs_ends_with_a_row_each_and_right_rows_for_the_good(tmp_path: Path) -> None:
    bad = write_bad_inputs(tmp_path / "inputs")
    assert len(bad) >= 15
    out = tmp_path / "out"
    said = plextract("run", tmp_path / "inputs", "--out", out, "--model", "none")
    assert said.exit_code == cli.SOME_FAILED
    errors = pq.read_table(out / "errors").to_pylist()
    assert {row["source"]: row["error_type"] for row in errors} == bad
    assert len(errors) == len(bad)
    assert all(row["message"] and row["stage"] in ("read", "decode") for row in errors)
    documents = {row["doc_id"]: row["source"] for row in pq.read_table(out / "documents").to_pylist()}
    assert sorted(documents.values()) == sorted(GOOD)
    dates = pq.read_table(out / "dates").to_pylist()
    assert {(documents[row["doc_id"]], row["edtf"]) for row in dates} == {
        ("dobry.txt", "2014-05-12"), ("dobry.html", "2013-03-05"), ("podfolder/dobry.docx", "2012-07-01"),
    }  # fmt: skip
    (amount,) = pq.read_table(out / "amounts").to_pylist()
    assert (str(amount["value"]), amount["currency"]) == ("100000.00", "PLN")
    counts = pq.read_table(out / "partner_counts").to_pylist()
    assert {(documents[row["doc_id"]], row["value"], row["unit"]) for row in counts} == {
        ("dobry.txt", 3, "gmina"), ("podfolder/dobry.docx", 4, "powiat"),
    }  # fmt: skip


def test_wrong_use_is_status_2(documents: Write, tmp_path: Path) -> None:
    folder, out = documents(a="2012"), tmp_path / "out"
    for args in (
        ("run", "--out", out),
        ("run", folder),
        ("run", folder, "--out", out, "--workers", "0"),
        ("run", folder, "--out", out, "--reference-date", "21.04.2016"),
        ("run", folder, "--out", out, "--max-bytes", "20 MEGS", "--model", "none"),
        ("run", folder, "--out", out, "--model", "no_such_model"),
        ("run", folder, "--out", out, "--teryt", tmp_path / "missing.csv"),
        ("run", folder, "--out", out, "--teryt", folder / "a.txt"),
        ("run", folder, "--out", out, "--teryt", folder),
        ("explain", "tekst", "--model", "no_such_model"),
        ("rules", "show", "no.such.rule"),
        ("rules", "list", "no_such_table"),
        ("schema", "no_such_table"),
        ("evaluate", "--gold", tmp_path / "missing.jsonl"),
        ("no-such-command",),
    ):
        said = plextract(*args)
        assert said.exit_code == cli.WRONG_USE, args
        assert said.stderr.strip(), args
        assert "Traceback" not in said.stderr
    assert not out.exists()


def test_a_foreign_output_folder_is_refused(documents: Write, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").touch()
    said = plextract("run", documents(a="2012"), "--out", tmp_path / "thesis", "--model", "none")
    assert said.exit_code == cli.WRONG_USE
    assert "no run of plextract" in said.stderr


def test_the_json_log_is_an_object_a_line(documents: Write, tmp_path: Path) -> None:
    folder = documents(a="Umowę podpisano 5 maja 2012 r.", b="")
    said = plextract("run", folder, "--out", tmp_path / "out", "--model", "none", "--log-json")
    events = [json.loads(line) for line in said.stderr.splitlines()]
    assert [event["event"] for event in events] == ["model", "progress", "error", "done"]
    assert events[2]["source"] == "b.txt"
    assert events[3]["rows"]["dates"] == 1
    assert said.stdout == ""


def test_the_options_reach_the_run(documents: Write, tmp_path: Path) -> None:
    (tmp_path / "texts.csv").write_text("id,body,day\nx,2012,2014-05-06\n", encoding="utf-8")
    out = tmp_path / "out"
    said = plextract(
        "run", tmp_path / "texts.csv", "--text-column", "body", "--id-column", "id", "--date-column", "day",
        "--reference-date", "2016-04-21", "--max-seconds", "20", "--max-memory", "3GB", "--max-bytes", "2kB", "--min-score", "0.25", "--model", "none", "--out", out,
    )  # fmt: skip
    assert said.exit_code == 0, said.stderr
    settings = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["settings"]
    assert settings == {
        "model": "none", "reference_date": "2016-04-21", "teryt": None, "min_score": 0.25, "max_bytes": 2000,
        "max_seconds": 20.0, "max_memory": 3_000_000_000, "text_column": "body", "id_column": "id", "date_column": "day",
    }  # fmt: skip
    assert pq.read_table(out / "documents")["source"].to_pylist() == ["texts.csv#x"]


def test_rows_that_are_less_probably_right_are_left_out_and_counted(documents: Write, tmp_path: Path) -> None:
    folder = documents(
        a="Umowę z 5 maja 2014 r. podpisano w kwietniu i maju 2013 r. na lata 2014-2020, od 2 do 5 czerwca."
    )
    every, sure = tmp_path / "every", tmp_path / "sure"
    assert plextract("run", folder, "--out", every, "--model", "none").exit_code == 0
    found = pq.read_table(every / "dates").to_pylist()
    least = max(row["score"] for row in found)
    assert min(row["score"] for row in found) < least
    said = plextract("run", folder, "--out", sure, "--model", "none", "--min-score", f"{least - 1e-6:.7f}")
    kept = pq.read_table(sure / "dates").to_pylist()
    assert kept == [row for row in found if row["score"] == least]
    left_out = json.loads((sure / "manifest.json").read_text(encoding="utf-8"))["left_out"]
    assert left_out >= len(found) - len(kept) > 0
    assert f"{left_out} rows below --min-score left out" in said.stdout


@pytest.mark.parametrize(
    ("stated", "size"),
    [("20", 20), ("20kB", 20_000), ("1.5MB", 1_500_000), ("2 MiB", 2 << 20), ("1G", 10**9)],
)
def test_sizes(stated: str, size: int) -> None:
    assert size_in_bytes(stated, "--max-bytes") == size


def test_ctrl_c_ends_with_its_status_and_a_line(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "run", interrupted)
    said = plextract("run", documents(a="2012"), "--out", tmp_path / "out", "--model", "none")
    assert said.exit_code == cli.INTERRUPTED == 130
    assert said.stderr.splitlines()[-1].startswith("plextract: interrupted; --resume")


# worker processes import the main script, and with it what it puts in the place of the pipeline
SLOW_RUN = """
import time
from pipeline import cli, flow
def process(raw, nlp, settings):
    print("begun", flush=True)
    time.sleep(60)
flow.process = process
if __name__ == "__main__":
    cli.main()
"""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_process_cleanly(
    number: int, status: int, documents: Write, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(SLOW_RUN, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, script, "run", documents(a="2012"), "--out", tmp_path / "out", "--model", "none"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        _, said = process.communicate(timeout=10)
    assert process.returncode == status
    assert "Traceback" not in said
    assert "--resume" in said


# --- the other commands --------------------------------------------------------------------------------------


def test_help_shows_examples() -> None:
    subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "--help"], check=True, capture_output=True, cwd=ROOT
    )
    for command in ("run", "evaluate", "explain", "schema", "models"):
        said = plextract(command, "--help")
        assert said.exit_code == 0
        assert "Example" in said.stdout


def test_version() -> None:
    assert plextract("--version").stdout.startswith("plextract 0.")


def test_explain_shows_the_spans_the_values_and_the_rules() -> None:
    said = plextract("explain", "Umowę podpisano 5 maja 2014 r. na 2,5 mln zł.", "--model", "none")
    assert said.exit_code == 0
    assert "Umowę podpisano [5 maja 2014 r.] na [2,5 mln zł]." in said.stdout
    assert "2014-05-05" in said.stdout
    assert "2500000.00 PLN" in said.stdout
    assert "date.day" in said.stdout


def test_explain_reads_stdin_and_takes_a_reference_date() -> None:
    said = plextract(
        "explain", "-", "--reference-date", "2016-04-21", "--model", "none", stdin="Było to wczoraj."
    )
    assert "2016-04-20" in said.stdout


def test_explain_says_when_there_is_nothing() -> None:
    assert "Nothing found." in plextract("explain", "Dzień dobry.", "--model", "none").stdout


@pytest.mark.usefixtures("simple_flow")
def test_evaluate_prints_a_table_json_and_mistakes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("w 2012 r. i w 1990 r.", encoding="utf-8")
    year = {"start": 2, "end": 9, "edtf": "2011", "time_from": None, "time_to": None}
    line = {"source": "a.txt", "raw_text": "w 2012 r. i w 1990 r.", "reference_date": None, "dates": [year]}
    (tmp_path / "gold.jsonl").write_text(json.dumps(line), encoding="utf-8")
    args = ("evaluate", "--gold", tmp_path / "gold.jsonl", "--docs", tmp_path, "--model", "none")
    said = plextract(*args, "--errors").stdout
    assert "wrong value dates 2011 → 2012" in said
    assert "w [2012 r.] i w" in said
    assert "spurious" in said
    assert ["dates", "0.000", "0.000", "0.000", "0", "2", "1"] in [row.split() for row in said.splitlines()]
    scored = json.loads(plextract(*args, "--json").stdout)
    assert scored["scores"]["dates"] == {
        "precision": 0, "recall": 0, "f1": 0, "correct": 0, "predicted": 2, "gold": 1,
    }  # fmt: skip


@pytest.mark.usefixtures("simple_flow")
def test_the_gate_fails_below_a_floor_and_the_baseline_only_rises(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("w 2012 r.", encoding="utf-8")
    year = {"start": 2, "end": 9, "edtf": "2012", "time_from": None, "time_to": None}
    line = {"source": "a.txt", "raw_text": "w 2012 r.", "reference_date": None, "dates": [year]}
    (tmp_path / "gold.jsonl").write_text(json.dumps(line), encoding="utf-8")
    baseline = tmp_path / "baseline.json"
    args = (
        "evaluate", "--gold", tmp_path / "gold.jsonl", "--docs", tmp_path, "--model", "none", "--gate", baseline,
    )  # fmt: skip
    assert plextract(*args).exit_code == cli.FAILURE, "no floors hold nothing"
    assert plextract(*args, "--update-baseline").exit_code == 0
    assert plextract(*args).exit_code == 0
    line["dates"] = [{**year, "edtf": "2011"}]
    (tmp_path / "gold.jsonl").write_text(json.dumps(line), encoding="utf-8")
    said = plextract(*args)
    assert said.exit_code == cli.FAILURE
    assert "dates f1 0.0000 is below its floor 1.000" in said.stderr
    before = baseline.read_bytes()
    assert plextract(*args, "--update-baseline").exit_code == cli.FAILURE
    assert baseline.read_bytes() == before


def test_rules_are_listed_and_shown() -> None:
    listed = plextract("rules", "list", "amounts")
    assert listed.exit_code == 0
    rule_id = listed.stdout.split()[0]
    assert rule_id.startswith("amount.")
    shown = plextract("rules", "show", rule_id)
    assert shown.exit_code == 0
    assert "pattern" in shown.stdout
    assert "✓" in shown.stdout


def test_rules_check_lists_the_examples_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def rule(example: str) -> Rule:
        return Rule(id="date.year", purpose="A year.", pattern="{year}", examples=[example])

    def nothing(document: Document) -> list[Mention]:
        return []

    broken = rule("W [2012 r.|2012] podpisano umowę.")
    blocking = broken.model_copy(update={"blocks": True, "examples": ["tel. 2012"]})
    monkeypatch.setattr(examples, "TABLES", [examples.Table("dates", lambda: [broken, blocking], nothing)])
    said = plextract("rules", "check")
    assert said.exit_code == cli.FAILURE
    assert said.stdout.splitlines()[0] == "dates: 2 rules, 2 examples, 0 negatives, failures: 1"
    assert "date.year: W [2012 r.|2012] podpisano umowę." in said.stdout
    assert "found nothing" in said.stdout
    monkeypatch.setattr(examples, "TABLES", [examples.Table("dates", lambda: [blocking], nothing)])
    said = plextract("rules", "check")
    assert (said.exit_code, said.stdout) == (0, "dates: 1 rules, 1 examples, 0 negatives, all hold\n")


def test_schema_describes_the_tables() -> None:
    said = plextract("schema", "dates").stdout
    assert "edtf" in said
    assert "ISO 8601-2" in said
    assert "currency" not in said
    assert plextract("schema", "--markdown").stdout == reference.markdown()


def test_schema_renews_a_page_and_refuses_one_without_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{reference.BEGIN}\nstale\n{reference.END}\nafter\n", encoding="utf-8")
    assert plextract("schema", "--into", page).exit_code == 0
    renewed = page.read_text(encoding="utf-8")
    assert renewed.startswith("before\n")
    assert renewed.endswith("\nafter\n")
    assert "| `edtf` | string |" in renewed
    assert "stale" not in renewed
    page.write_text("no markers", encoding="utf-8")
    assert plextract("schema", "--into", page).exit_code == cli.FAILURE


def test_models_says_what_auto_takes() -> None:
    said = plextract("models")
    assert said.exit_code == 0
    assert "auto → model: " in said.stdout
