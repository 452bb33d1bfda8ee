"""An Excel workbook: a sheet a table, with typed cells, and what Excel cannot hold told."""

from collections import Counter
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from pipeline.database import Run
from pipeline.export.cells import as_text, batches, whole_file
from pipeline.metadata import about
from pipeline.metadata.declared import columns
from pipeline.records import TABLES, Record

MAX_CHARACTERS = 32_767
MAX_ROWS = 1_048_576
MAX_DIGITS = 15
FIRST_DAY = date(1900, 3, 1)
"""Before it Excel has no dates, or counts them by a 29 February 1900 that never was."""
CUT = "…"
MADE = datetime(2000, 1, 1)  # noqa: DTZ001 (the same bytes whenever it is made)
WIDTHS = {"text": 30, "raw_text": 30, "sentence": 60, "label": 24, "source": 34, "name": 44, "message": 60}


def to_xlsx(run: Run, target: Path) -> list[str]:
    """Write the tables as sheets; one of more rows than Excel has goes on in further sheets. Return warnings."""
    lost: Counter[str] = Counter()
    with whole_file(target) as unfinished:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(str(unfinished), options) as book:
            book.set_properties({"title": about.TITLE, "comments": about.citation(run.manifest), "created": MADE})
            formats = {
                "head": book.add_format({"bold": True, "bottom": 1}),
                "date": book.add_format({"num_format": "yyyy-mm-dd"}),
                "time": book.add_format({"num_format": "hh:mm:ss"}),
                "money": book.add_format({"num_format": "#,##0.00"}),
            }
            for record in TABLES:
                _sheets(book, run, record, formats, lost)
            _about(book, run, formats)
    return [f"{what}: {count}" for what, count in sorted(lost.items())]


def _sheets(
    book: Any, run: Run, record: type[Record], formats: dict[str, Any], lost: Counter[str]
) -> None:
    names = [column.name for column in columns(record)]
    sheet, at, number = None, 0, 0
    for rows in (*batches(run, record), []):
        for row in rows or ([None] if sheet is None else []):
            if sheet is None or at == MAX_ROWS:
                number += 1
                title = record.table if number == 1 else f"{record.table} ({number})"
                sheet, at = _headed(book, title, names, formats), 1
                if number == 2:
                    lost[f"{record.table} has more rows than a sheet and goes on in further sheets"] += 1
            if row is None:
                continue
            for place, (name, value) in enumerate(zip(names, row, strict=True)):
                _write_cell(sheet, at, place, value, formats, lost, f"{record.table}.{name}")
            at += 1


def _headed(book: Any, title: str, names: list[str], formats: dict[str, Any]) -> Any:
    sheet = book.add_worksheet(title)
    for place, name in enumerate(names):
        sheet.set_column(place, place, WIDTHS.get(name, 14))
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, names, formats["head"])
    return sheet


def _write_cell(
    sheet: Any, row: int, place: int, value: Any, formats: dict[str, Any], lost: Counter[str], column: str
) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(row, place, value)
        case int() | Decimal() if _digits(value) > MAX_DIGITS:
            lost[f"{column}: numbers of more than {MAX_DIGITS} digits, which Excel rounds, were written as text"] += 1
            sheet.write_string(row, place, str(value))
        case Decimal():
            sheet.write_number(row, place, value, formats["money"])
        case int() | float():
            sheet.write_number(row, place, value)
        case date() if value < FIRST_DAY:
            lost[f"{column}: days before {FIRST_DAY}, which Excel does not have, were written as text"] += 1
            sheet.write_string(row, place, value.isoformat())
        case date():
            sheet.write_datetime(row, place, value, formats["date"])
        case time():
            sheet.write_datetime(row, place, value, formats["time"])
        case _:
            text = as_text(value)
            if _length(text) > MAX_CHARACTERS:
                lost[f"{column}: texts of more than {MAX_CHARACTERS} characters were cut, with {CUT} at the end"] += 1
                text = _cut(text)
            sheet.write_string(row, place, text)


def _digits(value: int | Decimal) -> int:
    """Return how many significant digits a number has."""
    return len(str(value).replace(".", "").lstrip("-0").rstrip("0"))


def _length(text: str) -> int:
    """Return the length that Excel counts, in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text) if len(text) > MAX_CHARACTERS // 2 else len(text)


def _cut(text: str) -> str:
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * (MAX_CHARACTERS - 1)]
    return units.decode("utf-16-le", "ignore") + CUT


def _about(book: Any, run: Run, formats: dict[str, Any]) -> None:
    sheet = _headed(book, "columns", ["table", "column", "unit", "values", "meaning"], formats)
    at = 1
    for record in TABLES:
        for column in columns(record):
            cells = (record.table, column.name, column.unit or "", ", ".join(column.values), column.meaning)
            for place, text in enumerate(cells):
                sheet.write_string(at, place, text)
            at += 1
    sheet = _headed(book, "provenance", ["name", "value"], formats)
    for at, (name, value) in enumerate(about.provenance(run.manifest).items(), start=1):
        sheet.write_string(at, 0, name)
        sheet.write_string(at, 1, value)
