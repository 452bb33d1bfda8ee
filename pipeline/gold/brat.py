"""brat's standoff format: a folder with ``NAME.txt``, ``NAME.ann`` and ``documents.jsonl``, which names the sources.

A row is a text-bound annotation (``T``) whose type is its table; a span over several lines is one of several
fragments, as brat asks. Its columns are JSON in an annotator's note (``#``), ``optional`` an attribute (``A``).
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.evaluate.scoring import GoldDocument, Row, row_columns
from pipeline.gold.contract import ordered, plain, plain_columns
from pipeline.records import MENTION_TABLES, Mention

INDEX = "documents.jsonl"
CONFIG = "[entities]\n{tables}\n[relations]\n[events]\n[attributes]\nOptional Arg:<ENTITY>\n"
TABLES: dict[str, type[Mention]] = {table.table: table for table in MENTION_TABLES}
LINE = re.compile(r"[^\r\n]+")


def write(documents: Sequence[GoldDocument], folder: Path) -> None:
    """Write documents into a folder, made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "annotation.conf").write_text(CONFIG.format(tables="\n".join(TABLES)), encoding="utf-8")
    index = []
    for number, document in enumerate(documents, start=1):
        name = f"{number:05d}"
        index.append({
            "name": name, "source": document.source, "reference_date": plain(document.reference_date),
        })  # fmt: skip
        (folder / f"{name}.txt").write_bytes(document.raw_text.encode())
        (folder / f"{name}.ann").write_text("".join(_lines(document)), encoding="utf-8", newline="\n")
    lines = [json.dumps(entry, ensure_ascii=False) + "\n" for entry in index]
    (folder / INDEX).write_text("".join(lines), encoding="utf-8", newline="\n")


def read(folder: Path) -> list[GoldDocument]:
    """Return the documents of a folder, in the order of its index."""
    try:
        index = [json.loads(line) for line in (folder / INDEX).read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise ValueError(f"{folder / INDEX}: {error.strerror}") from error
    return [_document(folder, entry) for entry in index]


def _lines(document: GoldDocument) -> list[str]:
    lines = []
    number = 0
    for table in TABLES:
        for row in ordered(document.rows.get(table, ())):
            number += 1
            text = document.raw_text[row.start : row.end]
            parts = [(row.start + found.start(), row.start + found.end()) for found in LINE.finditer(text)]
            place = ";".join(f"{start} {end}" for start, end in parts)
            said = " ".join(document.raw_text[start:end] for start, end in parts)
            lines.append(f"T{number}\t{table} {place}\t{said}\n")
            values = json.dumps(plain_columns(row.columns), ensure_ascii=False)
            lines.append(f"#{number}\tAnnotatorNotes T{number}\t{values}\n")
            if row.optional:
                lines.append(f"A{number}\tOptional T{number}\n")
    return lines


def _document(folder: Path, entry: dict[str, Any]) -> GoldDocument:
    path = folder / f"{entry['name']}.ann"
    text = path.with_suffix(".txt").read_bytes().decode()
    spans: dict[str, tuple[str, int, int]] = {}
    notes: dict[str, dict[str, Any]] = {}
    optional: set[str] = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        try:
            _take(line, text, spans, notes, optional)
        except (KeyError, ValueError) as error:
            raise ValueError(f"{path}, line {number}: {error}") from error
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    for identity, (table, start, end) in spans.items():
        try:
            columns = row_columns(TABLES[table], notes.get(identity, {}))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise ValueError(f"{path}, {identity}: {error}") from error
        rows[table].append(Row(start, end, columns, identity in optional))
    stated = entry["reference_date"]
    return GoldDocument(
        source=entry["source"],
        raw_text=text,
        reference_date=date.fromisoformat(stated) if stated else None,
        rows={table: ordered(listed) for table, listed in rows.items()},
    )


def _take(
    line: str,
    text: str,
    spans: dict[str, tuple[str, int, int]],
    notes: dict[str, dict[str, Any]],
    optional: set[str],
) -> None:
    identity, _, rest = line.partition("\t")
    if identity.startswith("T"):
        place, _, said = rest.partition("\t")
        table, _, fragments = place.partition(" ")
        if table not in TABLES:
            raise ValueError(f"there is no table {table}")
        borders = [int(border) for border in fragments.replace(";", " ").split()]
        found = " ".join(text[start:end] for start, end in zip(borders[::2], borders[1::2], strict=True))
        if found != said:
            raise ValueError(f"the text at {fragments} is {found!r}, not {said!r}")
        spans[identity] = (table, borders[0], borders[-1])
    elif identity.startswith("#"):
        kind, _, note = rest.partition("\t")
        if kind.startswith("AnnotatorNotes T"):
            notes[kind.partition(" ")[2]] = json.loads(note)
    elif identity.startswith("A") and rest.startswith("Optional "):
        optional.add(rest.split()[1])
