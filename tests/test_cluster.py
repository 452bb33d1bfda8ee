"""Ray on one machine, a node of it killed in the middle of a run: the bytes are those of a local run."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="plextract[ray] is not installed")

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = """
from pipeline import batch, cli

batch.SHARD_DOCUMENTS = 2

if __name__ == "__main__":
    cli.main()
"""
SENTENCE = "Umowę {number} z {year} r. podpisał Związek Miast Polskich (ZMP); {number} gmin otrzyma {number},5 mln zł. "


def inputs(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        text = SENTENCE.format(number=number + 2, year=2000 + number % 20) * 20
        (folder / f"{number:03d}.txt").write_text(text, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")
    return folder


def start(tmp_path: Path, *args: str | Path) -> "subprocess.Popen[str]":
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, script, "run", tmp_path / "in", "--model", "none", "--log-json", *args],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def parts(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*.parquet")}


def test_a_run_whose_node_is_killed_has_the_bytes_of_a_local_one(tmp_path: Path) -> None:
    inputs(tmp_path / "in", 60)
    out = tmp_path / "ray"
    with subprocess.Popen(
        [sys.executable, ROOT / "tests" / "ray_cluster.py", "2"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as cluster:  # fmt: skip
        assert cluster.stdin and cluster.stdout
        try:
            address = next(line for line in cluster.stdout if re.fullmatch(r"[\d.]+:\d+\s*", line)).strip()
            with start(tmp_path, "--out", out, "--engine", "ray", "--address", address) as process:
                deadline = time.monotonic() + 120
                while len(marks := list(out.glob(".staging/shard-*/done.json"))) < 3:
                    assert process.poll() is None, process.communicate()[1]
                    assert time.monotonic() < deadline, "no shard is ever done"
                    time.sleep(0.02)
                cluster.stdin.write("kill\n")
                cluster.stdin.flush()
                assert cluster.stdout.readline() == "killed\n"
                assert len(marks) < 31
                assert not (out / "manifest.json").exists(), "the run was over before its node was killed"
                _, said = process.communicate(timeout=150)
            assert process.returncode == 3, said  # broken.pdf
        finally:
            cluster.stdin.close()
            cluster.wait(timeout=60)
    with start(tmp_path, "--out", tmp_path / "local") as process:
        process.communicate(timeout=120)
    assert parts(out) == parts(tmp_path / "local")
    rows = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["rows"]
    assert rows["documents"] == 60 and rows["errors"] == 1 and rows["organisations"] > 0
    assert not (out / ".staging").exists()


def test_without_ray_the_message_says_how_to_get_it(tmp_path: Path) -> None:
    inputs(tmp_path / "in", 1)
    hidden = "import sys; sys.modules['ray'] = None; from pipeline import cli; cli.main()"
    said = subprocess.run(
        [sys.executable, "-c", hidden, "run", tmp_path / "in", "--out", tmp_path / "out", "--engine", "ray"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert said.returncode == 2
    assert "pip install 'plextract[ray]'" in said.stderr
