"""Score the organisations that a pipeline finds on its own (no rules after it) against a gold file of the project.

Strict counts exact spans, relaxed overlapping ones, each gold row once; rows that gold calls optional count neither way,
nor do predictions that match nothing else and overlap one.  Offsets are those of `raw_text`.
"""

import argparse
import json
import re
from dataclasses import dataclass
from operator import eq
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from pipeline.annotate import entities
from pipeline.ner.ops import choose_ops
from pipeline.normalise import normalise
from pipeline.read import Source, read
from pipeline.segment import segment


def predict(nlp: Language, raw: str) -> list[tuple[int, int]]:
    """Spans of the organisations found in a document read as a run reads it, as offsets of its raw text."""
    content = normalise(read(Source("document", data=raw.encode())).content)
    found = entities(nlp, content.text, segment(content.text).sentences)
    return [content.to_source(one.start, one.end) for one in found if one.label == "orgName"]


@dataclass
class Tally:
    right: int = 0
    predicted: int = 0
    wanted: int = 0

    def figures(self) -> tuple[float, float, float]:
        precision = self.right / self.predicted if self.predicted else 0.0
        recall = self.right / self.wanted if self.wanted else 0.0
        return precision, recall, 2 * precision * recall / (precision + recall) if self.right else 0.0


def score(
    found: list[tuple[int, int]], gold: list[dict[str, Any]], raw: str, strict: Tally, relaxed: Tally
) -> list[str]:
    """Add one document to the tallies; return its errors in words."""
    errors = []
    required = [(row["start"], row["end"]) for row in gold if not row.get("optional")]
    optional = [(row["start"], row["end"]) for row in gold if row.get("optional")]

    def overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
        return a[0] < b[1] and b[0] < a[1]

    for tally, test in ((strict, eq), (relaxed, overlap)):
        open_rows = list(required)
        for span in found:
            row = next((row for row in open_rows if test(span, row)), None)
            if row is not None:
                open_rows.remove(row)
                tally.right += 1
                tally.predicted += 1
            elif not any(overlap(span, other) for other in optional):
                tally.predicted += 1
                if tally is strict:
                    errors.append("+ " + raw[span[0] : span[1]].replace("\n", "\\n"))
        tally.wanted += len(required)
        if tally is strict:
            errors += ["- " + raw[start:end].replace("\n", "\\n") for start, end in open_rows]
    return errors


def read_marked(path: Path) -> dict[str, Any]:
    """A text with its organisations marked `[[…]]`, optional ones `[[?…]]`, as a gold document."""
    raw = ""
    rows: list[dict[str, Any]] = []
    for piece in re.split(r"(\[\[.*?\]\])", path.read_text(encoding="utf-8"), flags=re.DOTALL):
        if piece.startswith("[["):
            name = piece[2:-2].removeprefix("?")
            rows.append({"start": len(raw), "end": len(raw) + len(name), "optional": piece[2] == "?"})
            raw += name
        else:
            raw += piece
    return {"source": path.name, "raw_text": raw, "organisations": rows}


def read_gold(path: Path) -> list[dict[str, Any]]:
    """The documents of a gold file (JSON Lines), or of a folder of marked texts."""
    if path.is_dir():
        return [read_marked(text) for text in sorted(path.glob("*.txt"))]
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="path or name of a pipeline")
    parser.add_argument("gold", type=Path, help="gold.jsonl, or a folder of marked texts")
    parser.add_argument("--errors", action="store_true", help="print every miss (-) and every false find (+)")
    options = parser.parse_args()
    choose_ops()
    nlp = spacy.load(options.model)
    strict, relaxed = Tally(), Tally()
    for document in read_gold(options.gold):
        raw = document["raw_text"]
        errors = score(predict(nlp, raw), document["organisations"], raw, strict, relaxed)
        if options.errors:
            print(document["source"], *errors, sep="\n  ")
    for name, tally in (("strict", strict), ("relaxed", relaxed)):
        precision, recall, f1 = tally.figures()
        print(
            f"{name:8} precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f} ({tally.wanted} required rows)"
        )


if __name__ == "__main__":
    main()
