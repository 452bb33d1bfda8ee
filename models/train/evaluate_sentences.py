"""Compare splitters of sentences on NKJP and on texts whose ends are hard to tell: the project's rules, spaCy's `sentencizer`, trained pipelines.

Counted are the ends of sentences inside a document; its own end is free. NKJP holds transcripts of speech and chats, which have
neither capitals nor full stops to go by, so written documents (fewer than a fifth of their sentences begin small) are counted apart,
and for these the recall of ends that a `.`, `!`, `?` or `…` marks. White space in NKJP was rebuilt from tokens and line ends are lost,
so that headings and list items count as missed which layout would divide.
"""

import argparse
import json
import lzma
import re
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import spacy
from spacy.language import Language

from pipeline.ner.ops import choose_ops
from pipeline.segment import segment

HARD = Path(__file__).resolve().parents[2] / "tests" / "hard_boundaries.txt"
MARKED = re.compile(r"[.!?…][”\"»)\]’'“]*$")
BORDER = " | "

Splitter = Callable[[str], Iterable[int]]
"""Returns where the sentences of a text end, in code points."""


class Document(NamedTuple):
    """A text with the places where its sentences end, without the last one."""

    text: str
    ends: frozenset[int]
    written: bool


class Score(NamedTuple):
    """Ends found right, wrongly, and not at all."""

    right: int
    wrong: int
    missed: int

    def __str__(self) -> str:
        precision = self.right / ((self.right + self.wrong) or 1)
        recall = self.right / ((self.right + self.missed) or 1)
        f1 = 2 * precision * recall / ((precision + recall) or 1)
        return f"{100 * precision:6.2f} {100 * recall:6.2f} {100 * f1:6.2f}"


def read_nkjp(path: Path, split: str) -> Iterator[Document]:
    """Yield the documents of a split (`train`, `dev`, `test`) of the NKJP file."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["split"] == split:
                text, sentences = row["text"], row["sentences"]
                small = sum(text[start:end].lstrip('–-—„"“«( ')[:1].islower() for start, end in sentences)
                yield Document(
                    text, _inner(text, (end for _, end in sentences)), small < 0.2 * len(sentences)
                )


def read_marked(path: Path) -> Iterator[Document]:
    """Yield texts in which ` | ` stands between sentences, one a line; `#` opens a comment, `? ` a text of an open problem."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            parts = line.removeprefix("? ").split(BORDER)
            text = " ".join(parts)
            ends = (len(" ".join(parts[:number])) for number in range(1, len(parts)))
            yield Document(text, frozenset(ends), written=True)


def rules(text: str) -> list[int]:
    """Divide by the rules of `pipeline/segment`."""
    return [sentence.end for sentence in segment(text).sentences]


def trained(nlp: Language) -> Splitter:
    """Return what divides by a pipeline that sets `doc.sents`."""
    return lambda text: [sent.start_char + len(sent.text.rstrip()) for sent in nlp(text).sents]


def score(splitter: Splitter, documents: Iterable[Document]) -> Score:
    """Count the ends of sentences that a splitter finds."""
    right = wrong = missed = 0
    for document in documents:
        found = _inner(document.text, splitter(document.text))
        right += len(found & document.ends)
        wrong += len(found - document.ends)
        missed += len(document.ends - found)
    return Score(right, wrong, missed)


def marked_recall(splitter: Splitter, documents: Iterable[Document]) -> float:
    """Return the share of ends found (0 to 1) among those that a full stop or another mark shows."""
    found = total = 0
    for document in documents:
        marked = {end for end in document.ends if MARKED.search(document.text, max(0, end - 8), end)}
        found += len(marked & _inner(document.text, splitter(document.text)))
        total += len(marked)
    return found / (total or 1)


def mistakes(splitter: Splitter, documents: Iterable[Document]) -> Iterator[str]:
    """Yield each end that was missed (`-`) or found wrongly (`+`) with what stands around it."""
    for text, ends, _ in documents:
        found = _inner(text, splitter(text))
        for end in sorted(found ^ ends):
            yield f"{'+' if end in found else '-'} {text[max(0, end - 60) : end]} | {text[end + 1 : end + 40]}"


def _inner(text: str, ends: Iterable[int]) -> frozenset[int]:
    return frozenset(ends) - {len(text.rstrip())}


def _seconds(splitter: Splitter, documents: list[Document]) -> float:
    """Return processor seconds for a million characters."""
    began = time.process_time()
    for document in documents:
        splitter(document.text)
    return (time.process_time() - began) * 1e6 / sum(len(document.text) for document in documents)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nkjp", type=Path, help="nkjp-ner.jsonl.xz")
    parser.add_argument(
        "pipelines", nargs="*", help="paths or names of spaCy pipelines with a senter or parser"
    )
    parser.add_argument("--split", default="test", choices=("train", "dev", "test"))
    parser.add_argument(
        "--errors",
        type=int,
        default=0,
        help="list so many mistakes of the rules in written documents (of dev or train)",
    )
    options = parser.parse_args()
    choose_ops()
    sentencizer = spacy.blank("pl")
    sentencizer.add_pipe("sentencizer")
    splitters: dict[str, Splitter] = {"rules": rules, "sentencizer": trained(sentencizer)}
    splitters |= {name: trained(spacy.load(name)) for name in options.pipelines}
    documents = list(read_nkjp(options.nkjp, options.split))
    written = [document for document in documents if document.written]
    hard = list(read_marked(HARD))
    print(
        f"{options.split}: {len(documents)} documents, {len(written)} of them written; {len(hard)} hard texts"
    )
    width = max(map(len, splitters))
    print(f"{'':{width}}  {'all: P, R, F1':22}{'written: P, R, F1':22}{'R, marked':>9}{'hard':>6}{'s/MB':>7}")
    for name, splitter in splitters.items():
        wholly = sum(score(splitter, [text])[1:] == (0, 0) for text in hard)
        print(
            f"{name:{width}}  {score(splitter, documents)}  {score(splitter, written)}  "
            f"{100 * marked_recall(splitter, written):8.2f}{wholly:6}{_seconds(splitter, documents):7.2f}"
        )
    for mistake in islice(mistakes(rules, written), options.errors):
        print(mistake)


if __name__ == "__main__":
    main()
