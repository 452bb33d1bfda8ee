"""Time against size: inputs made to be hard, and one ordinary document of up to ten megabytes.

    python bench/linear.py [STAGE …]

Each stage reads each piece repeated to 10,000 and to 80,000 characters, and the table shows milliseconds and
how often eightfold text took eightfold time: about 1 where time is linear, 8 where it is quadratic. Times are
of the processor, the best of three; on a busy machine trust the worst rows only after a second run.

The stage ``document`` is dates, amounts and partner counts together, on one text of sentences of ``corpus/`` in random
order with other numbers, in paragraphs of five sentences: milliseconds per kilobyte at each size, and the most memory
that the process has held so far.
"""

import resource
import sys
import time
from collections.abc import Callable, Sequence
from random import Random

import texts

from pipeline.document import AlignedText, Document, Span
from pipeline.extractors import amounts, dates, organisations, partner_counts
from pipeline.normalise import normalise
from pipeline.read.html import parse
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


def main(wanted: Sequence[str]) -> None:
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
