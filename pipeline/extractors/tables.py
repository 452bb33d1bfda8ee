"""Rows and columns of a table in plain text, and what a line over it says of all its cells (``w tys. zł``)."""

import re
from typing import NamedTuple

BORDER = re.compile(r"\t+|\s*\|\s*| {2,}")
"""What stands between two cells of a row."""
MAX_ROW = 600
"""Characters on either side of a cell in which the ends of its row are looked for."""
TABULAR = re.compile(r"\t|\S *\| *\S|\S {2,}\S")


class Table(NamedTuple):
    """Where the head of a table begins, its headings, and the line over it."""

    begin: int
    headings: list[str]
    caption: str


def row_at(text: str, offset: int) -> str:
    """Return the line around ``offset``."""
    end = text.find("\n", offset, offset + MAX_ROW)
    return text[_line_begin(text, offset) : offset + MAX_ROW if end < 0 else end]


def _line_begin(text: str, offset: int) -> int:
    farthest = max(0, offset - MAX_ROW)
    return max(text.rfind("\n", farthest, offset) + 1, farthest)


def cells(row: str) -> list[str]:
    """Return the cells of a row."""
    return BORDER.split(row.strip(" |"))


class Tables:
    """The tables of a text, each found once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[int, Table | None] = {}
        """For where a line begins, the table that it is a row of."""

    def over(self, offset: int) -> tuple[str, str] | None:
        """Return the line over a table and the heading of the column of a cell; None for a head and a first column."""
        begin = _line_begin(self._text, offset)
        table = self._table(begin)
        if table is None or begin == table.begin:
            return None
        column = len(cells(self._text[begin:offset] + "x")) - 1
        return (table.caption, table.headings[column]) if 0 < column < len(table.headings) else None

    def _table(self, begin: int) -> Table | None:
        rows: list[int] = []
        while (
            self._begins_a_line(begin)
            and begin not in self._known
            and TABULAR.search(row_at(self._text, begin))
        ):
            rows.append(begin)
            begin = _line_begin(self._text, begin - 1) if begin else -1
        table = self._known.get(begin)
        if table is None and rows:
            head = rows[-1]
            table = Table(head, cells(row_at(self._text, head)), self._line_above(head))
        self._known.update(dict.fromkeys(rows, table))
        return table

    def _begins_a_line(self, begin: int) -> bool:
        return begin == 0 or (begin > 0 and self._text[begin - 1] == "\n")

    def _line_above(self, begin: int) -> str:
        while begin and self._text[begin - 1].isspace():
            begin -= 1
        return row_at(self._text, begin) if begin else ""
