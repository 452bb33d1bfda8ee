"""Several processes: a document that kills its process costs only itself, and no process outlives the run."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from stand_in import OWN_RULES, Write

from pipeline import annotate, batch, models, read
from pipeline.annotate import ModelError
from pipeline.batch import workers
from pipeline.batch.status import read_status
from pipeline.environment import RULES
from pipeline.flow import Settings

ROOT = Path(__file__).resolve().parent.parent

# worker processes import the main script, and with it what it puts in the place of the pipeline
SCRIPT = """
import ctypes, os, sys, time
from pathlib import Path
from stand_in import years_and_capitals
from pipeline import batch, cli, flow

def process(raw, nlp, settings):
    text = raw.content.text
    if "deadly" in text:
        os._exit(11)
    if "endless" in text:
        while True:
            pass
    if "stuck" in text:  # code that never comes back to Python, and holds all threads
        ctypes.PyDLL(None).sleep(600)
    if "huge" in text:
        return bytearray(3 * 10**9)
    if "slow" in text:
        Path(text.split()[1]).write_text(str(os.getpid()))
        time.sleep(60)
    return years_and_capitals(raw)

flow.process = process
batch.SHARD_DOCUMENTS = 2

if __name__ == "__main__":
    cli.main()
"""


def start(tmp_path: Path, *args: str | Path, workers: int = 2) -> "subprocess.Popen[str]":
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    return subprocess.Popen(
        [sys.executable, script, "run", *args, "--out", tmp_path / "out", "--model", "none", "--workers", str(workers)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("workers", [1, 2])
def test_a_document_that_kills_its_process_becomes_an_error_row(
    workers: int, documents: Write, tmp_path: Path
) -> None:
    folder = documents(
        a="2011", b="deadly", c="2012", d="2013", e="deadly too", f="deadly as well", g="2014", h="x"
    )
    with start(tmp_path, folder, "--log-json", workers=workers) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 3, said
    out = tmp_path / "out"
    assert pq.read_table(out / "dates")["edtf"].to_pylist() == ["2011", "2012", "2013", "2014"]
    errors = pq.read_table(out / "errors").to_pylist()
    assert [(row["source"], row["error_type"]) for row in errors] == [
        ("b.txt", "Crash"), ("e.txt", "Crash"), ("f.txt", "Crash"),
    ]  # fmt: skip
    assert json.loads(said.splitlines()[-1])["rows"]["documents"] == 5


@pytest.mark.parametrize("workers", [1, 2])
def test_a_document_beyond_its_limits_becomes_an_error_row(
    workers: int, documents: Write, tmp_path: Path
) -> None:
    folder = documents(a="2011", b="endless", c="2012", d="stuck", e="2013", f="huge", g="2014")
    limits = ("--max-seconds", "1", "--max-memory", "1GB")
    with start(tmp_path, folder, "--log-json", *limits, workers=workers) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 3, said
    out = tmp_path / "out"
    assert pq.read_table(out / "dates")["edtf"].to_pylist() == ["2011", "2012", "2013", "2014"]
    errors = pq.read_table(out / "errors").to_pylist()
    assert [(row["source"], row["error_type"], row["message"]) for row in errors] == [
        ("b.txt", "Timeout", "took longer than 1 s"),
        ("d.txt", "Timeout", "took longer than 1 s"),
        ("f.txt", "OutOfMemory", "needs more memory than 1,000,000,000 bytes, or than there is"),
    ]


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")  # a zombie is gone but for its parent's reading of it
    return status.exists() and status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_no_process_outlives_the_run(number: int, status: int, documents: Write, tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    with start(tmp_path, documents(a="2011", b="2012", c=f"slow {noted}")) as process:
        staging = tmp_path / "out" / ".staging"
        until(
            lambda: noted.exists() and noted.read_text(encoding="utf-8") != "", "the slow document is begun"
        )
        until(lambda: any(staging.glob("shard-*/done.json")), "the first shard is done")
        assert getattr(read_status(tmp_path / "out"), "state", None) == "running"
        process.send_signal(number)
        process.wait(timeout=10)
        assert process.stderr
        said = process.stderr.read()
    assert process.returncode == status
    assert "Traceback" not in said
    assert ("--resume" in said) == (number != signal.SIGKILL)
    worker = int(noted.read_text(encoding="utf-8"))
    until(lambda: gone(worker), "the worker is gone")
    assert any(staging.glob("shard-*/done.json")), "the first shard can be taken over"
    told = read_status(tmp_path / "out")
    assert told
    assert (told.state, told.total_documents) == ("interrupted", 3)


# --- what is loaded once, by the process that the others are forked from --------------------------------------


def test_workers_tell_the_first_process_which_model_they_loaded() -> None:
    told = workers.loaded("none")
    assert told == workers.Loaded(models.select_model("none"), ())


def test_a_model_that_cannot_be_loaded_has_the_same_words_from_afar(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text('{"lang": "pl", "name": "broken", "version": "1"}', encoding="utf-8")
    (tmp_path / "config.cfg").write_text("[nlp]\npipeline = 7", encoding="utf-8")
    for model in ("pl_no_such_model", str(tmp_path)):
        with pytest.raises(ModelError) as here:
            annotate.load_annotator(model)
        with pytest.raises(ModelError, match=re.escape(str(here.value))):
            workers.loaded(model)


def test_all_processors_that_may_be_used_count() -> None:
    assert 1 <= workers.usable_cores() <= (os.cpu_count() or 1)


def test_workers_have_the_rules_that_hold_now(
    documents: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that workers are forked from may have been started under other rules."""
    folder = documents(a="Wniosek złożyła w maju Dolina Wkry.")
    own = tmp_path / "rules"
    own.mkdir()
    (own / "organisations.yaml").write_text(OWN_RULES, encoding="utf-8")
    found = []
    for rules in (None, own):
        monkeypatch.setenv(RULES, str(rules)) if rules else monkeypatch.delenv(RULES, raising=False)
        done = batch.run(
            read.discover([folder]), tmp_path / f"out-{len(found)}", None, Settings(), apart=True
        )
        found.append(done.rows["organisations"])
    assert found == [0, 1]
