"""The wheel is whole: it runs where there is no checkout, with the rules and models it carries."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
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
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pipeline"}


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


def test_the_wheel_names_its_version(installed: Path, tmp_path: Path) -> None:
    said = outside(installed.with_name("plextract"), tmp_path, "--version")
    assert said.stdout.startswith("plextract 0.")
