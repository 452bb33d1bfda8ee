"""Ray on one machine, a node of it killed in the middle of a run: the bytes are those of a local run."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from stand_in import OWN_RULES, part_files

from pipeline import cluster

pytest.importorskip("ray", reason="plextract[ray] is not installed")

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = """
from pipeline import batch, cli

batch.SHARD_DOCUMENTS = 2

if __name__ == "__main__":
    cli.main()
"""
SENTENCE = "Umowę {number} z {year} r. podpisał Związek Miast Polskich (ZMP); {number} gmin otrzyma {number},5 mln zł. Złożyła ją Dolina Wkry. "


def inputs(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        text = SENTENCE.format(number=number + 2, year=2000 + number % 20) * 10
        (folder / f"{number:03d}.txt").write_text(text, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")


@contextmanager
def running(seconds: float, command: list[str | Path], **more: Any) -> "Iterator[subprocess.Popen[str]]":
    """Start a process that ends with the block, and after so many seconds at the latest: nothing waits for ever."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"}
    with subprocess.Popen([sys.executable, *command], env=environment, text=True, **more) as process:
        limit = threading.Timer(seconds, process.kill)
        limit.start()
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            if process.stdin:
                process.stdin.close()  # which ends the cluster
            process.wait()
            limit.cancel()


def run(tmp_path: Path, *args: str | Path) -> "AbstractContextManager[subprocess.Popen[str]]":
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [script, "run", tmp_path / "in", "--rules", tmp_path / "rules", "--model", "none", "--log-json"]
    return running(120, [*command, *args], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def test_a_run_whose_node_is_killed_has_the_bytes_of_a_local_one(tmp_path: Path) -> None:
    inputs(tmp_path / "in", 40)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "organisations.yaml").write_text(OWN_RULES, encoding="utf-8")
    out = tmp_path / "ray"
    cluster_of_two = running(
        180, [ROOT / "tests" / "ray_cluster.py", "2"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with cluster_of_two as nodes:
        assert nodes.stdin and nodes.stdout
        with run(tmp_path, "--out", tmp_path / "local") as process:  # while the cluster comes up
            said = process.communicate()[1]
            assert process.returncode == 3, said  # broken.pdf
        address = next(line for line in nodes.stdout if re.fullmatch(r"[\d.]+:\d+\s*", line)).strip()
        with run(tmp_path, "--out", out, "--engine", "ray", "--address", address) as process:
            while len(marks := list(out.glob(".staging/shard-*/done.json"))) < 3:
                assert process.poll() is None, process.communicate()[1]
                time.sleep(0.02)
            nodes.stdin.write("kill\n")
            nodes.stdin.flush()
            assert nodes.stdout.readline() == "killed\n"
            assert len(marks) < 21
            assert not (out / "manifest.json").exists(), "the run was over before its node was killed"
            said = process.communicate()[1]
            assert process.returncode == 3, said
    assert part_files(out) == part_files(tmp_path / "local")
    rows = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["rows"]
    assert rows["documents"] == 40 and rows["errors"] == 1
    names = pq.read_table(out / "organisations").column("name").to_pylist()
    assert "Dolina Wkry" in names, "the machines of the cluster have the own rules too"
    assert not (out / ".staging").exists()


def test_a_run_with_the_model_goes_on_after_its_first_process_was_killed(tmp_path: Path) -> None:
    inputs(tmp_path / "in", 24)
    (tmp_path / "rules").mkdir()
    out = tmp_path / "ray"
    with run(tmp_path, "--out", tmp_path / "local", "--model", "auto") as process:
        said = process.communicate()[1]
        assert process.returncode == 3, said
    with run(tmp_path, "--out", out, "--model", "auto", "--engine", "ray", "--workers", "1") as process:
        while not list(out.glob(".staging/shard-*/done.json")):
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.02)
        process.kill()
    assert not (out / "manifest.json").exists()
    with run(tmp_path, "--out", out, "--model", "auto", "--engine", "ray", "--resume") as process:
        said = process.communicate()[1]
        assert process.returncode == 3, said
    assert json.loads(said.splitlines()[-1])["resumed_documents"] >= 2
    assert part_files(out) == part_files(tmp_path / "local")


@pytest.mark.parametrize("answers", [True, False])
def test_a_run_waits_for_its_cluster_as_long_as_the_head_answers(
    answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "HEAD_POLL_SECONDS", 0.01)
    monkeypatch.setattr(cluster, "HEAD_SECONDS", 0.1)
    polls = threading.Semaphore(0)
    going_on = threading.Event()

    def rows() -> Iterator[int]:
        yield 1
        going_on.wait()
        yield 2

    with socket.create_server(("127.0.0.1", 0)) as head:
        address = f"127.0.0.1:{head.getsockname()[1]}"
        if not answers:
            head.close()
        answering = cluster._answers

        def counted(asked: str) -> bool:
            polls.release()
            return answering(asked)

        monkeypatch.setattr(cluster, "_answers", counted)
        coming = cluster._while_reachable(rows(), address)
        assert next(coming) == 1
        if answers:
            threading.Thread(target=lambda: [polls.acquire() for _ in range(5)] and going_on.set()).start()
            assert list(coming) == [2]
        else:
            with pytest.raises(ConnectionError, match="has not answered"):
                next(coming)
            going_on.set()


def test_what_ends_the_rows_of_a_cluster_ends_the_run() -> None:
    def rows() -> Iterator[int]:
        yield 1
        raise RuntimeError("an actor said no")

    coming = cluster._while_reachable(rows(), "127.0.0.1:1")
    assert next(coming) == 1
    with pytest.raises(RuntimeError, match="said no"):
        next(coming)


def test_without_ray_the_message_says_how_to_get_it(tmp_path: Path) -> None:
    inputs(tmp_path / "in", 1)
    hidden = "import sys; sys.modules['ray'] = None; from pipeline import cli; cli.main()"
    said = subprocess.run(
        [sys.executable, "-c", hidden, "run", tmp_path / "in", "--out", tmp_path / "out", "--engine", "ray"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert said.returncode == 2
    assert "pip install 'plextract[ray]'" in said.stderr
