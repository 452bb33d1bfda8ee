"""Runs killed at random moments by SIGKILL, each resumed: do their bytes equal an undisturbed run's?

    python bench/kills.py [--kills 200] [--documents 300] [--seed 1] [--long-text]

A run is started as a user starts it, killed after a random part of the time that it took undisturbed, and resumed,
itself to be killed again in two cases of three. What is killed is the first process alone or all of them, what
works is one process or two. Whenever a run ends, the digests of all its part files are compared.
"""

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

from corpus import documents
from pipeline.batch.publish import FINISHED, MANIFEST, STAGING
from pipeline.batch.shard import MARK
from pipeline.read.large_texts import CUT_ABOVE

LONG_PARAGRAPH = "zwykłe słowa bez żadnych wartości, " * 30
CHAIN = 2 / 3
"""How often a run that is resumed after a kill is to be killed once more."""


@dataclass
class Tally:
    kills: int = 0
    late: int = 0
    """Kills that came after the run had ended by itself."""
    compared: int = 0
    differing: int = 0
    found_at: Counter[str] = field(default_factory=Counter)


def write_inputs(folder: Path, number: int, *, long_text: bool) -> None:
    """Write so many documents, one in eight of them as a row of a table, and perhaps a text that is cut into parts."""
    folder.mkdir(parents=True)
    with (folder / "table.jsonl").open("w", encoding="utf-8") as table:
        for place, (name, data) in enumerate(islice(documents(1000), number)):
            if place % 8:
                (folder / name).write_bytes(data)
            else:
                table.write(json.dumps({"text": data.decode("utf-8", "replace")}) + "\n")
    if long_text:
        paragraphs = CUT_ABOVE // len(LONG_PARAGRAPH) + 1
        text = "".join(f"Akapit {place}: {LONG_PARAGRAPH}\n\n" for place in range(paragraphs))
        (folder / "long.txt").write_text(text, encoding="utf-8")


def start(inputs: Path, out: Path, workers: int, *options: str) -> "subprocess.Popen[str]":
    command = (sys.executable, "-m", "pipeline.cli", "run", str(inputs), "--out", str(out), "--model", "none")
    return subprocess.Popen(
        [*command, "--workers", str(workers), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: "subprocess.Popen[str]") -> None:
    _, said = process.communicate(timeout=600)
    if process.returncode:
        raise SystemExit(f"a run ended with {process.returncode}: {said}")


def digests(out: Path) -> dict[str, str]:
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*.parquet"))
    }


def stage_of(out: Path) -> str:
    """Tell what a killed first run had come to, by what it left."""
    staging = out / STAGING
    in_place = any(not path.name.startswith(".") for path in out.glob("*"))
    if (staging / FINISHED / MANIFEST).exists() or in_place:
        return "while put in place"
    if (staging / FINISHED).exists():
        return "while the datasets were built"
    marks = len(list(staging.glob(f"*/{MARK}"))) if staging.exists() else 0
    return "with some shards done" if marks else "before the first shard was done"


def kill(process: "subprocess.Popen[str]", all_processes: bool) -> bool:
    """Kill a run's first process, or all; False where it had ended before."""
    if process.poll() is not None:
        return False
    with contextlib.suppress(ProcessLookupError):
        if all_processes:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


def killed_runs(inputs: Path, out: Path, seconds: float, kills: int, random: Random) -> Iterator[Tally]:
    """Kill and resume until ``kills`` is reached, and tell the tally after each run that came to its end."""
    undisturbed = digests(out)
    tally = Tally()
    while tally.kills < kills:
        shutil.rmtree(out)
        options: tuple[str, ...] = ()
        while True:
            process = start(inputs, out, random.choice((1, 2)), *options)
            time.sleep(random.uniform(0, seconds))
            if not kill(process, all_processes=random.random() < 0.5):
                tally.late += 1
                break
            tally.kills += 1
            tally.found_at[stage_of(out)] += 1
            options = ("--resume",)
            if tally.kills >= kills or random.random() > CHAIN:
                break
        finish(start(inputs, out, random.choice((1, 2)), "--resume"))
        tally.compared += 1
        tally.differing += digests(out) != undisturbed
        yield tally


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--long-text", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        inputs, out = Path(folder, "inputs"), Path(folder, "out")
        write_inputs(inputs, options.documents, long_text=options.long_text)
        started = time.perf_counter()
        finish(start(inputs, out, 1))
        seconds = time.perf_counter() - started
        print(f"{options.documents} documents, {seconds:.1f} s undisturbed", flush=True)
        for tally in killed_runs(inputs, out, seconds, options.kills, Random(options.seed)):
            print(
                f"{tally.kills} kills ({tally.late} more came too late), {tally.compared} runs compared, "
                f"{tally.differing} differ; killed "
                + ", ".join(f"{stage}: {times}" for stage, times in tally.found_at.most_common()),
                flush=True,
            )
    return 1 if tally.differing else 0


if __name__ == "__main__":
    sys.exit(main())
