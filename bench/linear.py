"""Time against size: inputs made to be hard, and one ordinary document of up to ten megabytes.

    python bench/linear.py [STAGE …]
    python bench/linear.py fit [BYTES]

Each stage reads each piece repeated to 10,000 and to 80,000 characters, and the table shows milliseconds and
how often eightfold text took eightfold time: about 1 where time is linear, 8 where it is quadratic. Times are
of the processor, the best of three; on a busy machine trust the worst rows only after a second run.

The stage ``document`` is dates, amounts and partner counts together, on one text of sentences of ``corpus/`` in random
order with other numbers, in paragraphs of five sentences: milliseconds per kilobyte at each size, and the most memory
that the process has held so far.

``fit`` gives every stage one document of the measuring corpus (``bench/corpus.py``) of 1 KB, 10 KB and so on, up to
BYTES (10,000,000; 100,000,000 takes a quarter of an hour and some gigabytes), and prints milliseconds per kilobyte at
each size and the power of the size that time grows with, fitted from 10 KB on: 1 where it is linear.
"""

import math
import resource
import sys
import time
from collections.abc import Callable, Sequence
from itertools import count
from random import Random

import numpy as np
import texts

import corpus
from pipeline.document import AlignedText, Document, Span
from pipeline.extractors import amounts, dates, organisations, partner_counts
from pipeline.normalise import normalise
from pipeline.numbers import folded
from pipeline.read.html import parse
from pipeline.records import DateMention, to_arrow
from pipeline.resolve import resolve
from pipeline.rules import tokens_of
from pipeline.segment import segment

SHORT, LONG = 10_000, 80_000
SIZES = (100_000, 1_000_000, 10_000_000)
DOCUMENT = "document"
PIECES = {
    "parse": ("<a '", '<a "', "&#", "<!--", "<!", "<table><td>", "<p", "<p a=", "</", "<noscript>", "<script>", "<title>"),
    "normalise": ("a-\n", "pod-\nstawie ", "2012r. ", "\u00ad", "Ĺ‚", " \u00a0", "ﬁ", "\r"),
    "segment": (
        ".", "A. ", "a. ", "(", "(a. B ", "a", "a:\n", "a  b   C ", "a | b ", "a\tb\t1\t", "a\tb\n1\t2\n", "- a\n", "- a:\n",
        "w 2014 r. Gmina ", "\n", " ", ".”", "   - a:\n      - b:\n",
    ),
    "dates": (
        "1, ", "12.12.", "w 2014 i ", "2014-", "maja i ", "12 maja i ", "od 1 do ", "I i ", "lat 90. i ", "nr 1/", "A.1.",
        "(2014) ", "godz. 9 ", "pod koniec ", "dwa tysiące ",
    ),
    "amounts": ("1 ", "100 000 ", "1.", "mln ", "zł ", "od 1 ", "dwa tysiące ", "ok. ", "(słownie: "),
    "partner_counts": ("1 ", "gmin ", "2 gminy, ", "z których 3 ", "dwie ", "wiejskich ", "oraz "),
    "organisations": ("Fundacji Stowarzyszenia ", "Związku Gmin i Fundacji Rozwoju, ", "Urzędu ", "Gminy ", "A", "ABC (", "„"),
}  # fmt: skip


def as_one_unit(text: str) -> Document:
    return Document("x", AlignedText.of(text), False, [Span(0, len(text))], ())


STAGES: dict[str, Callable[[str], object]] = {
    "parse": parse,
    "normalise": lambda text: normalise(AlignedText.of(text)),
    "segment": segment,
    "dates": lambda text: dates.extract(as_one_unit(text)),
    "amounts": lambda text: amounts.extract(as_one_unit(text)),
    "partner_counts": lambda text: partner_counts.extract(as_one_unit(text)),
    "organisations": lambda text: organisations.extract(as_one_unit(text)),
}


