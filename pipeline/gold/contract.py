"""The data contract's own gold file: JSON Lines, a document a line (docs/CONTRACT.md)."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.evaluate.scoring import GoldDocument, Row
from pipeline.records import MENTION_TABLES


def write(documents: Sequence[GoldDocument], path: Path) -> None:
    """Write documents as a gold file."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for document in documents:
            file.write(json.dumps(as_data(document), ensure_ascii=False) + "\n")


def as_data(document: GoldDocument) -> dict[str, Any]:
    """Return a document as a line of a gold file has it."""
    return {
        "source": document.source,
        "raw_text": document.raw_text,
        "reference_date": plain(document.reference_date),
        **{
            table.table: [
                {
                    "start": row.start,
                    "end": row.end,
                    "text": document.raw_text[row.start : row.end],
                    **plain_columns(row.columns),
                    **({"optional": True} if row.optional else {}),
                }
                for row in document.rows.get(table.table, ())
            ]
            for table in MENTION_TABLES
        },
    }


def plain_columns(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of columns as JSON has them."""
    return {name: plain(value) for name, value in columns.items()}


def plain(value: object) -> Any:
    """Return a value as JSON has it: decimals with two places, dates and times in ISO 8601."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date | time):
        return value.isoformat()
    return value


def ordered(rows: Sequence[Row]) -> list[Row]:
    """Return rows in text order."""
    return sorted(rows, key=lambda row: (row.start, row.end))
