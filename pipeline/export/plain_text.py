"""CSV and JSON Lines: a folder with a file a table."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

from pipeline import metadata, write
from pipeline.database import Run
from pipeline.export.cells import FORMULA, as_text, batches
from pipeline.metadata import data_package
from pipeline.records import TABLES, schema

UTF_8_BOM = b"\xef\xbb\xbf"


def to_csv(run: Run, folder: Path) -> list[str]:
    """Write RFC 4180 CSV in UTF-8 with a byte order mark, by which Excel reads Polish letters, and its types beside it.

    A cell of text that a spreadsheet would run as a formula has an apostrophe before it.
    """
    guarded: Counter[str] = Counter()
    for record in TABLES:
        names = schema(record).names
        with write.replacing(folder / f"{record.table}.csv") as file:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
            file.write(UTF_8_BOM)
            writer = csv.writer(text)
            writer.writerow(names)
            for rows in batches(run, record):
                for row in rows:
                    cells = [_cell(value) for value in row]
                    for name, value, cell in zip(names, row, cells, strict=True):
                        if isinstance(value, str) and cell != value:
                            guarded[f"{record.table}.{name}"] += 1
                    writer.writerow(cells)
            text.detach()
    metadata.write_json(data_package.of_csv(run.manifest), folder / metadata.DATA_PACKAGE)
    warnings = [
        f"CSV has no types: {metadata.DATA_PACKAGE} beside the files states them; null and empty text look alike"
    ]
    if guarded:
        places = ", ".join(f"{place} {count}" for place, count in sorted(guarded.items()))
        warnings.append(
            f"an apostrophe was put before cells that a spreadsheet would run as formulas: {places}"
        )
    return warnings


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return as_text(value)


def to_jsonl(run: Run, folder: Path) -> list[str]:
    """Write JSON Lines in UTF-8, an object a row; amounts are strings, so that no reader makes floats of them."""
    for record in TABLES:
        names = schema(record).names
        with write.replacing(folder / f"{record.table}.jsonl") as file:
            for rows in batches(run, record):
                for row in rows:
                    named = {
                        name: value if isinstance(value, list) else as_text(value)
                        for name, value in zip(names, row, strict=True)
                    }
                    file.write((json.dumps(named, ensure_ascii=False) + "\n").encode())
    return [
        "JSON has no exact decimals, dates or times: amounts are strings, dates and times ISO 8601 strings"
    ]