def seconds(stage: Callable[[str], object], piece: str, length: int) -> float:
    """Return the processor time of the fastest of three runs over ``piece`` repeated to ``length`` characters."""
    text = (piece * (length // len(piece) + 1))[:length]
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        stage(text)
        best = min(best, time.process_time() - started)
    return best


def one_document() -> None:
    """Print the pace of the three extractors together on one document of each size."""
    print(f"{'document':<16}{'characters':>12}{'rows':>10}{'ms/kB':>9}{'growth':>9}{'most memory, MB':>18}")
    paces: list[float] = []
    texts.ordinary(SIZES[0], Random(0))  # warms up
    for size in SIZES:
        document = texts.document(texts.ordinary(size, Random(size)))
        started = time.process_time()
        rows = sum(len(table.extract(document)) for table in texts.TABLES)
        spent = time.process_time() - started
        paces.append(spent * 1e6 / len(document.text.encode()))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(
            f"{'':<16}{len(document.text):>12,}{rows:>10,}{paces[-1]:>9.2f}{paces[-1] / paces[0]:>9.1f}{memory:>18,.0f}"
        )


def one_text(size: int, seed: int) -> str:
    """Return paragraphs of the measuring corpus, so many bytes of UTF-8 or a few more, other ones for another seed."""
    paragraphs: list[str] = []
    left = size
    for number in count():
        for block in corpus.Writer(seed, number).blocks(20_000):
            paragraphs.append(block)
            left -= len(block.encode()) + 2
            if left <= 0:
                return "\n\n".join(paragraphs)
    raise AssertionError


def fit(largest: int) -> None:
    """Print for every stage its pace at each size, and the power of the size that its time grows with."""
    sizes = [10**power for power in range(3, round(math.log10(largest)) + 1)]
    stages: dict[str, Callable[[Document], object]] = {
        "normalise": lambda document: normalise(AlignedText.of(document.text)),
        "segment": lambda document: segment(document.text),
        "tokens and numbers": lambda document: folded(tokens_of(document)),
        "dates": dates.extract,
        "amounts": amounts.extract,
        "partner_counts": partner_counts.extract,
        "organisations": organisations.extract,
        "resolve": lambda document: resolve(document, organisations.extract(document)),
        "rows to Arrow": lambda document: to_arrow(DateMention, dates.extract(document)),
    }
    for stage in stages.values():
        stage(texts.document(one_text(1_000_000, 0)))  # warms up
    spent: dict[str, list[float]] = {name: [] for name in stages}
    for size in sizes:
        number = max(1, min(50, 1_000_000 // size))
        documents = [
            texts.document(one_text(size, size + place)) for place in range(number)
        ]  # none is read twice
        for name, stage in stages.items():
            started = time.process_time()
            for document in documents:
                stage(document)
            spent[name].append((time.process_time() - started) / number)
    print("| stage | " + " | ".join(f"{size // 1000:,} kB" for size in sizes) + " | power |")
    print("| --- |" + " ---: |" * (len(sizes) + 1))
    for name, times in spent.items():
        power = np.polyfit(np.log(sizes[1:]), np.log(times[1:]), 1)[0]
        paces = " | ".join(f"{each * 1e6 / size:.3f}" for each, size in zip(times, sizes, strict=True))
        print(f"| {name} | {paces} | {power:.2f} |")
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:,.0f} MB")


def main(wanted: Sequence[str]) -> None:
    if wanted[:1] == ["fit"]:
        fit(int(wanted[1]) if len(wanted) > 1 else SIZES[-1])
        return
    if not wanted or DOCUMENT in wanted:
        one_document()
    if [*wanted] == [DOCUMENT]:
        return
    print(f"{'stage':<16}{'piece':<36}{SHORT:>10,}{LONG:>10,}  ms   growth")
    for name, stage in STAGES.items():
        if wanted and name not in wanted:
            continue
        for piece in PIECES[name]:
            stage(piece * 20)
            short, long = seconds(stage, piece, SHORT), seconds(stage, piece, LONG)
            growth = long / max(short, 1e-6) / (LONG / SHORT)
            print(f"{name:<16}{piece!r:<36}{short * 1e3:>10.1f}{long * 1e3:>10.1f}       {growth:>5.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
