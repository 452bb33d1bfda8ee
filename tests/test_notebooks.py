"""The notebooks run from top to bottom on the output of a run, draw what a paper can use, and are kept without output."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from pipeline.review.decisions import FILE, Decisions, Verdict

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells(path: Path) -> list[str]:
    """Return the code cells of a notebook."""
    return [
        "".join(cell["source"])
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]


@pytest.fixture
def folder(corpus_run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Work in a folder like notebooks/, beside the output of a run."""
    before = mpl.get_backend()
    plt.switch_backend("Agg")
    (tmp_path / "outputs").symlink_to(corpus_run)
    (tmp_path / "corpus").symlink_to(ROOT / "corpus")
    own = tmp_path / "notebooks"
    own.mkdir()
    for path in (ROOT / "notebooks").iterdir():
        (own / path.name).symlink_to(path)
    monkeypatch.chdir(own)
    with plt.rc_context():
        yield own
    plt.close("all")
    plt.switch_backend(before)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_its_figures_can_be_printed(path: Path, folder: Path) -> None:
    namespace: dict[str, object] = {}
    for number, source in enumerate(cells(path)):
        exec(compile(source, f"{path.name}, cell {number}", "exec"), namespace)
    for figure in map(plt.figure, plt.get_fignums()):
        check(figure)
    assert path.name.startswith("01") or plt.get_fignums()


def check(figure: Figure) -> None:
    """Demand a title, a name for every axis that is shown, and a glyph for every character (a warning is an error)."""
    figure.canvas.draw()
    for axes in figure.axes:
        assert axes.get_title("left")
        scaled = axes.axison and not axes.images
        assert not scaled or axes.get_xlabel()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stripped_and_defines_nothing(path: Path) -> None:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            assert not cell["outputs"] and cell["execution_count"] is None, (
                "strip the output before committing: nbstripout notebooks/*.ipynb"
            )
    for source in cells(path):
        defined = [
            node
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        ]
        assert not defined


def test_there_are_notebooks() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05"]


def test_what_reviewers_said_is_shown(folder: Path, corpus_run: Path) -> None:
    """The last decision of a reviewer on a row counts, and one that was undone does not."""
    outputs = folder.parent / "outputs"
    outputs.unlink()
    outputs.mkdir()
    for path in corpus_run.iterdir():
        (outputs / path.name).symlink_to(path)
    verdicts: list[tuple[str, int, Verdict]] = [
        *(("dates", number, "right") for number in range(8)), ("amounts", 1, "wrong"), ("amounts", 1, "right"),
        ("amounts", 2, "wrong"),
    ]  # fmt: skip
    with Decisions.open(outputs / FILE) as store:
        for table, start, verdict in verdicts:
            store.add(
                reviewer="Ewa", table=table, doc_id="d", start=start, end=9, text="t", verdict=verdict,
                rule="r", score=0.9,
            )  # fmt: skip
        store.undo("Ewa")
    namespace: dict[str, object] = {}
    for source in cells(ROOT / "notebooks" / "05_quality.ipynb"):
        exec(source, namespace)
    decisions = namespace["decisions"]
    assert isinstance(decisions, pd.DataFrame)
    assert decisions.groupby("table").verdict.agg(list).to_dict() == {
        "dates": ["right"] * 8,
        "amounts": ["right"],
    }
    last = plt.figure(plt.get_fignums()[-1])
    check(last)
    assert last.axes[0].get_title("left") == "What reviewers said"
