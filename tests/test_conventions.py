"""What people expect of a command line: environment variables, completion, a manual page."""

import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
import yaml
from stand_in import Write
from typer.testing import CliRunner

from pipeline import cli, environment
from pipeline.cli import manual

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(sys.executable).with_name("plextract")
VARIABLES = {value for name, value in inspect.getmembers(environment) if name.isupper()}


def test_options_can_be_said_by_the_environment(documents: Write, tmp_path: Path) -> None:
    variables = {
        environment.MODEL: "none",
        environment.OUT: str(tmp_path / "out"),
        environment.MAX_BYTES: "10",
    }
    said = CliRunner().invoke(
        cli.app, ["run", str(documents(a="W 2012 r.", b="W 2013 i 2014 r."))], env=variables
    )
    assert said.exit_code == cli.SOME_FAILED, said.output
    assert pq.read_table(tmp_path / "out" / "dates")["edtf"].to_pylist() == ["2012"]
    assert pq.read_table(tmp_path / "out" / "errors")["error_type"].to_pylist() == ["too_large"]
    again = CliRunner().invoke(
        cli.app,
        ["run", str(documents()), "--max-bytes", "1MB", "--out", str(tmp_path / "out")],
        env=variables,
    )
    assert again.exit_code == 0, again.output


def test_an_environment_variable_is_checked_as_the_option_is(documents: Write) -> None:
    said = CliRunner().invoke(
        cli.app, ["run", str(documents(a="2012")), "--out", "out"], env={environment.WORKERS: "0"}
    )
    assert said.exit_code == cli.WRONG_USE


def test_every_environment_variable_is_in_the_help_and_in_the_manual() -> None:
    assert len(VARIABLES) == 7
    shown = CliRunner().invoke(cli.app, ["run", "--help"], env={"COLUMNS": "300"}).stdout
    assert set(re.findall(r"PLEXTRACT_\w+", shown)) >= VARIABLES
    assert set(re.findall(r"PLEXTRACT_\w+", CliRunner().invoke(cli.app, ["man"]).stdout)) >= VARIABLES


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_get_a_script_that_completes(shell: str) -> None:
    said = subprocess.run(
        [PROGRAM], env={**os.environ, "_PLEXTRACT_COMPLETE": f"source_{shell}"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert "_PLEXTRACT_COMPLETE" in said.stdout
    assert f"complete_{shell}" in said.stdout


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("plextract mod", {"models"}),
        ("plextract run --work", {"--workers"}),
        ("plextract explain --model pl_nkjp", {"pl_nkjp_sm"}),
        ("plextract schema am", {"amounts"}),
        ("plextract rules show amount.pl", {"amount.plain"}),
    ],
)
def test_commands_and_options_are_completed(typed: str, completed: set[str]) -> None:
    variables = {
        "_PLEXTRACT_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(typed.split()) - 1),
    }
    said = subprocess.run(
        [PROGRAM], env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert set(said.stdout.split()) == completed


def test_the_manual_has_every_command_and_option() -> None:
    page = manual.page(typer.main.get_command(cli.app), "9.9.9")
    plain = page.replace("\\-", "-")
    assert "plextract 9.9.9" in plain
    for name in ("run INPUT...", "rules check TABLE...", "explain TEXT", "evaluate"):
        assert f'.SS "{name}"' in plain
    assert {"--resume", "--reference-date", "--gate"} <= set(re.findall(r"--[a-z-]+", plain))
    assert "[b]" not in page


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_man_lays_the_manual_out_without_a_warning() -> None:
    page = CliRunner().invoke(cli.app, ["man"]).stdout
    said = subprocess.run(
        ["groff", "-man", "-ww", "-Kutf8", "-Tutf8"], input=page, capture_output=True, text=True, check=True
    )
    assert said.stderr == ""
    assert "PLEXTRACT_MODEL" in said.stdout


def test_the_hooks_before_a_commit_are_valid_and_their_programs_are_there() -> None:
    config = ROOT / ".pre-commit-config.yaml"
    said = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-config", config],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout
    hooks = yaml.safe_load(config.read_text(encoding="utf-8"))["repos"][0]["hooks"]
    assert {hook["id"] for hook in hooks} == {"ruff", "ruff-format", "mypy", "notebooks", "rules"}
    for hook in hooks:
        program = Path(hook["entry"].split()[0])
        assert program.parts[:2] == (".venv", "bin")
        assert (PROGRAM.parent / program.name).exists()
