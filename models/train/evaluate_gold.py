"""Score the organisations that a pipeline finds on its own (no rules after it) against a gold file of the project.

Strict counts exact spans, relaxed overlapping ones, each gold row once; rows that gold calls optional count neither way,
nor do predictions that match nothing else and overlap one.  Offsets are those of `raw_text`.
"""

import argparse
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from pipeline.ner.ops import choose_ops

MARKUP = re.compile(r"<(script|style|title)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.DOTALL | re.IGNORECASE)
CHARACTER = re.compile(r"&(#\d+|#x[0-9a-f]+|\w+);", re.IGNORECASE)
OPENS_LINE = re.compile(r"\s*([–•*·-]\s|\d+[.)]|[a-z]\)|§|[A-ZĄĆĘŁŃÓŚŹŻ][^.]{0,40}:)")
WRAPPED_LENGTH = 55


@dataclass(frozen=True)
class Block:
    """A paragraph, list item or table cell: its text and for each character its offset in the source."""

    text: str
    offsets: list[int]


def plain(raw: str) -> tuple[str, list[int]]:
    """The text without markup and with character references resolved; block tags become line breaks."""
    if not re.search(r"<(html|body|p|div)\b", raw, re.IGNORECASE):
        return raw, list(range(len(raw)))
    out: list[str] = []
    offsets: list[int] = []
    at = 0
    for match in re.finditer(rf"{MARKUP.pattern}|{CHARACTER.pattern}", raw, re.DOTALL | re.IGNORECASE):
        out += [" " if char == "\n" else char for char in raw[at : match.start()]]
        offsets += range(at, match.start())
        token = match.group()
        if token.startswith("&"):
            out.append(html.unescape(token)[:1])
            offsets.append(match.start())
        elif not re.match(r"</?(b|i|em|strong|a|span|sup|sub|abbr)\b", token, re.IGNORECASE):
            out.append("\n")
            offsets.append(match.start())
        at = match.end()
    return "".join(out) + raw[at:], offsets + list(range(at, len(raw)))


def blocks(raw: str) -> Iterator[Block]:
    """Paragraphs of a document with wrapped lines joined and hyphens at line ends taken out; table cells apart."""
    text, offsets = plain(raw)
    held = Block("", [])
    for match in re.finditer(r"[^\n\t]+|\t|\n", text):
        line = match.group().replace("\r", "")
        if line in ("\t", "\n", ""):
            if line == "\t" or (match.start() and text[match.start() - 1] == "\n"):
                yield held
                held = Block("", [])
            continue
        line = match.group()
        stripped = line.strip()
        lead = len(line) - len(line.lstrip())
        places = offsets[match.start() + lead : match.start() + lead + len(stripped)]
        if held.text and continues(held.text, line):
            if re.search(r"[^\W\d_]-$", held.text) and stripped[:1].islower():
                held = Block(held.text[:-1] + stripped, held.offsets[:-1] + places)
            else:
                held = Block(f"{held.text} {stripped}", [*held.offsets, held.offsets[-1] + 1, *places])
            continue
        yield held
        held = Block(stripped, places)
    yield held


def continues(before: str, line: str) -> bool:
    """Whether a line goes on with the paragraph of the line before."""
    if OPENS_LINE.match(line):
        return False
    if before.endswith("-") or line.strip()[:1].islower():
        return True
    return len(before) >= WRAPPED_LENGTH and before[-1] not in ".:;!?"


def predict(nlp: Language, raw: str) -> list[tuple[int, int]]:
    """Spans of the organisations found in a document, as offsets of its raw text."""
    found = []
    kept = [block for block in blocks(raw) if block.text.strip()]
    for block, doc in zip(kept, nlp.pipe(block.text for block in kept), strict=True):
        for span in doc.ents:
            if span.label_ == "orgName":
                found.append((block.offsets[span.start_char], block.offsets[span.end_char - 1] + 1))
    return found


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
    """Add one document to the tallies; return its errors in words.

    An end that differs only by the tail of a character reference (`&oacute;`) is the same end.
    """
    errors = []
    required = [(row["start"], row["end"]) for row in gold if not row.get("optional")]
    optional = [(row["start"], row["end"]) for row in gold if row.get("optional")]

    def same(a: tuple[int, int], b: tuple[int, int]) -> bool:
        return a[0] == b[0] and (
            a[1] == b[1] or (a[1] < b[1] and raw[a[1] - 1 : b[1]].startswith("&") and raw[b[1] - 1] == ";")
        )

    def overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
        return a[0] < b[1] and b[0] < a[1]

    for tally, test in ((strict, same), (relaxed, overlap)):
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
