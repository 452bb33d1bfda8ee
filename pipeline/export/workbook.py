"""An Excel workbook: a sheet a table, with typed cells, and what Excel cannot hold told."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from pipeline.database import Run
from pipeline.export.cells import as_text, batches, whole_file
from pipeline.metadata import about
from pipeline.metadata.declared import columns
from pipeline.records import TABLES

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
    with whole_file(target) as unfinished:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(str(unfinished), options) as file:
            file.set_properties(
                {"title": about.TITLE, "comments": about.citation(run.manifest), "created": MADE}
            )
            book = _Book(file)
            for record in TABLES:
                names = [column.name for column in columns(record)]
                book.add(record.table, names, (row for rows in batches(run, record) for row in rows))
            book.add("columns", ["table", "column", "unit", "values", "meaning"], _described())
            book.add("provenance", ["name", "value"], about.provenance(run.manifest).items())
    return [f"{what}: {count}" for what, count in sorted(book.lost.items())]


def _described() -> Iterator[tuple[str | None, ...]]:
    for record in TABLES:
        for column in columns(record):
            yield record.table, column.name, column.unit, ", ".join(column.values) or None, column.meaning


class _Book:
    """A workbook that is being written, and what was lost on the way."""

    def __init__(self, file: Any) -> None:
        self.lost: Counter[str] = Counter()
        self._file = file
        self._head = file.add_format({"bold": True, "bottom": 1})
        self._day = file.add_format({"num_format": "yyyy-mm-dd"})
        self._time = file.add_format({"num_format": "hh:mm:ss"})
        self._money = file.add_format({"num_format": "#,##0.00"})

    def add(self, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write a table to a sheet of its name, and to further ones where that is full."""
        sheet = self._headed(table, names)
        at = number = 1
        for row in rows:
            if at == MAX_ROWS:
                number += 1
                sheet, at = self._headed(f"{table} ({number})", names), 1
                self.lost[f"{table} has more rows than a sheet and goes on in further sheets"] += 1
            for place, value in enumerate(row):
                self._write(sheet, (at, place), value, f"{table}.{names[place]}")
            at += 1

    def _headed(self, title: str, names: Sequence[str]) -> Any:
        sheet = self._file.add_worksheet(title)
        for place, name in enumerate(names):
            sheet.set_column(place, place, WIDTHS.get(name, 14))
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, names, self._head)
        return sheet

    def _write(self, sheet: Any, cell: tuple[int, int], value: Any, column: str) -> None:
        match value:
            case None:
                return
            case bool():
                sheet.write_boolean(*cell, value)
            case int() | Decimal() if _digits(value) > MAX_DIGITS:
                self.lost[
                    f"{column}: numbers of over {MAX_DIGITS} digits, which Excel rounds, are written as text"
                ] += 1
                sheet.write_string(*cell, str(value))
            case Decimal():
                sheet.write_number(*cell, value, self._money)
            case int() | float():
                sheet.write_number(*cell, value)
            case date() if value < FIRST_DAY:
                self.lost[f"{column}: days before {FIRST_DAY}, which Excel lacks, are written as text"] += 1
                sheet.write_string(*cell, value.isoformat())
            case date():
                sheet.write_datetime(*cell, value, self._day)
            case time():
                sheet.write_datetime(*cell, value, self._time)
            case _:
                text = as_text(value)
                if _length(text) > MAX_CHARACTERS:
                    self.lost[
                        f"{column}: texts of over {MAX_CHARACTERS} characters are cut, with {CUT} at the end"
                    ] += 1
                    text = _cut(text)
                sheet.write_string(*cell, text)


def _digits(value: int | Decimal) -> int:
    """Return how many significant digits a number has."""
    return len(str(value).replace(".", "").lstrip("-0").rstrip("0"))


def _length(text: str) -> int:
    """Return the length that Excel counts, in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str) -> str:
    return text.encode("utf-16-le")[: 2 * (MAX_CHARACTERS - 1)].decode("utf-16-le", "ignore") + CUT
