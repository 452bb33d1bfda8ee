"""How fast a run is, where its time goes, and how that compares with other pipelines: one table and one plot.

    pip install -e ".[bench]"
    python bench/throughput.py [--megabytes 50] [--ner-megabytes 6] [--sample 0.4] [--repeats 3] [--into docs/speed.md]

A corpus is generated (``bench/corpus.py``). The job itself, from files to Parquet in one worker, is run on all of it
by rules alone and on a part of it with the bundled model: seconds by stage. Then each side reads the same samples of
documents, each in a process of its own that has read other documents before: this project from files to Parquet,
the others the decoded text, which favours them. Times are of the processor, user and system, so that other work on
the machine counts for little; with one thread for every matrix library. Ratios are of the medians over the samples,
the spread from the fastest to the slowest. Sides that are not installed are left out.

How two workers compare with one is what ``bench/scaling.py`` measures.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import corpus

ROOT = Path(__file__).resolve().parent.parent
STOCK_CONFIG = ROOT / "models" / "train" / "configs" / "stock.cfg"
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1"
)
BEGIN, END = "<!-- bench -->", "<!-- end of bench -->"
STAGES = ("read", "normalise", "annotate", "extract", "write", "finish")
SAMPLES_SEED, WARM_UP_SEED = 1000, 999
SIDES = {
    "rules": "plextract, rules only, file to Parquet",
    "ner": "plextract with NER, file to Parquet",
    "stock": "spaCy `nlp.pipe`, stock Polish NER alone",
    "dateparser": "dateparser `search_dates`, dates alone",
    "edsnlp": "EDS-NLP: sentences, dates, quantities",
    "presidio": "Presidio analyser: patterns and stock NER",
}
TRAINING_STEPS, EXAMPLES_A_STEP = 60, 4


def cpu_seconds() -> float:
    """Return the processor time of this process and of those that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak_megabytes() -> float:
    """Return the most memory that this process or one that it waited for has held."""
    return max(
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )


def in_process(*arguments: object) -> Any:
    """Run this script with other arguments in a fresh process and return what it printed last, from JSON."""
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, env=os.environ | ONE_THREAD, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


# --- the job ------------------------------------------------------------------------------------------------


def run_job(folder: Path, model: str, workers: int = 1) -> dict[str, Any]:
    """Take the documents under a folder to Parquet and return what that cost; rules and model are loaded before."""
    from pipeline import annotate, batch, read  # noqa: PLC0415  (a process imports what it measures)
    from pipeline.flow import Settings  # noqa: PLC0415

    annotator = annotate.load_annotator(model)
    with tempfile.TemporaryDirectory() as out:
        warm = Path(out) / "warm"
        corpus.write(warm, 0.3, WARM_UP_SEED)
        batch.run(read.discover([warm]), Path(out) / "warm-up", annotator.nlp, Settings())
        cpu, clock = cpu_seconds(), time.perf_counter()
        done = batch.run(
            read.discover([folder]), Path(out) / "out", annotator.nlp, Settings(),
            model=annotator.choice.reference, n_workers=workers,
        )  # fmt: skip
        cpu, clock = cpu_seconds() - cpu, time.perf_counter() - clock
        manifest = json.loads((Path(out) / "out" / "manifest.json").read_text(encoding="utf-8"))
    return {
        "documents": done.rows["documents"],
        "rows": sum(done.rows.values()) - done.rows["documents"],
        "bytes": done.n_bytes,
        "cpu": cpu,
        "clock": clock,
        "stages": manifest["seconds"],
        "peak": peak_megabytes(),
    }


