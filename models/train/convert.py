"""Turn the NKJP named-entity file (JSON Lines, xz) into spaCy's DocBin, one file a split.

The file gives for each document its text, the sentences and the outermost entities as half-open
code-point offsets, and a fixed train/dev/test split (80/10/10 by document).  An example is a run of ten
sentences, as in spaCy's own Polish corpora; for training, of one to ten, since texts of all lengths will come.
"""

import argparse
import itertools
import json
import lzma
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.util import filter_spans

SPLITS = ("train", "dev", "test")
MOST_SENTENCES = 10
"""In one example."""
DOCBIN_ATTRS = ("ORTH", "SPACY", "ENT_TYPE", "ENT_IOB")
SENTENCE_ATTRS = (*DOCBIN_ATTRS, "SENT_START")

UNSURE = "?"
"""Label of what NKJP annotates by rules of its own (dates, years, derived adjectives) where the grammar makes it: unannotated."""

Entity = tuple[int, int, str]


def groups(row: dict[str, Any], sizes: Iterator[int]) -> Iterator[tuple[str, list[Entity], list[int]]]:
    """Cut a document into runs of sentences: (text, entities, sentence starts), offsets into that text."""
    sentences = row["sentences"]
    first = 0
    while first < len(sentences):
        run = sentences[first : first + next(sizes)]
        first += len(run)
        begin, end = run[0][0], run[-1][1]
        inside = [(s - begin, e - begin, label) for s, e, label in row["entities"] if s >= begin and e <= end]
        yield row["text"][begin:end], inside, [s - begin for s, _ in run]


def annotate(doc: Doc, entities: list[Entity], keep_gaps: bool) -> int:
    """Set the entities of `doc`; return how many do not fall on token boundaries.

    With `keep_gaps` the tokens of such an entity, and of one labelled UNSURE, count as unannotated, so that training neither
    rewards nor punishes what is predicted there; without it they count as outside any entity.
    """
    spans: list[Span] = []
    gaps: list[Span] = []
    failed = 0
    for start, end, label in entities:
        span = doc.char_span(start, end, label=label) if label != UNSURE else None
        if span is not None:
            spans.append(span)
            continue
        failed += label != UNSURE
        wider = doc.char_span(start, end, alignment_mode="expand")
        if wider is not None:
            gaps.append(wider)
    taken = {token.i for span in spans for token in span}
    gaps = [gap for gap in filter_spans(gaps) if not any(token.i in taken for token in gap)]
    doc.set_ents(spans, missing=gaps if keep_gaps else [], default="outside")
    return failed


def convert(
    nlp: Language, rows: list[dict[str, Any]], sizes: Iterator[int], keep_gaps: bool
) -> tuple[DocBin, Counter[str]]:
    """Make one DocBin of `rows`, and count tokens, examples, entities and misaligned entities."""
    docbin = DocBin(attrs=list(SENTENCE_ATTRS))
    counts: Counter[str] = Counter()
    for row in rows:
        for text, entities, starts in groups(row, sizes):
            doc = nlp.make_doc(text)
            begins = set(starts)
            for token in doc:
                token.is_sent_start = token.idx in begins
            counts["misaligned"] += annotate(doc, entities, keep_gaps)
            counts["entities"] += len(entities)
            counts["tokens"] += len(doc)
            counts["examples"] += 1
            docbin.add(doc)
    return docbin, counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nkjp", type=Path, help="nkjp-ner.jsonl.xz")
    parser.add_argument("out", type=Path, help="folder for train.spacy, dev.spacy, test.spacy")
    parser.add_argument("--seed", type=int, default=0, help="for the lengths of training examples")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    nlp = spacy.blank("pl")
    with lzma.open(options.nkjp, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    chooser = random.Random(options.seed)
    for split in SPLITS:
        chosen = [row for row in rows if row["split"] == split]
        learning = split == "train"
        sizes = (
            chooser.randint(1, MOST_SENTENCES) if learning else MOST_SENTENCES for _ in itertools.count()
        )
        docbin, counts = convert(nlp, chosen, sizes, keep_gaps=learning)
        docbin.to_disk(options.out / f"{split}.spacy")
        print(split, len(chosen), "documents", dict(counts))


if __name__ == "__main__":
    main()
