"""What several test modules share. The pipeline is imported only by tests that use it."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def documents(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes texts as files of a folder: ``documents(a="text", b="text")``."""

    def write(**texts: str) -> Path:
        folder = tmp_path / "documents"
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def corpus_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the output folder of a run over corpus/docs with the bundled model, made once for all tests that look at it."""
    from typer.testing import CliRunner  # noqa: PLC0415

    from pipeline.cli import app  # noqa: PLC0415

    out = tmp_path_factory.mktemp("corpus") / "outputs"
    docs = Path(__file__).resolve().parent.parent / "corpus" / "docs"
    said = CliRunner().invoke(app, ["run", str(docs), "--out", str(out), "--model", "pl_nkjp_sm"])
    assert said.exit_code == 0, said.output
    return out


@pytest.fixture
def simple_flow(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Put the stand-in in the place of the pipeline."""
    from stand_in import years_and_capitals  # noqa: PLC0415

    from pipeline import flow  # noqa: PLC0415

    monkeypatch.setattr(flow, "process", years_and_capitals)
    return monkeypatch