def start_up() -> dict[str, float]:
    """Return the seconds from the command to the rows of one document, by the clock and of the processor."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.txt"
        path.write_text("Umowę o wartości 2,5 mln zł podpisano 5 maja 2014 r.\n", encoding="utf-8")
        cpu, clock = cpu_seconds(), time.perf_counter()
        command = [sys.executable, "-m", "pipeline.cli", "run", str(path), "--out", f"{folder}/out"]
        command += ["--model", "none", "--workers", "1"]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        return {"cpu": cpu_seconds() - cpu, "clock": time.perf_counter() - clock}


# --- the sides ----------------------------------------------------------------------------------------------


def texts_of(folder: Path) -> list[str]:
    """Return the readable texts of the documents under a folder."""
    from pipeline.read import discover, read  # noqa: PLC0415

    return [read(source).content.text for source in discover([folder])]


def train_stock(folder: Path) -> None:
    """Save the stock pipeline, trained for a few steps on what the bundled model finds in the documents to warm up on.

    What an architecture costs depends little on its weights, but a parser that finds nothing takes other steps
    than one that finds names.
    """
    import spacy  # noqa: PLC0415
    from spacy.training import Example  # noqa: PLC0415
    from spacy.util import load_config, load_model_from_config  # noqa: PLC0415

    from pipeline import annotate  # noqa: PLC0415
    from pipeline.segment import segment  # noqa: PLC0415

    teacher = annotate.load_model("auto")
    stock = load_model_from_config(load_config(STOCK_CONFIG), auto_fill=True)
    examples = []
    for text in warm_up_texts(0.15):
        found = annotate.entities(teacher, text, segment(text).sentences)
        doc = stock.make_doc(text)
        spans = [doc.char_span(one.start, one.end, one.label) for one in found]
        doc.ents = spacy.util.filter_spans([span for span in spans if span is not None])
        examples.append(Example(stock.make_doc(text), doc))
    optimizer = stock.initialize(lambda: examples)
    for step in range(TRAINING_STEPS):
        first = step * EXAMPLES_A_STEP % len(examples)
        stock.update(examples[first : first + EXAMPLES_A_STEP], sgd=optimizer)
    stock.to_disk(folder)


def warm_up_texts(megabytes: float) -> list[str]:
    """Return texts that no sample holds."""
    with tempfile.TemporaryDirectory() as folder:
        corpus.write(Path(folder), megabytes, WARM_UP_SEED)
        return texts_of(Path(folder))


def reader_of(side: str, stock: Path) -> Callable[[Sequence[str]], object]:
    """Return what reads a list of texts in a side's way; ``stock`` is the folder of the stock pipeline."""
    if side == "stock":
        import spacy  # noqa: PLC0415

        nlp = spacy.load(stock)
        return lambda texts: sum(len(doc.ents) for doc in nlp.pipe(texts))
    if side == "dateparser":
        from dateparser.search import search_dates  # noqa: PLC0415

        return lambda texts: [search_dates(text, languages=["pl"]) for text in texts]
    if side == "edsnlp":
        import edsnlp  # noqa: PLC0415

        pipeline = edsnlp.blank("eds")
        for part in ("normalizer", "sentences", "dates", "quantities"):
            pipeline.add_pipe(f"eds.{part}")
        return lambda texts: sum(len(doc.spans) for doc in pipeline.pipe(list(texts)))
    from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine  # noqa: PLC0415
    from presidio_analyzer.nlp_engine import NlpEngineProvider  # noqa: PLC0415

    models = [{"lang_code": "pl", "model_name": str(stock)}]
    provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models})
    engine = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["pl"])
    analyser = BatchAnalyzerEngine(engine)
    return lambda texts: list(analyser.analyze_iterator(list(texts), language="pl"))


