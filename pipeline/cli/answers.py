"""Answers to SQL on the terminal: as a table, as CSV, as JSON Lines."""

import csv
import json
from decimal import Decimal
from itertools import islice
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.database import Answer


def print_csv(answer: Answer, file: TextIO) -> None:
    """Print an answer as CSV, with its column names first."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(answer.names)
    writer.writerows([_plain(value) for value in row] for row in answer.rows)


def print_json(answer: Answer, file: TextIO) -> None:
    """Print an answer as JSON Lines; what JSON has no type for, exact decimals among it, is a string."""
    for row in answer.rows:
        named = dict(zip(answer.names, row, strict=True))
        file.write(json.dumps(named, ensure_ascii=False, default=str) + "\n")


def print_table(answer: Answer, most: int, console: Console) -> None:
    """Print at most ``most`` rows of an answer as a table, and say where there are more."""
    rows = iter(answer.rows)
    shown = list(islice(rows, most))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(answer.names):
        numbers = bool(shown) and all(isinstance(row[place], int | float | Decimal) for row in shown)
        table.add_column(Text(name), justify="right" if numbers else "left", overflow="fold")
    for row in shown:
        table.add_row(*(Text("" if value is None else str(_plain(value))) for value in row))
    console.print(table)
    more = sum(1 for _ in rows)
    if more:
        console.print(f"and {more} more rows: --rows, --csv or --json show them", highlight=False)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value
