"""Run the fuzzer, one target after another, and say what was tried and what was found."""

import argparse
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".fuzz"
"""Inputs found so far, findings and figures; nothing of it is kept in the repository."""
SECONDS = 120
SLOWEST = 4.0
"""Seconds of processor time that one input may take; all are of a few kilobytes, and instrumented code is slow."""
MOST_MEMORY = 300 * 1024
"""KiB by which one input may raise the most memory that the process has held."""
KEPT = 3
"""Inputs that are kept of one finding."""
REPLAYED = 200
"""Inputs of each target from which coverage is measured."""
PROGRESS = re.compile(r"^#\d+\s+\w+\s+cov: (\d+) ft: \d+ corp: (\d+)", re.MULTILINE)
DONE = re.compile(r"^DONE (\d+)$", re.MULTILINE)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    options.add_argument(
        "targets", nargs="*", metavar="TARGET", help="what to fuzz; all of it if none is named"
    )
    options.add_argument("--seconds", type=int, default=SECONDS, help="of processor time, for each target")
    options.add_argument("--coverage", action="store_true", help="which lines the inputs found so far reach")
    options.add_argument("--one", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        fuzz(given.one, given.seconds)
    elif given.coverage:
        coverage()
    else:
        sys.exit(drive(given.targets, given.seconds))


# --- one target, in a process of its own ---------------------------------------------------------------------


def fuzz(name: str, seconds: int) -> None:
    """Feed a target until the time is over; what it raises is kept, and the fuzzer goes on."""
    import atheris  # noqa: PLC0415

    with atheris.instrument_imports(include=["pipeline"], enable_loader_override=False):
        from fuzz.targets import TARGETS  # noqa: PLC0415

    target = TARGETS[name]
    corpus = WORK / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed{number:03}").write_bytes(seed)
    seen: Counter[str] = Counter()

    done = 0

    def one(data: bytes) -> None:
        nonlocal done
        started = time.process_time()
        if started > seconds:
            print(f"DONE {done}", file=sys.stderr, flush=True)
            os._exit(0)
        done += 1
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            target.run(data)
        except Exception as error:
            _keep(name, seen, _place(error), data, traceback.format_exc())
        spent = time.process_time() - started
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
        if spent > SLOWEST:
            _keep(name, seen, "slow", data, f"{spent:.1f} s for {len(data)} bytes")
        if grown > MOST_MEMORY:
            _keep(name, seen, "memory", data, f"{grown // 1024} MiB for {len(data)} bytes")

    one(target.seeds()[0])  # warms up: dictionaries and rules are loaded
    common = [fragment.encode() for fragment in target.fragments.common]
    words = [word.encode() for word in target.fragments.words()]

    def mutated(data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if not (common or words) or chance.random() < 0.5:
            return bytes(atheris.Mutate(data, most))
        changed = bytearray(data)
        for _ in range(1 << chance.randrange(4)):
            pool = common if not words or (common and chance.random() < 0.6) else words
            at = chance.randrange(len(changed) + 1)
            changed[at : at + chance.choice((0, 0, 0, 1, 4, 30))] = chance.choice(pool)
        return bytes(changed[:most])

    atheris.Setup(
        [sys.argv[0], str(corpus), f"-max_len={target.longest}", "-timeout=60",
         "-rss_limit_mb=4000", "-reload=0", f"-artifact_prefix={WORK}/crash-{name}-"],
        one, custom_mutator=mutated,
    )  # fmt: skip
    atheris.Fuzz()


def _place(error: BaseException) -> str:
    """Return what tells a finding from another: the kind of error and where in the package it was raised."""
    frames = traceback.extract_tb((error.__cause__ or error).__traceback__)
    own = [frame for frame in frames if "/pipeline/" in frame.filename] or frames
    what = (
        str(error)[:60] if type(error).__name__ == "BrokenError" else type(error.__cause__ or error).__name__
    )
    return f"{what} at {Path(own[-1].filename).name}:{own[-1].lineno}"


def _keep(name: str, seen: Counter[str], what: str, data: bytes, story: str) -> None:
    seen[what] += 1
    if seen[what] > KEPT:
        return
    folder = WORK / "findings" / name / re.sub(r"\W+", "-", what)
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"{time.time_ns():x}"
    stem.with_suffix(".input").write_bytes(data)
    stem.with_suffix(".txt").write_text(story, encoding="utf-8")
    if seen[what] == 1:
        print(f"FINDING {name}: {what}", file=sys.stderr, flush=True)


# --- all of them ---------------------------------------------------------------------------------------------


def drive(names: list[str], seconds: int) -> int:
    """Fuzz the targets one after another; return 1 where something was found."""
    from fuzz.targets import TARGETS  # noqa: PLC0415

    print(
        f"{'target':<12}{'executions':>12}{'seconds':>9}{'edges':>8}{'inputs':>8}{'findings':>10}", flush=True
    )
    total = Counter[str]()
    for name in names or TARGETS:
        shutil.rmtree(WORK / "findings" / name, ignore_errors=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "fuzz", "--one", name, "--seconds", str(seconds)]
        done = subprocess.run(
            command, cwd=ROOT / "tests", stderr=subprocess.PIPE, text=True, errors="replace", check=False
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        figures = PROGRESS.findall(done.stderr)
        edges, inputs = map(int, figures[-1]) if figures else (0, 0)
        executions = sum(map(int, DONE.findall(done.stderr)))
        found = list((WORK / "findings" / name).glob("*"))
        row = {
            "executions": executions,
            "seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime),
            "edges": edges,
            "inputs": inputs,
            "findings": len(found) + (done.returncode != 0),
        }
        total.update(row)
        print(_row(name, row), flush=True)
        for path in found:
            print(f"    {path.relative_to(ROOT)}")
        if done.returncode:
            print(done.stderr[-3000:])
        with (WORK / "figures.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({"target": name, **row}) + os.linesep)
    print(_row("together", dict(total)))
    return int(total["findings"] > 0)


def _row(name: str, row: dict[str, int]) -> str:
    return f"{name:<12}{row['executions']:>12,}{row['seconds']:>9,}{row['edges']:>8,}{row['inputs']:>8,}{row['findings']:>10,}"


def coverage() -> None:
    """Replay inputs found so far and print how much of each module of the package they reach."""
    from coverage import Coverage  # noqa: PLC0415

    measured = Coverage(branch=True, source=[str(ROOT / "pipeline")], data_file=None)
    measured.start()
    from fuzz.targets import TARGETS  # noqa: PLC0415

    for name, target in TARGETS.items():
        for path in sorted((WORK / "corpus" / name).glob("*"))[:REPLAYED]:
            target.run(path.read_bytes())
    measured.stop()
    measured.report(include=[f"{ROOT}/pipeline/{part}" for part in MEASURED], show_missing=False)


MEASURED = (
    "read/*",
    "normalise/*",
    "segment/*",
    "extract*/*",
    "resolve/*",
    "automaton.py",
    "patterns.py",
    "numbers.py",
    "document.py",
    "flow.py",
    "nominative.py",
    "nominals.py",
)

if __name__ == "__main__":
    main()