def measure(side: str, folders: Sequence[Path], stock: Path) -> list[float]:
    """Return the milliseconds of the processor per kilobyte of decoded text that a side takes for each sample."""
    if side in ("rules", "ner"):
        sizes = [sum(len(text.encode()) for text in texts_of(folder)) for folder in folders]
        model = "none" if side == "rules" else "auto"
        return [
            run_job(folder, model)["cpu"] * 1e6 / size for folder, size in zip(folders, sizes, strict=True)
        ]
    read = reader_of(side, stock)
    read(warm_up_texts(0.15 if side != "dateparser" else 0.02))
    paces = []
    for folder in folders:
        texts = texts_of(folder)
        if side == "dateparser":  # slow: a part of each sample
            texts = texts[: len(texts) // 10 + 1]
        before = cpu_seconds()
        read(texts)
        paces.append((cpu_seconds() - before) * 1e6 / sum(len(text.encode()) for text in texts))
    return paces


# --- the report ---------------------------------------------------------------------------------------------


def job_table(jobs: dict[str, dict[str, Any]]) -> list[str]:
    lines = [f"| stage | {' | '.join(jobs)} |", f"| --- |{' ---: |' * len(jobs)}"]
    whole = {name: sum(job["stages"].get(stage, 0.0) for stage in STAGES) for name, job in jobs.items()}
    for stage in STAGES:
        cells = []
        for name, job in jobs.items():
            spent = job["stages"].get(stage, 0.0)
            cells.append(
                f"{spent * job['cpu'] / whole[name] * 1e6 / job['bytes']:.2f} ms/kB ({spent / whole[name]:.0%})"
            )
        lines.append(f"| {stage} | {' | '.join(cells)} |")
    for title, value in (
        ("whole job", lambda job: f"**{job['bytes'] / 1e6 / job['cpu']:.2f} MB/s**"),
        ("documents", lambda job: f"{job['documents'] / job['cpu']:.0f} documents/s"),
        ("by the clock, on this machine", lambda job: f"{job['bytes'] / 1e6 / job['clock']:.2f} MB/s"),
        ("input", lambda job: f"{job['documents']:,} documents, {job['bytes'] / 1e6:.1f} MB"),
        ("rows", lambda job: f"{job['rows']:,}"),
        ("most memory", lambda job: f"{job['peak']:.0f} MB"),
    ):  # type: tuple[str, Callable[[dict[str, Any]], str]]
        lines.append(f"| {title} | {' | '.join(value(job) for job in jobs.values())} |")
    return lines


def side_table(paces: dict[str, list[float]]) -> list[str]:
    lines = [
        "| | ms/kB, median (spread) | against rules only | against NER |",
        "| --- | ---: | ---: | ---: |",
    ]
    middle = {side: statistics.median(found) for side, found in paces.items()}
    for side, found in paces.items():
        spread = f"{min(found):.2f} to {max(found):.2f}"
        ratios = " | ".join(f"{middle[side] / middle[own]:.2f} ×" for own in ("rules", "ner"))
        lines.append(f"| {SIDES[side]} | {middle[side]:.2f} ({spread}) | {ratios} |")
    return lines


def plot(paces: dict[str, list[float]], path: Path) -> None:
    """Draw the paces as bars, the spread on each."""
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "plextract"
    from matplotlib import pyplot  # noqa: PLC0415

    sides = sorted(paces, key=lambda side: -statistics.median(paces[side]))
    middle = [statistics.median(paces[side]) for side in sides]
    spread = [
        [value - min(paces[side]) for side, value in zip(sides, middle, strict=True)],
        [max(paces[side]) - value for side, value in zip(sides, middle, strict=True)],
    ]
    figure, axes = pyplot.subplots(figsize=(9, 0.6 * len(sides) + 1.2), layout="constrained")
    colours = ["#1f4fd8" if side in ("rules", "ner") else "#a9b3c6" for side in sides]
    names = [SIDES[side].replace("`", "") for side in sides]
    axes.barh(names, middle, xerr=spread, color=colours, ecolor="#3a4356", capsize=3, height=0.62)
    for place, (side, value) in enumerate(zip(sides, middle, strict=True)):
        axes.annotate(
            f"{value:.2f}", (max(paces[side]), place), xytext=(6, 0), textcoords="offset points", va="center"
        )
    axes.set_xlim(right=max(max(found) for found in paces.values()) * 1.12)
    axes.set_xlabel("processor milliseconds per kilobyte of text (less is faster)")
    axes.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


def into(path: Path, lines: Sequence[str], marks: tuple[str, str] = (BEGIN, END)) -> None:
    """Put lines in the place of those between the two marks of a page."""
    begin, end = marks
    before, _, rest = path.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    path.write_text("\n".join((before + begin, "", *lines, "", end)) + after, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=float, default=50)
    parser.add_argument("--ner-megabytes", type=float, default=6)
    parser.add_argument("--sample", type=float, default=0.4)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "speed.md")
    parser.add_argument("--workers", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--job", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--model", default="none", help=argparse.SUPPRESS)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--train", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--stock", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("samples", nargs="*", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        print(json.dumps(run_job(options.job, options.model, options.workers)))
        return
    if options.side:
        print(json.dumps(measure(options.side, options.samples, options.stock)))
        return
    if options.train:
        print(json.dumps(train_stock(options.stock)))
        return
    needs = {"edsnlp": "edsnlp", "presidio": "presidio_analyzer"}
    sides = [side for side in SIDES if side not in needs or find_spec(needs[side])]
    with tempfile.TemporaryDirectory() as folder:
        whole, part = Path(folder) / "whole", Path(folder) / "part"
        corpus.write(whole, options.megabytes)
        corpus.write(part, options.ner_megabytes)
        samples = [Path(folder) / f"sample-{number}" for number in range(options.repeats)]
        for number, sample in enumerate(samples):
            corpus.write(sample, options.sample, SAMPLES_SEED + number)
        stock = Path(folder) / "stock"
        in_process("--train", "--stock", stock)
        paces = {side: in_process("--side", side, "--stock", stock, *samples) for side in sides}
        jobs = {
            "rules only": in_process("--job", whole, "--model", "none"),
            "with NER": in_process("--job", part, "--model", "auto"),
        }
    began = start_up()
    lines = [
        f"Measured with Python {platform.python_version()}, one core of {os.cpu_count()}; "
        f"{os.getloadavg()[0]:.1f} processes wanted one on average at the end.",
        "", *job_table(jobs),
        "", f"From the command to the rows of a first document: {began['cpu']:.1f} s of the processor, {began['clock']:.1f} s by the clock.",
        "", *side_table(paces),
    ]  # fmt: skip
    print("\n".join(lines))
    if options.into.exists() and BEGIN in options.into.read_text(encoding="utf-8"):
        into(options.into, lines)
        plot(paces, options.into.parent / "images" / "speed.svg")


if __name__ == "__main__":
    main()
