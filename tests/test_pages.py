"""Pages of the documentation do what they say: their code blocks run in order, and what they show is what comes out."""

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import sample_files
import walk
from test_layers import LAYERS
from test_territory import TERC

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
RUN = ("index", "tutorial", "library", "own-rules", "rules", "command-line", "architecture", "data")
"""Pages whose blocks are run here. The commands of all others are parsed by ``test_docs``."""


class Reader:
    """Somebody who works through a page in a folder, block by block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, object] = {"__name__": "__main__"}
        bin_ = Path(sys.executable).parent
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PLEXTRACT_")},
            "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "COLUMNS": "120",
        }

    def shell(self, script: str) -> str:
        """Run a script and return what it prints; raises where a command of it fails."""
        done = subprocess.run(
            ["bash", "-euc", script],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def python(self, code: str, place: str) -> str:
        """Run Python in this process, where the blocks of a page share their names, and return what it prints."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.chdir(self.folder):
            exec(compile(code, place, "exec"), self.names)
        return printed.getvalue()

    def work_through(self, page: Path, project: Path | None = None) -> None:
        """Do all blocks of a page; blocks with a title are files, or places in files of ``project``."""
        said = None
        for block in walk.blocks(page):
            place = f"{page.name}:{block.line}"
            before, said = said, None
            if block.not_run:
                continue
            if block.title:
                walk.edit(project or self.folder, block)
            elif block.language == "sh":
                self.shell(block.text)
            elif block.language == "python":
                said = self.python(block.text, place)
            elif block.language == "console":
                command, _, shown = block.text.removeprefix("$ ").partition("\n")
                compare(page, place, shown, self.shell(command))
            elif block.language == "text" and before is not None:
                compare(page, place, block.text, before)


def compare(page: Path, place: str, shown: str, said: str) -> None:
    """Demand that a page shows what was said; with ``RENEW_PAGES`` in the environment, have it do so."""
    if "RENEW_PAGES" in os.environ:
        page.write_text(
            page.read_text(encoding="utf-8").replace(shown, "\n".join((*lines(said), "")), 1),
            encoding="utf-8",
        )
        return
    assert lines(said) == lines(shown), (
        f"{place}: this is not what comes out; renew it with: RENEW_PAGES=1 .venv/bin/python -m pytest tests/test_pages.py"
    )


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]


@pytest.mark.parametrize("name", RUN)
def test_the_blocks_of_a_page_run(name: str, tmp_path: Path) -> None:
    (tmp_path / "corpus").symlink_to(ROOT / "corpus")
    Reader(tmp_path).work_through(DOCS / f"{name}.md")


@pytest.fixture
def somebodys_folder(tmp_path: Path, corpus_run: Path) -> Path:
    """Return a folder with all that README.md's commands name, in the place of what a reader would have."""
    text = "Umowę na 2,5 mln zł podpisano 5 maja 2014 r."
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "umowa.txt").write_text(text, encoding="utf-8")
    (tmp_path / "reports" / "2014").mkdir(parents=True)
    (tmp_path / "reports" / "2014" / "raport.pdf").write_bytes(sample_files.pdf([text]))
    (tmp_path / "letter.docx").write_bytes(sample_files.docx(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"))
    row = {"body": text, "url": "https://example.org/1", "published": "2014-05-06"}
    (tmp_path / "news.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    (tmp_path / "TERC_Urzedowy_2024-01-01.csv").write_text("\ufeff" + TERC, encoding="utf-8")
    shutil.copytree(corpus_run, tmp_path / "outputs")  # decisions are kept in it
    (tmp_path / "corpus").symlink_to(ROOT / "corpus")
    return tmp_path


@pytest.mark.parametrize(
    "block",
    [block for block in walk.blocks(ROOT / "README.md") if block.language == "sh"],
    ids=lambda block: f"line {block.line}",
)
def test_what_readme_has_people_type_works(block: walk.Block, somebodys_folder: Path) -> None:
    typed = [line for line in block.text.splitlines() if not line.startswith(("make ", ". .venv/"))]
    Reader(somebodys_folder).shell("\n".join(typed))


def test_the_tutorial_adds_a_field_to_a_copy_of_the_project(tmp_path: Path) -> None:
    """Somebody new to the project does what the page says and nothing else; the checks of the project hold then."""
    project = tmp_path / "plextract"
    for name in ("pipeline", "rules", "docs", "tests", "corpus"):
        ignored = shutil.ignore_patterns("__pycache__", "test_p*", "test_w*")
        shutil.copytree(ROOT / name, project / name, ignore=ignored)
    for name in ("README.md", "pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, project / name)
    (project / "models").symlink_to(ROOT / "models")
    reader = Reader(project)
    reader.environment["PYTHONPATH"] = str(project)
    program = project / "bin" / "plextract"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pipeline.cli "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    reader.environment["PATH"] = f"{program.parent}{os.pathsep}{reader.environment['PATH']}"

    reader.work_through(DOCS / "tutorial-add-a-field.md")

    assert "#### `percentages`" in (project / "README.md").read_text(encoding="utf-8")
    python = f"'{sys.executable}' -m"
    reader.shell(
        f"{python} pytest -p no:cacheprovider tests/test_layers.py tests/test_docs.py -k 'imports or reference'"
    )
    reader.shell(f"{python} ruff check pipeline")


def test_the_site_builds_without_a_warning_and_fetches_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, DOCS / "build.py", tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert {"index.html", "tutorial.html", "python.html", "commands.html"} <= {page.name for page in pages}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        fetched = re.findall(r'<(?:script|img|link|iframe)[^>]*(?:src|href)="(https?://[^"]+)', text)
        assert [address for address in fetched if "canonical" not in address] == []
    shown = (tmp_path / "site" / "reference" / "python.html").read_text(encoding="utf-8")
    assert "Yield what" in shown  # a docstring


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path: Path) -> None:
    copy = tmp_path / "project"
    shutil.copytree(DOCS, copy / "docs")
    shutil.copy(ROOT / "CONTRIBUTING.md", copy)
    with (copy / "docs" / "index.md").open("a", encoding="utf-8") as page:
        page.write("\n[nowhere](nowhere.md)\n")
    done = subprocess.run(
        [sys.executable, copy / "docs" / "build.py", tmp_path / "out"],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode != 0


def test_every_page_is_in_the_navigation_or_comes_last() -> None:
    listed = set(re.findall(r'"([\w/-]+\.md)"', (DOCS / "zensical.toml").read_text(encoding="utf-8")))
    own = {f"{name}.md" for name in RUN} | {"CONTRACT.md", "tutorial-add-a-field.md", "reference/python.md"}
    assert own <= listed


def test_the_page_on_architecture_has_every_module_and_library() -> None:
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    table = page.partition("## Who imports whom")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", table))
    missing = {module for layer in LAYERS for module in layer} - named
    assert not missing, "name the module in the table of docs/architecture.md, where its layer is"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for library in ("typer", "zensical", "morfeusz2", "pypdfium2"):
        assert any(
            library in stated
            for stated in (*project["dependencies"], *project["optional-dependencies"]["docs"])
        )
        assert f"`{library}`" in page


def test_pages_that_are_not_run_say_why() -> None:
    for name in (*RUN, "tutorial-add-a-field"):
        for block in walk.blocks(DOCS / f"{name}.md"):
            assert block.not_run is None or len(block.not_run) > 10
