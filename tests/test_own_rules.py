"""A folder of the user's own rules is laid over the built-in one, in every command and every process."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipeline import cli, environment, rules

TEXT = "W naradzie wzięło udział 12 sołectw i Dolina Wkry. Umowę podpisano 5 maja 2014 r."


@pytest.fixture
def own(tmp_path: Path) -> Path:
    said = CliRunner().invoke(cli.app, ["init", str(tmp_path / "own")])
    assert said.exit_code == 0, said.output
    return tmp_path / "own"


def plextract(*args: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own: rules that a process has read stay."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *map(str, args)],
        cwd=cwd, env={**os.environ, **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_folder_of_init_holds_what_its_examples_say(own: Path) -> None:
    said = plextract("rules", "check", "organisations", "partner_counts", "--rules", own, cwd=own)
    assert said.returncode == 0, said.stdout
    assert said.stdout.count("all hold") == 2
    assert plextract("rules", "check", "organisation", cwd=own).returncode == cli.WRONG_USE
    assert plextract("rules", "show", "own.short_names", "--rules", own, cwd=own).returncode == 0
    assert plextract("rules", "show", "own.short_names", cwd=own).returncode == cli.WRONG_USE


def test_commands_of_its_readme_work(own: Path) -> None:
    page = (own / "README.md").read_text(encoding="utf-8")
    (explain,) = [line for line in page.splitlines() if line.startswith("plextract explain")]
    said = subprocess.run(
        f"{shlex.quote(str(Path(sys.executable).parent))}/{explain}", shell=True, cwd=own, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert "12 sołectwo" in said.stdout
    assert "own.short_names" in said.stdout


def test_a_run_in_several_processes_follows_own_rules_and_says_so(own: Path, tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    for number in range(40):
        (documents / f"{number}.txt").write_text(f"{number}. {TEXT}", encoding="utf-8")
    run = ("run", documents, "--model", "none", "--workers", "2", "--out", "tables")
    said = plextract(*run, cwd=tmp_path, PLEXTRACT_RULES=str(own))
    assert said.returncode == 0, said.stderr
    found = pq.read_table(tmp_path / "tables" / "organisations").to_pylist()
    assert {(row["name"], row["rule"]) for row in found} == {("Dolina Wkry", "own.short_names")}
    assert len(found) == 40
    assert pq.read_table(tmp_path / "tables" / "partner_counts")["unit"].to_pylist() == ["sołectwo"] * 40
    manifest = json.loads((tmp_path / "tables" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rules"] != rules.rules_digest()  # which is that of the built-in rules here


OWN_DATES = """
- id: date.day
  purpose: Days, but none.
  pattern: "{day} {month} {year}"
  blocks: true
  examples: ["dnia 5 maja 2014 r."]
"""


def test_a_rule_takes_the_place_of_the_one_with_its_id(own: Path) -> None:
    (own / "dates.yaml").write_text(OWN_DATES, encoding="utf-8")
    said = plextract("explain", TEXT, "--model", "none", "--rules", own, cwd=own)
    assert "2014-05-05" not in said.stdout
    assert "own.short_names" in said.stdout


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("date.yaml", OWN_DATES, "no file of this name; there are amounts.yaml, dates.yaml"),
        ("dates.yaml", OWN_DATES.replace("{month}", "{moon}"), "{moon}"),
        ("dates.yaml", OWN_DATES + OWN_DATES, "date.day is defined twice"),
        ("dates.yaml", "month: 5", "must be a list"),
        ("vocabulary/own.yaml", "month: {lemas: [maj]}", "own.yaml: month: lemas"),
    ],
)
def test_what_cannot_be_used_is_wrong_use_and_named(own: Path, name: str, text: str, reason: str) -> None:
    (own / name).write_text(text, encoding="utf-8")
    said = plextract("run", own / "README.md", "--out", "tables", "--rules", own, cwd=own, COLUMNS="200")
    assert said.returncode == cli.WRONG_USE
    assert reason in said.stderr
    assert not (own / "tables").exists()


def test_init_leaves_a_folder_with_files_in_it_alone(own: Path) -> None:
    said = CliRunner().invoke(cli.app, ["init", str(own)])
    assert said.exit_code == cli.WRONG_USE
    assert "not empty" in said.stderr


def test_lists_are_added_to_and_tables_of_words_joined(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own / "organisations").mkdir()
    (own / "organisations" / "words.yaml").write_text("streets: {lemmas: [zaułek, plac]}", encoding="utf-8")
    monkeypatch.setattr(rules, "own_folder", lambda: own)
    before = rules.read_yaml(rules.rules_folder() / "organisations" / "words.yaml")
    joined = rules.read_rules("organisations/words.yaml")
    assert joined["streets"]["lemmas"] == [*before["streets"]["lemmas"], "zaułek"]
    assert joined["titles"] == before["titles"]


def test_a_library_follows_own_rules_too(own: Path) -> None:
    code = f"import pipeline; print(pipeline.extract({TEXT!r}, model='none').partner_counts[0].shown)"
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, environment.RULES: str(own)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout == "12 sołectwo\n"
    wrong = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, environment.RULES: "/nowhere"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "RuleError: /nowhere: there is no such folder of rules" in wrong.stderr
