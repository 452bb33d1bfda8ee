"""The wheel is whole: it runs where there is no checkout, with the rules and models it carries."""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist and the wheel that was built from it, as ``make dist`` makes them."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (built,) = dist.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a new environment with the wheel in it and this one's libraries, but not the checkout."""
    folder = tmp_path_factory.mktemp("elsewhere") / "a new environment"
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    own = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)],
        check=True, capture_output=True,
    )  # fmt: skip
    # a .pth line adds a folder without reading the .pth files in it, one of which is the checkout's
    (Path(own) / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def outside(python: Path, cwd: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [str(python), *args], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_carries_rules_models_and_licence_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for rules in (ROOT / "rules").rglob("*.yaml"):
        assert f"pipeline/data/rules/{rules.relative_to(ROOT / 'rules').as_posix()}" in names
    for meta in (ROOT / "models").glob("*/meta.json"):
        assert f"pipeline/data/models/{meta.parent.name}/meta.json" in names
    for part in ("templates/page.html", "static/review.js", "static/review.css", "texts.yaml"):
        assert f"pipeline/review/{part}" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "pipeline/py.typed" in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pipeline"}


def test_the_sdist_is_whole_and_carries_no_more_than_the_project(dist: Path) -> None:
    (built,) = dist.glob("*.tar.gz")
    with tarfile.open(built) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for needed in ("pyproject.toml", "README.md", "LICENSE", "rules/dates.yaml", "pipeline/flow.py", "tests/conftest.py",
                   "docs/tutorial.md", "corpus/gold.jsonl"):  # fmt: skip
        assert needed in names
    assert not [name for name in names if name.startswith((".venv", "outputs/documents", "build/", "dist/"))]


def test_both_pass_the_checks_of_the_package_index(dist: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *dist.iterdir()],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout
    assert said.stdout.count("PASSED") == 2


def test_the_version_is_stated_once_and_is_semantic(dist: Path) -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?", stated)
    assert {path.name for path in dist.iterdir()} == {
        f"plextract-{stated}.tar.gz",
        f"plextract-{stated}-py3-none-any.whl",
    }
    elsewhere = subprocess.run(
        ["git", "grep", "-nE", r"__version__ *= *['\"][0-9]", "--", "*.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not elsewhere.stdout


def test_the_wheel_is_imported_and_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    said = outside(installed, tmp_path, "-c", "import pipeline; print(pipeline.__file__)")
    assert said.returncode == 0, said.stderr
    assert not Path(said.stdout).is_relative_to(ROOT)
    assert "a new environment" in said.stdout


def test_an_installed_wheel_extracts_a_document(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "umowa.txt").write_text(
        "Umowę podpisano 5 maja 2014 r. Wartość projektu: 2,5 mln zł.\n", encoding="utf-8"
    )
    plextract = installed.with_name("plextract")
    said = outside(plextract, tmp_path, "run", "umowa.txt", "--out", "tables")
    assert said.returncode == 0, said.stderr
    assert pq.read_table(tmp_path / "tables" / "dates")["edtf"].to_pylist() == ["2014-05-05"]
    (amount,) = pq.read_table(tmp_path / "tables" / "amounts").to_pylist()
    assert (str(amount["value"]), amount["currency"]) == ("2500000.00", "PLN")


def test_an_installed_wheel_is_a_library_and_a_spacy_component(installed: Path, tmp_path: Path) -> None:
    code = (
        "import pipeline, spacy; nlp = spacy.blank('pl'); nlp.add_pipe('plextract');"
        "doc = nlp('w 2014 r.'); print(doc.spans['dates'][0]._.value.edtf);"
        "print(pipeline.extract('w 2014 r.', model='none').dates[0].edtf)"
    )
    said = outside(installed, tmp_path, "-c", code)
    assert said.stdout == "2014\n2014\n", said.stderr


def test_an_installed_wheel_makes_a_folder_for_own_rules(installed: Path, tmp_path: Path) -> None:
    plextract = installed.with_name("plextract")
    assert outside(plextract, tmp_path, "init", "own").returncode == 0
    said = outside(
        plextract, tmp_path, "explain", "--rules", "own", "--model", "none", "Dolina Wkry i 12 sołectw"
    )
    assert "own.short_names" in said.stdout, said.stderr


def test_the_wheel_names_its_version(installed: Path, tmp_path: Path) -> None:
    said = outside(installed.with_name("plextract"), tmp_path, "--version")
    assert said.stdout.startswith("plextract 0.")
