"""Words a second of the shipped pipeline against spaCy's stock architecture under spaCy's default settings, in one run.

    python bench/ner_speed.py TEXTS [--model models/pl_nkjp_sm] [--stock PATH] [--seconds 20]

TEXTS is a file of one text a line (or a DocBin, `*.spacy`).  The stock side is the published NER of `pl_core_news_sm`
(MultiHashEmbed over NORM, PREFIX, SUFFIX, SHAPE): a trained one if `--stock` names it, else the same architecture
untrained, which costs about the same.  Each measurement runs in a fresh process with one thread for the matrix library:
cold is the first pass over the texts, warm the best of the next passes.  One process is timed by its processor time,
which equals wall time on an idle core and bears other work beside it; two processes against one are timed by wall time:
with a share of the texts each, as the batch job works, and by spaCy's `n_process`, which sends documents to and fro.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Barrier

    from spacy.language import Language

STOCK_CONFIG = Path(__file__).parent.parent / "models" / "train" / "configs" / "stock.cfg"
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1"
)


def read_texts(path: Path, words: int) -> list[str]:
    """Texts of the file, up to about so many words in all."""
    if path.suffix == ".spacy":
        import spacy  # noqa: PLC0415  (a worker measures its own import)
        from spacy.tokens import DocBin  # noqa: PLC0415

        texts = [doc.text for doc in DocBin().from_disk(path).get_docs(spacy.blank("pl").vocab)]
    else:
        texts = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    kept, total = [], 0
    for text in texts:
        kept.append(text)
        total += len(text.split())
        if total >= words:
            break
    return kept


def measure(side: str, model: str | None, texts_path: Path, words: int, passes: int) -> dict[str, float]:
    """One process's figures: seconds to load, memory, and words a second cold, warm and with two processes."""
    begin = time.perf_counter()
    import spacy  # noqa: PLC0415
    from spacy.util import load_config, load_model_from_config  # noqa: PLC0415

    if side == "ours":
        from pipeline.ner.ops import choose_ops  # noqa: PLC0415

        choose_ops()
    if model:
        nlp = spacy.load(model)
    else:
        nlp = load_model_from_config(load_config(STOCK_CONFIG), auto_fill=True)
        ner = nlp.get_pipe("ner")
        for label in ("persName", "orgName", "placeName", "geogName", "date", "time"):
            ner.add_label(label)
        nlp.initialize()
    next(iter(nlp.pipe(["Gmina Kłodzko podpisała umowę."])))
    loaded = time.perf_counter() - begin
    after_load = peak_megabytes()
    texts = read_texts(texts_path, words)
    begin = time.process_time()
    count = sum(len(doc) for doc in nlp.pipe(texts))
    cold = count / (time.process_time() - begin)
    warm = 0.0
    for _ in range(passes):
        begin = time.process_time()
        for _doc in nlp.pipe(texts):
            pass
        warm = max(warm, count / (time.process_time() - begin))
    figures = {
        "load_s": loaded,
        "cold": cold,
        "warm": warm,
        "loaded_mb": after_load,
        "peak_mb": peak_megabytes(),
    }
    if side == "ours":
        for workers in (1, 2):
            figures[f"processes_{workers}"] = side_by_side(nlp, texts * 4, workers)
            begin = time.perf_counter()
            for _doc in nlp.pipe(texts * 4, n_process=workers, batch_size=100):
                pass
            figures[f"n_process_{workers}"] = 4 * count / (time.perf_counter() - begin)
    return figures


def tokens_of(nlp: "Language", texts: list[str], start: "Barrier", counts: "Queue[int]") -> None:
    """Annotate some texts once all processes are ready, and tell how many tokens they have."""
    start.wait()
    counts.put(sum(len(doc) for doc in nlp.pipe(texts)))


def side_by_side(nlp: "Language", texts: list[str], workers: int) -> float:
    """Words a second of so many processes with a share of the texts each, as the batch job divides its documents."""
    context = multiprocessing.get_context("fork")
    start, counts = context.Barrier(workers + 1), context.Queue()
    shares = [texts[share::workers] for share in range(workers)]
    processes = [context.Process(target=tokens_of, args=(nlp, share, start, counts)) for share in shares]
    for process in processes:
        process.start()
    start.wait()
    begin = time.perf_counter()
    total = sum(counts.get() for _ in processes)
    taken = time.perf_counter() - begin
    for process in processes:
        process.join()
    return total / taken


def peak_megabytes() -> float:
    """Peak resident memory of this process, where the platform tells it (Linux, macOS)."""
    import resource  # noqa: PLC0415

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("texts", type=Path)
    parser.add_argument("--model", default="models/pl_nkjp_sm")
    parser.add_argument("--stock", help="a trained stock pipeline")
    parser.add_argument("--words", type=int, default=60_000)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--worker", choices=("ours", "stock"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        model = options.model if options.worker == "ours" else options.stock
        print(json.dumps(measure(options.worker, model, options.texts, options.words, options.passes)))
        return
    results = {}
    for side in ("stock", "ours"):
        command = [sys.executable, __file__, str(options.texts), "--worker", side, "--model", options.model]
        command += ["--words", str(options.words), "--passes", str(options.passes)]
        command += ["--stock", options.stock] if options.stock else []
        done = subprocess.run(
            command, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=True
        )
        results[side] = json.loads(done.stdout.splitlines()[-1])
    for side, figures in results.items():
        print(side, *(f"{name} {value:,.1f}" for name, value in figures.items()))
    for name in ("cold", "warm"):
        print(f"{name}: {results['ours'][name] / results['stock'][name]:.2f} times stock")
    for name in ("processes", "n_process"):
        print(f"{name}: two {results['ours'][name + '_2'] / results['ours'][name + '_1']:.2f} times one")


if __name__ == "__main__":
    main()
