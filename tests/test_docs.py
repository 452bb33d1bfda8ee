"""README.md says what is so, and docs/ where nothing runs it: their commands parse, its Python runs, its reference is that of the records."""

import re
import shlex
from itertools import takewhile
from pathlib import Path

import pytest
import typer
import walk
from stand_in import Write
from typer.testing import CliRunner

from pipeline import batch, cli, environment, examples, read, resolve
from pipeline.cli import reference
from pipeline.extractors import organisations
from pipeline.flow import Settings

ROOT = Path(__file__).resolve().parent.parent
COMMAND = re.compile(r"""(?:'[^']*'|"[^"]*"|(?! \d?[<>|]| [&#;])[^'"])*""")
"""A command up to what ends it outside of quotes: a redirection, the next command, a comment."""
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    """Return every command line of plextract in README.md, in docs/, and in the help texts of its commands."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    pages = [block for page in sorted((ROOT / "docs").rglob("*.md")) for block in walk.blocks(page)]
    lines += [
        line.removeprefix("$ ")
        for block in pages
        if not block.not_run and (block.language == "sh" or block.text.startswith("$ "))
        for line in block.text.replace("\\\n", " ").splitlines()[: None if block.language == "sh" else 1]
    ]
    inline = re.findall(r"`((?:\.venv/bin/)?plextract [^`]*)`", README)
    helps = [
        line
        for command in (
            *cli.app.registered_commands,
            *(
                command
                for group in cli.app.registered_groups
                for command in group.typer_instance.registered_commands
            ),
        )
        for line in (command.callback.__doc__ or "").splitlines()
    ]
    found = (
        re.search(r"(?:^|\|) *(?:\.venv/bin/)?(plextract .*)", line) for line in (*lines, *inline, *helps)
    )
    return list(dict.fromkeys(COMMAND.match(match[1])[0].rstrip() for match in found if match))


@pytest.mark.parametrize("command", commands())
def test_documented_commands_parse(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv(environment.RULES, "")  # --rules sets it for the whole process
    group = typer.main.get_command(cli.app)
    args = shlex.split(command)[1:]
    context = group.make_context("plextract", args)
    while isinstance(group, typer.core.TyperGroup):
        name, found, rest = group.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        try:
            group, context = found, found.make_context(name, rest, parent=context)
        except typer.BadParameter as error:
            assert str(error).endswith("does not exist."), error  # what a reader has and this folder has not
            return


def test_there_are_commands_to_check() -> None:
    assert len(commands()) > 15
    names = {command.split()[1] for command in commands()}
    assert names >= {"run", "evaluate", "explain", "rules", "schema", "models"}


def test_the_python_examples_run(documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snippets = blocks("python")
    folder = documents(a="W 2012 roku i w 2013 roku")
    batch.run(read.discover([str(folder)]), tmp_path / "outputs", None, Settings())
    monkeypatch.chdir(tmp_path)
    assert len(snippets) == 2
    for snippet in snippets:
        exec(compile(snippet, "README.md", "exec"), {})


def test_the_shown_output_is_what_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    (block,) = blocks("console")
    command, _, shown = block.removeprefix("$ plextract ").partition("\n")
    said = CliRunner().invoke(cli.app, shlex.split(command))
    assert [line.rstrip() for line in said.stdout.splitlines()] == shown.splitlines(), (
        "put what the command prints, 120 columns wide, into README.md"
    )


def table_under(heading: str, columns: str) -> list[list[str]]:
    """Return the rows of the table with these columns in a section of README.md."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = section.partition(f"| {columns} |\n")[2].splitlines()[1:]
    return [line.strip("| ").split(" | ") for line in takewhile(lambda line: line.startswith("|"), lines)]


def test_ten_names_in_are_ten_names_out() -> None:
    shown = table_under("Ten names in, ten out", "in a text | `name` | `org_type`")
    assert len(shown) == 10
    for marked, name, org_type in shown:
        before, text, after = marked.split("**")
        document = examples.as_document(examples.parse(before + text + after))
        rows = resolve.resolve(document, organisations.extract(document))
        assert [(row.text, row.name, row.org_type) for row in rows] == [(text, name, org_type)]


def test_what_is_known_to_fail_fails_as_shown() -> None:
    shown = table_under("Ten names in, ten out", "phrase | comes out as | should be")
    assert len(shown) > 3
    for phrase, wrong, right in shown:
        assert resolve.nominative(phrase) == wrong != right, "take out of README.md what is mended"


def test_make_targets_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"make ([a-z]+)", README))
    assert named >= {"run", "test"}
    assert named <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def test_the_table_reference_is_that_of_the_records() -> None:
    assert reference.updated(README) == README, "renew it with: plextract schema --into README.md"


def test_linked_files_exist() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", README)
    assert linked
    assert [target for target in linked if not (ROOT / target).exists()] == []


def test_every_exit_status_of_the_command_line_is_documented() -> None:
    documented = {
        int(code)
        for cell in re.findall(r"^\| ([\d, ]+) \|", README, re.MULTILINE)
        for code in cell.split(",")
    }
    assert documented == {0, cli.FAILURE, cli.WRONG_USE, cli.SOME_FAILED, cli.INTERRUPTED, cli.TERMINATED}
